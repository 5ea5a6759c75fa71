"""The registry: the tree of jurisdictions, places inside places, dated relations, ids that turned out to be one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from quell.catalogue.investigation import SymptomsBegan
from quell.catalogue.keeping import FactRetracted, SubjectMerged, SubjectSplit
from quell.catalogue.people import PersonRegistered, RelationBegan, RelationEnded
from quell.catalogue.places import PlaceRegistered
from quell.errors import QuellError
from quell.ledger.jurisdictions import load_tree
from quell.ledger.rebuild import rebuild
from quell.ledger.record import record
from quell.site.roles import Connections

NOW = datetime(2022, 7, 16, tzinfo=UTC)
WHERE: dict[str, Any] = {"jurisdiction": "CN-GS-6201", "zone": "Asia/Shanghai", "source": "test"}


def asked(database: Connections, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.web.conninfo()) as connection:
        return connection.execute(query.encode()).fetchall()


def test_the_tree_of_a_country_has_iso_and_national_codes_and_names_in_two_languages(
    database: Connections,
) -> None:
    assert load_tree("CN", by="test", now=NOW).new == 57
    assert load_tree("CN", by="test", now=NOW).new == 0
    lanzhou = asked(
        database,
        "SELECT parent, tier, national_code, names ->> 'zh' FROM registry.jurisdiction WHERE code = 'CN-GS-6201'",
    )
    assert lanzhou == [("CN-GS", "city", "620100", "兰州市")]
    gansu = asked(
        database, "SELECT iso_3166_2, names ->> 'en' FROM registry.jurisdiction WHERE code = 'CN-GS'"
    )
    assert gansu == [("CN-GS", "Gansu")]
    below = asked(
        database,
        """WITH RECURSIVE below AS (
               SELECT code FROM registry.jurisdiction WHERE code = 'CN-GS'
               UNION SELECT j.code FROM registry.jurisdiction j JOIN below b ON j.parent = b.code)
           SELECT count(*) FROM below""",
    )
    assert below == [(1 + 14 + 8,)]
    assert rebuild().same


def test_a_tree_with_faults_is_refused_whole_and_each_is_named(database: Connections, tmp_path: Path) -> None:
    file = tmp_path / "tree.csv"
    file.write_text(
        "code,tier,parent,name_en\nXX,country,,X\nXX-1,shire,XX,A\nXX-2,city,XX-9,B\nXX,country,,X\n"
    )
    with pytest.raises(QuellError) as refused:
        load_tree(str(file), by="test", now=NOW)
    for named in ("row 3, tier", "row 4, parent", "row 5, code"):
        assert named in str(refused.value)
    assert asked(database, "SELECT count(*) FROM ledger.fact") == [(0,)]


def test_places_nest(database: Connections) -> None:
    chain = [
        ("compound", None),
        ("building", "compound"),
        ("unit", "building"),
        ("flat", "unit"),
        ("room", "flat"),
    ]
    record(
        [
            PlaceRegistered(
                subject=f"place:{kind}",
                occurred="2022-07-01",
                place_kind=kind,
                within=f"place:{inside}" if inside else None,
                **WHERE,
            )
            for kind, inside in reversed(chain)
        ],
        by="test",
        now=NOW,
    )
    rows = asked(
        database,
        """WITH RECURSIVE up AS (
               SELECT 'place:room'::text AS id, 0 AS step
               UNION SELECT r.object, step + 1 FROM registry.relation r JOIN up ON r.subject = up.id AND r.relation = 'within')
           SELECT id FROM up ORDER BY step""",
    )
    assert [place for (place,) in rows] == [
        "place:room",
        "place:flat",
        "place:unit",
        "place:building",
        "place:compound",
    ]


def test_relations_are_dated(database: Connections) -> None:
    record(
        [
            PersonRegistered(
                subject="person:1",
                occurred="2022-07-01",
                household="household:9",
                lives_at="place:a",
                **WHERE,
            ),
            RelationBegan(
                subject="person:1", occurred="2022-07-03", relation="works", to="place:market", **WHERE
            ),
            RelationEnded(
                subject="person:1", occurred="2022-07-09", relation="works", to="place:market", **WHERE
            ),
        ],
        by="test",
        now=NOW,
    )
    rows = asked(
        database,
        """SELECT relation, object, (valid_from AT TIME ZONE 'Asia/Shanghai')::date::text,
                  (valid_until AT TIME ZONE 'Asia/Shanghai')::date::text
           FROM registry.relation WHERE subject = 'person:1' ORDER BY 1, 2""",
    )
    assert rows == [
        ("member_of", "household:9", "2022-07-01", None),
        ("resides", "place:a", "2022-07-01", None),
        ("works", "place:market", "2022-07-03", "2022-07-09"),
    ]


def test_merged_ids_resolve_along_the_way_and_a_split_takes_it_back(database: Connections) -> None:
    first = SubjectMerged(subject="person:c", occurred="2022-07-03T00:00:00Z", into="person:b", **WHERE)
    second = SubjectMerged(subject="person:b", occurred="2022-07-04T00:00:00Z", into="person:a", **WHERE)
    record([second], by="test", now=NOW)
    record([first], by="test", now=NOW)
    aliases = "SELECT alias, subject_id FROM registry.alias ORDER BY 1"
    assert asked(database, aliases) == [("person:b", "person:a"), ("person:c", "person:a")]

    split = SubjectSplit(
        subject="person:b", occurred="2022-07-05T00:00:00Z", from_subject="person:a", **WHERE
    )
    record([split], by="test", now=NOW)
    assert asked(database, aliases) == [("person:c", "person:b")]

    (fact_id,) = asked(database, "SELECT fact_id FROM ledger.fact WHERE kind = 'subject.split'")[0]
    taken_back = FactRetracted(
        subject="person:b", occurred="2022-07-06T00:00:00Z", target=fact_id, reason="wrong_person", **WHERE
    )
    record([taken_back], by="test", now=NOW)
    assert asked(database, aliases) == [("person:b", "person:a"), ("person:c", "person:a")]
    assert rebuild().same


def test_merges_in_a_circle_end_at_the_smallest_id(database: Connections) -> None:
    record(
        [
            SubjectMerged(subject="person:x", occurred="2022-07-03T00:00:00Z", into="person:y", **WHERE),
            SubjectMerged(subject="person:y", occurred="2022-07-04T00:00:00Z", into="person:x", **WHERE),
        ],
        by="test",
        now=NOW,
    )
    assert asked(database, "SELECT alias, subject_id FROM registry.alias ORDER BY 1") == [
        ("person:x", "person:x"),
        ("person:y", "person:x"),
    ]
    assert rebuild().same


def test_a_rash_that_came_later_is_not_the_onset_however_the_two_arrive(
    fresh: Callable[[], Connections],
) -> None:
    onset = SymptomsBegan(subject="person:1", occurred="2022-07-01", **WHERE)
    rash = SymptomsBegan(subject="person:1", occurred="2022-07-05", symptom="rash", **WHERE)
    for calls in ([[onset, rash]], [[rash, onset]], [[onset], [rash]], [[rash], [onset]]):
        database = fresh()
        for call in calls:
            record(call, by="test", now=NOW)
        assert asked(
            database, "SELECT state ->> 'onset' FROM registry.subject WHERE subject_id = 'person:1'"
        ) == [("2022-07-01",)]
        assert rebuild().same
