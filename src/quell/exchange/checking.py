"""Checking a file without opening anything: what it is, and every problem by row and column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from quell.catalogue.when import local_date
from quell.exchange.dates import DayOrder
from quell.exchange.folder import ENDINGS, any_table
from quell.exchange.laboratory import read_results
from quell.exchange.linelist import read_table_file
from quell.exchange.problems import FileRefused, Problem
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
    path: Path, *, now: datetime, zone: str = "UTC", dates: DayOrder | None = None
) -> list[CheckedFile]:
    """Check a file, or every table of a folder."""
    if path.is_dir():
        return [
            check_file(each, now=now, zone=zone, dates=dates)
            for each in sorted(path.iterdir())
            if each.suffix in ENDINGS
        ]
    return [check_file(path, now=now, zone=zone, dates=dates)]


def check_file(path: Path, *, now: datetime, zone: str = "UTC", dates: DayOrder | None = None) -> CheckedFile:
    """Check one file: whether it is a table that is known, and whether every row can be taken."""
    try:
        found = any_table(path)
    except FileRefused as error:
        return CheckedFile(str(path), None, 0, [], [], [error.problem])
    except OSError as error:
        return CheckedFile(
            str(path), None, 0, [], [], [Problem(None, None, "", f"cannot be opened: {error.strerror}")]
        )
    if found is None:
        wanted = "; ".join(f"{table.name}: {', '.join(sorted(table.needed))}" for table in TABLES.values())
        problem = Problem(1, None, "", f"its columns are those of no table; needed are, for {wanted}")
        return CheckedFile(str(path), None, 0, [], [], [problem])
    columns = [(each.heading, name) for name, each in found.mapping.found.items()]
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
    return CheckedFile(str(path), found.table.name, rows, columns, list(found.mapping.unused), problems)
