"""The page of one subject, and the reading of an identity, which is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from quell.desks.house.board import Board
from quell.desks.house.cards import cards
from quell.desks.house.permission import desks_of
from quell.desks.house.purposes import PURPOSES
from quell.protocol.events import Restriction
from quell.protocol.stages import StageClock, stage_clock
from quell.registry.reading import outbreaks
from quell.registry.reading.cursor import reading
from quell.registry.reading.people_events import events_of_people
from quell.registry.reading.stories import Story, story
from quell.vault.reading import read_identity, reads_of

_LATEST_READS = 20


@dataclass(frozen=True)
class Standing:
    """A restriction as it stands at a moment."""

    restriction: Restriction
    stands: bool


@require_GET
def one(request: HttpRequest, name: str) -> HttpResponse:
    """Every fact about one subject in order, what is owed, and every restriction with its ground."""
    board = Board.of(request)
    found = story(name)
    if found is None:
        raise Http404(name)
    its = _its_board(board, found)
    owed = cards(found.owed, its)
    person = found.kind == "person"
    context = {
        "story": found,
        "its": its,
        "owed": [card for card in owed if card.duty.is_open],
        "done": [card for card in owed if not card.duty.is_open],
        "restrictions": [Standing(each, _stands(each, its.now)) for each in found.restrictions],
        "clock": _clock(found) if person else None,
        "person": person,
        "purposes": PURPOSES,
    }
    return render(request, "subject/subject.html", context)


@require_POST
def identity(request: HttpRequest, name: str) -> HttpResponse:
    """Read who it is, for a stated purpose; the reading is logged, and the page says so."""
    purpose = request.POST.get("purpose", "")
    found = story(name)
    if found is None or found.kind != "person" or purpose not in PURPOSES:
        raise Http404(name)
    desk = _reading_desk(request, found)
    ids = [found.subject, *found.aliases]
    words = read_identity(ids, by=request.user.get_username(), desk=desk, purpose=purpose)
    reads = reads_of(found.subject)[-_LATEST_READS:]
    shown = [(subject, sorted(content.items())) for subject, content in words.items()]
    return render(
        request,
        "subject/identity.html",
        {"story": found, "shown": shown, "reads": reads[::-1], "purpose": purpose},
    )


def _reading_desk(request: HttpRequest, found: Story) -> str:
    """At which desk the reader sits: the one that owes this person something, else the first of theirs."""
    mine = desks_of(request.user)
    owing = [duty.desk for duty in found.owed if duty.is_open and duty.desk in mine]
    return owing[0] if owing else min(mine)


def _its_board(board: Board, found: Story) -> Board:
    """The board of the subject's own outbreak where the one that is looked at is another."""
    if not found.outbreaks or board.outbreak_id in found.outbreaks:
        return board
    its = Board(board.account, found.outbreaks[0], board.theme)
    its.__dict__["outbreak"] = outbreaks.one(found.outbreaks[0])
    return its


def _stands(restriction: Restriction, now: datetime) -> bool:
    return restriction.opened_at <= now < (restriction.ended_at or restriction.ends_at)


def _clock(found: Story) -> StageClock:
    with reading() as cursor:
        events = events_of_people(cursor, [found.subject])
    return stage_clock(events[found.subject])
