"""From files and exports to the frames that engines take: a line list file, a folder that holds one, or a ledger's export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from quell.errors import QuellError
from quell.exchange import folder
from quell.exchange.confirmed import confirmed_by
from quell.exchange.dates import DayOrder
from quell.exchange.linelist import read_table_file
from quell.exchange.preparing import Asked, settled
from quell.exchange.problems import FileRefused
from quell.exchange.rows import ReadRow, SetAside
from quell.exchange.sources import How
from quell.ledger.exported import effective_facts, is_export
from quell.registry.reading.caserows import case_rows
from quell.tables.definitions import LINELIST
from quell.tables.frames import of_rows


@dataclass(frozen=True, slots=True)
class LineList:
    """A line list as a frame, and how it came to be.

    columns    (heading in the file, column of the table); none for an export
    set_aside  rows that were not taken, with every fault; header: the file's own headings
    left_out   headings that were not read on purpose; notes: what was assumed
    """

    frame: pl.DataFrame
    source: str
    rows: int
    columns: tuple[tuple[str, str], ...] = ()
    header: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    repeated: int = 0
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def line_list(
    path: Path,
    *,
    today: date,
    zone: str = "UTC",
    dates: DayOrder | None = None,
    outbreak: str | None = None,
    mapping: Path | None = None,
    allowed: frozenset[str] = frozenset(),
) -> LineList:
    """Read the line list at this path: a file, a folder that holds one, or what ``quell ledger export`` wrote.

    today     nothing in a file may lie after it; zone: of moments in a file (facts of an export have their own)
    dates     how a file means 03/04/2022
    outbreak  which outbreak of an export; needed where it holds several
    mapping   a mapping that ``quell open --propose`` wrote and somebody corrected
    allowed   special categories for which a purpose was given

    Raises QuellError when there is none, or not one row can be taken.
    """
    if path.is_file() and is_export(path):
        return _of_export(path, outbreak)
    try:
        confirmed = confirmed_by(mapping, None)
        how = How(zone=zone, ids=confirmed.ids)
        found = settled(folder.find(path, allowed=allowed, how=how, confirmed=confirmed), Asked(dates=dates))
    except FileRefused as error:
        raise QuellError(str(error)) from error
    file = found.files[LINELIST.name]
    read = read_table_file(file, zone=zone, today=today, dates=dates)
    if not read.rows:
        told = "\n  ".join(str(problem) for row in read.set_aside[:10] for problem in row.problems)
        raise QuellError(f"{file.label}: not one row can be taken:\n  {told}")
    return LineList(
        of_rows(map(_values, read.rows), LINELIST),
        file.label,
        read.total,
        tuple((each.heading, name) for name, each in file.mapping.found.items()),
        tuple(file.raw.header),
        tuple(read.set_aside),
        read.repeated,
        tuple(file.mapping.left_out),
        tuple(found.notes),
    )


def _values(row: ReadRow) -> dict[str, Any]:
    """A row as an engine's table has it: an age band is text, as people write it."""
    values = dict(row.values)
    if "age" in values:
        youngest, oldest = values["age"]
        values["age"] = str(youngest) if youngest == oldest else f"{youngest}-{oldest}"
    return values


def _of_export(path: Path, outbreak: str | None) -> LineList:
    subjects = effective_facts(path)
    chosen = _chosen(
        path, (fact.body.get("outbreaks", ()) for facts in subjects.values() for fact in facts), outbreak
    )
    rows, notes = case_rows(subjects, chosen)
    if not rows:
        raise QuellError(f"{path.name} holds no case of {chosen}")
    return LineList(of_rows(rows, LINELIST), path.name, len(rows), notes=(f"cases of {chosen}", *notes))


def _chosen(path: Path, named: Iterable[Iterable[str]], asked: str | None) -> str:
    """The outbreak that is asked for, or the only one there is."""
    there = Counter(outbreak for outbreaks in named for outbreak in outbreaks)
    if asked is not None:
        wanted = asked if asked.startswith("outbreak:") else f"outbreak:{asked}"
        if wanted in there:
            return wanted
    elif len(there) == 1:
        return next(iter(there))
    listed = ", ".join(sorted(there)) or "none"
    problem = f"has no {asked}" if asked else "holds not one outbreak but several, or none"
    raise QuellError(f"{path.name} {problem}; say which with --outbreak: {listed}")
