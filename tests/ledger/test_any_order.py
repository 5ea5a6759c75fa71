"""The same facts in any order, split, repeated or late end in the same registry, and rebuild agrees."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.outbreak_stories import NOW, a_few_days, adopt_pack, registry
from quell.catalogue.fact import Fact
from quell.ledger.rebuild import rebuild
from quell.ledger.record import record
from quell.site.roles import Connections


def recorded_in(calls: list[list[Fact]]) -> None:
    adopt_pack()
    for call in calls:
        record(call, by="test", now=NOW)


def split(facts: list[Fact], chance: Random) -> list[list[Fact]]:
    """The facts cut into calls of any size, some facts said twice."""
    said = [*facts, *chance.sample(facts, 5)]
    chance.shuffle(said)
    calls = []
    while said:
        size = chance.randint(1, 6)
        calls.append(said[:size])
        said = said[size:]
    return calls


@pytest.fixture
def expected(fresh: Callable[[], Connections]) -> dict[str, list[str]]:
    database = fresh()
    recorded_in([a_few_days()])
    return registry(database)


def test_the_story_owes_and_concludes_what_it_should(expected: dict[str, list[str]]) -> None:
    assert len(expected["duty"]) > 20
    assert any("person:10" in row and ",case," in row for row in expected["conclusion"])
    assert any(row.startswith("(person:11,close_contact") for row in expected["conclusion"])
    assert any(row.startswith("(person:12,secondary_contact") for row in expected["conclusion"])
    assert any("tube:nobody" in row and "unknown_subject" in row for row in expected["pending"])
    assert any("conflict" in row for row in expected["pending"])
    assert expected["alias"] == ["(person:11b,person:11,person:11)"]
    assert not any("person:11b" in row for row in expected["duty"])


def test_reversed_and_one_by_one_gives_the_same(
    fresh: Callable[[], Connections], expected: dict[str, list[str]]
) -> None:
    database = fresh()
    recorded_in([[fact] for fact in reversed(a_few_days())])
    assert registry(database) == expected


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_any_shuffling_splitting_and_repeating_gives_the_same(
    fresh: Callable[[], Connections], expected: dict[str, list[str]], seed: int
) -> None:
    database = fresh()
    recorded_in(split(a_few_days(), Random(seed)))
    assert registry(database) == expected


def test_rebuild_equals_live(fresh: Callable[[], Connections], expected: dict[str, list[str]]) -> None:
    database = fresh()
    recorded_in(split(a_few_days(), Random(7)))
    done = rebuild()
    assert done.same, done.differences
    assert registry(database) == expected
