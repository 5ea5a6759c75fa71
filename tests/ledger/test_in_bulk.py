"""Very many facts: two writers side by side lose nothing, and the few that matter are acted on."""

from __future__ import annotations

import psycopg
import pytest

from ledger.outbreak_stories import (
    NOW,
    POSITIVE,
    SAMPLED,
    WHERE,
    adopt_pack,
    named,
    opened,
    resulted,
    sampled,
)
from quell.catalogue.investigation import CaseClassified
from quell.ledger.bulk import record_many
from quell.ledger.rebuild import rebuild
from quell.ledger.record import RecordRefused, record
from quell.ledger.seal import seal_all
from quell.ledger.verify import verify
from quell.site.roles import Connections

TUBES = 3000


def test_a_day_of_results_owes_only_what_the_positive_ones_owe(database: Connections) -> None:
    adopt_pack()
    record([opened()], by="command", now=NOW)
    tubes = (sampled(f"tube:{n}", [f"person:{n}-{k}" for k in range(5)], SAMPLED, 10) for n in range(TUBES))
    assert sum(done.new for done in record_many(tubes, by="sampling", now=NOW, chunk=500)) == TUBES
    results = [
        resulted(f"tube:{n}", "positive" if n % 1000 == 0 else "negative", POSITIVE, source_id=f"r-{n}")
        for n in range(TUBES)
    ]
    assert sum(done.new for done in record_many(results, by="laboratory", now=NOW, chunk=500)) == TUBES
    assert sum(done.new for done in record_many(results, by="laboratory", now=NOW, chunk=700)) == 0

    with psycopg.connect(database.web.conninfo()) as connection:
        owed = dict(connection.execute("SELECT action, count(*) FROM registry.duty GROUP BY 1").fetchall())
    assert owed == {"hold": 15, "resample": 15}
    seal_all(now=NOW)
    assert verify().good
    assert rebuild().same


def test_a_chunk_with_a_fault_is_refused_whole_and_says_so(database: Connections) -> None:
    good = [sampled(f"tube:{n}", ["person:1"], SAMPLED, 10) for n in range(10)]
    bad = sampled("tube:x", ["person:1"], SAMPLED, 30)
    with pytest.raises(RecordRefused, match="pool_size"):
        list(record_many([*good, bad], by="sampling", now=NOW, chunk=11))
    with psycopg.connect(database.web.conninfo()) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.fact").fetchone() == (0,)


def test_thousands_of_people_judged_in_one_call_do_not_stand_still(database: Connections) -> None:
    """A pipeline whose two ends wait for each other once hung here for good."""
    adopt_pack()
    record([opened()], by="command", now=NOW)
    for turn in range(3):
        facts = [
            fact
            for n in range(2500)
            for fact in (
                CaseClassified(
                    subject=f"person:{turn}-{n}", occurred="2022-07-10", classification="confirmed", **WHERE
                ),
                named(f"person:{turn}-{n}-met", f"person:{turn}-{n}", POSITIVE, SAMPLED),
            )
        ]
        assert record(facts, by="test", now=NOW).new == 5000
    with psycopg.connect(database.web.conninfo()) as connection:
        concluded = dict(
            connection.execute("SELECT kind, count(*) FROM registry.conclusion GROUP BY 1").fetchall()
        )
    assert concluded == {"case": 7500, "close_contact": 7500}
