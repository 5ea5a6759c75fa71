"""Counts of a situation: frames in, plain numbers out. Nothing here knows a language or a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from quell.registry.reading.tables import OutbreakTables

WEEK = timedelta(days=7)
_DECADES = 9
_OLDEST_DECADE = _DECADES - 1
SEXES = ("female", "male")


@dataclass(frozen=True, slots=True)
class Recent:
    """Cases that became known in the last 7 days, and in the 7 before."""

    last: int
    before: int


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the cases. open: nobody said yet, or the case was still ill or lost."""

    died: int
    recovered: int
    open: int

    @property
    def all(self) -> int:
        """All cases."""
        return self.died + self.recovered + self.open

    @property
    def settled(self) -> int:
        """Cases that died or recovered."""
        return self.died + self.recovered


@dataclass(frozen=True, slots=True)
class AgeRow:
    """Cases of an age band, by sex; band: "" where the age is not known, or wider than ten years."""

    band: str
    female: int
    male: int
    other: int

    @property
    def all(self) -> int:
        """Of any sex."""
        return self.female + self.male + self.other


@dataclass(frozen=True, slots=True)
class Contacts:
    """People who were named as having met a case; cases: who of them are cases themselves.

    concluded  whom a rule of the pack took for a contact
    """

    named: int
    cases: int
    concluded: int
    recent: int


def recent(days: pl.Series, on: date) -> Recent:
    """How many of these days lie in the 7 days that end with `on`, and in the 7 before."""
    last = int(((days > on - WEEK) & (days <= on)).sum())
    before = int(((days > on - 2 * WEEK) & (days <= on - WEEK)).sum())
    return Recent(last, before)


def by_code(linelist: pl.DataFrame, column: str) -> list[tuple[str, int]]:
    """(code, cases), the most first; "" where nobody said."""
    counted = linelist.group_by(pl.col(column).fill_null("").alias("code")).len()
    return [
        (str(code), int(n)) for code, n in counted.sort(["len", "code"], descending=[True, False]).iter_rows()
    ]


def outcomes(linelist: pl.DataFrame) -> Outcomes:
    """Deaths, recoveries, and the rest."""
    died = int((linelist["outcome"] == "died").sum())
    recovered = int((linelist["outcome"] == "recovered").sum())
    return Outcomes(died, recovered, linelist.height - died - recovered)


def ages(linelist: pl.DataFrame) -> list[AgeRow]:
    """By bands of ten years, bands without a case left out at the ends; the last row: age not known."""
    if not linelist.height:
        return []
    both = linelist["age"].str.extract_groups(r"^\s*(\d+)(?:\s*[-–]\s*(\d+))?\s*$")
    youngest, oldest = (both.struct[n].cast(pl.Int64) for n in range(2))
    decade = (youngest // 10).clip(0, _OLDEST_DECADE)
    same = ((oldest // 10).clip(0, _OLDEST_DECADE) == decade) | oldest.is_null()
    frame = pl.DataFrame({"decade": decade, "same": same, "sex": linelist["sex"]}).with_columns(
        pl.when(pl.col("same")).then(pl.col("decade")).alias("decade")
    )
    rows = []
    there = frame["decade"].drop_nulls()
    first, last = (int(there.min() or 0), int(there.max() or 0)) if len(there) else (0, -1)  # type: ignore[arg-type]
    for number in [*range(first, last + 1), None]:
        of = frame.filter(pl.col("decade").is_null() if number is None else pl.col("decade") == number)
        women, men = (int((of["sex"] == sex).sum()) for sex in SEXES)
        band = (
            ""
            if number is None
            else "80+"
            if number == _OLDEST_DECADE
            else f"{number * 10}–{number * 10 + 9}"
        )
        if of.height or number is not None:
            rows.append(AgeRow(band, women, men, of.height - women - men))
    return rows


def contacts(tables: OutbreakTables, on: date) -> Contacts:
    """People named as contacts, once each."""
    first = tables.contacts.group_by("contact_id").agg(pl.col("known_date").min())
    cases = first.filter(pl.col("contact_id").is_in(tables.linelist["case_id"].implode()))
    return Contacts(first.height, cases.height, tables.contact_people, recent(first["known_date"], on).last)


def restricted(tables: OutbreakTables, at: datetime) -> tuple[int, list[tuple[str, int]]]:
    """How many people are held or isolated at a moment, and how many by measure; somebody may be under two."""
    standing = tables.restrictions.filter((pl.col("opened_at") <= at) & (pl.col("until") > at))
    by_measure = standing.group_by("measure").agg(pl.col("subject").n_unique()).sort("measure")
    return standing["subject"].n_unique(), [(str(name), int(n)) for name, n in by_measure.iter_rows()]


def filling_days(linelist: pl.DataFrame) -> int | None:
    """Within how many days of its onset nine of ten cases became known; None where fewer than ten have both days.

    Of cases that are known: in growth the true delay is longer, and so is what is still to come.
    """
    delays = (linelist["known_date"] - linelist["onset_date"]).dt.total_days().drop_nulls()
    delays = delays.filter(delays >= 0)
    if len(delays) < 10:  # noqa: PLR2004 - the fewest of which nine in ten can be said
        return None
    found = delays.quantile(0.9, "higher")
    return None if found is None else int(found)
