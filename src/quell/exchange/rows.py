"""Rows of any table, cell by cell: a row is read whole or set aside with every fault it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from quell.exchange.columns import Found, Mapping
from quell.exchange.dates import DateStyle, DayOrder, read_date, read_moment
from quell.exchange.problems import Problem, ValueRefused
from quell.exchange.reading import RawTable, Row
from quell.exchange.values import (
    is_missing,
    read_age,
    read_id,
    read_number,
    read_person_id,
    read_whole,
)
from quell.exchange.words import loose_code, plain, read_code
from quell.tables.definitions import Column

_PEOPLE = frozenset({"case_id", "person_id", "source_id", "contact_id", "infector_id"})
_SIMPLE: dict[str, Callable[[str], Any]] = {"age": read_age, "whole": read_whole, "number": read_number}


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

    def reject(self, rejected: AnyMapping[int, Iterable[Problem]]) -> None:
        """Set aside rows that were read: their problems by their place among the rows."""
        for place, problems in rejected.items():
            row = self.rows[place]
            self.set_aside.append(SetAside(row.line, row.cells, tuple(problems)))
        self.rows = [row for place, row in enumerate(self.rows) if place not in rejected]


def read_rows(
    raw: RawTable, mapping: Mapping, *, zone: str, today: date, dates: DayOrder | None
) -> ReadTable:
    """Read every cell that the mapping names. today: nothing may lie after it; dates: how 03/04/2022 is meant."""
    read = ReadTable(mapping, len(raw.rows))
    columns = [_CellReader(found, mapping, zone, today, dates) for found in mapping.found.values()]
    for row in raw.rows:
        values, problems = _cells(row, columns)
        if problems:
            read.set_aside.append(SetAside(row.line, row.cells, tuple(problems)))
        else:
            read.rows.append(ReadRow(row.line, row.cells, values))
    for column in columns:
        read.guessed.update(column.guessed())
    return read


def _cells(row: Row, columns: list[_CellReader]) -> tuple[dict[str, Any], list[Problem]]:
    if row.faults:
        return {}, list(row.faults)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for column in columns:
        text = row.cells[column.place]
        known = column.known.get(text)
        if known is None:
            known = column.known[text] = column.read(text)
        value, problem = known
        if problem is not None:
            problems.append(Problem(row.line, column.heading, text, problem))
        elif value is not None:
            values[column.name] = value
            if column.loose:
                column.counted[text] += 1
    return values, problems


class _CellReader:
    """Reads the cells of one column, each distinct text once."""

    def __init__(
        self, found: Found, mapping: Mapping, zone: str, today: date, dates: DayOrder | None
    ) -> None:
        self.column: Column = found.column
        self.name, self.place, self.heading = found.column.name, found.place, found.heading
        self.style = mapping.dates.get(found.column.name) or DateStyle(dates)
        self.words = mapping.words.get(found.column.name, {})
        self.zone, self.today = zone, today
        self.known: dict[str, tuple[Any, str | None]] = {}
        self.loose = found.column.otherwise is not None
        self.counted: Counter[str] = Counter()
        self.taken: dict[str, str] = {}

    def read(self, text: str) -> tuple[Any, str | None]:
        """The value of a cell (None where it says nothing), and what is wrong with it (None where nothing is)."""
        if self.column.type == "code" and (said := self.words.get(plain(text))) is not None:
            return said or None, None
        if is_missing(text, coded=self.column.type == "code"):
            return None, "is missing" if self.column.needed else None
        try:
            return self._value(text.strip()), None
        except ValueRefused as error:
            return None, str(error)

    def guessed(self) -> dict[tuple[str, str, str], int]:
        """Words that were taken for a general code, with how often."""
        guessed: Counter[tuple[str, str, str]] = Counter()
        for text, count in self.counted.items():
            if code := self.taken.get(text.strip()):
                guessed[self.name, text.strip(), code] += count
        return guessed

    def _value(self, text: str) -> Any:
        kind = self.column.type
        if kind == "date":
            return self._not_later(read_date(text, self.style))
        if kind == "moment":
            written = read_moment(text, self.zone, self.style)
            self._not_later(date.fromisoformat(written[:10]))
            return written
        if kind == "code":
            return self._code(text)
        if kind == "id":
            return read_person_id(text) if self.name in _PEOPLE else read_id("_".join(text.split()))
        return _SIMPLE[kind](text) if kind in _SIMPLE else text

    def _not_later(self, day: date) -> date:
        if day > self.today:
            raise ValueRefused(f"lies in the future; today is {self.today.isoformat()}")
        return day

    def _code(self, text: str) -> str:
        list_name = self.column.codes or ""
        if self.column.otherwise is None:
            return read_code(text, list_name)
        try:
            return read_code(text, list_name)
        except ValueRefused:
            found = loose_code(text, list_name) or self.column.otherwise
            self.taken[text] = found
            return found
