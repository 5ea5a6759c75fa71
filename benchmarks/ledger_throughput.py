"""How fast record() is, against bare statements in the same run.

    python benchmarks/ledger_throughput.py [--tubes 400000] [--singles 2000]

1. Mass results: so many tubes of ten were sampled before; their results come in chunks through record(), one in 2,000
   positive with ten holds and ten resamples owed. The alternative in the same run is a bare COPY of the same rows
   into an unchecked table, with one projection upserted beside it.
2. One fact at a time, by one writer and by eight at once, against the bare INSERT of the same row.

An embedded, durable PostgreSQL in a folder of its own; all writing as the web role.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CHUNK = 10_000
PEOPLE_A_TUBE = 10
NOW = datetime(2022, 7, 14, 12, tzinfo=UTC)
WHERE: dict[str, Any] = {
    "jurisdiction": "CN-GS-LZ",
    "zone": "Asia/Shanghai",
    "source": "laboratory",
    "outbreaks": ("outbreak:benchmark",),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--tubes", type=int, default=400_000)
    arguments.add_argument("--singles", type=int, default=2_000)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="quell-benchmark-") as folder:
        Path(folder).chmod(0o755)
        from quell.site.database import installation, migrate

        with installation(home=Path(folder)) as connections:
            migrate(connections)
            measure(asked.tubes, asked.singles)


def measure(tubes: int, singles: int) -> None:
    from quell.ledger.adopt import open_outbreak
    from quell.protocol.pack import load

    open_outbreak(
        "outbreak:benchmark",
        pack=load("cn-covid19"),
        title={"en": "Benchmark", "zh": "基准"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=NOW - timedelta(days=5),
        by="benchmark",
        now=NOW,
    )
    mass(tubes)
    one_at_a_time(singles, tubes)


def mass(tubes: int) -> None:
    from quell.catalogue.screening import TubeSampled
    from quell.ledger.bulk import record_many
    from quell.ledger.record import record

    seconds = 0.0
    for start in range(0, tubes, CHUNK // 4):
        sampled = [
            TubeSampled(
                subject=f"tube:{tube:07}",
                occurred="2022-07-13T12:00:00Z",
                members=tuple(f"person:{tube:07}-{k}" for k in range(PEOPLE_A_TUBE)),
                pool_size=10,
                **WHERE,
            )
            for tube in range(start, min(start + CHUNK // 4, tubes))
        ]
        seconds += timed(lambda facts=sampled: record(facts, by="sampling", now=NOW))
    print(f"sampled    {tubes:>9,} tubes of ten through record(): {tubes / seconds:>9,.0f} facts/s")

    half = tubes // 2
    seconds, slowest = 0.0, 0.0
    for start in range(0, half, CHUNK):
        facts = results(start, min(start + CHUNK, half))
        taken = timed(lambda facts=facts: record(facts, by="laboratory", now=NOW))
        seconds, slowest = seconds + taken, max(slowest, taken)
    rate = half / seconds
    print(
        f"resulted   {half:>9,} through record(), one writer:   {rate:>9,.0f} facts/s, slowest chunk {slowest:.2f} s"
    )
    facts = results(half, tubes)
    seconds = timed(lambda: list(record_many(facts, by="laboratory", now=NOW)))
    rate = (tubes - half) / seconds
    print(f"resulted   {tubes - half:>9,} through record_many(), two writers: {rate:>6,.0f} facts/s")
    print(f"           duties owed for the positive ones:          {count('registry.duty'):>9,}")
    bare = tubes / bare_copy(tubes)
    print(
        f"bare COPY  and one projection, nothing checked:        {bare:>9,.0f} rows/s; record() is at {rate / bare:.2f} of it"
    )
    print(
        f"ledger     {size('ledger.fact')} facts, {size('ledger.link')} links, {size('registry.subject')} subjects"
    )


def results(first: int, end: int) -> list[Any]:
    from quell.catalogue.laboratory import TubeResulted

    return [
        TubeResulted(
            subject=f"tube:{tube:07}",
            occurred=f"2022-07-13T18:{tube % 60:02}:00Z",
            result="positive" if tube % 2000 == 1000 else "negative",
            source_id=f"result-{tube}",
            **WHERE,
        )
        for tube in range(first, end)
    ]


def bare_copy(tubes: int) -> float:
    """The same rows into a plain table by COPY, and a projection by upsert from it."""
    import psycopg

    with psycopg.connect(owner_conninfo()) as connection:
        connection.execute("CREATE SCHEMA bare")
        connection.execute("CREATE TABLE bare.fact (id text PRIMARY KEY, subject text, body jsonb)")
        connection.execute("CREATE TABLE bare.state (subject text PRIMARY KEY, result text)")
        connection.execute(
            "INSERT INTO bare.state SELECT 'tube:' || lpad(n::text, 7, '0'), NULL FROM generate_series(0, %s) n",
            (tubes - 1,),
        )
        connection.commit()
        seconds = 0.0
        for start in range(0, tubes, CHUNK):
            rows = [
                f'result-{tube}\ttube:{tube:07}\t{{"result": "negative", "occurred": "2022-07-13T18:00:00Z"}}\n'
                for tube in range(start, min(start + CHUNK, tubes))
            ]

            def write(lines: list[str] = rows, first: int = start) -> None:
                with connection.cursor() as cursor:
                    with cursor.copy("COPY bare.fact FROM STDIN") as copy:
                        copy.write("".join(lines))
                    cursor.execute(
                        "UPDATE bare.state SET result = 'negative' WHERE subject BETWEEN %s AND %s",
                        (f"tube:{first:07}", f"tube:{first + CHUNK - 1:07}"),
                    )
                connection.commit()

            seconds += timed(write)
    return seconds


def one_at_a_time(singles: int, tubes: int) -> None:
    from quell.catalogue.isolation import RestrictionOrdered
    from quell.ledger.record import record

    def held(number: int) -> Callable[[], Any]:
        tube = (number // PEOPLE_A_TUBE * 2000 + 1000) % tubes
        person = f"person:{tube:07}-{number % PEOPLE_A_TUBE}"
        fact = RestrictionOrdered(
            subject=person,
            occurred=f"2022-07-13T19:{number % 60:02}:{number // 60 % 60:02}Z",
            ground="pool_positive",
            because=f"tube:{tube:07}",
            measure="hold",
            legal_basis="infectious_disease_law",
            ordered_by="officer",
            source_id=f"hold-{number}",
            **WHERE,
        )
        return lambda: record([fact], by="chase", now=NOW)

    report("single record() of a hold, one writer", [timed(held(n)) for n in range(singles)])

    taken: list[float] = []

    def writer(first: int) -> None:
        from django.db import connections

        own = [timed(held(n)) for n in range(first, first + singles // 8)]
        taken.extend(own)
        connections.close_all()

    threads = [threading.Thread(target=writer, args=(singles + k * (singles // 8),)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report("single record() of a hold, eight writers", taken)
    report("bare INSERT of such a row", bare_inserts(singles))


def bare_inserts(singles: int) -> list[float]:
    import psycopg

    with psycopg.connect(owner_conninfo()) as connection:

        def insert(number: int) -> None:
            connection.execute(
                "INSERT INTO bare.fact VALUES (%s, %s, %s)",
                (f"single-{number}", "person:1", '{"measure": "hold"}'),
            )
            connection.commit()

        return [timed(lambda n=n: insert(n)) for n in range(singles)]


def report(what: str, seconds: list[float]) -> None:
    milliseconds = sorted(1000 * each for each in seconds)
    p95 = milliseconds[int(0.95 * len(milliseconds))]
    print(
        f"{what:<42} n {len(milliseconds):>5}   median {statistics.median(milliseconds):6.2f} ms   p95 {p95:6.2f} ms"
    )


def timed(work: Callable[[], Any]) -> float:
    """Seconds of the wall that this takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def owner_conninfo() -> str:
    from quell.site.database import current

    connections = current()
    assert connections is not None
    return connections.owner.conninfo()


def count(table: str) -> int:
    return int(asked_of(f"SELECT count(*) FROM {table}"))


def size(table: str) -> str:
    return str(asked_of(f"SELECT pg_size_pretty(pg_total_relation_size('{table}'))"))


def asked_of(query: str) -> Any:
    import psycopg

    with psycopg.connect(owner_conninfo()) as connection:
        return (connection.execute(query).fetchone() or (0,))[0]  # type: ignore[call-overload]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quell.site.settings")
    main()
