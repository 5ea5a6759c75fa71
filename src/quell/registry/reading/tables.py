"""An outbreak as the tables that engines speak, as it was known at a moment: cases, contacts, duties, restrictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from quell.catalogue.when import local_date, parse
from quell.protocol.events import Conclusion, Duty, Restriction
from quell.registry.histories import Stored
from quell.registry.reading.caserows import case_row, confirmed_by_file, day_of
from quell.registry.reading.cursor import reading
from quell.registry.reading.known_now import known_now
from quell.registry.reading.known_then import KnownSubject, known_at, known_then
from quell.registry.reading.outbreaks import Outbreak
from quell.tables.definitions import CONTACTS, LINELIST, Table
from quell.tables.frames import empty, of_rows

# What follows for whom a case met; packs call it one of these.
CONTACT_CONCLUSIONS = frozenset({"contact", "close_contact", "secondary_contact"})

_DUTIES: dict[str, Any] = {
    "rule": pl.String,
    "desk": pl.String,
    "jurisdiction": pl.String,
    "opens_at": pl.Datetime("us", "UTC"),
    "due_event": pl.Datetime("us", "UTC"),
    "due_known": pl.Datetime("us", "UTC"),
    "closes_at": pl.Datetime("us", "UTC"),
    "met_at": pl.Datetime("us", "UTC"),
    "ended_at": pl.Datetime("us", "UTC"),
    "recordable": pl.Boolean,
}
_RESTRICTIONS: dict[str, Any] = {
    "subject": pl.String,
    "measure": pl.String,
    "ground": pl.String,
    "opened_at": pl.Datetime("us", "UTC"),
    "until": pl.Datetime("us", "UTC"),
}


@dataclass(slots=True)
class OutbreakTables:
    """An outbreak at a moment, in plain tables; ids are pseudonyms.

    linelist      ``quell.tables.definitions.LINELIST`` and ``known_date``, the local day on which the case was known as one
    contacts      ``quell.tables.definitions.CONTACTS``, a row for each naming; ``known_date``, where its source says
    duties        everything that was owed, met or fallen away: rule, desk, jurisdiction, times in UTC, recordable
    restrictions  every ground on which somebody was held or isolated; until: when it ended or would end by itself
    tests         results of people's tests and of their tubes, by code of test_result
    contact_people  how many people a rule of the pack took for contacts
    """

    linelist: pl.DataFrame
    contacts: pl.DataFrame
    duties: pl.DataFrame
    restrictions: pl.DataFrame
    tests: dict[str, int]
    contact_people: int
    notes: list[str] = field(default_factory=list)


def tables_then(
    outbreak: Outbreak, at: datetime | None, progress: Callable[[int, int], None] | None = None
) -> OutbreakTables:
    """The tables of an outbreak as it was known at a moment; at: None for everything that the ledger has.

    Raises LookupError when the outbreak was not known then.
    """
    gathered = _Gathered(outbreak)
    with reading() as cursor:
        name = outbreak.outbreak_id
        known = known_now(cursor, name, progress) if at is None else known_then(cursor, name, at, progress)
        for subject in known:
            gathered.take(subject)
    return gathered.tables()


class _Gathered:
    """Rows as subjects come by."""

    def __init__(self, outbreak: Outbreak) -> None:
        self._outbreak = outbreak
        self._past = frozenset({outbreak.outbreak_id}) if outbreak.past else frozenset()
        self._cases: list[dict[str, Any]] = []
        self._from_file: dict[int, Any] = {}
        self._contacts: list[dict[str, Any]] = []
        self._duties: list[tuple[Any, ...]] = []
        self._restrictions: list[tuple[Any, ...]] = []
        self._tests: Counter[str] = Counter()
        self._contact_people = 0

    def take(self, subject: KnownSubject) -> None:
        """Lay a subject's rows."""
        ours = [stated for stated in subject.facts if self._outbreak.outbreak_id in stated.body["outbreaks"]]
        judgement = subject.judgement
        mine = [each for each in judgement.conclusions if each.outbreak == self._outbreak.outbreak_id]
        case = min((each for each in mine if each.kind == "case"), key=lambda each: each.at, default=None)
        if case is not None:
            self._case(subject.subject, ours, case)
        self._contact_people += any(each.kind in CONTACT_CONCLUSIONS for each in mine)
        self._contacts.extend(self._namings(subject.subject, ours))
        self._tests.update(
            stated.body["result"] for stated in ours if stated.kind in {"person.tested", "tube.resulted"}
        )
        self._duties.extend(
            map(_duty, (d for d in judgement.duties if d.outbreak == self._outbreak.outbreak_id))
        )
        self._restrictions.extend(
            map(_restriction, (r for r in judgement.restrictions if r.outbreak == self._outbreak.outbreak_id))
        )

    def _case(self, subject: str, facts: list[Stored], case: Conclusion) -> None:
        row = case_row(subject, facts, self._from_file, len(self._cases))
        zone = self._outbreak.zone
        # A case that a tube made has its days in what was concluded, not in a fact of its own.
        for name, text in (
            ("sample_date", case.attrs.get("sampled_at")),
            ("onset_date", case.attrs.get("onset_date")),
        ):
            if name not in row and text:
                when = parse(str(text), case.zone)
                row[name] = when.date or local_date(when.start, zone)
        if "classification" not in row:
            row["confirm_date"] = row.get("confirm_date") or local_date(case.at, zone)
        root = next((stated for stated in facts if stated.fact_id == case.root), None)
        row["known_date"] = local_date(self._known(root, case) - timedelta(seconds=1), zone)
        row["jurisdiction"] = case.jurisdiction
        self._cases.append(row)

    def _known(self, root: Stored | None, case: Conclusion) -> datetime:
        return case.known_at if root is None else known_at(root, self._past)

    def _namings(self, subject: str, facts: Iterable[Stored]) -> Iterator[dict[str, Any]]:
        for stated in facts:
            if stated.kind != "contact.named":
                continue
            body = stated.body
            yield {
                "source_id": body["source_person"].partition(":")[2],
                "contact_id": subject.partition(":")[2],
                "first_exposure": _day(body["first_exposure"], body["zone"]),
                "last_exposure": _day(body["last_exposure"], body["zone"]),
                "setting": body["setting"],
                "kind": body["relation"],
                "certainty": body["certainty"],
                # Where its file gave no day, its last day stands in: that says nothing of when it was named.
                "known_date": None
                if day_of(stated) is None
                else local_date(known_at(stated, self._past) - timedelta(seconds=1), self._outbreak.zone),
            }

    def tables(self) -> OutbreakTables:
        """Everything that was taken, as frames in an order that depends on nothing but what they say."""
        notes = confirmed_by_file(self._cases, self._from_file)
        linelist = _frame(self._cases, LINELIST, "known_date").sort("case_id")
        contacts = _frame(self._contacts, CONTACTS, "known_date")
        return OutbreakTables(
            linelist,
            contacts.sort("contact_id", "source_id", "first_exposure", "last_exposure"),
            pl.DataFrame(self._duties, schema=_DUTIES, orient="row").sort("rule", "due_event", "opens_at"),
            pl.DataFrame(self._restrictions, schema=_RESTRICTIONS, orient="row").sort("subject", "opened_at"),
            dict(sorted(self._tests.items())),
            self._contact_people,
            notes,
        )


def _frame(rows: list[dict[str, Any]], table: Table, further: str) -> pl.DataFrame:
    """Rows as the table has them, and one more column of days."""
    days = pl.Series(further, [row[further] for row in rows], dtype=pl.Date)
    known = ({name: value for name, value in row.items() if name != further} for row in rows)
    return (of_rows(known, table) if rows else empty(table)).with_columns(days)


def _duty(duty: Duty) -> tuple[Any, ...]:
    return (
        duty.rule,
        duty.desk,
        duty.jurisdiction,
        duty.opens_at,
        duty.due_event,
        duty.due_known,
        duty.closes_at,
        duty.met_at,
        duty.ended_at,
        duty.recordable,
    )


def _restriction(restriction: Restriction) -> tuple[Any, ...]:
    return (
        restriction.subject,
        restriction.measure,
        restriction.ground,
        restriction.opened_at,
        restriction.ended_at or restriction.ends_at,
    )


def _day(text: str | None, zone: str) -> Any:
    if not text:
        return None
    when = parse(text, zone)
    return when.date or local_date(when.start, zone)
