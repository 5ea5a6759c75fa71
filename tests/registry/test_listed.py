"""The rows that lists show: in step with facts, corrections and merges, in any order, and after a migration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from ledger.outbreak_stories import NOW, WHERE, adopt_pack, merged, opened, retracted, sampled
from quell.catalogue.chase import PersonLocated
from quell.catalogue.contacts import ContactGraded, ContactNamed
from quell.catalogue.fact import Fact
from quell.catalogue.investigation import CaseClassified, CaseReported, InfectorReported, SymptomsBegan
from quell.catalogue.laboratory import PersonTested, TubeResulted
from quell.catalogue.people import PersonRegistered
from quell.catalogue.places import PlaceClosed, PlaceRegistered, PlaceReopened
from quell.ledger.rebuild import rebuild
from quell.ledger.record import record
from quell.registry import listed, listed_rows
from quell.site.roles import Connections

DAY = NOW - timedelta(days=3)


def rows(database: Connections, table: str, columns: str, subject: str = "") -> list[tuple[Any, ...]]:
    condition = f"WHERE subject = '{subject}'" if subject else ""
    with psycopg.connect(database.web.conninfo()) as connection:
        return connection.execute(
            f"SELECT {columns} FROM registry.{table} {condition} ORDER BY subject, outbreak".encode()
        ).fetchall()


def all_rows(database: Connections) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: sorted(rows(database, table.name, "*"), key=repr) for table in listed_rows.TABLES}


def a_case() -> list[Fact]:
    """A case with an onset and a report, a contact of it who is graded, and somebody of whom only a test is known."""
    return [
        opened(),
        PersonRegistered(
            subject="person:1", occurred="2022-07-10", age=34, sex="female", household="household:9", **WHERE
        ),
        CaseClassified(
            subject="person:1",
            occurred="2022-07-13T18:30:00Z",
            classification="confirmed",
            found_in="clinic",
            **WHERE,
        ),
        # Half past six in the evening in London is the next day in Lanzhou.
        SymptomsBegan(subject="person:1", occurred="2022-07-11T18:30:00Z", **WHERE),
        CaseReported(subject="person:1", occurred="2022-07-13T19:30:00Z", **WHERE),
        InfectorReported(subject="person:1", occurred="2022-07-14", infector="person:0", **WHERE),
        PersonRegistered(subject="person:2", occurred="2022-07-10", age_from=50, age_to=59, **WHERE),
        ContactNamed(
            subject="person:2",
            occurred="2022-07-14",
            source_person="person:1",
            last_exposure="2022-07-12",
            setting="household",
            relation="family",
            **WHERE,
        ),
        ContactGraded(
            subject="person:2",
            occurred="2022-07-14",
            source_person="person:1",
            grade="contact",
            graded_by="officer",
            **WHERE,
        ),
        PersonTested(subject="person:3", occurred="2022-07-14", result="negative", assay="antigen", **WHERE),
        PersonLocated(subject="person:3", occurred="2022-07-15", how="reached", **WHERE),
        sampled("tube:a", ["person:4", "person:5"], DAY, 10),
        TubeResulted(subject="tube:a", occurred="2022-07-14T08:00:00Z", result="negative", **WHERE),
        TubeResulted(subject="tube:b", occurred="2022-07-14T09:00:00Z", result="negative", ct=39.5, **WHERE),
        sampled("tube:b", ["person:6"], DAY, 1),
        PlaceRegistered(
            subject="place:market",
            occurred="2022-07-01",
            place_kind="market",
            public_name={"en": "Market", "zh": "市场"},
            **{**WHERE, "outbreaks": ()},
        ),
        PlaceClosed(
            subject="place:market",
            occurred="2022-07-12",
            reason="case_there",
            legal_basis="infectious_disease_law",
            **WHERE,
        ),
    ]


@pytest.fixture
def told(database: Connections) -> Connections:
    adopt_pack()
    record(a_case(), by="test", now=NOW)
    return database


def test_a_case_stands_with_its_dates_in_its_own_zone(told: Connections) -> None:
    shown = rows(
        told, "listed_case", "onset, reported, classification, found_in, age, sex, infected_by", "person:1"
    )
    assert shown == [(date(2022, 7, 12), date(2022, 7, 14), "confirmed", "clinic", 34, "female", "person:0")]
    assert rows(told, "listed_person", "is_case, is_contact, household", "person:1") == [
        (True, False, "household:9")
    ]


def test_a_contact_stands_with_whom_it_met_and_how(told: Connections) -> None:
    shown = rows(
        told, "listed_contact", "source, kind, grade, setting, last_exposure, age, age_to", "person:2"
    )
    assert shown == [("person:1", "close_contact", "contact", "household", date(2022, 7, 12), 50, 59)]


def test_somebody_whom_no_rule_looks_at_stands_among_the_people(told: Connections) -> None:
    assert rows(told, "listed_person", "test_result, is_case, outbreak", "person:3") == [
        ("negative", False, "outbreak:lanzhou")
    ]
    # Who is only in a negative tube is not: of them nothing was said.
    assert rows(told, "listed_person", "subject", "person:4") == []


def test_a_tube_stands_with_its_result_whichever_came_first(told: Connections) -> None:
    assert rows(told, "listed_tube", "subject, pool_size, people, result, ct") == [
        ("tube:a", 10, 2, "negative", None),
        ("tube:b", 1, 1, "negative", 39.5),
    ]


def test_a_place_that_an_outbreak_names_leaves_those_of_no_outbreak(told: Connections) -> None:
    assert rows(told, "listed_place", "outbreak, place_kind, closed") == [
        ("outbreak:lanzhou", "market", True)
    ]
    record([PlaceReopened(subject="place:market", occurred="2022-07-14", **WHERE)], by="test", now=NOW)
    assert rows(told, "listed_place", "closed") == [(False,)]
    assert rebuild().same


def test_what_is_taken_back_leaves_the_lists(told: Connections) -> None:
    classified = next(fact for fact in a_case() if isinstance(fact, CaseClassified))
    record([retracted(classified, NOW)], by="test", now=NOW)
    assert rows(told, "listed_case", "subject") == []
    assert rows(told, "listed_contact", "subject") == []
    assert rows(told, "listed_person", "is_case, classification", "person:1") == [(False, None)]
    result = next(fact for fact in a_case() if isinstance(fact, TubeResulted))
    record([retracted(result, NOW)], by="test", now=NOW)
    assert rows(told, "listed_tube", "result", "tube:a") == [(None,)]
    assert rebuild().same


def test_two_ids_that_are_one_person_are_one_row(told: Connections) -> None:
    twin = PersonTested(
        subject="person:3b", occurred="2022-07-15", result="positive", assay="antigen", **WHERE
    )
    record([twin, merged("person:3b", "person:3", NOW - timedelta(hours=1))], by="test", now=NOW)
    assert rows(told, "listed_person", "subject, test_result", "person:3b") == []
    assert rows(told, "listed_person", "test_result", "person:3") == [("positive",)]
    # What is said of the other id later is said of this person.
    later = PersonTested(
        subject="person:3b", occurred="2022-07-15T20:00:00Z", result="invalid", assay="antigen", **WHERE
    )
    record([later], by="test", now=NOW)
    assert rows(told, "listed_person", "test_result", "person:3") == [("invalid",)]
    assert rebuild().same


def calls(facts: Sequence[Fact], chance: Random) -> list[list[Fact]]:
    said = [*facts, *chance.sample(list(facts), 4)]
    chance.shuffle(said)
    cut = sorted(chance.sample(range(1, len(said)), 7))
    return [said[start:end] for start, end in zip([0, *cut], [*cut, len(said)], strict=True)]


@pytest.mark.parametrize("seed", range(6))
def test_any_order_gives_the_same_rows_and_rebuild_agrees(
    fresh: Callable[[], Connections], seed: int
) -> None:
    extra = [
        merged("person:3b", "person:3", NOW - timedelta(hours=1)),
        PersonTested(subject="person:3b", occurred="2022-07-15", result="positive", assay="antigen", **WHERE),
        retracted(next(fact for fact in a_case() if isinstance(fact, TubeResulted)), NOW),
        TubeResulted(
            subject="tube:b", occurred="2022-07-14T10:00:00Z", result="indeterminate", **WHERE, source_id="x"
        ),
        PersonRegistered(
            subject="person:3", occurred="2022-07-02", sex="male", **{**WHERE, "outbreaks": ("outbreak:b",)}
        ),
    ]
    facts = [*a_case(), *extra]
    database = fresh()
    adopt_pack()
    record(facts, by="test", now=NOW)
    expected = all_rows(database)
    database = fresh()
    adopt_pack()
    for call in calls(facts, Random(seed)):
        record(call, by="test", now=NOW)
    assert all_rows(database) == expected
    done = rebuild()
    assert done.same, done.differences


def test_a_database_from_before_gets_its_rows(told: Connections) -> None:
    expected = all_rows(told)
    with psycopg.connect(told.owner.conninfo()) as connection:
        for table in listed_rows.TABLES:
            connection.execute(f"DELETE FROM registry.{table.name}".encode())
        with connection.cursor() as cursor:
            listed.refill(cursor)
    assert all_rows(told) == expected
