"""Screening: a round goes over an area and people's swabs go into tubes."""

from __future__ import annotations

from typing import Annotated

import msgspec

from quell.catalogue.fact import (
    CodeOf,
    Count,
    Fact,
    Moment,
    OrganisationId,
    PersonId,
    PlaceId,
    RoundId,
    SubjectId,
    TubeId,
    fact,
)

# Validated for sampling are 1, 5, 10 and 20 swabs in a tube; laboratories must not pool tubes again
# (NHC laboratory centre, June 2022: see protocol fact R030).
PoolSize = Annotated[int, msgspec.Meta(ge=1, le=20)]


@fact("round.opened", subject="round", introduces=True)
class RoundOpened(Fact, frozen=True):
    """A screening round over an area began."""

    area: tuple[SubjectId, ...]
    number: Count
    pool_size: PoolSize
    finish_by: Moment | None = None


@fact("round.closed", subject="round")
class RoundClosed(Fact, frozen=True):
    """A round was closed; who is still unsampled is its result."""


@fact("station.opened", subject="place")
class StationOpened(Fact, frozen=True):
    """A sampling station opened for a round."""

    round: RoundId
    team: OrganisationId | None = None


@fact("person.exempted", subject="person")
class PersonExempted(Fact, frozen=True):
    """A person need not be sampled in a round, for this reason."""

    round: RoundId
    reason: Annotated[str, CodeOf("exemption_reason")]


@fact("tube.sampled", subject="tube", introduces=True)
class TubeSampled(Fact, frozen=True):
    """Swabs of these people were put in this tube.

    members    the people, in the order of swabbing; their number may be below the tube's size
    pool_size  how many swabs the tube is made for: 1, 5, 10 or 20
    purpose    why: a round, a resample after a positive pool, a day of isolation, a clinic visit
    """

    members: Annotated[tuple[PersonId, ...], msgspec.Meta(min_length=1, max_length=20)]
    pool_size: PoolSize
    purpose: Annotated[str, CodeOf("sampling_purpose")] = "round"
    specimen: Annotated[str, CodeOf("specimen")] = "oropharyngeal_swab"
    round: RoundId | None = None
    place: PlaceId | None = None
    team: OrganisationId | None = None


@fact("sample.refused", subject="person")
class SampleRefused(Fact, frozen=True):
    """A person could not be or did not want to be sampled."""

    reason: Annotated[str, CodeOf("refusal_reason")]
    tube: TubeId | None = None
