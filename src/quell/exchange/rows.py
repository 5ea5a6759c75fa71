"""Rows of any table, cell by cell: a row is read whole or set aside with every fault it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from quell.exchange.columns import Mapping
from quell.exchange.dates import DayOrder, read_date, read_moment
from quell.exchange.problems import Problem, ValueRefused
from quell.exchange.reading import RawTable, Row
from quell.exchange.values import (
    is_missing,
    loose_code,
    read_age,
    read_code,
    read_id,
    read_number,
    read_person_id,
    read_whole,
)
from quell.tables.definitions import Column

_PEOPLE = frozenset({"case_id", "person_id", "source_id", "contact_id", "infector_id"})


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as values, by the names of the table; what was empty is not there."""

    line: int
    cells: tuple[str, ...]
    values: dict[str, Any]

    def day(self, *names: str) -> date | None:
        """The first of these dates that the row has."""
        return next((self.values[name] for name in names if name in self.values), None)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was not taken, and why."""

    line: int
    cells: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class ReadTable:
    """What became of the rows of a file: each is among rows, set_aside or repeated, and nowhere else.

    repeated  rows that say word for word what another says; guessed: words taken for a general code, counted
    """

    mapping: Mapping
    total: int
    rows: list[ReadRow] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    repeated: int = 0
    guessed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def reject(self, row: ReadRow, *problems: Problem) -> None:
        """Set aside a row that was read."""
        self.rows.remove(row)
        self.set_aside.append(SetAside(row.line, row.cells, problems))


def read_rows(
    raw: RawTable, mapping: Mapping, *, zone: str, today: date, dates: DayOrder | None
) -> ReadTable:
    """Read every cell that the mapping names. today: nothing may lie after it; dates: how 03/04/2022 is meant."""
    read = ReadTable(mapping, len(raw.rows))
    for row in raw.rows:
        values, problems = _cells(row, read, zone, today, dates)
        if problems:
            read.set_aside.append(SetAside(row.line, row.cells, tuple(problems)))
        else:
            read.rows.append(ReadRow(row.line, row.cells, values))
    return read


def _cells(
    row: Row, read: ReadTable, zone: str, today: date, dates: DayOrder | None
) -> tuple[dict[str, Any], list[Problem]]:
    if row.fault is not None:
        return {}, [Problem(row.line, None, "", row.fault)]
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, found in read.mapping.found.items():
        text = row.cells[found.place]
        try:
            if is_missing(text, coded=found.column.type == "code"):
                if found.column.needed:
                    raise ValueRefused("is missing")  # noqa: TRY301 - one place says what is wrong with a cell
                continue
            values[name] = _value(text.strip(), found.column, read, zone, today, dates)
        except ValueRefused as error:
            problems.append(Problem(row.line, found.heading, text, str(error)))
    return values, problems


def _value(text: str, column: Column, read: ReadTable, zone: str, today: date, dates: DayOrder | None) -> Any:
    if column.type == "date":
        return _not_later(read_date(text, dates), today)
    if column.type == "moment":
        written = read_moment(text, zone, dates)
        _not_later(date.fromisoformat(written[:10]), today)
        return written
    if column.type == "code":
        return _code(text, column, read)
    if column.type == "id":
        return read_person_id(text) if column.name in _PEOPLE else read_id("_".join(text.split()))
    simple: dict[str, Callable[[str], Any]] = {"age": read_age, "whole": read_whole, "number": read_number}
    return simple[column.type](text) if column.type in simple else text


def _not_later(day: date, today: date) -> date:
    if day > today:
        raise ValueRefused(f"lies in the future; today is {today.isoformat()}")
    return day


def _code(text: str, column: Column, read: ReadTable) -> str:
    list_name = column.codes or ""
    if column.otherwise is None:
        return read_code(text, list_name)
    try:
        return read_code(text, list_name)
    except ValueRefused:
        found = loose_code(text, list_name) or column.otherwise
        read.guessed[(column.name, text, found)] += 1
        return found
