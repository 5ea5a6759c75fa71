"""Line lists and their contacts and tests: rows that contradict themselves or each other are set aside, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from quell.exchange.dates import DayOrder
from quell.exchange.folder import TableFile
from quell.exchange.problems import Problem
from quell.exchange.rows import ReadRow, ReadTable, SetAside, read_rows


@dataclass(frozen=True, slots=True)
class Span:
    """How many days may lie between two dates of one case; outside of that one of the two is wrong."""

    earlier: str
    later: str
    least: int
    most: int


# Wide on purpose: they catch a mistyped year, not an unusual case.
SPANS = (
    Span("onset_date", "confirm_date", -30, 365),
    Span("onset_date", "report_date", -30, 365),
    Span("onset_date", "sample_date", -60, 365),
    Span("onset_date", "admission_date", -60, 365),
    Span("onset_date", "rash_date", -14, 60),
    Span("onset_date", "isolate_date", -90, 365),
    Span("onset_date", "death_date", 0, 730),
    Span("onset_date", "recovery_date", 0, 730),
    Span("onset_date", "outcome_date", 0, 730),
    Span("exposure_start", "exposure_end", 0, 730),
    Span("exposure_start", "onset_date", 0, 730),
    Span("infection_date", "onset_date", 0, 730),
    Span("confirm_date", "report_date", -90, 365),
    Span("recovery_date", "death_date", 0, 730),
    Span("first_exposure", "last_exposure", 0, 730),
)
_ENDS = {"died": "death_date", "recovered": "recovery_date"}


def read_table_file(file: TableFile, *, zone: str, today: date, dates: DayOrder | None) -> ReadTable:
    """Read a file of any table, with what its rows must be to themselves and to each other."""
    read = read_rows(file.raw, file.mapping, zone=zone, today=today, dates=dates)
    spans = [span for span in SPANS if {span.earlier, span.later} <= file.mapping.found.keys()]
    rejected = {}
    for place, row in enumerate(read.rows):
        problems = [*_spans(row, read, spans), *_contradictions(row, read)]
        if problems:
            rejected[place] = problems
    read.reject(rejected)
    if file.table.name == "linelist":
        _no_id_twice(read, "case_id")
    elif file.table.name == "places":
        _no_id_twice(read, "place_id")
    else:
        _no_row_twice(read)
    read.set_aside.sort(key=lambda each: each.line)
    return read


def _spans(row: ReadRow, read: ReadTable, spans: Sequence[Span]) -> list[Problem]:
    problems = []
    for span in spans:
        first, second = row.values.get(span.earlier), row.values.get(span.later)
        if first is None or second is None:
            continue
        days = (second - first).days
        if span.least <= days <= span.most:
            continue
        heading = read.mapping.heading(span.later)
        other = read.mapping.heading(span.earlier)
        way = f"{days} days after" if days >= 0 else f"{-days} days before"
        wanted = f"from {span.least} to {span.most} days after it"
        problems.append(
            Problem(row.line, heading, str(second), f"lies {way} {other} ({first}); believed is {wanted}")
        )
    return problems


def _contradictions(row: ReadRow, read: ReadTable) -> list[Problem]:
    values = row.values
    problems = []
    if "death_date" in values and values.get("outcome") not in {None, "died", "unknown"}:
        problem = f"says {values['outcome']}, but there is a day of death ({values['death_date']})"
        problems.append(_problem(row, read, "outcome", problem))
    if "infector_id" in values and values["infector_id"] == values.get("case_id"):
        problems.append(_problem(row, read, "infector_id", "says that the case infected itself"))
    if "source_id" in values and values["source_id"] == values.get("contact_id"):
        problems.append(_problem(row, read, "contact_id", "says that somebody met themselves"))
    if (
        "leave" in values
        and len(values["leave"]) == len(values["enter"])
        and values["leave"] < values["enter"]
    ):
        problems.append(_problem(row, read, "leave", "lies before the person came"))
    return problems


def _no_id_twice(read: ReadTable, name: str) -> None:
    """The same row again is one row; the same id with other content is set aside, all rows of it.

    A row that was set aside for another fault counts too: which of the two is the case is not ours to say.
    """
    place = read.mapping.found[name].place
    aside = Counter(each.cells[place].strip() for each in read.set_aside if place < len(each.cells))
    by_id: dict[str, list[ReadRow]] = {}
    for row in read.rows:
        by_id.setdefault(row.values[name], []).append(row)
    kept = []
    for identity, rows in by_id.items():
        alike = all(_said(row) == _said(rows[0]) for row in rows)
        if alike and not aside[identity]:
            kept.append(rows[0])
            read.repeated += len(rows) - 1
            continue
        count = len(rows) + aside[identity]
        problem = (
            f"stands in {count} rows that say different things; keep one, or give each case an id of its own"
        )
        read.set_aside.extend(
            SetAside(row.line, row.cells, (_problem(row, read, name, problem),)) for row in rows
        )
    read.rows = kept


def _no_row_twice(read: ReadTable) -> None:
    seen: dict[tuple[str, ...], ReadRow] = {}
    for row in read.rows:
        seen.setdefault(_said(row), row)
    read.repeated += len(read.rows) - len(seen)
    read.rows = list(seen.values())


def _said(row: ReadRow) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.cells)


def _problem(row: ReadRow, read: ReadTable, name: str, problem: str) -> Problem:
    heading = read.mapping.heading(name)
    return Problem(row.line, heading, read.mapping.cell(row.cells, name), problem)
