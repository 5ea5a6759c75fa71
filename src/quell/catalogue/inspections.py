"""Inspections: a fault is found, rectified, and verified by somebody else."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import CodeOf, Fact, Identifier, Moment, SubjectId, VaultId, fact


@fact("inspection.made", subject="inspection", introduces=True)
class InspectionMade(Fact, frozen=True):
    """A site, team or process was inspected."""

    of: SubjectId
    checklist: Identifier
    inspector: Identifier


@fact("finding.made", subject="inspection")
class FindingMade(Fact, frozen=True):
    """An inspection found a fault, to be rectified by a time."""

    finding: Identifier
    about: SubjectId
    topic: Annotated[str, CodeOf("finding_topic")]
    severity: Annotated[str, CodeOf("finding_severity")]
    rectify_by: Moment
    words: VaultId | None = None
    evidence: VaultId | None = None


@fact("finding.rectified", subject="inspection")
class FindingRectified(Fact, frozen=True):
    """The inspected say that a fault is mended."""

    finding: Identifier
    rectified_by: Identifier
    evidence: VaultId | None = None


@fact("finding.verified", subject="inspection")
class FindingVerified(Fact, frozen=True):
    """Somebody else looked and agrees, or does not."""

    finding: Identifier
    verified_by: Identifier
    good: bool
