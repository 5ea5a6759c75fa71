"""Checking a line list: pure, a frame in, findings out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from quell.engines.quality import improbable
from quell.engines.quality.findings import Finding, Quality
from quell.tables.definitions import LINELIST
from quell.tables.frames import validated

if TYPE_CHECKING:
    import pandas as pd

# The columns that an investigation asks of every case, and of which cases: others may rightly be empty.
_ASKED: tuple[tuple[str, str], ...] = (
    ("onset_date", "symptomatic"),
    ("sample_date", "all"),
    ("confirm_date", "confirmed"),
    ("report_date", "all"),
    ("admission_date", "all"),
    ("isolate_date", "all"),
    ("exposure_start", "all"),
    ("classification", "all"),
    ("found_in", "all"),
    ("age", "all"),
    ("sex", "all"),
    ("occupation", "all"),
    ("infector_id", "all"),
    ("outcome", "all"),
    ("death_date", "died"),
    ("recovery_date", "recovered"),
)
# Where one of these is there, the other is not asked for.
_STANDS_FOR = {
    "exposure_start": "infection_date",
    "death_date": "outcome_date",
    "recovery_date": "outcome_date",
}
# The second cannot come first. A sample before the onset can: contacts are sampled before they fall ill.
_IN_ORDER = (
    ("exposure_start", "exposure_end"),
    ("exposure_start", "onset_date"),
    ("infection_date", "onset_date"),
    ("sample_date", "confirm_date"),
    ("onset_date", "death_date"),
    ("onset_date", "recovery_date"),
    ("onset_date", "outcome_date"),
    ("admission_date", "recovery_date"),
    ("admission_date", "death_date"),
    ("recovery_date", "death_date"),
)
_OLDEST = 120


def check(linelist: pl.DataFrame | pd.DataFrame, *, as_of: date | None = None) -> Quality:
    """What is missing, impossible and improbable in a line list.

    linelist  columns as ``quell.tables.definitions.LINELIST`` has them; only case_id is needed
    as_of     the day as of which it stands: a later date cannot be

    Raises TableRefused for what is no line list.
    """
    frame = validated(linelist, LINELIST)
    empty = [name for name, _ in _ASKED if frame[name].null_count() == frame.height]
    absent = tuple(name for name in empty if _absent(frame, name))
    findings = [*_missing(frame, absent), *_impossible(frame, as_of), *improbable.findings(frame)]
    return Quality(frame.height, tuple(findings), absent if frame.height else ())


def _absent(frame: pl.DataFrame, name: str) -> bool:
    """Whether the list does not have the column at all, nor what stands for it."""
    other = _STANDS_FOR.get(name)
    return other is None or frame[other].null_count() == frame.height


def _missing(frame: pl.DataFrame, absent: tuple[str, ...]) -> Iterator[Finding]:
    for name, of_whom in _ASKED:
        if name in absent:
            continue
        asked = frame.filter(_WHO[of_whom])
        lacking = pl.col(name).is_null()
        if name in _STANDS_FOR:
            lacking &= pl.col(_STANDS_FOR[name]).is_null()
        missing = asked.filter(lacking)
        if missing.height:
            yield Finding(
                "missing", f"missing_{of_whom}", (name,), missing.height, asked.height, _cases(missing)
            )


_WHO = {
    "all": pl.lit(value=True),
    "symptomatic": (pl.col("classification") != "asymptomatic").fill_null(value=True),
    "confirmed": (pl.col("classification") == "confirmed").fill_null(value=False),
    "died": (pl.col("outcome") == "died").fill_null(value=False),
    "recovered": (pl.col("outcome") == "recovered").fill_null(value=False),
}


def _impossible(frame: pl.DataFrame, as_of: date | None) -> Iterator[Finding]:
    for earlier, later in _IN_ORDER:
        both = frame.filter(pl.col(earlier).is_not_null() & pl.col(later).is_not_null())
        yield from _found(
            "order", (earlier, later), both.filter(pl.col(later) < pl.col(earlier)), both.height
        )
    died = frame.filter(pl.col("death_date").is_not_null() & pl.col("outcome").is_not_null())
    other = died.filter(~pl.col("outcome").is_in(["died", "unknown"]))
    yield from _found("alive_with_death", ("death_date",), other, died.height)
    sourced = frame.filter(pl.col("infector_id").is_not_null())
    itself = sourced.filter(pl.col("infector_id") == pl.col("case_id"))
    yield from _found("own_source", ("infector_id",), itself, sourced.height)
    round_about = frame.filter(pl.col("case_id").is_in(_in_circles(sourced)))
    yield from _found("circle", ("infector_id",), round_about, sourced.height)
    ages = frame.filter(pl.col("age").is_not_null())
    years = pl.col("age").str.extract(r"^\s*(-?\d+(?:\.\d+)?)\s*$").cast(pl.Float64)
    unheard = ages.filter((years < 0) | (years > _OLDEST))
    yield from _found("age", ("age",), unheard, ages.height, oldest=_OLDEST)
    twice = frame.filter(pl.col("case_id").is_duplicated())
    yield from _found("id_twice", ("case_id",), twice, frame.height)
    if as_of is not None:
        days = [name for name, kind in frame.schema.items() if kind == pl.Date]
        future = pl.any_horizontal((pl.col(name) > as_of).fill_null(value=False) for name in days)
        yield from _found("future", (), frame.filter(future), frame.height, day=as_of.isoformat())


def _in_circles(sourced: pl.DataFrame) -> list[str]:
    """The cases from whom following reported sources leads back to themselves, through others."""
    source = dict(sourced.select("case_id", "infector_id").iter_rows())
    settled: set[str] = set()
    found: list[str] = []
    for case in source:
        way: dict[str, int] = {}
        at = case
        while at in source and at not in settled and at not in way:
            way[at] = len(way)
            at = source[at]
        if at in way:
            ring = [each for each, place in way.items() if place >= way[at]]
            found += ring if len(ring) > 1 else []
        settled |= way.keys()
    return sorted(found)


def _found(
    what: str, columns: tuple[str, ...], rows: pl.DataFrame, of: int, **values: object
) -> Iterator[Finding]:
    if rows.height:
        yield Finding("impossible", what, columns, rows.height, of, _cases(rows), values)


def _cases(rows: pl.DataFrame) -> tuple[str, ...]:
    return tuple(rows["case_id"].to_list())
