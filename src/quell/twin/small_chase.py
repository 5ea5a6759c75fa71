"""Screening rounds and the chase: tubes are filled and read; the people of a positive tube are called and held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count, groupby

from quell.catalogue.chase import PersonCalled, PersonLocated, PersonVisited
from quell.catalogue.isolation import PersonToldFree
from quell.catalogue.laboratory import TubeReceived, TubeRejected, TubeShipped
from quell.catalogue.screening import RoundClosed, RoundOpened, SampleRefused, TubeSampled
from quell.catalogue.when import instant
from quell.twin.small_care import LABORATORIES, Care
from quell.twin.small_city import CITY, GUARDED_UNDER, Person
from quell.twin.small_epidemic import Epidemic
from quell.twin.telling import Telling

ROUND_LASTS = timedelta(hours=10)
_POOL = 10
# Dilution among ten costs about three cycles.
_DILUTION, _UNCLEAR_FROM, _READ_UNTIL = 2.6, 37.2, 39.0
_NOT_REACHED = ("no_answer", "no_answer", "switched_off", "busy", "wrong_number")


class Chase:
    """Rounds, pools and the people in them."""

    def __init__(
        self,
        telling: Telling,
        care: Care,
        epidemic: Epidemic,
        *,
        staged: Sequence[datetime] = (),
        expected: Sequence[datetime] = (),
        detailed_from: datetime,
    ) -> None:
        """Rounds begin when they are opened.

        staged         moments at which a tube is read positive, whatever the truth, so that now shows every stage
        expected       moments after those, at which the next positive ones are read if there are any
        detailed_from  from when on every tube's arrival at the laboratory is said, not only of those that matter
        """
        self._telling, self._care, self._epidemic = telling, care, epidemic
        self._staged, self._expected = sorted(staged), sorted(expected)
        self._detailed_from = detailed_from
        self._tubes = count(1)
        self._messages = count(1)

    # --- a round -------------------------------------------------------------------------------------------

    def open_round(self, number: int) -> None:
        """Go over the whole city once, all communities at the same time."""
        telling, city = self._telling, self._care.city
        name = f"round:ls-{number:02d}"
        telling.say(
            RoundOpened,
            name,
            CITY,
            source="screening",
            area=(f"jurisdiction:{CITY}",),
            number=number,
            pool_size=_POOL,
            finish_by=instant(telling.clock + timedelta(hours=24)),
        )
        for which, (_, of_community) in enumerate(groupby(city.people, key=city.jurisdiction)):
            people = list(of_community)
            if which % 2:
                # By the street: whoever comes along stands in the queue. Elsewhere by household.
                people = self._queued(people)
            pools = [people[start : start + _POOL] for start in range(0, len(people), _POOL)]
            for index, pool in enumerate(pools):
                share = (index + telling.chance.uniform(0, 0.8)) / len(pools)
                telling.after(ROUND_LASTS.total_seconds() / 60 * share, partial(self._sample, pool, name))
        telling.after(
            ROUND_LASTS.total_seconds() / 60 + 480,
            partial(telling.say, RoundClosed, name, CITY, source="screening"),
        )

    def _queued(self, people: list[Person]) -> list[Person]:
        queue: list[Person] = []
        for _, of_building in groupby(people, key=lambda each: each.building):
            come = list(of_building)
            self._telling.chance.shuffle(come)
            queue.extend(come)
        return queue

    def _sample(self, pool: list[Person], round_name: str) -> None:
        telling = self._telling
        members: list[Person] = []
        for person in pool:
            if person.confined:
                continue
            if telling.likely(0.004):
                reason = telling.chance.choice(("not_at_home", "not_at_home", "unwell", "child_resisted"))
                telling.say(
                    SampleRefused, person.subject, self._care.where(person), source="sampling", reason=reason
                )
            else:
                members.append(person)
        if not members:
            return
        tube = f"tube:ls-p{next(self._tubes):05d}"
        building = self._care.city.buildings[members[0].building]
        stated = telling.say(
            TubeSampled,
            tube,
            building.jurisdiction,
            source="sampling",
            typed=(0.5, 6),
            members=tuple(each.subject for each in members),
            pool_size=_POOL,
            purpose="round",
            round=round_name,
            place=building.within,
            team=f"organisation:ls-team-{1 + members[0].building % 4}",
        )
        self._send(tube, members, stated.jurisdiction)

    def _send(self, tube: str, members: list[Person], where: str) -> None:
        """Bring a pool to the laboratory: what it will show is settled by the swabs taken now."""
        telling = self._telling
        found = [ct for each in members if (ct := self._epidemic.ct(each, telling.clock)) is not None]
        shown = min(found) + _DILUTION if found and not telling.likely(0.03) else None
        if telling.likely(0.003):
            shown = telling.chance.uniform(35.0, 37.0)
        minutes = telling.between(150, 380)
        staged, shown = self._staged_for(shown)
        if shown is None or shown >= _READ_UNTIL:
            if telling.clock < self._detailed_from:
                telling.after(minutes, partial(self._care.read, tube, where, "negative", None))
                return
            telling.after(telling.between(8, 30), partial(self._ship, tube, where))
            telling.after(minutes, partial(self._care.read, tube, where, "negative", None))
        elif shown >= _UNCLEAR_FROM:
            telling.after(minutes, partial(self._read_unclear, tube, members, where, shown))
        elif staged is not None:
            telling.on(staged, partial(self._read_positive, tube, members, where, shown, staged=True))
        else:
            if (expected := self._expected_next()) is not None:
                minutes = (expected - telling.clock) / timedelta(minutes=1)
            telling.after(minutes, partial(self._read_positive, tube, members, where, shown))
        telling.after(telling.between(35, 120), partial(self._arrive, tube, where))

    def _staged_for(self, shown: float | None) -> tuple[datetime | None, float | None]:
        """The moment at which this tube is read, if a stage of now's chase waits for one, and what it then shows."""
        clock, chance = self._telling.clock, self._telling.chance
        if not self._staged or clock + timedelta(hours=2) >= self._staged[0]:
            return None, shown
        if shown is None and self._staged[0] < clock + timedelta(hours=2, minutes=35):
            # Nobody infected turned up in time: a false positive stands in.
            shown = chance.uniform(33.0, 36.5)
        if shown is None or shown >= _UNCLEAR_FROM:
            return None, shown
        return self._staged.pop(0), shown

    def _expected_next(self) -> datetime | None:
        """The next moment after now at which a tube is to be read positive, once every stage has its tube."""
        if self._staged:
            return None
        while self._expected and self._expected[0] < self._telling.clock + timedelta(hours=2):
            self._expected.pop(0)
        return self._expected.pop(0) if self._expected else None

    def _arrive(self, tube: str, where: str) -> None:
        laboratory = self._telling.chance.choice(LABORATORIES)
        self._telling.say(TubeReceived, tube, where, source="laboratory", laboratory=laboratory)

    def _ship(self, tube: str, where: str) -> None:
        laboratory = self._telling.chance.choice(LABORATORIES)
        self._telling.say(TubeShipped, tube, where, source="sampling", laboratory=laboratory)

    # --- a positive pool -------------------------------------------------------------------------------------

    def _read_positive(
        self, tube: str, members: list[Person], where: str, shown: float, *, staged: bool = False
    ) -> None:
        message = f"m{next(self._messages):06d}"
        stated = self._care.read(tube, where, "positive", shown, message)
        if self._telling.likely(0.06):
            # The laboratory's system sends the same message again.
            self._telling.repeat(stated, (3, 20))
        first = self._telling.between(3.5, 6) if staged else self._telling.between(2, 11)
        for place_in_line, person in enumerate(members):
            if not person.away:
                self._chase(person, tube, first + 2.2 * place_in_line, surely=staged)

    def _read_unclear(self, tube: str, members: list[Person], where: str, shown: float) -> None:
        self._care.read(tube, where, "indeterminate", shown)
        for person in members:
            if not person.away:
                self._swab_later(person, tube)

    def _chase(self, person: Person, tube: str, minutes: float, *, surely: bool) -> None:
        telling = self._telling
        person.held_by.append(tube)
        reached = 0.9 if surely else 0.72
        tries = 1
        while not telling.likely(reached) and tries < 3:  # noqa: PLR2004 - after three calls somebody goes there
            answer = telling.chance.choice(_NOT_REACHED)
            telling.after(minutes, partial(self._call, person, answer))
            minutes += telling.between(7, 16)
            tries += 1
        if tries < 3:  # noqa: PLR2004
            telling.after(minutes, partial(self._reach, person, tube))
        else:
            telling.after(minutes + telling.between(12, 45), partial(self._visit, person, tube))

    def _call(self, person: Person, answer: str) -> None:
        self._telling.say(
            PersonCalled, person.subject, self._care.where(person), source="chase", answer=answer
        )

    def _reach(self, person: Person, tube: str) -> None:
        relative = self._telling.likely(0.12)
        self._call(person, "relative_answered" if relative else "reached")
        self._locate(person, tube, "relative" if relative else "reached")

    def _visit(self, person: Person, tube: str) -> None:
        telling = self._telling
        found = telling.likely(0.8)
        telling.say(
            PersonVisited,
            person.subject,
            self._care.where(person),
            source="chase",
            answer="found" if found else telling.chance.choice(("nobody_home", "moved_away", "did_not_open")),
            place=self._care.city.home(person),
        )
        if found:
            self._locate(person, tube, "visited")
        elif telling.likely(0.8):
            how = telling.chance.choice(("public_security", "employer", "community"))
            telling.after(telling.between(45, 280), partial(self._locate, person, tube, how))

    def _locate(self, person: Person, tube: str, how: str) -> None:
        telling = self._telling
        telling.say(
            PersonLocated,
            person.subject,
            self._care.where(person),
            source="chase",
            how=how,
            place=self._care.city.home(person),
        )
        telling.after(telling.between(2, 9), partial(self._hold, person, tube))

    def _hold(self, person: Person, tube: str) -> None:
        if person.away:
            return
        self._care.orders.order(person, "pool_positive", tube, "hold", 24)
        self._swab_later(person, tube)

    def _swab_later(self, person: Person, tube: str) -> None:
        telling = self._telling
        late = telling.likely(0.09)
        wait = telling.between(125, 260) if late else telling.between(18, 100)
        telling.after(wait, partial(self._swab, person, tube))

    # --- one by one ------------------------------------------------------------------------------------------

    def _swab(self, person: Person, pool: str) -> None:
        telling, where = self._telling, self._care.where(person)
        if person.away or person.case:
            return
        tube = f"tube:ls-r{next(self._tubes):05d}"
        telling.say(
            TubeSampled,
            tube,
            where,
            source="sampling",
            members=(person.subject,),
            pool_size=1,
            purpose="pool_resample",
            place=self._care.city.home(person),
        )
        telling.after(telling.between(20, 60), partial(self._arrive, tube, where))
        if telling.likely(0.012):
            telling.after(telling.between(60, 120), partial(self._reject, tube, person, pool))
            return
        if telling.likely(0.004):
            return  # a tube that nobody sees again
        shown = self._epidemic.ct(person, telling.clock)
        wait = telling.between(250, 420) if telling.likely(0.07) else telling.between(95, 225)
        telling.after(wait, partial(self._read_single, tube, person, pool, shown))

    def _reject(self, tube: str, person: Person, pool: str) -> None:
        reason = self._telling.chance.choice(("leaking", "label_unreadable", "too_little"))
        self._telling.say(TubeRejected, tube, self._care.where(person), source="laboratory", reason=reason)
        self._swab_later(person, pool)

    def _read_single(self, tube: str, person: Person, pool: str, shown: float | None) -> None:
        telling = self._telling
        self._care.read(tube, self._care.where(person), "negative" if shown is None else "positive", shown)
        if shown is not None:
            self._care.found_infected(person, "screening")
            return
        if pool in person.held_by:
            person.held_by.remove(pool)
        if not telling.likely(0.015):
            wait = telling.between(65, 150) if telling.likely(0.09) else telling.between(6, 50)
            telling.after(wait, partial(self._tell_free, person))

    def _tell_free(self, person: Person) -> None:
        if person.case:
            return
        minor = person.age < GUARDED_UNDER
        notice = "through_guardian" if minor else self._telling.chance.choice(("phone", "text_message"))
        self._telling.say(
            PersonToldFree, person.subject, self._care.where(person), source="community", notice=notice
        )
