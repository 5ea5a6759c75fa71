"""The folder where an installation keeps what is its own, and the secrets in it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets as randomness
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from quell.errors import QuellError

SECRETS = "secrets.json"


def home_directory(home: Path | str | None = None) -> Path:
    """Return the absolute home of this installation, made when missing.

    In order: the argument, QUELL_HOME, /var/lib/quell for root, the user's own data folder. A home that is made
    here may be entered but not listed by other accounts, since the database's account has to pass through it.

    Raises QuellError when it cannot be made.
    """
    chosen = home or os.environ.get("QUELL_HOME") or _usual_home()
    path = Path(chosen).expanduser().absolute()
    if not path.exists():
        try:
            path.mkdir(parents=True, mode=0o711, exist_ok=True)
            path.chmod(0o711)
        except OSError as error:
            raise QuellError(
                f"The home of Quell cannot be made: {path} ({error.strerror}).\n"
                "Name a folder that you may write to: QUELL_HOME=/some/folder"
            ) from error
    if not path.is_dir():
        raise QuellError(
            f"The home of Quell is not a folder: {path}.\nName a folder: QUELL_HOME=/some/folder"
        )
    return path


def secret(home: Path, name: str) -> str:
    """Return the secret of that name, made at its first use and kept in secrets.json (mode 0600).

    Raises QuellError when the file cannot be read, is damaged, or may be read by other people.
    """
    with locked(home / "secrets.lock"):
        known = _read(home / SECRETS)
        if name not in known:
            known[name] = randomness.token_urlsafe(32)
            _replace(home / SECRETS, known)
    return known[name]


def has_secret(home: Path, name: str) -> bool:
    """Say whether secrets.json already holds that name."""
    return name in _read(home / SECRETS)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file for the length of the block; waits for whoever holds it now."""
    handle = open_lock(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def open_lock(path: Path) -> int:
    """Open (and make) a lock file; the lock goes when the returned descriptor is closed or the process dies."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise QuellError(
            f"The lock {path} cannot be opened ({error.strerror}).\n"
            "Run Quell as the account that owns its home, or name another home: QUELL_HOME=/some/folder"
        ) from error


def _usual_home() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/quell")
    return platformdirs.user_data_path("quell", appauthor=False)


def _read(path: Path) -> dict[str, str]:
    try:
        mode = path.stat().st_mode
        known = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise QuellError(
            f"The secrets of this installation cannot be read: {path} ({error}).\n"
            "Put the file back from your own copy of the home; without it the database cannot be opened."
        ) from error
    if mode & 0o077:
        raise QuellError(f"Other accounts may read {path}.\nClose it: chmod 600 {path}")
    if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
        raise QuellError(
            f"{path} is not a table of secrets.\nPut the file back from your own copy of the home."
        )
    return known


def _replace(path: Path, known: dict[str, str]) -> None:
    # A new file renamed into place: a crash leaves the old secrets or the new ones, never half of them.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(known, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
