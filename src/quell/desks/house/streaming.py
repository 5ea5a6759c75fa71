"""A long answer in pieces, made by a plain generator that reads the database, under ASGI and under WSGI.

Under ASGI Django would gather a plain generator whole before it sends anything. Here the generator runs in a thread of
its own, which keeps its connection and transaction from the first piece to the last; a reader who leaves ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse


def streamed(
    request: HttpRequest, pieces: Iterator[bytes], *, content_type: str, filename: str
) -> StreamingHttpResponse:
    """An answer that is saved under this name."""
    content = _in_one_thread(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _in_one_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, thread_name_prefix="quell-stream")

    def end() -> None:
        try:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        finally:
            connections.close_all()

    try:
        while True:
            piece = await loop.run_in_executor(thread, next, pieces, None)
            if piece is None:
                return
            yield piece
    finally:
        thread.submit(end)
        thread.shutdown(wait=False)
