"""People, and the other subjects that fall ill or belong together: households, groups, herds."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import (
    CodeOf,
    Count,
    Fact,
    Identifier,
    OrganisationId,
    PersonId,
    PlaceId,
    SubjectId,
    VaultId,
    Years,
    fact,
)


@fact("person.registered", subject="person", introduces=True)
class PersonRegistered(Fact, frozen=True):
    """A person became known to a source, under a pseudonym.

    Age in completed years (or the bounds of an age band) and sex are kept for analysis; who it is lies in the vault.
    """

    identity: VaultId | None = None
    age: Years | None = None
    age_from: Years | None = None
    age_to: Years | None = None
    sex: Annotated[str, CodeOf("sex")] | None = None
    occupation: Annotated[str, CodeOf("occupation")] | None = None
    household: SubjectId | None = None
    lives_at: PlaceId | None = None


@fact("person.identified", subject="person")
class PersonIdentified(Fact, frozen=True):
    """Somebody's identity was entered or changed; the words themselves went to the vault."""

    identity: VaultId


@fact("person.died", subject="person")
class PersonDied(Fact, frozen=True):
    """A person died."""

    cause: Annotated[str, CodeOf("cause_of_death")] | None = None


@fact("person.buried", subject="person")
class PersonBuried(Fact, frozen=True):
    """A person who died was buried; how matters where the dead can infect."""

    manner: Annotated[str, CodeOf("burial_manner")]


@fact("person.vaccinated", subject="person")
class PersonVaccinated(Fact, frozen=True):
    """A dose was given."""

    vaccine: Identifier
    dose: Count | None = None


@fact("group.registered", subject=None, introduces=True)
class GroupRegistered(Fact, frozen=True):
    """A household, class, ward, workplace team or herd became known."""

    purpose: Annotated[str, CodeOf("group_kind")]
    head: PersonId | None = None
    place: PlaceId | None = None
    size: Count | None = None


@fact("relation.began", subject=None)
class RelationBegan(Fact, frozen=True):
    """From then on, the subject stood in this relation to another: resides, works, is guardian of, is member of."""

    relation: Annotated[str, CodeOf("relation")]
    to: SubjectId


@fact("relation.ended", subject=None)
class RelationEnded(Fact, frozen=True):
    """From then on, the subject no longer stood in this relation to the other."""

    relation: Annotated[str, CodeOf("relation")]
    to: SubjectId


@fact("organisation.registered", subject="organisation", introduces=True)
class OrganisationRegistered(Fact, frozen=True):
    """A department, laboratory, team or company became known."""

    department: Annotated[str, CodeOf("department")]
    part_of: OrganisationId | None = None
    name: VaultId | None = None
