"""What the duty function reads and what it concludes: plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from quell.catalogue.when import When, parse


@dataclass(frozen=True, slots=True)
class Event:
    """One effective fact as seen from the subject that is being judged.

    kind      the fact kind, or ``conclusion:case`` for something concluded, or ``pending:conflict``
    key       what tells this event from others of its kind for ever: the fact id, or the conclusion's own key
    of        the subject that the fact itself is about (the tube, when a person is judged)
    via       the role that led here: None for the subject's own facts, "members" for the tubes of a person
    at        the UTC instant it happened, or at which its day began
    known_at  when this desk could first have known
    """

    kind: str
    key: str
    of: str
    at: datetime
    when: When
    zone: str
    known_at: datetime
    jurisdiction: str
    outbreaks: tuple[str, ...]
    attrs: dict[str, Any] = field(default_factory=dict)
    via: str | None = None
    fact_id: str | None = None

    @property
    def order(self) -> tuple[datetime, str, str]:
        """The order of the world: by when it happened, then by what was stated; never by arrival."""
        return (self.at, self.attrs.get("learned_at") or "", self.key)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Something that follows from facts under a pack: this person is a case, a close contact."""

    kind: str
    subject: str
    key: str
    rule: str
    outbreak: str
    at: datetime
    known_at: datetime
    occurred: str
    zone: str
    jurisdiction: str
    root: str
    attrs: dict[str, Any]

    def event(self) -> Event:
        """The conclusion as an event, so that other rules can stand on it."""
        return Event(
            kind=f"conclusion:{self.kind}",
            key=self.key,
            of=self.subject,
            at=self.at,
            when=parse(self.occurred, self.zone),
            zone=self.zone,
            known_at=self.known_at,
            jurisdiction=self.jurisdiction,
            outbreaks=(self.outbreak,) if self.outbreak else (),
            attrs=self.attrs,
            fact_id=self.root,
        )


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody owes, because of a fact, under a rule.

    due_event   the deadline from the event itself
    due_known   the deadline from when this desk could have known, so that nobody is blamed for another's delay
    opens_at    when it can first be done; closes_at when it can no longer be done (a missed test day)
    met_at      when it was done; ended_at when it fell away
    recordable  False where the source could not have recorded that it was done: then it is never late
    """

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


@dataclass(frozen=True, slots=True)
class Restriction:
    """One ground on which a person is held, isolated or sealed in."""

    restriction_id: str
    subject: str
    ground: str
    because: str
    measure: str
    legal_basis: str
    ordered_by: str
    notice: str
    appeal: str
    rule: str
    outbreak: str
    jurisdiction: str
    opened_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that follows for one subject."""

    conclusions: tuple[Conclusion, ...] = ()
    duties: tuple[Duty, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
