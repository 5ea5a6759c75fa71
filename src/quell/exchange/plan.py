"""What is decided about a dataset before anything is recorded: its name in ids, its zone, who answers for it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from quell.catalogue.when import zone_named
from quell.exchange import folder
from quell.exchange.countries import country
from quell.exchange.problems import FileRefused
from quell.exchange.rows import ReadTable


@dataclass(slots=True)
class Plan:
    """What was decided, and what was read; later counts the rows that were known too late."""

    dataset: folder.Dataset
    slug: str
    zone: str
    jurisdiction: str
    notes: list[str]
    tables: dict[str, ReadTable] = field(default_factory=dict)
    later: Counter[str] = field(default_factory=Counter)


def make_plan(dataset: folder.Dataset, slug: str, zone: str | None) -> Plan:
    """Zone and jurisdiction by the country that most rows name, where they name one."""
    notes = list(dataset.notes)
    file = dataset.files["linelist"]
    named = Counter(file.mapping.cell(row.cells, "country").strip() for row in file.raw.rows)
    named.pop("", None)
    known = {text: found for text in named if (found := country(text))}
    jurisdiction, of_country = "ZZ", None
    if known:
        most = max(known, key=lambda text: named[text])
        jurisdiction, of_country = known[most]
        notes.append(f"jurisdiction {jurisdiction}: {named[most]} of {len(file.raw.rows)} rows name {most}")
    else:
        notes.append("jurisdiction ZZ (unknown): the line list names no country")
    if zone is not None:
        zone_named(zone)
    elif of_country is None:
        notes.append("time zone UTC: no country of one zone is named; say another with --zone")
    else:
        notes.append(f"time zone {of_country}, that of {jurisdiction}")
    if unknown := [text for text in named if text not in known]:
        notes.append(f"countries that are not known here, taken as {jurisdiction}: {', '.join(unknown[:5])}")
    return Plan(dataset, slug, zone or of_country or "UTC", jurisdiction, notes)


def slug_of(name: str, as_of: date | None) -> str:
    """A name as part of ids: no blanks, no colon. What was known on a day is another outbreak than the whole."""
    written = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFKC", name)).strip("-.")[:60]
    if not written:
        raise FileRefused(f"{name!r} cannot name an outbreak; give a name with letters or digits (--name)")
    return f"{written}-as-of-{as_of.isoformat()}" if as_of else written
