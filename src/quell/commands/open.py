"""`quell open`: a line list, or a folder that holds one, becomes an outbreak."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from quell.commands import serve as serving
from quell.exchange.opening import open_path
from quell.exchange.reporting import Opened, TableReport
from quell.ledger.seal import seal_all
from quell.site import database


def run(
    *,
    path: Path,
    protocol: str | None = None,
    name: str | None = None,
    as_of: date | None = None,
    dates: Literal["dmy", "mdy"] | None = None,
    zone: str | None = None,
    serve: bool = True,
    port: int = 8000,
    as_json: bool = False,
    home: Path | None = None,
) -> None:
    """Open the dataset at `path`, say how it was understood and what became of every row, then serve it.

    Raises QuellError when it cannot be opened, or the port is taken.
    """
    if serve:
        serving.check_free(serving.LOCAL, port)
    with database.installation(home) as connections:
        database.migrate(connections)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("facts", total=None)
            opened = open_path(
                path,
                by="quell open",
                now=datetime.now(UTC),
                protocol=protocol,
                name=name,
                as_of=as_of,
                dates=dates,
                zone=zone,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        seal_all(now=datetime.now(UTC))
        if as_json:
            sys.stdout.write(msgspec.json.encode(opened).decode() + "\n")
            sys.stdout.flush()
        else:
            _tell(Console(), opened)
        if serve:
            serving.run(port=port, home=home)


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
