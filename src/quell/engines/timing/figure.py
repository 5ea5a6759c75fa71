"""The picture of a measurement: steps down the side, a bar from the 10th to the 90th percentile, the median as a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quell.charts.look import LIGHT
from quell.engines.timing.words import ESTIMATES, Language, step_in

if TYPE_CHECKING:
    from altair import LayerChart

    from quell.engines.timing.result import Timing

_ROW = 46
_WORDS: dict[str, dict[Language, str]] = {
    "title": {"en": "How long each step took", "zh": "各环节用时"},
    "days": {"en": "days", "zh": "天"},
    "bars": {
        "en": "bar: 10th to 90th percentile · dot: median · right: cases",
        "zh": "横条：第 10 至第 90 百分位 · 圆点：中位数 · 右侧：病例数",
    },
    "none": {"en": "no case has the two dates of a step", "zh": "没有病例具备某一环节的两个日期"},
}
_SHOWN = ("complete pairs", "fitted")


def figure(timing: Timing, language: Language) -> LayerChart:
    """The Altair definition; an empty measurement gives a picture that says so."""
    import altair as alt

    frame = _frame(timing, language)
    if not frame.height:
        empty = alt.Chart(pl.DataFrame({"told": [_WORDS["none"][language]]}))
        return alt.LayerChart(layer=[empty.mark_text(color=LIGHT["ink-2"]).encode(text="told:N")])
    kinds = [ESTIMATES[kind][language] for kind in _SHOWN]
    order = frame["step"].unique(maintain_order=True).to_list()
    step = alt.Y("step:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=10))
    offset = alt.YOffset("kind:N", sort=kinds, scale=alt.Scale(paddingOuter=0.25))
    colour = alt.Color(
        "kind:N",
        sort=kinds,
        scale=alt.Scale(domain=kinds, range=[LIGHT["ink-3"], LIGHT["accent"]]),
        legend=alt.Legend(title=None, orient="top", symbolType="stroke", symbolStrokeWidth=6, symbolSize=180),
    )
    days = alt.X("q10:Q", title=_WORDS["days"][language], axis=alt.Axis(tickCount=8, format="d"))
    base = alt.Chart(frame).encode(y=step, yOffset=offset)
    band = base.mark_rule(strokeWidth=7, strokeCap="round", opacity=0.45).encode(
        x=days, x2="q90:Q", color=colour
    )
    around = base.mark_rule(strokeWidth=2).encode(x="q50_lower:Q", x2="q50_upper:Q", color=colour)
    dot = base.mark_point(filled=True, size=90, opacity=1, stroke=LIGHT["panel"], strokeWidth=1.5).encode(
        x="q50:Q", color=colour
    )
    end: Any = alt.value(_width() + 14)
    count = base.mark_text(align="left", fontSize=11.5).encode(x=end, text="told:N", color=colour)
    title = alt.TitleParams(_WORDS["title"][language], subtitle=_WORDS["bars"][language])
    return alt.LayerChart(layer=[band, around, dot, count]).properties(
        width=_width(), height=alt.Step(_ROW / 2), title=title
    )


def _width() -> int:
    return 520


def _frame(timing: Timing, language: Language) -> pl.DataFrame:
    """What is drawn: a row for complete pairs and for the estimate of each step, where there are figures."""
    rows = [
        {
            "step": step_in(row.from_step, row.to_step, language),
            "kind": ESTIMATES[row.kind][language],
            **{
                name: value
                for name, value in row.values(language).items()
                if name in {"q10", "q50", "q90", "q50_lower", "q50_upper"}
            },
            "told": f"{row.n:,}" + (f" + {row.n_censored:,}" if row.n_censored else ""),
        }
        for row in timing.rows
        if row.kind in _SHOWN and row.figures.quantiles[1] is not None
    ]
    return pl.DataFrame(rows, infer_schema_length=None)
