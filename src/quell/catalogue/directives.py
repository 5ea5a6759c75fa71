"""Directives: orders go down, acknowledgement and proof come up."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import (
    CodeOf,
    Fact,
    Identifier,
    JurisdictionId,
    Moment,
    OrganisationId,
    SubjectId,
    VaultId,
    fact,
)


@fact("directive.issued", subject="directive", introduces=True)
class DirectiveIssued(Fact, frozen=True):
    """An order was sent down, to be acknowledged and carried out by a time."""

    topic: Annotated[str, CodeOf("directive_topic")]
    issued_by: Identifier
    to_jurisdictions: tuple[JurisdictionId, ...]
    words: VaultId
    acknowledge_by: Moment
    done_by: Moment | None = None
    replaces: SubjectId | None = None


@fact("directive.acknowledged", subject="directive")
class DirectiveAcknowledged(Fact, frozen=True):
    """A receiver acknowledged an order."""

    receiver: OrganisationId
    acknowledged_by: Identifier


@fact("directive.carried_out", subject="directive")
class DirectiveCarriedOut(Fact, frozen=True):
    """A receiver carried an order out, with proof."""

    receiver: OrganisationId
    proof: VaultId | None = None


@fact("directive.questioned", subject="directive")
class DirectiveQuestioned(Fact, frozen=True):
    """A receiver says that an order cannot be carried out, or conflicts with another."""

    receiver: OrganisationId
    reason: Annotated[str, CodeOf("directive_question")]
    words: VaultId | None = None


@fact("directive.withdrawn", subject="directive")
class DirectiveWithdrawn(Fact, frozen=True):
    """An order was withdrawn."""

    withdrawn_by: Identifier


@fact("decision.taken", subject=None)
class DecisionTaken(Fact, frozen=True):
    """A commander accepted or refused a proposal, having been shown this run."""

    run: Identifier
    accepted: bool
    decided_by: Identifier
