"""What can be and hardly is: delays far out, favoured days and ages, rows alike, one day with too many.

Each rule is stated with what it finds. None of them says that a row is wrong: it says where to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
from scipy import stats

from quell.engines.quality.findings import Finding

_DELAYS = (
    ("exposure_start", "onset_date"),
    ("onset_date", "sample_date"),
    ("onset_date", "admission_date"),
    ("onset_date", "confirm_date"),
    ("onset_date", "report_date"),
    ("sample_date", "confirm_date"),
    ("confirm_date", "report_date"),
    ("onset_date", "death_date"),
    ("onset_date", "recovery_date"),
)
_DATES = ("onset_date", "sample_date", "admission_date", "confirm_date", "report_date")
# Tukey 1977, section 2D: "far out" lies beyond three times the hinge spread.
_FAR_OUT = 3
FEWEST = 20
FEWEST_FOR_HEAPS = 50
# So seldom by chance, before a heap is told.
CHANCE = 0.001
_SPIKE_CHANCE = 1e-6
_SPIKE_LEAST, _SPIKE_TIMES = 10, 4
_WHIPPLE_FROM, _WHIPPLE_TO, _WHIPPLE_TOLD = 23, 62, 125
_FILLED = 5
_WEEK = 7


def findings(frame: pl.DataFrame) -> Iterator[Finding]:
    """Everything improbable in a validated line list."""
    for earlier, later in _DELAYS:
        yield from _far_out(frame, earlier, later)
    for name in _DATES:
        yield from _weekdays(frame, name)
        yield from _first_or_fifteenth(frame, name)
        yield from _one_day(frame, name)
    yield from _ages(frame)
    yield from _alike(frame)
    yield from _source_later(frame)


def _far_out(frame: pl.DataFrame, earlier: str, later: str) -> Iterator[Finding]:
    both = frame.filter(pl.col(earlier).is_not_null() & pl.col(later).is_not_null()).with_columns(
        (pl.col(later) - pl.col(earlier)).dt.total_days().alias("days")
    )
    if both.height < FEWEST:
        return
    low, high = both["days"].quantile(0.25, "linear"), both["days"].quantile(0.75, "linear")
    if low is None or high is None:
        return
    # Dates are whole days: a spread of less than one says nothing.
    reach = _FAR_OUT * max(high - low, 1.0)
    beyond = both.filter((pl.col("days") < low - reach) | (pl.col("days") > high + reach))
    if beyond.height:
        values = {"least": int(low - reach), "most": int(high + reach)}
        yield _finding("far_out", (earlier, later), beyond, both.height, values)


def _weekdays(frame: pl.DataFrame, name: str) -> Iterator[Finding]:
    """Whether one weekday has far more than its part: offices that close, or days that are guessed."""
    days = frame[name].drop_nulls()
    if len(days) < FEWEST_FOR_HEAPS or (_last(days) - _first(days)).days < 4 * _WEEK:
        return
    counts = [int((days.dt.weekday() == day).sum()) for day in range(1, _WEEK + 1)]
    if stats.chisquare(counts).pvalue >= CHANCE:
        return
    most, least = max(range(_WEEK), key=counts.__getitem__), min(range(_WEEK), key=counts.__getitem__)
    if counts[most] < 2 * max(1, counts[least]):
        return
    values = {"most": most, "most_n": counts[most], "least": least, "least_n": counts[least]}
    yield Finding("improbable", "weekday", (name,), counts[most], len(days), (), values)


def _first_or_fifteenth(frame: pl.DataFrame, name: str) -> Iterator[Finding]:
    """Days that stand for "about then": against the two days on either side of each."""
    days = frame[name].drop_nulls()
    if len(days) < FEWEST_FOR_HEAPS:
        return
    on = days.dt.day().is_in([1, 15])
    near = sum((days.dt.offset_by(f"{shift}d").dt.day().is_in([1, 15])).sum() for shift in (-2, -1, 1, 2))
    total = int(on.sum()) + int(near)
    if total == 0:
        return
    chance = stats.binomtest(int(on.sum()), total, 0.2, alternative="greater").pvalue
    if chance < CHANCE and on.sum() * 4 >= 2 * near:
        there = frame.filter(pl.col(name).dt.day().is_in([1, 15]))
        yield _finding("first_or_fifteenth", (name,), there, len(days), {"expected": round(near / 4)})


def _one_day(frame: pl.DataFrame, name: str) -> Iterator[Finding]:
    """A day with far more than the week around it."""
    counted = dict(frame[name].drop_nulls().value_counts().iter_rows())
    for day in sorted(counted):
        # A week must lie on either side: on the edge of a wave every day is far above those before it.
        if (day - min(counted)).days < _WEEK or (max(counted) - day).days < _WEEK:
            continue
        around = [
            counted.get(day + timedelta(days=shift), 0) for shift in range(-_WEEK, _WEEK + 1) if shift != 0
        ]
        mean = max(sum(around) / len(around), 1.0)
        count = counted[day]
        if (
            count < _SPIKE_LEAST
            or count < _SPIKE_TIMES * mean
            or stats.poisson.sf(count - 1, mean) >= _SPIKE_CHANCE
        ):
            continue
        there = frame.filter(pl.col(name) == day)
        values = {"day": day.isoformat(), "around": round(mean, 1)}
        yield _finding("one_day", (name,), there, sum(counted.values()), values)


def _ages(frame: pl.DataFrame) -> Iterator[Finding]:
    """Whipple's index: ages from 23 to 62 that end in 0 or 5, a hundred where none is favoured."""
    ages = frame["age"].drop_nulls().str.extract(r"^\s*(\d+)\s*$").cast(pl.Int64).drop_nulls()
    asked = ages.filter((ages >= _WHIPPLE_FROM) & (ages <= _WHIPPLE_TO))
    if len(asked) < FEWEST_FOR_HEAPS:
        return
    heaped = int((asked % 5 == 0).sum())
    index = 100 * heaped / (len(asked) / 5)
    if (
        index >= _WHIPPLE_TOLD
        and stats.binomtest(heaped, len(asked), 0.2, alternative="greater").pvalue < CHANCE
    ):
        yield Finding("improbable", "whipple", ("age",), heaped, len(asked), (), {"index": round(index)})


def _alike(frame: pl.DataFrame) -> Iterator[Finding]:
    """Rows that say the same in everything but their id."""
    said = [name for name in frame.columns if name not in {"case_id", "known_date"}]
    filled = frame.filter(
        pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in said) >= _FILLED
    )
    # A band of ages is shared by many: only an age in years tells people apart.
    single = pl.col("age").str.contains(r"^\s*\d+\s*$").fill_null(value=False)
    asked = filled.filter(single & pl.col("sex").is_not_null())
    if not asked.height:
        return
    same = asked.filter(asked.select(said).is_duplicated())
    if same.height:
        yield _finding("alike", (), same, asked.height, {"filled": _FILLED})


def _source_later(frame: pl.DataFrame) -> Iterator[Finding]:
    """Who fell ill before the case that is said to have infected them."""
    sources = frame.select(pl.col("case_id").alias("infector_id"), pl.col("onset_date").alias("source_onset"))
    pairs = (
        frame.filter(pl.col("infector_id").is_not_null() & pl.col("onset_date").is_not_null())
        .join(sources.unique("infector_id"), on="infector_id", how="inner")
        .filter(pl.col("source_onset").is_not_null())
    )
    before = pairs.filter(pl.col("onset_date") < pl.col("source_onset"))
    if before.height:
        yield _finding("source_later", ("onset_date",), before, pairs.height, {})


def _finding(
    what: str, columns: tuple[str, ...], rows: pl.DataFrame, of: int, values: dict[str, Any]
) -> Finding:
    return Finding("improbable", what, columns, rows.height, of, tuple(rows["case_id"].to_list()), values)


def _first(days: pl.Series) -> date:
    found = days.min()
    assert isinstance(found, date)  # noqa: S101 - a series of days that is not empty
    return found


def _last(days: pl.Series) -> date:
    found = days.max()
    assert isinstance(found, date)  # noqa: S101 - the same
    return found
