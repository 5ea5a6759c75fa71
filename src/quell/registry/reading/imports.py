"""Which files were taken in for an outbreak, and how many rows were set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from quell.registry.histories import stored_facts


@dataclass(frozen=True, slots=True)
class Import:
    """One file or folder that was taken in. day: the last day in it, as it was opened."""

    file: str
    day: str
    rows: int
    quarantined: int


def imports_of(cursor: psycopg.Cursor[Any], outbreak: str) -> list[Import]:
    """Every import of an outbreak, in the order of the world, whenever it was made."""
    return [
        Import(
            stated.body["file"].partition("@")[0],
            stated.body["occurred"],
            stated.body["rows"],
            stated.body["quarantined"],
        )
        for stated in sorted(stored_facts(cursor, [outbreak]).get(outbreak, ()), key=lambda each: each.order)
        if stated.kind == "import.finished"
    ]
