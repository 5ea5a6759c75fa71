"""The packs that ship: each can be read, cites a source for all it says, and says what the table of rules says."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from quell.protocol.pack import CERTAINTIES, ConclusionRule, DutyRule, GroundRule, Pack, load, shipped
from quell.protocol.spans import length

NAMES = tuple(sorted(shipped()))


def rules_of(pack: Pack) -> Iterator[ConclusionRule | DutyRule | GroundRule]:
    yield from pack.conclusions
    yield from pack.duties
    yield from pack.grounds.values()


def duty(pack: str, rule: str) -> DutyRule:
    found = load(pack).rule(f"{pack}/{rule}")
    assert isinstance(found, DutyRule), f"{pack} has no duty rule {rule}"
    return found


@cache
def table_of_rules() -> dict[str, dict[str, str]]:
    """The table of protocol rules that the packs were compiled from, where this checkout has it beside it."""
    shared = Path(os.environ.get("QUELL_SHARED") or Path(__file__).parents[3] / "shared")
    table = shared / "domain" / "protocol_rules.csv"
    if not table.exists():
        pytest.skip(
            f"the table of protocol rules is missing: {table} (set QUELL_SHARED to the folder that holds domain/)"
        )
    with table.open(encoding="utf-8", newline="") as opened:
        return {row["id"]: row for row in csv.DictReader(opened)}


def test_these_packs_ship_for_these_places() -> None:
    assert {(pack.pack_id, pack.jurisdiction, pack.disease) for pack in shipped().values()} == {
        ("house", "any", "unknown"),
        ("generic", "any", "unknown"),
        ("cn-covid19", "CN", "covid19"),
        ("mers", "any", "mers"),
        ("mpox", "any", "mpox"),
        ("who-ebola", "any", "ebola"),
        ("us-measles", "US", "measles"),
        ("us-novel-influenza", "US", "novel_influenza_a"),
        ("uk-novel-influenza", "GB", "novel_influenza_a"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_shipped_pack_loads_and_says_that_it_is_not_an_official_text(name: str) -> None:
    pack = load(name)
    assert pack.pack_id == name
    assert pack.digest
    assert pack.notice["en"]
    assert pack.notice["zh"]
    if name != "house":
        assert "not an official text" in pack.notice["en"].lower()


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_and_every_value_cites_a_source(name: str) -> None:
    pack = load(name)
    for rule in rules_of(pack):
        assert rule.sources, f"{name}/{rule.rule_id} cites nothing"
        assert all(source in pack.sources for source in rule.sources)
    for parameter in pack.parameters.values():
        assert parameter.source in pack.sources, parameter.name


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_used_and_says_how_sure_we_are(name: str) -> None:
    pack = load(name)
    used = {source for rule in rules_of(pack) for source in rule.sources}
    used |= {parameter.source for parameter in pack.parameters.values()}
    assert pack.sources.keys() == used
    for source in pack.sources.values():
        assert source.certainty in CERTAINTIES
        assert source.url or source.certainty in {"A", "M", "X"}, f"{source.source_id} gives no address"


@pytest.mark.parametrize("name", NAMES)
def test_every_restriction_of_a_pack_ends_by_itself_and_can_be_appealed(name: str) -> None:
    for ground in load(name).grounds.values():
        assert (ground.longest is None) != (ground.longest_days is None), ground.rule_id
        assert ground.appeal != "not_stated", ground.rule_id


def test_the_house_knows_every_ground() -> None:
    from quell.catalogue import codes

    assert load("house").grounds.keys() == codes.values("ground")


def test_no_disease_pack_repeats_a_rule_of_the_house() -> None:
    house = {rule.action for rule in load("house").duties}
    for name in set(NAMES) - {"house"}:
        assert house.isdisjoint(rule.action for rule in load(name).duties)


def test_sources_carry_the_letter_the_table_gives_them() -> None:
    table = table_of_rules()
    for name in NAMES:
        for source in load(name).sources.values():
            if source.source_id in table:
                row = table[source.source_id]
                assert source.certainty == row["confidence"], source.source_id
                assert row["source"] == "same" or source.url == row["source"], source.source_id


def test_no_national_rule_of_the_table_was_left_out() -> None:
    table = table_of_rules()
    wanted = {rule_id for rule_id, row in table.items() if row["jurisdiction"].startswith("CN")}
    assert wanted <= load("cn-covid19").sources.keys()


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("report-case", "R036"),
        ("investigate", "R037"),
        ("trace-contacts", "R038"),
        ("transfer-contact", "R039"),
        ("order-contact-isolation", "R039"),
        ("order-secondary-isolation", "R040"),
    ],
)
def test_clocks_are_those_of_the_table(rule: str, row: str) -> None:
    stated = table_of_rules()[row]
    assert stated["unit"] == "hours"
    assert duty("cn-covid19", rule).within == timedelta(hours=float(stated["value"]))
    assert duty("cn-covid19", rule).deadline_source == row


@pytest.mark.parametrize(("rule", "row"), [("test-contact", "R003"), ("test-secondary", "R008")])
def test_test_days_are_those_of_the_table(rule: str, row: str) -> None:
    days = duty("cn-covid19", rule).days
    assert days is not None
    assert days.numbers == tuple(int(number) for number in table_of_rules()[row]["value"].split(","))


def test_home_monitoring_begins_when_isolation_has_ended() -> None:
    table = table_of_rules()
    isolation, at_home = int(table["R001"]["value"]), int(table["R002"]["value"])
    monitoring = duty("cn-covid19", "monitor-contact-at-home").days
    last_test = duty("cn-covid19", "test-contact-at-home").days
    assert monitoring is not None
    assert last_test is not None
    assert monitoring.numbers == tuple(range(isolation + 1, isolation + at_home + 1))
    assert last_test.numbers == (isolation + int(table["R004"]["value"]),)


@pytest.mark.parametrize(
    ("ground", "row"),
    [
        ("contact", "R001"),
        ("secondary_contact", "R007"),
        ("zone", "R009"),
        ("zone", "R011"),
        ("released_case", "R042"),
    ],
)
def test_isolation_lasts_as_long_as_the_table_says(ground: str, row: str) -> None:
    days = load("cn-covid19").grounds[ground].longest_days
    assert days is not None
    assert days.numbers[-1] == int(table_of_rules()[row]["value"])
    assert row in load("cn-covid19").grounds[ground].sources


def test_contacts_look_back_as_far_as_the_table_says() -> None:
    pack = load("cn-covid19")
    (rule,) = (each for each in pack.conclusions if each.kind == "close_contact")
    assert rule.requires is not None
    assert rule.requires.minus == length(f"{table_of_rules()['R014']['value']} d")
    assert pack.parameters["contact_look_back_days"].value == int(table_of_rules()["R014"]["value"])


def test_a_case_is_released_at_the_ct_of_the_table() -> None:
    stated = table_of_rules()["R041"]["value"]
    tubes = load("cn-covid19").grounds["case"].ended_by[0]
    assert (tubes.times, tubes.apart) == (2, timedelta(hours=24))
    bounds = {
        (c.field, f"{c.comparison}{c.value:g}")
        for way in tubes.alternatives
        for c in way
        if c.comparison != "in"
    }
    assert bounds == {("ct", stated), ("ct_orf", stated)}


@pytest.mark.parametrize(
    ("parameter", "row"),
    [
        ("high_area_clean_days", "R018"),
        ("former_high_area_clean_days", "R019"),
        ("medium_area_clean_days", "R020"),
        ("leave_city_negative_within", "R021"),
        ("routine_control_when", "R022"),
        ("inbound_worker_tests_per_day", "R023"),
        ("rounds_ordinary_city", "R025"),
        ("rounds_rural", "R026"),
        ("round_hours", "R029"),
        ("pool_size_control_zone", "R033"),
        ("pool_size_prevention_zone", "R034"),
        ("released_case_monitoring_days", "R042"),
        ("community_clear_days", "R043"),
        ("same_vehicle_close_distance", "R015"),
        ("low_area_tests_in_3_days", "R013"),
        ("high_area_unit", "R017"),
    ],
)
def test_values_are_those_of_the_table(parameter: str, row: str) -> None:
    found = load("cn-covid19").parameters[parameter]
    assert str(found.value) == table_of_rules()[row]["value"]
    assert found.source == row


@pytest.mark.parametrize(
    ("parameter", "row"),
    [("high_area_test_days", "R010"), ("medium_area_test_days", "R012"), ("pool_sizes", "R030")],
)
def test_lists_are_those_of_the_table(parameter: str, row: str) -> None:
    found = load("cn-covid19").parameters[parameter]
    assert found.value == [int(number) for number in table_of_rules()[row]["value"].split(",")]
    assert found.source == row


@pytest.mark.parametrize(
    ("pack", "rule", "row"),
    [
        ("who-ebola", "follow-up", "R045"),
        ("mpox", "follow-up", "R048"),
        ("us-measles", "follow-up", "R054"),
        ("us-novel-influenza", "follow-up", "R056"),
        ("uk-novel-influenza", "follow-up", "R058"),
    ],
)
def test_contacts_are_followed_to_the_day_of_the_table(pack: str, rule: str, row: str) -> None:
    days = duty(pack, rule).days
    assert days is not None
    assert days.numbers[-1] == int(table_of_rules()[row]["value"])
    assert days.anchor[0] == "last_exposure"


def test_prophylaxis_is_owed_within_the_hours_and_days_of_the_table() -> None:
    table = table_of_rules()
    assert duty("us-measles", "vaccinate").within == length(f"{table['R051']['value']} h")
    assert duty("us-measles", "immunoglobulin").within == length(f"{table['R052']['value']} d")
    best, latest = (length(f"{days} d") for days in table["R049"]["value"].split(" / "))
    assert (duty("mpox", "vaccinate").within, duty("mpox", "vaccinate").closes) == (best, latest)


def test_mers_contacts_are_followed_as_long_as_the_table_says() -> None:
    days = duty("mers", "follow-up").days
    assert days is not None
    assert days.numbers == tuple(range(1, int(table_of_rules()["R060"]["value"]) + 1))
    assert days.anchor[0] == "last_exposure"


def test_what_no_source_gives_is_marked_as_assumed() -> None:
    pack = load("cn-covid19")
    for rule in ("hold", "resample", "read-single", "tell-free", "transfer-case"):
        source = pack.sources[duty("cn-covid19", rule).deadline_source]
        assert source.certainty == "A", rule
        assert "looked for" in source.document, rule
