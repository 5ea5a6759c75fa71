"""What a response does with cases and contacts.

As usual: most within the time, some late, a little never.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

from quell.catalogue.contacts import ContactNamed, ContactNotified
from quell.catalogue.investigation import (
    CaseClassified,
    CaseReported,
    ExposureReported,
    InfectorReported,
    InterviewHeld,
    InvestigationReported,
    SymptomsBegan,
)
from quell.catalogue.isolation import FollowupRecorded
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.places import PlaceClosed
from quell.catalogue.screening import TubeSampled
from quell.catalogue.when import instant
from quell.catalogue.zones import ZoneDeclared
from quell.twin.small_city import ZONE, City, Person
from quell.twin.small_epidemic import Epidemic, Infection
from quell.twin.small_orders import Orders
from quell.twin.small_transfer import Transfers
from quell.twin.telling import Telling

LABORATORIES = ("organisation:ls-laboratory-1", "organisation:ls-laboratory-2")
_RELATION = {
    "household": "household", "market": "customer", "school": "class", "workplace": "work", "meal": "meal",
    "entertainment": "entertainment", "compound": "lift",
}  # fmt: skip
# Those of a contact of a contact (4) among them, since many are both.
_TEST_DAYS = (1, 2, 3, 4, 5, 7)
_A_CLUSTER = 3


class Care:
    """Cases, their contacts, and single swabs."""

    def __init__(self, telling: Telling, city: City, epidemic: Epidemic) -> None:
        self.telling, self.city, self.epidemic = telling, city, epidemic
        self.orders = Orders(telling, city)
        self.transfers = Transfers(telling, city)
        self.cases: list[Person] = []
        self._tubes = count(1)
        self._in_compound: Counter[str] = Counter()

    def where(self, person: Person) -> str:
        """The community that answers for a person."""
        return self.city.jurisdiction(person)

    # --- a case --------------------------------------------------------------------------------------------

    def found_infected(self, person: Person, found_in: str) -> None:
        """A single swab of this person was read positive."""
        if person.case:
            return
        telling = self.telling
        person.case = True
        person.held_by.clear()
        self.cases.append(person)
        late = telling.likely(0.08)
        telling.after(
            telling.between(130, 260) if late else telling.between(15, 105), partial(self._report, person)
        )
        telling.after(
            telling.between(245, 480) if telling.likely(0.12) else telling.between(30, 215),
            partial(self._interview, person, found_in),
        )
        telling.after(
            telling.between(1450, 1900) if telling.likely(0.08) else telling.between(420, 1380),
            partial(
                telling.say, InvestigationReported, person.subject, self.where(person), source="investigation"
            ),
        )
        telling.after(telling.between(8, 25), partial(self.transfers.ask, person, "case"))
        telling.after(telling.between(15, 60), partial(self._isolate_case, person))
        compound = self.city.buildings[person.building].within or ""
        self._in_compound[compound] += 1
        if self._in_compound[compound] == _A_CLUSTER:
            telling.after(telling.between(60, 240), partial(self._declare_zone, person, compound))

    def _isolate_case(self, person: Person) -> None:
        self.orders.order(person, "case", person.subject, "hospital_isolation", 24 * 14)

    def _report(self, person: Person) -> None:
        self.telling.say(
            CaseReported, person.subject, self.where(person), source="investigation", to="national_system"
        )

    def _interview(self, person: Person, found_in: str) -> None:
        telling, where = self.telling, self.where(person)
        infection = self.epidemic.of.get(person.subject)
        if telling.likely(0.06):
            telling.say(
                InterviewHeld, person.subject, where, source="investigation", completeness="not_reached"
            )
            telling.after(telling.between(60, 150), partial(self._interview, person, found_in))
            return
        complete = telling.chance.choices(("complete", "core_only", "partial", "by_proxy"), (55, 25, 12, 8))[
            0
        ]
        telling.say(InterviewHeld, person.subject, where, source="investigation", completeness=complete)
        ill = infection is not None and infection.onset is not None and infection.onset < telling.clock
        if infection is not None and infection.onset is not None and ill:
            telling.say(
                SymptomsBegan,
                person.subject,
                where,
                source="investigation",
                at=_day(infection.onset),
                typed=(1, 6),
            )
        telling.after(
            telling.between(20, 160),
            partial(
                telling.say,
                CaseClassified,
                person.subject,
                where,
                source="investigation",
                classification="confirmed" if ill else "asymptomatic",
                found_in=found_in,
                disease="covid19",
            ),
        )
        if infection is not None:
            self._tell_exposure(person, infection)
            telling.after(telling.between(5, 40), partial(self._name_contacts, person, infection))

    def _tell_exposure(self, person: Person, infection: Infection) -> None:
        telling, where = self.telling, self.where(person)
        if infection.venue is not None and telling.likely(0.7):
            telling.say(
                ExposureReported,
                person.subject,
                where,
                source="investigation",
                at=_day(infection.at),
                typed=(2, 15),
                place=self.city.venues[infection.venue].place,
                setting=infection.setting,
            )
        if infection.by is not None and infection.by.case and telling.likely(0.35):
            telling.say(
                InfectorReported,
                person.subject,
                where,
                source="investigation",
                typed=(10, 60),
                infector=infection.by.subject,
                setting=infection.setting,
                certainty="medium",
            )

    # --- contacts ------------------------------------------------------------------------------------------

    def _name_contacts(self, person: Person, infection: Infection) -> None:
        telling, chance = self.telling, self.telling.chance
        named: list[tuple[Person, str]] = [(other, "household") for other in self.city.household(person)]
        named += [
            (infected.person, infected.setting)
            for infected in self.epidemic.of.values()
            if infected.by is person and infected.setting != "household" and telling.likely(0.55)
        ]
        around = (
            self.city.of_venue[person.venue]
            if person.venue is not None
            else self.city.of_building[person.building]
        )
        setting = "compound"
        if person.venue is not None:
            setting = ("market", "school", "entertainment", "workplace", "meal")[person.venue]
        named += [(other, setting) for other in chance.sample(around, min(chance.randint(1, 4), len(around)))]
        seen = {person.subject}
        for other, how in named:
            if other.subject in seen or other.case:
                continue
            seen.add(other.subject)
            telling.after(telling.between(0, 25), partial(self._name, other, person, how, infection))

    def _name(self, other: Person, source: Person, setting: str, infection: Infection) -> None:
        telling = self.telling
        last = telling.clock - timedelta(hours=telling.chance.uniform(4, 14))
        if setting != "household":
            last -= timedelta(days=telling.chance.choice((0, 1, 1, 2, 3)))
        first = max(infection.infectious_from, last - timedelta(days=telling.chance.choice((0, 1, 2, 3))))
        telling.say(
            ContactNamed,
            other.subject,
            self.where(other),
            source="investigation",
            source_person=source.subject,
            first_exposure=_day(min(first, last)),
            last_exposure=_day(last),
            setting=setting,
            relation=_RELATION.get(setting, "same_place"),
            certainty=telling.chance.choice(("high", "high", "medium", "low")),
            place=self.city.venues[source.venue].place
            if source.venue is not None and setting != "household"
            else None,
        )
        if not other.case:
            self._follow(other, source, last)

    def _follow(self, contact: Person, source: Person, last: datetime) -> None:
        """Tell a contact, isolate them, move them, test them on the days of the protocol."""
        telling, first_time = self.telling, not contact.contact_of
        if source.subject in contact.contact_of:
            return
        contact.contact_of.append(source.subject)
        telling.after(
            telling.between(125, 260) if telling.likely(0.1) else telling.between(10, 110),
            partial(self._notify, contact, source),
        )
        telling.after(
            telling.between(490, 720) if telling.likely(0.06) else telling.between(30, 330),
            partial(self._isolate_contact, contact, source),
        )
        if not first_time:
            return
        telling.after(telling.between(40, 240), partial(self.transfers.ask, contact, "contact"))
        day = last.astimezone(ZoneInfo(ZONE)).replace(hour=8, minute=0, second=0, microsecond=0)
        telling.after(telling.between(150, 420), partial(self._test_contact, contact))
        for number in _TEST_DAYS:
            moment = day + timedelta(days=number, minutes=telling.between(0, 240))
            if moment > telling.clock + timedelta(hours=8) and not telling.likely(0.04):
                telling.on(moment, partial(self._test_contact, contact))

    def _notify(self, contact: Person, source: Person) -> None:
        if not contact.case:
            self.telling.say(
                ContactNotified,
                contact.subject,
                self.where(contact),
                source="contacts",
                source_person=source.subject,
            )

    def _isolate_contact(self, contact: Person, source: Person) -> None:
        if not contact.case:
            self.orders.order(contact, "contact", source.subject, "central_isolation", 24 * 7)

    def _test_contact(self, contact: Person) -> None:
        if not contact.case:
            found_in = "isolation_site" if contact.away else "home_isolation"
            self.single(contact, "isolation_day", found_in, 180, 420)

    def go_round(self) -> None:
        """Once in half an hour, some of the isolated contacts are asked how they are."""
        telling = self.telling
        isolated = [each for each in self.city.people if each.away and not each.case]
        for contact in telling.chance.sample(isolated, len(isolated) // 16):
            telling.after(telling.between(0, 30), partial(self._ask_how, contact))
        telling.after(30, self.go_round)

    def _ask_how(self, contact: Person) -> None:
        state = "seen_well" if not self.telling.likely(0.04) else "missed"
        self.telling.say(
            FollowupRecorded, contact.subject, self.where(contact), source="facilities", state=state
        )

    def single(self, person: Person, purpose: str, found_in: str, least: float, most: float) -> None:
        """Take one person's swab, to be read after so many minutes."""
        telling = self.telling
        tube = f"tube:ls-s{next(self._tubes):05d}"
        telling.say(
            TubeSampled,
            tube,
            self.where(person),
            source="sampling",
            members=(person.subject,),
            pool_size=1,
            purpose=purpose,
        )
        shown = self.epidemic.ct(person, telling.clock)
        telling.after(telling.between(least, most), partial(self._read_single, tube, person, shown, found_in))

    def _read_single(self, tube: str, person: Person, shown: float | None, found_in: str) -> None:
        self.read(tube, self.where(person), "negative" if shown is None else "positive", shown)
        if shown is not None:
            self.found_infected(person, found_in)

    def read(
        self, tube: str, where: str, result: str, shown: float | None, source_id: str | None = None
    ) -> TubeResulted:
        """The laboratory says what a tube shows."""
        chance = self.telling.chance
        return self.telling.say(
            TubeResulted,
            tube,
            where,
            source="laboratory",
            source_id=source_id,
            typed=(0.2, 2),
            result=result,
            ct=None if shown is None else round(shown, 1),
            ct_orf=None if shown is None else round(shown + chance.uniform(-1.2, 1.5), 1),
            laboratory=chance.choice(LABORATORIES),
        )

    def _declare_zone(self, person: Person, compound: str) -> None:
        inside = [each for each in self.city.people if self.city.buildings[each.building].within == compound]
        self.telling.say(
            ZoneDeclared,
            f"zone:{compound[6:]}",
            self.where(person),
            source="command",
            level="high",
            places=(compound,),
            legal_basis="infectious_disease_law",
            ordered_by="commander",
            until=instant(self.telling.clock + timedelta(days=7)),
            notice="public_notice",
            population=len(inside),
            because=person.subject,
        )
        self.telling.say(
            PlaceClosed,
            compound,
            self.where(person),
            source="command",
            reason="zone_order",
            legal_basis="infectious_disease_law",
            until=instant(self.telling.clock + timedelta(days=7)),
        )


def _day(moment: datetime) -> str:
    """The local calendar day of a moment."""
    return moment.astimezone(ZoneInfo(ZONE)).date().isoformat()
