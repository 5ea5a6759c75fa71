"""Openings on their way: what was uploaded, what was asked, how far the recording is.

The state is in the database, so that any worker can show it and a restart can go on; the files are in the
installation's home, for this account alone, and only until they are recorded.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile

from quell.registry.reading.cursor import reading
from quell.site.home import home_directory

# A recording that has not said anything for so long stands still: its worker is gone, and somebody may go on.
STILL = timedelta(seconds=60)
# What nobody came back to is let go of after so long, its files with it.
KEPT = timedelta(days=2)
_COLUMNS = "job_id, made_by, made_at, state, asked::text, done, total, beat, said::text, fault"


@dataclass(frozen=True, slots=True)
class Job:
    """An opening.

    asked  name, protocol, zone, encoding, purposes, as the form has them
    said   what became of it, an outbreak each; beat: when the recording last said how far it is
    """

    job_id: UUID
    made_by: str
    made_at: datetime
    state: str
    asked: dict[str, Any]
    done: int
    total: int
    beat: datetime | None
    said: list[dict[str, Any]]
    fault: str

    @property
    def place(self) -> Path:
        """The job's own folder."""
        return home_directory() / "openings" / str(self.job_id)

    @property
    def path(self) -> Path:
        """What is opened: the one file, or the folder of them."""
        files = self.files
        return files[0] if len(files) == 1 else self.place / "files"

    @property
    def files(self) -> list[Path]:
        """The uploaded files."""
        folder = self.place / "files"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    @property
    def mapping(self) -> Path:
        """The mapping as it was last corrected; may not be there."""
        return self.place / "mapping.toml"

    @property
    def asides(self) -> Path:
        """Where rows that were set aside are written."""
        return self.place / "asides"

    def running(self, now: datetime) -> bool:
        """Whether a recording goes on."""
        return self.state == "recording" and self.beat is not None and now - self.beat < STILL

    @property
    def share(self) -> int:
        """How far it is, in percent."""
        return 100 * self.done // self.total if self.total else 0


def begin(files: Sequence[UploadedFile[Any]], *, by: str, now: datetime) -> Job:
    """Keep uploaded files and make a job of them; one that ends in .toml is a mapping of the others."""
    mappings = [file for file in files if is_mapping(file)]
    files = [file for file in files if not is_mapping(file)]
    names = _names(files)
    asked = {"name": PurePath(names[0]).stem}
    job = Job(uuid4(), by, now, "read", asked, 0, 0, None, [], "")
    folder = job.place / "files"
    for each in (job.place.parent, job.place, folder, job.asides):
        each.mkdir(mode=0o700, exist_ok=True)
    kept = [(folder / name, file) for name, file in zip(names, files, strict=True)]
    for path, file in [*kept, *((job.mapping, file) for file in mappings[:1])]:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as target:  # noqa: PTH123 - a handle, not a path
            target.writelines(file.chunks())
    with reading() as cursor:
        cursor.execute(
            "INSERT INTO opening.job (job_id, made_by, made_at, state, asked) VALUES (%s, %s, %s, 'read', %s)",
            (job.job_id, by, now, json.dumps(asked)),
        )
    return job


def is_mapping(file: UploadedFile[Any]) -> bool:
    """Whether an uploaded file is a mapping, as ``quell open --propose`` writes them."""
    return (file.name or "").lower().endswith(".toml")


def _names(files: Iterable[UploadedFile[Any]]) -> list[str]:
    """Names for files: their own without any folder; two of one name are told apart."""
    names: list[str] = []
    for file in files:
        name = PurePath((file.name or "").replace("\\", "/")).name.lstrip(".") or "file.csv"
        stem, ending = PurePath(name).stem, PurePath(name).suffix
        number = 1
        while name in names:
            number += 1
            name = f"{stem}-{number}{ending}"
        names.append(name)
    return names


def job_of(job_id: UUID, by: str) -> Job | None:
    """A job of this account; None where it has none of this id."""
    with reading() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM opening.job WHERE job_id = %s AND made_by = %s", (job_id, by))
        row = cursor.fetchone()
    return _job(row) if row else None


def jobs_of(by: str) -> list[Job]:
    """The jobs of this account, the latest first."""
    with reading() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM opening.job WHERE made_by = %s ORDER BY made_at DESC", (by,))
        return [_job(row) for row in cursor.fetchall()]


def forget_old(now: datetime) -> None:
    """Let go of the openings of anybody that were begun long ago and do not go on."""
    with reading() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM opening.job WHERE made_at < %s", (now - KEPT,))
        old = [_job(row) for row in cursor.fetchall()]
    for job in old:
        if not job.running(now):
            forget(job)


def ask(job: Job, asked: dict[str, Any]) -> None:
    """Keep what the form says."""
    with reading() as cursor:
        cursor.execute("UPDATE opening.job SET asked = %s WHERE job_id = %s", (json.dumps(asked), job.job_id))


def take_up(job: Job, now: datetime) -> bool:
    """Take a recording up, so that nobody else does; False where it goes on or is done."""
    with reading() as cursor:
        cursor.execute(
            """UPDATE opening.job SET state = 'recording', beat = %s, fault = '' WHERE job_id = %s AND state <> 'done'
               AND (state <> 'recording' OR beat IS NULL OR beat < %s) RETURNING job_id""",
            (now, job.job_id, now - STILL),
        )
        return cursor.fetchone() is not None


def progress(job: Job, done: int, total: int, now: datetime) -> None:
    """Say how far the recording is."""
    with reading() as cursor:
        cursor.execute(
            "UPDATE opening.job SET done = %s, total = %s, beat = %s WHERE job_id = %s",
            (done, total, now, job.job_id),
        )


def finish(job: Job, said: list[dict[str, Any]]) -> None:
    """The recording is done: the uploaded files are let go of."""
    with reading() as cursor:
        cursor.execute(
            "UPDATE opening.job SET state = 'done', done = total, said = %s WHERE job_id = %s",
            (json.dumps(said), job.job_id),
        )
    shutil.rmtree(job.place / "files", ignore_errors=True)
    job.mapping.unlink(missing_ok=True)


def fail(job: Job, fault: str) -> None:
    """The recording ended with a fault; it may be taken up again."""
    with reading() as cursor:
        cursor.execute(
            "UPDATE opening.job SET state = 'failed', fault = %s WHERE job_id = %s", (fault, job.job_id)
        )


def forget(job: Job) -> None:
    """Let go of everything that is kept of an opening; what was recorded stays in the ledger."""
    shutil.rmtree(job.place, ignore_errors=True)
    with reading() as cursor:
        cursor.execute("DELETE FROM opening.job WHERE job_id = %s", (job.job_id,))


def _job(row: tuple[Any, ...]) -> Job:
    job_id, made_by, made_at, state, asked, done, total, beat, said, fault = row
    return Job(job_id, made_by, made_at, state, json.loads(asked), done, total, beat, json.loads(said), fault)
