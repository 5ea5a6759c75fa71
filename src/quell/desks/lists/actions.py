"""What may be done for several rows of a list at once, as data: list -> actions, their fields, the facts they record.

An action records through the one door, in one call: all of it or nothing. What somebody needs is asked of each person,
so no action here meets the needs check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quell.catalogue.contacts import ContactGraded
from quell.catalogue.fact import Fact
from quell.catalogue.investigation import CaseClassified
from quell.catalogue.keeping import DutyAccepted, DutyHandedBack
from quell.catalogue.when import instant
from quell.desks.house.board import Board
from quell.desks.house.taps import Answers, Field, Owed, TapRefused, taps_of
from quell.ledger.claims import claim_all
from quell.ledger.record import Recorded, record
from quell.registry.reading import duties
from quell.registry.reading.listing import ListRow
from quell.registry.reading.rules import pack_of
from quell.registry.reading.stories import fact_bodies

Facts = Callable[[Sequence[ListRow], Answers, Board], list[Fact]]
# Asking what somebody needs is done with that person, so it has no button for all.
_NEVER_FOR_ALL = frozenset({"check_needs"})


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done for all chosen rows.

    columns  what of each row it needs, in the order of the list's columns
    desk     at which desk this is done; "" where the rows say
    """

    name: str
    label: Any
    facts: Facts
    columns: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    desk: str = ""
    claims: bool = False


def actions_of(name: str, board: Board) -> tuple[Action, ...]:
    """The actions of a list that this account may take; none on a past outbreak."""
    if board.read_only:
        return ()
    return tuple(each for each in ACTIONS.get(name, ()) if not each.desk or each.desk in board.desks)


def choices_for(action: Action, rows: Sequence[ListRow]) -> list[Action]:
    """The action itself; where it is "do", each thing that can be done for all of these duties without further words."""
    if action.name != "do":
        return [action]
    kinds = {row.cells[0][0] for row in rows}
    if len(kinds) != 1 or kinds & _NEVER_FOR_ALL:
        return []
    (kind,) = kinds
    return [
        Action(f"do-{tap.name}", tap.label, _tapped(kind, tap.name), action.columns)
        for tap in taps_of(kind)
        if not tap.fields
    ]


def take(action: Action, rows: Sequence[ListRow], answers: Answers, board: Board) -> Recorded:
    """Record what the action says for every row, in one call.

    Raises TapRefused, RecordRefused or ClaimRefused; then nothing was recorded.
    """
    facts = action.facts(rows, answers, board)
    by = board.account.get_username()
    if action.claims:
        return claim_all(facts, by=by, now=board.real_now)
    return record(facts, by=by, now=board.real_now)


def _envelope(board: Board, jurisdiction: str, desk: str, outbreak: str | None = None) -> dict[str, Any]:
    outbreak = board.outbreak_id if outbreak is None else outbreak
    return {
        "occurred": instant(board.real_now),
        "jurisdiction": jurisdiction,
        "zone": board.zone,
        "outbreaks": (outbreak,) if outbreak else (),
        "source": f"desk:{desk}",
    }


def _answer(answers: Answers, name: str) -> str:
    return next((text.strip() for text in answers.get(name, ()) if text.strip()), "")


def _classified(rows: Sequence[ListRow], answers: Answers, board: Board) -> list[Fact]:
    people = {row.subject: row.cells[0][0] for row in rows}
    return [
        CaseClassified(
            subject=person,
            classification=_answer(answers, "classification"),
            **_envelope(board, jurisdiction, "investigation"),
        )
        for person, jurisdiction in people.items()
    ]


def _graded(rows: Sequence[ListRow], answers: Answers, board: Board) -> list[Fact]:
    met = {(row.subject, row.cells[0][0]): row.cells[1][0] for row in rows}
    return [
        ContactGraded(
            subject=person,
            source_person=source,
            grade=_answer(answers, "grade"),
            graded_by=board.account.get_username(),
            **_envelope(board, jurisdiction, "contacts"),
        )
        for (person, source), jurisdiction in met.items()
    ]


def _owed(rows: Sequence[ListRow], board: Board) -> list[Owed]:
    """The duties of these rows in their surroundings; refused where one is another desk's or no longer open."""
    owed = duties.several([row.key[0] for row in rows])
    if any(each.desk not in board.desks for each in owed):
        raise PermissionDenied
    done = sum(not each.is_open for each in owed) + len(rows) - len(owed)
    if done:
        raise TapRefused(_("%(n)d of these are no longer open. Choose them again.") % {"n": done})
    roots = fact_bodies([each.root for each in owed])
    by = board.account.get_username()
    return [
        Owed(
            each,
            roots.get(each.root, {}),
            pack_of(each.pack, each.pack_version),
            board.zone,
            board.real_now,
            by,
        )
        for each in owed
    ]


def _tapped(kind: str, name: str) -> Facts:
    def facts(rows: Sequence[ListRow], answers: Answers, board: Board) -> list[Fact]:
        tap = next(each for each in taps_of(kind) if each.name == name)
        return [fact for each in _owed(rows, board) for fact in tap.facts(each, {})]

    return facts


def _of_duty(struct: type[Fact], owed: Owed, **fields: Any) -> Fact:
    whole = {"subject": owed.duty.subject, "occurred": instant(owed.now), **owed.envelope, **fields}
    return struct(**whole)


def _accepted(rows: Sequence[ListRow], answers: Answers, board: Board) -> list[Fact]:
    holder, team = _answer(answers, "accepted_by"), _answer(answers, "team")
    if any(each.isspace() for each in holder + team):
        raise TapRefused(_("An account or team is written without spaces."))
    return [
        _of_duty(
            DutyAccepted,
            owed,
            duty=owed.duty.duty_id,
            accepted_by=holder or board.account.get_username(),
            team=f"organisation:{team.removeprefix('organisation:')}" if team else None,
        )
        for owed in _owed(rows, board)
    ]


def _handed_back(rows: Sequence[ListRow], answers: Answers, board: Board) -> list[Fact]:
    return [_of_duty(DutyHandedBack, owed, duty=owed.duty.duty_id) for owed in _owed(rows, board)]


ACTIONS: Mapping[str, tuple[Action, ...]] = {
    "cases": (
        Action(
            "classify",
            gettext_lazy("Classify"),
            _classified,
            ("jurisdiction",),
            (Field("classification", gettext_lazy("As"), "code", "classification"),),
            "investigation",
        ),
    ),
    "contacts": (
        Action(
            "grade",
            gettext_lazy("Grade"),
            _graded,
            ("source", "jurisdiction"),
            (Field("grade", gettext_lazy("As"), "code", "contact_grade"),),
            "contacts",
        ),
    ),
    "duties": (
        Action("do", gettext_lazy("Do for all"), _handed_back, ("action",)),
        Action(
            "accept",
            gettext_lazy("Assign"),
            _accepted,
            ("action",),
            (
                Field("accepted_by", gettext_lazy("To the account"), required=False),
                Field(
                    "team",
                    gettext_lazy("Team number"),
                    required=False,
                    hint=gettext_lazy("Leave empty where there is none."),
                ),
            ),
            claims=True,
        ),
        Action("hand_back", gettext_lazy("Hand back"), _handed_back, ("action",)),
    ),
}
