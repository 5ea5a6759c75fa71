"""``quell ledger verify``: whether the ledger still says what it said when it was sealed.

Every fact is hashed again from what stands in its row and compared with its leaf; the leaves with the chain; the
chain with a root that was printed earlier and kept elsewhere. Whoever owns the database can go round its triggers,
but not without being named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from quell.catalogue.fact import REGISTER, content_hash, encode_body
from quell.catalogue.when import WhenError, parse
from quell.errors import QuellError
from quell.ledger.seal import GENESIS, head_of, linked
from quell.ledger.transactions import writing

_LEAF = 48


@dataclass(frozen=True, slots=True)
class Root:
    """The chain hash at a position: print it, keep it elsewhere, and the ledger up to there cannot change unseen."""

    position: int
    chain_hash: str

    def __str__(self) -> str:
        """``position:hash``, as ``--root`` takes it."""
        return f"{self.position}:{self.chain_hash}"

    @classmethod
    def read(cls, text: str) -> Root:
        """Read ``position:hash``; raises QuellError."""
        position, _, chain_hash = text.partition(":")
        if not position.isdigit() or len(chain_hash) != 64:  # noqa: PLR2004 - a SHA-256 in hexadecimal
            raise QuellError(
                f"{text!r} is not a root; it is printed by `quell ledger verify` as position:hash"
            )
        return cls(int(position), chain_hash.lower())


@dataclass(slots=True)
class Verification:
    """What verify found. ``faults`` names each changed fact; ``erased`` counts vault records by rule."""

    facts: int = 0
    sealed: int = 0
    unsealed: int = 0
    root: Root | None = None
    faults: list[str] = field(default_factory=list)
    erased: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(against: Root | None = None) -> Verification:
    """Check the whole ledger; with a root printed earlier, also that this is the ledger it was printed from."""
    found = Verification()
    with writing() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.unsealed")
        (found.unsealed,) = cursor.fetchone() or (0,)
        chain_hash, expected = GENESIS, 1
        references: dict[UUID, str] = {}
        matched = against is None or against.position == 0
        for position, write_id, leaves, stored_hash in _seals(cursor):
            if position != expected:
                found.faults.append(f"seal {expected} is missing: the order jumps to {position}")
            expected = position + 1
            _compare(cursor, write_id, leaves, found, references)
            chain_hash = linked(chain_hash, position, head_of(cursor, write_id), leaves)
            if chain_hash != stored_hash:
                found.faults.append(
                    f"seal {position} (write {write_id}) does not follow from what stands before it:"
                    " the seal, its write's author, time or count, or an earlier seal was changed"
                )
                chain_hash = stored_hash
            if against is not None and against.position == position:
                matched = chain_hash.hex() == against.chain_hash
            found.sealed += 1
            found.root = Root(position, stored_hash.hex())
        if against is not None and not matched:
            found.faults.append(
                f"up to position {against.position} this is not the ledger whose root was {against}"
            )
        _check_strays(cursor, found)
        _check_vault(cursor, references, found)
    return found


def _seals(cursor: psycopg.Cursor[Any]) -> Iterator[tuple[int, int, bytes, bytes]]:
    """The seals in order, a hundred at a time, so that leaves of millions of facts are never in memory at once."""
    after = 0
    while True:
        cursor.execute(
            "SELECT position, write_id, leaves, chain_hash FROM ledger.seal WHERE position > %s ORDER BY 1 LIMIT 100",
            (after,),
        )
        rows = cursor.fetchall()
        if not rows:
            return
        for position, write_id, leaves, chain_hash in rows:
            after = position
            yield position, write_id, bytes(leaves), bytes(chain_hash)


def _compare(
    cursor: psycopg.Cursor[Any],
    write_id: int,
    leaves: bytes,
    found: Verification,
    references: dict[UUID, str],
) -> None:
    """Compare the facts of a write with the leaves that were sealed."""
    cursor.execute(
        """SELECT ordinal, fact_id, kind, version, subject, occurred_at, body::text, content_hash
           FROM ledger.fact WHERE write_id = %s ORDER BY ordinal""",
        (write_id,),
    )
    sealed = [leaves[start : start + _LEAF] for start in range(0, len(leaves), _LEAF)]
    seen = set()
    for ordinal, fact_id, kind, version, subject, occurred_at, body, stored_hash in cursor:
        found.facts += 1
        seen.add(ordinal)
        name = f"fact {fact_id} ({kind} about {subject}, write {write_id}, place {ordinal})"
        if ordinal >= len(sealed):
            found.faults.append(f"{name} was put in after its write was sealed")
            continue
        values = msgspec.json.decode(body)
        computed = content_hash(kind, version, encode_body(values))
        if fact_id.bytes + computed != sealed[ordinal] or computed != bytes(stored_hash):
            was = UUID(bytes=sealed[ordinal][:16])
            found.faults.append(
                f"{name} was changed after it was sealed" + ("" if was == fact_id else f"; it was {was}")
            )
        elif not _columns_agree(values, subject, occurred_at):
            found.faults.append(f"{name}: its columns no longer agree with what it says")
        _gather(kind, values, subject, references)
    for ordinal, leaf in enumerate(sealed):
        if ordinal not in seen:
            found.faults.append(
                f"fact {UUID(bytes=leaf[:16])} (write {write_id}, place {ordinal}) was removed after it was sealed"
            )


def _columns_agree(values: dict[str, Any], subject: str, occurred_at: datetime) -> bool:
    try:
        start = parse(values["occurred"], values.get("zone", "UTC")).start
    except (KeyError, WhenError):
        return False
    return values.get("subject") == subject and start.astimezone(UTC) == occurred_at.astimezone(UTC)


def _gather(kind: str, values: dict[str, Any], subject: str, references: dict[UUID, str]) -> None:
    entry = REGISTER.get(kind)
    for name in entry.vault_fields if entry else ():
        text = values.get(name)
        if text:
            references[UUID(text.partition(":")[2])] = subject


def _check_strays(cursor: psycopg.Cursor[Any], found: Verification) -> None:
    """Writes that are neither sealed nor waiting were slipped past the door, or their seal was taken away."""
    cursor.execute(
        """SELECT w.write_id FROM ledger.write w
           WHERE NOT EXISTS (SELECT FROM ledger.seal s WHERE s.write_id = w.write_id)
             AND NOT EXISTS (SELECT FROM ledger.unsealed u WHERE u.write_id = w.write_id)
           ORDER BY 1 LIMIT 20"""
    )
    found.faults.extend(
        f"write {write_id} is neither sealed nor waiting to be" for (write_id,) in cursor.fetchall()
    )
    cursor.execute(
        """SELECT f.fact_id::text, f.kind, f.subject FROM ledger.fact f
           WHERE NOT EXISTS (SELECT FROM ledger.write w WHERE w.write_id = f.write_id) LIMIT 20"""
    )
    found.faults.extend(
        f"fact {fact_id} ({kind} about {subject}) belongs to no write"
        for fact_id, kind, subject in cursor.fetchall()
    )


def _check_vault(cursor: psycopg.Cursor[Any], references: dict[UUID, str], found: Verification) -> None:
    """A reference leads to a record, or to the tombstone that says under which rule it was erased."""
    if not references:
        return
    cursor.execute("SELECT record_id, state FROM vault.state_of(%s)", (list(references),))
    for record_id, state in cursor:
        if state.startswith("erased"):
            found.erased[state] = found.erased.get(state, 0) + 1
        elif state == "missing":
            found.faults.append(
                f"vault record {record_id} of {references[record_id]} is gone without a tombstone"
            )
