"""How long each step took: complete pairs, and beside them what handles windows, cuts and open cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quell.engines.timing import estimate
from quell.engines.timing.complete import Figures, plain
from quell.engines.timing.delays import Delays, day_of, delays_of, known_at
from quell.engines.timing.estimate import Estimate, by_shape, observed, without_shape
from quell.engines.timing.result import Kind, Row, Timing
from quell.engines.timing.steps import STEPS, Step, named
from quell.engines.timing.words import Said, said
from quell.tables.definitions import LINELIST
from quell.tables.frames import validated

if TYPE_CHECKING:
    import pandas as pd

# A list whose last date lies longer ago than this is not being added to any more.
QUIET_DAYS = 60
_FEW_PERCENT = 0.05


def measure(
    linelist: pl.DataFrame | pd.DataFrame,
    *,
    steps: Iterable[Step | str | tuple[str, str]] | None = None,
    as_of: date | None = None,
    closed: bool | None = None,
    seed: int = 0,
    shapeless: bool = True,
) -> Timing:
    """Measure the steps of cases, in days.

    linelist  a row for each case, columns as ``quell.tables.definitions.LINELIST`` has them; only case_id is needed
    steps     which, as ("onset", "confirm") or "onset-confirm"; otherwise all for which the list has a pair of dates
    as_of     read the list as it was known at the end of that day: later rows and dates are left out
    closed    True: nobody follows these cases any more, so a missing date is missing. False: the outbreak runs, so delays
              are cut off by as_of (by the last date in the list where it is not given). None: closed where as_of is not
              given or lies more than 60 days after the last date of the list, else open
    seed      of the intervals that need chance; the same seed gives the same figures
    shapeless whether to give the estimates without a shape too, whose intervals take most of the time

    Raises TableRefused for what is no line list, StepRefused for a step that is none.
    """
    frame = validated(linelist, LINELIST)
    asked = None if steps is None else named(steps)
    as_of, is_closed, why = _standing(frame, as_of, closed=closed)
    known = known_at(frame, as_of, closed=is_closed)
    rows: list[Row] = []
    for step in asked or STEPS:
        found = delays_of(step, known)
        if asked is None and not found.finished and not found.n_impossible:
            continue
        rows += _rows(found, seed, shapeless=shapeless)
    return Timing(tuple(rows), known.frame.height, known.later, as_of, is_closed, why)


def last_date(linelist: pl.DataFrame) -> date | None:
    """The last date that stands anywhere in a validated line list."""
    dates = [name for name, kind in linelist.schema.items() if kind == pl.Date]
    found = linelist.select(pl.max_horizontal(pl.col(dates).max())) if linelist.height else None
    last: date | None = found.item() if found is not None else None
    return last


def _standing(
    frame: pl.DataFrame, as_of: date | None, *, closed: bool | None
) -> tuple[date | None, bool, Said]:
    """As of when the list is read, whether it is closed, and by which rule."""
    last = last_date(frame)
    if closed is False and (as_of or last):
        as_of = as_of or last
        return as_of, False, said("open_as_asked", cut=f"{as_of}")
    if closed is not None:
        return as_of, True, said("closed_as_asked")
    if as_of is None:
        return None, True, said("closed_by_rule")
    if last is None or (as_of - last).days > QUIET_DAYS:
        days = (as_of - last).days if last else 0
        return as_of, True, said("closed_by_age", days=days, cut=as_of.isoformat())
    return as_of, False, said("open_by_rule", cut=as_of.isoformat())


def _rows(delays: Delays, seed: int, *, shapeless: bool) -> Iterator[Row]:
    """The sets of figures of one step."""
    impossible = (said("impossible", n=delays.n_impossible),) if delays.n_impossible else ()
    possible = delays.n_negative - delays.n_impossible
    negative = (said("negative", n=possible),) if possible else ()
    yield _row(
        delays, "complete pairs", len(delays.whole), plain(delays.whole), (said("complete"), *impossible)
    )
    data = observed(delays) if len(delays.low) else None
    random = np.random.default_rng([seed, *f"{delays.step}".encode()])
    fitted = by_shape(data, random) if data else Estimate(plain(delays.whole[:0]), failure="few")
    longest = int(data.longest) if data and np.isfinite(data.longest) else 0
    taken = _taken(delays)
    yield _row(
        delays,
        "fitted",
        delays.finished,
        fitted.figures,
        (*taken, *_of_fit(fitted, longest), *negative, *impossible),
        distribution=fitted.distribution,
        beyond=fitted.beyond if longest and fitted.distribution else None,
    )
    if not shapeless:
        return
    free = without_shape(observed(delays, apart=True), random) if data else fitted
    if not free.failure:
        shape = said("conditional", longest=longest) if longest else said("no_shape")
        sentences = (*taken, shape, *negative, *impossible)
        yield _row(delays, "without a shape", delays.finished, free.figures, sentences)


def _row(
    delays: Delays,
    kind: Kind,
    count: int,
    figures: Figures,
    sentences: tuple[Said, ...],
    *,
    distribution: str | None = None,
    beyond: float | None = None,
) -> Row:
    estimated = kind != "complete pairs"
    return Row(
        from_step=delays.step.from_step,
        to_step=delays.step.to_step,
        kind=kind,
        n=count,
        figures=figures,
        sentences=sentences,
        n_censored=delays.n_censored if estimated else 0,
        n_missing=delays.n_missing,
        n_negative=delays.n_negative,
        n_impossible=delays.n_impossible,
        n_interval=delays.n_interval if estimated else 0,
        n_truncated=delays.n_truncated if estimated else 0,
        distribution=distribution,
        beyond=beyond,
    )


def _taken(delays: Delays) -> tuple[Said, ...]:
    """How the list was taken for this step."""
    days = (said("whole_days"), *((said("window"),) if delays.n_interval else ()))
    if delays.cut is None:
        return said("closed"), *days
    cut = day_of(delays.cut).isoformat()
    back = (said("cut_back", cut=cut, n=delays.n_unlisted),) if delays.n_unlisted else ()
    return said(delays.step.opened, cut=cut), *back, *days


def _of_fit(fitted: Estimate, longest: int) -> tuple[Said, ...]:
    if fitted.failure == "few":
        return (said("few", n=estimate.FEWEST),)
    if fitted.failure == "hidden":
        return (said("hidden", longest=longest),)
    if fitted.failure:
        return (said("no_fit"),)
    if longest and fitted.beyond > _FEW_PERCENT:
        return (said("extrapolated", percent=round(100 * fitted.beyond), longest=longest),)
    return ()
