"""`quell demo`: a simulated city in the middle of an outbreak, in the browser, going on while one looks.

A demo keeps to a home of its own: QUELL_HOME where that is set, else the folder `demo` in the usual home. A home that holds
a real installation is refused. What is there is used again for a day, then made anew.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import threading
import webbrowser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import psycopg
import uvicorn
from rich.console import Console

from quell.catalogue import codes
from quell.catalogue.fact import Fact
from quell.commands.serve import check_free
from quell.errors import QuellError
from quell.site import database
from quell.site.home import home_directory, open_lock
from quell.site.roles import Connections
from quell.twin import small_outbreak
from quell.twin.small_city import ZONE
from quell.twin.telling import Told

_HOST = "127.0.0.1"
_BY = "simulation"
_COMMANDER = "commander"
# Written before anything is recorded: this home is a demo's. Once the history is whole, it says which one.
_STATE = "demo.json"
_FRESH_FOR = timedelta(days=1)
# In how long spans facts are recorded together, by how long ago they were: few calls, and where it still matters
# deadlines that count from the minute.
_SPANS = (
    (timedelta(hours=4), timedelta(minutes=5)),
    (timedelta(hours=30), timedelta(hours=1)),
    (timedelta.max, timedelta(hours=3)),
)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_STOP_SECONDS = 3

_log = logging.getLogger(__name__)


def run(
    *,
    port: int = 8000,
    browser: bool = True,
    days: int = small_outbreak.DAYS,
    seed: int = 7,
    home: Path | None = None,
) -> None:
    """Make or reuse the demo, serve it on `port`, and let the outbreak go on until interrupted.

    Raises QuellError when the port is taken, another demo runs in the same home, or the home is a real installation's.
    """
    check_free(_HOST, port)
    if os.environ.get("QUELL_DATABASE_URL"):
        raise QuellError(
            "A demo makes a database of its own and never writes to yours.\nUnset QUELL_DATABASE_URL and try again."
        )
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with _alone(_demo_home(home)) as folder, database.installation(folder, pool=True) as connections:
        state = folder / _STATE
        _refuse_real(connections, state)
        began = _began(state, seed=seed, days=days)
        passwords: dict[str, str] = {}
        if began is None:
            with console.status("Making a city and nine days of an outbreak …"):
                began = _make(connections, state, seed=seed, days=days)
            passwords = _make_accounts()
        else:
            database.migrate(connections)
        os.environ["QUELL_HOME"] = str(folder)
        goes_on = _GoesOn(seed, began, days)
        goes_on.start()
        try:
            _serve(console, port, passwords, browser=browser)
        finally:
            goes_on.stop()


# --- the home ------------------------------------------------------------------------------------------------


def _demo_home(home: Path | None) -> Path:
    if home is not None or os.environ.get("QUELL_HOME"):
        return home_directory(home)
    return home_directory(home_directory() / "demo")


@contextmanager
def _alone(home: Path) -> Iterator[Path]:
    """The demo's home, held for the length of the block."""
    handle = open_lock(home / "demo.lock")
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise QuellError(
                f"A demo is running in {home} already.\nEnd it, or give this one a home: QUELL_HOME=/some/folder"
            ) from error
        yield home
    finally:
        os.close(handle)


def _refuse_real(connections: Connections, state: Path) -> None:
    """Refuse a home whose ledger holds something that no demo wrote."""
    if state.exists():
        return
    with psycopg.connect(connections.owner.conninfo()) as connection:
        made = connection.execute("SELECT to_regclass('ledger.fact') IS NOT NULL").fetchone()
        if made == (True,) and connection.execute("SELECT FROM ledger.fact LIMIT 1").fetchone() is not None:
            raise QuellError(
                f"{connections.home} holds a real installation; a demo never mixes with one.\n"
                "Give the demo a home of its own: QUELL_HOME=/some/other/folder quell demo"
            )


def _began(state: Path, *, seed: int, days: int) -> datetime | None:
    """The moment at which the demo that is here was made; None where it is not whole, too old or another."""
    try:
        known = json.loads(state.read_text(encoding="utf-8"))
        began = datetime.fromisoformat(known["now"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    same = (known.get("seed"), known.get("days")) == (seed, days)
    return began if same and timedelta(0) <= datetime.now(UTC) - began < _FRESH_FOR else None


# --- the story -----------------------------------------------------------------------------------------------


def _make(connections: Connections, state: Path, *, seed: int, days: int) -> datetime:
    """Make the database anew and record the history; return the moment that is its now."""
    from quell.ledger.adopt import open_outbreak
    from quell.ledger.identity import Identity, keep_identities
    from quell.ledger.seal import seal_all
    from quell.protocol.pack import load

    if state.exists():
        database.drop_database(connections, connections.name)
        database.create_database(connections, connections.name)
    state.write_text("{}\n", encoding="utf-8")
    database.migrate(connections)
    now = datetime.now(UTC).replace(microsecond=0)
    opened = small_outbreak.opened_at(now, days)
    open_outbreak(
        small_outbreak.OUTBREAK,
        pack=load("cn-covid19"),
        title=small_outbreak.TITLE,
        jurisdiction=small_outbreak.JURISDICTION,
        zone=ZONE,
        opened=opened,
        by=_COMMANDER,
        now=opened,
        source="simulation:command",
        simulated=True,
    )
    keep_identities(
        [
            Identity(who.subject, who.words, who.jurisdiction, zone=ZONE)
            for who in small_outbreak.identities(seed)
        ],
        retention="contact",
        source="simulation:register",
        by=_BY,
        now=opened,
    )
    record_told(small_outbreak.history(seed, now, days=days), now=now)
    seal_all(now=datetime.now(UTC))
    state.write_text(
        json.dumps({"seed": seed, "days": days, "now": now.isoformat()}) + "\n", encoding="utf-8"
    )
    return now


def record_told(told: Iterable[Told], *, now: datetime) -> int:
    """Record facts in few calls, those of a span of time together; return how many there were."""
    from quell.ledger.record import record

    def span(each: Told) -> int:
        ago = now - each[0]
        length = next(length for until, length in _SPANS if ago <= until)
        return int((each[0] - _EPOCH) / length)

    total = 0
    for _, together in groupby(told, span):
        moments, facts = zip(*together, strict=True)
        record(facts, by=_BY, now=moments[-1])
        total += len(facts)
    return total


class _GoesOn(threading.Thread):
    """Records what happens after now, when it happens."""

    def __init__(self, seed: int, began: datetime, days: int) -> None:
        super().__init__(name="quell-simulation", daemon=True)
        self._told = small_outbreak.future(seed, began, days=days)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Catch up with what was missed, then record each fact at its moment until stopped."""
        from django.db import connections

        try:
            missed: list[Told] = []
            now = datetime.now(UTC)
            for recorded_at, fact in self._told:
                if recorded_at <= now:
                    missed.append((recorded_at, fact))
                    continue
                if missed:
                    record_told(missed, now=now)
                    missed = []
                if self._stopping.wait(max((recorded_at - datetime.now(UTC)).total_seconds(), 0)):
                    return
                self._record(fact)
        except Exception:  # noqa: BLE001 - whatever it was, the pages go on
            _log.exception("The simulation ended; the demo goes on without it")
        finally:
            connections["default"].close()

    def stop(self) -> None:
        """Ask it to stop and wait until it has."""
        self._stopping.set()
        self.join(timeout=_STOP_SECONDS)

    def _record(self, fact: Fact) -> None:
        from django.db import Error

        from quell.ledger.record import record

        try:
            record([fact], by=_BY, now=datetime.now(UTC))
        except (Error, psycopg.Error) as error:
            # The database was away for a moment; an invented fact may be lost.
            _log.warning("A simulated fact was not recorded: %s", error)
            self._stopping.wait(1)


# --- people and pages ------------------------------------------------------------------------------------------


def _make_accounts() -> dict[str, str]:
    """One account a desk, and a commander who works at every desk; return the passwords, which are kept nowhere."""
    from django.contrib.auth.models import Group, User

    passwords: dict[str, str] = {}
    for name in (_COMMANDER, *sorted(codes.values("desk"))):
        passwords[name] = secrets.token_urlsafe(9)
        account = User.objects.create_user(name, password=passwords[name])
        if name != _COMMANDER:
            account.groups.add(Group.objects.get_or_create(name=name)[0])
    return passwords


def _serve(console: Console, port: int, passwords: dict[str, str], *, browser: bool) -> None:
    """Answer until interrupted; say where, and how to get in, once there is an answer."""
    address = f"http://{_HOST}:{port}"
    server = uvicorn.Server(
        uvicorn.Config(
            "quell.site.asgi:application",
            host=_HOST,
            port=port,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
    )

    def welcome() -> None:
        while not server.started and not server.should_exit:
            threading.Event().wait(0.05)
        link = _sign_in_link(address, passwords)
        console.print(f"\nQuell runs on [bold]{address}[/bold]   (Ctrl-C ends it)")
        if passwords:
            console.print("\nAccounts, one a desk; these passwords are shown this once:")
            for name, password in passwords.items():
                console.print(f"  {name:<14} {password}", markup=False)
        if link:
            console.print(f"\nSign in as {_COMMANDER}, once, within ten minutes:\n  {link}\n", markup=False)
        if browser and not server.should_exit:
            webbrowser.open(link or address)

    threading.Thread(target=welcome, name="quell-welcome", daemon=True).start()
    server.run()


def _sign_in_link(address: str, passwords: dict[str, str]) -> str | None:
    """A link that signs the commander in once; without the pages for it, a password (a new one where none is known)."""
    from django.apps import apps
    from django.contrib.auth.models import User
    from django.db import connection
    from django.urls import NoReverseMatch

    try:
        if apps.is_installed("quell.desks.house"):
            from quell.desks.house.sign_in import one_time_link

            return one_time_link(_COMMANDER, address)
    except NoReverseMatch:
        pass
    finally:
        connection.close()
    if _COMMANDER not in passwords:
        passwords[_COMMANDER] = secrets.token_urlsafe(9)
        account = User.objects.get(username=_COMMANDER)
        account.set_password(passwords[_COMMANDER])
        account.save()
        connection.close()
    return None
