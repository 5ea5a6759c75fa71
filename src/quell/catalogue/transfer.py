"""Transfer: people ride to a bed. Cases and contacts never share a vehicle."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import (
    BedId,
    CodeOf,
    Count,
    FacilityId,
    Fact,
    Identifier,
    PersonId,
    TripId,
    VehicleId,
    fact,
)


@fact("transfer.requested", subject="person")
class TransferRequested(Fact, frozen=True):
    """A place in a facility and a ride to it were asked for."""

    reason: Annotated[str, CodeOf("transfer_reason")]
    needs: tuple[Annotated[str, CodeOf("transfer_need")], ...] = ()
    travels_with: PersonId | None = None


@fact("vehicle.registered", subject="vehicle", introduces=True)
class VehicleRegistered(Fact, frozen=True):
    """A vehicle became part of the fleet."""

    seats: Count
    equipment: tuple[Annotated[str, CodeOf("vehicle_equipment")], ...] = ()


@fact("vehicle.assigned", subject="vehicle", claim=True)
class VehicleAssigned(Fact, frozen=True):
    """A vehicle was claimed for a trip; ``occurred`` is the time it is taken for."""

    trip: TripId
    kind_of_riders: Annotated[str, CodeOf("rider_kind")]


@fact("trip.planned", subject="trip", introduces=True)
class TripPlanned(Fact, frozen=True):
    """A trip was planned: who rides where."""

    riders: tuple[PersonId, ...]
    facility: FacilityId
    run: Identifier | None = None


@fact("trip.departed", subject="trip")
class TripDeparted(Fact, frozen=True):
    """The vehicle left."""

    vehicle: VehicleId
    riders: tuple[PersonId, ...] = ()


@fact("trip.arrived", subject="trip")
class TripArrived(Fact, frozen=True):
    """The vehicle reached the facility."""

    riders: tuple[PersonId, ...] = ()


@fact("person.departed", subject="person")
class PersonDeparted(Fact, frozen=True):
    """A person left for the facility."""

    trip: TripId | None = None


@fact("vehicle.disinfected", subject="vehicle")
class VehicleDisinfected(Fact, frozen=True):
    """A vehicle was disinfected and may ride again."""


@fact("transfer.refused", subject="person")
class TransferRefused(Fact, frozen=True):
    """A facility or a person refused a transfer."""

    reason: Annotated[str, CodeOf("transfer_refusal")]
    facility: FacilityId | None = None
    bed: BedId | None = None
