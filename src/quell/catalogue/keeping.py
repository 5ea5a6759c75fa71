"""Keeping the book: corrections, merges, what is said about duties, escalations and erasure."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from quell.catalogue.fact import CodeOf, Count, Fact, Identifier, OrganisationId, SubjectId, VaultId, fact

DutyKey = Identifier


@fact("fact.amended", subject=None)
class FactAmended(Fact, frozen=True):
    """An earlier fact about the same subject was wrong; this body replaces it whole.

    of_kind, of_version  what the replacement is a body of; the target must be of that kind

    Of several amendments the one that occurred last holds; a retraction overrules them all.
    """

    target: UUID
    of_kind: Identifier
    of_version: Count
    replacement: dict[str, Any]
    reason: Annotated[str, CodeOf("correction_reason")]


@fact("fact.retracted", subject=None)
class FactRetracted(Fact, frozen=True):
    """An earlier fact about the same subject never happened. May arrive before the fact it retracts."""

    target: UUID
    reason: Annotated[str, CodeOf("correction_reason")]


@fact("subject.merged", subject=None)
class SubjectMerged(Fact, frozen=True):
    """Two ids turned out to be one; both ids go on resolving."""

    into: SubjectId
    run: Identifier | None = None


@fact("subject.split", subject=None)
class SubjectSplit(Fact, frozen=True):
    """A merge was wrong: the subject is itself again."""

    from_subject: SubjectId


@fact("duty.accepted", subject=None, claim=True)
class DutyAccepted(Fact, frozen=True):
    """A person or team took a duty on."""

    duty: DutyKey
    accepted_by: Identifier
    team: OrganisationId | None = None


@fact("duty.handed_back", subject=None)
class DutyHandedBack(Fact, frozen=True):
    """Who had taken a duty on gave it back."""

    duty: DutyKey


@fact("duty.waived", subject=None)
class DutyWaived(Fact, frozen=True):
    """A named officer decided that a duty need not be done, for a reason."""

    duty: DutyKey
    reason: Annotated[str, CodeOf("waiver_reason")]
    waived_by: Identifier


@fact("duty.noted", subject=None)
class DutyNoted(Fact, frozen=True):
    """Somebody noted why a duty is late; the words lie in the vault."""

    duty: DutyKey
    cause: Annotated[str, CodeOf("delay_cause")]
    words: VaultId | None = None


@fact("duty.escalated", subject=None)
class DutyEscalated(Fact, frozen=True):
    """A late duty was brought before the next tier."""

    duty: DutyKey
    tier: Annotated[str, CodeOf("tier")]
    to: OrganisationId | None = None


@fact("vault.erased", subject=None)
class VaultErased(Fact, frozen=True):
    """What the vault held of a subject was erased under a rule; tombstones remain."""

    rule: Annotated[str, CodeOf("erasure_rule")]
    records: Count
    ordered_by: Identifier


@fact("import.finished", subject="outbreak")
class ImportFinished(Fact, frozen=True):
    """A file was taken in: so many rows became facts, so many were set aside."""

    file: Identifier
    rows: Count
    quarantined: Count


@fact("run.finished", subject="run", introduces=True)
class RunFinished(Fact, frozen=True):
    """An engine finished: what it read, with which code, pack and seed."""

    engine: Identifier
    position: Count
    code_version: Identifier
    pack: Identifier | None = None
    seed: Count | None = None
