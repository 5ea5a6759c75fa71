"""Needs: what people who were told to stay need, and who brought it."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import (
    CodeOf,
    Count,
    Fact,
    Identifier,
    Moment,
    NeedId,
    OrganisationId,
    PersonId,
    SubjectId,
    VaultId,
    fact,
)


@fact("needs.checked", subject="person")
class NeedsChecked(Fact, frozen=True):
    """A held person was asked what they need: medicine, dialysis, pregnancy, infant, disability, food, care of others.

    Each need that was found is a ``need.raised`` of its own.
    """

    found: tuple[Annotated[str, CodeOf("need")], ...] = ()


@fact("need.raised", subject="person")
class NeedRaised(Fact, frozen=True):
    """A person, or somebody for them, asked for something; ``needed_by`` is the latest useful moment."""

    need: Annotated[str, CodeOf("need")]
    number: NeedId
    urgency: Annotated[str, CodeOf("urgency")]
    needed_by: Moment
    words: VaultId | None = None


@fact("need.triaged", subject="person")
class NeedTriaged(Fact, frozen=True):
    """Somebody judged how urgent a need is."""

    number: NeedId
    urgency: Annotated[str, CodeOf("urgency")]
    needed_by: Moment


@fact("need.met", subject="person")
class NeedMet(Fact, frozen=True):
    """A need was met, and the person or a second pair of eyes says so."""

    number: NeedId
    confirmed_by: Annotated[str, CodeOf("confirmed_by")]


@fact("need.withdrawn", subject="person")
class NeedWithdrawn(Fact, frozen=True):
    """The person no longer needs it."""

    number: NeedId


@fact("delivery.made", subject="person")
class DeliveryMade(Fact, frozen=True):
    """Something was brought to the door."""

    number: NeedId | None = None
    by: OrganisationId | None = None


@fact("complaint.made", subject="person")
class ComplaintMade(Fact, frozen=True):
    """A person complained; somebody other than the one complained about answers."""

    about: Annotated[str, CodeOf("complaint_about")]
    words: VaultId | None = None


@fact("complaint.answered", subject="person")
class ComplaintAnswered(Fact, frozen=True):
    """A complaint was answered."""

    answered_by: Identifier


@fact("stock.counted", subject="stock", introduces=True)
class StockCounted(Fact, frozen=True):
    """A store holds so much of an item."""

    item: Annotated[str, CodeOf("stock_item")]
    amount: Count
    held_at: SubjectId


@fact("stock.moved", subject="stock")
class StockMoved(Fact, frozen=True):
    """Stock came in or went out; negative amounts went out."""

    item: Annotated[str, CodeOf("stock_item")]
    change: int
    for_person: PersonId | None = None
