"""Taking in very many facts: in chunks, by two writers side by side.

The order in which facts are taken in changes nothing, so while one writer waits for the database the other prepares.
A chunk is taken whole or not at all; what was taken before a refusal stays, and saying it again is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import islice

from django.db import connections

from quell.catalogue.fact import Fact
from quell.ledger.record import Recorded, record

CHUNK = 10_000
WRITERS = 2


def record_many(facts: Iterable[Fact], *, by: str, now: datetime, chunk: int = CHUNK) -> Iterator[Recorded]:
    """Record facts of any number; yields what became of each chunk as it is taken.

    Raises RecordRefused when a chunk holds what is not a fact; chunks before it are taken.
    """

    def write(held: list[Fact]) -> Recorded:
        try:
            return record(held, by=by, now=now)
        finally:
            connections.close_all()

    waiting: list[Future[Recorded]] = []
    source = iter(facts)
    with ThreadPoolExecutor(WRITERS, thread_name_prefix="quell-writer") as writers:
        while held := list(islice(source, chunk)):
            waiting.append(writers.submit(write, held))
            if len(waiting) > WRITERS:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
