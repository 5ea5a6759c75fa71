"""Which processes belong to our PostgreSQL server, told apart from everybody else's.

Every process of the server carries the cluster's name on its command line, which anybody may read in /proc; the
working folder would say it too, but root in a container may not look at that of another account.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc")


def of_cluster(name: str, uid: int) -> list[int]:
    """Return the ids of the live processes of the cluster of that name; zombies do not count."""
    found = []
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid != uid:
                continue
            command = (entry / "cmdline").read_bytes()
        except OSError:  # it has just ended
            continue
        program = command.split(b"\0", 1)[0].split(b":", 1)[0]
        if program.rsplit(b"/", 1)[-1] == b"postgres" and name.encode() in command:
            found.append(int(entry.name))
    return found


def can_tell() -> bool:
    """Say whether this system lets us see the processes of a cluster (Linux does)."""
    return (PROC / "self" / "cmdline").exists()


def is_alive(pid: int) -> bool:
    """Say whether a process of that id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that has ended already is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.01) -> bool:
    """Wait until the condition holds, for at most that many seconds; return whether it did."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
