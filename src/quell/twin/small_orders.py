"""Orders to stay, and what people need who are told to: each order has its ground, its officer, its end."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import count

from quell.catalogue.isolation import AppealDecided, RestrictionAppealed, RestrictionOrdered
from quell.catalogue.needs import DeliveryMade, NeedMet, NeedRaised, NeedsChecked
from quell.catalogue.when import instant
from quell.twin.small_city import GUARDED_UNDER, City, Person
from quell.twin.telling import Telling

_URGENCY = {
    "dialysis": "life_threatening", "medicine": "urgent", "infant": "urgent", "pregnancy": "urgent",
    "food": "soon", "older_person_alone": "soon", "mental_distress": "soon", "animals": "routine",
    "work_and_school": "routine",
}  # fmt: skip
# What is due within so many hours is never forgotten, only late.
_URGENT_HOURS = 8.0
_HOURS = {"life_threatening": 4.0, "urgent": 6.0, "soon": 12.0, "routine": 36.0}


class Orders:
    """Who was told to stay, and what became of what they asked for."""

    def __init__(self, telling: Telling, city: City) -> None:
        self.telling, self.city = telling, city
        self.stopped: list[Person] = []
        self._needs = count(1)

    def where(self, person: Person) -> str:
        """The community that answers for a person."""
        return self.city.jurisdiction(person)

    def order(self, person: Person, ground: str, because: str, measure: str, hours: float) -> None:
        """Order that a person stay, tell them, and ask what they need."""
        telling = self.telling
        stated = not telling.likely(0.015)
        officer = f"officer-{telling.chance.randint(1, 9):02d}"
        self._state_order(person, ground, because, measure, hours, officer, stated=stated)
        if not stated and telling.likely(0.8):
            again = partial(self._state_order, person, ground, because, measure, hours, officer, stated=True)
            telling.after(telling.between(20, 100), again)
        if person not in self.stopped:
            self.stopped.append(person)
        if not telling.likely(0.02):
            wait = telling.between(150, 300) if telling.likely(0.06) else telling.between(12, 105)
            telling.after(wait, partial(self.check_needs, person))
        if telling.likely(0.007):
            telling.after(telling.between(40, 200), partial(self._appeal, person, ground, because))

    def _state_order(
        self,
        person: Person,
        ground: str,
        because: str,
        measure: str,
        hours: float,
        officer: str,
        *,
        stated: bool,
    ) -> None:
        minor = person.age < GUARDED_UNDER
        self.telling.say(
            RestrictionOrdered,
            person.subject,
            self.where(person),
            source="community",
            ground=ground,
            because=because,
            measure=measure,
            legal_basis="infectious_disease_law" if stated else "not_stated",
            ordered_by=officer,
            until=instant(self.telling.clock + timedelta(hours=hours)),
            notice="through_guardian"
            if minor
            else self.telling.chance.choice(("phone", "spoken", "text_message")),
            appeal="reviewing_officer",
            place=None if measure in {"central_isolation", "hospital_isolation"} else self.city.home(person),
        )

    def _appeal(self, person: Person, ground: str, because: str) -> None:
        if person.case:
            return
        where = self.where(person)
        self.telling.say(
            RestrictionAppealed, person.subject, where, source="hotline", ground=ground, because=because
        )
        decided = partial(
            self.telling.say,
            AppealDecided,
            person.subject,
            where,
            source="command",
            ground=ground,
            because=because,
            upheld=self.telling.likely(0.3),
            decided_by="officer-21",
        )
        self.telling.after(self.telling.between(120, 1600), decided)

    def check_needs(self, person: Person) -> None:
        """Ask a person what they need, and see that they get it."""
        telling = self.telling
        if person.case and person.away:
            return
        household = [person, *self.city.household(person)]
        found = list(person.needs)
        if (
            person.age > GUARDED_UNDER
            and any("infant" in each.needs for each in household)
            and "infant" not in found
        ):
            found.append("infant")
        for need, share in (
            ("food", 0.12),
            ("mental_distress", 0.02),
            ("animals", 0.02),
            ("work_and_school", 0.03),
        ):
            if telling.likely(share):
                found.append(need)
        telling.say(NeedsChecked, person.subject, self.where(person), source="community", found=tuple(found))
        for need in found:
            hours = _HOURS[_URGENCY[need]] * telling.chance.uniform(0.7, 1.3)
            if telling.likely(0.88):
                met: float | None = 60 * hours * telling.chance.uniform(0.15, 0.85)
            else:
                late = 60 * hours * telling.chance.uniform(1.0, 1.6)
                met = late if hours <= _URGENT_HOURS or telling.likely(0.8) else None
            self.raise_need(person, need, hours, met)

    def raise_need(self, person: Person, need: str, hours: float, met: float | None) -> None:
        """Raise a need that must be met within so many hours, and is after so many minutes, or never."""
        telling = self.telling
        number = f"need:ls-{next(self._needs):05d}"
        telling.say(
            NeedRaised,
            person.subject,
            self.where(person),
            source="community",
            need=need,
            number=number,
            urgency=_URGENCY[need],
            needed_by=instant((telling.clock + timedelta(hours=hours)).replace(second=0, microsecond=0)),
        )
        if met is not None:
            telling.after(met, partial(self._meet, person, number, need))

    def _meet(self, person: Person, number: str, need: str) -> None:
        where = self.where(person)
        if need in {"medicine", "infant", "food"}:
            self.telling.say(
                DeliveryMade,
                person.subject,
                where,
                source="community",
                number=number,
                by="organisation:ls-volunteers",
            )
        by = (
            "family"
            if person.age < GUARDED_UNDER
            else self.telling.chance.choice(("person", "person", "second_staff"))
        )
        self.telling.say(NeedMet, person.subject, where, source="needs", number=number, confirmed_by=by)
