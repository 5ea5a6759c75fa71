"""The scene: everything that a picture of chains is made of. The one contract between who reads or infers and who draws.

Columns, not rows: 5,000 cases are some dozen arrays. An index is a place in ``cases``; indices from ``len(cases.id)`` on
are places in ``ghosts``. A day is a whole number of days since ``meta.origin`` in the outbreak's zone, never an instant;
``None`` where nobody knows it. A ``Coded`` column carries its codes once, with labels in the reader's language.

    cases.day, cases.until   the day a case is put on, and the last day that it may be (the same where it is known)
    cases.basis              which date that is: onset, sample, report, or none (a named source who is no case here)
    links.source, .target    who infected whom, as indices; several links to one target are alternatives, best first
    links.kind               infector (reported), contact (a contact who became a case), inferred
    links.p                  the probability of a link, 0 to 1; None: every link is reported and drawn whole
    links.evidence           for an inferred link, what speaks for it: short sentences in the reader's language
    ghosts                   unseen cases: the day between .day and .until, the probability that it was one (.p)
    contacts                 None until they are asked for
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

VERSION = 1
Day = int | None


@dataclass(slots=True)
class Coded:
    """A column of codes: ``values`` are places in ``codes``, -1 where nothing is known."""

    codes: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, codes: Iterable[str], labels: dict[str, str]) -> Coded:
        """Make a column from a code a row ("" for none) and the labels of the codes; a code without one is its own."""
        made, places = cls(), dict[str, int]()
        for code in codes:
            if code and code not in places:
                places[code] = len(made.codes)
                made.codes.append(code)
                made.labels.append(labels.get(code, code))
            made.values.append(places.get(code, -1))
        return made


@dataclass(slots=True)
class Cases:
    """One row a case."""

    id: list[str] = field(default_factory=list)
    day: list[Day] = field(default_factory=list)
    until: list[Day] = field(default_factory=list)
    basis: Coded = field(default_factory=Coded)
    onset: list[Day] = field(default_factory=list)
    sample: list[Day] = field(default_factory=list)
    report: list[Day] = field(default_factory=list)
    jurisdiction: Coded = field(default_factory=Coded)
    classification: Coded = field(default_factory=Coded)
    outcome: Coded = field(default_factory=Coded)
    contacts: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Links:
    """One row a link."""

    source: list[int] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    kind: Coded = field(default_factory=Coded)
    setting: Coded = field(default_factory=Coded)
    relation: Coded = field(default_factory=Coded)
    certainty: Coded = field(default_factory=Coded)
    by: Coded = field(default_factory=Coded)
    first: list[Day] = field(default_factory=list)
    last: list[Day] = field(default_factory=list)
    said: list[Day] = field(default_factory=list)
    p: list[float] | None = None
    evidence: list[list[str]] | None = None


@dataclass(slots=True)
class Ghosts:
    """One row an unseen case; its index is ``len(cases.id)`` more than its place here."""

    day: list[Day] = field(default_factory=list)
    until: list[Day] = field(default_factory=list)
    p: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Contacts:
    """Contacts who are no cases, counted by the case whom they met and the day on which they last did.

    ``source`` are places in ``id``: contacts may come later than the scene, when cases have other indices.
    """

    id: list[str] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    day: list[Day] = field(default_factory=list)
    count: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Meta:
    """What the picture is of. ``subject_url`` holds ``{id}`` where the id of a case goes; "" where pages do not exist."""

    outbreak: str
    title: str
    origin: date
    as_of: date
    zone: str
    language: str
    position: int = 0
    subject_url: str = ""
    contacts_url: str = ""
    file_url: str = ""


@dataclass(slots=True)
class Scene:
    """A whole picture."""

    meta: Meta
    cases: Cases
    links: Links
    ghosts: Ghosts = field(default_factory=Ghosts)
    contacts: Contacts | None = None
    version: int = VERSION


def days_since(origin: date, days: Sequence[date | None]) -> list[Day]:
    """Dates as days since the origin."""
    start = origin.toordinal()
    return [None if day is None else day.toordinal() - start for day in days]


def encode(scene: Scene | Contacts | dict[str, Any]) -> bytes:
    """The scene as JSON (UTF-8)."""
    return msgspec.json.encode(scene)
