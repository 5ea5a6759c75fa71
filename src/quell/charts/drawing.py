"""A chart definition, drawn: SVG for pages, PDF for reports. Nothing is fetched and no browser is started."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from quell.charts.look import FONT, FONT_OF_A_PDF, LIGHT, theme

if TYPE_CHECKING:
    from altair import TopLevelMixin

_COLOUR = re.compile(r'\b(fill|stroke)="(#[0-9a-f]{6})"', re.IGNORECASE)
_TOKENS = {colour: name for name, colour in LIGHT.items()}


def to_svg(chart: TopLevelMixin, *, follow_page: bool = False) -> str:
    """The chart as SVG.

    follow_page  its colours are those of the page that it stands in (dark there, dark here); for SVG inside HTML only,
                 since other programs do not know a page's colours
    """
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(_definition(chart))
    if not follow_page:
        return drawn
    return _COLOUR.sub(lambda found: f'{found[1]}="{_of_page(found[2])}"', drawn)


def to_pdf(chart: TopLevelMixin) -> bytes:
    """The chart as one page of PDF, its letters as letters; Chinese needs a Chinese font on this machine."""
    import vl_convert

    return vl_convert.vegalite_to_pdf(_definition(chart, FONT_OF_A_PDF))


def write_svg(chart: TopLevelMixin, path: Path) -> Path:
    """Write the chart as an SVG file."""
    path.write_text(to_svg(chart), encoding="utf-8")
    return path


def _definition(chart: TopLevelMixin, font: str = FONT) -> dict[str, object]:
    """The Vega-Lite definition with the house's theme; what the chart itself sets wins over the theme."""
    definition: dict[str, object] = chart.to_dict(context={"pre_transform": False})
    own = definition.get("config")
    # Altair gives every chart this view size and no more; it is not a wish of the chart's.
    kept = {name: value for name, value in own.items() if name != "view"} if isinstance(own, dict) else {}
    return {**definition, "config": {**theme(font), **kept}}


def _of_page(colour: str) -> str:
    name = _TOKENS.get(colour.lower())
    return f"var(--{name},{colour})" if name else colour
