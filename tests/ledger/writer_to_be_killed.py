# ruff: noqa: T201 - it speaks to the test that kills it through its standard output
"""Records facts one call after another and says so on standard output after each; run by test_killed.py."""

from __future__ import annotations

import sys
from pathlib import Path

from ledger.outbreak_stories import NOW, POSITIVE, SAMPLED, adopt_pack, opened, resulted, sampled


def main(home: Path) -> None:
    from quell.ledger.record import record
    from quell.ledger.seal import seal
    from quell.site.database import installation, migrate

    with installation(home=home) as connections:
        migrate(connections)
        adopt_pack()
        record([opened()], by="writer", now=NOW)
        print(
            "server", (home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0], flush=True
        )
        for number in range(100_000):
            tube = f"tube:{number}"
            done = record(
                [
                    sampled(tube, [f"person:{number}-{k}" for k in range(3)], SAMPLED, 10),
                    resulted(tube, "positive", POSITIVE),
                ],
                by="writer",
                now=NOW,
            )
            print(*done.fact_ids, flush=True)
            if number % 10 == 0:
                seal(now=NOW)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
