"""The chase: the people of a positive tube are called, visited, found."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import CodeOf, Fact, OrganisationId, PlaceId, VaultId, fact


@fact("person.called", subject="person")
class PersonCalled(Fact, frozen=True):
    """Somebody tried to reach a person."""

    answer: Annotated[str, CodeOf("call_answer")]
    note: VaultId | None = None


@fact("person.visited", subject="person")
class PersonVisited(Fact, frozen=True):
    """Somebody went to a person's door."""

    answer: Annotated[str, CodeOf("visit_answer")]
    place: PlaceId | None = None
    note: VaultId | None = None


@fact("person.located", subject="person")
class PersonLocated(Fact, frozen=True):
    """It is known where a person is now."""

    place: PlaceId | None = None
    how: Annotated[str, CodeOf("located_how")] = "reached"


@fact("person.passed_on", subject="person")
class PersonPassedOn(Fact, frozen=True):
    """The chase of a person was handed to another team or authority."""

    to: OrganisationId
    reason: Annotated[str, CodeOf("pass_on_reason")]
