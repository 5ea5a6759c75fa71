"""Static files, straight from the packages, served by WhiteNoise without leaving the event loop.

WhiteNoise's own middleware is synchronous: under ASGI every request, event streams too, would pass through a thread
for it, and Django would warn about each file that it streams.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise's middleware, sync and async."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._later = iscoroutinefunction(get_response)
        if self._later:
            markcoroutinefunction(self)

    def __call__(  # type: ignore[override]  # as middleware it is called with a request, not as WSGI
        self, request: HttpRequest
    ) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer with the file of that address, or pass the request on."""
        path = request.path_info
        found = self.find_file(path) if self.autorefresh else self.files.get(path)
        if found is None:
            answer: HttpResponseBase | Awaitable[HttpResponseBase] = self.get_response(request)
            return answer
        return self._read_later(found, request) if self._later else self._read(found, request)

    async def _read_later(self, found: Any, request: HttpRequest) -> HttpResponse:
        return await sync_to_async(self._read, thread_sensitive=False)(found, request)

    def _read(self, found: Any, request: HttpRequest) -> HttpResponse:
        # Whole: no file of ours is larger than a few megabytes.
        streamed = self.serve(found, request)
        try:
            return HttpResponse(
                b"".join(streamed), status=streamed.status_code, headers=dict(streamed.headers)
            )
        finally:
            streamed.close()
