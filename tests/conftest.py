"""One real PostgreSQL for the whole test run, and a fresh database, cloned in milliseconds, for each test.

    def test_something(database): ...   # Django's aliases default, sealer, owner reach an own, migrated database

Commits are real: there is no transaction around a test. Workers of pytest-xdist and runs side by side share one
server, which stops with the last of them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from quell.site import database as site_database
from quell.site import embedded
from quell.site.home import home_directory, locked
from quell.site.roles import Connections

SOURCE = Path(site_database.__file__).parents[1]


def pytest_configure() -> None:
    """Set Django up once, before test files import models; without a server, so tests that need none start none."""
    site_database.set_up_django()


@pytest.fixture(scope="session")
def test_home() -> Path:
    """The home of the tests' server: outside the checkout, where the database's account may enter."""
    folder = Path(tempfile.gettempdir()) / f"quell-tests-{os.geteuid()}"
    home = home_directory(folder)
    assert home.lstat().st_uid == os.geteuid(), f"{home} belongs to somebody else; remove it"
    return home


@pytest.fixture(scope="session")
def server(test_home: Path) -> Iterator[Connections]:
    """The tests' server, shared with every other worker and run; as connections to its (empty) main database."""
    with ExitStack() as leaving:
        with locked(test_home / "prepare.lock"):
            running = embedded.start(test_home, durable=False)
            leaving.callback(running.release)
            connections = site_database.prepare(test_home, running)
            if running.first_user:
                # Nobody else is here: what is left comes from runs that were killed, or from older source.
                for left in site_database.databases(connections, "test_"):
                    site_database.drop_database(connections, left)
        leaving.callback(site_database.close)
        yield connections


@pytest.fixture(scope="session")
def template_database(test_home: Path, server: Connections) -> str:
    """The name of a migrated database to clone from; made once for each state of the source."""
    name = f"test_template_{_state_of_source()}"
    with locked(test_home / "template.lock"):
        if name not in site_database.databases(server, name):
            half = f"test_half_{uuid4().hex[:12]}"
            site_database.migrate(site_database.create_database(server, half))
            site_database.close()
            site_database.rename_database(server, half, name)
    return name


@pytest.fixture
def database(server: Connections, template_database: str) -> Iterator[Connections]:
    """A fresh, migrated database of the test's own, with Django's aliases pointed at it."""
    name = f"test_{uuid4().hex[:16]}"
    connections = site_database.create_database(server, name, template_database)
    site_database.use(connections)
    try:
        yield connections
    finally:
        site_database.close()
        site_database.drop_database(server, name)


@pytest.fixture
def bare_database(server: Connections) -> Iterator[Connections]:
    """A database without a single table; Django's aliases are left alone."""
    name = f"test_{uuid4().hex[:16]}"
    try:
        yield site_database.create_database(server, name)
    finally:
        site_database.drop_database(server, name)


def _state_of_source() -> str:
    digest = hashlib.sha256()
    for file in sorted(SOURCE.rglob("*")):
        if file.suffix in {".py", ".sql", ".toml"}:
            digest.update(str(file.relative_to(SOURCE)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@pytest.fixture
def fresh(server: Connections, template_database: str) -> Iterator[Callable[[], Connections]]:
    """A maker of fresh databases, for stories that are told several times; Django is pointed at the latest."""
    made: list[str] = []

    def make() -> Connections:
        site_database.close()
        name = f"test_{uuid4().hex[:16]}"
        connections = site_database.create_database(server, name, template_database)
        made.append(name)
        site_database.use(connections)
        return connections

    try:
        yield make
    finally:
        site_database.close()
        for name in made:
            site_database.drop_database(server, name)
