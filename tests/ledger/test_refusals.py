"""What is not a fact is refused whole, with a message that says where; what the world may be ahead of us in is pending."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from ledger.outbreak_stories import (
    NOW,
    POSITIVE,
    SAMPLED,
    WHERE,
    adopt_pack,
    opened,
    registry,
    resulted,
    sampled,
)
from quell.catalogue.fact import Fact
from quell.catalogue.isolation import RestrictionOrdered
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.screening import TubeSampled
from quell.ledger.record import RecordRefused, record
from quell.site.roles import Connections

GOOD = sampled("tube:good", ["person:1"], SAMPLED, 10)


def facts_in(database: Connections) -> int:
    with psycopg.connect(database.web.conninfo()) as connection:
        return int((connection.execute("SELECT count(*) FROM ledger.fact").fetchone() or (0,))[0])


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (TubeResulted(subject="tube:1", occurred="2022-02-30", result="positive", **WHERE), "2022-02-30"),
        (
            TubeResulted(subject="tube:1", occurred="2022-07-14T02:10:00", result="positive", **WHERE),
            "offset",
        ),
        (TubeResulted(subject="tube:1", occurred="2031-01-01", result="positive", **WHERE), "future"),
        (TubeResulted(subject="tube:1", occurred="2022-07-14", result="yes", **WHERE), "test_result"),
        (
            TubeResulted(subject="person:1", occurred="2022-07-14", result="positive", **WHERE),
            "starts 'tube:'",
        ),
        (TubeResulted(subject="tube:1", occurred="2022-07-14", result="positive", ct=-3.0, **WHERE), "ct"),
        (
            TubeSampled(
                subject="tube:1",
                occurred="2022-07-14",
                members=tuple(f"person:{n}" for n in range(30)),
                pool_size=30,
                **WHERE,
            ),
            "20",
        ),
        (TubeSampled(subject="tube:1", occurred="2022-07-14", members=(), pool_size=10, **WHERE), "members"),
        (
            RestrictionOrdered(
                subject="person:1",
                occurred="2022-07-14",
                ground="pool_positive",
                because="tube:1",
                measure="hold",
                legal_basis="because I say so",
                ordered_by="o",
                **WHERE,
            ),
            "legal_basis",
        ),
        (
            TubeResulted(
                subject="tube:1",
                occurred="2022-07-14",
                result="positive",
                jurisdiction="CN",
                source="s",
                zone="Mars/Base",
            ),
            "zone",
        ),
    ],
)
def test_nothing_is_half_taken(database: Connections, bad: Fact, says: str) -> None:
    with pytest.raises(RecordRefused) as refused:
        record([GOOD, bad], by="test", now=NOW)
    assert says in str(refused.value)
    assert refused.value.faults[0][0] == 1
    assert facts_in(database) == 0


def test_somebody_records(database: Connections) -> None:
    with pytest.raises(RecordRefused, match="nobody"):
        record([GOOD], by="", now=NOW)


def test_a_result_for_an_unknown_tube_is_taken_and_waits_with_a_duty(database: Connections) -> None:
    adopt_pack()
    record([opened(), resulted("tube:unknown", "positive", POSITIVE)], by="laboratory", now=NOW)
    after = registry(database)
    assert any("tube:unknown,unknown_subject" in row for row in after["pending"])
    assert any("find_tube_members" in row for row in after["duty"])

    record([sampled("tube:unknown", ["person:1", "person:2"], SAMPLED, 10)], by="sampling", now=NOW)
    after = registry(database)
    assert after["pending"] == []
    assert sum(",hold," in row for row in after["duty"]) == 2


def test_the_same_message_twice_is_one_fact(database: Connections) -> None:
    first = record([GOOD, GOOD], by="test", now=NOW)
    again = record([GOOD], by="another", now=NOW + timedelta(minutes=1))
    assert (first.new, first.repeated, again.new, again.repeated) == (1, 1, 0, 1)
    assert first.fact_ids[0] == again.fact_ids[0]


def test_one_id_with_two_contents_is_a_conflict_that_is_shown(database: Connections) -> None:
    record([GOOD, resulted("tube:good", "negative", POSITIVE, "m1")], by="laboratory", now=NOW)
    second = record([resulted("tube:good", "positive", POSITIVE, "m1")], by="laboratory", now=NOW)
    assert len(second.conflicts) == 1
    assert any("conflict" in row for row in registry(database)["pending"])


def test_offsets_are_brought_to_one_form(database: Connections) -> None:
    local = TubeResulted(subject="tube:1", occurred="2022-07-14T02:10:00+08:00", result="positive", **WHERE)
    same = TubeResulted(subject="tube:1", occurred="2022-07-13T18:10:00Z", result="positive", **WHERE)
    assert record([local], by="a", now=NOW).new == 1
    assert record([same], by="a", now=NOW).repeated == 1
    assert datetime(2022, 7, 13, 18, 10, tzinfo=UTC) == POSITIVE
