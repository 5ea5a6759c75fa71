"""Very many facts: two writers side by side lose nothing, and the few that matter are acted on."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

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
from quell.ledger import migrations as ledger_migrations
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


def test_a_chunk_of_which_a_few_were_known_takes_the_others_and_keeps_what_contradicts(
    database: Connections,
) -> None:
    """Nothing is asked before many facts are appended: the index meets what is known, and then each is looked at."""
    adopt_pack()
    tubes = [f"tube:{n}" for n in range(400)]
    record([opened(), *(sampled(tube, ["person:1"], SAMPLED, 10) for tube in tubes)], by="sampling", now=NOW)
    facts = [resulted(tube, "negative", POSITIVE, source_id=f"r-{tube}") for tube in tubes]
    record(facts[33:35], by="laboratory", now=NOW)
    facts[34] = resulted(tubes[34], "invalid", POSITIVE, source_id=f"r-{tubes[34]}")

    done = record(facts, by="laboratory", now=NOW)
    assert (done.new, done.repeated, len(done.conflicts)) == (399, 1, 1)
    again = record(facts, by="laboratory", now=NOW)
    assert (again.new, again.repeated, again.conflicts) == (0, 400, ())
    with psycopg.connect(database.web.conninfo()) as connection:
        stands = "SELECT rival, body ->> 'result' FROM ledger.fact WHERE subject = 'tube:34' AND kind = 'tube.resulted'"
        assert sorted(connection.execute(stands)) == [(0, "negative"), (1, "invalid")]
    seal_all(now=NOW)
    assert verify().good
    assert rebuild().same


def test_facts_said_twice_in_one_large_call_are_one(database: Connections) -> None:
    adopt_pack()
    facts = [sampled(f"tube:{n}", ["person:1"], SAMPLED, 10) for n in range(300)]
    done = record([opened(), *facts, *facts[:20]], by="sampling", now=NOW)
    assert (done.new, done.repeated) == (301, 20)


def test_a_ledger_from_before_keeps_its_conflicts(bare_database: Connections) -> None:
    """The narrower identity is made from what is there: of two contents under one id the second is a rival."""
    with psycopg.connect(bare_database.owner.conninfo(), autocommit=True) as connection:
        folder = Path(ledger_migrations.__path__[0])
        connection.execute((folder / "0001_initial.sql").read_bytes())
        for ordinal, (fact_id, content) in enumerate([(1, b"a"), (2, b"b"), (1, b"c")]):
            connection.execute(
                "INSERT INTO ledger.fact VALUES (1, %s, %s, 'tube.lost', 1, 'tube:1', now(), '{}', %s)",
                (ordinal, UUID(int=fact_id), content),
            )
        connection.execute((folder / "0002_one_narrow_identity.sql").read_bytes())
        found = connection.execute("SELECT content_hash, rival FROM ledger.fact ORDER BY ordinal").fetchall()
        assert found == [(b"a", 0), (b"b", 0), (b"c", 1)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"):
            connection.execute("UPDATE ledger.fact SET rival = 0")
