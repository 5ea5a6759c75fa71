"""Isolation: people are held in place, isolated, released. Every restriction has its grounds.

A restriction is told apart by person, ground and what it rests on (``because``): the same person may be held
for a positive tube and for a contact at once, and is free when neither remains.
"""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import (
    CodeOf,
    FacilityId,
    Fact,
    Identifier,
    Moment,
    PersonId,
    PlaceId,
    SubjectId,
    VaultId,
    fact,
)

Ground = Annotated[str, CodeOf("ground")]


@fact("restriction.ordered", subject="person")
class RestrictionOrdered(Fact, frozen=True):
    """A named officer ordered that a person stay where they are or be isolated.

    because     what it rests on: the tube, the case, the zone
    until       when it ends by itself at the latest (canonical UTC); the pack's longest length where absent
    notice      how the person was told; appeal: how they can appeal
    """

    ground: Ground
    because: SubjectId
    measure: Annotated[str, CodeOf("measure")]
    legal_basis: Annotated[str, CodeOf("legal_basis")]
    ordered_by: Identifier
    until: Moment | None = None
    notice: Annotated[str, CodeOf("notice_form")] | None = None
    appeal: Annotated[str, CodeOf("appeal_route")] | None = None
    place: PlaceId | None = None
    accompanies: PersonId | None = None


@fact("restriction.renewed", subject="person")
class RestrictionRenewed(Fact, frozen=True):
    """A named officer prolonged a restriction, with a reason; without this it ends by itself."""

    ground: Ground
    because: SubjectId
    until: Moment
    ordered_by: Identifier
    reason: Annotated[str, CodeOf("renewal_reason")]


@fact("restriction.lifted", subject="person")
class RestrictionLifted(Fact, frozen=True):
    """A restriction was ended by an officer before its time."""

    ground: Ground
    because: SubjectId
    ordered_by: Identifier


@fact("restriction.appealed", subject="person")
class RestrictionAppealed(Fact, frozen=True):
    """A person objected to a restriction; somebody who did not order it decides."""

    ground: Ground
    because: SubjectId
    statement: VaultId | None = None


@fact("appeal.decided", subject="person")
class AppealDecided(Fact, frozen=True):
    """An appeal was decided."""

    ground: Ground
    because: SubjectId
    upheld: bool
    decided_by: Identifier


@fact("person.told_free", subject="person")
class PersonToldFree(Fact, frozen=True):
    """A person was told that they are free."""

    notice: Annotated[str, CodeOf("notice_form")]


@fact("followup.recorded", subject="person")
class FollowupRecorded(Fact, frozen=True):
    """A contact or released case was seen or called on a day of follow-up."""

    state: Annotated[str, CodeOf("followup_state")]
    symptoms: tuple[Annotated[str, CodeOf("symptom")], ...] = ()


@fact("isolation.breached", subject="person")
class IsolationBreached(Fact, frozen=True):
    """A person left the place of isolation."""

    circumstance: Annotated[str, CodeOf("breach_circumstance")]


@fact("isolation.moved", subject="person")
class IsolationMoved(Fact, frozen=True):
    """A person's isolation went on elsewhere: from home to a facility, or back."""

    to_facility: FacilityId | None = None
    to_place: PlaceId | None = None
