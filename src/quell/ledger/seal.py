"""Sealing: one sealer, behind the writers, gives the order, chains it by hash and then tells the readers.

Writers only put their write in a queue. What has not committed is not seen here and is sealed later, with a later
position; so whoever follows positions misses nothing, however late a fact commits.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import close_old_connections, connections

from quell.ledger.transactions import writing

CHANNEL = "quell_sealed"
GENESIS = hashlib.sha256(b"quell ledger").digest()
_LOCK = 720_617


def seal(*, now: datetime, limit: int = 1000) -> int:
    """Seal what is written and not yet sealed; return how many writes were.

    Only one process seals at a time: another that tries meanwhile returns 0 at once.
    """
    with writing("sealer") as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))
        if not (cursor.fetchone() or (False,))[0]:
            return 0
        cursor.execute("SELECT write_id FROM ledger.unsealed ORDER BY write_id LIMIT %s", (limit,))
        waiting = [write_id for (write_id,) in cursor]
        if not waiting:
            return 0
        cursor.execute(
            "SELECT position, chain_hash, first_fact + length(leaves) / 48 FROM ledger.seal ORDER BY 1 DESC LIMIT 1"
        )
        position, chain_hash, next_fact = cursor.fetchone() or (0, GENESIS, 1)
        for write_id in waiting:
            position += 1
            leaves = leaves_of(cursor, write_id)
            chain_hash = linked(bytes(chain_hash), position, head_of(cursor, write_id), leaves)
            cursor.execute(
                """INSERT INTO ledger.seal (position, write_id, first_fact, leaves, chain_hash, sealed_at)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                (position, write_id, next_fact, leaves, chain_hash, now),
            )
            next_fact += len(leaves) // 48
        cursor.execute("DELETE FROM ledger.unsealed WHERE write_id = ANY (%s)", (waiting,))
        cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(position)))
        return len(waiting)


def seal_all(*, now: datetime) -> int:
    """Seal until nothing waits; return how many writes were sealed."""
    total = 0
    while done := seal(now=now):
        total += done
    return total


def head_of(cursor: psycopg.Cursor[Any], write_id: int) -> bytes:
    """What a write says of itself: who wrote, when, how many facts."""
    cursor.execute(
        "SELECT written_by, recorded_at, fact_count FROM ledger.write WHERE write_id = %s", (write_id,)
    )
    row = cursor.fetchone()
    if row is None:
        return b"missing"
    written_by, recorded_at, fact_count = row
    return f"{write_id}\n{written_by}\n{recorded_at.astimezone(UTC).isoformat()}\n{fact_count}\n".encode()


def leaves_of(cursor: psycopg.Cursor[Any], write_id: int) -> bytes:
    """16 bytes of fact id and 32 of content hash for every fact of a write, in its order."""
    cursor.execute(
        """SELECT coalesce(string_agg(uuid_send(fact_id) || content_hash, ''::bytea ORDER BY ordinal), ''::bytea)
           FROM ledger.fact WHERE write_id = %s""",
        (write_id,),
    )
    return bytes((cursor.fetchone() or (b"",))[0])


def linked(before: bytes, position: int, head: bytes, leaves: bytes) -> bytes:
    """The chain hash of a position: over everything before it, the write's head and its leaves."""
    digest = hashlib.sha256(before)
    digest.update(f"{position}\n".encode())
    digest.update(head)
    digest.update(leaves)
    return digest.digest()


class Sealer(threading.Thread):
    """Seals every few milliseconds while a process runs. Several processes may run one: they take turns."""

    def __init__(self, pause_seconds: float = 0.03) -> None:
        super().__init__(name="quell-sealer", daemon=True)
        self._pause = pause_seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Seal until stopped; a database that went away is tried again."""
        while not self._stopping.wait(self._pause):
            try:
                seal(now=datetime.now(UTC))
            except Exception:  # noqa: BLE001 - whatever happened, the next round tries again on a new connection
                connections["sealer"].close()
                self._stopping.wait(1.0)
        close_old_connections()
        connections["sealer"].close()

    def stop(self) -> None:
        """Ask it to stop and wait until it has."""
        self._stopping.set()
        self.join(timeout=5)
