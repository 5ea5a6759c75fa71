"""`quell restore`: an installation put back from a backup."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from quell.site import backup, database


def run(*, file: Path, replace: bool = False, home: Path | None = None) -> None:
    """Put the installation back from `file`, then bring its schema up to date. Raises QuellError when it cannot."""
    with database.installation(home) as connections:
        manifest = backup.restore(connections, file, replace=replace)
        database.migrate(connections)
    Console(stderr=True).print(
        f"restored from {file}, written {manifest.written} by Quell {manifest.quell}: "
        f"{sum(manifest.rows.values()):,} rows in {len(manifest.rows)} tables",
        highlight=False,
        soft_wrap=True,
    )
