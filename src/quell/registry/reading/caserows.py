"""The facts of a case as a row of a line list: the first day on which each thing is said to have happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from quell.catalogue.when import local_date, parse
from quell.registry.histories import Stored

Rows = list[dict[str, Any]]
_SIMPLE = {
    "case.reported": "report_date",
    "case.hospitalised": "admission_date",
    "person.died": "death_date",
    "case.recovered": "recovery_date",
}
_ISOLATING = frozenset({"home_isolation", "central_isolation", "hospital_isolation"})
_INFECTED = frozenset({"confirmed", "asymptomatic"})
# A file that gives no day of confirmation has its cases classified on another of their days (see casefacts).
_STANDS_IN = (
    "onset_date",
    "report_date",
    "sample_date",
    "admission_date",
    "death_date",
    "recovery_date",
    "rash_date",
)


def case_rows(subjects: Mapping[str, Sequence[Stored]], outbreak: str) -> tuple[Rows, list[str]]:
    """A row for each person whom this outbreak has as a case, and what was assumed.

    subjects  effective facts by subject, in the order of the world
    """
    rows: Rows = []
    from_file: dict[int, date] = {}
    for subject, facts in subjects.items():
        ours = [fact for fact in facts if outbreak in fact.body.get("outbreaks", ())]
        classified = [fact for fact in ours if fact.kind == "case.classified"]
        if not classified or classified[-1].body["classification"] == "not_a_case":
            continue
        rows.append(case_row(subject, ours, from_file, len(rows)))
    notes = confirmed_by_file(rows, from_file)
    return rows, notes


def case_row(subject: str, facts: Sequence[Stored], from_file: dict[int, date], place: int) -> dict[str, Any]:
    """One case as a row.

    facts      its effective facts of one outbreak, in the order of the world
    from_file  by place in the list, days of confirmation that a file gave; confirmed_by_file() decides about them
    """
    classified = [fact for fact in facts if fact.kind == "case.classified"]
    row = _row(facts)
    row["case_id"] = subject.partition(":")[2]
    row["classification"] = classified[-1].body["classification"] if classified else None
    row["found_in"] = next(
        (fact.body["found_in"] for fact in reversed(classified) if fact.body["found_in"]), None
    )
    _confirmed(row, facts, classified, from_file, place)
    return {name: value for name, value in row.items() if value is not None}


def _row(facts: Sequence[Stored]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for fact in facts:
        for name, value in _says(fact):
            row.setdefault(name, value)
    row["outcome"] = "died" if "death_date" in row else "recovered" if "recovery_date" in row else None
    ended = [fact.body["outcome"] for fact in facts if fact.kind == "case.outcome_known"]
    row["outcome"] = row["outcome"] or (ended[-1] if ended else None)
    return row


def _says(fact: Stored) -> Iterator[tuple[str, Any]]:
    """What a fact gives to the row."""
    body, day = fact.body, day_of(fact)
    if fact.kind == "exposure.reported" and day:
        yield "exposure_start", day
        yield "exposure_end", _local(body["occurred"], fact, last=True)
    elif fact.kind == "person.tested" and body["result"] == "positive" and body["sampled_on"]:
        yield "sample_date", _local(body["sampled_on"], fact)
    elif fact.kind == "person.registered":
        yield from _person(body)
    elif fact.kind == "infector.reported":
        yield "infector_id", body["infector"].partition(":")[2]
    elif name := _dated(fact):
        yield from [(name, day)] if day else []


def _person(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Who a case is, as far as it is kept for analysis; an age band as people write it."""
    age = body["age"]
    if age is None and body["age_from"] is not None and body["age_to"] is not None:
        age = f"{body['age_from']}-{body['age_to']}"
    household = body["household"]
    found = {
        "age": None if age is None else str(age),
        "sex": body["sex"],
        "occupation": body["occupation"],
        "household_id": household.partition(":")[2] if household else None,
    }
    yield from ((name, value) for name, value in found.items() if value is not None)


def _dated(fact: Stored) -> str | None:
    """The column whose day this fact is."""
    if fact.kind == "symptoms.began":
        return {"any": "onset_date", "rash": "rash_date"}.get(fact.body["symptom"])
    if fact.kind == "restriction.ordered":
        return "isolate_date" if fact.body["measure"] in _ISOLATING else None
    return _SIMPLE.get(fact.kind)


def _confirmed(
    row: dict[str, Any],
    facts: Iterable[Stored],
    classified: Iterable[Stored],
    from_file: dict[int, date],
    place: int,
) -> None:
    """The day of the first positive that has a sample, else of the first classification as infected."""
    tested = [fact for fact in facts if fact.kind == "person.tested" and fact.body["result"] == "positive"]
    infected = [fact for fact in classified if fact.body["classification"] in _INFECTED]
    days = [day for fact in tested if fact.body["sampled_on"] if (day := day_of(fact))]
    if days:
        row["confirm_date"] = min(days)
    elif infected and (day := day_of(infected[0])):
        if infected[0].body["source"].startswith("file:"):
            from_file[place] = day
        row["confirm_date"] = day


def confirmed_by_file(rows: Rows, from_file: Mapping[int, date]) -> list[str]:
    """Where a file's cases are all classified on another of their days, it had no day of confirmation: take none."""
    if not from_file:
        return []
    of_its_own = [
        place for place, day in from_file.items() if day not in {rows[place].get(name) for name in _STANDS_IN}
    ]
    if of_its_own:
        return ["the day of confirmation is the day on which the case was classified"]
    for place in from_file:
        rows[place].pop("confirm_date", None)
    return ["the line list that was opened had no day of confirmation"]


def day_of(fact: Stored) -> date | None:
    """The local day of a fact; None where its file gave none, and the last day of the file stands in."""
    source_id, occurred = fact.body.get("source_id") or "", fact.body["occurred"]
    if fact.body["source"].startswith("file:") and source_id.endswith(f"@{occurred}"):
        return None
    return _local(occurred, fact)


def _local(text: str, fact: Stored, *, last: bool = False) -> date:
    """The local day of an instant, a date, or one end of an interval."""
    zone = fact.body.get("zone", "UTC")
    ends = text.split("/")
    when = parse(ends[-1] if last else ends[0], zone)
    start: datetime = when.start
    return when.date or local_date(start, zone)
