"""From a line list to the delays of one step: what each case says about it, in days.

A date is a whole day, and an exposure may be a window of days. With both ends of a delay somewhere in a window, the
likelihood of the delay is its density averaged over a trapezium (Reich et al. 2009, Statistics in Medicine 28:2769,
section 2, exposure as likely on every day of its window). We average over the interval that has the same middle and the
same variance: for windows of v and w days it is sqrt(v² + w²) long. So a survival library can be asked, which knows
intervals. Of delays of two days and more this finds the distribution that the exact masses have, to a hundredth of a day;
of shorter ones to about a tenth, where dates say little anyhow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from quell.engines.timing.steps import Step
from quell.tables.definitions import KNOWN_BY

Days = np.ndarray[tuple[int], np.dtype[np.float64]]
Marks = np.ndarray[tuple[int], np.dtype[np.bool_]]
# How far in from its end a list is taken as complete: the lag to being listed that this share of cases keeps.
LISTED_SHARE = 0.95
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """An event of every case as a window of days since 1970, first to last; NaN where it is not known."""

    first: Days
    last: Days

    @property
    def known(self) -> Marks:
        """Which cases have it."""
        return ~np.isnan(self.first)


@dataclass(frozen=True, slots=True)
class Delays:
    """What cases say about one step, in days. Arrays run over the cases that have the first event and are usable.

    low, high  bounds of each delay; high is infinite where the case is still on the way
    spare      by how much the bounds lie outside the longer of the two windows, for the one estimate that needs none
    seen       the longest delay that could have been seen of this case; infinite where nothing is cut off
    whole      differences of dates between two single days, negative ones that are possible included
    """

    step: Step
    low: Days
    high: Days
    spare: Days
    seen: Days
    whole: Days
    n_missing: int
    n_negative: int
    n_impossible: int
    n_interval: int
    n_unlisted: int
    cut: int | None

    @property
    def finished(self) -> int:
        """How many delays have ended."""
        return int(np.isfinite(self.high).sum())

    @property
    def n_censored(self) -> int:
        """How many are still on the way."""
        return len(self.high) - self.finished

    @property
    def n_truncated(self) -> int:
        """How many are weighed by what could have been seen of them."""
        return int(np.isfinite(self.seen).sum())


@dataclass(frozen=True, slots=True)
class Known:
    """A line list as it was known at the end of a day.

    listed   the day on which the list had the case
    cut      that day, since 1970; None where the list is closed
    later    how many rows were not in the list yet
    """

    frame: pl.DataFrame
    events: dict[str, Window]
    listed: Days
    cut: int | None
    later: int


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The day of that number."""
    return _EPOCH + timedelta(days=number)


def known_at(frame: pl.DataFrame, as_of: date | None, *, closed: bool) -> Known:
    """The list as of that day: no later case, no later date. frame: a validated line list."""
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    listed = pl.coalesce(KNOWN_BY)
    kept = frame
    if as_of is not None:
        undated = pl.all_horizontal(pl.col(dates).is_null())
        ended_later = pl.any_horizontal((pl.col(name) > as_of).fill_null(value=False) for name in _ENDED_BY)
        kept = (
            frame.filter(listed.is_null() | (listed <= as_of))
            .filter(
                ~pl.all_horizontal((pl.col(name) > as_of).fill_null(value=True) for name in dates) | undated
            )
            .with_columns(pl.when(~ended_later).then(pl.col("outcome")).alias("outcome"))
            .with_columns(pl.when(pl.col(name) <= as_of).then(pl.col(name)).alias(name) for name in dates)
        )
    cut = None if closed or as_of is None else day_number(as_of)
    events = {name: _window(kept, name) for name in _COLUMNS} | _ends(kept) | {"exposure": _exposure(kept)}
    return Known(
        kept, events, _days(kept.select(listed.alias("listed"))["listed"]), cut, frame.height - kept.height
    )


def delays_of(step: Step, known: Known) -> Delays:
    """What the list says about this step."""
    start, end = known.events[step.from_step], known.events[step.to_step]
    has_start, has_end = start.known, end.known
    cut, unlisted = _cut(known, end)
    both = has_start & has_end
    single = both & (start.first == start.last)
    whole = (end.first - start.first)[single]
    middle = (start.first + start.last + 1) / 2
    between = (end.first + end.last + 1) / 2 - middle
    lengths = start.last - start.first + 1, end.last - end.first + 1
    half = np.hypot(*lengths) / 2
    spare = half - np.fmax(*lengths) / 2
    low, high = between - half, between + half
    negative = both & (end.last < start.first)
    usable = both & ~negative
    room = np.full(len(low), np.inf) if cut is None else np.maximum(cut + 1 - middle, high)
    waiting = np.zeros(len(low), dtype=bool)
    if cut is not None and known.cut is not None:
        if step.opened == "censored":
            waiting = has_start & ~has_end & _still_on(known.frame) & (start.last <= known.cut)
            low = np.where(waiting, known.cut + 1 - middle, low)
            high = np.where(waiting, np.inf, high)
            room = np.full(len(low), np.inf)
        else:
            usable &= end.first <= cut
    taken = usable | waiting
    return Delays(
        step=step,
        low=np.maximum(low[taken], 0.0),
        high=high[taken],
        spare=np.where(waiting, 0.0, spare)[taken],
        seen=room[taken],
        whole=whole[whole >= 0] if step.in_order else whole,
        n_missing=int((has_start & ~has_end & ~waiting).sum() + (has_end & ~has_start).sum()),
        n_negative=int(negative.sum()),
        n_impossible=int(negative.sum()) if step.in_order else 0,
        n_interval=int((usable & (start.first < start.last)).sum()),
        n_unlisted=unlisted if step.opened == "truncated" else 0,
        cut=cut if step.opened == "truncated" else known.cut,
    )


_COLUMNS = {
    "onset": "onset_date",
    "rash": "rash_date",
    "sample": "sample_date",
    "admission": "admission_date",
    "confirm": "confirm_date",
    "report": "report_date",
    "isolate": "isolate_date",
}
_ENDED_BY = ("outcome_date", "death_date", "recovery_date")


def _days(series: pl.Series) -> Days:
    numbers = series.cast(pl.Int32).cast(pl.Float64).fill_null(float("nan"))
    return numbers.to_numpy()


def _window(frame: pl.DataFrame, event: str) -> Window:
    days = _days(frame[_COLUMNS[event]])
    return Window(days, days)


def _exposure(frame: pl.DataFrame) -> Window:
    """The day of infection where it is known, else the window; one without an end closes on the day of onset."""
    exact, first, last = (_days(frame[name]) for name in ("infection_date", "exposure_start", "exposure_end"))
    onset = _days(frame["onset_date"])
    # Nobody is infected after falling ill: a window that runs on, or has no end, is closed by the onset.
    ends = np.where(onset < first, np.fmax(last, first), np.fmin(last, onset))
    known = ~np.isnan(first) & ~np.isnan(ends)
    begins, ends = np.where(known, first, np.nan), np.where(known, ends, np.nan)
    return Window(np.where(np.isnan(exact), begins, exact), np.where(np.isnan(exact), ends, exact))


def _ends(frame: pl.DataFrame) -> dict[str, Window]:
    """How it ended: the day of an outcome counts as that of the death where the outcome is death."""
    day = frame["outcome_date"]
    outcome = frame["outcome"]
    died = frame["death_date"].fill_null(day.set((outcome != "died").fill_null(value=True), None))
    recovered = frame["recovery_date"].fill_null(
        day.set((outcome != "recovered").fill_null(value=True), None)
    )
    ended = day.fill_null(died).fill_null(recovered)
    windows = {}
    for name, series in (("outcome", ended), ("died", died), ("recovered", recovered)):
        days = _days(series)
        windows[name] = Window(days, days)
    return windows


def _still_on(frame: pl.DataFrame) -> Marks:
    """Who is not known to have ended on a day that nobody wrote down, nor lost from sight."""
    ended = frame["outcome"].is_in(["died", "recovered", "lost"]).fill_null(value=False)
    dropped = (frame["classification"] == "not_a_case").fill_null(value=False)
    return ~(ended | dropped).to_numpy()


def _cut(known: Known, end: Window) -> tuple[int | None, int]:
    """The day up to which the list has nearly every finished step, and how many finished steps lie after it.

    A case may be listed only after the step has ended (it falls ill, and is reported days later). Then the last days are
    thin, and no formula for the step alone mends that: the cut moves back by the lag that most cases keep.
    """
    if known.cut is None:
        return None, 0
    lag = (known.listed - end.last)[end.known & ~np.isnan(known.listed)]
    if not len(lag):
        return known.cut, 0
    back = max(0, int(np.ceil(np.quantile(lag, LISTED_SHARE))))
    cut = known.cut - back
    return cut, int((end.first > cut).sum())
