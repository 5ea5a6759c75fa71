"""The cases of an outbreak, as a list that is searched, filtered, sorted and paged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from quell.registry.reading.cursor import reading

PAGE = 50
# What a list may be sorted by: the column's name -> the expression. Nothing else reaches the statement.
_SORTS = {
    "at": "c.at",
    "subject": "c.subject",
    "onset": "c.attrs ->> 'onset_date'",
    "classification": "s.state ->> 'classification'",
    "found_in": "s.state ->> 'found_in'",
    "admitted": "s.state ->> 'admitted'",
}
SORTS = tuple(_SORTS)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case: what was concluded, and the person's card."""

    subject: str
    at: datetime
    occurred: str
    zone: str
    jurisdiction: str
    onset: str
    sampled: str
    card: dict[str, Any]

    @property
    def classification(self) -> str:
        """As somebody classified the case; "" before that."""
        return str(self.card.get("classification") or "")


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a list of cases."""

    rows: tuple[CaseRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE))


def cases(
    outbreak: str,
    *,
    now: datetime,
    prefix: str = "",
    classification: str = "",
    sort: str = "at",
    descending: bool = True,
    page: int = 1,
) -> CasePage:
    """Cases of an outbreak.

    prefix  the beginning of a pseudonymous id, with or without "person:"
    """
    condition = "c.outbreak = %s AND c.kind = 'case' AND c.at <= %s"
    values: list[Any] = [outbreak, now]
    if prefix:
        condition += " AND starts_with(c.subject, %s)"
        values.append("person:" + prefix.removeprefix("person:"))
    if classification:
        condition += " AND coalesce(s.state ->> 'classification', '') = %s"
        values.append("" if classification == "none" else classification)
    way = "DESC" if descending else "ASC"
    tables = "registry.conclusion c JOIN registry.subject s ON s.subject_id = c.subject"
    with reading() as cursor:
        cursor.execute(f"SELECT count(*) FROM {tables} WHERE {condition}".encode(), values)
        total = int((cursor.fetchone() or (0,))[0])
        page = min(max(1, page), max(1, -(-total // PAGE)))
        cursor.execute(
            f"""SELECT c.subject, c.at, c.occurred, c.zone, c.jurisdiction, coalesce(c.attrs ->> 'onset_date', ''),
                       coalesce(c.attrs ->> 'sampled_at', ''), s.state::text
                FROM {tables} WHERE {condition}
                ORDER BY {_SORTS.get(sort, "c.at")} {way} NULLS LAST, c.subject LIMIT %s OFFSET %s""".encode(),
            [*values, PAGE, (page - 1) * PAGE],
        )
        rows = tuple(CaseRow(*[*row[:-1], msgspec.json.decode(row[-1])]) for row in cursor)
    return CasePage(rows, total, page)
