"""Dated relations between subjects: who resides, works, belongs where, and from when until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from quell.registry.histories import Stored

KINDS = frozenset(
    {"relation.began", "relation.ended", "person.registered", "place.registered", "bed.registered"}
)

# A registration may name a relation in a field of its own.
_FIELDS = {
    "person.registered": (("household", "member_of"), ("lives_at", "resides")),
    "place.registered": (("within", "within"),),
    "bed.registered": (("facility", "within"),),
}

Relation = tuple[str, str, str, datetime, datetime | None]


def relations_of(subject: str, facts: Iterable[Stored]) -> list[Relation]:
    """(subject, relation, object, valid from, valid until), from facts in the order of the world."""
    open_since: dict[tuple[str, str], datetime] = {}
    closed: list[Relation] = []
    for stated in facts:
        at = stated.when.start
        if stated.kind == "relation.ended":
            key = (stated.body["relation"], stated.body["to"])
            since = open_since.pop(key, None)
            if since is not None:
                closed.append((subject, *key, since, at))
            continue
        began = [
            (relation, stated.body[field])
            for field, relation in _FIELDS.get(stated.kind, ())
            if stated.body.get(field) is not None
        ]
        if stated.kind == "relation.began":
            began.append((stated.body["relation"], stated.body["to"]))
        for key in began:
            open_since.setdefault(key, at)
    return sorted(
        [*closed, *((subject, *key, since, None) for key, since in open_since.items())],
        key=lambda relation: (relation[1], relation[2], relation[3]),
    )
