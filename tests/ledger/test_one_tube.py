"""One positive tube, taken from the laboratory's result to ten settled people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from quell.catalogue.facilities import PersonAdmitted
from quell.catalogue.fact import Fact
from quell.catalogue.isolation import RestrictionOrdered
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.needs import NeedsChecked
from quell.catalogue.screening import TubeSampled
from quell.catalogue.when import instant
from quell.ledger.adopt import open_outbreak
from quell.ledger.record import record
from quell.protocol.pack import load
from quell.site.roles import Connections

OUTBREAK = "outbreak:lanzhou"
PEOPLE = [f"person:{number}" for number in range(1, 11)]
SAMPLED = datetime(2022, 7, 13, 12, tzinfo=UTC)
POSITIVE = datetime(2022, 7, 13, 18, 10, tzinfo=UTC)
WHERE: dict[str, Any] = {
    "jurisdiction": "CN-GS-LZ",
    "zone": "Asia/Shanghai",
    "source": "test",
    "outbreaks": (OUTBREAK,),
}


@pytest.fixture
def outbreak(database: Connections) -> Connections:
    open_outbreak(
        OUTBREAK,
        pack=load("cn-covid19"),
        title={"en": "Lanzhou", "zh": "兰州"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=datetime(2022, 7, 8, tzinfo=UTC),
        by="command",
        now=POSITIVE,
    )
    return database


def state(facts: list[Fact], now: datetime) -> None:
    record(facts, by="test", now=now)


def owed(database: Connections) -> dict[str, int]:
    """How many duties of each action are open."""
    with psycopg.connect(database.web.conninfo()) as connection:
        rows = connection.execute(
            "SELECT action, count(*) FROM registry.duty WHERE met_at IS NULL AND ended_at IS NULL GROUP BY 1"
        ).fetchall()
    return dict(rows)


def sampled(
    tube: str, members: list[str], at: datetime, pool_size: int, purpose: str = "round"
) -> TubeSampled:
    return TubeSampled(
        subject=tube,
        occurred=instant(at),
        members=tuple(members),
        pool_size=pool_size,
        purpose=purpose,
        **WHERE,
    )


def resulted(tube: str, result: str, at: datetime, ct: float | None = None) -> TubeResulted:
    return TubeResulted(subject=tube, occurred=instant(at), result=result, ct=ct, **WHERE)


def held(person: str, at: datetime) -> RestrictionOrdered:
    return RestrictionOrdered(
        subject=person,
        occurred=instant(at),
        ground="pool_positive",
        because="tube:pool",
        measure="hold",
        legal_basis="infectious_disease_law",
        ordered_by="officer",
        notice="spoken",
        appeal="reviewing_officer",
        **WHERE,
    )


def test_a_positive_pool_owes_ten_holds_and_ten_resamples_at_once(outbreak: Connections) -> None:
    state([sampled("tube:pool", PEOPLE, SAMPLED, 10)], POSITIVE)
    assert owed(outbreak) == {}
    state([resulted("tube:pool", "positive", POSITIVE, 24.1)], POSITIVE)
    assert owed(outbreak) == {"hold": 10, "resample": 10}


def test_the_whole_loop_settles_ten_people(outbreak: Connections) -> None:
    state([sampled("tube:pool", PEOPLE, SAMPLED, 10)], POSITIVE)
    state([resulted("tube:pool", "positive", POSITIVE, 24.1)], POSITIVE)

    at = POSITIVE + timedelta(minutes=20)
    state([held(person, at) for person in PEOPLE], at)
    assert owed(outbreak) == {"resample": 10, "check_needs": 10}

    state(
        [
            NeedsChecked(subject=person, occurred=instant(at + timedelta(minutes=5)), **WHERE)
            for person in PEOPLE
        ],
        at + timedelta(minutes=5),
    )
    at += timedelta(hours=1)
    state([sampled(f"tube:single-{person[7:]}", [person], at, 1, "pool_resample") for person in PEOPLE], at)
    assert owed(outbreak) == {"read_single": 10}

    at += timedelta(hours=3)
    state([resulted(f"tube:single-{n}", "positive" if n == 10 else "negative", at) for n in range(1, 11)], at)
    open_now = owed(outbreak)
    assert open_now["tell_free"] == 9
    assert open_now["transfer"] == 1
    with psycopg.connect(outbreak.web.conninfo()) as connection:
        standing = connection.execute(
            "SELECT subject FROM registry.restriction WHERE ended_at IS NULL"
        ).fetchall()
        cases = connection.execute("SELECT subject FROM registry.conclusion WHERE kind = 'case'").fetchall()
    assert standing == [("person:10",)]
    assert cases == [("person:10",)]

    at += timedelta(hours=1)
    state(
        [
            PersonAdmitted(
                subject="person:10", occurred=instant(at), facility="facility:1", as_a="case", **WHERE
            )
        ],
        at,
    )
    assert "transfer" not in owed(outbreak)
