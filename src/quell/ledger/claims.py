"""``claim()``: taking something scarce. Unlike a fact about the world, a claim may be refused.

Two claims on the same thing take turns by the lock on its row; the one that comes second sees the first and is
refused. An accepted claim is a fact like any other: sealed, replayed in sequence, correctable.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from quell.catalogue.fact import REGISTER, Fact
from quell.errors import QuellError
from quell.ledger.record import Recorded, append_in, prepare
from quell.ledger.transactions import again_when_met, writing
from quell.registry.claims import OPEN_END, TAKINGS
from quell.registry.judging import lock, mention


class ClaimRefused(QuellError):  # noqa: N818 - a refusal is an answer, and reads as one
    """Somebody else has it for that time. Nothing was recorded."""

    def __init__(self, resource: str, holder: str, since: datetime, until: datetime) -> None:
        self.resource = resource
        self.holder = holder
        end = "until it is given back" if until >= OPEN_END else f"until {until.isoformat()}"
        super().__init__(
            f"{resource} is taken by {holder} from {since.isoformat()} {end}; choose another, or ask for it"
        )


def claim(wanted: Fact, *, by: str, now: datetime) -> Recorded:
    """Take what this fact takes, if it is free for the time that the fact occurs in.

    An interval takes it for that long; an instant takes it until it is given back.
    Raises ClaimRefused when somebody else has it, RecordRefused when it is not a fact.
    """
    return claim_all([wanted], by=by, now=now)


def claim_all(wanted: Sequence[Fact], *, by: str, now: datetime) -> Recorded:
    """Take what all these facts take, or nothing of it when one thing is taken already; errors as of claim()."""
    for stated in wanted:
        if stated.kind not in REGISTER or not REGISTER[stated.kind].claim:
            raise QuellError(f"{stated.kind} takes nothing scarce; state it with record()")
    prepared = prepare(wanted, now)
    asked = []
    for each in prepared:
        good = each.checked
        taking = TAKINGS[good.stated.kind]
        resource = getattr(good.stated, taking.resource) if taking.resource else good.stated.subject
        until = good.when.end if good.when.precision != "instant" else OPEN_END
        asked.append((resource, good.when.start, until, each.fact_id))
    subjects = {each.checked.stated.subject for each in prepared}

    def work() -> Recorded:
        with writing() as cursor:
            mention(cursor, subjects)
            lock(cursor, subjects)
            _refuse_taken(cursor, asked)
            return append_in(cursor, prepared, by=by, now=now)

    return again_when_met(work)


def _refuse_taken(cursor: psycopg.Cursor[Any], asked: Sequence[tuple[str, datetime, datetime, str]]) -> None:
    """Raise ClaimRefused where anything that is asked for is taken, by what stands or by another of the same call."""
    if not asked:
        return
    cursor.execute(
        """SELECT c.resource, c.holder, c.taken_from, c.taken_until
           FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])
                AS asked(resource, taken_from, taken_until, fact_id)
           JOIN registry.claim c ON c.resource = asked.resource AND c.taken_from < asked.taken_until
                AND c.taken_until > asked.taken_from AND c.fact_id <> asked.fact_id
           ORDER BY c.taken_from, c.resource LIMIT 1""",
        [list(column) for column in zip(*asked, strict=True)],
    )
    taken = cursor.fetchone()
    if taken is not None:
        raise ClaimRefused(*taken)
    within: dict[str, list[tuple[datetime, datetime]]] = {}
    for resource, start, until, _ in asked:
        for other_start, other_until in within.get(resource, ()):
            if other_start < until and start < other_until:
                raise ClaimRefused(resource, "another of these", other_start, other_until)
        within.setdefault(resource, []).append((start, until))
