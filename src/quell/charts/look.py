"""The house's colours and letters for charts, the same as the pages have them.

To draw: make an Altair chart from a polars frame, colour it with ``LIGHT["accent"]`` and the like, give it to
``quell.charts.drawing.to_svg`` or ``to_pdf``. The theme is laid on there, so a chart stays a plain definition.
"""

from __future__ import annotations

from typing import Any

# The tokens of desks/house/static/quell/house.css, by their names there, in the light.
LIGHT = {
    "panel": "#ffffff", "sunk": "#eff1f4", "line": "#e1e5ea", "line-2": "#cfd5dc", "ink": "#12171d", "ink-2": "#515c68",
    "ink-3": "#76818d", "accent": "#0b5cad", "accent-soft": "#e6f0fa", "late": "#b3261e", "soon": "#855400",
    "ok": "#17653a", "info": "#5545b0",
}  # fmt: skip
# In the order in which categories take them: no two neighbours are alike to a red-green blind eye.
CATEGORIES = (LIGHT["accent"], LIGHT["soon"], LIGHT["info"], LIGHT["ok"], LIGHT["late"], LIGHT["ink-3"])
FONT = "Inter, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'DejaVu Sans', sans-serif"
# A PDF takes the first of these that the machine has for all letters: one that has Chinese and Latin comes first.
FONT_OF_A_PDF = (
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', 'DejaVu Sans', sans-serif"
)


def theme(font: str = FONT) -> dict[str, Any]:
    """The Vega-Lite configuration: quiet axes, light grid, no frame, numbers that can be read at 390 px."""
    return {
        "background": "transparent",
        "font": font,
        "view": {"stroke": None},
        "padding": 6,
        "title": {
            "anchor": "start",
            "color": LIGHT["ink"],
            "fontSize": 14,
            "fontWeight": 650,
            "subtitleColor": LIGHT["ink-2"],
            "subtitleFontSize": 12,
            "subtitlePadding": 5,
            "offset": 14,
        },
        "axis": {
            "labelColor": LIGHT["ink-2"],
            "titleColor": LIGHT["ink-2"],
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": 500,
            "gridColor": LIGHT["line"],
            "domainColor": LIGHT["line-2"],
            "tickColor": LIGHT["line-2"],
            "labelLimit": 320,
        },
        "legend": {
            "labelColor": LIGHT["ink-2"],
            "titleColor": LIGHT["ink-2"],
            "labelFontSize": 12,
            "titleFontSize": 12,
            "labelLimit": 320,
        },
        "range": {"category": list(CATEGORIES)},
        "mark": {"color": LIGHT["accent"]},
        "text": {"color": LIGHT["ink"], "fontSize": 12},
    }
