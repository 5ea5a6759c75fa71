"""``claim()``: taking something scarce. Unlike a fact about the world, a claim may be refused.

Two claims on the same thing take turns by the lock on its row; the one that comes second sees the first and is
refused. An accepted claim is a fact like any other: sealed, replayed in sequence, correctable.
"""

from __future__ import annotations

from datetime import datetime

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
    if wanted.kind not in REGISTER or not REGISTER[wanted.kind].claim:
        raise QuellError(f"{wanted.kind} takes nothing scarce; state it with record()")
    (prepared,) = prepare([wanted], now)
    good = prepared.checked
    taking = TAKINGS[wanted.kind]
    resource = getattr(good.stated, taking.resource) if taking.resource else good.stated.subject
    until = good.when.end if good.when.precision != "instant" else OPEN_END

    def work() -> Recorded:
        with writing() as cursor:
            mention(cursor, [good.stated.subject])
            lock(cursor, [good.stated.subject])
            cursor.execute(
                """SELECT holder, taken_from, taken_until FROM registry.claim
                   WHERE resource = %s AND taken_from < %s AND taken_until > %s AND fact_id <> %s
                   ORDER BY taken_from LIMIT 1""",
                (resource, until, good.when.start, prepared.fact_id),
            )
            taken = cursor.fetchone()
            if taken is not None:
                raise ClaimRefused(resource, *taken)
            return append_in(cursor, [prepared], by=by, now=now)

    return again_when_met(work)
