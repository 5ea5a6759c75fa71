"""Rides and beds: whoever asked for a ride gets one, cases and contacts apart, in the order of asking."""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import count

from quell.catalogue.facilities import BedRegistered, FacilityRegistered, FacilityStateChanged, PersonAdmitted
from quell.catalogue.transfer import (
    PersonDeparted,
    TransferRequested,
    TripArrived,
    TripDeparted,
    TripPlanned,
    VehicleDisinfected,
    VehicleRegistered,
)
from quell.twin.small_city import CITY, City, Person
from quell.twin.telling import Telling

# facility, kind, for whom, beds of each for 4,000 people, English and Chinese name
_FACILITIES = (
    (
        "facility:ls-hospital",
        "designated_hospital",
        "case",
        160,
        "Linshui People's Hospital",
        "临水市人民医院",
    ),
    ("facility:ls-site-1", "isolation_hotel", "contact", 150, "Binhe Hotel", "滨河酒店"),
    ("facility:ls-site-2", "isolation_hotel", "contact", 150, "Yinxing Hotel", "银杏酒店"),
    ("facility:ls-site-3", "isolation_site", "contact", 100, "Party School dormitory", "党校宿舍隔离点"),
)
_VEHICLES = 10
_SEATS = 7
_OFTEN = 22.0
_TRIPS_AT_ONCE = {"case": 2, "contact": 2}


class Transfers:
    """The dispatch desk, the vehicles and the facilities."""

    def __init__(self, telling: Telling, city: City) -> None:
        self._telling, self._city = telling, city
        self._waiting: dict[str, deque[Person]] = {"case": deque(), "contact": deque()}
        self._beds: dict[str, deque[str]] = {}
        self._trips = count(1)
        self._vehicle = count(0)

    def register(self) -> None:
        """Say which facilities, beds and vehicles there are, and begin to dispatch."""
        say = self._telling.say
        for facility, kind, whom, beds, en, zh in _FACILITIES:
            say(
                FacilityRegistered,
                facility,
                CITY,
                source="facilities",
                facility_kind=kind,
                beds=beds,
                public_name={"en": en, "zh": zh},
            )
            say(FacilityStateChanged, facility, CITY, source="facilities", state="open")
            self._beds[facility] = deque()
            for number in range(1, beds + 1):
                bed = f"bed:{facility[9:]}-{number:03d}"
                room = f"{2 + number // 20}{number % 20 + 1:02d}"
                say(BedRegistered, bed, CITY, source="facilities", facility=facility, room=room, fit_for=whom)
                self._beds[facility].append(bed)
        for number in range(_VEHICLES):
            ambulance = number % 3 == 0
            say(
                VehicleRegistered,
                f"vehicle:ls-{number + 1:02d}",
                CITY,
                source="transfer",
                seats=_SEATS,
                equipment=("negative_pressure", "stretcher", "oxygen")
                if ambulance
                else ("partition", "disinfection_kit"),
            )
        self._telling.after(_OFTEN, self._dispatch)

    def ask(self, person: Person, reason: str) -> None:
        """Ask for a ride and a bed."""
        if (person.case and reason != "case") or (person.away and not person.case):
            return
        if reason == "contact" and person.asked_for_ride:
            return
        person.asked_for_ride = True
        needs = [each for each in person.needs if each in {"dialysis", "infant"}]
        if "pregnancy" in person.needs:
            needs.append("pregnant")
        self._telling.say(
            TransferRequested,
            person.subject,
            self._city.jurisdiction(person),
            source="transfer",
            reason=reason,
            needs=tuple(needs),
        )
        self._waiting[reason].append(person)

    def _dispatch(self) -> None:
        for kind, waiting in self._waiting.items():
            for _ in range(_TRIPS_AT_ONCE[kind]):
                facility = next(
                    (
                        name
                        for name, _, whom, *_ in _FACILITIES
                        if whom == kind and len(self._beds[name]) >= _SEATS
                    ),
                    None,
                )
                riders: list[Person] = []
                while waiting and len(riders) < _SEATS and facility is not None:
                    person = waiting.popleft()
                    if kind == "contact" and (person.case or person.away):
                        continue
                    riders.append(person)
                if riders and facility is not None:
                    self._plan(riders, facility, kind)
        self._telling.after(_OFTEN, self._dispatch)

    def _plan(self, riders: list[Person], facility: str, kind: str) -> None:
        telling = self._telling
        trip = f"trip:ls-{next(self._trips):04d}"
        vehicle = f"vehicle:ls-{next(self._vehicle) % _VEHICLES + 1:02d}"
        telling.say(
            TripPlanned,
            trip,
            CITY,
            source="transfer",
            riders=tuple(each.subject for each in riders),
            facility=facility,
        )
        slow = telling.likely(0.1)
        wait = telling.between(110, 240) if slow else telling.between(12, 70)
        telling.after(wait, partial(self._depart, trip, vehicle, riders, facility, kind))

    def _depart(self, trip: str, vehicle: str, riders: list[Person], facility: str, kind: str) -> None:
        telling = self._telling
        # Whoever turned positive since rides with the cases.
        riding = [each for each in riders if kind == "case" or not each.case]
        if not riding:
            return
        names = tuple(each.subject for each in riding)
        telling.say(TripDeparted, trip, CITY, source="transfer", vehicle=vehicle, riders=names)
        for each in riding:
            telling.say(
                PersonDeparted, each.subject, self._city.jurisdiction(each), source="transfer", trip=trip
            )
        arrive = partial(self._arrive, trip, vehicle, riding, facility, kind)
        telling.after(telling.between(14, 40), arrive)

    def _arrive(self, trip: str, vehicle: str, riders: list[Person], facility: str, kind: str) -> None:
        telling = self._telling
        telling.say(TripArrived, trip, CITY, source="transfer", riders=tuple(each.subject for each in riders))
        for each in riders:
            each.away = True
            each.facility = facility
            bed = self._beds[facility].popleft() if self._beds[facility] else None
            telling.say(
                PersonAdmitted,
                each.subject,
                self._city.jurisdiction(each),
                source="facilities",
                typed=(2, 14),
                facility=facility,
                as_a=kind,
                bed=bed,
            )
        telling.after(
            telling.between(20, 50),
            partial(telling.say, VehicleDisinfected, vehicle, CITY, source="transfer"),
        )
