"""Go.Data: cases, contacts, events, relationships and laboratory results as its API gives them.

Codes bear the name of their list before them (LNG_REFERENCE_DATA_CATEGORY_…), which quell.exchange.words takes away.
Days are written as midnight of UTC and are read as they are written.
"""

from __future__ import annotations

import re
from typing import Any

from quell.exchange.peers.records import Record, Records, Taken, at, iso_day, records_at, word

NAME = "Go.Data"
_LISTS = {
    "cases": "case", "contacts": "contact", "contactsOfContacts": "contact", "events": "event",
    "relationships": "relationship", "labResults": "result", "lab-results": "result", "persons": "person", "people": "person",
}  # fmt: skip
_SINGLE = {"labResult": "result", "event": "event", "case": "case"}
_TYPES = {"CASE": "case", "CONTACT": "contact", "CONTACT_OF_CONTACT": "contact", "EVENT": "event"}
# Column of the line list: where a case has it. Names, documents, addresses and days of birth are not among them.
_CASE = {
    "classification": "classification",
    "sex": "gender",
    "occupation": "occupation",
    "outcome": "outcomeId",
}
_DAYS = {
    "onset_date": "dateOfOnset",
    "report_date": "dateOfReporting",
    "infection_date": "dateOfInfection",
    "outcome_date": "dateOfOutcome",
}
_CT = re.compile(r"\b[Cc][Tt]\D{0,3}(\d{1,2}(?:\.\d+)?)")


def sort(document: Any, records: Records) -> None:
    """Put what is known of a document among the records."""
    if isinstance(document, list):
        for each in document:
            if isinstance(each, dict):
                _sort_one(each, records)
    elif isinstance(document, dict) and _kind(document) is not None:
        _sort_one(document, records)
    elif isinstance(document, dict):
        found = {name: kind for name, kind in _LISTS.items() if isinstance(document.get(name), list)}
        for name, kind in found.items():
            for each in document[name]:
                if isinstance(each, dict) and _speaks_godata(each, kind):
                    _sort_one(each, records, kind)
        if not found:
            _sort_one(document, records)


def _sort_one(record: Record, records: Records, said: str | None = None) -> None:
    if isinstance(record.get("contact"), dict) and isinstance(record.get("relationship"), dict):
        records.add("pair", record)
        return
    single = {kind: record[name] for name, kind in _SINGLE.items() if isinstance(record.get(name), dict)}
    if single and said is None:
        for kind, inner in single.items():
            if _speaks_godata(inner, kind):
                records.add(kind, inner)
        return
    found = _kind(record) or said
    if found and found != "person":
        records.add(found, record)


def _kind(record: Record) -> str | None:
    ends = record.get("persons")
    if isinstance(ends, list) and any(isinstance(each, dict) and "type" in each for each in ends):
        return "relationship"
    if "personId" in record and ("result" in record or "dateSampleTaken" in record):
        return "result"
    typed = _ending(record.get("type"))
    if typed in _TYPES:
        return _TYPES[typed]
    if "visualId" in record or "dateOfReporting" in record:
        if "classification" in record or "dateBecomeCase" in record:
            return "case"
        return "event" if "eventCategory" in record else "contact"
    return None


def _speaks_godata(record: Record, kind: str) -> bool:
    """SORMAS too has cases and contacts; its records bear uuid, these id or visualId."""
    return (
        _kind(record) is not None
        or (kind == "event" and "eventCategory" in record)
        or "relationship" in record
    )


def tables(records: Records, zone: str | None) -> Taken:
    """A line list, contacts, places of events, tests."""
    taken = Taken()
    for case in _kept(records.of("case"), taken):
        taken.add("linelist", _case(case, taken))
    for pair in records.of("pair"):
        row = _relationship(pair["relationship"], taken, contact=_id(pair["contact"]))
        if row is not None and _kept([pair["contact"]], taken):
            taken.add("contacts", row)
    single = [
        each
        for contact in _kept(records.of("contact"), taken)
        for each in records_at(contact, "relationships")
    ]
    seen: set[str | None] = set()
    for each in _kept([*records.of("relationship"), *single], taken):
        identity = word(each, "id")
        if identity is not None and identity in seen:
            continue
        seen.add(identity)
        row = _relationship(each, taken)
        if row is not None:
            taken.add("contacts", row)
    for event in _kept(records.of("event"), taken):
        taken.add("places", {"place_id": _id(event), "kind": _ending(event.get("eventCategory"))})
    for result in _kept(records.of("result"), taken):
        taken.add("tests", _result(result))
    return taken


def _kept(records: list[Record], taken: Taken) -> list[Record]:
    kept = [each for each in records if each.get("deleted") is not True]
    if len(kept) < len(records):
        taken.left_out["marked as deleted"] += len(records) - len(kept)
    return kept


def _id(record: Record) -> str | None:
    return word(record, "id") or word(record, "visualId")


def _case(case: Record, taken: Taken) -> Record:
    row = {"case_id": _id(case), "age": _age(case.get("age"))}
    row |= {name: at(case, path) for name, path in _CASE.items()}
    row |= {name: iso_day(at(case, path)) for name, path in _DAYS.items()}
    for each in records_at(case, "dateRanges"):
        typed = _ending(each.get("typeId"))
        if typed.endswith("HOSPITALIZATION"):
            row.setdefault("admission_date", iso_day(each.get("startDate")))
            row.setdefault("facility_id", each.get("centerName"))
        elif typed.endswith("ISOLATION"):
            row.setdefault("isolate_date", iso_day(each.get("startDate")))
    if case.get("isDateOfOnsetApproximate") is True or case.get("isDateOfReportingApproximate") is True:
        note = "some days are marked as approximate in Go.Data; they are taken as they are written"
        if note not in taken.notes:
            taken.notes.append(note)
    return row


def _age(age: Any) -> str | None:
    years, months = at(age, "years"), at(age, "months")
    if years:
        return str(years)
    if months:
        return f"{months} months"
    return "0" if years == 0 else None


def _relationship(record: Record, taken: Taken, contact: str | None = None) -> Record | None:
    """A row of contacts: from the person marked as source to the one marked as target."""
    if record.get("active") is False:
        taken.left_out["relationships that are no longer active"] += 1
        return None
    persons = records_at(record, "persons")
    source = next((each for each in persons if each.get("source")), None)
    target = next((each for each in persons if each.get("target")), None)
    if source is not None and _ending(source.get("type")) == "EVENT":
        taken.left_out["exposures at an event, which name no person as the source"] += 1
        return None
    estimated = record.get("contactDateEstimated") is True
    if (
        estimated
        and (note := "some days of contact are marked as estimated; they are taken as they are written")
        not in taken.notes
    ):
        taken.notes.append(note)
    return {
        "source_id": word(source, "id"),
        "contact_id": word(target, "id") if target else contact,
        "first_exposure": iso_day(record.get("dateOfFirstContact")),
        "last_exposure": iso_day(record.get("contactDate")),
        "kind": record.get("socialRelationshipTypeId"),
        "certainty": record.get("certaintyLevelId"),
    }


def _result(result: Record) -> Record:
    found = _CT.search(str(result.get("quantitativeResult") or ""))
    return {
        "case_id": word(result, "personId"),
        "sample_date": iso_day(result.get("dateSampleTaken")),
        "kind": result.get("testType"),
        "result": result.get("result"),
        "ct": found[1] if found else None,
    }


def _ending(code: Any) -> str:
    """A type without the name of its list: LNG_REFERENCE_DATA_CATEGORY_PERSON_TYPE_CASE is CASE."""
    text = str(code or "")
    for list_name in ("PERSON_TYPE_", "EVENT_CATEGORY_", "PERSON_DATE_TYPE_"):
        if list_name in text:
            return text.partition(list_name)[2]
    return text
