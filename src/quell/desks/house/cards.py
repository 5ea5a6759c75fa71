"""A duty as a card shows it: what, who, why, on what authority, by when, and the buttons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from quell.desks.house.board import Board
from quell.desks.house.taps import Field, Owed, Tap, taps_of
from quell.protocol.pack import DutyRule, Pack
from quell.registry.reading.duties import DutyRow
from quell.registry.reading.rules import Authority, authority, duty_rule, pack_of
from quell.registry.reading.stories import fact_body


@dataclass
class Card:
    """One duty on a page."""

    duty: DutyRow
    board: Board

    @cached_property
    def state(self) -> str:
        """A code of the list duty_state."""
        return self.duty.state(self.board.now)

    @property
    def minutes(self) -> int:
        """Minutes late, or minutes left."""
        return self.duty.minutes_late(self.board.now) or self.duty.minutes_left(self.board.now)

    @cached_property
    def pack(self) -> Pack | None:
        """The pack that asks for it."""
        return pack_of(self.duty.pack, self.duty.pack_version)

    @cached_property
    def rule(self) -> DutyRule | None:
        """The rule that asks for it."""
        return duty_rule(self.pack, self.duty.rule)

    @property
    def because(self) -> str:
        """Why, in the reader's language."""
        return _in(self.rule.because, self.board.language) if self.rule else ""

    @property
    def title(self) -> str:
        """What the rule itself calls the duty; "" where the rule is not at hand."""
        return _in(self.rule.title, self.board.language) if self.rule else ""

    @cached_property
    def authority(self) -> Authority | None:
        """The source of the deadline, with how sure we are."""
        return authority(self.pack, self.rule) if self.pack and self.rule else None

    @property
    def over_other(self) -> str:
        """The subject that it is because of, where that is another one than it is about."""
        return self.duty.because if self.duty.because != self.duty.subject else ""

    @cached_property
    def root(self) -> dict[str, object]:
        """What the fact says that it stands on."""
        return fact_body(self.duty.root)

    @property
    def need(self) -> str:
        """Which need it is about, where it is about one; the code of the list need."""
        return str(self.root.get("need", "")) if self.duty.action == "meet_need" else ""

    @property
    def workable(self) -> bool:
        """Whether the reader may record something here: it is open, it is their desk, and the outbreak is not past."""
        return self.duty.is_open and not self.board.read_only and self.duty.desk in self.board.desks

    @cached_property
    def owed(self) -> Owed:
        """The duty in its surroundings."""
        by = self.board.account.get_username()
        return Owed(self.duty, self.root, self.pack, self.board.zone, self.board.real_now, by)

    @property
    def taps(self) -> tuple[Tap, ...]:
        """The buttons of what it asks, the main one first."""
        return taps_of(self.duty.action)

    def initial(self, field: Field) -> str:
        """What a field proposes."""
        return field.initial(self.owed) if field.initial is not None else ""


def cards(duties: Iterable[DutyRow], board: Board) -> list[Card]:
    """These duties as cards."""
    return [Card(duty, board) for duty in duties]


def _in(labels: dict[str, str], language: str) -> str:
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), "")
