"""Live pages: the sealed position reaches whoever watches."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import psycopg

from desks.tube_of_ten import PEOPLE, WHERE, now
from quell.catalogue.chase import PersonCalled
from quell.catalogue.when import instant
from quell.desks.house.live import follower, positions
from quell.ledger.record import record
from quell.ledger.seal import seal_all
from quell.site.roles import Connections


def state_and_seal() -> None:
    from django.db import connections

    record(
        [PersonCalled(subject=PEOPLE[0], occurred=instant(now()), answer="busy", **WHERE)], by="x", now=now()
    )
    seal_all(now=now())
    connections.close_all()


async def next_event(stream: object) -> bytes:
    while True:
        block: bytes = await asyncio.wait_for(anext(stream), 5)  # type: ignore[call-overload]
        if b"event: sealed" in block:
            return block


def test_a_page_hears_what_was_sealed_while_it_was_made_and_what_is_sealed_later(tube: Connections) -> None:
    seal_all(now=now())

    async def watch() -> tuple[bytes, bytes, int]:
        async with aclosing(positions(0)) as stream:
            missed = await next_event(stream)
            await asyncio.to_thread(state_and_seal)
            later = await next_event(stream)
            watched = follower()
        return missed, later, watched._watchers

    missed, later, watchers = asyncio.run(watch())
    assert missed.startswith(b"id: 2\n")
    assert later.startswith(b"id: 3\n")
    assert watchers == 0


def test_two_pages_share_one_connection(tube: Connections) -> None:
    from django.db import connections

    seal_all(now=now())
    connections.close_all()

    async def watch() -> int:
        async with aclosing(positions(0)) as one, aclosing(positions(0)) as other:
            await next_event(one)
            await next_event(other)
            async with await psycopg.AsyncConnection.connect(tube.owner.conninfo()) as connection:
                asked = await connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'quell_web'"
                )
                return int((await asked.fetchone() or (0,))[0])

    assert asyncio.run(watch()) == 1
