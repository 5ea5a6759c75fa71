"""`quell check`: what is wrong with a file, by row and column."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
import typer
from rich.console import Console

from quell.catalogue.when import WhenError, zone_named
from quell.errors import QuellError
from quell.exchange.checking import CheckedFile, check_path
from quell.exchange.confirmed import confirmed_by
from quell.exchange.problems import FileRefused


def run(
    *,
    files: list[Path],
    dates: Literal["dmy", "mdy"] | None = None,
    zone: str = "UTC",
    encoding: str | None = None,
    mapping: Path | None = None,
    as_json: bool = False,
) -> None:
    """Check every file and say each problem; exits 1 when there are any. Nothing is recorded."""
    try:
        zone_named(zone)
    except WhenError as error:
        raise QuellError(str(error)) from error
    now = datetime.now(UTC)
    try:
        confirmed = confirmed_by(mapping, None)
        checked = [
            found
            for path in files
            for found in check_path(
                path, now=now, zone=zone, dates=dates, encoding=encoding, confirmed=confirmed
            )
        ]
    except FileRefused as error:
        raise QuellError(str(error)) from error
    if as_json:
        sys.stdout.write(msgspec.json.encode(checked).decode() + "\n")
    else:
        console = Console()
        for found in checked:
            _tell(console, found)
    if any(found.problems for found in checked):
        raise typer.Exit(1)


def _tell(console: Console, found: CheckedFile) -> None:
    what = found.table or "not a table that is known"
    console.print(
        f"[bold]{found.file}[/bold]: {what}, {found.rows:,} rows, {len(found.problems):,} problems",
        highlight=False,
    )
    if found.columns:
        told = ", ".join(
            heading if heading == name else f"{heading} = {name}" for heading, name in found.columns
        )
        console.print(f"  read: {told}", highlight=False, markup=False)
    if found.unused:
        console.print(f"  not read: {', '.join(found.unused)}", highlight=False, markup=False)
    for problem in found.problems:
        console.print(f"  {problem}", highlight=False, markup=False, soft_wrap=True)
