"""Records of peers on their way to being rows: lists by kind, fields by path, days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from quell.exchange.reading import RawTable, Row
from quell.tables.definitions import TABLES

Record = dict[str, Any]
_DAY = 86_400_000
_QUARTER = 900_000
_FARTHEST = 30_000 * _DAY * 10  # some 800 years; a number beyond is no moment, and is refused as a date later
_HALF_DAY = timedelta(hours=12)


@dataclass(slots=True)
class Records:
    """A peer's records, by kind, in the order in which they came."""

    lists: dict[str, list[Record]] = field(default_factory=dict)

    def add(self, kind: str, record: Record) -> None:
        """Take a record of this kind."""
        self.lists.setdefault(kind, []).append(record)

    def of(self, kind: str) -> list[Record]:
        """The records of a kind."""
        return self.lists.get(kind, [])


@dataclass(slots=True)
class Taken:
    """Rows by table, each as text by column; notes; and what was left out, counted by why."""

    rows: dict[str, list[Record]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, values: Record) -> None:
        """Take a row; what is empty is not written."""
        self.rows.setdefault(table, []).append(values)

    def made(self, names: str, peer: str) -> Iterator[RawTable]:
        """The tables, with the columns of the house as their headings; a row's line is its place among its records."""
        notes = [f"{names}: read as an export of {peer}", *self.notes]
        notes += [f"{names}: {count:,} left out: {why}" for why, count in sorted(self.left_out.items())]
        for table, rows in self.rows.items():
            present = {name for row in rows for name, value in row.items() if _text(value)}
            needed = TABLES[table].needed
            header = tuple(each.name for each in TABLES[table].columns if each.name in present | needed)
            cells = (
                Row(line, tuple(_text(row.get(name)) for name in header))
                for line, row in enumerate(rows, start=1)
            )
            yield RawTable(header, tuple(cells), f"{names}, {table}", table, tuple(notes))
            notes = []


def at(record: Any, path: str) -> Any:
    """What stands at a path of names with points between; None where nothing does."""
    for name in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(name)
    return record


def word(record: Any, path: str) -> str | None:
    """The text or number at a path, as text; None where nothing stands there, or something that is neither."""
    found = at(record, path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return str(found) or None


def records_at(record: Any, path: str) -> list[Record]:
    """The records of a list at a path."""
    found = at(record, path)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def iso_day(value: Any) -> str | None:
    """The day of an ISO text as it is written; it is never shifted by a zone."""
    return value[:10] if isinstance(value, str) and value else None


class Days:
    """Days from moments in milliseconds since 1970.

    A day is kept as the moment at which it began somewhere. In a zone that was said, that is its day. Otherwise a
    moment on a quarter of an hour is taken as somebody's midnight, and its day is the nearest; any other is of UTC.
    """

    def __init__(self, zone: str | None) -> None:
        self.zone = ZoneInfo(zone) if zone else None
        self.guessed = 0

    def day(self, value: Any) -> str | None:
        """The day; a text is taken as an ISO text."""
        if isinstance(value, str):
            return iso_day(value)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        if not abs(value) < _FARTHEST:
            return str(value)
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(value))
        if self.zone is not None:
            return moment.astimezone(self.zone).date().isoformat()
        self.guessed += value % _DAY != 0
        nearest = moment + _HALF_DAY if value % _QUARTER == 0 else moment
        return nearest.date().isoformat()

    def note(self) -> list[str]:
        """What was assumed."""
        if not self.guessed:
            return []
        return [
            f"{self.guessed:,} days were kept as moments and read without a zone; say it with --zone to be sure of them"
        ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
