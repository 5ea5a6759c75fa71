"""The small simulated outbreak: the same for a seed, made of good facts, and on its ninth day in full swing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

import psycopg
import pytest

from ledger.outbreak_stories import registry
from quell.catalogue.fact import Fact, checked
from quell.catalogue.isolation import RestrictionOrdered
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.needs import NeedRaised
from quell.catalogue.screening import TubeSampled
from quell.catalogue.when import parse
from quell.ledger.adopt import open_outbreak
from quell.ledger.record import record
from quell.protocol.pack import load
from quell.site.roles import Connections
from quell.twin import small_outbreak
from quell.twin.small_city import ZONE
from quell.twin.telling import Told

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SMALL = 500


@cache
def told(seed: int) -> list[Told]:
    return list(small_outbreak.history(seed, NOW))


@cache
def soon(seed: int) -> list[Told]:
    return list(small_outbreak.future(seed, NOW))


def of_kind(seed: int, kind: str) -> list[Fact]:
    return [fact for _, fact in told(seed) if fact.kind == kind]


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    assert list(small_outbreak.history(3, NOW, people=SMALL)) == list(
        small_outbreak.history(3, NOW, people=SMALL)
    )
    assert list(small_outbreak.history(3, NOW, people=SMALL)) != list(
        small_outbreak.history(4, NOW, people=SMALL)
    )


def test_names_are_the_same_for_a_seed_and_belong_to_the_people_of_the_story() -> None:
    words = small_outbreak.identities(3, people=SMALL)
    assert words == small_outbreak.identities(3, people=SMALL)
    registered = {
        f.subject for _, f in small_outbreak.history(3, NOW, people=SMALL) if f.kind == "person.registered"
    }
    assert {each.subject for each in words} == registered
    assert len(registered) == len(words)


@pytest.mark.parametrize("seed", [1, 7])
def test_every_fact_is_one_of_the_catalogue_says_that_it_is_simulated_and_comes_in_order(seed: int) -> None:
    whole = [*told(seed), *soon(seed)]
    for recorded_at, fact in whole:
        good = checked(fact)
        assert good.when.start <= recorded_at + timedelta(minutes=10)
        assert fact.source.startswith("simulation:")
    moments = [recorded_at for recorded_at, _ in whole]
    assert moments == sorted(moments)
    assert moments[len(told(seed)) - 1] <= NOW < moments[len(told(seed))]


@pytest.mark.parametrize("people", [SMALL, 1200])
@pytest.mark.parametrize("days", [3, 9, 14])
def test_other_sizes_and_days_are_stories_too(people: int, days: int) -> None:
    story = [fact for _, fact in small_outbreak.history(5, NOW, people=people, days=days)]
    assert [checked(fact) for fact in story]
    assert sum(fact.kind == "person.registered" for fact in story) == people


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_the_counts_are_those_of_a_believable_ninth_day(seed: int) -> None:
    count = Counter(fact.kind for _, fact in told(seed))
    assert count["person.registered"] == 4000
    pools = [
        f for f in of_kind(seed, "tube.resulted") if isinstance(f, TubeResulted) and ":ls-p" in f.subject
    ]
    positive = [f for f in pools if f.result == "positive"]
    assert 40 <= len(positive) <= 130
    assert 1500 <= len(pools) <= 2500
    assert 70 <= count["case.classified"] <= 180
    held = {f.subject for f in of_kind(seed, "restriction.ordered") if isinstance(f, RestrictionOrdered)}
    assert 400 <= len(held) <= 1600
    assert count["person.admitted"] >= 150
    assert count["need.raised"] >= 100
    assert 0.7 * count["need.raised"] < count["need.met"] < count["need.raised"]
    assert all(
        f.appeal and f.notice
        for f in of_kind(seed, "restriction.ordered")
        if isinstance(f, RestrictionOrdered)
    )
    assert told(seed)[-1][0] > NOW - timedelta(minutes=3)


@pytest.mark.parametrize("seed", [1, 2, 7, 11])
def test_tubes_are_in_every_stage_of_the_chase(seed: int) -> None:
    sizes = defaultdict(set)
    shares: list[tuple[float, float, float, float]] = []
    located = {f.subject: parse(f.occurred, f.zone).start for f in of_kind(seed, "person.located")}
    members = {f.subject: f.members for f in of_kind(seed, "tube.sampled") if isinstance(f, TubeSampled)}
    held = defaultdict(set)
    for f in of_kind(seed, "restriction.ordered"):
        if isinstance(f, RestrictionOrdered):
            held[f.because].add(f.subject)
    single = {
        f.members[0]: f
        for f in of_kind(seed, "tube.sampled")
        if isinstance(f, TubeSampled) and f.pool_size == 1
    }
    read = {f.subject for f in of_kind(seed, "tube.resulted")}
    for f in of_kind(seed, "tube.resulted"):
        if not isinstance(f, TubeResulted) or f.result != "positive" or ":ls-p" not in f.subject:
            continue
        at = parse(f.occurred, f.zone).start
        if at < NOW - timedelta(hours=24):
            continue
        people = members[f.subject]
        sizes[f.subject].update(people)
        swabbed = [p for p in people if p in single and parse(single[p].occurred, single[p].zone).start >= at]
        shares.append(
            (
                sum(located.get(p, at - timedelta(1)) >= at for p in people) / len(people),
                len(held[f.subject] & set(people)) / len(people),
                len(swabbed) / len(people),
                sum(single[p].subject in read for p in swabbed) / len(people),
            )
        )
    assert any(found == 0 for found, *_ in shares), "just positive"
    assert any(0.2 <= found <= 0.9 for found, _, swabbed, _ in shares if swabbed < 0.5), "half located"
    assert any(0.2 <= stopped <= 0.9 for _, stopped, _, settled in shares if settled < 0.2), "half held"
    assert any(swabbed >= 0.6 and settled <= 0.5 for *_, swabbed, settled in shares), "swabbed and waiting"
    assert any(settled >= 0.8 for *_, settled in shares), "settled"


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_an_urgent_need_is_unmet_and_past_its_time(seed: int) -> None:
    met = {getattr(f, "number", None) for f in of_kind(seed, "need.met")}
    open_now = [f for f in of_kind(seed, "need.raised") if isinstance(f, NeedRaised) and f.number not in met]
    urgent = [f for f in open_now if f.urgency in {"urgent", "life_threatening"}]
    assert any(parse(f.needed_by, "UTC").start < NOW for f in urgent)
    assert any(NOW < parse(f.needed_by, "UTC").start < NOW + timedelta(hours=2) for f in urgent)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_what_goes_wrong_has_gone_wrong(seed: int) -> None:
    filled = {f.subject for f in of_kind(seed, "tube.sampled")}
    results = [f for f in of_kind(seed, "tube.resulted") if isinstance(f, TubeResulted)]
    assert any(f.subject not in filled for f in results), "a result for a tube that nobody filled in"
    assert of_kind(seed, "fact.amended"), "a correction"
    messages = defaultdict(list)
    for f in results:
        if f.source_id is not None:
            messages[f.source_id].append(f)
    assert any(len(said) > 1 and said[0] == said[1] for said in messages.values()), "a message said twice"
    assert any(len(said) > 1 and said[0] != said[1] for said in messages.values()), (
        "two that contradict each other"
    )


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_something_goes_on_happening_every_few_seconds_for_two_hours(seed: int) -> None:
    moments = [at for at, _ in soon(seed) if at < NOW + timedelta(hours=2)]
    assert len(moments) > 2 * 3600 / 8
    gaps = [(later - at).total_seconds() for at, later in zip([NOW, *moments], moments, strict=False)]
    assert max(gaps) < 90
    kinds = {fact.kind for at, fact in soon(seed) if at < NOW + timedelta(hours=2)}
    assert {"person.called", "tube.resulted", "restriction.ordered", "need.raised", "needs.checked"} <= kinds


def opened(fresh: Callable[[], Connections]) -> Connections:
    database = fresh()
    open_outbreak(
        small_outbreak.OUTBREAK,
        pack=load("cn-covid19"),
        title=small_outbreak.TITLE,
        jurisdiction=small_outbreak.JURISDICTION,
        zone=ZONE,
        opened=small_outbreak.opened_at(NOW),
        by="test",
        now=NOW,
        simulated=True,
    )
    return database


def test_recorded_in_any_order_it_owes_the_same(fresh: Callable[[], Connections]) -> None:
    facts = [fact for _, fact in small_outbreak.history(3, NOW, people=SMALL)]
    database = opened(fresh)
    for start in range(0, len(facts), 400):
        record(facts[start : start + 400], by="test", now=NOW)
    expected = registry(database)
    assert any("meet-urgent-need" in row for row in expected["duty"])
    assert any("conflict" in row for row in expected["pending"])
    assert any("unknown_subject" in row for row in expected["pending"])
    with psycopg.connect(database.web.conninfo()) as connection:
        (late,) = connection.execute(
            "SELECT count(*) FROM registry.duty WHERE met_at IS NULL AND ended_at IS NULL AND due_event < %s",
            (NOW,),
        ).fetchone() or (0,)
    assert late > 0

    Random(5).shuffle(facts)
    shuffled = opened(fresh)
    for start in range(0, len(facts), 300):
        record(facts[start : start + 300], by="test", now=NOW)
    assert registry(shuffled) == expected
