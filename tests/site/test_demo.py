"""`quell demo`, as somebody meets it who has just installed it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from quell.catalogue.people import PersonDied
from quell.catalogue.when import instant
from quell.ledger.record import record
from quell.site import database
from quell.site.home import home_directory

FIRST_PAGE_SECONDS = 60


@pytest.fixture
def home() -> Iterator[Path]:
    with TemporaryDirectory(prefix="quell-demo-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield home_directory(Path(folder) / "home")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo(home: Path, port: int, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A demo that runs while the story is told; where the story fails it is ended, and not waited for."""
    command = [sys.executable, "-c", "from quell.cli import main; main()", "demo", "--no-browser"]
    process = subprocess.Popen(
        [*command, "--port", str(port), *arguments],
        env={**os.environ, "QUELL_HOME": str(home), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def page(url: str, until: float) -> str:
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until, "no page came in time"
            time.sleep(0.1)


def facts_in(home: Path) -> int:
    with (
        database.installation(home) as connections,
        psycopg.connect(connections.web.conninfo()) as connection,
    ):
        (count,) = connection.execute("SELECT count(*) FROM ledger.fact").fetchone() or (0,)
    return int(count)


def ended(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> str:
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert "Traceback" not in said
    return said


@pytest.mark.slow
def test_a_demo_shows_its_first_page_within_a_minute_goes_on_and_is_used_again(home: Path, port: int) -> None:
    address = f"http://127.0.0.1:{port}"
    started = time.monotonic()
    with demo(home, port) as process:
        assert "password" in page(f"{address}/sign-in/", started + FIRST_PAGE_SECONDS)
        assert time.monotonic() - started < FIRST_PAGE_SECONDS
        before = facts_in(home)
        until = time.monotonic() + FIRST_PAGE_SECONDS
        while facts_in(home) == before:
            assert time.monotonic() < until, "nothing goes on happening"
            time.sleep(3)
        said = ended(process)
    passwords = re.findall(r"^  (\w+) +(\S{12})$", said, re.MULTILINE)
    assert {"commander", "chase", "laboratory", "needs"} <= {name for name, _ in passwords}
    link = re.search(rf"{address}/\S+", said)
    assert link

    started = time.monotonic()
    with demo(home, port) as process:
        page(f"{address}/sign-in/", started + 20)
        time.sleep(3)
        assert facts_in(home) >= before, "it was made anew"
        said = ended(process)
    assert "shown this once" not in said
    assert re.search(rf"{address}/sign-in/once/\S+", said)


def test_a_demo_never_mixes_with_a_real_installation(home: Path, port: int) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with database.installation(home) as connections:
        database.migrate(connections)
        fact = PersonDied(subject="person:1", occurred=instant(now), jurisdiction="CN", source="test")
        record([fact], by="test", now=now)
    with demo(home, port) as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "a demo never mixes with one" in said
    assert facts_in(home) == 1


def test_a_demo_refuses_a_server_of_yours(home: Path, port: int) -> None:
    with demo(home, port, QUELL_DATABASE_URL="postgresql://x:y@localhost/z") as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "QUELL_DATABASE_URL" in said
