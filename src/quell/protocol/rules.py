"""What a protocol pack consists of, once read: rules, sources, parameters. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from quell.catalogue.when import midnight
from quell.protocol.patterns import Pattern

CERTAINTIES = ("P", "N", "S", "W", "M", "X", "A")
Moves = Literal["keep", "recompute"]
Labels = dict[str, str]


class PackError(ValueError):
    """A pack that cannot be used; ``faults`` names every fault as "file: rule: what is wrong"."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from, and how sure we are (P, N, S, W, M, X, or A for assumed by Quell)."""

    source_id: str
    document: str
    certainty: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """Days counted from an anchor; see quell.protocol.spans for the conventions."""

    numbers: tuple[int, ...]
    anchor: tuple[str, ...]
    anchor_is_day: int


@dataclass(frozen=True, slots=True)
class Requires:
    """The root names another subject in a field, and that subject must have a conclusion."""

    of: str
    concluded: str
    window_field: str | None = None
    not_before: tuple[str, ...] = ()
    minus: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class ConclusionRule:
    """What follows for a subject. ``per`` says how many: one in all, one per root subject, one per fact."""

    rule_id: str
    kind: str
    subject: str
    when: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    requires: Requires | None
    per: str
    carries: tuple[tuple[str, tuple[str, ...]], ...]
    title: Labels
    because: Labels
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DutyRule:
    """What somebody owes."""

    rule_id: str
    action: str
    desk: str
    subject: str
    when: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    met_by: tuple[Pattern, ...]
    ended_by: tuple[Pattern, ...]
    per: str
    anchor: tuple[str, ...]
    within: timedelta | None
    due_field: str | None
    days: Days | None
    urgent: bool
    closes: timedelta | None
    title: Labels
    because: Labels
    sources: tuple[str, ...]
    deadline_source: str


@dataclass(frozen=True, slots=True)
class GroundRule:
    """What a restriction may rest on, how long it may last, and what ends it by itself."""

    rule_id: str
    ground: str
    measure: str
    legal_basis: str
    appeal: str
    rests_on: tuple[Pattern, ...]
    ended_by: tuple[Pattern, ...]
    longest: timedelta | None
    longest_days: Days | None
    end: Literal["through", "until"]
    title: Labels
    because: Labels
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of the protocol that engines and screens read: pool sizes, zone rules, windows."""

    name: str
    value: Any
    unit: str
    title: Labels
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """One version of one protocol for one jurisdiction."""

    pack_id: str
    version: str
    digest: str
    title: Labels
    notice: Labels
    jurisdiction: str
    disease: str
    effective_from: date
    local_zone: str
    open_duties: Moves
    moves: dict[str, Moves]
    sources: dict[str, Source]
    conclusions: tuple[ConclusionRule, ...]
    duties: tuple[DutyRule, ...]
    grounds: dict[str, GroundRule]
    parameters: dict[str, Parameter]
    text: str = field(repr=False)

    @property
    def effective_at(self) -> datetime:
        """The UTC instant from which the pack rules, where no outbreak says otherwise."""
        return midnight(self.effective_from, self.local_zone)

    def rule(self, rule_id: str) -> ConclusionRule | DutyRule | GroundRule | None:
        """A rule by its full id ``pack/rule``."""
        short = rule_id.partition("/")[2]
        rules: tuple[ConclusionRule | DutyRule | GroundRule, ...] = (
            *self.conclusions,
            *self.duties,
            *self.grounds.values(),
        )
        return next((rule for rule in rules if rule.rule_id == short), None)

    def weakest(self, source_ids: tuple[str, ...]) -> str:
        """The certainty of the weakest of these sources."""
        return max((self.sources[name].certainty for name in source_ids), key=CERTAINTIES.index, default="A")
