"""One story a pack: what is owed to whom, from which day on, until which moment, and what ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from protocol.stories import OUTBREAK, PERSON, Story, a_case, of_kind, open_actions, related_to, utc
from quell.catalogue import codes
from quell.protocol.events import Conclusion, Duty, Restriction
from quell.protocol.judge import InForce
from quell.protocol.pack import load, shipped

SOURCE = "person:source"


def under(pack: str, *sources: Conclusion) -> Story:
    """A story in an outbreak that this pack has ruled from the beginning; sources are who else is a case."""
    ruled = InForce(load("house"), {OUTBREAK: ((datetime(2000, 1, 1, tzinfo=UTC), load(pack)),)})
    return Story(packs=ruled, related=related_to(*sources))


def by_rule(story: Story, rule: str) -> list[Duty]:
    return sorted(
        (duty for duty in story.judged().duties if duty.rule.endswith(f"/{rule}")),
        key=lambda duty: duty.opens_at,
    )


def only(story: Story, rule: str) -> Duty:
    (duty,) = by_rule(story, rule)
    return duty


def named(story: Story, at: str, **exposure: str) -> None:
    story.tell("contact.named", at, source_person=SOURCE, **exposure)


def held(story: Story, at: str, ground: str, because: str, **more: str) -> Restriction:
    story.held(at, ground=ground, because=because, **more)
    (restriction,) = (each for each in story.judged().restrictions if each.ground == ground)
    return restriction


# --- Ebola -----------------------------------------------------------------------------------------------------


def test_an_ebola_contact_is_seen_every_day_until_the_end_of_day_21_after_the_last_exposure() -> None:
    story = under("who-ebola", a_case(SOURCE, at="2022-07-01 09:00"))
    named(story, "2022-07-02 10:00", first_exposure="2022-06-25", last_exposure="2022-07-01")
    days = by_rule(story, "follow-up")
    assert [duty.occurrence for duty in days] == list(range(1, 22))
    assert (days[0].opens_at, days[0].due_event) == (utc("2022-07-02 00:00"), utc("2022-07-03 00:00"))
    assert days[-1].due_event == utc("2022-07-23 00:00")
    story.tell("followup.recorded", "2022-07-02 17:00", state="seen_well")
    story.tell("followup.recorded", "2022-07-03 17:00", state="self_reported")
    first, second, *_ = by_rule(story, "follow-up")
    assert first.met_at == utc("2022-07-02 17:00")
    assert second.met_at is None, "an Ebola contact is seen, not asked to report"


def test_a_later_exposure_moves_the_21_days() -> None:
    story = under("who-ebola", a_case(SOURCE, at="2022-07-01 09:00"))
    named(story, "2022-07-02 10:00", last_exposure="2022-07-01")
    named(story, "2022-07-06 10:00", last_exposure="2022-07-05")
    assert by_rule(story, "follow-up")[-1].due_event == utc("2022-07-27 00:00")


def test_contacts_of_a_suspected_ebola_case_are_followed_before_confirmation() -> None:
    suspected = replace(a_case(SOURCE, at="2022-07-01 09:00"), kind="suspected", key="suspected/")
    story = under("who-ebola", suspected)
    named(story, "2022-07-02 10:00", last_exposure="2022-07-01")
    assert len(by_rule(story, "follow-up")) == 21
    before = {duty.duty_id for duty in story.judged().duties}
    story.related = related_to(suspected, a_case(SOURCE, at="2022-07-06 09:00"))
    assert {duty.duty_id for duty in story.judged().duties} == before, "confirmation takes no day away"


def test_an_ebola_contact_who_falls_ill_is_isolated_within_two_hours() -> None:
    story = under("who-ebola", a_case(SOURCE, at="2022-07-01 09:00"))
    named(story, "2022-07-02 10:00", last_exposure="2022-07-01")
    story.tell("followup.recorded", "2022-07-09 08:00", state="seen_ill")
    assert only(story, "isolate-ill-contact").due_event == utc("2022-07-09 10:00")
    restriction = held(story, "2022-07-09 09:00", "suspected", PERSON, measure="hospital_isolation")
    assert restriction.ends_at == utc("2022-07-14 09:00")
    assert only(story, "isolate-ill-contact").met_at == utc("2022-07-09 09:00")


def test_a_suspected_ebola_case_is_tested_at_once_and_again_from_the_third_day_of_illness() -> None:
    story = under("who-ebola")
    story.tell("symptoms.began", "2022-07-04")
    story.tell("case.classified", "2022-07-05 08:00", classification="suspected")
    story.tell("person.tested", "2022-07-05 12:00", result="negative", assay="pcr")
    assert only(story, "test-suspected").met_at == utc("2022-07-05 12:00")
    again = only(story, "test-after-72-hours")
    assert (again.opens_at, again.due_event, again.met_at) == (
        utc("2022-07-07 00:00"),
        utc("2022-07-08 00:00"),
        None,
    )
    story.tell("person.tested", "2022-07-07 09:00", result="negative", assay="pcr")
    assert only(story, "test-after-72-hours").met_at == utc("2022-07-07 09:00")


def test_two_negatives_48_hours_apart_end_the_isolation_of_an_ebola_case() -> None:
    story = under("who-ebola")
    story.tell("person.tested", "2022-07-05 08:00", result="positive", assay="pcr")
    assert held(story, "2022-07-05 10:00", "case", PERSON, measure="hospital_isolation").ended_at is None
    story.tell("person.tested", "2022-07-20 08:00", result="negative", assay="pcr")
    story.tell("person.tested", "2022-07-22 07:59", result="negative", assay="pcr")
    (restriction,) = story.judged().restrictions
    assert restriction.ended_at is None, "47 hours and 59 minutes are not 48 hours"
    story.tell("person.tested", "2022-07-22 08:00", result="negative", assay="pcr")
    (restriction,) = story.judged().restrictions
    assert (restriction.ended_at, restriction.end_reason) == (utc("2022-07-22 08:00"), "settled")


@pytest.mark.parametrize(("manner", "becomes"), [("safe", "met"), ("unprotected", "ended")])
def test_who_died_in_an_ebola_outbreak_is_buried_safely_within_a_day(manner: str, becomes: str) -> None:
    story = under("who-ebola")
    story.tell("case.classified", "2022-07-05 08:00", classification="probable")
    story.tell("person.died", "2022-07-06 03:00")
    assert only(story, "bury-safely").due_event == utc("2022-07-07 03:00")
    story.tell("person.buried", "2022-07-06 16:00", manner=manner)
    duty = only(story, "bury-safely")
    assert (duty.met_at or duty.ended_at) == utc("2022-07-06 16:00")
    assert ("met" if duty.met_at else "ended") == becomes, "an unprotected burial cannot be made good"


def test_a_death_that_was_not_ebola_needs_no_safe_burial() -> None:
    story = under("who-ebola")
    story.tell("case.classified", "2022-07-05 08:00", classification="not_a_case")
    story.tell("person.died", "2022-07-06 03:00")
    assert by_rule(story, "bury-safely") == []


# --- measles ---------------------------------------------------------------------------------------------------


def a_rash(at: str) -> Conclusion:
    """The source is a case, whose rash began on that day."""
    case = a_case(SOURCE, at=f"{at} 20:00")
    return replace(case, attrs={**case.attrs, "rash_date": at})


def test_measles_prophylaxis_has_its_windows_and_is_not_owed_after_them() -> None:
    story = under("us-measles", a_rash("2022-07-04"))
    named(story, "2022-07-05 10:00", first_exposure="2022-07-03", last_exposure="2022-07-04")
    vaccine, globulin = only(story, "vaccinate"), only(story, "immunoglobulin")
    assert vaccine.due_event == vaccine.closes_at == utc("2022-07-07 00:00")
    assert globulin.due_event == globulin.closes_at == utc("2022-07-10 00:00")
    late = under("us-measles", a_rash("2022-07-04"))
    named(late, "2022-07-08 10:00", first_exposure="2022-07-03", last_exposure="2022-07-04")
    assert by_rule(late, "vaccinate") == [], "nobody could have done it"
    assert only(late, "immunoglobulin").closes_at == utc("2022-07-10 00:00")


def test_late_knowledge_gives_more_time_only_until_the_window_closes() -> None:
    story = under("us-measles", a_rash("2022-07-04"))
    story.tell(
        "contact.named",
        "2022-07-05 10:00",
        known="2022-07-06 22:00",
        source_person=SOURCE,
        first_exposure="2022-07-03",
        last_exposure="2022-07-04",
    )
    assert only(story, "vaccinate").due_known == utc("2022-07-07 00:00"), "not 72 hours from being known"


def test_a_vaccine_after_its_window_does_not_meet_the_duty_and_immunoglobulin_is_not_given_beside_it() -> (
    None
):
    story = under("us-measles", a_rash("2022-07-04"))
    named(story, "2022-07-05 10:00", first_exposure="2022-07-03", last_exposure="2022-07-04")
    story.tell("prophylaxis.given", "2022-07-07 00:00", product="vaccine")
    assert only(story, "vaccinate").met_at is None
    assert only(story, "immunoglobulin").ended_at == utc("2022-07-07 00:00")
    in_time = under("us-measles", a_rash("2022-07-04"))
    named(in_time, "2022-07-05 10:00", first_exposure="2022-07-03", last_exposure="2022-07-04")
    in_time.tell("prophylaxis.given", "2022-07-06 23:59", product="vaccine")
    assert only(in_time, "vaccinate").met_at == utc("2022-07-06 23:59")


def test_who_is_immune_owes_nothing_but_is_still_asked_about_symptoms() -> None:
    story = under("us-measles", a_rash("2022-07-04"))
    named(story, "2022-07-05 10:00", first_exposure="2022-07-03", last_exposure="2022-07-04")
    assert {"assess_immunity", "give_prophylaxis", "order_isolation"} <= set(open_actions(story.judged()))
    story.tell("immunity.assessed", "2022-07-05 15:00", evidence="born_before")
    assert set(open_actions(story.judged())) == {"follow_up"}
    assert len(by_rule(story, "follow-up")) == 21
    assert by_rule(story, "follow-up")[-1].due_event == utc("2022-07-26 00:00")


def test_no_evidence_of_immunity_is_no_immunity() -> None:
    story = under("us-measles", a_rash("2022-07-04"))
    named(story, "2022-07-05 10:00", first_exposure="2022-07-03", last_exposure="2022-07-04")
    story.tell("immunity.assessed", "2022-07-05 15:00", evidence="none")
    assert only(story, "exclude-contact").due_event == utc("2022-07-08 00:00"), "day 5 begins"
    restriction = held(story, "2022-07-07 09:00", "contact", SOURCE, measure="excluded_from_work")
    assert restriction.ends_at == utc("2022-07-26 00:00"), "through day 21 after the last exposure"


def test_measles_contacts_count_from_four_days_before_the_rash() -> None:
    followed = {}
    for last in ("2022-06-30", "2022-06-29"):
        story = under("us-measles", a_rash("2022-07-04"))
        named(story, "2022-07-05 10:00", last_exposure=last)
        followed[last] = bool(by_rule(story, "follow-up"))
    assert followed == {"2022-06-30": True, "2022-06-29": False}


def test_a_measles_case_is_free_when_the_fourth_day_after_the_rash_is_over() -> None:
    story = under("us-measles")
    story.tell("symptoms.began", "2022-07-02")
    story.tell("symptoms.began", "2022-07-04", symptom="rash")
    story.tell("case.classified", "2022-07-05 08:00", classification="suspected")
    assert only(story, "report-suspected").due_event == utc("2022-07-05 12:00")
    story.tell("case.classified", "2022-07-06 08:00", classification="confirmed")
    assert len(by_rule(story, "report-suspected")) == 1, "a suspected case that is confirmed is reported once"
    restriction = held(story, "2022-07-06 09:00", "case", PERSON, measure="home_isolation")
    assert restriction.ends_at == utc("2022-07-09 00:00")


# --- mpox ------------------------------------------------------------------------------------------------------


def test_an_mpox_contact_is_offered_vaccine_best_by_day_4_and_until_day_14() -> None:
    story = under("mpox", a_case(SOURCE, at="2022-07-06 09:00", onset="2022-07-04"))
    named(story, "2022-07-06 10:00", first_exposure="2022-07-05", last_exposure="2022-07-06")
    duty = only(story, "vaccinate")
    assert (duty.due_event, duty.closes_at) == (utc("2022-07-10 00:00"), utc("2022-07-20 00:00"))
    story.tell("prophylaxis.given", "2022-07-15 10:00", product="vaccine")
    assert only(story, "vaccinate").met_at == utc("2022-07-15 10:00")


def test_an_mpox_contact_may_report_for_themselves_and_is_not_confined() -> None:
    story = under("mpox", a_case(SOURCE, at="2022-07-06 09:00", onset="2022-07-04"))
    named(story, "2022-07-06 10:00", last_exposure="2022-07-06")
    story.tell("followup.recorded", "2022-07-07 20:00", state="self_reported")
    assert by_rule(story, "follow-up")[0].met_at == utc("2022-07-07 20:00")
    assert load("mpox").grounds["contact"].measure == "home_monitoring"
    assert by_rule(story, "order_isolation") == []


def test_an_mpox_case_is_isolated_until_the_skin_has_healed_and_no_longer() -> None:
    story = under("mpox")
    story.tell("symptoms.began", "2022-07-04", symptom="rash")
    story.tell("case.classified", "2022-07-06 08:00", classification="confirmed")
    restriction = held(story, "2022-07-06 09:00", "case", PERSON, measure="home_isolation")
    assert restriction.ends_at == utc("2022-08-02 00:00"), "28 days from the rash unless renewed"
    story.tell("symptoms.ended", "2022-07-20 11:00", symptom="fever")
    (restriction,) = story.judged().restrictions
    assert restriction.ended_at is None
    story.tell("symptoms.ended", "2022-07-24 11:00", symptom="rash")
    (restriction,) = story.judged().restrictions
    assert restriction.ended_at == utc("2022-07-24 11:00")


# --- novel influenza A: the same drug, two countries -------------------------------------------------------------


@pytest.mark.parametrize("pack", ["us-novel-influenza", "uk-novel-influenza"])
def test_who_was_near_infected_birds_is_watched_for_ten_days_after_the_end_of_the_exposure(pack: str) -> None:
    story = under(pack)
    story.tell("exposure.reported", "2022-07-01/2022-07-05", setting="animal")
    days = by_rule(story, "follow-up")
    assert [duty.occurrence for duty in days] == list(range(1, 11))
    assert (days[0].opens_at, days[-1].due_event) == (utc("2022-07-06 00:00"), utc("2022-07-16 00:00"))
    assert of_kind(story.judged(), "contact").attrs["first_exposure"] == "2022-07-01"


def test_the_same_course_of_oseltamivir_meets_the_duty_in_the_united_kingdom_and_not_in_the_united_states() -> (
    None
):
    met = {}
    for pack in ("us-novel-influenza", "uk-novel-influenza"):
        for doses in (1, 2, None):
            story = under(pack, a_case(SOURCE, at="2022-07-06 09:00"))
            named(story, "2022-07-06 10:00", last_exposure="2022-07-06")
            stated = {} if doses is None else {"doses_per_day": doses}
            story.tell("prophylaxis.given", "2022-07-06 20:00", product="antiviral", **stated)
            met[pack[:2], doses] = only(story, "prophylaxis").met_at is not None
    assert met == {
        ("us", 1): False,
        ("us", 2): True,
        ("us", None): True,
        ("uk", 1): True,
        ("uk", 2): True,
        ("uk", None): True,
    }
    doses = {
        pack: load(pack).parameters["oseltamivir_doses_per_day"].value
        for pack in ("us-novel-influenza", "uk-novel-influenza")
    }
    assert doses == {"us-novel-influenza": 2, "uk-novel-influenza": 1}


def test_a_possible_influenza_case_is_free_with_a_negative_result() -> None:
    story = under("uk-novel-influenza")
    story.tell("case.classified", "2022-07-06 08:00", classification="suspected")
    assert held(story, "2022-07-06 09:00", "suspected", PERSON).ends_at == utc("2022-07-09 09:00")
    story.tell("person.tested", "2022-07-07 10:00", result="negative", assay="pcr")
    (restriction,) = story.judged().restrictions
    assert restriction.ended_at == utc("2022-07-07 10:00")


# --- all of them -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_what_was_recalled_or_not_found_never_carries_a_rule_alone(name: str) -> None:
    pack = load(name)
    for rule in (*pack.conclusions, *pack.duties, *pack.grounds.values()):
        letters = {pack.sources[source].certainty for source in rule.sources}
        assert letters - {"M", "X"}, f"{name}/{rule.rule_id} stands on what nobody saw"


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_rule_has_its_words_and_its_letter_in_english_and_chinese(name: str) -> None:
    pack = load(name)
    grades = codes.all_lists()["certainty_grade"].codes
    for rule in (*pack.conclusions, *pack.duties, *pack.grounds.values()):
        for language in ("en", "zh"):
            assert rule.title[language], rule.rule_id
            assert rule.because[language], rule.rule_id
            for source in rule.sources:
                assert grades[pack.sources[source].certainty].labels[language]
        assert any("一" <= letter <= "鿿" for letter in rule.title["zh"]), rule.rule_id
    for parameter in pack.parameters.values():
        assert parameter.title["en"]
        assert parameter.title["zh"]


# --- a past dataset --------------------------------------------------------------------------------------------


def test_a_source_that_recorded_no_visits_is_told_so_once_and_not_for_each_of_twenty_one_days() -> None:
    story = under("who-ebola", a_case(SOURCE, at="2022-07-01 09:00"))
    named(story, "2022-07-02 10:00", first_exposure="2022-06-25", last_exposure="2022-07-01")
    story.packs = replace(story.packs, recordable={OUTBREAK: frozenset({"contact.named"})})
    (duty,) = by_rule(story, "follow-up")
    assert (duty.occurrence, duty.recordable) == (1, False)
