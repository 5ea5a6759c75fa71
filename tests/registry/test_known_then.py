"""An outbreak as it was known at a moment: what came later is not there, and what was seen then is seen again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from ledger.outbreak_stories import (
    NOW,
    OUTBREAK,
    POSITIVE,
    WHERE,
    a_few_days,
    adopt_pack,
    amended,
    named,
    opened,
    retracted,
)
from quell.catalogue.fact import Fact
from quell.catalogue.investigation import CaseClassified, CaseReported, SymptomsBegan
from quell.catalogue.keeping import SubjectMerged
from quell.catalogue.when import instant
from quell.ledger.adopt import open_outbreak
from quell.ledger.record import record
from quell.protocol.events import Duty
from quell.protocol.pack import load
from quell.registry.reading.cursor import reading
from quell.registry.reading.known_now import known_now
from quell.registry.reading.known_then import KnownSubject, known_then
from quell.registry.reading.outbreaks import one
from quell.registry.reading.tables import OutbreakTables, tables_then
from quell.site.roles import Connections
from quell.twin import small_outbreak
from quell.twin.small_city import ZONE

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(moment: datetime | None) -> list[KnownSubject]:
    with reading() as cursor:
        return list(known_then(cursor, OUTBREAK, moment))


def tables(moment: datetime | None) -> OutbreakTables:
    outbreak = one(OUTBREAK)
    assert outbreak is not None
    return tables_then(outbreak, moment)


def classified(person: str, when: datetime, as_what: str = "confirmed") -> CaseClassified:
    return CaseClassified(subject=person, occurred=instant(when), classification=as_what, **WHERE)


def onset(person: str, day: str) -> SymptomsBegan:
    return SymptomsBegan(subject=person, occurred=day, **WHERE)


def tell(*said: tuple[Fact, datetime]) -> None:
    """Record an opened outbreak, and each fact at its moment."""
    adopt_pack()
    record([opened()], by="test", now=POSITIVE - DAY)
    for fact, when in said:
        record([fact], by="test", now=when)


def test_a_correction_that_came_later_is_not_there_before(database: Connections) -> None:
    case, mistaken = classified("person:1", POSITIVE), classified("person:2", POSITIVE)
    first = onset("person:1", "2022-07-10")
    tell(
        (case, POSITIVE),
        (mistaken, POSITIVE),
        (first, POSITIVE),
        (retracted(mistaken, POSITIVE + 5 * HOUR), POSITIVE + 5 * HOUR),
        (amended(first, onset("person:1", "2022-07-12"), POSITIVE + 5 * HOUR), POSITIVE + 5 * HOUR),
    )
    then, now = tables(POSITIVE + 2 * HOUR).linelist, tables(POSITIVE + 6 * HOUR).linelist
    assert then["case_id"].to_list() == ["1", "2"]
    assert then["onset_date"].to_list() == [date(2022, 7, 10), None]
    assert now["case_id"].to_list() == ["1"]
    assert now["onset_date"].to_list() == [date(2022, 7, 12)]


def test_a_case_that_was_told_later_is_absent_however_early_it_fell_ill(database: Connections) -> None:
    tell(
        (classified("person:1", POSITIVE), POSITIVE),
        (onset("person:late", "2022-07-01"), POSITIVE + DAY),
        (classified("person:late", POSITIVE - 2 * HOUR), POSITIVE + DAY),
    )
    assert tables(POSITIVE + HOUR).linelist["case_id"].to_list() == ["1"]
    later = tables(POSITIVE + 2 * DAY).linelist
    assert later["case_id"].to_list() == ["1", "late"]
    assert later["known_date"].to_list() == [date(2022, 7, 14), date(2022, 7, 15)]


def test_late_then_is_what_was_late_then(database: Connections) -> None:
    reported = CaseReported(subject="person:1", occurred=instant(POSITIVE + 9 * HOUR), **WHERE)
    tell((classified("person:1", POSITIVE), POSITIVE), (reported, POSITIVE + 9 * HOUR))

    def owed(moment: datetime) -> list[Duty]:
        duties = [duty for subject in at(moment) for duty in subject.judgement.duties]
        return [duty for duty in duties if duty.action == "report_case"]

    (before,), (after,) = owed(POSITIVE + 8 * HOUR), owed(POSITIVE + 10 * HOUR)
    assert before.met_at is None
    assert before.due_known < POSITIVE + 8 * HOUR
    assert after.met_at == POSITIVE + 9 * HOUR
    assert before.duty_id == after.duty_id


def test_a_contact_is_one_only_from_when_its_source_was_known_for_a_case(database: Connections) -> None:
    tell(
        (named("person:2", "person:1", POSITIVE, POSITIVE - HOUR), POSITIVE),
        (classified("person:1", POSITIVE), POSITIVE + 3 * HOUR),
    )
    assert tables(POSITIVE + HOUR).contact_people == 0
    assert tables(POSITIVE + 4 * HOUR).contact_people == 1


def test_two_ids_are_two_people_until_it_is_known_that_they_are_one(database: Connections) -> None:
    merged = SubjectMerged(
        subject="person:1b", occurred=instant(POSITIVE + 5 * HOUR), into="person:1", **WHERE
    )
    tell(
        (classified("person:1", POSITIVE), POSITIVE),
        (classified("person:1b", POSITIVE), POSITIVE),
        (merged, POSITIVE + 5 * HOUR),
    )
    assert tables(POSITIVE + HOUR).linelist["case_id"].to_list() == ["1", "1b"]
    assert tables(POSITIVE + 6 * HOUR).linelist["case_id"].to_list() == ["1"]
    assert tables(None).linelist["case_id"].to_list() == ["1"]


def test_before_an_outbreak_was_opened_nothing_was_known_of_it(database: Connections) -> None:
    tell()
    with pytest.raises(LookupError):
        at(POSITIVE - 2 * DAY)


def seen(database: Connections, outbreak: str) -> dict[str, set[tuple[Any, ...]]]:
    """What the registry shows, as a person sees it."""
    with psycopg.connect(database.owner.conninfo()) as connection:
        duties = connection.execute(
            "SELECT duty_id, due_event, due_known, met_at, ended_at FROM registry.duty WHERE outbreak = %s",
            [outbreak],
        ).fetchall()
        conclusions = connection.execute(
            "SELECT subject, kind, key, at, known_at FROM registry.conclusion WHERE outbreak = %s", [outbreak]
        ).fetchall()
        restrictions = connection.execute(
            "SELECT restriction_id, opened_at, ends_at, ended_at FROM registry.restriction WHERE outbreak = %s",
            [outbreak],
        ).fetchall()
    return {"duties": set(duties), "conclusions": set(conclusions), "restrictions": set(restrictions)}


def read_again(outbreak: str, moment: datetime | None) -> dict[str, set[tuple[Any, ...]]]:
    """The same, judged anew from what was known at a moment."""
    with reading() as cursor:
        return judged_in(list(known_then(cursor, outbreak, moment)), outbreak)


def judged_in(subjects: list[KnownSubject], outbreak: str) -> dict[str, set[tuple[Any, ...]]]:
    judged = [subject.judgement for subject in subjects]
    return {
        "duties": {
            (d.duty_id, d.due_event, d.due_known, d.met_at, d.ended_at)
            for each in judged
            for d in each.duties
            if d.outbreak == outbreak
        },
        "conclusions": {
            (c.subject, c.kind, c.key, c.at, c.known_at)
            for each in judged
            for c in each.conclusions
            if c.outbreak == outbreak
        },
        "restrictions": {
            (r.restriction_id, r.opened_at, r.ends_at, r.ended_at)
            for each in judged
            for r in each.restrictions
            if r.outbreak == outbreak
        },
    }


def test_everything_that_the_ledger_has_reads_as_the_registry_does(database: Connections) -> None:
    adopt_pack()
    record(a_few_days(), by="test", now=NOW)
    assert read_again(OUTBREAK, None) == seen(database, OUTBREAK)
    with reading() as cursor:
        quickly, anew = list(known_now(cursor, OUTBREAK)), list(known_then(cursor, OUTBREAK, None))
    assert judged_in(quickly, OUTBREAK) == judged_in(anew, OUTBREAK)
    told = [{subject.subject: subject.facts for subject in each} for each in (quickly, anew)]
    assert told[0] == told[1]


@pytest.mark.slow
def test_what_was_seen_in_the_middle_of_an_outbreak_is_seen_again_from_its_end(
    fresh: Callable[[], Connections],
) -> None:
    now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    told = list(small_outbreak.history(5, now, people=300))
    middle = told[len(told) * 2 // 3][0]
    outbreak = next(fact.outbreaks[0] for _, fact in told if fact.outbreaks)

    def play(until: datetime) -> Connections:
        database = fresh()
        opening = small_outbreak.opened_at(now)
        open_outbreak(
            outbreak,
            pack=load("cn-covid19"),
            title={"en": "City"},
            jurisdiction="CN-XX-LS",
            zone=ZONE,
            opened=opening,
            by="test",
            now=opening,
        )
        together: list[Fact] = []
        moment = opening
        for recorded_at, fact in told:
            if recorded_at > until:
                break
            # What was told at one moment is recorded at that moment.
            if together and recorded_at != moment:
                record(together, by="test", now=moment)
                together = []
            moment = recorded_at
            together.append(fact)
        record(together, by="test", now=moment)
        return database

    shown = seen(play(middle), outbreak)
    assert len(shown["duties"]) > 100
    play(told[-1][0])
    assert read_again(outbreak, middle) == shown
