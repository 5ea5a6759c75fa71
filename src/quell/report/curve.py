"""The epidemic curve of a report: bars by the best date of each case, a line by when they became known, the days that fill."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quell.charts.look import LIGHT

if TYPE_CHECKING:
    from altair import LayerChart

# Which date a case is put on, best first, and its colour.
BASES = ("onset", "sample", "known")
_COLOURS = {"onset": LIGHT["accent"], "sample": LIGHT["info"], "known": LIGHT["ink-3"]}
_DAILY_UP_TO = 70
_HEIGHT = 220
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Bin:
    """A day, or seven days from `first`: cases by the date they were put on, and how many became known in it."""

    first: date
    days: int
    onset: int
    sample: int
    known: int
    became_known: int

    @property
    def total(self) -> int:
        """Cases put here."""
        return self.onset + self.sample + self.known


@dataclass(frozen=True, slots=True)
class Curve:
    """The bins in order, and from which day on they still fill (None where that cannot be said)."""

    bins: tuple[Bin, ...]
    filling_from: date | None

    @property
    def weekly(self) -> bool:
        """Whether a bin is seven days."""
        return bool(self.bins) and self.bins[0].days == _WEEK

    def total(self, basis: str) -> int:
        """Cases put by this date."""
        return sum(getattr(each, basis) for each in self.bins)


def curve(linelist: pl.DataFrame, on: date, *, filling: int | None, weekly: bool = False) -> Curve:
    """The curve up to a day. Days without a case are kept; weeks end with the day of the report.

    filling  how many days back the curve still fills
    weekly   always by week; otherwise only where there are 70 days or more
    """
    put: Counter[tuple[str, date]] = Counter()
    became: Counter[date] = Counter()
    for onset, sample, known in linelist.select("onset_date", "sample_date", "known_date").iter_rows():
        basis = "onset" if onset else "sample" if sample else "known"
        put[basis, min(onset or sample or known, on)] += 1
        became[known] += 1
    if not put:
        return Curve((), None)
    first = min(*(day for _, day in put), *became)
    length = _WEEK if weekly or (on - first).days >= _DAILY_UP_TO else 1
    count = -(-((on - first).days + 1) // length)
    begins = on + timedelta(days=1) - timedelta(days=count * length)
    cells = [dict.fromkeys((*BASES, "became_known"), 0) for _ in range(count)]
    for (basis, day), number in put.items():
        cells[(day - begins).days // length][basis] += number
    for day, number in became.items():
        cells[(day - begins).days // length]["became_known"] += number
    bins = tuple(
        Bin(begins + timedelta(days=place * length), length, **cell) for place, cell in enumerate(cells)
    )
    return Curve(bins, None if filling is None else on + timedelta(days=1) - timedelta(days=filling))


def picture(made: Curve, words: dict[str, str], smallest: int = 0, *, width: int = 760) -> LayerChart:
    """The curve as an Altair definition.

    words     of the legend and axes, in the reader's language: onset, sample, known, became_known, filling, cases, few
    smallest  counts from 1 to below this are drawn as pale bars of half that height: they are not told
    width     of the drawing in pixels, axes apart
    """
    import altair as alt

    end = made.bins[-1].first + timedelta(days=made.bins[-1].days)
    bars = pl.DataFrame(_bars(made, words, smallest), schema=_BARS, orient="row")
    put = [basis for basis in BASES if made.total(basis)]
    if smallest:
        put = put[:1]
    legend, colours = [words[basis] for basis in put], [_COLOURS[basis] for basis in put]
    if any(few for *_, few in bars.iter_rows()):
        legend, colours = [*legend, words["few"]], [*colours, LIGHT["line-2"]]
    time = alt.Scale(type="utc", domain=[_at(made.bins[0].first), _at(end)], nice=False)
    axis = alt.Axis(
        format=_written(made), tickCount=max(3, width // 95), labelOverlap=True, grid=False, title=None
    )
    x: Any = alt.X("from:T", scale=time, axis=axis)
    y: Any = alt.Y("low:Q", title=words["cases"], axis=alt.Axis(tickMinStep=1, format="d"))
    colour = alt.Color(
        "basis:N",
        sort=legend,
        scale=alt.Scale(domain=legend, range=colours),
        legend=alt.Legend(title=None, orient="top", symbolType="square"),
    )
    layers = []
    if made.filling_from is not None and made.filling_from < end:
        shade = pl.DataFrame({"from": [max(made.filling_from, made.bins[0].first)], "to": [end]})
        layers.append(
            alt.Chart(_moments(shade)).mark_rect(color=LIGHT["soon"], opacity=0.12).encode(x=x, x2="to:T")
        )
    layers.append(
        alt.Chart(_moments(bars)).mark_rect().encode(x=x, x2="to:T", y=y, y2="high:Q", color=colour)
    )
    if not smallest:
        line = pl.DataFrame(
            {
                "from": [each.first for each in made.bins] + [end],
                "count": [each.became_known for each in made.bins] + [made.bins[-1].became_known],
            }
        )
        layers.append(
            alt.Chart(_moments(line))
            .mark_line(interpolate="step-after", color=LIGHT["ink"], strokeWidth=1.3)
            .encode(x=x, y="count:Q")
        )
    return alt.LayerChart(layer=layers).properties(width=width, height=_HEIGHT)


_BARS: Any = {
    "from": pl.Date,
    "to": pl.Date,
    "low": pl.Float64,
    "high": pl.Float64,
    "basis": pl.String,
    "few": pl.Boolean,
}


def _bars(made: Curve, words: dict[str, str], smallest: int) -> list[tuple[Any, ...]]:
    """(from, to, low, high, of which colour, whether it hides a small count). Where small counts hide, parts are not told."""
    rows: list[tuple[Any, ...]] = []
    put = [basis for basis in BASES if made.total(basis)]
    for each in made.bins:
        to = each.first + timedelta(days=each.days)
        if 0 < each.total < smallest:
            rows.append((each.first, to, 0.0, smallest / 2, words["few"], True))
            continue
        low = 0.0
        for basis in put[:1] if smallest else put:
            number = each.total if smallest else getattr(each, basis)
            if number:
                rows.append((each.first, to, low, low + number, words[basis], False))
                low += number
    return rows


def _moments(frame: pl.DataFrame) -> pl.DataFrame:
    """Days as UTC midnights, so that no machine's own zone moves a bar."""
    return frame.with_columns(
        pl.col(name).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
        for name, kind in frame.schema.items()
        if kind == pl.Date
    )


def _at(day: date) -> Any:
    import altair as alt

    return alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True)


def _written(made: Curve) -> str:
    years = {each.first.year for each in made.bins}
    return "%Y-%m-%d" if len(years) > 1 else "%m-%d"
