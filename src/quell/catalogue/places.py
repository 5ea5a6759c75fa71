"""Places and the jurisdictions that answer for them."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import (
    CodeOf,
    Count,
    Degrees,
    Fact,
    Identifier,
    JurisdictionId,
    Moment,
    PlaceId,
    fact,
)


@fact("jurisdiction.registered", subject="jurisdiction", introduces=True)
class JurisdictionRegistered(Fact, frozen=True):
    """A node of the tree province, city, county, township, community.

    ``iso_3166_2`` where the node has one; ``national_code`` the country's own code (GB/T 2260 in China).
    Names by language: jurisdictions are public, so their names are codes, not free text.
    """

    code: JurisdictionId
    tier: Annotated[str, CodeOf("tier")]
    parent: JurisdictionId | None = None
    iso_3166_2: Identifier | None = None
    national_code: Identifier | None = None
    names: dict[str, str] = {}
    population: Count | None = None
    local_zone: Identifier | None = None


@fact("place.registered", subject="place", introduces=True)
class PlaceRegistered(Fact, frozen=True):
    """A compound, building, unit, flat, room or venue became known, inside another place where nested."""

    place_kind: Annotated[str, CodeOf("place_kind")]
    within: PlaceId | None = None
    public_name: dict[str, str] = {}
    longitude: Degrees | None = None
    latitude: Degrees | None = None
    population: Count | None = None


@fact("place.closed", subject="place")
class PlaceClosed(Fact, frozen=True):
    """A place was closed to the public or sealed."""

    reason: Annotated[str, CodeOf("closure_reason")]
    legal_basis: Annotated[str, CodeOf("legal_basis")]
    until: Moment | None = None


@fact("place.reopened", subject="place")
class PlaceReopened(Fact, frozen=True):
    """A closed place was opened again."""


@fact("place.disinfected", subject="place")
class PlaceDisinfected(Fact, frozen=True):
    """Terminal disinfection of a place was finished."""

    method: Annotated[str, CodeOf("disinfection_method")] | None = None


@fact("place.searched", subject="place")
class PlaceSearched(Fact, frozen=True):
    """The people who were exposed at a place were looked for, and so many were found."""

    exposed: Count
    found: Count
