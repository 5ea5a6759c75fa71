"""The truth of a small outbreak: who infects whom, and what a swab would show. No fact says any of it.

A branching process in households and venues, kept near a growth that makes a believable ninth day whatever the
chance: where it falls behind, more infections happen; where it runs ahead, fewer do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from quell.twin.small_city import GAMES_ROOM, MARKET, City, Person
from quell.twin.telling import Telling

# By the opening so many of 4,000 are infected; from then on it grows by this much a day.
_AT_OPENING, _GROWTH, _OF = 16.0, 0.32, 4000
_SYMPTOMS = 0.6
_READABLE_CT = 38.0
# Days from infection to the most virus.
_PEAK = 2.9


@dataclass(frozen=True, slots=True)
class Infection:
    """One infection: when, by whom, where, and its course."""

    person: Person
    at: datetime
    by: Person | None
    setting: str
    venue: int | None
    infectious_from: datetime
    infectious_until: datetime
    onset: datetime | None
    lowest_ct: float

    def ct(self, moment: datetime) -> float | None:
        """The Ct that a good swab gives, in cycles; None where nothing is found."""
        days = (moment - self.at) / timedelta(days=1)
        found = self.lowest_ct + (8.0 * (_PEAK - days) if days < _PEAK else 1.9 * (days - _PEAK))
        return round(found, 1) if found < _READABLE_CT else None


class Epidemic:
    """Who is infected; it goes on by itself as the telling goes on."""

    def __init__(self, telling: Telling, city: City, opened: datetime) -> None:
        self.of: dict[str, Infection] = {}
        self._telling, self._city, self._opened = telling, city, opened
        self._order: list[Infection] = []
        self._scale = len(city.people) / _OF
        telling.on(telling.clock, self._begin)

    def ct(self, person: Person, moment: datetime) -> float | None:
        """What a swab of this person shows now."""
        infection = self.of.get(person.subject)
        return infection.ct(moment) if infection else None

    def spreading(self) -> list[Infection]:
        """Who is ill enough to infect and still among people, in the order of infection."""
        now = self._telling.clock
        return [
            each
            for each in self._order
            if each.infectious_from <= now <= each.infectious_until and not each.person.confined
        ]

    def _begin(self) -> None:
        for person in self._telling.chance.sample(self._city.of_venue[MARKET], 2):
            self._infect(person, None, "market", MARKET)
        self._steer()

    def _target(self, moment: datetime) -> float:
        days = (moment - self._opened) / timedelta(days=1)
        return max(2.0, self._scale * _AT_OPENING * math.exp(_GROWTH * days))

    def _steer(self) -> None:
        lacking = round(0.85 * self._target(self._telling.clock) - len(self._order))
        spreading = self.spreading() or self._order
        for _ in range(max(lacking, 0)):
            self._meet_somebody(self._telling.chance.choice(spreading))
        self._telling.after(180, self._steer)

    def _infect(self, person: Person, by: Person | None, setting: str, venue: int | None) -> None:
        telling = self._telling
        if person.subject in self.of or person.away:
            return
        if len(self._order) > 1.2 * self._target(telling.clock) + 1:
            return
        chance, now = telling.chance, telling.clock
        latent = chance.gammavariate(6, 0.27)
        onset = now + timedelta(days=max(1.2, chance.gauss(3.1, 0.9)))
        infection = Infection(
            person=person,
            at=now,
            by=by,
            setting=setting,
            venue=venue,
            infectious_from=now + timedelta(days=latent),
            infectious_until=now + timedelta(days=latent + 6),
            onset=onset if telling.likely(_SYMPTOMS) else None,
            lowest_ct=min(max(chance.gauss(23.0, 3.5), 15.5), 31.0),
        )
        self.of[person.subject] = infection
        self._order.append(infection)
        for other in self._city.household(person):
            if telling.likely(0.4):
                telling.on(self._some_time(infection), partial(self._at_home, infection, other))
        for _ in range(int(chance.gammavariate(0.5, 2.6))):
            telling.on(self._some_time(infection), partial(self._meet_somebody, infection))

    def _some_time(self, infection: Infection) -> datetime:
        return infection.infectious_from + timedelta(days=self._telling.chance.triangular(0, 6, 1))

    def _at_home(self, infection: Infection, other: Person) -> None:
        if not infection.person.away:
            self._infect(other, infection.person, "household", None)

    def _meet_somebody(self, infection: Infection) -> None:
        person, chance = infection.person, self._telling.chance
        if person.confined:
            return
        venue = person.venue
        if venue is not None and self._telling.likely(0.6):
            setting = (
                "entertainment"
                if venue == GAMES_ROOM
                else ("market", "school", "", "workplace", "meal")[venue]
            )
            self._infect(chance.choice(self._city.of_venue[venue]), person, setting, venue)
        elif self._telling.likely(0.75):
            self._infect(chance.choice(self._city.of_building[person.building]), person, "compound", None)
        else:
            self._infect(chance.choice(self._city.people), person, "shop", None)
