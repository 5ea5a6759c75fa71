"""One definition, drawn for a page and for a report."""

from __future__ import annotations

import altair as alt
import polars as pl
import pytest

from quell.charts.drawing import to_pdf, to_svg
from quell.charts.look import LIGHT


@pytest.fixture
def bars() -> alt.Chart:
    frame = pl.DataFrame({"word": ["发病", "报告"], "days": [3, 5]})
    return alt.Chart(frame, title="步骤").mark_bar(color=LIGHT["accent"]).encode(x="days", y="word")


def test_a_chart_is_svg_in_the_colours_of_the_house(bars: alt.Chart) -> None:
    drawn = to_svg(bars)
    assert drawn.startswith("<svg")
    assert LIGHT["accent"] in drawn
    assert "发病" in drawn
    assert "var(" not in drawn


def test_on_a_page_the_colours_are_those_of_the_page(bars: alt.Chart) -> None:
    assert f"var(--accent,{LIGHT['accent']})" in to_svg(bars, follow_page=True)


def test_a_chart_is_a_page_of_pdf(bars: alt.Chart) -> None:
    assert to_pdf(bars).startswith(b"%PDF-")


def test_the_colours_are_those_of_the_style_sheet() -> None:
    from pathlib import Path

    import quell

    sheet = Path(quell.__file__).parent / "desks" / "house" / "static" / "quell" / "house.css"
    light = sheet.read_text(encoding="utf-8").partition(":root[data-theme=dark]")[0]
    written = {name: colour.replace("#ffffff", "#fff") for name, colour in LIGHT.items()}
    assert [name for name, colour in written.items() if f"--{name}:{colour}" not in light] == []
