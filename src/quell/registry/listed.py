"""What lists show of people, cases, contacts, tubes and places: narrow rows, each a pure function of a history.

Written in the transaction that appends: for who is judged with the judgement, for whom no rule looks at from their
own facts. A subject has a row for each outbreak that its facts name. Results of tubes come by the million, so theirs
are laid on the rows that stand, without reading anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import msgspec
import psycopg

from quell.catalogue.when import When, WhenError, local_date, parse
from quell.protocol.events import Conclusion, Duty, Judgement, Restriction
from quell.registry import aliases, cards, rows
from quell.registry.histories import History, Stored, histories_of, order_text
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
_OF_KIND: Mapping[str, tuple[Table, ...]] = {
    "person": (PERSON, CASE, CONTACT),
    "tube": (TUBE,),
    "place": (PLACE,),
}
TABLES = tuple(table for tables in _OF_KIND.values() for table in tables)
# What a contact is concluded to be, the closest first; that one is susceptible, or a suspect, is another thing.
_CONTACTS = ("contact", "close_contact", "secondary_contact")
_CHUNK = 2000

Listed = dict[Table, list[Row]]


class Laid(Protocol):
    """A fact that was just appended, and its place in the order of the world."""

    @property
    def stated(self) -> Any:
        """What it says."""

    @property
    def order(self) -> str:
        """As quell.registry.histories.order_text has it."""


def tables_of(subjects: Iterable[str]) -> Listed:
    """The tables in which these subjects may have rows, still without any."""
    kinds = {subject.partition(":")[0] for subject in subjects}
    return {table: [] for kind in sorted(kinds & _OF_KIND.keys()) for table in _OF_KIND[kind]}


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


def follow(cursor: psycopg.Cursor[Any], facts: Iterable[Laid], judged: set[str]) -> None:
    """Bring the rows of those up to date whom these facts are about and who are not judged."""
    filled, read, afresh = _sorted_out(facts, judged)
    if filled:
        afresh |= _not_filled(cursor, filled)
    for outbreaks in {each.stated.outbreaks for each in read.values()}:
        same = {tube: each for tube, each in read.items() if each.stated.outbreaks == outbreaks}
        afresh |= _not_read(cursor, same, outbreaks)
    if afresh:
        from_history(cursor, afresh)


def _sorted_out(facts: Iterable[Laid], judged: set[str]) -> tuple[dict[str, Laid], dict[str, Laid], set[str]]:
    """Tubes of which one filling is all that was said, or one reading; and who is written from their whole history."""
    filled: dict[str, Laid] = {}
    read: dict[str, Laid] = {}
    afresh: set[str] = set()
    for each in facts:
        subject, kind = each.stated.subject, each.stated.kind
        if subject in judged:
            continue
        into = read if kind == "tube.resulted" else filled if kind == "tube.sampled" else None
        if into is not None and subject not in read and subject not in filled:
            into[subject] = each
        elif into is not None or subject.startswith(("person:", "place:")):
            afresh.add(subject)
    for once in (filled, read):
        for tube in afresh & once.keys():
            del once[tube]
    return filled, read, afresh


def from_history(cursor: psycopg.Cursor[Any], subjects: Iterable[str]) -> None:
    """Write the rows of these subjects, of whom nothing is judged, from their whole histories."""
    asked = set(subjects)
    groups = {
        subject: group for subject, group in aliases.groups_of(cursor, asked).items() if subject in asked
    }
    histories = histories_of(cursor, groups)
    _write(cursor, asked, histories, {})


def refill(cursor: psycopg.Cursor[Any]) -> None:
    """Write the rows of every subject from its facts and from what the registry says was judged of it."""
    for kind in _OF_KIND:
        after = f"{kind}:"
        while True:
            cursor.execute(
                """SELECT subject_id FROM registry.subject s WHERE subject_id > %s AND kind = %s
                   AND NOT EXISTS (SELECT FROM registry.alias a WHERE a.alias = s.subject_id)
                   ORDER BY subject_id LIMIT %s""",
                (after, kind, _CHUNK),
            )
            subjects = [subject for (subject,) in cursor]
            if not subjects:
                break
            after = subjects[-1]
            histories = histories_of(cursor, aliases.groups_of(cursor, subjects))
            _write(cursor, subjects, histories, _judgements(cursor, subjects))


def _write(
    cursor: psycopg.Cursor[Any],
    subjects: Iterable[str],
    histories: Mapping[str, History],
    judgements: Mapping[str, Judgement],
) -> None:
    asked = sorted(subjects)
    wanted = tables_of(asked)
    for subject, history in histories.items():
        card = cards.card(
            (s.kind, s.body, order_text(s.when, s.body["learned_at"], s.fact_id)) for s in history.effective
        )
        for table, row in rows_of(subject, history, card, judgements.get(subject, Judgement())):
            wanted[table].append(row)
    rows.write(cursor, asked, wanted)


def _judgements(cursor: psycopg.Cursor[Any], subjects: Sequence[str]) -> dict[str, Judgement]:
    """What the registry says was judged of these subjects."""
    found: dict[Table, dict[str, list[Any]]] = {}
    for table, struct in (
        (rows.CONCLUSION, Conclusion),
        (rows.DUTY, Duty),
        (rows.RESTRICTION, Restriction),
    ):
        of_subject = found[table] = defaultdict(list)
        cursor.execute(table.select, (list(subjects),))
        for row in cursor:
            values = list(row)
            for index in table.json_at:
                values[index] = msgspec.json.decode(values[index])
            of_subject[row[table.subject_at]].append(struct(*values))
    return {
        subject: Judgement(*(tuple(found[table].get(subject, ())) for table in found)) for subject in subjects
    }


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


def _not_filled(cursor: psycopg.Cursor[Any], tubes: Mapping[str, Laid]) -> set[str]:
    """Lay the filling of tubes that had no row before; returns those that had one."""
    given = [
        (
            tube,
            outbreak,
            each.stated.jurisdiction,
            each.stated.pool_size,
            len(set(each.stated.members)),
            each.stated.purpose,
            each.stated.round,
            each.stated.place,
            _instant(each),
        )
        for tube, each in sorted(tubes.items())
        for outbreak in each.stated.outbreaks or ("",)
    ]
    cursor.execute(
        """WITH given AS (
               SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::smallint[], %s::smallint[], %s::text[],
                                    %s::text[], %s::text[], %s::timestamptz[])
                   AS given(subject, outbreak, jurisdiction, pool_size, people, purpose, round, place, sampled)
           ), stood AS (SELECT DISTINCT t.subject FROM registry.listed_tube t WHERE t.subject = ANY (%s)
           ), laid AS (
               INSERT INTO registry.listed_tube
                   (subject, outbreak, jurisdiction, pool_size, people, purpose, round, place, sampled)
               SELECT * FROM given WHERE subject NOT IN (SELECT subject FROM stood))
           SELECT subject FROM stood""",
        [*(list(column) for column in zip(*given, strict=True)), sorted(tubes)],
        prepare=True,
    )
    return {subject for (subject,) in cursor}


def _not_read(cursor: psycopg.Cursor[Any], tubes: Mapping[str, Laid], outbreaks: Sequence[str]) -> set[str]:
    """Lay the first result of tubes that have a row in each of these outbreaks; returns those for which that was not all.

    What comes back is only what is out of the ordinary: results come by the ten thousand.
    """
    given = sorted(tubes.items())
    named = list(outbreaks) or [""]
    cursor.execute(
        """WITH given AS (
               SELECT * FROM unnest(%(tubes)s::text[], %(results)s::text[], %(cts)s::float8[], %(at)s::timestamptz[])
                   AS given(subject, result, ct, resulted)
           ), laid AS (
               UPDATE registry.listed_tube t SET result = given.result, ct = given.ct, resulted = given.resulted
               FROM given
               WHERE t.subject = given.subject AND t.result IS NULL AND t.sampled IS NOT NULL
               RETURNING t.subject, t.outbreak
           ), done AS (
               SELECT subject FROM laid WHERE outbreak = ANY (%(named)s) GROUP BY 1 HAVING count(*) = %(number)s
           )
           SELECT subject FROM given WHERE subject NOT IN (SELECT subject FROM done)""",
        {
            "tubes": [tube for tube, _ in given],
            "results": [each.stated.result for _, each in given],
            "cts": [each.stated.ct for _, each in given],
            "at": [_instant(each) for _, each in given],
            "named": named,
            "number": len(named),
        },
        prepare=True,
    )
    return {subject for (subject,) in cursor}


def _instant(each: Laid) -> str:
    """When it began, in UTC: the order of the world begins with it."""
    return each.order.partition("|")[0]


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
