"""Checking a file without opening anything: what it is, and every problem by row and column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from quell.catalogue.when import local_date
from quell.exchange.confirmed import Confirmed
from quell.exchange.dates import DayOrder
from quell.exchange.deciding import decide
from quell.exchange.folder import TableFile, any_tables
from quell.exchange.laboratory import read_results
from quell.exchange.linelist import read_table_file
from quell.exchange.problems import FileRefused, Problem
from quell.exchange.sources import ENDINGS, How
from quell.tables.definitions import TABLES


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What a file is taken for (None where that cannot be said), its columns, its rows, and what is wrong."""

    file: str
    table: str | None
    rows: int
    columns: list[tuple[str, str]]
    unused: list[str]
    problems: list[Problem]


def check_path(
    path: Path,
    *,
    now: datetime,
    zone: str = "UTC",
    dates: DayOrder | None = None,
    encoding: str | None = None,
    confirmed: Confirmed | None = None,
) -> list[CheckedFile]:
    """Check a file, or every file of a folder; a workbook is checked sheet by sheet."""
    files = [path]
    if path.is_dir():
        files = [each for each in sorted(path.iterdir()) if each.suffix.lower() in ENDINGS]
    return [
        found
        for each in files
        for found in check_tables(
            each, now=now, zone=zone, dates=dates, encoding=encoding, confirmed=confirmed
        )
    ]


def check_file(path: Path, *, now: datetime, zone: str = "UTC", dates: DayOrder | None = None) -> CheckedFile:
    """Check the first table of a file."""
    return check_tables(path, now=now, zone=zone, dates=dates)[0]


def check_tables(
    path: Path,
    *,
    now: datetime,
    zone: str = "UTC",
    dates: DayOrder | None = None,
    encoding: str | None = None,
    confirmed: Confirmed | None = None,
) -> list[CheckedFile]:
    """Check each table of a file: whether it is one that is known, and whether every row can be taken."""
    try:
        how = How(encoding, zone if zone != "UTC" else None, confirmed.ids if confirmed else None)
        tables = any_tables(path, how=how, confirmed=confirmed)
    except FileRefused as error:
        return [CheckedFile(str(path), None, 0, [], [], [error.problem])]
    except OSError as error:
        problem = Problem(None, None, "", f"cannot be opened: {error.strerror}")
        return [CheckedFile(str(path), None, 0, [], [], [problem])]
    several = len(tables) > 1
    return [
        _checked(
            f"{path}, {raw.stem}" if several else str(path), found, path, now=now, zone=zone, dates=dates
        )
        for raw, found in tables
    ]


def _checked(
    name: str, found: TableFile | None, path: Path, *, now: datetime, zone: str, dates: DayOrder | None
) -> CheckedFile:
    if found is None:
        wanted = "; ".join(f"{table.name}: {', '.join(sorted(table.needed))}" for table in TABLES.values())
        problem = Problem(1, None, "", f"its columns are those of no table; needed are, for {wanted}")
        return CheckedFile(name, None, 0, [], [], [problem])
    found = replace(found, mapping=decide(found.raw, found.mapping, dates).mapping)
    columns = [(each.heading, each_name) for each_name, each in found.mapping.found.items()]
    if found.table.name == "tubes":
        read = read_results(
            path.read_bytes(),
            path.name,
            outbreak="outbreak:check",
            jurisdiction="ZZ",
            zone=zone,
            now=now,
            dates=dates,
        )
        problems, rows = list(read.problems), read.rows
    else:
        table = read_table_file(found, zone=zone, today=local_date(now, zone), dates=dates)
        problems, rows = [problem for row in table.set_aside for problem in row.problems], table.total
    return CheckedFile(name, found.table.name, rows, columns, list(found.mapping.unused), problems)
