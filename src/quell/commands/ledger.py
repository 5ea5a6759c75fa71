"""``quell ledger verify / rebuild / export / import / kinds``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

ledger = typer.Typer(no_args_is_help=True, help="The book of facts: check it, rebuild from it, move it.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print a summary for machines.")]


@ledger.command()
def verify(
    root: Annotated[
        str | None, typer.Option(help="A root printed earlier (position:hash): is this still that ledger?")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check that every sealed fact still says what it said, and print the root to keep elsewhere."""
    from quell.ledger.seal import seal_all
    from quell.ledger.verify import Root
    from quell.ledger.verify import verify as check
    from quell.site.database import installation, migrate

    against = Root.read(root) if root else None
    with installation() as connections:
        migrate(connections)
        seal_all(now=datetime.now(UTC))
        found = check(against)
    _say(
        as_json,
        {
            "facts": found.facts,
            "sealed": found.sealed,
            "unsealed": found.unsealed,
            "root": str(found.root) if found.root else None,
            "erased": found.erased,
            "faults": found.faults,
        },
    )
    if not found.good:
        raise typer.Exit(1)


@ledger.command()
def rebuild(as_json: JsonOption = False) -> None:
    """Make every projection again from the facts, compare, and keep the rebuilt ones."""
    from quell.ledger.rebuild import rebuild as again
    from quell.site.database import installation, migrate

    with installation() as connections:
        migrate(connections)
        done = again()
    _say(as_json, {"facts": done.facts, "same": done.same, "differences": done.differences})
    if not done.same:
        raise typer.Exit(1)


@ledger.command("export")
def export_(file: Path, as_json: JsonOption = False) -> None:
    """Write all facts and adopted packs to FILE, as JSON Lines. Identities do not travel."""
    from quell.ledger.interchange import export_ledger
    from quell.ledger.seal import seal_all
    from quell.site.database import installation, migrate

    with installation() as connections:
        migrate(connections)
        seal_all(now=datetime.now(UTC))
        moved = export_ledger(file)
    _say(as_json, {"facts": moved.facts, "packs": moved.packs, "file": str(file)})


@ledger.command("import")
def import_(file: Path, as_json: JsonOption = False) -> None:
    """Take in the facts of FILE; what the ledger already has stays one fact."""
    from quell.ledger.interchange import import_ledger
    from quell.ledger.seal import seal_all
    from quell.site.database import installation, migrate

    with installation() as connections:
        migrate(connections)
        moved = import_ledger(file)
        seal_all(now=datetime.now(UTC))
    _say(as_json, {"facts": moved.facts, "new": moved.new, "packs": moved.packs})


@ledger.command()
def kinds() -> None:
    """Every kind of fact, in the order of the story."""
    from quell.catalogue import REGISTER

    console = Console()
    chapter = ""
    for kind in REGISTER.values():
        if kind.chapter != chapter:
            chapter = kind.chapter
            console.print(f"\n[bold]{chapter}[/bold]")
        console.print(f"  {kind.name:<30} {kind.story.splitlines()[0]}", highlight=False)


def _say(as_json: bool, summary: dict[str, object]) -> None:
    if as_json:
        sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")
        return
    console = Console()
    for name, value in summary.items():
        if isinstance(value, dict | list) and value:
            console.print(f"{name}:")
            rows = value.items() if isinstance(value, dict) else enumerate(value, start=1)
            for key, row in rows:
                console.print(f"  {key}: {row}", highlight=False)
        elif not isinstance(value, dict | list):
            console.print(f"{name}: {value}", highlight=False)
        else:
            console.print(f"{name}: none", highlight=False)
