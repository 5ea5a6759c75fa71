"""What is known of an outbreak now: as ``known_then`` tells it, with what followed taken from the registry's own rows.

Nothing is judged anew, which is most of the work. Both ways give the same (tests/registry/test_known_then.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import psycopg

from quell.protocol.events import Conclusion, Duty, Judgement, Restriction
from quell.registry import rows
from quell.registry.histories import combined, effective, stored_facts
from quell.registry.reading.known_then import CHUNK, KnownSubject, units_of

_KINDS = ((rows.CONCLUSION, Conclusion), (rows.DUTY, Duty), (rows.RESTRICTION, Restriction))


def known_now(
    cursor: psycopg.Cursor[Any], outbreak: str, progress: Callable[[int, int], None] | None = None
) -> Iterator[KnownSubject]:
    """Every subject of an outbreak that a rule looked at, as it is known now.

    progress  told how many of how many subjects are done

    Raises LookupError when there is no such outbreak.
    """
    cursor.execute("SELECT FROM registry.outbreak WHERE outbreak_id = %s", (outbreak,))
    if cursor.fetchone() is None:
        raise LookupError(outbreak)
    units, _ = units_of(cursor, outbreak)
    for start in range(0, len(units), CHUNK):
        chunk = units[start : start + CHUNK]
        if progress:
            progress(start, len(units))
        stored = stored_facts(cursor, {alias for unit in chunk for alias in unit})
        followed = _followed(cursor, [unit[0] for unit in chunk])
        for unit in chunk:
            history = combined(effective(stored[alias]) for alias in unit if alias in stored)
            subject = KnownSubject(unit[0], history.effective, followed.get(unit[0], Judgement()))
            if subject.concerns(outbreak):
                yield subject


def _followed(cursor: psycopg.Cursor[Any], subjects: list[str]) -> dict[str, Judgement]:
    """By subject, the rows that the registry has of it."""
    found: dict[str, dict[type, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for table, struct in _KINDS:
        cursor.execute(table.select.encode(), (subjects,))
        for row in cursor:
            values = list(row)
            for place in table.json_at:
                values[place] = msgspec.json.decode(values[place])
            found[values[table.subject_at]][struct].append(struct(*values))
    return {
        subject: Judgement(*(tuple(of_kind[struct]) for _, struct in _KINDS))
        for subject, of_kind in found.items()
    }
