"""`quell report`: an outbreak at a moment, as it was known then, as one page."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from rich.console import Console
from rich.progress import Progress

from quell.errors import QuellError
from quell.registry.reading.outbreaks import Outbreak
from quell.site import database


def run(
    *,
    outbreak: str,
    out: Path,
    as_of: str | None = None,
    language: Literal["en", "zh"] = "en",
    public: bool = False,
    as_json: bool = False,
    home: Path | None = None,
) -> None:
    """Write the situation report of `outbreak` to `out`, whole or not at all.

    Raises QuellError when there is no such outbreak, nothing was known of it then, or the file cannot be written.
    """
    from quell.report.page import render
    from quell.report.situation import moment_of, situation
    from quell.report.suppression import Form

    if out.suffix != ".html":
        raise QuellError(f"{out}: reports are written as .html; print one from a browser for paper or PDF")
    now = datetime.now(UTC)
    with database.installation(home) as connections:
        database.migrate(connections)
        found = _outbreak(outbreak)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("subjects", total=None)
            form = Form(public)
            read = situation(
                found,
                moment_of(found, as_of, now),
                form,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        page = render(read, form, language=language, made_at=now)
    _write(out, page.html)
    summary = {
        "outbreak": found.outbreak_id,
        "as_of": read.moment.at.isoformat(),
        "cases": read.cases,
        "file": str(out),
        "bytes": out.stat().st_size,
        "public": public,
    }
    if as_json:
        sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")
    else:
        Console().print(
            f"{out}: {read.cases:,} cases as known at {read.moment.at.isoformat(timespec='minutes')}, "
            f"{summary['bytes']:,} bytes",
            highlight=False,
            soft_wrap=True,
        )


def _outbreak(asked: str) -> Outbreak:
    from quell.registry.reading import outbreaks

    wanted = asked if asked.startswith("outbreak:") else f"outbreak:{asked}"
    found = outbreaks.one(wanted)
    if found is None:
        there = ", ".join(each.outbreak_id.partition(":")[2] for each in outbreaks.every()) or "none"
        raise QuellError(f"there is no outbreak {asked} here; there are: {there}")
    return found


def _write(out: Path, html: str) -> None:
    draft = out.with_name(f".{out.name}.draft")
    try:
        draft.write_text(html, encoding="utf-8")
        os.replace(draft, out)  # noqa: PTH105 - Path.replace is this call
    except OSError as error:
        raise QuellError(f"{out} cannot be written: {error.strerror}") from error
