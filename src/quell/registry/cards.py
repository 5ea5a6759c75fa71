"""The card of a subject: what lists show of it, taken from the latest fact of each kind.

Each field of a card belongs to one kind of fact, so that taking in facts in any order gives the same card: for
each kind the fact that is latest in the order of the world holds, and ``o:kind`` remembers which that was.

Results are not on the card of a tube: they come by the million, nearly all negative, and who shows a tube reads its
facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

# fact kind -> {field of the fact: field of the card}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "person.registered": {
        "age": "age",
        "age_from": "age_from",
        "age_to": "age_to",
        "sex": "sex",
        "occupation": "occupation",
        "household": "household",
        "lives_at": "lives_at",
    },
    "person.died": {"occurred": "died"},
    "person.located": {"place": "located_at", "occurred": "located"},
    "person.admitted": {"facility": "facility", "occurred": "admitted"},
    "person.discharged": {"occurred": "discharged"},
    "case.classified": {"classification": "classification", "found_in": "found_in"},
    "case.outcome_known": {"outcome": "outcome"},
    "symptoms.began": {"occurred": "onset"},
    "case.reported": {"occurred": "reported"},
    "person.tested": {"result": "test_result", "occurred": "tested"},
    "case.hospitalised": {"hospital": "hospital", "occurred": "hospitalised"},
    "tube.sampled": {"pool_size": "pool_size", "purpose": "purpose", "occurred": "sampled", "round": "round"},
    "place.registered": {"place_kind": "place_kind", "within": "within", "public_name": "name"},
    "place.closed": {"occurred": "closed"},
    "place.reopened": {"occurred": "reopened"},
    "facility.registered": {"facility_kind": "facility_kind", "beds": "beds", "public_name": "name"},
    "facility.state_changed": {"state": "facility_state"},
    "bed.registered": {"facility": "in_facility", "room": "room", "fit_for": "fit_for"},
    "vehicle.registered": {"seats": "seats", "equipment": "equipment"},
    "zone.declared": {"level": "declared_level", "until": "until", "population": "population"},
    "zone.lowered": {"level": "lowered_to"},
    "zone.lifted": {"occurred": "lifted"},
    "round.opened": {"number": "number", "pool_size": "round_pool_size", "finish_by": "finish_by"},
    "round.closed": {"occurred": "round_closed"},
    "organisation.registered": {"department": "department", "part_of": "part_of"},
    "group.registered": {"purpose": "group_kind", "head": "head", "size": "size"},
    "directive.issued": {"topic": "topic", "acknowledge_by": "acknowledge_by", "done_by": "done_by"},
    "jurisdiction.registered": {"names": "names", "tier": "tier"},
    "outbreak.opened": {"title": "title"},
}

# Of these kinds only facts with this value count: a rash that came later is not the onset.
ONLY: Mapping[str, tuple[str, str]] = {"symptoms.began": ("symptom", "any")}


def counts(kind: str, value_of: Callable[[str], Any]) -> bool:
    """Whether a fact says anything that the card of its subject shows."""
    return kind in FIELDS and (kind not in ONLY or value_of(ONLY[kind][0]) == ONLY[kind][1])


def piece(kind: str, value_of: Callable[[str], Any], order: str) -> dict[str, Any]:
    """What one fact adds to the card of its subject; empty for kinds that no list shows."""
    if not counts(kind, value_of):
        return {}
    shown = {name: value_of(field) for field, name in FIELDS[kind].items()}
    shown[f"o:{kind}"] = order
    return shown


def card(facts: Iterable[tuple[str, Mapping[str, Any], str]]) -> dict[str, Any]:
    """The whole card from (kind, body, order) of the subject's effective facts."""
    made: dict[str, Any] = {}
    for kind, body, order in facts:
        if made.get(f"o:{kind}", "") < order:
            made.update(piece(kind, body.get, order))
    return made
