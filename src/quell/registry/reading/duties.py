"""Duties as lists show them: urgent needs first, then by deadline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quell.protocol.states import minutes_late, minutes_left, state_of
from quell.registry.reading.cursor import reading

_COLUMNS = """d.duty_id, d.rule, d.pack, d.pack_version, d.action, d.subject, d.root, d.because, d.occurrence, d.desk,
    d.jurisdiction, d.outbreak, d.urgent, d.opens_at, d.due_event, d.due_known, d.closes_at, d.met_at, d.met_by,
    d.ended_at, d.ended_by, d.recordable"""
_OPEN = "d.met_at IS NULL AND d.ended_at IS NULL"
_ORDER = "d.urgent DESC, d.due_known, d.duty_id"


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty. ``waived``: what ended it was an officer's decision, not an event."""

    duty_id: str
    rule: str
    pack: str
    pack_version: str
    action: str
    subject: str
    root: str
    because: str
    occurrence: int
    desk: str
    jurisdiction: str
    outbreak: str
    urgent: bool
    opens_at: datetime
    due_event: datetime
    due_known: datetime
    closes_at: datetime | None
    met_at: datetime | None
    met_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    recordable: bool
    waived: bool = False

    def state(self, now: datetime) -> str:
        """A code of the list duty_state."""
        return state_of(self, now, waived=self.waived)

    def minutes_late(self, now: datetime) -> int:
        """Whole minutes past the deadline."""
        return minutes_late(self, now)

    def minutes_left(self, now: datetime) -> int:
        """Whole minutes to the deadline."""
        return minutes_left(self, now)

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes it."""
        return self.met_at is None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class DeskCount:
    """How many duties of a desk are open, and how many of them are late."""

    desk: str
    open: int
    late: int
    soon: int


def by_desk(
    outbreak: str, *, now: datetime, desks: Iterable[str] | None = None, offset: int = 0, limit: int = 50
) -> list[DutyRow]:
    """What the desks owe now in an outbreak (and what no outbreak claims), most pressing first.

    Left out: what opens later, what could no longer be done, and what was never recorded here.
    """
    condition, values = _owed_now(outbreak, now, desks)
    return _rows(
        f"SELECT {_COLUMNS}, false FROM registry.duty d WHERE {condition} ORDER BY {_ORDER} LIMIT %s OFFSET %s",
        [*values, limit, offset],
    )


def counts(outbreak: str, *, now: datetime) -> list[DeskCount]:
    """Open and late duties by desk."""
    condition, values = _owed_now(outbreak, now, None)
    with reading() as cursor:
        cursor.execute(
            f"""SELECT d.desk, count(*), count(*) FILTER (WHERE d.due_known < %s AND d.recordable),
                       count(*) FILTER (WHERE d.due_known >= %s AND d.due_known - greatest((d.due_known - d.opens_at) / 4,
                                        interval '15 minutes') <= %s AND d.recordable)
                FROM registry.duty d WHERE {condition} GROUP BY d.desk ORDER BY d.desk""",
            [now, now, now, *values],
        )
        return [DeskCount(*row) for row in cursor]


def not_recorded(outbreak: str, *, now: datetime) -> int:
    """How many duties of an outbreak its source could not have recorded."""
    with reading() as cursor:
        cursor.execute(
            "SELECT count(*) FROM registry.duty d WHERE d.outbreak = %s AND NOT d.recordable AND d.met_at IS NULL"
            " AND d.ended_at IS NULL AND d.due_known < %s",
            [outbreak, now],
        )
        return int((cursor.fetchone() or (0,))[0])


def one(duty_id: str) -> DutyRow | None:
    """A duty by its id."""
    found = _rows(_with_waiver("d.duty_id = %s"), [duty_id])
    return found[0] if found else None


def several(duty_ids: Sequence[str]) -> list[DutyRow]:
    """Duties by their ids."""
    return _rows(_with_waiver("d.duty_id = ANY (%s)"), [list(duty_ids)])


def by_subject(subjects: Sequence[str]) -> list[DutyRow]:
    """Everything that was ever owed about these subjects, open ones first."""
    return _rows(
        _with_waiver("d.subject = ANY (%s)") + f" ORDER BY ({_OPEN}) DESC, {_ORDER}", [list(subjects)]
    )


def open_of(subjects: Sequence[str]) -> list[DutyRow]:
    """What is still owed about these subjects."""
    return _rows(
        f"SELECT {_COLUMNS}, false FROM registry.duty d WHERE d.subject = ANY (%s) AND {_OPEN} ORDER BY {_ORDER}",
        [list(subjects)],
    )


def by_tube(tube: str, actions: Sequence[str]) -> list[DutyRow]:
    """What is still owed because of a tube, of these actions."""
    return _rows(
        f"""SELECT {_COLUMNS}, false FROM registry.duty d
            WHERE d.because = %s AND d.action = ANY (%s) AND {_OPEN} ORDER BY {_ORDER}""",
        [tube, list(actions)],
    )


def _owed_now(outbreak: str, now: datetime, desks: Iterable[str] | None) -> tuple[str, list[Any]]:
    condition = (
        f"d.outbreak = ANY (%s) AND {_OPEN} AND d.opens_at <= %s AND (d.closes_at IS NULL OR d.closes_at > %s)"
        " AND (d.recordable OR d.due_known >= %s)"
    )
    values: list[Any] = [[outbreak, ""], now, now, now]
    if desks is not None:
        condition += " AND d.desk = ANY (%s)"
        values.append(sorted(desks))
    return condition, values


def _with_waiver(condition: str) -> str:
    return f"""SELECT {_COLUMNS}, EXISTS (SELECT FROM ledger.fact f WHERE f.fact_id::text = d.ended_by
                                          AND f.subject = d.subject AND f.kind = 'duty.waived')
               FROM registry.duty d WHERE {condition}"""


def _rows(statement: str, values: Sequence[Any]) -> list[DutyRow]:
    with reading() as cursor:
        cursor.execute(statement.encode(), values)
        return [DutyRow(*row) for row in cursor]
