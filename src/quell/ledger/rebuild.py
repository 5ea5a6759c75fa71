"""``quell ledger rebuild``: every projection made again from the facts alone, and compared with what stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from quell.catalogue.fact import REGISTER, checked, read
from quell.ledger.transactions import writing
from quell.registry import listed_rows
from quell.registry.projection import Appended, project

# "watched" remembers that rules have looked at a subject: a hint for speed, not something that follows from facts.
TABLES: dict[str, tuple[str, ...]] = {
    "subject": ("subject_id", "kind", "introduced", "state"),
    "relation": ("*",),
    "alias": ("*",),
    "conclusion": ("*",),
    "duty": ("*",),
    "restriction": ("*",),
    "pending": ("*",),
    "claim": ("*",),
    "outbreak": ("*",),
    "jurisdiction": ("*",),
    **{table.name: ("*",) for table in listed_rows.TABLES},
}
_CHUNK = 5000


@dataclass(slots=True)
class Rebuilt:
    """How many facts were replayed, and what differed from the registry that stood: rows by table."""

    facts: int = 0
    differences: dict[str, list[str]] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether the rebuilt registry is the one that stood."""
        return not self.differences


def rebuild(alias: str = "owner") -> Rebuilt:
    """Empty the registry, replay every fact, compare. What was rebuilt is what stands afterwards."""
    done = Rebuilt()
    with writing(alias) as cursor:
        for table in TABLES:
            name = sql.Identifier(table)
            cursor.execute(sql.SQL("LOCK TABLE registry.{} IN ACCESS EXCLUSIVE MODE").format(name))
            cursor.execute(
                sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS TABLE registry.{}").format(
                    sql.Identifier(f"stood_{table}"), name
                )
            )
            cursor.execute(sql.SQL("DELETE FROM registry.{}").format(name))
        for chunk in replayed(cursor):
            done.facts += len(chunk)
            project(cursor, chunk)
        for table, columns in TABLES.items():
            if rows := _differences(cursor, table, columns):
                done.differences[table] = rows
    return done


def replayed(cursor: psycopg.Cursor[Any]) -> Iterator[list[Appended]]:
    """Every fact in the order in which it was written, in chunks."""
    write_id, ordinal = 0, -1
    while True:
        cursor.execute(
            """SELECT write_id, ordinal, fact_id::text, kind, version, body::text,
                      (SELECT count(*) > 1 FROM ledger.fact o WHERE o.fact_id = f.fact_id)
               FROM ledger.fact f WHERE (write_id, ordinal) > (%s, %s) ORDER BY write_id, ordinal LIMIT %s""",
            (write_id, ordinal, _CHUNK),
        )
        rows = cursor.fetchall()
        if not rows:
            return
        chunk = []
        for write_id, ordinal, fact_id, kind, version, body, conflict in rows:  # noqa: B007 - the last ones are the bookmark
            good = checked(read(kind, version, msgspec.json.decode(body)))
            chunk.append(Appended(REGISTER[kind], good.stated, fact_id, good.when, conflict))
        yield chunk


def _differences(cursor: psycopg.Cursor[Any], table: str, columns: tuple[str, ...]) -> list[str]:
    shown = sql.SQL("*") if columns == ("*",) else sql.SQL(", ").join(map(sql.Identifier, columns))
    stood, stands = sql.Identifier(f"stood_{table}"), sql.Identifier(table)
    cursor.execute(
        sql.SQL(
            """(SELECT 'only before', d::text FROM (SELECT {c} FROM {a} EXCEPT SELECT {c} FROM registry.{b}) d LIMIT 10)
               UNION ALL
               (SELECT 'only rebuilt', d::text FROM (SELECT {c} FROM registry.{b} EXCEPT SELECT {c} FROM {a}) d LIMIT 10)"""
        ).format(c=shown, a=stood, b=stands)
    )
    return [f"{where}: {row}" for where, row in cursor.fetchall()]
