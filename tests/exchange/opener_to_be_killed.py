# ruff: noqa: T201 - it speaks to the test that kills it through its standard output
"""Opens a folder in a home of its own and says how far it is; run, killed and run again by test_opening_killed.py."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path


def main(home: Path, folder: Path, aside: Path) -> None:
    from quell.exchange import opening
    from quell.exchange.preparing import Asked
    from quell.ledger.seal import seal_all
    from quell.site.database import installation, migrate

    now = datetime(2026, 1, 1, tzinfo=UTC)
    opening.CHUNK = 50
    with installation(home=home) as connections:
        migrate(connections)
        opening.open_all(
            folder,
            Asked(),
            by="test",
            now=now,
            quarantine_to=aside,
            progress=lambda done, total: print(done, total, flush=True),
        )
        seal_all(now=now)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
