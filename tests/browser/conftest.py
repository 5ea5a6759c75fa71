"""A browser and a serving process on the test's own database."""

from __future__ import annotations

import base64
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quell.site.roles import Connections

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
_HOW = (
    "The browser tests need Chromium and Playwright's Python package:\n"
    "  apt-get install chromium   and   pip install 'quell[test]'\n"
    "To leave them out on purpose: QUELL_NO_BROWSER=1"
)


def pytest_configure() -> None:
    """A busy machine may take a while to answer; what is expected still has to come."""
    try:
        from playwright.sync_api import expect
    except ImportError:
        return  # the fixture that needs it says what to install
    expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the browser out only where somebody says so."""
    if os.environ.get("QUELL_NO_BROWSER") == "1":
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="QUELL_NO_BROWSER=1"))


@pytest.fixture
def chromium(address: str) -> Iterator[Browser]:
    """A browser for one test. After the database: while it lives, an event loop runs in this thread."""
    if not CHROMIUM.exists():
        pytest.fail(_HOW, pytrace=False)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail(_HOW, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def address(database: Connections) -> Iterator[str]:
    """Where the test's database is served, by uvicorn in a thread of this process."""
    import uvicorn

    from quell.site.background import start_background, stop_background

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = uvicorn.Server(
        uvicorn.Config(
            "quell.site.asgi:application",
            port=port,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    start_background()
    thread = threading.Thread(target=server.run, name="uvicorn", daemon=True)
    thread.start()
    end = time.monotonic() + 15
    while not server.started:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        stop_background()


_ELSEWHERE = """
import base64, pickle, sys
from quell.site import database
connections, facts = pickle.loads(base64.b64decode(sys.stdin.read()))
database.use(connections)
database.set_up_django()
from datetime import UTC, datetime
from quell.ledger.record import from_json, record
record([from_json(each) for each in facts], by="elsewhere", now=datetime.now(UTC))
"""


@pytest.fixture
def elsewhere(database: Connections) -> Callable[[list[bytes]], None]:
    """Record facts (as exchanged JSON) in another process."""

    def state(facts: list[bytes]) -> None:
        given = base64.b64encode(pickle.dumps((database, facts)))
        done = subprocess.run(
            [sys.executable, "-c", _ELSEWHERE], input=given, capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()

    return state


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = Path(os.environ.get("QUELL_SCREENSHOTS") or tempfile.mkdtemp(prefix="quell-screenshots-"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(address: str, chromium: Browser) -> Iterator[Page]:
    """A fresh browser profile; whatever the console complains about fails the test."""
    context = chromium.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="en-GB")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def apart() -> Callable[[Callable[[], Any]], Any]:
    """Run what asks the database in a thread of its own: Playwright keeps an event loop in this one."""

    def run(work: Callable[[], Any]) -> Any:
        outcome: list[Any] = []

        def whole() -> None:
            from django.db import connections

            try:
                outcome.append(work())
            finally:
                connections.close_all()

        thread = threading.Thread(target=whole)
        thread.start()
        thread.join()
        assert outcome, "it failed; see above"
        return outcome[0]

    return run
