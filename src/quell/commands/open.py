"""`quell open`: a line list, or a folder or workbook that holds some, becomes an outbreak for each."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from quell.commands import serve as serving
from quell.errors import QuellError
from quell.exchange.confirmed import confirmed_by, write_mappings
from quell.exchange.opening import open_all
from quell.exchange.preparing import Asked, propose_mappings
from quell.exchange.problems import FileRefused
from quell.exchange.reporting import Opened, TableReport
from quell.ledger.seal import seal_all
from quell.site import database
from quell.site.home import home_directory


def run(
    *,
    path: Path,
    protocol: str | None = None,
    name: str | None = None,
    as_of: date | None = None,
    dates: Literal["dmy", "mdy"] | None = None,
    zone: str | None = None,
    encoding: str | None = None,
    mapping: Path | None = None,
    purposes: list[str] | None = None,
    serve: bool = True,
    port: int = 8000,
    as_json: bool = False,
    home: Path | None = None,
) -> None:
    """Open what is at `path`, say how it was understood and what became of every row, then serve it.

    Raises QuellError when it cannot be opened, or the port is taken.
    """
    if serve:
        serving.check_free(serving.LOCAL, port)
    asked = asked_for(
        home=home,
        mapping=mapping,
        purposes=purposes,
        protocol=protocol,
        name=name,
        as_of=as_of,
        dates=dates,
        zone=zone,
        encoding=encoding,
    )
    with database.installation(home) as connections:
        database.migrate(connections)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("facts", total=None)
            opened = open_all(
                path,
                asked,
                by="quell open",
                now=datetime.now(UTC),
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        seal_all(now=datetime.now(UTC))
        if as_json:
            sys.stdout.write(msgspec.json.encode(opened[0] if len(opened) == 1 else opened).decode() + "\n")
            sys.stdout.flush()
        else:
            for each in opened:
                _tell(Console(), each)
        if serve:
            serving.run(port=port, home=home)


def propose(
    *,
    path: Path,
    into: Path,
    dates: Literal["dmy", "mdy"] | None = None,
    encoding: str | None = None,
    mapping: Path | None = None,
    purposes: list[str] | None = None,
    home: Path | None = None,
) -> None:
    """Write how the files at `path` would be read, for people to correct; nothing is recorded."""
    asked = asked_for(home=home, mapping=mapping, purposes=purposes, dates=dates, encoding=encoding)
    proposed = propose_mappings(path, asked)
    write_mappings(into, proposed.files, proposed.ids)
    console = Console()
    for name, ids in proposed.ids.items():
        console.print(f"DHIS2 {name}, to be said: {', '.join(ids)}", highlight=False, markup=False)
    for said in proposed.files:
        taken = ", ".join(f"{heading} = {name}" for heading, name in said.columns.items() if name)
        console.print(f"{said.name}, taken for {said.table}: {taken}", highlight=False, markup=False)
        for note in said.notes:
            console.print(f"  {note}", highlight=False, markup=False)
    console.print(
        f"\nCorrect {into}, then: quell open {path} --mapping {into}", highlight=False, markup=False
    )


def asked_for(
    *,
    home: Path | None,
    mapping: Path | None = None,
    purposes: list[str] | None = None,
    **said: Any,
) -> Asked:
    """What the options ask for; raises QuellError where a mapping or a purpose is not well said."""
    given = {}
    for purpose in purposes or ():
        category, _, why = purpose.partition("=")
        if not why.strip():
            raise QuellError(
                f'--purpose {purpose!r} gives no purpose; write --purpose "ethnicity=why it is needed"'
            )
        given[category.strip()] = why.strip()
    try:
        confirmed = confirmed_by(mapping, mappings_folder(home))
    except FileRefused as error:
        raise QuellError(str(error)) from error
    return Asked(purposes=given, confirmed=confirmed, **said)


def mappings_folder(home: Path | None) -> Path:
    """Where an installation keeps the mappings that were confirmed."""
    return home_directory(home) / "mappings"


def _tell(console: Console, opened: Opened) -> None:
    console.print(
        f"[bold]{opened.name}[/bold] is open as {opened.outbreak}, under {opened.protocol}", highlight=False
    )
    console.print(
        f"its clock stands at {opened.clock_at}; zone {opened.zone}, jurisdiction {opened.jurisdiction}",
        highlight=False,
    )
    for report in opened.tables.values():
        _tell_table(console, report)
    if opened.notes:
        console.print("\n[bold]assumed[/bold]")
        for note in opened.notes:
            console.print(f"  {note}", highlight=False, markup=False)
    known = opened.facts - opened.new
    known_said = f", {known:,} of them known before" if known > 0 else ""
    console.print(f"\n{opened.facts:,} facts{known_said}", highlight=False)
    if opened.conflicts:
        console.print(
            f"[red]{opened.conflicts:,} facts say something else than the ledger has under the same id; "
            "both are kept, and the data desk has the conflicts[/red]",
            highlight=False,
        )


def _tell_table(console: Console, report: TableReport) -> None:
    table = Table(title=f"\n{report.file}, taken for {report.table}", title_justify="left", box=None)
    for heading in ("column", "is", "by"):
        table.add_column(heading)
    for heading, name, how in report.columns:
        why = f"not taken: {report.left_out[heading]}" if heading in report.left_out else how
        table.add_row(heading, name, why)
    shown = {heading for heading, _, _ in report.columns}
    for heading, why in report.left_out.items():
        if heading not in shown:
            table.add_row(heading, "-", why)
    for heading in report.unused:
        table.add_row(heading, "-", "not understood, not read")
    console.print(table)
    parts = [f"{report.rows:,} rows: {report.taken:,} taken"]
    parts += [f"{report.repeated:,} repeat others word for word"] if report.repeated else []
    parts += [f"{report.later:,} known only later"] if report.later else []
    parts += [f"{report.quarantined:,} set aside"]
    console.print(", ".join(parts), highlight=False)
    for reason, count in report.reasons.items():
        console.print(f"  {count:>5,}  {reason}", highlight=False, markup=False)
    if report.quarantine_file:
        console.print(f"  to correct and feed back: {report.quarantine_file}", highlight=False, markup=False)
