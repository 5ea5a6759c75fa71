"""What an opening says for itself: how columns were understood, what became of every row, what was assumed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from quell.exchange.casefacts import NOT_TAKEN
from quell.exchange.plan import Plan
from quell.exchange.quarantine import reasons


@dataclass(frozen=True, slots=True)
class TableReport:
    """What was made of one file: how its columns were understood and what became of its rows."""

    table: str
    file: str
    rows: int
    taken: int
    repeated: int
    later: int
    quarantined: int
    columns: list[tuple[str, str, str]]
    unused: list[str]
    left_out: dict[str, str]
    reasons: dict[str, int]
    quarantine_file: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a dataset did.

    facts   how many the dataset states; new: how many the ledger did not have; conflicts: ids it has with other content
    tables  by table, what was understood and what became of every row; notes: every assumption that was made
    """

    outbreak: str
    name: str
    protocol: str
    disease: str
    zone: str
    jurisdiction: str
    clock_at: str
    facts: int
    new: int
    conflicts: int
    tables: dict[str, TableReport]
    notes: list[str] = field(default_factory=list)


def report_of(plan: Plan, table: str, aside: Path | None) -> TableReport:
    """What was made of the file of one table."""
    read, file = plan.tables[table], plan.dataset.files[table]
    columns = [
        (found.heading, found.column.name, found.how)
        for found in sorted(read.mapping.found.values(), key=lambda each: each.place)
    ]
    doubtful = {heading: f"would mean {name} too" for heading, name in read.mapping.doubtful.items()}
    not_taken = {
        found.heading: NOT_TAKEN[name]
        for name, found in read.mapping.found.items()
        if table == "linelist" and name in NOT_TAKEN
    }
    return TableReport(
        table=table,
        file=file.label,
        rows=read.total,
        taken=len(read.rows) - plan.later[table],
        repeated=read.repeated,
        later=plan.later[table],
        quarantined=len(read.set_aside),
        columns=columns,
        unused=list(read.mapping.unused),
        left_out=read.mapping.left_out | doubtful | not_taken,
        reasons=reasons(read.set_aside),
        quarantine_file=str(aside) if aside else None,
    )


def assumptions(plan: Plan) -> list[str]:
    """What the facts say beyond the cells."""
    read = plan.tables["linelist"]
    notes = []
    if "classification" not in read.mapping.found:
        notes.append(
            "classification confirmed: the file is a list of cases and has no column that says otherwise"
        )
    if {"sample_date", "confirm_date"} <= read.mapping.found.keys():
        notes.append(
            "a confirmed case's sample is taken to have been read positive by the day of confirmation, by an unknown assay"
        )
    undated = sum(1 for row in read.rows if "outcome_date" in row.values and "outcome" not in row.values)
    if undated:
        notes.append(f"{undated} rows have a day of outcome and no outcome; nothing is stated of it")
    for table, each in plan.tables.items():
        notes.extend(
            f"{table}, {column}: {count} cells say {text!r}, taken as {code}"
            for (column, text, code), count in sorted(each.guessed.items(), key=str)
        )
    cases = {row.values["case_id"] for row in read.rows}
    named = (
        [row.values[who] for row in plan.tables["contacts"].rows for who in ("source_id", "contact_id")]
        if "contacts" in plan.tables
        else []
    )
    for what, people in (
        ("contacts", named),
        ("infectors", [row.values.get("infector_id") for row in read.rows]),
    ):
        strangers = {person for person in people if person and person not in cases}
        if strangers:
            notes.append(
                f"{what} name {len(strangers)} people whom the line list does not have; taken, since it may catch up"
            )
    return notes
