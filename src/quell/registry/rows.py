"""Writing what was judged: only rows that changed are touched, so that a recomputation that changes nothing is free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from quell.protocol.events import Conclusion, Duty, Restriction

psycopg.types.json.set_json_dumps(msgspec.json.encode)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the registry whose rows belong to a subject, and the columns that identify a row."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    json: frozenset[str] = frozenset()


CONCLUSION = Table(
    "conclusion",
    tuple(each.name for each in fields(Conclusion)),
    ("subject", "kind", "outbreak", "key"),
    frozenset({"attrs"}),
)
DUTY = Table("duty", tuple(each.name for each in fields(Duty)), ("duty_id",))
RESTRICTION = Table("restriction", tuple(each.name for each in fields(Restriction)), ("restriction_id",))
PENDING = Table("pending", ("subject", "kind", "key", "detail"), ("subject", "kind", "key"), frozenset({"detail"}))
RELATION = Table(
    "relation",
    ("subject", "relation", "object", "valid_from", "valid_until"),
    ("subject", "relation", "object", "valid_from"),
)
CLAIM = Table(
    "claim", ("subject", "resource", "holder", "taken_from", "taken_until", "fact_id"), ("subject", "fact_id")
)

Row = tuple[Any, ...]


def as_row(table: Table, value: object) -> Row:
    """A judged value as a row of its table."""
    return tuple(getattr(value, column) for column in table.columns)


def existing(cursor: psycopg.Cursor[Any], table: Table, subjects: Sequence[str]) -> set[Row]:
    """The rows that these subjects have now."""
    columns = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(column)) if column in table.json else sql.Identifier(column)
        for column in table.columns
    )
    cursor.execute(
        sql.SQL("SELECT {} FROM registry.{} WHERE subject = ANY (%s)").format(columns, sql.Identifier(table.name)),
        (list(subjects),),
        prepare=True,
    )
    positions = [index for index, column in enumerate(table.columns) if column in table.json]
    return {_comparable(row, positions, decode=True) for row in cursor}


def write(cursor: psycopg.Cursor[Any], table: Table, subjects: Sequence[str], rows: Iterable[Row]) -> set[str]:
    """Make the rows of these subjects be exactly these; return the subjects whose rows changed."""
    positions = [index for index, column in enumerate(table.columns) if column in table.json]
    wanted = {_comparable(row, positions, decode=False): row for row in rows}
    present = existing(cursor, table, subjects)
    gone = present - wanted.keys()
    new = [row for comparable, row in wanted.items() if comparable not in present]
    subject_at = table.columns.index("subject")
    if gone:
        keys = [table.columns.index(column) for column in table.key]
        condition = sql.SQL(" AND ").join(
            sql.SQL("{} = %s").format(sql.Identifier(column)) for column in table.key
        )
        statement = sql.SQL("DELETE FROM registry.{} WHERE {}").format(sql.Identifier(table.name), condition)
        cursor.executemany(statement, [tuple(row[index] for index in keys) for row in gone])
    if new:
        statement = sql.SQL("INSERT INTO registry.{} ({}) VALUES ({})").format(
            sql.Identifier(table.name),
            sql.SQL(", ").join(map(sql.Identifier, table.columns)),
            sql.SQL(", ").join(sql.Placeholder() for _ in table.columns),
        )
        cursor.executemany(
            statement,
            [
                tuple(Jsonb(value) if index in positions else value for index, value in enumerate(row))
                for row in new
            ],
        )
    return {row[subject_at] for row in gone} | {row[subject_at] for row in new}


def _comparable(row: Sequence[Any], json_at: Sequence[int], *, decode: bool) -> Row:
    """A row whose JSON is canonical text, so that rows can be compared and hashed."""
    if not json_at:
        return tuple(row)
    values = list(row)
    for index in json_at:
        value = msgspec.json.decode(values[index]) if decode else values[index]
        values[index] = msgspec.json.encode(value, order="deterministic")
    return tuple(values)
