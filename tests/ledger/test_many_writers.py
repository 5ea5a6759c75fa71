"""Several writers at once: nothing is lost, nothing is judged on half of the story, readers miss nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random

import psycopg
from django.db import connections

from ledger.outbreak_stories import (
    NOW,
    POSITIVE,
    SAMPLED,
    a_few_days,
    adopt_pack,
    opened,
    registry,
    resulted,
    sampled,
)
from quell.catalogue.fact import Fact
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
