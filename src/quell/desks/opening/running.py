"""Recording, in a thread of the worker beside its answers, by the very function that the command line calls."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connections

from quell.desks.opening import jobs
from quell.desks.opening.jobs import Job
from quell.errors import QuellError
from quell.exchange.confirmed import confirmed_by
from quell.exchange.opening import open_all
from quell.exchange.preparing import Asked
from quell.exchange.problems import FileRefused
from quell.exchange.reporting import Opened
from quell.site.home import home_directory


def asked_of(job: Job) -> Asked:
    """What a job asks for; raises FileRefused where its mapping is none."""
    told = {name: job.asked.get(name) or None for name in ("name", "protocol", "zone", "encoding")}
    store = home_directory() / "mappings"
    mapping = job.mapping if job.mapping.exists() else None
    return Asked(
        purposes=job.asked.get("purposes", {}),
        confirmed=confirmed_by(mapping, store),
        **told,
    )


def start(job: Job, now: datetime) -> bool:
    """Begin to record, or go on with it; False where that goes on already, or is done."""
    if not jobs.take_up(job, now):
        return False
    threading.Thread(target=_run, args=(job,), name=f"opening {job.job_id}", daemon=True).start()
    return True


def _run(job: Job) -> None:
    try:
        done = open_all(
            job.path,
            asked_of(job),
            by=job.made_by,
            now=datetime.now(UTC),
            quarantine_to=job.asides,
            progress=lambda count, total: jobs.progress(job, count, total, datetime.now(UTC)),
        )
        jobs.finish(job, [_said(each) for each in done])
    except (QuellError, FileRefused) as error:
        jobs.fail(job, str(error))
    except Exception as error:
        jobs.fail(job, f"{type(error).__name__}: {error}")
        raise
    finally:
        connections.close_all()


def _said(opened: Opened) -> dict[str, Any]:
    """What the page tells of an outbreak that was opened."""
    tables = [
        {
            "table": report.table,
            "file": report.file,
            "rows": report.rows,
            "taken": report.taken,
            "aside": report.quarantined,
            "reasons": list(report.reasons.items()),
            "download": Path(report.quarantine_file).name if report.quarantine_file else "",
        }
        for report in opened.tables.values()
    ]
    return {
        "outbreak": opened.outbreak,
        "name": opened.name,
        "protocol": opened.protocol,
        "facts": opened.facts,
        "new": opened.new,
        "conflicts": opened.conflicts,
        "tables": tables,
        "notes": opened.notes,
    }
