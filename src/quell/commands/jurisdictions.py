"""`quell jurisdictions`: load a tree of jurisdictions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from quell.site import database


def run(*, tree: str, home: Path | None = None) -> None:
    """Record the tree's jurisdictions. Raises QuellError naming row and column; then nothing is recorded."""
    with database.installation(home) as connections:
        database.migrate(connections)
        from quell.ledger.jurisdictions import load_tree

        done = load_tree(tree, by="operator", now=datetime.now(UTC))
    Console(stderr=True).print(f"{len(done.fact_ids)} jurisdictions, {done.new} of them new", highlight=False)
