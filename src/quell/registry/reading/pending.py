"""What waits because the world is ahead of us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from quell.registry.reading.cursor import reading


@dataclass(frozen=True, slots=True)
class PendingItem:
    """One item: a result for a tube nobody filled in, an id with two contents, a correction without its fact."""

    subject: str
    kind: str
    detail: dict[str, Any]


def pending(limit: int = 50) -> list[PendingItem]:
    """What is pending."""
    return _items("ORDER BY kind, subject, key LIMIT %s", [limit])


def pending_of(subjects: list[str]) -> list[PendingItem]:
    """What is pending about these subjects."""
    return _items("WHERE subject = ANY (%s) ORDER BY kind, subject, key", [subjects])


def _items(rest: str, values: list[Any]) -> list[PendingItem]:
    with reading() as cursor:
        cursor.execute(f"SELECT subject, kind, detail::text FROM registry.pending {rest}".encode(), values)
        return [PendingItem(subject, kind, msgspec.json.decode(detail)) for subject, kind, detail in cursor]
