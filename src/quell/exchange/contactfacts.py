"""Contacts and tests of a dataset as facts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date

from quell.catalogue.contacts import ContactNamed
from quell.catalogue.laboratory import PersonTested
from quell.exchange.rows import ReadRow
from quell.exchange.stating import Dataset, Stated

_OWN = ("report_date", "onset_date")


def facts_of_contact(row: ReadRow, data: Dataset, cases: Mapping[str, ReadRow]) -> Iterator[Stated]:
    """A row of contacts: the subject met the source.

    A file of contacts says when people met, if that, and never when somebody named them. The naming is dated on
    the contact's own report or onset where the line list has the contact, for by then the link was made; failing
    that on the source's report; failing that on the dataset's last day. The exposure keeps its own days.
    """
    source, contact = row.values["source_id"], row.values["contact_id"]
    of_contact, of_source = cases.get(contact), cases.get(source)
    day = of_contact.day(*_OWN) if of_contact else None
    if day is None and of_source is not None:
        day = of_source.day("report_date")
    met = [row.values[name] for name in ("first_exposure", "last_exposure") if name in row.values]
    if day is not None and met:
        day = max(day, *met)
    known = day or data.last
    stated = ContactNamed(
        subject=data.person(contact),
        **data.envelope(f"contacts/{_key(row)}", day),
        source_person=data.person(source),
        first_exposure=_written(row, "first_exposure"),
        last_exposure=_written(row, "last_exposure"),
        setting=row.values.get("setting"),
        relation=row.values.get("kind"),
        certainty=row.values.get("certainty"),
    )
    yield Stated(stated, known)


def facts_of_test(row: ReadRow, data: Dataset) -> Iterator[Stated]:
    """A row of tests, dated on the day of sampling, which is the day that the table has."""
    sampled: date = row.values["sample_date"]
    stated = PersonTested(
        subject=data.person(row.values["case_id"]),
        **data.envelope(f"tests/{_key(row)}", sampled),
        result=row.values["result"],
        assay=row.values.get("kind", "unknown"),
        ct=row.values.get("ct"),
        sampled_on=sampled.isoformat(),
    )
    yield Stated(stated, sampled)


def _key(row: ReadRow) -> str:
    """What the row says is its identity: the same two people may meet twice, a word-for-word repetition is one row."""
    said = "\x1f".join(f"{name}={row.values[name]}" for name in sorted(row.values))
    who = [str(row.values[name]) for name in ("case_id", "source_id", "contact_id") if name in row.values]
    return f"{'>'.join(who)[:120]}/{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _written(row: ReadRow, name: str) -> str | None:
    return row.values[name].isoformat() if name in row.values else None
