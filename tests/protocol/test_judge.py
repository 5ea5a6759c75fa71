"""What follows from facts: stories that begin with a positive tube, told by hand and judged by the pure function."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.stories import (
    OUTBREAK,
    PERSON,
    POOL,
    Story,
    a_case,
    china,
    of_kind,
    open_actions,
    related_to,
    taken_back,
    utc,
    without,
)
from quell.protocol.events import Duty
from quell.protocol.judge import judge
from quell.protocol.pack import load, read

# --- the positive tube ----------------------------------------------------------------------------------------


CASE_ACTIONS = ["investigate", "order_isolation", "report_case", "trace_contacts", "transfer"]


def test_one_positive_pool_of_ten_opens_ten_holds_and_ten_resamples_and_nothing_else() -> None:
    owed: list[Duty] = []
    for member in range(10):
        story = Story(subject=f"person:{member}")
        story.pool_positive("2022-07-13 18:10")
        owed.extend(story.judged().duties)
    assert sorted(duty.action for duty in owed) == ["hold"] * 10 + ["resample"] * 10
    assert len({duty.duty_id for duty in owed}) == 20
    assert {duty.because for duty in owed} == {POOL}
    assert {duty.desk for duty in owed} == {"chase", "sampling"}


def test_both_clocks_run_from_the_reading_of_the_tube_and_from_when_the_desk_could_know() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10", known="2022-07-13 19:00")
    hold = story.duty("hold")
    assert hold.due_event == utc("2022-07-13 18:40")
    assert hold.due_known == utc("2022-07-13 19:30")


def test_a_negative_pool_owes_nothing() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.events = [replace(event, attrs={**event.attrs, "result": "negative"}) for event in story.events]
    assert story.judged().duties == ()


def test_an_unclear_pool_holds_nobody_but_swabs_again() -> None:
    story = Story()
    unclear = story.pool_positive("2022-07-13 18:10")
    story.events = [replace(unclear, attrs={**unclear.attrs, "result": "indeterminate"})]
    assert open_actions(story.judged()) == ["resample"]


def test_the_hold_is_met_by_an_order_that_names_the_tube() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:25", because="tube:another")
    assert story.duty("hold").met_at is None
    story.held("2022-07-13 18:30")
    assert story.duty("hold").met_at == utc("2022-07-13 18:30")


def test_a_swab_taken_before_the_pool_does_not_meet_the_resample() -> None:
    story = Story()
    story.swabbed_alone("2022-07-13 07:00")
    story.pool_positive("2022-07-13 18:10", sampled="2022-07-13 08:00")
    assert story.duty("resample").met_at is None


def test_an_unreadable_single_swab_is_asked_for_again() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.swabbed_alone("2022-07-13 19:00")
    story.tell(
        "tube.rejected",
        "2022-07-13 20:00",
        of="tube:single-1",
        via="members",
        reason="leaking",
        pool_size=1,
        purpose="pool_resample",
    )
    first, again = story.duties("resample")
    assert first.met_at is not None
    assert again.met_at is None
    assert story.duty("read_single").ended_at == utc("2022-07-13 20:00")


def test_a_negative_single_ends_the_hold_and_asks_to_tell_the_person() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:20")
    story.swabbed_alone("2022-07-13 19:00")
    story.single_read("2022-07-13 22:00", "negative", sampled="2022-07-13 19:00")
    (hold,) = story.judged().restrictions
    assert (hold.ended_at, hold.end_reason) == (utc("2022-07-13 22:00"), "settled")
    assert story.duty("tell_free").due_event == utc("2022-07-13 23:00")
    story.tell("needs.checked", "2022-07-13 19:00")
    story.tell("person.told_free", "2022-07-13 22:05", notice="phone")
    assert open_actions(story.judged()) == []


def test_a_single_swabbed_before_the_pool_frees_nobody() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10", sampled="2022-07-13 08:00")
    story.held("2022-07-13 18:20")
    story.single_read("2022-07-13 20:00", "negative", sampled="2022-07-13 07:30", purpose="clinic")
    (hold,) = story.judged().restrictions
    assert hold.ended_at is None


# --- grounds ---------------------------------------------------------------------------------------------------


def a_contact_who_is_also_in_a_positive_pool() -> Story:
    story = Story(related=related_to(a_case("person:source", onset="2022-07-10")))
    story.tell("contact.named", "2022-07-13 09:00", source_person="person:source", last_exposure="2022-07-11")
    story.held("2022-07-13 10:00", ground="contact", because="person:source", measure="central_isolation")
    story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:20")
    return story


def test_a_negative_ends_its_own_ground_only() -> None:
    story = a_contact_who_is_also_in_a_positive_pool()
    story.single_read("2022-07-13 22:00", "negative", sampled="2022-07-13 19:00")
    ended = {each.ground: each.ended_at for each in story.judged().restrictions}
    assert ended == {"pool_positive": utc("2022-07-13 22:00"), "contact": None}


def test_two_grounds_each_end_by_themselves() -> None:
    ends = {
        each.ground: each.ends_at for each in a_contact_who_is_also_in_a_positive_pool().judged().restrictions
    }
    assert ends["pool_positive"] == utc("2022-07-14 18:20")
    assert ends["contact"] == utc("2022-07-19 00:00"), "the last exposure is day 0, and day 7 counts in full"


def test_two_positive_pools_are_two_grounds_and_one_later_negative_ends_both() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.pool_positive("2022-07-13 18:30", tube="tube:pool-2", sampled="2022-07-13 12:00")
    story.held("2022-07-13 18:20")
    story.held("2022-07-13 18:40", because="tube:pool-2")
    story.single_read("2022-07-13 22:00", "negative", sampled="2022-07-13 10:00")
    ended = {each.because: each.ended_at is not None for each in story.judged().restrictions}
    assert ended == {POOL: True, "tube:pool-2": False}, "that swab was taken before the second pool was"
    story.single_read("2022-07-14 01:00", "negative", sampled="2022-07-13 20:00", tube="tube:single-2")
    assert all(each.ended_at for each in story.judged().restrictions)


def test_a_restriction_ends_by_itself_when_the_result_never_comes() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:20")
    story.swabbed_alone("2022-07-13 19:00")
    (hold,) = story.judged().restrictions
    assert hold.ends_at == utc("2022-07-14 18:20")
    assert open_actions(story.judged()) == ["check_needs", "read_single"]


def test_an_order_may_be_shorter_than_the_rule_and_never_longer() -> None:
    shorter, longer = Story(), Story()
    for story, until in ((shorter, "2022-07-14T00:00:00Z"), (longer, "2022-08-30T00:00:00Z")):
        story.pool_positive("2022-07-13 18:10")
        story.held("2022-07-13 18:20", until=until)
    assert shorter.judged().restrictions[0].ends_at == utc("2022-07-14 08:00")
    assert longer.judged().restrictions[0].ends_at == utc("2022-07-14 18:20")


def test_only_a_named_persons_renewal_prolongs_it() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:20")
    renewal = {"ground": "pool_positive", "ordered_by": "officer-7", "reason": "result_pending"}
    story.tell(
        "restriction.renewed",
        "2022-07-14 12:00",
        because="tube:another",
        until="2022-07-16T00:00:00Z",
        **renewal,
    )
    assert story.judged().restrictions[0].ends_at == utc("2022-07-14 18:20")
    story.tell(
        "restriction.renewed", "2022-07-14 12:00", because=POOL, until="2022-07-15T00:00:00Z", **renewal
    )
    assert story.judged().restrictions[0].ends_at == utc("2022-07-15 08:00")


def test_what_has_ended_is_not_brought_back_by_a_renewal() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:20")
    story.tell(
        "restriction.renewed",
        "2022-07-15 12:00",
        ground="pool_positive",
        because=POOL,
        until="2022-07-20T00:00:00Z",
        ordered_by="officer-7",
        reason="result_pending",
    )
    assert story.judged().restrictions[0].ends_at == utc("2022-07-14 18:20")


def test_a_retracted_positive_ends_the_hold_and_the_duties_that_rested_on_it() -> None:
    story = Story()
    positive = story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:20")
    story.events = [*without(story.events, positive), taken_back(positive, "2022-07-13 20:00")]
    judgement = story.judged()
    (hold,) = judgement.restrictions
    assert (hold.ended_at, hold.end_reason) == (utc("2022-07-13 20:00"), "basis_retracted")
    assert {duty.action for duty in judgement.duties} == {"check_needs"}


def test_isolation_whose_case_is_no_longer_shown_lasts_a_day_at_most() -> None:
    story = a_contact_who_is_also_in_a_positive_pool()
    story.related = {}
    contact = next(each for each in story.judged().restrictions if each.ground == "contact")
    assert contact.ends_at == utc("2022-07-14 10:00")


@pytest.mark.parametrize(
    ("kind", "attrs", "reason"),
    [
        (
            "restriction.lifted",
            {"ground": "pool_positive", "because": POOL, "ordered_by": "officer-7"},
            "lifted",
        ),
        (
            "appeal.decided",
            {"ground": "pool_positive", "because": POOL, "upheld": True, "decided_by": "o-9"},
            "appeal_upheld",
        ),
        ("person.died", {}, "died"),
    ],
)
def test_lifting_an_upheld_appeal_and_death_end_a_restriction(
    kind: str, attrs: dict[str, Any], reason: str
) -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:20")
    story.tell(kind, "2022-07-13 21:00", **attrs)
    (hold,) = story.judged().restrictions
    assert (hold.ended_at, hold.end_reason) == (utc("2022-07-13 21:00"), reason)


def test_whoever_gave_the_order_does_not_decide_the_appeal() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    story.held("2022-07-13 18:20", ordered_by="officer-1")
    decided = {"ground": "pool_positive", "because": POOL, "upheld": True, "decided_by": "officer-1"}
    story.tell("appeal.decided", "2022-07-13 21:00", **decided)
    (hold,) = story.judged().restrictions
    assert hold.ended_at is None


def test_a_ground_that_the_pack_does_not_name_falls_back_on_the_house() -> None:
    story = Story()
    story.held("2022-07-13 18:20", ground="suspected", because=PERSON, legal_basis="not_stated")
    (restriction,) = story.judged().restrictions
    assert restriction.rule == "house/ground-suspected"
    assert restriction.ends_at == utc("2022-07-14 18:20")
    assert story.duty("complete_order").due_event == utc("2022-07-13 19:20")


# --- cases -----------------------------------------------------------------------------------------------------


def a_case_in_hospital() -> Story:
    story = Story()
    story.single_read("2022-07-13 20:00", "positive", sampled="2022-07-13 12:00", purpose="clinic", ct=22.0)
    story.held("2022-07-13 21:00", ground="case", because=PERSON, measure="hospital_isolation")
    return story


def test_a_positive_single_makes_a_case_once_and_opens_its_duties_at_the_same_moment() -> None:
    story = Story()
    story.single_read("2022-07-13 20:00", "positive", sampled="2022-07-13 12:00", purpose="clinic")
    story.tell("case.classified", "2022-07-13 23:00", classification="asymptomatic")
    judgement = story.judged()
    assert of_kind(judgement, "case").at == utc("2022-07-13 20:00")
    assert open_actions(judgement) == CASE_ACTIONS
    assert {duty.opens_at for duty in judgement.duties} == {utc("2022-07-13 20:00")}


def test_an_earlier_fact_that_turns_up_later_moves_the_case_but_keeps_its_duties_ids() -> None:
    story = Story()
    story.single_read("2022-07-13 20:00", "positive", sampled="2022-07-13 12:00", purpose="clinic")
    before = {duty.duty_id for duty in story.judged().duties}
    story.tell("person.tested", "2022-07-13 15:00", result="positive", assay="pcr")
    after = story.judged()
    assert of_kind(after, "case").at == utc("2022-07-13 15:00")
    assert {duty.duty_id for duty in after.duties} == before


def test_a_second_infection_in_another_outbreak_is_reported_again() -> None:
    story = Story()
    story.tell("case.classified", "2022-07-13 20:00", classification="confirmed")
    story.tell("case.reported", "2022-07-13 21:00")
    later = story.tell("case.classified", "2022-11-20 20:00", classification="confirmed")
    story.events[-1] = replace(later, outbreaks=("outbreak:november",))
    (first,) = story.packs.timelines.values()
    story.packs = replace(story.packs, timelines={OUTBREAK: first, "outbreak:november": first})
    assert len(story.duties("report_case")) == 2


def test_whoever_is_found_not_to_be_a_case_owes_nothing_more() -> None:
    story = Story()
    story.tell("case.classified", "2022-07-13 20:00", classification="confirmed")
    story.tell("case.classified", "2022-07-14 20:00", classification="not_a_case")
    assert story.judged().conclusions == ()
    assert open_actions(story.judged()) == []


def test_one_negative_does_not_end_isolation_and_the_second_a_day_later_does() -> None:
    story = a_case_in_hospital()
    story.single_read(
        "2022-07-18 15:00", "negative", sampled="2022-07-18 09:00", tube="tube:s2", purpose="release"
    )
    assert story.judged().restrictions[0].ended_at is None
    story.single_read(
        "2022-07-18 22:00", "negative", sampled="2022-07-18 20:00", tube="tube:s3", purpose="release"
    )
    assert story.judged().restrictions[0].ended_at is None, "eleven hours apart"
    story.single_read(
        "2022-07-19 15:00", "negative", sampled="2022-07-19 09:00", tube="tube:s4", purpose="release"
    )
    assert story.judged().restrictions[0].ended_at == utc("2022-07-19 15:00")


def test_a_positive_between_two_negatives_starts_the_count_again() -> None:
    story = a_case_in_hospital()
    for day, result in ((18, "negative"), (19, "positive"), (20, "negative")):
        story.single_read(
            f"2022-07-{day} 15:00", result, sampled=f"2022-07-{day} 09:00", tube=f"tube:{day}", ct=30.0
        )
    assert story.judged().restrictions[0].ended_at is None


def test_a_weak_positive_and_a_negative_count_together_and_an_unreadable_tube_settles_nothing() -> None:
    story = a_case_in_hospital()
    story.single_read(
        "2022-07-18 15:00", "positive", sampled="2022-07-18 09:00", tube="tube:s2", ct=36.5, ct_orf=37.0
    )
    story.single_read("2022-07-19 08:00", "invalid", sampled="2022-07-19 07:00", tube="tube:s3")
    story.single_read("2022-07-19 15:00", "negative", sampled="2022-07-19 09:00", tube="tube:s4")
    assert story.judged().restrictions[0].ended_at == utc("2022-07-19 15:00")


def test_a_low_ct_in_one_gene_does_not_count() -> None:
    story = a_case_in_hospital()
    for day in (18, 19, 20):
        story.single_read(
            f"2022-07-{day} 15:00",
            "positive",
            sampled=f"2022-07-{day} 09:00",
            tube=f"tube:{day}",
            ct=36.0,
            ct_orf=31.0,
        )
    assert story.judged().restrictions[0].ended_at is None


def test_negatives_from_before_the_infection_release_nobody() -> None:
    story = a_case_in_hospital()
    for day in (10, 11):
        story.single_read(
            f"2022-07-{day} 15:00", "negative", sampled=f"2022-07-{day} 09:00", tube=f"tube:{day}"
        )
    assert story.judged().restrictions[0].ended_at is None


# --- contacts --------------------------------------------------------------------------------------------------


def a_contact(last_exposure: str | None, **source: str) -> Story:
    story = Story(related=related_to(a_case("person:source", **source)))
    story.tell(
        "contact.named", "2022-07-13 20:00", source_person="person:source", last_exposure=last_exposure
    )
    return story


@pytest.mark.parametrize(
    ("source", "last_exposure", "counts"),
    [
        ({"onset": "2022-07-12"}, "2022-07-10", True),
        ({"onset": "2022-07-12"}, "2022-07-09", False),
        ({"sampled": "2022-07-12 08:00"}, "2022-07-10", True),
        ({"sampled": "2022-07-12 08:00"}, "2022-07-09", False),
        ({"onset": "2022-07-12", "sampled": "2022-07-08 08:00"}, "2022-07-08", False),
        ({"onset": "2022-07-12"}, None, True),
        ({"onset": "2022-07-12"}, "no date at all", True),
    ],
)
def test_contacts_count_from_two_days_before_onset_or_sampling(
    source: dict[str, str], last_exposure: str | None, *, counts: bool
) -> None:
    kinds = [each.kind for each in a_contact(last_exposure, **source).judged().conclusions]
    assert kinds == (["close_contact"] if counts else [])


def test_a_contact_of_somebody_who_is_no_case_owes_nothing() -> None:
    story = a_contact("2022-07-12")
    story.related = {}
    assert story.judged().duties == ()


def test_a_contact_is_told_ordered_moved_and_tested_on_days_1_2_3_5_and_7() -> None:
    story = a_contact("2022-07-12", onset="2022-07-11")
    tests = [duty for duty in story.duties("test_on_day") if duty.rule == "cn-covid19/test-contact"]
    assert [duty.occurrence for duty in tests] == [1, 2, 3, 5, 7]
    assert tests[0].opens_at == utc("2022-07-13 00:00")
    assert tests[0].due_event == utc("2022-07-14 00:00")
    assert story.duty("transfer").due_event == utc("2022-07-14 04:00")
    assert story.duty("order_isolation").due_event == utc("2022-07-14 04:00")
    assert [duty.occurrence for duty in story.duties("monitor")] == [8, 9, 10]


def test_a_test_counts_for_the_day_in_whose_window_it_was_taken() -> None:
    story = a_contact("2022-07-12", onset="2022-07-11")
    story.swabbed_alone("2022-07-13 21:00", tube="tube:d1", purpose="isolation_day")
    story.swabbed_alone("2022-07-15 09:00", tube="tube:d3", purpose="isolation_day")
    met = {duty.occurrence: duty.met_at is not None for duty in story.duties("test_on_day")}
    assert met == {1: True, 2: False, 3: True, 5: False, 7: False, 10: False}
    missed = story.duties("test_on_day")[1]
    assert missed.closes_at == utc("2022-07-15 00:00")


def test_days_that_were_over_before_the_contact_was_named_are_not_owed() -> None:
    story = a_contact("2022-07-10", onset="2022-07-11")
    tests = [duty.occurrence for duty in story.duties("test_on_day")]
    assert tests == [3, 5, 7, 10]


def test_a_later_exposure_to_the_same_case_moves_the_days_and_keeps_the_duties() -> None:
    story = a_contact("2022-07-12", onset="2022-07-11")
    before = {duty.duty_id: duty.due_event for duty in story.judged().duties if duty.action == "test_on_day"}
    story.tell("contact.named", "2022-07-14 20:00", source_person="person:source", last_exposure="2022-07-13")
    after = {duty.duty_id: duty.due_event for duty in story.judged().duties if duty.action == "test_on_day"}
    assert after == {duty_id: due + timedelta(days=1) for duty_id, due in before.items()}


def test_a_contact_of_two_cases_rides_once_and_is_ordered_for_each() -> None:
    story = a_contact("2022-07-12", onset="2022-07-11")
    story.related |= related_to(a_case("person:other", onset="2022-07-12"))
    story.tell("contact.named", "2022-07-13 22:00", source_person="person:other", last_exposure="2022-07-13")
    assert len(story.duties("transfer")) == 1
    assert len(story.duties("order_isolation")) == 2


def test_a_contact_who_becomes_a_case_owes_what_a_case_owes() -> None:
    story = a_contact("2022-07-12", onset="2022-07-11")
    story.tell("person.tested", "2022-07-14 08:00", result="positive", assay="pcr")
    assert open_actions(story.judged()) == CASE_ACTIONS


def test_an_investigator_can_drop_a_contact() -> None:
    story = a_contact("2022-07-12", onset="2022-07-11")
    story.tell(
        "contact.graded",
        "2022-07-13 21:00",
        source_person="person:source",
        grade="not_a_contact",
        graded_by="i-1",
    )
    assert story.judged().duties == ()


def test_who_met_a_contact_after_its_first_exposure_is_a_secondary_contact_at_home() -> None:
    first = a_contact("2022-07-12", onset="2022-07-11")
    primary = of_kind(first.judged(), "close_contact")
    story = Story(subject="person:2", related=related_to(primary))
    story.tell("contact.named", "2022-07-13 22:00", source_person=PERSON, last_exposure="2022-07-12")
    assert {duty.rule for duty in story.judged().duties} == {
        "cn-covid19/order-secondary-isolation",
        "cn-covid19/test-secondary",
    }
    assert [duty.occurrence for duty in story.duties("test_on_day")] == [1, 4, 7]
    early = Story(subject="person:3", related=related_to(primary))
    early.tell("contact.named", "2022-07-13 22:00", source_person=PERSON, last_exposure="2022-07-10")
    assert early.judged().duties == ()


PACK_OF_ISOLATION = """
[pack]
id = "windows"
version = "1"
jurisdiction = "CN"
effective_from = 2022-01-01
local_zone = "Asia/Shanghai"
title = { en = "Windows", zh = "窗口" }
notice = { en = "For a test.", zh = "测试用。" }

[[ground]]
id = "zone"
ground = "zone"
title = { en = "Zone", zh = "风险区" }
because = { en = "Zone", zh = "风险区" }
sources = ["A"]
measure = "home_isolation"
legal_basis = "infectious_disease_law"
appeal = "reviewing_officer"
longest_days = { numbers = [7], anchor = "occurred", anchor_is_day = ANCHOR_IS_DAY }
end = "END"

[source.A]
document = "A test"
certainty = "A"
"""


@pytest.mark.parametrize(
    ("anchor_is_day", "end", "free_on"),
    [
        (0, "through", date(2022, 7, 21)),
        (0, "until", date(2022, 7, 20)),
        (1, "through", date(2022, 7, 20)),
        (1, "until", date(2022, 7, 19)),
    ],
)
def test_day_0_or_1_and_through_or_until_are_said_and_kept(
    anchor_is_day: int, end: str, free_on: date
) -> None:
    text = PACK_OF_ISOLATION.replace("ANCHOR_IS_DAY", str(anchor_is_day)).replace("END", end)
    story = Story()
    story.packs = replace(
        story.packs, timelines={OUTBREAK: ((utc("2022-01-01 00:00"), read(text, "windows.toml")),)}
    )
    story.held("2022-07-13 15:00", ground="zone", because="zone:1", measure="home_isolation")
    assert story.judged().restrictions[0].ends_at == utc(f"{free_on} 00:00")


# --- needs -----------------------------------------------------------------------------------------------------


def test_every_order_to_stay_asks_what_the_person_needs_and_one_check_after_both_will_do() -> None:
    story = a_contact_who_is_also_in_a_positive_pool()
    assert len(story.duties("check_needs")) == 2
    story.tell("needs.checked", "2022-07-13 18:40", found=("dialysis",))
    assert all(duty.met_at == utc("2022-07-13 18:40") for duty in story.duties("check_needs"))
    story.held("2022-08-20 10:00", because="tube:pool-in-august")
    assert [duty.met_at is None for duty in story.duties("check_needs")] == [False, False, True]


def test_an_urgent_need_is_urgent_due_when_the_person_says_and_met_when_somebody_confirms() -> None:
    story = Story()
    need = {"number": "need:1", "urgency": "life_threatening", "needed_by": "2022-07-13T12:00:00Z"}
    story.tell("need.raised", "2022-07-13 18:30", need="dialysis", **need)
    assert story.duty("meet_need").urgent
    assert story.duty("meet_need").due_event == utc("2022-07-13 20:00")
    story.tell("need.met", "2022-07-13 19:00", number="need:2", confirmed_by="person")
    story.tell("need.met", "2022-07-13 19:10", number="need:1", confirmed_by="not_confirmed")
    assert story.duty("meet_need").met_at is None
    story.tell("need.met", "2022-07-13 19:20", number="need:1", confirmed_by="person")
    assert story.duty("meet_need").met_at == utc("2022-07-13 19:20")


def test_a_need_that_is_judged_more_urgent_gets_a_new_deadline() -> None:
    story = Story()
    story.tell(
        "need.raised",
        "2022-07-13 18:30",
        need="medicine",
        number="need:1",
        urgency="routine",
        needed_by="2022-07-15",
    )
    story.tell(
        "need.triaged",
        "2022-07-13 19:00",
        number="need:1",
        urgency="urgent",
        needed_by="2022-07-13T14:00:00Z",
    )
    (standing,) = (duty for duty in story.duties("meet_need") if duty.ended_at is None)
    assert standing.urgent
    assert standing.due_event == utc("2022-07-13 22:00")


def test_a_need_with_an_unreadable_time_is_due_at_once_instead_of_lost() -> None:
    story = Story()
    story.tell(
        "need.raised", "2022-07-13 18:30", need="food", number="need:1", urgency="soon", needed_by="tomorrow"
    )
    assert story.duty("meet_need").due_event == utc("2022-07-13 18:30")


def test_a_waived_duty_has_ended() -> None:
    story = Story()
    story.pool_positive("2022-07-13 18:10")
    hold = story.duty("hold")
    story.tell("duty.waived", "2022-07-13 18:20", duty=hold.duty_id, reason="harm", waived_by="officer-7")
    assert story.duty("hold").ended_at == utc("2022-07-13 18:20")


def test_what_is_pending_about_a_tube_is_somebodys_duty() -> None:
    story = Story(subject="tube:nobody")
    story.tell("pending:unknown_subject", "2022-07-13 18:30")
    assert story.duty("find_tube_members").due_event == utc("2022-07-13 20:30")
    story.tell("tube.sampled", "2022-07-13 08:00", members=("person:1",), pool_size=10)
    assert story.duty("find_tube_members").met_at is not None


# --- a protocol that changes while work is open ----------------------------------------------------------------


def changed(open_duties: str, *swaps: tuple[str, str]) -> Story:
    """A contact whose test days and clocks are replaced two days after it was named."""
    text = load("cn-covid19").text.replace('open_duties = "recompute"', f'open_duties = "{open_duties}"')
    for old, new in (('version = "9-2022-06-28"', 'version = "next"'), *swaps):
        assert old in text
        text = text.replace(old, new)
    story = a_contact("2022-07-12", onset="2022-07-11")
    story.packs = china(("2022-07-15 12:00", read(text, "next.toml")))
    return story


TEST_DAYS = ("numbers = [1, 2, 3, 5, 7], anchor", "numbers = [1, 4, 7], anchor")


def test_a_change_that_keeps_open_duties_leaves_them_as_they_were() -> None:
    assert (
        changed("keep", TEST_DAYS).judged().duties
        == a_contact("2022-07-12", onset="2022-07-11").judged().duties
    )


def test_a_change_that_recomputes_moves_open_days_and_leaves_past_ones_alone() -> None:
    story = changed("recompute", TEST_DAYS)
    tests = {
        duty.occurrence: duty
        for duty in story.duties("test_on_day")
        if duty.rule == "cn-covid19/test-contact"
    }
    assert sorted(tests) == [1, 2, 3, 4, 5, 7]
    assert {day for day, duty in tests.items() if duty.ended_at is not None} == {3, 5}
    assert {day for day, duty in tests.items() if duty.pack_version == "next"} == {4, 7}


def test_recomputing_keeps_the_ids_of_duties_so_that_notes_stay() -> None:
    swap = ('within = "8 h"', 'within = "6 h"')
    before = a_contact("2022-07-12", onset="2022-07-11").duty("transfer")
    after = changed("recompute", swap).duty("transfer")
    assert after.duty_id == before.duty_id
    assert after.due_event == before.due_event - timedelta(hours=2)


def test_a_duty_that_was_done_before_the_change_is_judged_by_the_rule_of_its_time() -> None:
    story = changed("recompute", ('within = "8 h"', 'within = "6 h"'))
    story.tell("person.admitted", "2022-07-14 03:00", facility="facility:1", as_a="contact")
    assert story.duty("transfer").pack_version == "9-2022-06-28"


# --- order never matters ---------------------------------------------------------------------------------------


def a_long_story() -> Story:
    story = a_contact_who_is_also_in_a_positive_pool()
    story.swabbed_alone("2022-07-13 19:00")
    story.single_read("2022-07-13 22:00", "positive", sampled="2022-07-13 19:00", ct=24.0)
    story.tell("symptoms.began", "2022-07-12", symptom="any")
    story.tell("case.reported", "2022-07-13 23:00")
    story.tell(
        "need.raised",
        "2022-07-13 18:30",
        need="medicine",
        number="need:1",
        urgency="urgent",
        needed_by="2022-07-14",
    )
    story.tell("need.met", "2022-07-13 23:30", number="need:1", confirmed_by="family")
    story.held("2022-07-13 23:10", ground="case", because=PERSON, measure="hospital_isolation")
    story.single_read("2022-07-18 15:00", "negative", sampled="2022-07-18 09:00", tube="tube:s2")
    story.single_read("2022-07-19 15:00", "negative", sampled="2022-07-19 09:00", tube="tube:s3")
    story.tell("contact.named", "2022-07-14 09:00", source_person="person:source", last_exposure="2022-07-12")
    story.packs = changed("recompute", TEST_DAYS).packs
    return story


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(), left_out=st.sets(st.integers(0, 16), max_size=6))
def test_facts_in_any_order_give_the_same_judgement(seed: int, left_out: set[int]) -> None:
    story = a_long_story()
    told = [event for number, event in enumerate(story.events) if number not in left_out]
    shuffled = random.Random(seed).sample(told, len(told))
    assert judge(PERSON, shuffled, story.packs, story.related) == judge(
        PERSON, told, story.packs, story.related
    )


def test_facts_of_the_same_instant_are_ordered_by_what_they_say() -> None:
    story = Story()
    one = story.tell("case.classified", "2022-07-13 20:00", classification="confirmed")
    two = story.tell("case.classified", "2022-07-13 20:00", classification="asymptomatic")
    there = judge(PERSON, [one, two], story.packs, {})
    back = judge(PERSON, [two, one], story.packs, {})
    assert there == back


# --- a source that could not record ------------------------------------------------------------------------------


def test_what_a_source_could_not_record_is_marked_as_not_recordable() -> None:
    story = Story()
    story.tell("case.classified", "2022-07-13 20:00", classification="confirmed")
    story.packs = replace(story.packs, recordable={OUTBREAK: frozenset({"case.classified", "case.reported"})})
    recordable = {duty.action: duty.recordable for duty in story.judged().duties}
    assert recordable == {
        "report_case": True,
        "investigate": False,
        "trace_contacts": False,
        "transfer": False,
        "order_isolation": False,
    }
