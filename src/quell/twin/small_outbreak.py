"""A small outbreak made by code: four thousand people of an invented city, day nine, told in facts.

    for recorded_at, fact in history(seed=7, now=now): ...    # what was recorded until now
    for recorded_at, fact in future(seed=7, now=now): ...     # what goes on happening afterwards
    for who in identities(seed=7): ...                        # invented names, for a vault; no fact holds them

The same seed and the same now give the same facts. Every fact says that it is simulated, in its source.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random

import msgspec

from quell.catalogue.fact import checked, content_hash, identity_of
from quell.catalogue.keeping import FactAmended
from quell.catalogue.laboratory import LaboratoryCapacityStated, TubeResulted
from quell.catalogue.people import GroupRegistered, OrganisationRegistered, PersonRegistered
from quell.catalogue.places import JurisdictionRegistered, PlaceClosed, PlaceRegistered
from quell.catalogue.screening import TubeSampled
from quell.catalogue.when import instant
from quell.twin.small_care import LABORATORIES, Care
from quell.twin.small_chase import Chase
from quell.twin.small_city import CITY, JURISDICTIONS, MARKET, ZONE, City, Words
from quell.twin.small_epidemic import Epidemic
from quell.twin.telling import Telling, Told

OUTBREAK = "outbreak:linshui"
TITLE = {"en": "Linshui (simulated)", "zh": "临水市疫情（模拟）"}
JURISDICTION = CITY
PEOPLE = 4000
DAYS = 9
_BEFORE = timedelta(days=5)
_GOES_ON = timedelta(hours=26)
# The round that is under way now began so long ago; the others on the days before and after, at the same hour.
_ROUND_SINCE = timedelta(hours=8)
_ROUNDS_BEFORE = 4
# From so long ago on, what matters to nobody is told too: every tube on its way, everybody well.
_DETAILED = timedelta(hours=10)
# Minutes ago at which a tube was read positive: just now, being located, being held, being swabbed, waiting.
_STAGES = (1.5, 12, 17, 33, 140, 155)
# Minutes from now at which the next ones are, so that the chase never rests.
_NEXT = (4, 13, 24, 33, 45, 58, 70, 84, 97, 112)


def opened_at(now: datetime, days: int = DAYS) -> datetime:
    """When the outbreak was declared, so that now is its day ``days``."""
    return now - timedelta(days=days - 1, hours=13)


def history(seed: int, now: datetime, *, people: int = PEOPLE, days: int = DAYS) -> Iterator[Told]:
    """Everything that was recorded until now, with when it was, in that order."""
    return _Outbreak(seed, now, people, days).telling.told(now)


def future(seed: int, now: datetime, *, people: int = PEOPLE, days: int = DAYS) -> Iterator[Told]:
    """What goes on being recorded after now, for a day: something every few seconds."""
    whole = _Outbreak(seed, now, people, days).telling.told(now + _GOES_ON)
    return (told for told in whole if told[0] > now)


def identities(seed: int, *, people: int = PEOPLE) -> list[Words]:
    """Invented names, telephone numbers and addresses of everybody."""
    return _city(seed, people).words(seed)


def _city(seed: int, people: int) -> City:
    return City(Random(f"city {seed}"), people)  # noqa: S311 - an invented city needs no secrets


class _Outbreak:
    """Everything put in its place; it happens as it is told."""

    def __init__(self, seed: int, now: datetime, people: int, days: int) -> None:
        self.now = now.replace(microsecond=0)
        self.opened = opened_at(self.now, days)
        chance = Random(f"outbreak {seed}")  # noqa: S311 - the same seed must give the same story
        self.telling = Telling(chance, begins=self.opened - _BEFORE, zone=ZONE, outbreak=OUTBREAK)
        self.city = _city(seed, people)
        self.epidemic = Epidemic(self.telling, self.city, self.opened)
        self.care = Care(self.telling, self.city, self.epidemic)
        self.chase = Chase(
            self.telling,
            self.care,
            self.epidemic,
            staged=[self.now - timedelta(minutes=minutes) for minutes in _STAGES],
            expected=[self.now + timedelta(minutes=minutes) for minutes in _NEXT],
            detailed_from=self.now - _DETAILED,
        )
        self.telling.on(self.opened, self._register)
        self.telling.on(self.opened + timedelta(minutes=30), self._first_case)
        first = max(1, days - 1 - _ROUNDS_BEFORE)
        for day in range(first, days + 2):
            begins = self.now - _ROUND_SINCE + timedelta(days=day - days + 1)
            if begins > self.opened + timedelta(hours=2):
                self.telling.on(begins, partial(self.chase.open_round, day - first + 1))
        self._clinic_opens()
        self.telling.on(self.now - _DETAILED, self.care.go_round)
        self._plan_oddities()

    def _register(self) -> None:
        """The city as its registers have it: who and where, before anything happened."""
        say = self.telling.say
        for node in JURISDICTIONS:
            say(
                JurisdictionRegistered,
                f"jurisdiction:{node.code}",
                node.code,
                source="register",
                typed=(0, 0),
                general=True,
                code=node.code,
                tier=node.tier,
                parent=node.parent,
                names={"en": node.en, "zh": node.zh},
                population=sum(
                    self.city.jurisdiction(each).startswith(node.code) for each in self.city.people
                ),
                local_zone=ZONE,
            )
        for place in self.city.places:
            say(
                PlaceRegistered,
                place.place,
                place.jurisdiction,
                source="register",
                typed=(0, 0),
                general=True,
                place_kind=place.kind,
                within=place.within,
                public_name={"en": place.en, "zh": place.zh},
                longitude=place.longitude,
                latitude=place.latitude,
            )
        for household in self.city.households:
            place = self.city.buildings[household.building]
            say(
                GroupRegistered,
                household.subject,
                place.jurisdiction,
                source="register",
                typed=(0, 0),
                general=True,
                purpose="household",
                head=household.members[0].subject,
                place=place.place,
                size=len(household.members),
            )
            for person in household.members:
                say(
                    PersonRegistered,
                    person.subject,
                    place.jurisdiction,
                    source="register",
                    typed=(0, 0),
                    general=True,
                    age=person.age,
                    sex=person.sex,
                    occupation=person.occupation,
                    household=household.subject,
                    lives_at=place.place,
                )
        self._register_organisations()
        self.care.transfers.register()

    def _register_organisations(self) -> None:
        departments = {
            **dict.fromkeys(LABORATORIES, "laboratory"),
            **{f"organisation:ls-team-{number}": "sampling" for number in range(1, 5)},
            "organisation:ls-disease-control": "disease_control",
            "organisation:ls-volunteers": "volunteers",
        }
        for organisation, department in departments.items():
            self.telling.say(
                OrganisationRegistered, organisation, CITY, source="register", department=department
            )
        for laboratory in LABORATORIES:
            self.telling.say(
                LaboratoryCapacityStated,
                laboratory,
                CITY,
                source="laboratory",
                tubes_per_day=1200,
                turnaround_minutes=240,
            )

    # --- how it was noticed ----------------------------------------------------------------------------------

    def _first_case(self) -> None:
        """Somebody of the market is ill, goes to the fever clinic, and is the first who is found."""
        found = next(each.person for each in self.epidemic.of.values())
        self.care.single(found, "clinic", "clinic", 120, 200)
        venue = self.city.venues[MARKET]
        close = partial(
            self.telling.say,
            PlaceClosed,
            venue.place,
            venue.jurisdiction,
            source="command",
            reason="case_there",
            legal_basis="infectious_disease_law",
            until=instant(self.opened + timedelta(days=14)),
        )
        self.telling.after(600, close)

    def _clinic_opens(self) -> None:
        """Every few hours some of the ill come to the clinic by themselves."""
        moment = self.opened + timedelta(hours=9)
        while moment < self.now + _GOES_ON:
            self.telling.on(moment, self._clinic)
            moment += timedelta(hours=5)

    def _clinic(self) -> None:
        ill = [
            each.person
            for each in self.epidemic.spreading()
            if each.onset is not None and each.onset < self.telling.clock - timedelta(hours=10)
        ]
        for person in ill:
            if self.telling.likely(0.12):
                self.care.single(person, "clinic", "clinic", 150, 330)
        for person in self.telling.chance.sample(self.city.people, 2):
            if not person.confined:
                self.care.single(person, "clinic", "clinic", 150, 330)

    # --- what goes wrong -------------------------------------------------------------------------------------

    def _plan_oddities(self) -> None:
        def ago(minutes: float) -> datetime:
            return self.now - timedelta(minutes=minutes)

        self.telling.on(ago(2 * 1440), partial(self._unknown_tube, filled_in=True))
        self.telling.on(ago(52), partial(self._unknown_tube, filled_in=False))
        self.telling.on(ago(26 * 60), self._correct)
        self.telling.on(ago(70), self._contradict)
        self.telling.on(ago(150), partial(self._urgent, "dialysis", 2.3, 172))
        self.telling.on(ago(75), partial(self._urgent, "medicine", 1.9, 120))
        self.telling.on(ago(38), partial(self._urgent, "infant", 1.5, 80))

    def _unknown_tube(self, *, filled_in: bool) -> None:
        """A tube is read whose people nobody said; sometimes a registrar finds the list."""
        where = self.city.buildings[0].jurisdiction
        tube = f"tube:ls-x{1 if filled_in else 2:05d}"
        self.care.read(tube, where, "negative" if filled_in else "positive", None if filled_in else 31.4)
        if filled_in:
            some = [each.subject for each in self.city.people if not each.confined][:8]
            sampled_at = self.telling.clock - timedelta(hours=5)
            sampled = partial(
                self.telling.say,
                TubeSampled,
                tube,
                where,
                source="sampling",
                at=sampled_at,
                members=tuple(some),
                pool_size=10,
                purpose="round",
            )
            self.telling.after(95, sampled)

    def _correct(self) -> None:
        """The Ct of a case's tube was typed wrongly and is put right."""
        person = (self.care.cases or self.city.people)[-1]
        where = self.city.jurisdiction(person)
        wrong = self.care.read("tube:ls-x00003", where, "positive", 52.1)
        sampled = self.telling.clock - timedelta(hours=4)
        self.telling.say(
            TubeSampled,
            wrong.subject,
            where,
            source="sampling",
            at=sampled,
            members=(person.subject,),
            pool_size=1,
            purpose="admission",
        )
        good = checked(wrong)
        right = {**msgspec.json.decode(good.body), "ct": 25.1, "ct_orf": 25.9}
        target = identity_of(good.stated, content_hash(good.entry.name, good.entry.version, good.body))
        correction = partial(
            self.telling.say,
            FactAmended,
            wrong.subject,
            where,
            source="laboratory",
            target=target,
            of_kind=wrong.kind,
            of_version=wrong.version,
            replacement=right,
            reason="typing_error",
        )
        self.telling.after(40, correction)

    def _contradict(self) -> None:
        """Two messages of one id say different things of one tube."""
        person = (self.care.cases or self.city.people)[0]
        where = self.city.jurisdiction(person)
        for result, ct in (("positive", 34.8), ("indeterminate", 37.5)):
            self.telling.say(
                TubeResulted,
                "tube:ls-x00004",
                where,
                source="laboratory",
                source_id="m900001",
                result=result,
                ct=ct,
                laboratory=LABORATORIES[1],
            )
        self.telling.say(
            TubeSampled,
            "tube:ls-x00004",
            where,
            source="sampling",
            at=self.telling.clock - timedelta(hours=3),
            members=(person.subject,),
            pool_size=1,
            purpose="release",
        )

    def _urgent(self, need: str, hours: float, met: float) -> None:
        """Somebody who was told to stay needs something urgently."""
        stopped = [each for each in self.care.orders.stopped if each.confined and not each.case]
        grown = [each for each in stopped if each.age > 40] or stopped or self.city.people  # noqa: PLR2004
        self.care.orders.raise_need(grown[-1], need, hours, met)
