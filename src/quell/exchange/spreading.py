"""A table of contacts that lies spread out, gathered: a case in each row and its sources in edge1, edge2, edge3."""

from __future__ import annotations

import re

from quell.exchange.reading import RawTable, Row
from quell.exchange.words import plain
from quell.tables.definitions import CONTACTS

_NUMBERED = re.compile(r"(.*?\D)[\s_.-]*(\d{1,2})")
_FEWEST = 2


def gathered(raw: RawTable) -> RawTable | None:
    """A row for each filled cell under headings that are one word with a number; None where there are none such.

    The word has to mean the source or the contact. A row in which all of them are empty names nobody and is not there.
    """
    places: dict[str, list[int]] = {}
    for place, heading in enumerate(raw.header):
        found = _NUMBERED.fullmatch(heading)
        if found and (name := _means(found[1])) is not None:
            places.setdefault(name, []).append(place)
    name, spread = max(places.items(), key=lambda each: len(each[1]), default=("", []))
    if len(spread) < _FEWEST:
        return None
    kept = [place for place in range(len(raw.header)) if place not in spread]
    header = (name, *(raw.header[place] for place in kept))
    rows = []
    for row in raw.rows:
        if len(row.cells) < len(raw.header):
            rows.append(Row(row.line, row.cells, row.faults))
            continue
        rest = tuple(row.cells[place] for place in kept)
        rows += [
            Row(row.line, (row.cells[place], *rest), row.faults)
            for place in spread
            if row.cells[place].strip()
        ]
    if not rows:
        return None
    first, last = raw.header[spread[0]], raw.header[spread[-1]]
    note = f"{raw.name}: {len(raw.rows)} rows name {len(rows)} people in {first} to {last}; each is a row of contacts"
    return RawTable(header, tuple(rows), raw.name, raw.stem, (*raw.notes, note))


def _means(word: str) -> str | None:
    written = plain(word)
    return next(
        (
            name
            for name in ("source_id", "contact_id")
            if written in {plain(text) for text in (name, *CONTACTS.column(name).synonyms)}
        ),
        None,
    )
