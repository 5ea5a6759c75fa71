"""Contacts: whom a case met. A secondary contact always names its primary."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import CodeOf, Count, Fact, Identifier, Moment, PersonId, PlaceId, fact


@fact("contact.named", subject="person")
class ContactNamed(Fact, frozen=True):
    """The subject met the source. ``occurred`` is when it was named; the exposure has dates of its own.

    first_exposure, last_exposure  ISO dates or canonical UTC instants, where known
    """

    # The named person is the subject, so that all that is owed about them follows from their own facts.
    source_person: PersonId
    first_exposure: Moment | None = None
    last_exposure: Moment | None = None
    setting: Annotated[str, CodeOf("setting")] | None = None
    relation: Annotated[str, CodeOf("contact_relation")] | None = None
    certainty: Annotated[str, CodeOf("certainty")] | None = None
    protected: bool | None = None
    minutes: Count | None = None
    place: PlaceId | None = None


@fact("contact.graded", subject="person")
class ContactGraded(Fact, frozen=True):
    """An investigator graded a contact otherwise than the pack does, or dropped it."""

    source_person: PersonId
    grade: Annotated[str, CodeOf("contact_grade")]
    graded_by: Identifier


@fact("contact.traced", subject="person")
class ContactTraced(Fact, frozen=True):
    """A search of visits found this person exposed to the source, by that run."""

    source_person: PersonId
    run: Identifier
    minutes: Count
    first_exposure: Moment | None = None
    last_exposure: Moment | None = None


@fact("contact.notified", subject="person")
class ContactNotified(Fact, frozen=True):
    """A contact was told that they are one."""

    source_person: PersonId


@fact("prophylaxis.given", subject="person")
class ProphylaxisGiven(Fact, frozen=True):
    """A contact was given a vaccine, immunoglobulin or an antiviral.

    doses_per_day, course_days  of a course of tablets, where stated: countries differ on the same drug
    """

    product: Annotated[str, CodeOf("prophylaxis")]
    doses_per_day: Count | None = None
    course_days: Count | None = None


@fact("immunity.assessed", subject="person")
class ImmunityAssessed(Fact, frozen=True):
    """Somebody looked whether a contact is immune, and on which evidence; "none" and "unknown" count as not immune."""

    evidence: Annotated[str, CodeOf("immunity_evidence")]
