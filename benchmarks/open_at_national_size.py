"""How long a line list of national size takes to become an outbreak, and how much memory.

    python benchmarks/open_at_national_size.py [--copies 8] [--contacts 85000] [--data PATH]

The data are eight copies of a published line list (the `ebola_sim_clean` data of the R package `outbreaks`, where the
folder lies beside the checkout) with new ids, and contacts generated for them who are not cases. Opened in a fresh home
with a durable embedded PostgreSQL, as `quell open` does it, in a process of its own. In the same run the alternative:
the same rows read by the csv module and copied into two bare tables with an index, nothing checked, nothing concluded.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

SHARED = Path(os.environ.get("QUELL_SHARED") or Path(__file__).parents[2] / "shared")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--copies", type=int, default=8)
    arguments.add_argument("--contacts", type=int, default=85_000)
    arguments.add_argument("--data", type=Path, default=SHARED / "data" / "ebola_sim_clean")
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    if not asked.data.is_dir():
        sys.exit(f"{asked.data} is not there; give --data, a folder with linelist.csv and contacts.csv")
    with tempfile.TemporaryDirectory(prefix="quell-benchmark-") as folder:
        Path(folder).chmod(0o755)
        dataset = Path(folder) / "national"
        cases, contacts = write_dataset(asked.data, dataset, asked.copies, asked.contacts, asked.seed)
        print(f"data       {cases:,} rows of cases, {contacts:,} of contacts")
        opened(dataset, Path(folder) / "home")
        bare(dataset, Path(folder) / "home")


def write_dataset(source: Path, into: Path, copies: int, contacts: int, seed: int) -> tuple[int, int]:
    """Copies with new ids; then contacts of cases taken by chance, each a person of their own."""
    chance = random.Random(seed)
    into.mkdir()
    with (source / "linelist.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    with (source / "contacts.csv").open(encoding="utf-8", newline="") as file:
        contact_header, *links = list(csv.reader(file))
    at, source_at, contact_at = (
        header.index("case_id"),
        contact_header.index("infector"),
        contact_header.index("case_id"),
    )
    onset = header.index("date_of_onset")
    with (into / "linelist.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for copy in range(copies):
            writer.writerows([*row[:at], f"c{copy}-{row[at]}", *row[at + 1 :]] for row in rows)
    written = 0
    with (into / "contacts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source_id", "contact_id", "last_exposure", "setting"])
        for copy in range(copies):
            for link in links:
                writer.writerow(
                    [f"c{copy}-{link[source_at]}", f"c{copy}-{link[contact_at]}", "", "household"]
                )
                written += 1
        while written < contacts:
            row = chance.choice(rows)
            met = date.fromisoformat(row[onset]) + timedelta(days=chance.randint(0, 4))
            writer.writerow(
                [f"c{chance.randrange(copies)}-{row[at]}", f"k{written}", met.isoformat(), "household"]
            )
            written += 1
    return copies * len(rows), written


OPENING = """
import json, os, resource, sys, time
from pathlib import Path
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quell.site.settings")
from datetime import UTC, datetime
from quell.site import database
started = time.perf_counter()
with database.installation(Path(sys.argv[2])) as connections:
    database.migrate(connections)
    from quell.exchange.opening import open_path
    from quell.ledger.seal import seal_all
    ready = time.perf_counter()
    opened = open_path(Path(sys.argv[1]), by="benchmark", now=datetime.now(UTC), quarantine_to=Path(sys.argv[2]))
    recorded = time.perf_counter()
    seal_all(now=datetime.now(UTC))
    sealed = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ready": ready - started, "open": recorded - ready, "seal": sealed - recorded, "peak": peak,
                      "facts": opened.facts, "tables": {t: (r.taken, r.quarantined) for t, r in opened.tables.items()}}))
"""


def opened(dataset: Path, home: Path) -> None:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", OPENING, str(dataset), str(home)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds = time.perf_counter() - started
    said = json.loads(done.stdout.splitlines()[-1])
    print(
        f"opened     {said['facts']:,} facts in {said['open']:.1f} s, sealed in {said['seal']:.1f} s; "
        f"with start and migration {seconds:.1f} s; {said['facts'] / said['open']:,.0f} facts/s"
    )
    print(f"           taken and set aside: {said['tables']}; peak {said['peak']:,.0f} MB of the process")


def bare(dataset: Path, home: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quell.site.settings")
    import psycopg

    from quell.site.database import installation

    with installation(home=home) as connections, psycopg.connect(connections.owner.conninfo()) as connection:
        started = time.perf_counter()
        connection.execute("CREATE SCHEMA bare")
        for name in ("linelist", "contacts"):
            with (dataset / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                header, *rows = list(csv.reader(file))
            columns = ", ".join(f'"{heading}" text' for heading in header)
            connection.execute(f"CREATE TABLE bare.{name} ({columns})")
            with connection.cursor() as cursor, cursor.copy(f"COPY bare.{name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.execute(f"CREATE INDEX ON bare.{name} ({header[0]})")
        connection.commit()
        print(f"bare COPY  of the same rows, nothing checked:  {time.perf_counter() - started:.1f} s")
        size = connection.execute("SELECT pg_size_pretty(pg_database_size(current_database()))").fetchone()
        print(
            f"database   {(size or ('?',))[0]}; own peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"
        )


if __name__ == "__main__":
    main()
