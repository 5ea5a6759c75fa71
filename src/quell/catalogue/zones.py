"""Zones: areas with a risk level, a history and a clock for lifting."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import CodeOf, Count, Fact, Identifier, Moment, PersonId, RoundId, SubjectId, fact


@fact("zone.declared", subject="zone", introduces=True)
class ZoneDeclared(Fact, frozen=True):
    """An area was declared a risk zone by order."""

    level: Annotated[str, CodeOf("zone_level")]
    places: tuple[SubjectId, ...]
    legal_basis: Annotated[str, CodeOf("legal_basis")]
    ordered_by: Identifier
    until: Moment | None = None
    notice: Annotated[str, CodeOf("notice_form")] | None = None
    population: Count | None = None
    because: PersonId | None = None


@fact("zone.extended", subject="zone")
class ZoneExtended(Fact, frozen=True):
    """A zone's time or area was extended by order."""

    ordered_by: Identifier
    until: Moment
    added: tuple[SubjectId, ...] = ()


@fact("zone.lowered", subject="zone")
class ZoneLowered(Fact, frozen=True):
    """A zone's level was lowered."""

    level: Annotated[str, CodeOf("zone_level")]
    ordered_by: Identifier
    clearing_round: RoundId | None = None


@fact("zone.lifted", subject="zone")
class ZoneLifted(Fact, frozen=True):
    """A zone was lifted."""

    ordered_by: Identifier


@fact("zone.passage_allowed", subject="person")
class ZonePassageAllowed(Fact, frozen=True):
    """A person may leave or enter a zone once, for this reason: care, birth, funeral, work that must go on."""

    zone_left: SubjectId
    reason: Annotated[str, CodeOf("passage_reason")]
    allowed_by: Identifier
