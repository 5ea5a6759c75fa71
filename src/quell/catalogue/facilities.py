"""Facilities: sites, beds and stays."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import BedId, CodeOf, Count, FacilityId, Fact, Identifier, PersonId, PlaceId, fact


@fact("facility.registered", subject="facility", introduces=True)
class FacilityRegistered(Fact, frozen=True):
    """An isolation site, fever clinic or hospital became part of the response."""

    facility_kind: Annotated[str, CodeOf("facility_kind")]
    place: PlaceId | None = None
    beds: Count | None = None
    public_name: dict[str, str] = {}


@fact("facility.state_changed", subject="facility")
class FacilityStateChanged(Fact, frozen=True):
    """A facility opened, filled, closed to newcomers or closed."""

    state: Annotated[str, CodeOf("facility_state")]


@fact("bed.registered", subject="bed", introduces=True)
class BedRegistered(Fact, frozen=True):
    """A bed or room became usable."""

    facility: FacilityId
    room: Identifier | None = None
    fit_for: Annotated[str, CodeOf("rider_kind")] = "any"


@fact("bed.reserved", subject="bed", claim=True)
class BedReserved(Fact, frozen=True):
    """A bed was claimed for a person; ``occurred`` is the time it is reserved for."""

    person: PersonId


@fact("bed.freed", subject="bed")
class BedFreed(Fact, frozen=True):
    """A reservation or stay ended and the bed may be claimed again."""

    person: PersonId


@fact("bed.disinfected", subject="bed")
class BedDisinfected(Fact, frozen=True):
    """A bed was cleaned for the next person."""


@fact("person.admitted", subject="person")
class PersonAdmitted(Fact, frozen=True):
    """A person was admitted to a facility: from here on they are isolated."""

    facility: FacilityId
    as_a: Annotated[str, CodeOf("rider_kind")]
    bed: BedId | None = None


@fact("person.discharged", subject="person")
class PersonDischarged(Fact, frozen=True):
    """A person left a facility."""

    facility: FacilityId
    to: Annotated[str, CodeOf("discharge_to")]


@fact("facility.agreed_minimum", subject="facility")
class FacilityAgreedMinimum(Fact, frozen=True):
    """What a facility must keep: staff for so many people, stock for so many days."""

    staff_per_hundred: Count
    stock_days: Count
    agreed_by: Identifier
