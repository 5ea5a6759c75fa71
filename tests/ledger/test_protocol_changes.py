"""A rule that changes next week is a new pack: open duties move as it says, and keep their ids, notes and waivers."""

from __future__ import annotations

from datetime import timedelta

import psycopg

from ledger.outbreak_stories import (
    NOW,
    OUTBREAK,
    POSITIVE,
    SAMPLED,
    WHERE,
    adopt_pack,
    held,
    opened,
    resulted,
    sampled,
)
from quell.catalogue.keeping import DutyWaived
from quell.catalogue.when import instant
from quell.ledger.adopt import change_protocol
from quell.ledger.rebuild import rebuild
from quell.ledger.record import record
from quell.protocol.pack import Pack, load, read
from quell.site.roles import Connections

PEOPLE = ["person:1", "person:2", "person:3"]
CHANGED_AT = POSITIVE + timedelta(minutes=10)


def stricter(open_duties: str) -> Pack:
    """The same pack with another length for the hold, as a version of its own."""
    text = load("cn-covid19").text
    rule = text.index('action = "hold"')
    text = text[:rule] + text[rule:].replace('within = "30 min"', 'within = "15 min"', 1)
    text = text.replace('version = "9-2022-06-28"', 'version = "9-changed"', 1)
    return read(
        text.replace('open_duties = "recompute"', f'open_duties = "{open_duties}"', 1), "changed.toml"
    )


def holds(database: Connections) -> dict[str, tuple[str, str, float]]:
    with psycopg.connect(database.web.conninfo()) as connection:
        rows = connection.execute(
            "SELECT duty_id, subject, pack_version, due_event, ended_by FROM registry.duty WHERE action = 'hold'"
        ).fetchall()
    return {
        subject: (duty, version, (due - POSITIVE) / timedelta(minutes=1))
        for duty, subject, version, due, _ in rows
    }


def told(database: Connections, how: str) -> dict[str, tuple[str, str, float]]:
    adopt_pack()
    record([opened(), sampled("tube:pool", PEOPLE, SAMPLED, 10)], by="test", now=NOW)
    record([resulted("tube:pool", "positive", POSITIVE)], by="test", now=NOW)
    before = holds(database)
    assert {version for _, version, _ in before.values()} == {"9-2022-06-28"}
    record([held("person:1", POSITIVE + timedelta(minutes=5))], by="test", now=NOW)
    change_protocol(
        OUTBREAK,
        pack=stricter(how),
        effective=CHANGED_AT,
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        by="command",
        now=NOW,
    )
    after = holds(database)
    assert {duty for duty, _, _ in after.values()} == {duty for duty, _, _ in before.values()}
    return after


def test_open_duties_move_to_the_new_version_and_met_ones_stay(database: Connections) -> None:
    after = told(database, "recompute")
    assert after["person:1"][1:] == ("9-2022-06-28", 30.0)
    assert after["person:2"][1:] == ("9-changed", 15.0)
    assert rebuild().same


def test_a_version_that_keeps_open_duties_rules_only_what_comes_after_it(database: Connections) -> None:
    after = told(database, "keep")
    assert after["person:2"][1:] == ("9-2022-06-28", 30.0)
    record(
        [
            sampled("tube:later", ["person:9"], SAMPLED, 10),
            resulted("tube:later", "positive", CHANGED_AT + timedelta(hours=1)),
        ],
        by="test",
        now=NOW,
    )
    assert holds(database)["person:9"][1] == "9-changed"


def test_a_waiver_survives_the_change(database: Connections) -> None:
    adopt_pack()
    record([opened(), sampled("tube:pool", PEOPLE, SAMPLED, 10)], by="test", now=NOW)
    record([resulted("tube:pool", "positive", POSITIVE)], by="test", now=NOW)
    duty = holds(database)["person:3"][0]
    waived = DutyWaived(
        subject="person:3",
        occurred=instant(CHANGED_AT),
        duty=duty,
        reason="declined",
        waived_by="officer",
        **WHERE,
    )
    record([waived], by="officer", now=NOW)
    change_protocol(
        OUTBREAK,
        pack=stricter("recompute"),
        effective=CHANGED_AT + timedelta(minutes=1),
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        by="command",
        now=NOW,
    )
    with psycopg.connect(database.web.conninfo()) as connection:
        row = connection.execute("SELECT ended_at FROM registry.duty WHERE duty_id = %s", (duty,)).fetchone()
    assert row == (CHANGED_AT,)
