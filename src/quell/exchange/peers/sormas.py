"""SORMAS: cases, persons, contacts, samples and pathogen tests as its REST interface gives them.

A case names its person by uuid; who that is is not read, but age, sex and occupation are. Days are milliseconds since
1970. A contact of SORMAS has no certainty, and none is made up.
"""

from __future__ import annotations

from typing import Any

from quell.exchange.peers.records import Days, Record, Records, Taken, at, records_at, word

NAME = "SORMAS"
_LISTS = {
    "cases": "case", "caseData": "case", "persons": "person", "contacts": "contact", "samples": "sample",
    "pathogenTests": "test", "pathogentests": "test",
}  # fmt: skip
_SINGLE = {
    "caze": "case",
    "case": "case",
    "person": "person",
    "contact": "contact",
    "sample": "sample",
    "pathogenTest": "test",
}
_NO_FACILITY = "SORMAS-CONSTID"
_CASE = {"classification": "caseClassification", "outcome": "outcome"}
_CASE_DAYS = {
    "onset_date": "symptoms.onsetDate",
    "report_date": "reportDate",
    "outcome_date": "outcomeDate",
    "admission_date": "hospitalization.admissionDate",
    "recovery_date": "hospitalization.dischargeDate",
    "isolate_date": "quarantineFrom",
}
_CONTACT_DAYS = {"first_exposure": "firstContactDate", "last_exposure": "lastContactDate"}
_AGE_UNITS = {"MONTHS": " months", "DAYS": " days"}


def sort(document: Any, records: Records) -> None:
    """Put what is known of a document among the records."""
    if isinstance(document, list):
        for each in document:
            _sort_one(each, records)
    elif isinstance(document, dict):
        lists = [(kind, each) for name, kind in _LISTS.items() for each in _list(document.get(name))]
        for kind, each in lists:
            if isinstance(each, dict) and "uuid" in each:
                records.add(kind, each)
        if not lists:
            _sort_one(document, records)


def _sort_one(record: Any, records: Records) -> None:
    if not isinstance(record, dict):
        return
    kind = _kind(record)
    if kind is not None:
        records.add(kind, record)
        return
    for name, of in _SINGLE.items():
        inner = record.get(name)
        if isinstance(inner, dict) and len(inner) > 1 and "uuid" in inner:
            records.add(of, inner)


def _kind(record: Record) -> str | None:
    if "uuid" not in record:
        return None
    if "caseClassification" in record:
        return "case"
    if "testResult" in record or "testedDisease" in record:
        return "test"
    if "sampleDateTime" in record or "sampleMaterial" in record:
        return "sample"
    if "contactClassification" in record or "caze" in record:
        return "contact"
    return "person" if "approximateAge" in record or "sex" in record or "lastName" in record else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def tables(records: Records, zone: str | None) -> Taken:
    """A line list, contacts, tests."""
    taken, days = Taken(), Days(zone)
    persons = {word(each, "uuid"): each for each in records.of("person")}
    cases = {word(each, "person.uuid"): word(each, "uuid") for each in _kept(records.of("case"), Taken())}
    for case in _kept(records.of("case"), taken):
        own = case.get("person")
        person = {**(own if isinstance(own, dict) else {}), **persons.get(word(case, "person.uuid"), {})}
        taken.add("linelist", _case(case, person, days))
    contacts = _kept(records.of("contact"), taken)
    for contact in contacts:
        if contact.get("contactClassification") == "NO_CONTACT":
            taken.left_out["classified as no contact"] += 1
            continue
        taken.add(
            "contacts",
            {
                "source_id": word(contact, "caze.uuid"),
                "contact_id": _who(contact, cases),
                "kind": contact.get("relationToCase"),
                **{name: days.day(at(contact, path)) for name, path in _CONTACT_DAYS.items()},
            },
        )
    people = {word(each, "uuid"): _who(each, cases) for each in contacts}
    samples = {word(each, "uuid"): each for each in _kept(records.of("sample"), taken)}
    for test in _kept(records.of("test"), taken):
        sample = samples.get(word(test, "sample.uuid"), {})
        tested = word(sample, "associatedCase.uuid") or people.get(word(sample, "associatedContact.uuid"))
        taken.add(
            "tests",
            {
                "case_id": tested,
                "sample_date": days.day(sample.get("sampleDateTime")),
                "kind": test.get("testType"),
                "result": test.get("testResult"),
                "ct": test.get("cqValue") or test.get("ctValueN"),
            },
        )
    taken.notes += days.note()
    return taken


def _kept(records: list[Record], taken: Taken) -> list[Record]:
    kept = [each for each in records if each.get("deleted") is not True]
    if len(kept) < len(records):
        taken.left_out["marked as deleted"] += len(records) - len(kept)
    return kept


def _case(case: Record, person: Record, days: Days) -> Record:
    facility = word(case, "healthFacility.uuid")
    age = person.get("approximateAge")
    exposures = records_at(case, "epiData.exposures")
    # Only where SORMAS says that the case was probably infected; other exposures are where it has been.
    source = [each for each in exposures if each.get("probableInfectionEnvironment") is True]
    first = min((day for each in source if (day := days.day(each.get("startDate")))), default=None)
    last = max((day for each in source if (day := days.day(each.get("endDate")))), default=None)
    return {
        "case_id": word(case, "uuid"),
        "sex": person.get("sex"),
        "occupation": person.get("occupationType"),
        "age": None if age is None else f"{age}{_AGE_UNITS.get(str(person.get('approximateAgeType')), '')}",
        "facility_id": None if (facility or "").startswith(_NO_FACILITY) else facility,
        "exposure_start": first,
        "exposure_end": last,
        **{name: case.get(path) for name, path in _CASE.items()},
        **{name: days.day(at(case, path)) for name, path in _CASE_DAYS.items()},
    }


def _who(contact: Record, cases: dict[str | None, str | None]) -> str | None:
    """The contact under the id it has as a case, where it became one; else the person's."""
    person = word(contact, "person.uuid")
    return word(contact, "resultingCase.uuid") or cases.get(person) or person or word(contact, "uuid")
