"""Which packs rule which outbreaks, read from the registry and the ledger's own copies of the packs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
import psycopg

from quell.catalogue.when import parse
from quell.protocol.judge import InForce
from quell.protocol.pack import HOUSE, Pack, from_text, shipped


@lru_cache(maxsize=64)
def _pack(digest: str, text: str) -> Pack:
    del digest
    return from_text(text)


_texts: dict[str, str] = {}


class Rulings:
    """Which packs rule which outbreaks, read once in a transaction that holds the outbreaks still."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor
        self._rows: dict[str, tuple[str, list[str] | None, str] | None] = {}

    def forget(self) -> None:
        """Read again: an outbreak's row was written."""
        self._rows.clear()

    def of(self, outbreaks: Iterable[str]) -> tuple[InForce, frozenset[str]]:
        """The packs in force in these outbreaks, and which of them have a clock that stands in the past."""
        wanted = sorted(set(outbreaks))
        if unread := [outbreak for outbreak in wanted if outbreak not in self._rows]:
            self._rows.update(dict.fromkeys(unread))
            self._cursor.execute(
                """SELECT outbreak_id, clock, recordable, protocols::text FROM registry.outbreak
                   WHERE outbreak_id = ANY (%s)""",
                (unread,),
                prepare=True,
            )
            self._rows.update(
                {outbreak: (clock, kinds, text) for outbreak, clock, kinds, text in self._cursor.fetchall()}
            )
        timelines = {}
        recordable: dict[str, frozenset[str] | None] = {}
        past = set()
        for outbreak in wanted:
            row = self._rows[outbreak]
            if row is None:
                continue
            clock, kinds, protocols = row
            timelines[outbreak] = tuple(
                (parse(since, "UTC").start, pack_by_digest(self._cursor, digest))
                for since, digest in msgspec.json.decode(protocols)
            )
            recordable[outbreak] = None if kinds is None else frozenset(kinds)
            if clock == "past":
                past.add(outbreak)
        return InForce(shipped()[HOUSE], timelines, recordable), frozenset(past)


def pack_by_digest(cursor: psycopg.Cursor[Any], digest: str) -> Pack:
    """The adopted pack with this digest; raises KeyError when it was never adopted here."""
    if digest not in _texts:
        cursor.execute("SELECT content FROM ledger.pack WHERE digest = %s", (digest,), prepare=True)
        row = cursor.fetchone()
        if row is None:
            message = (
                f"no protocol pack of digest {digest[:12]} was adopted; adopt it before an outbreak names it"
            )
            raise KeyError(message)
        _texts[digest] = row[0]
    return _pack(digest, _texts[digest])
