"""Places and visits of a dataset. A place is public and a fact; where somebody was is a record in the vault."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from uuid import NAMESPACE_URL, uuid5

from quell.catalogue.investigation import VisitReported
from quell.catalogue.places import PlaceRegistered
from quell.exchange.rows import ReadRow
from quell.exchange.stating import Dataset, Stated
from quell.ledger.identity import Movement

# Where people live: neither the name nor the coordinates of such a place enter a fact.
_HOMES = frozenset({"compound", "building", "unit", "floor", "flat", "room", "household", "dormitory"})


def facts_of_place(row: ReadRow, data: Dataset) -> Iterator[Stated]:
    """A row of places, known from the first day on; its name and coordinates unless people live there."""
    kind = row.values.get("kind", "other")
    place = data.other("place", row.values["place_id"])
    public = row.values if kind not in _HOMES else {}
    name = public.get("name")
    stated = PlaceRegistered(
        subject=place,
        **data.envelope(f"places/{place}", data.first),
        place_kind=kind,
        public_name={"en": " ".join(name.split())} if name else {},
        longitude=public.get("lon"),
        latitude=public.get("lat"),
    )
    yield Stated(stated, data.first)


def movement_of(row: ReadRow, data: Dataset, cases: Mapping[str, ReadRow]) -> tuple[Movement, Stated]:
    """A row of visits: the fact says that somebody's movement of a day is kept; where and when exactly is in the vault.

    A file of visits says when people were where, and never when they told it: that is taken as known on the day of the
    person's report, where the line list has it, else on the dataset's last day.
    """
    person = row.values["person_id"]
    subject = data.person(person)
    said: dict[str, str] = {
        name: str(row.values[name]) for name in ("place_id", "enter", "leave", "source") if name in row.values
    }
    digest = hashlib.sha256(
        "\x1f".join(f"{name}={value}" for name, value in said.items()).encode()
    ).hexdigest()[:12]
    case = cases.get(person)
    reported = case.day("report_date") if case else None
    fact = VisitReported(
        subject=subject,
        **data.envelope(f"visits/{person[:120]}/{digest}", reported),
        record=f"vault:{uuid5(NAMESPACE_URL, f'{data.source}/{subject}/{digest}')}",
    )
    content = {**said, "place": data.other("place", row.values["place_id"])}
    return Movement(fact, content), Stated(fact, reported or data.last)
