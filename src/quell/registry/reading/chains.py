"""Who is said to have infected whom in an outbreak, and whom the cases met.

Read from the facts themselves, corrections applied, under the ids that hold now. Nothing of it is kept a second time:
a partial index of the ledger (``fact_tie``) leads straight to the few facts that say it, so that an installation
which had its facts before the index has its links too, and a rebuild has nothing to compare.

A *link* is either a reported infector (``infector.reported``) or a named contact (``contact.named``) who is a case as
well. The second says no more than that the two met; the page says which of the two a link is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from quell.catalogue.when import When, WhenError, local_date, parse
from quell.registry.aliases import groups_of
from quell.registry.histories import CORRECTIONS, effective, stored_facts
from quell.registry.reading.cursor import reading

# Which date a case is put on, best first; each is a day in the outbreak's own zone.
BASES = ("onset", "sample", "report", "none")
_SAYS = ("contact.named", "infector.reported")
# Grades with which somebody is no contact; where a source is a case, the protocol itself decides.
_GRADED, _OUT = "contact.graded", frozenset({"not_a_contact", "general_contact"})
_MOMENT = timedelta(microseconds=1)
# How much a link weighs when a case has several; a reported infector comes before any contact.
_CERTAINTY = {"high": 3, "medium": 2, "": 1, "unknown": 1, "low": 0}


class ChainCase(NamedTuple):
    """A case, or somebody who is named as a source and is no case here (``basis`` "none", no day).

    first, last  local days between which the date lies; the same day where it is known to the day
    """

    subject: str
    basis: str
    first: date | None
    last: date | None
    onset: date | None
    sample: date | None
    report: date | None
    jurisdiction: str
    classification: str
    outcome: str
    contacts: int


class ChainLink(NamedTuple):
    """That a case is said to have it from a source.

    kind         "infector" (an investigator named the infector) or "contact" (the case was named a contact of the source)
    first, last  days of exposure, where stated; said: the day on which it was said; by: the source of the fact
    """

    case: str
    source: str
    kind: str
    setting: str
    relation: str
    certainty: str
    first: date | None
    last: date | None
    said: date | None
    by: str


class ChainContact(NamedTuple):
    """Somebody whom a case met: what the protocol concludes of them, the days of exposure, whether they are a case."""

    source: str
    contact: str
    kind: str
    first: date | None
    last: date | None
    named: date | None
    case: bool


class Chains(NamedTuple):
    """The cases of an outbreak and their links; of several links of a case the best comes first."""

    cases: list[ChainCase]
    links: list[ChainLink]


def chains(outbreak: str, *, now: datetime) -> Chains:
    """Everything that the chain page draws of an outbreak, contacts left out.

    now  what is dated later is not there yet: the outbreak's own clock
    """
    with reading() as cursor:
        cases = _cases(cursor, outbreak, now)
        links = _links(cursor, outbreak, cases, now)
        outside = {link.source for link in links} - cases.keys()
        listed = [*cases.values(), *(_outside(subject) for subject in sorted(outside))]
    days = {case.subject: case.first for case in listed}
    links.sort(key=lambda link: (link.case, *_worse(link, days), link.source))
    return Chains(listed, links)


def contacts_of(outbreak: str, subject: str, *, now: datetime) -> list[ChainContact]:
    """Whom one case met, those who became cases first."""
    with reading() as cursor:
        ((_, ids),) = groups_of(cursor, [subject]).items()
        cursor.execute(
            f"""{_CONTACTS} AND c.subject IN (SELECT l.subject FROM ledger.link l
                WHERE l.named = ANY (%(ids)s) AND l.role = 'source_person')
                AND c.attrs ->> 'source_person' = ANY (%(ids)s)""".encode(),
            {"outbreak": outbreak, "now": now, "ids": ids},
        )
        found = [_contact(row, subject) for row in cursor]
    return sorted(found, key=lambda each: (not each.case, each.contact))


def contacts(outbreak: str, *, now: datetime) -> list[ChainContact]:
    """Whom the cases of an outbreak met, cases left out: those are links."""
    with reading() as cursor:
        cursor.execute(_CONTACTS.encode(), {"outbreak": outbreak, "now": now})
        found = [_contact(row, "") for row in cursor]
        present = _present(cursor, {each.source for each in found})
    return [
        each._replace(source=present.get(each.source, each.source))
        for each in sorted(found, key=lambda each: (each.source, each.contact))
        if not each.case
    ]


_CONTACTS = """
    SELECT c.attrs ->> 'source_person', c.subject, c.kind, c.attrs ->> 'first_exposure', c.attrs ->> 'last_exposure',
           c.occurred, c.zone,
           EXISTS (SELECT FROM registry.conclusion k WHERE k.subject = c.subject AND k.kind = 'case'
                   AND k.outbreak = c.outbreak AND k.at <= %(now)s)
    FROM registry.conclusion c
    WHERE c.outbreak = %(outbreak)s AND c.at <= %(now)s AND c.attrs ? 'source_person'"""


def _contact(row: tuple[Any, ...], source: str) -> ChainContact:
    named, contact, kind, first, last, occurred, zone, case = row
    return ChainContact(
        source or named, contact, kind, _day(first, zone), _day(last, zone), _day(occurred, zone), bool(case)
    )


def _cases(cursor: psycopg.Cursor[Any], outbreak: str, now: datetime) -> dict[str, ChainCase]:
    cursor.execute(
        """SELECT attrs ->> 'source_person', count(*) FROM registry.conclusion
           WHERE outbreak = %s AND at <= %s AND attrs ? 'source_person' GROUP BY 1""",
        (outbreak, now),
    )
    named = dict(cursor.fetchall())
    met: dict[str, int] = defaultdict(int)
    present = _present(cursor, named.keys())
    for source, number in named.items():
        met[present.get(str(source), str(source))] += int(number)
    cursor.execute(
        """SELECT c.subject, c.attrs ->> 'onset_date', c.attrs ->> 'sampled_at', s.state ->> 'reported', c.occurred,
                  c.zone, c.jurisdiction, s.state ->> 'classification', s.state ->> 'died', s.state ->> 'outcome',
                  s.state ->> 'discharged'
           FROM registry.conclusion c JOIN registry.subject s ON s.subject_id = c.subject
           WHERE c.outbreak = %s AND c.kind = 'case' AND c.at <= %s ORDER BY c.subject""",
        (outbreak, now),
    )
    return {row[0]: _case(row, met) for row in cursor}


def _case(row: tuple[Any, ...], met: dict[str, int]) -> ChainCase:
    subject, onset, sample, report, occurred, zone, jurisdiction, classification, died, outcome, free = row
    dated = (("onset", onset), ("sample", sample), ("report", report), ("report", occurred))
    basis, when = next(((name, when) for name, text in dated if (when := _when(text, zone))), ("none", None))
    first, last = _days(when, zone)
    return ChainCase(
        subject,
        basis,
        first,
        last,
        _day(onset, zone),
        _day(sample, zone),
        _day(report, zone) or _day(occurred, zone),
        jurisdiction,
        classification or "",
        "died" if died else outcome or ("recovered" if free else ""),
        met.get(subject, 0),
    )


def _outside(subject: str) -> ChainCase:
    return ChainCase(subject, "none", None, None, None, None, None, "", "", "", 0)


def _links(
    cursor: psycopg.Cursor[Any], outbreak: str, cases: dict[str, ChainCase], now: datetime
) -> list[ChainLink]:
    said = [each for each in _said(cursor, outbreak, now) if each.case in cases]
    present = _present(cursor, {each.source for each in said})
    concluded = _concluded(cursor, outbreak, now)
    strangers = {source for each in said if (source := present.get(each.source, each.source)) not in cases}
    discarded = _discarded(cursor, strangers)
    out = {(each.case, each.source) for each in said if each.kind == "out"}

    def stands(link: ChainLink, stated: str) -> bool:
        """Whether a named contact is a link: where the source is a case, the protocol says so; else nobody took it back.

        Line lists often lack the sources that their contacts name. Those who share one belong together all the same.
        """
        if link.kind == "infector":
            return True
        if link.source in cases:
            return (link.case, stated) in concluded
        return (link.case, stated) not in out and link.source not in discarded

    best: dict[tuple[str, str], ChainLink] = {}
    for each in said:
        link = each._replace(source=present.get(each.source, each.source))
        if link.kind == "out" or link.source == link.case or not stands(link, each.source):
            continue
        key = (link.case, link.source)
        best[key] = _merged(best[key], link) if key in best else link
    return list(best.values())


def _merged(one: ChainLink, other: ChainLink) -> ChainLink:
    """One link of two facts about the same two people: the reported infector, with what the other adds."""
    first, second = sorted((one, other), key=lambda link: (*_worse(link, {}), link.by, link.setting))
    added = {name: value for name, value in second._asdict().items() if getattr(first, name) in {None, ""}}
    return first._replace(**added)


def _worse(link: ChainLink, days: dict[str, date | None]) -> tuple[int, int, int, int, int]:
    """Sorts the best link of a case first: a reported infector, the surest, one whose dates agree, the latest."""
    ill, of_source = days.get(link.case), days.get(link.source)
    backwards = ill is not None and of_source is not None and of_source > ill
    return (
        link.kind != "infector",
        -_CERTAINTY.get(link.certainty, 1),
        backwards,
        -(link.last.toordinal() if link.last else 0),
        -(link.said.toordinal() if link.said else 0),
    )


def _concluded(cursor: psycopg.Cursor[Any], outbreak: str, now: datetime) -> set[tuple[str, str]]:
    """(contact, source as stated) of everybody who is concluded to be a contact and a case."""
    cursor.execute(
        """SELECT c.subject, c.attrs ->> 'source_person' FROM registry.conclusion c
           JOIN registry.conclusion k ON k.subject = c.subject AND k.kind = 'case' AND k.outbreak = c.outbreak
           WHERE c.outbreak = %s AND c.at <= %s AND c.attrs ? 'source_person'""",
        (outbreak, now),
    )
    return set(cursor.fetchall())


def _discarded(cursor: psycopg.Cursor[Any], subjects: set[str]) -> set[str]:
    """Who among these was found not to be a case."""
    cursor.execute(
        "SELECT subject_id FROM registry.subject WHERE subject_id = ANY (%s) AND state ->> 'classification' = 'not_a_case'",
        (sorted(subjects),),
    )
    return {subject for (subject,) in cursor}


_TIES = """
    WITH known AS (
        SELECT subject AS id, subject FROM registry.conclusion WHERE outbreak = %(outbreak)s AND kind = 'case'
        UNION ALL
        SELECT a.alias, a.subject_id FROM registry.alias a JOIN registry.conclusion k
            ON k.subject = a.subject_id AND k.outbreak = %(outbreak)s AND k.kind = 'case'
    )
    SELECT known.id, known.subject, f.fact_id::text, f.kind, f.body ->> 'infector', f.body ->> 'source_person',
           f.body ->> 'setting', f.body ->> 'relation', f.body ->> 'certainty', f.body ->> 'first_exposure',
           f.body ->> 'last_exposure', f.body ->> 'occurred', f.body ->> 'zone', f.body ->> 'source',
           f.body -> 'outbreaks' ? %(outbreak)s, f.occurred_at <= %(now)s,
           f.body ->> 'grade'
    FROM known JOIN ledger.fact f ON f.subject = known.id
    WHERE f.kind IN ('contact.named', 'contact.graded', 'infector.reported', 'fact.amended', 'fact.retracted')"""


def _said(cursor: psycopg.Cursor[Any], outbreak: str, now: datetime) -> Iterator[ChainLink]:
    """What facts say of the cases, sources as they were stated. Only where something was corrected is more read."""
    cursor.execute(_TIES.encode(), {"outbreak": outbreak, "now": now})
    by_id: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in cursor:
        by_id[row[0]].append(row)
    doubtful = {
        subject
        for subject, rows in by_id.items()
        if any(row[3] in CORRECTIONS for row in rows) or len({row[2] for row in rows}) < len(rows)
    }
    for subject, rows in by_id.items():
        if subject not in doubtful:
            yield from (
                _link(row[1], row[3:])
                for row in rows
                if row[14] and row[15] and (row[3] != _GRADED or row[16] in _OUT)
            )
    names = {subject: rows[0][1] for subject, rows in by_id.items()}
    for subject, stored in stored_facts(cursor, doubtful).items():
        for fact in effective(stored).effective:
            body = fact.body
            says = fact.kind in _SAYS or (fact.kind == _GRADED and body["grade"] in _OUT)
            if says and outbreak in body["outbreaks"] and fact.when.start <= now:
                yield _link(names[subject], (fact.kind, *(body.get(name) for name in _FIELDS)))


_FIELDS = (
    "infector",
    "source_person",
    "setting",
    "relation",
    "certainty",
    "first_exposure",
    "last_exposure",
    "occurred",
    "zone",
    "source",
)


def _link(case: str, values: Iterable[Any]) -> ChainLink:
    kind, infector, met, setting, relation, certainty, first, last, occurred, zone, by, *_ = values
    zone = zone or "UTC"
    return ChainLink(
        case,
        infector or met,
        {"infector.reported": "infector", _GRADED: "out"}.get(kind, "contact"),
        setting or "",
        relation or "",
        certainty or "",
        _day(first, zone),
        _day(last, zone),
        _day(occurred, zone),
        by or "",
    )


def _present(cursor: psycopg.Cursor[Any], subjects: Iterable[str]) -> dict[str, str]:
    """The present id of those among these subjects that were merged into another."""
    cursor.execute("SELECT alias, subject_id FROM registry.alias WHERE alias = ANY (%s)", (sorted(subjects),))
    return dict(cursor.fetchall())


def _when(text: str | None, zone: str) -> When | None:
    try:
        return parse(text, zone) if text else None
    except WhenError:
        return None


def _days(when: When | None, zone: str) -> tuple[date | None, date | None]:
    """The first and the last local day that a time may mean."""
    if when is None:
        return None, None
    if when.date is not None:
        return when.date, when.date
    first = local_date(when.start, zone)
    # An interval of dates ends at the midnight after its last day.
    last = local_date(when.end, zone) if when.end == when.start else _last(when, zone)
    return first, max(first, last)


def _last(when: When, zone: str) -> date:
    ends = local_date(when.end, zone)
    before = local_date(when.end - _MOMENT, zone)
    return min(ends, before)


def _day(text: str | None, zone: str) -> date | None:
    return _days(_when(text, zone), zone)[1]
