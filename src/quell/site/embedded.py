"""A PostgreSQL server of our own: started with the first Quell process, stopped with the last.

    <home>/secrets.json         passwords, mode 0600
    <home>/postgres/data        the cluster; the only thing that the server's account owns
    <home>/postgres/log         what the server says
    <home>/postgres/socket      where the server listens, for people with psql
    <home>/postgres/start.lock  held while the server is started or stopped: one at a time
    <home>/postgres/users.lock  held, shared, by every process that uses the server; whoever lets go last stops it

The kernel drops these locks when a process dies, however it dies. A server left behind by killed processes is found
alive by the next start and used; a server that was killed itself is recovered by PostgreSQL from its log.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from psycopg import pq

from quell.errors import QuellError
from quell.site import processes
from quell.site.binaries import OLDEST_MAJOR, Account, major_version, programs, server_account
from quell.site.home import has_secret, home_directory, locked, open_lock, secret

PORT = 5432  # part of the socket's file name only: nothing listens on the network
SUPERUSER = "postgres"
START_SECONDS = 60.0
RECOVERY_SECONDS = 600.0
STOP_SECONDS = 30.0
LOG_BYTES = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "huge_pages": "off",
    "min_wal_size": "80MB",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "checkpoint_timeout": "10min",
    "autovacuum_naptime": "10s",  # a line list may come at once: until its rows are counted the planner guesses
    "random_page_cost": "1.1",  # solid-state disks
    "jit": "off",  # compiling costs more than our short queries take
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "lc_messages": "C",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Server:
    """One process's use of the embedded server. Make it with `start`, give it back with `release`."""

    def __init__(self, home: Path, account: Account, *, durable: bool) -> None:
        self.home = home
        self.folder = home / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.account = account
        self.durable = durable
        self.name = "quell-" + hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
        self.socket = _socket_folder(self.name, account)
        self.launched = False
        self.first_user = False
        self._users: int | None = None

    def start(self) -> None:
        """Attach to the server, starting it (and making its cluster) when there is none.

        Raises QuellError with the end of the server's log when it does not come up.
        """
        if self._users is not None:
            return
        _own_folder(self.folder, self.account)
        with locked(self.folder / "start.lock"):
            users = open_lock(self.folder / "users.lock")
            try:
                self.first_user = _take(users, fcntl.LOCK_EX)
                fcntl.flock(users, fcntl.LOCK_SH)
                self._bring_up()
            except BaseException:
                os.close(users)
                raise
            self._users = users

    def release(self) -> None:
        """Let go of the server; the last to do so stops it. Doing it twice is harmless."""
        users, self._users = self._users, None
        if users is None:
            return
        with locked(self.folder / "start.lock"):
            try:
                if _take(users, fcntl.LOCK_EX):
                    self._stop()
                    with suppress(
                        OSError
                    ):  # not empty where the server would not stop: the next start sees to it
                        self.socket.rmdir()
            finally:
                os.close(users)

    def postmaster(self) -> int | None:
        """Return the process id of the server for this home, or None when it does not run."""
        pid = self._recorded()
        if pid is None:
            return None
        if processes.can_tell():
            return pid if pid in processes.of_cluster(self.name, self.account.uid) else None
        return pid if processes.is_alive(pid) else None

    def _bring_up(self) -> None:
        if not self.data.exists():
            self._make_cluster()
        elif not has_secret(self.home, "superuser"):
            raise QuellError(
                f"{self.home / 'secrets.json'} holds no password for the database in {self.data}.\n"
                "Put secrets.json back from your own copy of the home, or move the folder away to begin anew."
            )
        if self._ping() is pq.Ping.OK or self._wait_for_running():
            return
        self._clear_away()
        self._launch()

    def _make_cluster(self) -> None:
        # Made beside and renamed: a start that was killed half-way is simply begun again.
        # Each try has a name of its own, since the initdb of a killed one may still be writing.
        for left in self.folder.glob("data.half-*"):
            shutil.rmtree(left, ignore_errors=True)
        half = self.folder / f"data.half-{os.getpid()}"
        half.mkdir(mode=0o700)
        password = self.folder / "password.once"
        password.unlink(missing_ok=True)
        binaries = programs(self.folder, self.account)
        version = major_version(binaries)
        if version < OLDEST_MAJOR:
            raise QuellError(f"{binaries} holds PostgreSQL {version}; Quell needs {OLDEST_MAJOR} or newer.")
        # The built-in provider (since 17) sorts alike on every system and asks nothing of the system's locales.
        builtin = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        locale = builtin if version >= 17 else ["--locale=C.UTF-8"]  # noqa: PLR2004
        try:
            handle = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secret(self.home, "superuser") + "\n")
            if self.account.name is not None:
                os.chown(half, self.account.uid, self.account.gid)
                os.chown(password, self.account.uid, self.account.gid)
            command = [str(binaries / "initdb"), f"--pgdata={half}", f"--pwfile={password}"]
            command += [
                f"--username={SUPERUSER}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--data-checksums",
            ]
            answer = subprocess.run(
                [*command, *locale, "--no-instructions"],
                capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd="/",
                env=self._environment(), **self.account.popen_arguments(),
            )  # fmt: skip
        finally:
            password.unlink(missing_ok=True)
        if answer.returncode:
            raise QuellError(
                f"The database could not be made in {self.folder}.\n{answer.stderr.strip()[-2000:]}\n"
                "Put right what it names (often a full disk), then start again."
            )
        half.rename(self.data)

    def _launch(self) -> None:
        binaries = programs(self.folder, self.account)
        _make_socket_folder(self.socket, self.account)
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE)
        settings |= {"unix_socket_directories": str(self.socket), "cluster_name": self.name}
        command = [str(binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        # Given last, the operator's own settings win: QUELL_POSTGRES_OPTIONS="-c shared_buffers=2GB"
        command += shlex.split(os.environ.get("QUELL_POSTGRES_OPTIONS", ""))
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old"))
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o640)
        try:
            # A session of its own: Ctrl-C in a terminal must reach us, who stop the server in order, and not it.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=handle, stderr=handle, start_new_session=True, cwd="/",
                env=self._environment(), **self.account.popen_arguments(),
            )  # fmt: skip
        finally:
            os.close(handle)
        # Reaped as soon as it ends: PostgreSQL takes a zombie of the old server for a living one.
        threading.Thread(target=process.wait, name="quell-postgres-reaper", daemon=True).start()
        if not self._wait_until_ready(lambda: process.poll() is None):
            raise QuellError(
                f"The database in {self.data} did not start.\nThe end of its log, {self.log}:\n{self._log_tail()}\n"
                "Put right what the log names (often a full disk or too little memory), then start again."
            )
        self.launched = True
        (self.folder / "socket").write_text(f"{self.socket}\n", encoding="utf-8")

    def _wait_for_running(self) -> bool:
        """Give a server that is there but not ready the time that it needs; say whether it became ready."""
        pid = self.postmaster()
        return pid is not None and self._wait_until_ready(lambda: self.postmaster() == pid, seconds=10.0)

    def _wait_until_ready(self, alive: Callable[[], bool], seconds: float = START_SECONDS) -> bool:
        # While it answers "not yet", it is replaying its log after a crash, which may take minutes.
        began = time.monotonic()
        while (waited := time.monotonic() - began) < RECOVERY_SECONDS:
            answer = self._ping()
            if answer is pq.Ping.OK:
                return True
            if not alive() or (answer is not pq.Ping.REJECT and waited > seconds):
                return False
            time.sleep(0.01)
        return False

    def _clear_away(self) -> None:
        """End whatever is left of a server that does not answer, so that a new one can take the data."""
        pid = self.postmaster()
        if pid is not None:
            processes.send(pid, signal.SIGQUIT)
            processes.wait_until(lambda: self.postmaster() is None, 5.0)
        if not processes.can_tell():
            return
        # Without their postmaster the others end by themselves, save one in the middle of a long query.
        if not processes.wait_until(lambda: not self._left(), 5.0):
            for left in self._left():
                processes.send(left, signal.SIGKILL)
            processes.wait_until(lambda: not self._left(), 5.0)
        # Nobody is left, and start.lock is ours: whatever process now bears the recorded number is not ours.
        if not self._left():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _stop(self) -> None:
        pid = self.postmaster()
        if pid is None:
            return
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            processes.send(pid, request)
            if processes.wait_until(lambda: self.postmaster() is None, STOP_SECONDS, pause=0.005):
                return

    def _left(self) -> list[int]:
        return processes.of_cluster(self.name, self.account.uid)

    def _recorded(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _ping(self) -> pq.Ping:
        if not (self.socket / f".s.PGSQL.{PORT}").exists():
            return pq.Ping.NO_RESPONSE
        return pq.Ping(
            pq.PGconn.ping(f"host={self.socket} port={PORT} dbname=postgres connect_timeout=5".encode())
        )

    def _log_tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        except OSError as error:
            return f"(it cannot be read: {error.strerror})"

    def _environment(self) -> dict[str, str]:
        # Nothing of ours: no secret of the caller's environment belongs in the server's.
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def start(home: Path | str | None = None, *, durable: bool = True) -> Server:
    """Start or attach to the embedded server of `home` and return this process's use of it.

    `durable=False` gives up safety against a crash of the machine for speed; for tests only.
    Raises QuellError when it cannot.
    """
    server = Server(home_directory(home), server_account(), durable=durable)
    server.start()
    return server


def _take(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _own_folder(folder: Path, account: Account) -> None:
    closed = account.first_closed(folder.parent.resolve())
    if closed is not None:
        raise QuellError(
            f"Run as root, Quell runs its database as the account {account.name}, which cannot enter {closed}.\n"
            f"Let it pass (chmod o+x {closed}), or choose another home: QUELL_HOME=/var/lib/quell"
        )
    try:
        folder.mkdir(mode=0o750, exist_ok=True)
        if account.name is not None and folder.stat().st_gid != account.gid:
            os.chown(folder, os.geteuid(), account.gid)
            folder.chmod(0o750)
    except OSError as error:
        raise QuellError(
            f"{folder} cannot be made ({error.strerror}).\nName a home that you may write to: QUELL_HOME=/some/folder"
        ) from error


def _socket_folder(name: str, account: Account) -> Path:
    # Short, because the path of a socket may have 107 bytes only, and the same for every process of this home.
    if account.name is not None and os.access("/run", os.W_OK):
        return Path("/run") / name
    return Path("/tmp") / f"{name}-{account.uid}"  # noqa: S108  (its owner and mode are checked)


def _make_socket_folder(folder: Path, account: Account) -> None:
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or status.st_mode & 0o077:
            raise QuellError(
                f"{folder} is not a folder that only the database's account may enter; somebody else made it.\n"
                "Remove it, then start again."
            ) from None
