"""Backup and restore of a whole installation, with the failures that matter."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import psycopg
import pytest
from django.contrib.auth.models import User

from quell.errors import QuellError
from quell.site import database as site_database
from quell.site.backup import backup, read_manifest, restore
from quell.site.roles import Connections


def names() -> list[str]:
    return sorted(User.objects.values_list("username", flat=True))


@pytest.fixture
def file(database: Connections, tmp_path: Path) -> Path:
    """A backup of an installation in which Li and Wang work."""
    User.objects.create_user("li")
    User.objects.create_user("wang")
    backup(database, tmp_path / "quell.backup")
    return tmp_path / "quell.backup"


def test_what_was_there_is_there_again(database: Connections, file: Path) -> None:
    User.objects.all().delete()
    User.objects.create_user("stranger")
    manifest = restore(database, file, replace=True)
    assert names() == ["li", "wang"]
    assert manifest.rows["auth_user"] == 2
    assert ("auth", "0001_initial") in manifest.migrations


def test_rights_and_owners_come_back_too(database: Connections, file: Path) -> None:
    restore(database, file, replace=True)
    with psycopg.connect(database.owner.conninfo()) as owner:
        owners = owner.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert owners == [(database.owner.user,)]
    with psycopg.connect(database.web.conninfo()) as web:
        assert web.execute("SELECT count(*) FROM auth_user").fetchone() == (2,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("CREATE TABLE mine (x int)")
    site_database.migrate(database)


def test_the_manifest_names_the_ledgers_last_seal(database: Connections, tmp_path: Path) -> None:
    assert backup(database, tmp_path / "empty").head is None
    with psycopg.connect(database.administrator.conninfo(database.name)) as administrator:
        # Seals without the writes that they seal.
        administrator.execute("SET session_replication_role = replica")
        administrator.execute(
            "INSERT INTO ledger.seal (position, write_id, first_fact, leaves, chain_hash, sealed_at)"
            " VALUES (9, 1, 1, '', 'a', now()), (10, 2, 1, '', 'b', now())"
        )
    assert backup(database, tmp_path / "sealed").head == {"position": "10", "chain_hash": b"b".hex()}
    assert read_manifest(tmp_path / "sealed").head == {"position": "10", "chain_hash": b"b".hex()}


def test_a_backup_is_for_its_owner_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_an_installation_that_holds_something_is_not_overwritten_unasked(
    database: Connections, file: Path
) -> None:
    with pytest.raises(QuellError, match=r"already holds something: auth_user \(2\)"):
        restore(database, file)
    assert names() == ["li", "wang"]


def test_a_new_installation_takes_a_backup_unasked(
    database: Connections, file: Path, server: Connections, template_database: str
) -> None:
    new = site_database.create_database(server, f"{database.name}_new", template_database)
    try:
        restore(new, file)
        with psycopg.connect(new.owner.conninfo()) as owner:
            assert owner.execute("SELECT count(*) FROM auth_user").fetchone() == (2,)
    finally:
        site_database.drop_database(server, new.name)


@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 0.99999])
def test_a_changed_byte_anywhere_is_found_before_anything_happens(
    database: Connections, file: Path, place: float
) -> None:
    content = bytearray(file.read_bytes())
    content[int(place * len(content))] ^= 1
    file.write_bytes(content)
    with pytest.raises(QuellError, match=r"damaged|not a backup"):
        restore(database, file, replace=True)
    assert names() == ["li", "wang"]


@pytest.mark.parametrize("keep", [0, 10, 5000, -1])
def test_a_file_cut_short_is_found(file: Path, keep: int) -> None:
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(QuellError, match=r"damaged|not a backup"):
        read_manifest(file)


def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(
    database: Connections, file: Path, server: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise QuellError("the disk is full")

    monkeypatch.setattr("quell.site.backup._take_the_place", fail)
    with pytest.raises(QuellError, match="disk is full"):
        restore(database, file, replace=True)
    assert names() == ["li", "wang"]
    assert site_database.databases(server, database.name) == [database.name]


def test_a_backup_of_a_newer_quell_is_refused(database: Connections, tmp_path: Path) -> None:
    with psycopg.connect(database.owner.conninfo()) as owner:
        owner.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('auth', '9999_later', now())"
        )
    backup(database, tmp_path / "later.backup")
    with pytest.raises(QuellError, match=r"newer Quell.*auth\.9999_later"):
        restore(database, tmp_path / "later.backup", replace=True)


def test_somebody_connected_does_not_stop_a_restore(database: Connections, file: Path) -> None:
    reader = psycopg.connect(database.web.conninfo())
    reader.execute("SELECT count(*) FROM auth_user")
    restore(database, file, replace=True)
    assert names() == ["li", "wang"]
    with pytest.raises(psycopg.errors.AdminShutdown):
        reader.execute("SELECT 1")
    reader.close()


def test_what_postgresql_says_against_a_dump_is_passed_on(database: Connections, file: Path) -> None:
    manifest = msgspec.json.encode(msgspec.structs.replace(read_manifest(file), dump_bytes=9)) + b"\n"
    content = b"QUELL BACKUP 1\n" + b"not a dump"[:9] + manifest
    file.write_bytes(content + f"{len(manifest):020d} {hashlib.sha256(content).hexdigest()}\n".encode())
    with pytest.raises(QuellError, match=r"(?s)pg_restore failed; nothing was changed.*input file"):
        restore(database, file, replace=True)
    assert names() == ["li", "wang"]
