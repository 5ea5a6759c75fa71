"""Staff: who works, who rests, who is unwell."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import CodeOf, Count, Fact, Identifier, Moment, OrganisationId, fact


@fact("staff.enrolled", subject="person")
class StaffEnrolled(Fact, frozen=True):
    """A person works for the response, with these skills."""

    organisation: OrganisationId
    account: Identifier | None = None
    skills: tuple[Annotated[str, CodeOf("skill")], ...] = ()


@fact("staff.left", subject="person")
class StaffLeft(Fact, frozen=True):
    """A person no longer works for the response."""

    organisation: OrganisationId


@fact("shift.worked", subject="person")
class ShiftWorked(Fact, frozen=True):
    """A shift was worked; ``occurred`` is from its start to its end."""

    post: Annotated[str, CodeOf("post")]
    wearing: Annotated[str, CodeOf("protection")] | None = None


@fact("shift.planned", subject="person")
class ShiftPlanned(Fact, frozen=True):
    """A shift was given out; ``starts`` and ``ends`` are canonical UTC."""

    post: Annotated[str, CodeOf("post")]
    starts: Moment
    ends: Moment


@fact("staff.exposed", subject="person")
class StaffExposed(Fact, frozen=True):
    """A staff member was exposed at work: torn glove, needle, unprotected contact."""

    circumstance: Annotated[str, CodeOf("staff_exposure")]


@fact("staff.wellbeing_stated", subject="person")
class StaffWellbeingStated(Fact, frozen=True):
    """A staff member said how they are; who said what lies with them and the supervisor they chose."""

    state: Annotated[str, CodeOf("wellbeing")]
    hours_slept: Count | None = None
