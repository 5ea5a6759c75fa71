"""The picture of a measurement: steps down the side, a bar from the 10th to the 90th percentile, the median as a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quell.charts.look import LIGHT
from quell.engines.timing.words import ESTIMATES, Language, step_in

if TYPE_CHECKING:
    from altair import LayerChart

    from quell.engines.timing.result import Timing

WIDTH = 480
_ROW = 44
# An estimate may reach far beyond all that was seen; the picture is not stretched for it beyond this many times.
_FARTHEST = 2.0
_SHOWN = ("complete pairs", "fitted")
_WORDS: dict[str, dict[Language, str]] = {
    "title": {"en": "How long each step took", "zh": "各环节用时"},
    "days": {"en": "days", "zh": "天"},
    "count": {"en": "cases", "zh": "病例数"},
    "bars": {
        "en": "Bar: 10th to 90th percentile. Dot: median, its line the 95% interval.",
        "zh": "横条：第 10 至第 90 百分位。圆点：中位数，细线为其 95% 区间。",
    },
    "waiting": {"en": "After +: cases still on the way.", "zh": "+ 后为尚在进行中的病例。"},
    "cut": {"en": "What runs on is cut at {} days.", "zh": "更长的部分在 {} 天处截断。"},
    "none": {
        "en": "No case has the two dates of a step.",
        "zh": "没有病例同时具备某一环节的两个日期。",
    },
}


def figure(timing: Timing, language: Language, width: int = WIDTH) -> LayerChart:
    """The Altair definition; an empty measurement gives a picture that says so.

    width  of the part with the bars, in pixels
    """
    import altair as alt

    frame = _frame(timing, language)
    if not frame.height:
        said = alt.Chart(pl.DataFrame({"told": [_WORDS["none"][language]]})).mark_text(color=LIGHT["ink-2"])
        return alt.LayerChart(layer=[said.encode(text="told:N")]).properties(width=width, height=60)
    kinds = [ESTIMATES[kind][language] for kind in _SHOWN]
    low, high, cut = _reach(frame)
    told = [_WORDS["bars"][language]]
    told += [_WORDS["waiting"][language]] if frame["told"].str.contains("+", literal=True).any() else []
    told += [_WORDS["cut"][language].format(f"{high:g}")] if cut else []
    subtitle = {"en": " ", "zh": ""}[language].join(told)
    step = alt.Y(
        "step:N",
        sort=frame["step"].unique(maintain_order=True).to_list(),
        title=None,
        axis=alt.Axis(
            ticks=False, domain=False, labelPadding=12, labelColor=LIGHT["ink"], labelFontSize=12.5
        ),
        scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1),
    )
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[LIGHT["ink-3"], LIGHT["accent"]]),
        legend=alt.Legend(
            title=None, orient="top", symbolType="stroke", symbolStrokeWidth=7, symbolSize=200, offset=4
        ),
    )
    scale = alt.Scale(domain=[low, high], nice=False)
    axis = alt.Axis(tickCount=8, format="d", domain=False, ticks=False, labelPadding=6)
    days = alt.X("q10:Q", title=_WORDS["days"][language], scale=scale, axis=axis)
    offset = alt.YOffset("kind:N", sort=kinds)
    base = alt.Chart(frame).encode(y=step, yOffset=offset, color=colour)
    band = base.mark_rule(strokeWidth=9, strokeCap="round", opacity=0.28, clip=True).encode(
        x=days, x2="q90:Q"
    )
    around = base.mark_rule(strokeWidth=2, clip=True).encode(x="q50_lower:Q", x2="q50_upper:Q")
    dot = base.mark_point(filled=True, size=85, opacity=1, clip=True).encode(x="q50:Q")
    beside: Any = alt.value(width + 54)
    count = base.mark_text(align="right", fontSize=12).encode(x=beside, text="told:N")
    head = (
        alt.Chart(pl.DataFrame({"head": [_WORDS["count"][language]]}))
        .mark_text(align="right", fontSize=12, color=LIGHT["ink-2"], baseline="bottom")
        .encode(x=beside, y=alt.value(-4), text="head:N")
    )
    title = alt.TitleParams(_WORDS["title"][language], subtitle=subtitle)
    height = _ROW * frame["step"].n_unique()
    return alt.LayerChart(layer=[band, around, dot, count, head]).properties(
        width=width, height=height, title=title
    )


def _reach(frame: pl.DataFrame) -> tuple[float, float, bool]:
    """From where to where the axis runs, and whether a bar runs on beyond it."""
    seen = frame.filter(pl.col("which") == "complete pairs")["q90"].max()
    farthest = float(frame["q90"].max())  # type: ignore[arg-type]
    ends = frame["q50_upper"].max()
    high = farthest if seen is None else min(farthest, max(_FARTHEST * float(seen), 1.0))  # type: ignore[arg-type]
    low = min(0.0, float(frame["q10"].min()))  # type: ignore[arg-type]
    room = 0.03 * (high - low)
    end = float(int(high + room) + 1)
    runs_on = max(farthest, farthest if ends is None else float(ends)) > end  # type: ignore[arg-type]
    return (low - room if low < 0 else 0.0), end, runs_on


def _frame(timing: Timing, language: Language) -> pl.DataFrame:
    """What is drawn: a row for complete pairs and for the estimate of each step, where there are figures."""
    drawn = {"q10", "q50", "q90", "q50_lower", "q50_upper"}
    rows = [
        {
            "step": step_in(row.from_step, row.to_step, language),
            "which": row.kind,
            "kind": ESTIMATES[row.kind][language],
            **{name: value for name, value in row.values(language).items() if name in drawn},
            "told": f"{row.n:,}" + (f" + {row.n_censored:,}" if row.n_censored else ""),
        }
        for row in timing.rows
        if row.kind in _SHOWN and row.figures.quantiles[1] is not None
    ]
    return pl.DataFrame(rows, infer_schema_length=None)
