"""The clock from the first sign to isolation."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from quell.catalogue.when import instant, parse
from quell.protocol.events import Event
from quell.protocol.stages import stage_clock

POSITIVE = datetime(2022, 7, 13, 18, 10, tzinfo=UTC)
SAMPLED = instant(POSITIVE - timedelta(hours=6))
POOL = {"pool_size": 10, "sampled_at": SAMPLED}


def event(kind: str, minutes: float, *, of: str = "person:1", **attrs: Any) -> Event:
    moment = POSITIVE + timedelta(minutes=minutes)
    via = "members" if of.startswith("tube:") else None
    when = parse(instant(moment), "UTC")
    key = f"{kind}{minutes}{of}"
    return Event(kind, key, of, moment, when, "UTC", moment, "CN", ("outbreak:x",), attrs, via)


def single(minutes: float) -> dict[str, Any]:
    return {"pool_size": 1, "sampled_at": instant(POSITIVE + timedelta(minutes=minutes))}


WAY = [
    event("tube.sampled", -360, of="tube:pool", **POOL),
    event("tube.resulted", 0, of="tube:pool", result="positive", **POOL),
    event("person.called", 8, answer="no_answer"),
    event("person.located", 12, how="reached"),
    event("restriction.ordered", 20, ground="pool_positive", because="tube:pool"),
    event("tube.sampled", 80, of="tube:own", **single(80)),
    event("tube.resulted", 260, of="tube:own", result="positive", **single(80)),
    event("transfer.requested", 265),
    event("person.departed", 300),
    event("person.admitted", 330),
]


def test_each_stage_has_its_minutes_since_the_abnormality() -> None:
    clock = stage_clock(WAY)
    assert [(stage.code, stage.minutes) for stage in clock.stages] == [
        ("abnormality", 0),
        ("located", 12),
        ("held", 20),
        ("resampled", 80),
        ("single_result", 260),
        ("confirmed", 260),
        ("transfer_asked", 265),
        ("departed", 300),
        ("admitted", 330),
    ]
    assert clock.result == "positive"
    assert clock.singles == ("tube:own",)


def test_the_order_in_which_facts_come_changes_nothing() -> None:
    shuffled = list(WAY)
    random.Random(7).shuffle(shuffled)
    assert stage_clock(shuffled) == stage_clock(WAY)


def test_a_stage_that_nobody_recorded_is_not_guessed_from_later_ones() -> None:
    clock = stage_clock([each for each in WAY if each.kind != "person.located"])
    assert clock.at("located") is None
    assert clock.at("held") is not None


def test_a_negative_single_settles_and_confirms_nothing() -> None:
    negative = [*WAY[:6], event("tube.resulted", 260, of="tube:own", result="negative", **single(80))]
    clock = stage_clock(negative)
    assert (clock.furthest, clock.result) == ("single_result", "negative")


def test_a_swab_taken_before_the_pool_says_nothing_about_it() -> None:
    earlier = event("tube.sampled", -900, of="tube:old", **single(-900))
    read = event("tube.resulted", 30, of="tube:old", result="negative", **single(-900))
    assert stage_clock([*WAY[:2], earlier, read]).furthest == "abnormality"


def test_an_unclear_pool_begins_the_chase_of_its_own_people_only() -> None:
    unclear = [WAY[0], event("tube.resulted", 0, of="tube:pool", result="indeterminate", **POOL)]
    assert stage_clock(unclear).stages == ()
    assert stage_clock(unclear, "tube:pool").furthest == "abnormality"


def test_without_any_abnormality_there_is_no_clock() -> None:
    assert stage_clock([event("person.called", 1, answer="reached")]).stages == ()


def test_a_positive_own_test_is_both_the_sign_and_the_confirmation() -> None:
    clock = stage_clock(
        [event("person.tested", 0, result="positive", assay="pcr"), event("case.hospitalised", 90)]
    )
    assert [(stage.code, stage.minutes) for stage in clock.stages] == [
        ("abnormality", 0),
        ("confirmed", 0),
        ("admitted", 90),
    ]
