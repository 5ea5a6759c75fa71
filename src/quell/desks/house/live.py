"""Live pages: the sealed position is sent to whoever watches, as soon as it advances.

One LISTEN connection a process, however many pages are open. A page says how far it has seen (``after``), so
that what was sealed between its making and its watching is told at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from weakref import WeakKeyDictionary

import psycopg
from django.http import HttpRequest, StreamingHttpResponse

from quell.ledger.seal import CHANNEL
from quell.site import database

# A page is not told more often than this: many facts a second are one redrawing.
PAUSE_SECONDS = 0.4
HEARTBEAT_SECONDS = 20.0
_AGAIN_SECONDS = 1.0


class Follower:
    """Follows the sealed position for all pages of one event loop, as long as any is open."""

    def __init__(self) -> None:
        self.position = 0
        self._changed = asyncio.Event()
        self._watchers = 0
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """While somebody watches, follow."""
        self._watchers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._follow())
        try:
            yield
        finally:
            self._watchers -= 1
            if self._watchers == 0 and self._task is not None:
                self._task.cancel()
                self._task = None

    async def after(self, position: int, seconds: float) -> int:
        """The position once it is beyond this one, or as it stands when the time is up."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self.position <= position:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)
        return self.position

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._listen()
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _listen(self) -> None:
        connections = database.current()
        if connections is None:
            return
        connection = await psycopg.AsyncConnection.connect(connections.web.conninfo(), autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            found = await (
                await connection.execute("SELECT coalesce(max(position), 0) FROM ledger.seal")
            ).fetchone()
            self._advance(int(found[0]) if found else 0)
            async for notice in connection.notifies():
                self._advance(int(notice.payload))

    def _advance(self, position: int) -> None:
        if position > self.position:
            self.position = position
            self._changed.set()
            self._changed = asyncio.Event()


_followers: WeakKeyDictionary[asyncio.AbstractEventLoop, Follower] = WeakKeyDictionary()


def follower() -> Follower:
    """The follower of the running event loop."""
    return _followers.setdefault(asyncio.get_running_loop(), Follower())


async def positions(after: int) -> AsyncIterator[bytes]:
    """The stream of one page: an event named "sealed" for each advance, a comment now and then to keep it open."""
    following = follower()
    with following.watched():
        yield b"retry: 2000\n\n"
        while True:
            position = await following.after(after, HEARTBEAT_SECONDS)
            if position <= after:
                yield b": here\n\n"
                continue
            after = position
            yield f"id: {position}\nevent: sealed\ndata: {position}\n\n".encode()
            await asyncio.sleep(PAUSE_SECONDS)


async def live(request: HttpRequest) -> StreamingHttpResponse:
    """The stream of sealed positions."""
    seen = request.headers.get("Last-Event-ID") or request.GET.get("after") or "0"
    response = StreamingHttpResponse(
        positions(int(seen) if seen.isdigit() else 0), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
