"""What jurisdictions are called."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from quell.registry.reading.cursor import reading


def names_of(wanted: Iterable[str]) -> dict[str, dict[str, str]]:
    """The names, by language, of those of these jurisdictions that the registry knows."""
    with reading() as cursor:
        cursor.execute(
            "SELECT code, names::text FROM registry.jurisdiction WHERE code = ANY (%s)",
            (sorted(set(wanted)),),
        )
        return {code: msgspec.json.decode(names) for code, names in cursor}
