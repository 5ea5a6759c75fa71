"""Several writers at once: nothing is lost, nothing is judged on half of the story, readers miss nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import psycopg
from django.db import connections, transaction

from ledger.outbreak_stories import (
    NOW,
    POSITIVE,
    SAMPLED,
    WHERE,
    a_few_days,
    adopt_pack,
    named,
    opened,
    registry,
    resulted,
    retracted,
    sampled,
)
from quell.catalogue.fact import Fact
from quell.catalogue.people import PersonRegistered
from quell.ledger.rebuild import rebuild
from quell.ledger.record import record
from quell.ledger.seal import seal, seal_all
from quell.ledger.verify import verify
from quell.site.roles import Connections


def say(facts: list[Fact]) -> None:
    try:
        record(facts, by="test", now=NOW)
    finally:
        connections.close_all()


def test_eight_writers_of_one_linked_story_end_where_one_does(database: Connections) -> None:
    adopt_pack()
    facts = a_few_days() * 2
    Random(3).shuffle(facts)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, [[fact] for fact in facts]))
    live = registry(database)
    assert rebuild().same
    assert registry(database) == live
    assert len(live["duty"]) > 20


def test_whoever_stands_on_a_conclusion_waits_for_a_writer_who_is_about_to_change_it(
    database: Connections,
) -> None:
    """One writer makes somebody a close contact while another names whom that person met: neither sees the other's row."""
    adopt_pack()
    known = PersonRegistered(subject="person:11", occurred="2022-07-01", **WHERE)
    case = [sampled("tube:s", ["person:10"], SAMPLED, 1), resulted("tube:s", "positive", POSITIVE)]
    say([opened(), *case, known])
    met_before = named("person:11", "person:10", POSITIVE - timedelta(minutes=1), SAMPLED)
    say([met_before, retracted(met_before, POSITIVE)])
    met_the_case = named("person:11", "person:10", POSITIVE, SAMPLED)
    met_the_contact = named(
        "person:12", "person:11", POSITIVE + timedelta(hours=1), SAMPLED + timedelta(hours=5)
    )
    with transaction.atomic():
        record([met_the_case], by="test", now=NOW)
        other = threading.Thread(target=say, args=([met_the_contact],))
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join()
    live = registry(database)
    assert any("person:12" in row and "secondary_contact" in row for row in live["conclusion"])
    assert rebuild().same


def test_concurrent_writers_lose_nothing_and_everything_is_sealed_once(database: Connections) -> None:
    adopt_pack()
    say([opened()])
    calls = [
        [
            sampled(f"tube:{writer}-{n}", [f"person:{writer}-{n}-{k}" for k in range(3)], SAMPLED, 10),
            resulted(f"tube:{writer}-{n}", "positive" if n % 7 == 0 else "negative", POSITIVE),
        ]
        for writer in range(8)
        for n in range(15)
    ]
    stop = threading.Event()

    def keep_sealing() -> None:
        while not stop.is_set():
            seal(now=datetime.now(UTC), limit=5)
        connections.close_all()

    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, calls))
    stop.set()
    for sealer in sealers:
        sealer.join()
    seal_all(now=NOW)
    found = verify()
    assert found.good, found.faults
    assert found.facts == 1 + 2 * len(calls)
    assert found.unsealed == 0
    with psycopg.connect(database.web.conninfo()) as connection:
        positions = [p for (p,) in connection.execute("SELECT position FROM ledger.seal ORDER BY 1")]
    assert positions == list(range(1, len(calls) + 2))


def test_a_fact_that_commits_late_gets_a_later_position(database: Connections) -> None:
    """A reader who follows positions sees it, though its write began before what is already sealed."""
    adopt_pack()
    with psycopg.connect(database.web.conninfo()) as slow:
        slow.execute(
            "INSERT INTO ledger.write (written_by, recorded_at, fact_count) VALUES ('slow', now(), 0)"
        )
        slow.execute("INSERT INTO ledger.unsealed SELECT max(write_id) FROM ledger.write")
        say([sampled("tube:quick", ["person:1"], SAMPLED, 10)])
        assert seal_all(now=NOW) == 1
        slow.commit()
    assert seal_all(now=NOW) == 1
    assert verify().good
