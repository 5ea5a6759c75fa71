"""A small invented city: its jurisdictions, places and people.

Linshui (临水市) does not exist. Its codes stand under CN-XX, which ISO 3166-2 gives to nobody.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from quell.twin.invented_names import family_name, full_name, telephone

ZONE = "Asia/Shanghai"
CITY = "CN-XX-LS"
# Below this age somebody is told through a guardian.
GUARDED_UNDER = 14


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A node of the tree."""

    code: str
    tier: str
    parent: str | None
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Place:
    """A compound, building or venue."""

    place: str
    kind: str
    within: str | None
    jurisdiction: str
    en: str
    zh: str
    longitude: float
    latitude: float


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who lives in the city, by pseudonym, with what the response knows of them."""

    subject: str
    household: int
    building: int
    age: int
    sex: str
    occupation: str
    venue: int | None
    needs: tuple[str, ...]
    held_by: list[str] = field(default_factory=list)
    case: bool = False
    away: bool = False
    asked_for_ride: bool = False
    facility: str | None = None
    contact_of: list[str] = field(default_factory=list)

    @property
    def confined(self) -> bool:
        """Whether the person meets nobody outside the household any more."""
        return self.away or self.case or bool(self.held_by) or bool(self.contact_of)


@dataclass(frozen=True, slots=True)
class Household:
    """People of one flat."""

    subject: str
    building: int
    address: str
    family: tuple[str, str]
    members: list[Person]


@dataclass(frozen=True, slots=True)
class Words:
    """Who a person is, in words; these belong in a vault and in no fact."""

    subject: str
    jurisdiction: str
    words: dict[str, str]


JURISDICTIONS = (
    Jurisdiction("CN-XX", "province", None, "Qinghe Province (invented)", "清禾省（虚构）"),
    Jurisdiction(CITY, "city", "CN-XX", "Linshui", "临水市"),
    Jurisdiction("CN-XX-LS-YH", "county", CITY, "Yunhe District", "云河区"),
    Jurisdiction("CN-XX-LS-QS", "county", CITY, "Qingshan County", "青杉县"),
    Jurisdiction("CN-XX-LS-YH-DM", "township", "CN-XX-LS-YH", "Dongmen Subdistrict", "东门街道"),
    Jurisdiction("CN-XX-LS-YH-HB", "township", "CN-XX-LS-YH", "Hebin Subdistrict", "河滨街道"),
    Jurisdiction("CN-XX-LS-QS-XQ", "township", "CN-XX-LS-QS", "Xiqiao Town", "西桥镇"),
    Jurisdiction("CN-XX-LS-YH-DM-01", "community", "CN-XX-LS-YH-DM", "Guihua Community", "桂花社区"),
    Jurisdiction("CN-XX-LS-YH-DM-02", "community", "CN-XX-LS-YH-DM", "Gulou Community", "鼓楼社区"),
    Jurisdiction("CN-XX-LS-YH-HB-01", "community", "CN-XX-LS-YH-HB", "Liuyin Community", "柳荫社区"),
    Jurisdiction("CN-XX-LS-YH-HB-02", "community", "CN-XX-LS-YH-HB", "Matou Community", "码头社区"),
    Jurisdiction("CN-XX-LS-QS-XQ-01", "community", "CN-XX-LS-QS-XQ", "Taoyuan Community", "桃园社区"),
    Jurisdiction("CN-XX-LS-QS-XQ-02", "community", "CN-XX-LS-QS-XQ", "Shiqiao Community", "石桥社区"),
)
_COMMUNITIES = tuple(each for each in JURISDICTIONS if each.tier == "community")
_COMPOUNDS = (("Jinxiu Garden", "锦绣苑"), ("Heping Estate", "和平小区"))
_BUILDINGS = 5
# Venues and who works or studies there, by share of adults or of children.
_VENUES = (
    ("market", "Dongmen Market", "东门农贸市场", 0),
    ("school", "Linshui No. 2 Primary School", "临水市第二小学", 2),
    ("games_room", "Chunhui Chess Room", "春晖棋牌室", 0),
    ("factory", "Hongda Electronics", "宏达电子厂", 4),
    ("restaurant", "Xiangman Restaurant", "香满楼饭店", 3),
)
MARKET, SCHOOL, GAMES_ROOM, FACTORY, RESTAURANT = range(5)


class City:
    """The whole of it. ``buildings``, ``households`` and ``people`` stand in the order of the streets."""

    def __init__(self, chance: Random, people: int) -> None:
        self.places: list[Place] = []
        self.buildings: list[Place] = []
        self.compounds: list[Place] = []
        self.venues: list[Place] = []
        self.households: list[Household] = []
        self.people: list[Person] = []
        self._lay_out()
        self._settle(chance, people)
        self.of_building: dict[int, list[Person]] = defaultdict(list)
        self.of_venue: dict[int, list[Person]] = defaultdict(list)
        for person in self.people:
            self.of_building[person.building].append(person)
            if person.venue is not None:
                self.of_venue[person.venue].append(person)

    def jurisdiction(self, person: Person) -> str:
        """The community that answers for a person."""
        return self.buildings[person.building].jurisdiction

    def home(self, person: Person) -> str:
        """The place where a person lives."""
        return self.buildings[person.building].place

    def household(self, person: Person) -> list[Person]:
        """The people whom a person lives with."""
        return [each for each in self.households[person.household].members if each is not person]

    def _lay_out(self) -> None:
        for number, community in enumerate(_COMMUNITIES):
            east, north = 101.0 + 0.011 * (number % 3), 30.0 + 0.012 * (number // 3)
            short = community.code[6:].lower()
            for which, (en, zh) in enumerate(_COMPOUNDS):
                name = f"{community.en.split()[0]} {en}", f"{community.zh[:2]}{zh}"
                compound = Place(
                    f"place:{short}-{which + 1}",
                    "compound",
                    None,
                    community.code,
                    *name,
                    east,
                    north + 0.004 * which,
                )
                self.compounds.append(compound)
                self.places.append(compound)
                for building in range(1, _BUILDINGS + 1):
                    self.buildings.append(
                        Place(
                            f"{compound.place}-b{building}",
                            "building",
                            compound.place,
                            community.code,
                            f"{name[0]}, building {building}",
                            f"{name[1]}{building}号楼",
                            round(east + 0.0006 * building, 5),
                            round(north + 0.004 * which + 0.0003, 5),
                        )
                    )
        self.places.extend(self.buildings)
        for number, (kind, en, zh, community_number) in enumerate(_VENUES):
            code = _COMMUNITIES[community_number].code
            where = 101.003 + 0.011 * (community_number % 3), 30.006 + 0.012 * (community_number // 3)
            self.venues.append(Place(f"place:ls-venue-{number + 1}", kind, None, code, en, zh, *where))
        self.places.extend(self.venues)

    def _settle(self, chance: Random, people: int) -> None:
        per_building = people / len(self.buildings)
        codes = chance.sample(range(32**4 * 8), people * 2)
        for building, place in enumerate(self.buildings):
            flat = 0
            while len(self.people) < round(per_building * (building + 1)):
                flat += 1
                number = len(self.households)
                storey, door = divmod(flat - 1, 4)
                address = f"{place.zh}{storey + 1}0{door + 1}室"
                home = Household(f"household:ls-{number + 1:05d}", building, address, family_name(chance), [])
                self.households.append(home)
                for age, sex in _family(chance)[: people - len(self.people)]:
                    occupation, venue = _daily(chance, age)
                    code = codes[len(self.people)]
                    person = Person(
                        subject=f"person:ls-{_written(code)}",
                        household=number,
                        building=building,
                        age=age,
                        sex=sex,
                        occupation=occupation,
                        venue=venue,
                        needs=_needs(chance, age, sex),
                    )
                    home.members.append(person)
                    self.people.append(person)

    def words(self, seed: int) -> list[Words]:
        """Everybody's invented identity, in the order of the streets; the same for the same seed."""
        chance = Random(f"names {seed}")  # noqa: S311 - an invented city needs no secrets
        found = []
        for household in self.households:
            for person in household.members:
                name, latin = full_name(chance, household.family, person.sex)
                words = {"name": name, "phone": telephone(chance), "address": household.address}
                if latin != name:
                    words["name_latin"] = latin
                found.append(Words(person.subject, self.jurisdiction(person), words))
        return found


def _written(number: int) -> str:
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    text = ""
    for _ in range(5):
        number, digit = divmod(number, len(letters))
        text += letters[digit]
    return text


def _family(chance: Random) -> list[tuple[int, str]]:
    """Ages and sexes of one household."""

    def sex() -> str:
        return chance.choice(("female", "male"))

    form = chance.choices(("alone", "couple", "old", "parents", "three"), (14, 18, 16, 36, 16))[0]
    if form == "alone":
        return [(chance.randint(20, 84), sex())]
    if form == "old":
        age = chance.randint(62, 86)
        return [(age, "male"), (max(age - chance.randint(0, 5), 58), "female")]
    age = chance.randint(24, 48)
    family = [(age, "female"), (age + chance.randint(0, 4), "male")]
    if form in {"parents", "three"}:
        family += [(max(age - chance.randint(23, 30), 0), sex()) for _ in range(chance.choice((1, 1, 2)))]
    if form == "three":
        family += [(age + chance.randint(22, 30), sex()) for _ in range(chance.choice((1, 2)))]
    return family


_SCHOOL_AGE, _GROWN, _RETIRES, _KINDERGARTEN = 6, 18, 60, 3


def _daily(chance: Random, age: int) -> tuple[str, int | None]:
    """What a person does, and the venue where they meet others."""
    if age < _KINDERGARTEN:
        return "infant_at_home", None
    if age < _SCHOOL_AGE:
        return "kindergarten_child", None
    if age < _GROWN:
        return "pupil", SCHOOL
    if age >= _RETIRES:
        return "retired", chance.choices((MARKET, GAMES_ROOM, None), (35, 20, 45))[0]
    return chance.choices(
        (
            ("office_worker", None), ("factory_worker", FACTORY), ("market_trader", MARKET), ("homemaker", MARKET),
            ("food_handler", RESTAURANT), ("courier", None), ("teacher", SCHOOL), ("driver", GAMES_ROOM),
            ("health_worker", None), ("construction_worker", RESTAURANT),
        ),
        (30, 18, 6, 14, 6, 6, 4, 6, 4, 6),
    )[0]  # fmt: skip


def _needs(chance: Random, age: int, sex: str) -> tuple[str, ...]:
    """What a person would need if told to stay."""
    found = []
    if age == 0 or (age == 1 and chance.random() < 0.5):  # noqa: PLR2004 - half of the one-year-olds
        found.append("infant")
    if sex == "female" and 22 <= age <= 40 and chance.random() < 0.03:  # noqa: PLR2004 - about one in thirty
        found.append("pregnancy")
    if age >= 45 and chance.random() < 0.12:  # noqa: PLR2004 - insulin and other daily medicine
        found.append("medicine")
    if age >= 50 and chance.random() < 0.012:  # noqa: PLR2004 - dialysis three times a week
        found.append("dialysis")
    if age >= 75 and chance.random() < 0.15:  # noqa: PLR2004
        found.append("older_person_alone")
    return tuple(found)
