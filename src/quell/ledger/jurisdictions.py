"""Putting a jurisdiction tree into the ledger, from a table of codes, tiers, parents and names.

A tree is a CSV with the columns code, tier, parent, iso_3166_2, national_code, name_<language>…, local_zone,
population. Quell ships China's provinces (ISO 3166-2 and GB/T 2260 codes), Gansu's prefectures and Lanzhou's
counties; an authority loads its own below or instead. Loading a tree again changes nothing.
"""

from __future__ import annotations

import csv
from datetime import datetime
from importlib import resources
from io import StringIO
from pathlib import Path

from quell.catalogue import codes
from quell.catalogue.places import JurisdictionRegistered
from quell.errors import QuellError
from quell.ledger.record import Recorded, record

_NEEDED = ("code", "tier", "parent")


def load_tree(name_or_path: str, *, by: str, now: datetime) -> Recorded:
    """Record every jurisdiction of a shipped tree ("CN") or of a CSV file; raises QuellError naming row and column."""
    shipped = resources.files("quell.catalogue") / "jurisdictions" / f"{name_or_path}.csv"
    path = Path(name_or_path)
    if shipped.is_file():
        text = shipped.read_text(encoding="utf-8")
    elif path.is_file():
        text = path.read_text(encoding="utf-8-sig")
    else:
        raise QuellError(f"{name_or_path} is neither a shipped jurisdiction tree (CN) nor a CSV file")
    return record(_facts(path.name, text), by=by, now=now)


def _facts(name: str, text: str) -> list[JurisdictionRegistered]:
    rows = csv.DictReader(StringIO(text))
    if missing := [column for column in _NEEDED if column not in (rows.fieldnames or ())]:
        raise QuellError(f"{name}: the columns {', '.join(missing)} are missing; there are {rows.fieldnames}")
    facts: list[JurisdictionRegistered] = []
    faults: list[str] = []
    known: set[str] = set()
    for number, row in enumerate(rows, start=2):
        code, parent = row["code"], row["parent"] or None
        if code in known:
            faults.append(f"{name}, row {number}, code: {code} stands twice")
        if row["tier"] not in codes.values("tier"):
            faults.append(
                f"{name}, row {number}, tier: {row['tier']!r} is not one of {', '.join(codes.values('tier'))}"
            )
        if parent is not None and parent not in known:
            faults.append(f"{name}, row {number}, parent: {parent} does not stand above this row")
        population = row.get("population") or ""
        if population and not population.isdigit():
            faults.append(f"{name}, row {number}, population: {population!r} is not a whole number")
            population = ""
        known.add(code)
        facts.append(
            JurisdictionRegistered(
                subject=f"jurisdiction:{code}",
                # A tree has no date of its own: it holds for whatever is recorded, however long ago that happened.
                occurred="1900-01-01",
                jurisdiction=code,
                source=f"tree:{name}",
                code=code,
                tier=row["tier"],
                parent=parent,
                iso_3166_2=row.get("iso_3166_2") or None,
                national_code=row.get("national_code") or None,
                names={
                    column[5:]: value for column, value in row.items() if column.startswith("name_") and value
                },
                population=int(population) if population else None,
                local_zone=row.get("local_zone") or None,
            )
        )
    if faults:
        raise QuellError("nothing was recorded:\n  " + "\n  ".join(faults))
    return facts
