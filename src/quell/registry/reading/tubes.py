"""Positive tubes, their people, and where each of them stands on the way to being settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quell.protocol.stages import StageClock, stage_clock
from quell.protocol.states import PRESSING
from quell.registry.histories import History, histories_of
from quell.registry.reading.cursor import reading
from quell.registry.reading.duties import DutyRow, open_of
from quell.registry.reading.people_events import events_of_people

# The columns through which the people of a tube walk.
COLUMNS = ("named", "located", "held", "resampled", "settled")
# What the chase itself asks; other duties of a person (a report, an interview) do not colour the dot.
CHASE_ACTIONS = frozenset(
    {"hold", "resample", "read_single", "tell_free", "transfer", "check_needs", "meet_need"}
)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a tube. ``column``: how far they came; ``needs``: urgent and other needs that nobody met yet."""

    number: int
    person: str
    column: str
    clock: StageClock
    owed: tuple[DutyRow, ...]

    @property
    def needs(self) -> int:
        """How many needs are unmet."""
        return sum(duty.action == "meet_need" for duty in self.owed)

    @property
    def result(self) -> str:
        """Of the single tube: positive, negative or nothing yet."""
        return self.clock.result

    def state(self, now: datetime) -> str:
        """The most pressing state of what the chase still owes this person; "" when nothing."""
        states = {duty.state(now) for duty in self.owed if duty.action in CHASE_ACTIONS}
        return min(states, key=PRESSING.index, default="")


@dataclass(frozen=True, slots=True)
class Tube:
    """One tube of the chase."""

    tube: str
    result: str
    ct: float | None
    resulted_at: datetime | None
    sampled_at: datetime | None
    pool_size: int
    place: str
    jurisdiction: str
    zone: str
    members: tuple[Member, ...]
    open: bool

    def at(self, column: str) -> tuple[Member, ...]:
        """The people who stand in this column."""
        return tuple(member for member in self.members if member.column == column)

    def owed_of(self, action: str) -> tuple[DutyRow, ...]:
        """What is open of this action, over all its people."""
        return tuple(duty for member in self.members for duty in member.owed if duty.action == action)


def chased(outbreak: str, *, offset: int = 0, limit: int = 20) -> tuple[list[Tube], int]:
    """The positive tubes of an outbreak and how many there are: those with something owed first, by its deadline."""
    with reading() as cursor:
        # A tube is told by what it made owed; how urgent it is, by what its people are still owed in the chase.
        cursor.execute(
            """SELECT d.because, min(o.due_known) AS due, count(*) OVER ()
               FROM registry.duty d
               LEFT JOIN registry.duty o ON o.subject = d.subject AND o.met_at IS NULL AND o.ended_at IS NULL
                    AND o.action IN ('hold', 'resample', 'read_single')
               WHERE d.outbreak = %s AND d.action IN ('hold', 'resample') AND starts_with(d.because, 'tube:')
                 AND d.rule NOT LIKE '%%/resample-again'
               GROUP BY d.because ORDER BY due NULLS LAST, min(d.opens_at) DESC, d.because LIMIT %s OFFSET %s""",
            [outbreak, limit, offset],
        )
        rows = cursor.fetchall()
    tubes = tubes_named([because for because, *_ in rows])
    return sorted(tubes, key=lambda tube: not tube.open), int(rows[0][2]) if rows else 0


def tubes_named(names: Sequence[str]) -> list[Tube]:
    """These tubes with their people, in the order asked; one that nobody ever spoke of is left out."""
    if not names:
        return []
    with reading() as cursor:
        histories = histories_of(cursor, {name: [name] for name in names})
        members = {name: _members(history) for name, history in histories.items()}
        events = events_of_people(cursor, {person for people in members.values() for person in people})
    owed: dict[str, list[DutyRow]] = defaultdict(list)
    for duty in open_of(sorted(events)):
        owed[duty.subject].append(duty)
    return [
        _tube(
            name,
            histories[name],
            [
                _member(number, person, name, stage_clock(events[person], name), owed[person])
                for number, person in enumerate(members[name], start=1)
            ],
        )
        for name in names
        if histories[name].effective
    ]


def recent_results(outbreak: str, limit: int = 30) -> list[dict[str, Any]]:
    """The latest results that were recorded, newest first: tube, result, ct, when, by whom."""
    with reading() as cursor:
        cursor.execute(
            """SELECT f.subject, f.body ->> 'result', (f.body ->> 'ct')::float8, f.occurred_at, w.recorded_at, w.written_by,
                      coalesce((s.state ->> 'pool_size')::int, 0)
               FROM (SELECT * FROM ledger.fact WHERE kind = 'tube.resulted' AND body -> 'outbreaks' ? %s
                     ORDER BY write_id DESC, ordinal DESC LIMIT %s) f
               JOIN ledger.write w USING (write_id) LEFT JOIN registry.subject s ON s.subject_id = f.subject
               ORDER BY f.write_id DESC, f.body ->> 'result' DESC, f.subject""",
            [outbreak, limit],
        )
        names = ("tube", "result", "ct", "resulted_at", "recorded_at", "recorded_by", "pool_size")
        return [dict(zip(names, row, strict=True)) for row in cursor]


def member_number(tube: str, person: str) -> int | None:
    """Which swab of a tube was this person's."""
    with reading() as cursor:
        people = _members(histories_of(cursor, {tube: [tube]})[tube])
    return people.index(person) + 1 if person in people else None


def _members(history: History) -> list[str]:
    """The people, in the order of swabbing; a later filling adds to an earlier one."""
    people: list[str] = []
    for stated in history.effective:
        if stated.kind == "tube.sampled":
            people.extend(person for person in stated.body["members"] if person not in people)
    return people


def _member(number: int, person: str, tube: str, clock: StageClock, owed: list[DutyRow]) -> Member:
    reached = {stage.code for stage in clock.stages}
    column = "named"
    for column_name, stages in (
        ("located", {"located"}),
        ("held", {"held"}),
        ("resampled", {"resampled"}),
        ("settled", {"single_result", "confirmed", "admitted"}),
    ):
        if stages & reached:
            column = column_name
    singles = {tube, *clock.singles}
    mine = (duty for duty in owed if duty.because in singles or not duty.because.startswith("tube:"))
    return Member(number, person, column, clock, tuple(mine))


def _tube(name: str, history: History, members: list[Member]) -> Tube:
    results = [stated for stated in history.effective if stated.kind == "tube.resulted"]
    sampled = [stated for stated in history.effective if stated.kind == "tube.sampled"]
    shown = results[-1] if results else history.effective[-1]
    return Tube(
        tube=name,
        result=str(results[-1].body["result"]) if results else "",
        ct=results[-1].body["ct"] if results else None,
        resulted_at=results[-1].when.start if results else None,
        sampled_at=sampled[0].when.start if sampled else None,
        pool_size=int(sampled[0].body["pool_size"]) if sampled else 0,
        place=str(sampled[0].body["place"] or "") if sampled else "",
        jurisdiction=shown.body["jurisdiction"],
        zone=shown.body["zone"],
        members=tuple(members),
        open=any(
            member.column != "settled" or any(d.action in CHASE_ACTIONS for d in member.owed)
            for member in members
        ),
    )


def pending_tubes(outbreak: str, limit: int) -> list[DutyRow]:
    """Single tubes that somebody waits for, by deadline."""
    with reading() as cursor:
        cursor.execute(
            """SELECT subject FROM registry.duty WHERE outbreak = %s AND desk = 'laboratory' AND action = 'read_single'
               AND met_at IS NULL AND ended_at IS NULL ORDER BY due_known LIMIT %s""",
            [outbreak, limit],
        )
        people = [subject for (subject,) in cursor]
    return [duty for duty in open_of(people) if duty.action == "read_single"][:limit]
