"""A case of a line list as facts. Each fact is what the row says, dated on the day that the row gives for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from quell.catalogue.fact import Fact
from quell.catalogue.investigation import (
    CaseClassified,
    CaseHospitalised,
    CaseOutcomeKnown,
    CaseRecovered,
    CaseReported,
    ExposureReported,
    InfectorReported,
    SymptomsBegan,
)
from quell.catalogue.laboratory import PersonTested
from quell.catalogue.people import GroupRegistered, PersonDied, PersonRegistered, RelationBegan
from quell.catalogue.places import PlaceRegistered
from quell.exchange.columns import Mapping
from quell.exchange.rows import ReadRow
from quell.exchange.stating import DATED_BY, Dataset, Stated, learned
from quell.tables.definitions import KNOWN_BY

# Columns that are understood and yet become no fact, with the reason that the report gives.
NOT_TAKEN = {
    "lon": "coordinates of a home tell who lives there; engines read them from the file",
    "lat": "coordinates of a home tell who lives there; engines read them from the file",
    "residence": "an address in words belongs in the vault",
    "vaccination": "a dose is a fact only with its day",
    "isolate_date": "a restriction is a fact only with its order, its ground and its legal basis",
}
_GROUPS = {"class": "class", "ward": "ward", "dormitory": "dormitory", "workplace": "workplace_team", "班级": "class",
           "病区": "ward", "工作单位": "workplace_team"}  # fmt: skip
_KINDS: dict[str, tuple[type[Fact], ...]] = {
    "onset_date": (SymptomsBegan,),
    "rash_date": (SymptomsBegan,),
    "report_date": (CaseReported,),
    "admission_date": (CaseHospitalised,),
    "sample_date": (PersonTested,),
    "exposure_start": (ExposureReported,),
    "exposure_end": (ExposureReported,),
    "infection_date": (ExposureReported,),
    "infector_id": (InfectorReported,),
    "household_id": (GroupRegistered, RelationBegan),
    "group_id": (GroupRegistered, RelationBegan),
    "facility_id": (PlaceRegistered, RelationBegan),
    "outcome": (CaseOutcomeKnown, PersonDied, CaseRecovered),
    "death_date": (PersonDied,),
    "recovery_date": (CaseRecovered,),
}


def kinds_of(mapping: Mapping) -> set[str]:
    """The kinds of fact that a line list of these columns can yield."""
    kinds = {PersonRegistered.kind, CaseClassified.kind}
    return kinds | {struct.kind for name in mapping.found for struct in _KINDS.get(name, ())}


def facts_of_case(row: ReadRow, data: Dataset, mapping: Mapping) -> Iterator[Stated]:
    """Everything that a row of a line list states, with the day on which it was known."""
    known = row.day(*KNOWN_BY) or data.last
    for stated in _facts(row, data, mapping):
        happened = date.fromisoformat(stated.occurred.rpartition("/")[2])
        about_the_case = stated.subject == data.person(row.values["case_id"])
        reported = learned(row, happened) if about_the_case else None
        said = msgspec.structs.replace(stated, learned_at=reported) if reported else stated
        yield Stated(said, max(happened, known))


def _facts(row: ReadRow, data: Dataset, mapping: Mapping) -> Iterator[Fact]:
    values, case = row.values, row.values["case_id"]
    person, key = data.person(case), f"linelist/{case}"
    known = row.day(*KNOWN_BY, *DATED_BY)
    yield _registered(row, data, key)
    yield CaseClassified(
        subject=person,
        **data.envelope(f"{key}/case.classified", row.day(*DATED_BY), row),
        classification=_classification(row, mapping),
        found_in=values.get("found_in"),
    )
    for name, symptom in (("onset_date", "any"), ("rash_date", "rash")):
        if name in values:
            envelope = data.envelope(f"{key}/symptoms.began/{symptom}", values[name], row)
            yield SymptomsBegan(subject=person, **envelope, symptom=symptom)
    if "report_date" in values:
        yield CaseReported(
            subject=person, **data.envelope(f"{key}/case.reported", values["report_date"], row)
        )
    yield from _tested(row, data, key, mapping)
    yield from _hospital(row, data, key)
    yield from _exposure(row, data, key)
    if "infector_id" in values:
        yield InfectorReported(
            subject=person,
            **data.envelope(f"{key}/infector.reported", known, row),
            infector=data.person(values["infector_id"]),
        )
    yield from _groups(row, data, key, mapping)
    yield from _outcome(row, data, key)


def _registered(row: ReadRow, data: Dataset, key: str) -> Fact:
    youngest, oldest = row.values.get("age", (None, None))
    band = youngest != oldest
    household = row.values.get("household_id")
    return PersonRegistered(
        subject=data.person(row.values["case_id"]),
        **data.envelope(f"{key}/person.registered", row.day(*KNOWN_BY, *DATED_BY), row),
        age=None if band else youngest,
        age_from=youngest if band else None,
        age_to=oldest if band else None,
        sex=row.values.get("sex"),
        occupation=row.values.get("occupation"),
        household=data.other("household", household) if household else None,
    )


def _classification(row: ReadRow, mapping: Mapping) -> str:
    """What the row says; unclassified where its file has the column and the cell is empty; else confirmed."""
    default = "unclassified" if "classification" in mapping.found else "confirmed"
    return str(row.values.get("classification", default))


def _tested(row: ReadRow, data: Dataset, key: str, mapping: Mapping) -> Iterator[Fact]:
    """A confirmed case with a day of sampling had that sample read positive by the day of confirmation."""
    if {"sample_date", "confirm_date"} <= row.values.keys() and _classification(row, mapping) == "confirmed":
        yield PersonTested(
            subject=data.person(row.values["case_id"]),
            **data.envelope(f"{key}/person.tested", row.values["confirm_date"], row),
            result="positive",
            assay="unknown",
            sampled_on=row.values["sample_date"].isoformat(),
        )


def _hospital(row: ReadRow, data: Dataset, key: str) -> Iterator[Fact]:
    """The hospital as a place; the day of admission where there is one, else only that the case stays there."""
    person, named = data.person(row.values["case_id"]), row.values.get("facility_id")
    place = data.other("place", named) if named else None
    if place and named:
        envelope = data.envelope(f"places/{place}", data.first)
        yield PlaceRegistered(
            subject=place, **envelope, place_kind="hospital", public_name={"en": " ".join(named.split())}
        )
    admitted = row.values.get("admission_date")
    if admitted:
        yield CaseHospitalised(
            subject=person, **data.envelope(f"{key}/case.hospitalised", admitted, row), hospital=place
        )
    elif place:
        envelope = data.envelope(f"{key}/stays", row.day(*KNOWN_BY, *DATED_BY), row)
        yield RelationBegan(subject=person, **envelope, relation="stays", to=place)


def _exposure(row: ReadRow, data: Dataset, key: str) -> Iterator[Fact]:
    """When the case was exposed: an interval where both ends are known, else the day that is."""
    first, last = row.values.get("exposure_start"), row.values.get("exposure_end")
    exact = row.values.get("infection_date")
    if exact is None and first is None and last is None:
        return
    envelope = data.envelope(f"{key}/exposure.reported", exact or last or first, row)
    if exact is None and first and last and first != last:
        envelope["occurred"] = f"{first.isoformat()}/{last.isoformat()}"
    yield ExposureReported(subject=data.person(row.values["case_id"]), **envelope)


def _groups(row: ReadRow, data: Dataset, key: str, mapping: Mapping) -> Iterator[Fact]:
    """The household and the class, ward or team, and that the case is a member."""
    for name, kind in (("household_id", "household"), ("group_id", "group")):
        named = row.values.get(name)
        if named is None:
            continue
        heading = (mapping.heading(name) or "").casefold()
        purpose = next((code for word, code in _GROUPS.items() if word in heading), "other")
        group = data.other(kind, named if kind == "household" else f"{purpose}-{named}")
        yield GroupRegistered(
            subject=group,
            **data.envelope(f"groups/{group}", data.first),
            purpose="household" if kind == "household" else purpose,
        )
        envelope = data.envelope(f"{key}/member_of/{kind}", row.day(*KNOWN_BY, *DATED_BY), row)
        yield RelationBegan(
            subject=data.person(row.values["case_id"]), **envelope, relation="member_of", to=group
        )


def _outcome(row: ReadRow, data: Dataset, key: str) -> Iterator[Fact]:
    """A death or recovery with its day; else what became of the case, as known on the dataset's last day."""
    values, person = row.values, data.person(row.values["case_id"])
    outcome = values.get("outcome")
    ended = values.get("outcome_date")
    died = values.get("death_date") or (ended if outcome == "died" else None)
    recovered = values.get("recovery_date") or (ended if outcome == "recovered" else None)
    if recovered:
        yield CaseRecovered(subject=person, **data.envelope(f"{key}/case.recovered", recovered, row))
    if died:
        yield PersonDied(subject=person, **data.envelope(f"{key}/person.died", died, row))
    said = (
        (outcome == "died" and died) or (outcome == "recovered" and recovered) or outcome in {None, "unknown"}
    )
    if not said:
        envelope = data.envelope(f"{key}/case.outcome_known", ended, row)
        yield CaseOutcomeKnown(subject=person, **envelope, outcome=str(outcome))
