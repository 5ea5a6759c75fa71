"""A whole installation in one file, and back.

The file, in order: one line that says what it is; PostgreSQL's own dump (pg_dump, custom format); the manifest (JSON,
one line); and a last line of fixed length with the manifest's length and the SHA-256 of everything before it. It is
written beside its name and renamed, so that a file of that name is a whole one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace as changed
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO
from uuid import uuid4

import msgspec
import psycopg
from psycopg import sql

from quell.errors import QuellError
from quell.site import database
from quell.site.binaries import client_programs
from quell.site.roles import Connections, Role

FIRST_LINE = b"QUELL BACKUP 1\n"
LAST_LINE_BYTES = 20 + 1 + 64 + 1
CHUNK = 1 << 20
SWAP_TRIES = 5

# Tables that a new installation fills by itself: rows in them do not make it one that has something to lose.
BOOKKEEPING = frozenset({"django_migrations", "django_content_type", "auth_permission"})


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself. `written` is an instant in UTC; `head` is the ledger's last seal."""

    quell: str
    written: str
    postgres: str
    migrations: list[tuple[str, str]]
    rows: dict[str, int]
    head: dict[str, str] | None = None
    dump_bytes: int = 0


def backup(connections: Connections, file: Path) -> Manifest:
    """Write everything in the database to `file` (mode 0600), as it stands at one instant, and return its manifest.

    The installation may be in use meanwhile. The secrets of the home are not in it: keep them apart.
    Raises QuellError when it cannot be written; a file of that name is then as it was before.
    """
    if not file.absolute().parent.is_dir():
        raise QuellError(f"There is no folder {file.absolute().parent} to write the backup to.")
    with _at_once(file) as target, psycopg.connect(_administrator(connections)) as connection:
        # One snapshot for the dump and the manifest: the counts are those of the rows in the dump.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        snapshot = str(_one(connection, "SELECT pg_export_snapshot()"))
        manifest = _describe(connection)
        digest = hashlib.sha256(FIRST_LINE)
        target.write(FIRST_LINE)
        with _program("pg_dump", connections, ["--format=custom", f"--snapshot={snapshot}"]) as dump:
            stream = dump.stdout
            assert stream is not None  # noqa: S101  (asked for as a pipe)
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
        manifest = msgspec.structs.replace(manifest, dump_bytes=target.tell() - len(FIRST_LINE))
        line = msgspec.json.encode(manifest) + b"\n"
        digest.update(line)
        target.write(line)
        target.write(_last_line(len(line), digest.hexdigest()))
    return manifest


def restore(connections: Connections, file: Path, *, replace: bool = False) -> Manifest:
    """Put the database back as it was when `file` was written, and return the file's manifest.

    It is restored beside the present database, compared with the manifest, and takes its place by a change of names:
    whatever fails, the present database stays as it was. The schema may then need `database.migrate`.

    Raises QuellError when the file is damaged or of a newer Quell, when the database holds rows and `replace` is
    false, or when PostgreSQL refuses.
    """
    manifest = read_manifest(file)
    _refuse_newer(manifest, file)
    if not replace:
        _refuse_to_overwrite(connections)
    fresh = database.create_database(connections, f"{connections.name}_restore_{uuid4().hex[:8]}")
    try:
        with file.open("rb") as source:
            source.seek(len(FIRST_LINE))
            arguments = ["--no-owner", f"--role={connections.owner.user}", "--exit-on-error"]
            with _program("pg_restore", fresh, [*arguments, "--dbname", _without_password(fresh)]) as program:
                sink = program.stdin
                assert sink is not None  # noqa: S101  (asked for as a pipe)
                _pour(source, sink, manifest.dump_bytes)
        with psycopg.connect(_administrator(fresh), autocommit=True) as connection:
            connection.execute("ANALYZE")
            found = _describe(connection)
            if (found.rows, found.head) != (manifest.rows, manifest.head):
                raise QuellError(
                    f"What was restored from {file} is not what its manifest lists; nothing was changed."
                )
        _take_the_place(connections, fresh.name)
    finally:
        database.drop_database(
            connections, fresh.name
        )  # a failed one; the one that took the place has its name
    return manifest


def read_manifest(file: Path) -> Manifest:
    """Read a backup's manifest, after checking every byte of the file. Raises QuellError when it is damaged."""
    damaged = QuellError(f"{file} is damaged or cut short; nothing was changed. Use another backup.")
    try:
        with file.open("rb") as source:
            if source.read(len(FIRST_LINE)) != FIRST_LINE:
                raise QuellError(f"{file} is not a backup of Quell.")
            size = source.seek(0, os.SEEK_END) - LAST_LINE_BYTES
            source.seek(max(size, 0))
            said = source.read()
            length = int(said[:20]) if said[:20].isdigit() else 0
            source.seek(0)
            digest, left = hashlib.sha256(), size
            while left > 0 and (chunk := source.read(min(CHUNK, left))):
                digest.update(chunk)
                left -= len(chunk)
            if said != _last_line(length, digest.hexdigest()):
                raise damaged
            source.seek(size - length)
            return msgspec.json.decode(source.read(length), type=Manifest)
    except OSError as error:
        raise QuellError(f"{file} cannot be read: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise damaged from error


def _last_line(length: int, digest: str) -> bytes:
    return f"{length:020d} {digest}\n".encode()


def _describe(connection: psycopg.Connection[tuple[object, ...]]) -> Manifest:
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    ).fetchall()
    rows = {}
    for schema, table in tables:
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(schema), str(table)))
        rows[str(table) if schema == "public" else f"{schema}.{table}"] = int(str(_one(connection, count)))
    migrations = []
    if "django_migrations" in rows:
        applied = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
        migrations = [(str(app), str(name)) for app, name in applied]
    return Manifest(
        quell=version("quell"),
        written=datetime.now(UTC).isoformat(timespec="seconds"),
        postgres=str(_one(connection, "SHOW server_version")),
        migrations=migrations,
        rows=rows,
        head=_ledger_head(connection) if rows.get("ledger.seal") else None,
    )


def _ledger_head(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, str]:
    position, chain = connection.execute(
        "SELECT position::text, encode(chain_hash, 'hex') FROM ledger.seal ORDER BY seal.position DESC LIMIT 1"
    ).fetchall()[0]
    return {"position": str(position), "chain_hash": str(chain)}


def _refuse_newer(manifest: Manifest, file: Path) -> None:
    from django.db.migrations.loader import MigrationLoader

    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {})
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        raise QuellError(
            f"{file} was written by a newer Quell ({manifest.quell}); this one does not know {', '.join(unknown[:3])}"
            f"{' …' if unknown[3:] else ''}.\nBring Quell up to date, then restore again. Nothing was changed."
        )


def _refuse_to_overwrite(connections: Connections) -> None:
    with psycopg.connect(_administrator(connections)) as connection:
        rows = _describe(connection).rows
    held = {table: count for table, count in rows.items() if count and table not in BOOKKEEPING}
    if held:
        listed = ", ".join(f"{table} ({count:,})" for table, count in sorted(held.items())[:5])
        raise QuellError(
            f"This installation already holds something: {listed}.\n"
            "To put the backup in its place: make a backup of it first, then say --replace. Nothing was changed."
        )


def _take_the_place(connections: Connections, fresh: str) -> None:
    database.close()
    old = f"{connections.name}_before_{uuid4().hex[:8]}"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    here, there = sql.Identifier(connections.name), sql.Identifier(old)
    with psycopg.connect(connections.administrator.conninfo("postgres"), autocommit=True) as connection:
        for turn in range(SWAP_TRIES):
            try:
                _end_connections(connection, connections.name)
                # Both names change, or neither.
                with connection.transaction():
                    connection.execute(rename.format(here, there))
                    connection.execute(rename.format(sql.Identifier(fresh), here))
                break
            except (psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege) as error:
                # Somebody came back in between, as the pool of a running `quell serve` does.
                if turn == SWAP_TRIES - 1:
                    raise QuellError(
                        f"The database {connections.name} is in use, so the backup cannot take its place.\n"
                        "Stop every other Quell that uses it, then restore again. Nothing was changed."
                    ) from error
    database.drop_database(connections, old)


def _end_connections(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = %s", [name]
    )


@contextmanager
def _at_once(file: Path) -> Iterator[IO[bytes]]:
    """Open a new file that takes its name only when the block ends well."""
    try:
        handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}-", suffix=".half")
    except OSError as error:
        raise QuellError(
            f"The backup cannot be written to {file.absolute().parent}: {error.strerror}."
        ) from error
    half = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        half.replace(file)
    except OSError as error:
        raise QuellError(f"The backup could not be written to {file}: {error.strerror}.") from error
    finally:
        half.unlink(missing_ok=True)


@contextmanager
def _program(name: str, connections: Connections, arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run pg_dump or pg_restore on the database; its words become a QuellError when it fails."""
    program = shutil.which(name, path=str(client_programs()))
    if program is None:
        raise QuellError(f"{client_programs()} holds no {name}, which backups need.")
    if name == "pg_dump":
        arguments = [*arguments, "--dbname", _without_password(connections)]
    # The password goes by the environment: everybody may read a command line.
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGPASSWORD": connections.administrator.password}
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            env=environment,
        )
        try:
            # Popen's own end closes the pipes and waits.
            with process:
                yield process
        except BaseException:
            process.kill()
            raise
        if process.returncode:
            words.seek(0)
            said = words.read().decode("utf-8", "replace").strip()[-2000:]
            raise QuellError(f"{name} failed; nothing was changed.\n{said}")


def _pour(source: IO[bytes], sink: IO[bytes], left: int) -> None:
    try:
        while left > 0 and (chunk := source.read(min(CHUNK, left))):
            sink.write(chunk)
            left -= len(chunk)
        sink.close()
    except BrokenPipeError:  # the program has ended early; its exit code and words say why
        with suppress(BrokenPipeError):
            sink.close()


def _reach(connections: Connections) -> Role:
    return changed(connections.administrator, name=connections.name)


def _administrator(connections: Connections) -> str:
    return _reach(connections).conninfo()


def _without_password(connections: Connections) -> str:
    return changed(_reach(connections), password="").conninfo()


def _one(connection: psycopg.Connection[tuple[object, ...]], query: str | sql.Composed) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
