"""DHIS2 Tracker: tracked entities, enrolments, events and relationships, flat or nested.

What an attribute, a data element or a programme stage means differs from country to country, so the ids come in a
mapping, in its part ``[dhis2]``; ``--propose`` writes that part with the ids of the payload, for people to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quell.exchange.peers.records import Record, Taken, iso_day, records_at, word
from quell.exchange.problems import FileRefused
from quell.tables.definitions import LINELIST, TESTS

_LISTS = ("trackedEntities", "enrollments", "events", "relationships")


@dataclass(slots=True)
class Ids:
    """What a DHIS2 calls what.

    programs       id of a programme = cases or contacts
    attributes     id of an attribute = a column of the line list
    data_elements  id of a data element = a column of the line list or of tests, as its stage says
    stages         id of a programme stage = linelist or tests: which table its data elements are of
    relationships  id of a relationship type = contacts, from the case to the contact, or contacts_reversed
    dates          enrolledAt, occurredAt (of an enrolment) = a column of dates of the line list
    """

    programs: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    data_elements: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    relationships: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)


MAY_BE: dict[str, frozenset[str]] = {
    "programs": frozenset({"cases", "contacts"}),
    "attributes": frozenset(each.name for each in LINELIST.columns) - {"case_id"},
    "data_elements": frozenset(each.name for table in (LINELIST, TESTS) for each in table.columns)
    - {"case_id"},
    "stages": frozenset({"linelist", "tests"}),
    "relationships": frozenset({"contacts", "contacts_reversed"}),
    "dates": frozenset(each.name for each in LINELIST.columns if each.type == "date"),
}


def ids_of(told: Mapping[str, Any]) -> Ids:
    """The part [dhis2] of a mapping; "" where an id is not read. Raises FileRefused."""
    parts = {}
    for name, may_be in MAY_BE.items():
        part = told.get(name, {})
        wrong = next(
            (f"{key} = {value!r}" for key, value in part.items() if value and value not in may_be), None
        )
        if wrong is not None:
            raise FileRefused(f"the mapping, [dhis2.{name}]: {wrong} is none of {', '.join(sorted(may_be))}")
        parts[name] = {key: value for key, value in part.items() if value}
    return Ids(**parts)


def is_payload(document: Any) -> bool:
    """Whether a document is one of the tracker's."""
    if not isinstance(document, dict):
        return False
    given = [name for name in _LISTS if isinstance(document.get(name), list)]
    first = next((each for name in given for each in document[name] if isinstance(each, dict)), {})
    return bool(given) and bool(
        first.keys()
        & {"trackedEntity", "trackedEntityType", "enrollment", "programStage", "relationshipType"}
    )


def ids_in(documents: list[Any]) -> dict[str, dict[str, str]]:
    """Every id of these payloads that has to be said, with an empty answer; no value is among them."""
    found = _Payload(documents)
    return {
        "programs": dict.fromkeys((str(each.get("program")) for each in found.enrolments), ""),
        "attributes": dict.fromkeys(
            (str(each.get("attribute")) for entity in found.entities.values() for each in entity["attributes"]), ""
        ),
        "stages": dict.fromkeys((str(each.get("programStage")) for each in found.events), ""),
        "data_elements": dict.fromkeys(
            (str(each.get("dataElement")) for event in found.events for each in records_at(event, "dataValues")), ""
        ),
        "relationships": dict.fromkeys((str(each.get("relationshipType")) for each in found.relationships), ""),
        "dates": {"enrolledAt": "", "occurredAt": ""},
    }  # fmt: skip


class IdsWanted(FileRefused):
    """A payload whose ids nobody has said; ids holds them, for a mapping to be written."""

    def __init__(self, problem: str, ids: dict[str, dict[str, str]]) -> None:
        super().__init__(problem)
        self.ids = ids


class _Payload:
    """Payloads, brought into one flat form."""

    def __init__(self, documents: list[Any]) -> None:
        self.entities: dict[str, Record] = {}
        self.enrolments: list[Record] = []
        self.events: list[Record] = []
        self.relationships: list[Record] = []
        for document in documents:
            for entity in records_at(document, "trackedEntities"):
                self._entity(entity)
            for enrolment in records_at(document, "enrollments"):
                self._enrolment(enrolment, None)
            self.events += records_at(document, "events")
            self.relationships += records_at(document, "relationships")

    def _entity(self, entity: Record) -> None:
        key = str(entity.get("trackedEntity"))
        kept = self.entities.setdefault(key, {"attributes": [], "deleted": entity.get("deleted") is True})
        kept["attributes"] += records_at(entity, "attributes")
        for enrolment in records_at(entity, "enrollments"):
            self._enrolment(enrolment, key)
        self.relationships += records_at(entity, "relationships")

    def _enrolment(self, enrolment: Record, key: str | None) -> None:
        who = enrolment.get("trackedEntity") or key
        self.enrolments.append({**enrolment, "trackedEntity": who})
        attributes = self.entities.setdefault(str(who), {"attributes": [], "deleted": False})["attributes"]
        attributes += records_at(enrolment, "attributes")
        self.events += [
            {"enrollment": enrolment.get("enrollment"), "trackedEntity": who, **each}
            for each in records_at(enrolment, "events")
        ]


def tables(documents: list[Any], ids: Ids | None, names: str) -> Taken:
    """A line list, contacts, tests; raises IdsWanted where nobody said what the ids mean."""
    if ids is None or not ids.programs:
        raise IdsWanted(
            f"{names} is a payload of DHIS2's tracker; what its ids mean differs from country to country: quell open PATH "
            "--propose FILE, say there which programme, attribute, stage and data element is what, and open it with --mapping FILE",
            ids_in(documents),
        )
    payload, taken = _Payload(documents), Taken()
    rows = _line_list(payload, ids, taken)
    _events(payload, ids, rows, taken)
    for row in rows.values():
        taken.add("linelist", row)
    seen = set()
    for each in payload.relationships:
        direction = ids.relationships.get(str(each.get("relationshipType")))
        ends = _end(each.get("from")), _end(each.get("to"))
        if direction is None or each.get("deleted") is True or (direction, ends) in seen:
            taken.left_out["relationships of other types, repeated or deleted"] += 1
            continue
        seen.add((direction, ends))
        source, contact = ends if direction == "contacts" else ends[::-1]
        taken.add("contacts", {"source_id": source, "contact_id": contact})
    return taken


def _line_list(payload: _Payload, ids: Ids, taken: Taken) -> dict[str, Record]:
    """A row for each tracked entity that is enrolled in a programme of cases."""
    rows: dict[str, Record] = {}
    for enrolment in payload.enrolments:
        who = str(enrolment.get("trackedEntity"))
        entity = payload.entities.get(who, {"attributes": [], "deleted": False})
        if ids.programs.get(str(enrolment.get("program"))) != "cases":
            continue
        if enrolment.get("deleted") is True or entity["deleted"] or enrolment.get("status") == "CANCELLED":
            taken.left_out["enrolments that are deleted or cancelled"] += 1
            continue
        row = rows.setdefault(who, {"case_id": who})
        row |= {date_column: iso_day(enrolment.get(name)) for name, date_column in ids.dates.items()}
        for each in entity["attributes"]:
            if (column := ids.attributes.get(str(each.get("attribute")))) is not None:
                row[column] = _value(column, each.get("value"))
    return rows


def _events(payload: _Payload, ids: Ids, rows: dict[str, Record], taken: Taken) -> None:
    """Data of events: tests as rows of their own, the rest with the case."""
    whose = {word(each, "enrollment"): str(each.get("trackedEntity")) for each in payload.enrolments}
    for event in payload.events:
        if event.get("deleted") is True:
            taken.left_out["events that are deleted"] += 1
            continue
        who = str(event.get("trackedEntity") or whose.get(word(event, "enrollment")))
        table = ids.stages.get(str(event.get("programStage")))
        values = {
            column: _value(column, each.get("value"))
            for each in records_at(event, "dataValues")
            if (column := ids.data_elements.get(str(each.get("dataElement")))) is not None
        }
        if table == "tests" and "result" in values:
            taken.add("tests", {"sample_date": iso_day(event.get("occurredAt")), **values, "case_id": who})
        elif table == "linelist" and who in rows:
            rows[who] |= values


def _value(column: str, value: Any) -> Any:
    known = {each.name: each.type for table in (LINELIST, TESTS) for each in table.columns}
    return (
        iso_day(value) if known.get(column) == "date" and isinstance(value, str) and "T" in value else value
    )


def _end(end: Any) -> str | None:
    return word(end, "trackedEntity.trackedEntity") or word(end, "trackedEntity")
