"""Outbreaks: what is being fought, under which protocol, on which clock."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import CodeOf, Count, Fact, Identifier, JurisdictionId, Moment, OutbreakId, fact


@fact("outbreak.opened", subject="outbreak", introduces=True)
class OutbreakOpened(Fact, frozen=True):
    """An outbreak was declared or a dataset of a past one was opened.

    clock       real, past (stands still at ``clock_at``) or simulated
    simulated   whether its people are invented
    recordable  the kinds of fact that its source could record; absent means all. What a source could not
                record is "not recorded", never "late".
    """

    title: dict[str, str]
    disease: Annotated[str, CodeOf("disease")]
    protocol: Identifier
    protocol_digest: Identifier
    clock: Annotated[str, CodeOf("clock")] = "real"
    clock_at: Moment | None = None
    simulated: bool = False
    recordable: tuple[Identifier, ...] | None = None


@fact("outbreak.protocol_changed", subject="outbreak")
class OutbreakProtocolChanged(Fact, frozen=True):
    """Another protocol pack, or another version, came into force; it rules from when this occurred."""

    protocol: Identifier
    protocol_digest: Identifier


@fact("outbreak.clock_set", subject="outbreak")
class OutbreakClockSet(Fact, frozen=True):
    """The outbreak's own clock was set."""

    clock: Annotated[str, CodeOf("clock")]
    clock_at: Moment | None = None


@fact("outbreak.closed", subject="outbreak")
class OutbreakClosed(Fact, frozen=True):
    """The outbreak was declared over."""


@fact("incidence.reported", subject="outbreak")
class IncidenceReported(Fact, frozen=True):
    """An authority published counts for a day, where no line list exists."""

    place: JurisdictionId
    new_cases: Count
    new_asymptomatic: Count | None = None
    new_community_found: Count | None = None


@fact("outbreak.linked", subject="outbreak")
class OutbreakLinked(Fact, frozen=True):
    """Two outbreaks were found to be one chain, or to share a source."""

    other: OutbreakId
    relation: Annotated[str, CodeOf("outbreak_relation")]
