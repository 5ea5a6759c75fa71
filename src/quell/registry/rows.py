"""Writing what was judged: only rows that changed are touched, so that a recomputation that changes nothing is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import fields
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from quell.protocol.events import Conclusion, Duty, Restriction

psycopg.types.json.set_json_dumps(msgspec.json.encode)


class Table:
    """A table of the registry whose rows belong to a subject, and the columns that identify a row."""

    def __init__(
        self,
        name: str,
        columns: tuple[str, ...],
        key: tuple[str, ...],
        json: frozenset[str] = frozenset(),
        *,
        seldom: bool = False,
    ) -> None:
        self.name = name
        self.seldom = seldom
        self.columns = columns
        self.subject_at = columns.index("subject")
        self.key_at = tuple(columns.index(column) for column in key)
        self.json_at = tuple(index for index, column in enumerate(columns) if column in json)
        # Names of our own tables and columns, fixed above; what varies is always a parameter.
        shown = ", ".join(f"{column}::text" if column in json else column for column in columns)
        self.select = f"SELECT {shown} FROM registry.{name} WHERE subject = ANY (%s)"
        self.delete = f"DELETE FROM registry.{name} WHERE {' AND '.join(f'{column} = %s' for column in key)}"
        self.insert = (
            f"INSERT INTO registry.{name} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        )
        self.copy = f"COPY registry.{name} ({', '.join(columns)}) FROM STDIN"


CONCLUSION = Table(
    "conclusion",
    tuple(each.name for each in fields(Conclusion)),
    ("subject", "kind", "outbreak", "key"),
    frozenset({"attrs"}),
)
DUTY = Table("duty", tuple(each.name for each in fields(Duty)), ("duty_id",))
RESTRICTION = Table("restriction", tuple(each.name for each in fields(Restriction)), ("restriction_id",))
PENDING = Table(
    "pending", ("subject", "kind", "key", "detail"), ("subject", "kind", "key"), frozenset({"detail"})
)
RELATION = Table(
    "relation",
    ("subject", "relation", "object", "valid_from", "valid_until"),
    ("subject", "relation", "object", "valid_from"),
    seldom=True,
)
CLAIM = Table(
    "claim",
    ("subject", "resource", "holder", "taken_from", "taken_until", "fact_id"),
    ("subject", "fact_id"),
    seldom=True,
)
_ANY_SELDOM = "SELECT " + " OR ".join(
    f"EXISTS (SELECT FROM registry.{table} WHERE subject = ANY (%(subjects)s))"
    for table in ("pending", "relation", "claim", "listed_case", "listed_contact")
)

Row = tuple[Any, ...]
_FEW = 20
_COPY_FROM = 100


def as_row(table: Table, value: object) -> Row:
    """A judged value as a row of its table."""
    return tuple(getattr(value, column) for column in table.columns)


def write(
    cursor: psycopg.Cursor[Any], subjects: Sequence[str], wanted: Mapping[Table, Iterable[Row]]
) -> dict[Table, set[str]]:
    """Make the rows of these subjects be exactly these; return by table the subjects whose rows changed."""
    held = {table: list(rows) for table, rows in wanted.items()}
    present = _present(cursor.connection, list(subjects), held)
    changed: dict[Table, set[str]] = {}
    for table, rows in held.items():
        by_content = {_comparable(row, table.json_at, decode=False): row for row in rows}
        gone = present[table] - by_content.keys()
        new = [row for content, row in by_content.items() if content not in present[table]]
        if gone:
            cursor.executemany(table.delete, [[row[index] for index in table.key_at] for row in gone])
        if len(new) > _COPY_FROM:
            with cursor.copy(table.copy) as copy:
                for row in new:
                    copy.write_row(_stored(row, table.json_at))
        elif new:
            cursor.executemany(table.insert, [_stored(row, table.json_at) for row in new])
        changed[table] = {row[table.subject_at] for row in (*gone, *new)}
    return changed


def _stored(row: Row, json_at: Sequence[int]) -> list[Any]:
    return [Jsonb(value) if index in json_at else value for index, value in enumerate(row)]


def _present(
    connection: psycopg.Connection[Any], subjects: list[str], wanted: Mapping[Table, Sequence[Row]]
) -> dict[Table, set[Row]]:
    """The rows that these subjects have now. Tables that seldom have any are asked together first.

    About few subjects everything is asked in one round trip. Of many it is not: what is asked then no longer fits the
    buffers between us and the server, and a pipeline in which both sides wait to be read stands still for good.
    """
    seldom = [table for table in wanted if table.seldom and not wanted[table]]
    together = connection.pipeline() if len(subjects) <= _FEW else nullcontext()
    with together:
        some = psycopg.Cursor(connection).execute(_ANY_SELDOM, {"subjects": subjects}, prepare=True)
        asked = {
            table: psycopg.Cursor(connection).execute(table.select, (subjects,), prepare=True)
            for table in wanted
            if table not in seldom
        }
        answers = {table: answer.fetchall() for table, answer in asked.items()}
        if seldom and (some.fetchone() or (True,))[0]:
            for table in seldom:
                asking = psycopg.Cursor(connection).execute(table.select, (subjects,), prepare=True)
                answers[table] = asking.fetchall()
    return {
        table: {_comparable(row, table.json_at, decode=True) for row in answers.get(table, ())}
        for table in wanted
    }


def _comparable(row: Sequence[Any], json_at: Sequence[int], *, decode: bool) -> Row:
    """A row whose JSON is canonical text, so that rows can be compared and hashed."""
    if not json_at:
        return tuple(row)
    values = list(row)
    for index in json_at:
        value = msgspec.json.decode(values[index]) if decode else values[index]
        values[index] = msgspec.json.encode(value, order="deterministic")
    return tuple(values)
