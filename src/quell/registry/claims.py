"""Claims: what is taken, by whom and for how long, as the claim facts of a subject say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from quell.registry.histories import Stored

Claim = tuple[str, str, str, datetime, datetime, str]

# An instant says when something was taken, not until when: it stays taken until it is given back.
OPEN_END = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Taking:
    """How a kind of fact takes something: which field names the resource (None: the subject) and the holder."""

    resource: str | None
    holder: str
    given_back_by: str


TAKINGS: Mapping[str, Taking] = {
    "bed.reserved": Taking(None, "person", "bed.freed"),
    "vehicle.assigned": Taking(None, "trip", "vehicle.disinfected"),
    "duty.accepted": Taking("duty", "accepted_by", "duty.handed_back"),
}
KINDS = frozenset(TAKINGS) | {taking.given_back_by for taking in TAKINGS.values()}


def claims_of(subject: str, facts: Iterable[Stored]) -> list[Claim]:
    """(subject, resource, holder, taken from, taken until, fact), from facts in the order of the world."""
    taken: list[Claim] = []
    for stated in facts:
        taking = TAKINGS.get(stated.kind)
        if taking is not None:
            resource = stated.body[taking.resource] if taking.resource else subject
            until = stated.when.end if stated.when.precision != "instant" else OPEN_END
            taken.append(
                (subject, resource, stated.body[taking.holder], stated.when.start, until, stated.fact_id)
            )
            continue
        given_back = [
            index
            for index, claim in enumerate(taken)
            if claim[3] <= stated.when.start < claim[4] and _gives_back(stated, claim)
        ]
        for index in given_back:
            taken[index] = (*taken[index][:4], stated.when.start, taken[index][5])
    return taken


def _gives_back(stated: Stored, claim: Claim) -> bool:
    _, resource, holder, *_ = claim
    if stated.kind == "bed.freed":
        return bool(stated.body["person"] == holder)
    if stated.kind == "duty.handed_back":
        return bool(stated.body["duty"] == resource)
    return stated.kind == "vehicle.disinfected"
