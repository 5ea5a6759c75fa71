"""`quell serve`: the web application and its database."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import uvicorn
from rich.console import Console

from quell.errors import QuellError
from quell.site import database

# The account of whoever started the process here; it has no password, only links that work once.
OPERATOR = "commander"
LOCAL = "127.0.0.1"


def run(*, port: int = 8000, host: str = LOCAL, workers: int = 1, home: Path | None = None) -> None:
    """Serve until interrupted: open the installation, bring its schema up to date, answer on `host`:`port`.

    Raises QuellError when the port is taken or the database cannot be opened.
    """
    check_free(host, port)
    with database.installation(home, pool=workers == 1) as connections:
        database.migrate(connections)
        # Worker processes find the same installation by its home, and hold the database each for itself.
        os.environ["QUELL_HOME"] = str(connections.home)
        say_where(f"http://{host}:{port}")
        uvicorn.run(
            "quell.site.asgi:application",
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            lifespan="off",
            # Open event streams never end by themselves; they get this many seconds when the server stops.
            timeout_graceful_shutdown=3,
        )


def say_where(address: str) -> None:
    """Say where the pages are, and how whoever started this gets in without a password, once."""
    from django.db import connection

    from quell.desks.house.sign_in import one_time_link

    link = one_time_link(OPERATOR, address)
    connection.close()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"\nQuell runs on [bold]{address}[/bold]   (Ctrl-C ends it)")
    console.print(f"Sign in as {OPERATOR}, once, within ten minutes:\n  {link}\n", markup=False)


def check_free(host: str, port: int) -> None:
    """Raise QuellError where something else listens already, or nothing may listen there."""
    # Asked before the database is started, so that the answer comes at once and in words.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            raise QuellError(
                f"Quell cannot listen on {host}, port {port}: {error.strerror}.\n"
                + (
                    f"Something else does already. Take another: --port {port + 1}"
                    if taken
                    else "Name another --host."
                )
            ) from error
