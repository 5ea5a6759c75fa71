"""`quell backup`: the whole installation in one file."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from quell.site import backup, database


def run(*, file: Path, home: Path | None = None) -> None:
    """Write the installation's backup to `file` and say what it holds. Raises QuellError when it cannot."""
    with database.installation(home) as connections:
        manifest = backup.backup(connections, file)
    Console(stderr=True).print(
        f"{file}: {file.stat().st_size:,} bytes, {sum(manifest.rows.values()):,} rows in {len(manifest.rows)} tables",
        highlight=False,
        soft_wrap=True,
    )
