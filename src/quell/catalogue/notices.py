"""Notices: what one authority tells another, and who answers for whom afterwards."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import CodeOf, Fact, Identifier, JurisdictionId, Moment, SubjectId, VaultId, fact


@fact("notice.sent", subject="notice", introduces=True)
class NoticeSent(Fact, frozen=True):
    """People, tubes or places that belong elsewhere were handed over, to be acknowledged by a time."""

    to: JurisdictionId
    about: tuple[SubjectId, ...]
    reason: Annotated[str, CodeOf("notice_reason")]
    acknowledge_by: Moment


@fact("notice.acknowledged", subject="notice")
class NoticeAcknowledged(Fact, frozen=True):
    """The receiver took responsibility."""

    by_jurisdiction: JurisdictionId
    acknowledged_by: Identifier


@fact("notice.refused", subject="notice")
class NoticeRefused(Fact, frozen=True):
    """The receiver says that they belong elsewhere."""

    by_jurisdiction: JurisdictionId
    reason: Annotated[str, CodeOf("notice_refusal")]


@fact("message.received", subject=None)
class MessageReceived(Fact, frozen=True):
    """A message came in from a source; what it said in words lies in the vault."""

    channel: Annotated[str, CodeOf("message_channel")]
    words: VaultId | None = None


@fact("public.informed", subject="outbreak")
class PublicInformed(Fact, frozen=True):
    """The public was told."""

    topic: Annotated[str, CodeOf("public_topic")]
    words: VaultId | None = None
