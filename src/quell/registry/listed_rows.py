"""The rows that lists show of a subject: each a pure function of its history, its card and what was judged of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from quell.catalogue.when import When, WhenError, local_date, parse
from quell.protocol.events import Conclusion, Duty, Judgement, Restriction
from quell.registry.histories import History, Stored
from quell.registry.rows import Row, Table

_PERSON = """subject outbreak jurisdiction age age_to sex occupation household lives_at classification test_result
    facility outcome died is_case is_contact restricted_until"""
_CASE = """subject outbreak jurisdiction at onset sampled reported classification found_in age age_to sex occupation
    household infected_by hospitalised facility outcome died restricted_until"""
_CONTACT = """subject outbreak source kind jurisdiction at grade setting relation certainty first_exposure
    last_exposure age age_to sex notified seen seen_as is_case restricted_until"""
_TUBE = """subject outbreak jurisdiction pool_size people purpose round place sampled result ct resulted"""
_PLACE = """subject outbreak jurisdiction place_kind within names closed"""

_OWN = ("subject", "outbreak")
PERSON = Table("listed_person", tuple(_PERSON.split()), _OWN)
CASE = Table("listed_case", tuple(_CASE.split()), _OWN, seldom=True)
CONTACT = Table("listed_contact", tuple(_CONTACT.split()), (*_OWN, "source"), seldom=True)
TUBE = Table("listed_tube", tuple(_TUBE.split()), _OWN)
PLACE = Table("listed_place", tuple(_PLACE.split()), _OWN, frozenset({"names"}))
OF_KIND: Mapping[str, tuple[Table, ...]] = {
    "person": (PERSON, CASE, CONTACT),
    "tube": (TUBE,),
    "place": (PLACE,),
}
TABLES = tuple(table for tables in OF_KIND.values() for table in tables)
# What a contact is concluded to be, the closest first; that one is susceptible, or a suspect, is another thing.
_CONTACTS = ("contact", "close_contact", "secondary_contact")


def rows_of(
    subject: str, history: History, card: Mapping[str, Any], judgement: Judgement
) -> Iterable[tuple[Table, Row]]:
    """The rows of a subject in every list: from its effective facts, its card, and what was judged of it."""
    kind = subject.partition(":")[0]
    if kind == "person":
        yield from _person(subject, history, card, judgement)
    elif kind == "tube":
        yield from ((TUBE, row) for row in _tube(subject, history))
    elif kind == "place" and history.effective:
        jurisdiction = history.effective[-1].body["jurisdiction"]
        closed = card.get("o:place.closed", "") > card.get("o:place.reopened", "")
        shown = (jurisdiction, card.get("place_kind"), card.get("within"), card.get("name") or {}, closed)
        yield from ((PLACE, (subject, outbreak, *shown)) for outbreak in _outbreaks(history.effective))


def _person(
    subject: str, history: History, card: Mapping[str, Any], judgement: Judgement
) -> Iterable[tuple[Table, Row]]:
    facts = history.effective
    judged: list[Conclusion | Duty | Restriction]
    judged = [*judgement.conclusions, *judgement.duties, *judgement.restrictions]
    if not facts and not judged:
        return
    # Where nobody said anything of this person alone, a tube they are in did.
    jurisdiction = facts[-1].body["jurisdiction"] if facts else min(each.jurisdiction for each in judged)
    last = _last_of(facts)
    age, age_to = _age(card)
    until = max(((each.ended_at or each.ends_at) for each in judgement.restrictions), default=None)
    facility = (
        card.get("facility")
        if card.get("o:person.admitted", "") > card.get("o:person.discharged", "")
        else None
    )
    died = _day_of(last.get("person.died"))
    cases = {each.outbreak: each for each in _earliest(judgement.conclusions, "case")}
    contacts = _closest(judgement.conclusions)
    contact_in = {each.outbreak for each in contacts}
    for outbreak in _outbreaks(facts, {each.outbreak for each in judged}):
        yield (
            PERSON,
            (
                subject,
                outbreak,
                jurisdiction,
                age,
                age_to,
                card.get("sex"),
                card.get("occupation"),
                card.get("household"),
                card.get("lives_at"),
                card.get("classification"),
                card.get("test_result"),
                facility,
                card.get("outcome"),
                died,
                outbreak in cases,
                outbreak in contact_in,
                until,
            ),
        )
    for outbreak, case in cases.items():
        infector = last.get("infector.reported")
        yield (
            CASE,
            (
                subject,
                outbreak,
                jurisdiction,
                case.at,
                _day(case.attrs.get("onset_date"), case.zone) or _onset(facts),
                _day(case.attrs.get("sampled_at"), case.zone),
                _day_of(last.get("case.reported")),
                card.get("classification"),
                card.get("found_in"),
                age,
                age_to,
                card.get("sex"),
                card.get("occupation"),
                card.get("household"),
                infector.body["infector"] if infector else None,
                _day_of(last.get("case.hospitalised")) or _day_of(last.get("person.admitted")),
                facility,
                card.get("outcome"),
                died,
                until,
            ),
        )
    for contact in contacts:
        yield CONTACT, _contact(contact, facts, jurisdiction, (age, age_to, card.get("sex")), cases, until)


def _contact(
    contact: Conclusion,
    facts: Sequence[Stored],
    jurisdiction: str,
    who: tuple[int | None, int | None, str | None],
    cases: Mapping[str, Conclusion],
    until: datetime | None,
) -> Row:
    """A contact's row: one for each case that they met, with what was said of that meeting last."""
    source = _source(contact)
    of_source = _last_of(each for each in facts if each.body.get("source_person") == source)
    named, graded = of_source.get("contact.named"), of_source.get("contact.graded")
    seen = _last_of(facts).get("followup.recorded")
    met = named.body if named else {}
    return (
        contact.subject,
        contact.outbreak,
        source,
        contact.kind,
        jurisdiction,
        contact.at,
        graded.body["grade"] if graded else None,
        met.get("setting"),
        met.get("relation"),
        met.get("certainty"),
        _day(contact.attrs.get("first_exposure"), contact.zone),
        _day(contact.attrs.get("last_exposure"), contact.zone),
        *who,
        _day_of(of_source.get("contact.notified")),
        _day_of(seen),
        seen.body["state"] if seen else None,
        contact.outbreak in cases,
        until,
    )


def _tube(subject: str, history: History) -> Iterable[Row]:
    filled = [each for each in history.effective if each.kind == "tube.sampled"]
    read = [each for each in history.effective if each.kind == "tube.resulted"]
    if not filled and not read:
        return
    jurisdiction = (filled or read)[-1].body["jurisdiction"]
    people = len({person for each in filled for person in each.body["members"]})
    body = filled[-1].body if filled else {}
    for outbreak in _outbreaks([*filled, *read]):
        yield (
            subject,
            outbreak,
            jurisdiction,
            body.get("pool_size"),
            people if filled else None,
            body.get("purpose"),
            body.get("round"),
            body.get("place"),
            filled[-1].when.start if filled else None,
            read[-1].body["result"] if read else None,
            read[-1].body["ct"] if read else None,
            read[-1].when.start if read else None,
        )


def _outbreaks(facts: Iterable[Stored], more: Iterable[str] = ()) -> list[str]:
    """In whose lists a subject stands: those that its facts name, or '' where they name none."""
    named = {outbreak for each in facts for outbreak in each.body["outbreaks"]} | {
        each for each in more if each
    }
    return sorted(named) or [""]


def _last_of(facts: Iterable[Stored]) -> dict[str, Stored]:
    """The last fact of each kind, of facts in the order of the world."""
    return {each.kind: each for each in facts}


def _source(contact: Conclusion) -> str:
    return str(contact.attrs.get("source_person") or contact.key)


def _closest(conclusions: Iterable[Conclusion]) -> list[Conclusion]:
    """As what somebody is a contact of each case: who is a close contact of it is not also shown as a secondary one."""
    found: dict[tuple[str, str], Conclusion] = {}
    kinds = [each for each in conclusions if each.kind in _CONTACTS]
    for each in sorted(kinds, key=lambda each: (_CONTACTS.index(each.kind), each.at, each.key)):
        found.setdefault((each.outbreak, _source(each)), each)
    return list(found.values())


def _earliest(conclusions: Iterable[Conclusion], kind: str) -> list[Conclusion]:
    """The earliest conclusion of a kind in each outbreak."""
    first: dict[str, Conclusion] = {}
    for each in sorted(conclusions, key=lambda each: (each.at, each.key)):
        if each.kind == kind:
            first.setdefault(each.outbreak, each)
    return list(first.values())


def _onset(facts: Iterable[Stored]) -> date | None:
    began = [each for each in facts if each.kind == "symptoms.began" and each.body["symptom"] == "any"]
    return _day_of(began[-1]) if began else None


def _age(card: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The age in years and its upper bound, which are one where it is known exactly."""
    if card.get("age") is not None:
        return card["age"], card["age"]
    return card.get("age_from"), card.get("age_to")


def _day_of(stated: Stored | None) -> date | None:
    """The local day on which a fact happened; of an interval, its first."""
    return _local(stated.when, stated.body.get("zone", "UTC")) if stated else None


def _day(text: str | None, zone: str) -> date | None:
    try:
        return _local(parse(text, zone), zone) if text else None
    except WhenError:
        return None


def _local(when: When, zone: str) -> date:
    return when.date or local_date(when.start, zone)
