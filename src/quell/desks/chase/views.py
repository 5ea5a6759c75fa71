"""The chase table, and one tube with its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quell.desks.house.board import Board
from quell.desks.house.cards import Card, cards
from quell.desks.house.permission import check_desk
from quell.protocol.stages import STAGES, Stage
from quell.registry.reading import outbreaks, tubes
from quell.registry.reading.tubes import CHASE_ACTIONS, COLUMNS, Member, Tube

PAGE = 20
# Where the people's time goes: from which stage to which, and what that part is called.
_PARTS = (
    ("locating", "abnormality", ("located", "held")),
    ("holding", "located", ("held",)),
    ("laboratory", "held", ("single_result",)),
    ("transfer", "single_result", ("admitted",)),
)
# Asking what somebody needs is done with that person, so it has no button for all.
_BULK = ("hold", "resample", "tell_free")


@dataclass(frozen=True)
class Row:
    """A tube as a row: minutes on its clock, and the people by column."""

    tube: Tube
    minutes: int
    state: str
    columns: tuple[tuple[str, tuple[tuple[Member, str], ...]], ...]


@dataclass(frozen=True)
class Part:
    """A part of the time that went: its share in hundredths, where it begins, and minutes in all."""

    code: str
    share: int
    begins: int
    minutes: int


@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """Every positive tube of the outbreak as a row."""
    check_desk(request.user, "chase")
    board = Board.of(request)
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isdigit() else 1
    found, total = tubes.chased(board.outbreak_id, offset=(page - 1) * PAGE, limit=PAGE)
    context = {
        "rows": [_row(tube, board.now) for tube in found],
        "columns": COLUMNS,
        "total": total,
        "page": page,
        "more": page * PAGE < total,
        "glance": outbreaks.glance(board.outbreak, board.now) if board.outbreak else None,
        "went": _went([member for tube in found for member in tube.members], board.now),
    }
    return render(request, "chase/table.html", context)


@require_GET
def one_tube(request: HttpRequest, tube: str) -> HttpResponse:
    """One tube: its people, what is owed about each, and buttons for all of them."""
    check_desk(request.user, "chase")
    board = Board.of(request)
    found = tubes.tubes_named([tube])
    if not found:
        raise Http404(tube)
    shown = found[0]
    people = [
        (member, member.state(board.now), _cards(member, board), _way(member)) for member in shown.members
    ]
    bulk = [
        (action, len(owed), owed)
        for action in (() if board.read_only else _BULK)
        if (owed := shown.owed_of(action))
    ]
    context = {
        "row": _row(shown, board.now),
        "tube": shown,
        "people": people,
        "columns": COLUMNS,
        "bulk": bulk,
        "stages": STAGES,
        "went": _went(shown.members, board.now),
    }
    return render(request, "chase/tube.html", context)


def _cards(member: Member, board: Board) -> list[Card]:
    """What the chase asks about this person; days of isolation and the like stand on the person's own page."""
    return cards((duty for duty in member.owed if duty.action in CHASE_ACTIONS), board)


def _way(member: Member) -> tuple[Stage, ...]:
    """The stages after the sign; for who is negative, those of this chase only."""
    stages = member.clock.stages[1:]
    if member.result != "negative":
        return stages
    return tuple(stage for stage in stages if stage.code in {"located", "held", "resampled", "single_result"})


def _row(tube: Tube, now: datetime) -> Row:
    columns = tuple((name, tuple((each, each.state(now)) for each in tube.at(name))) for name in COLUMNS)
    states = {state for _, members in columns for _, state in members}
    state = "late" if "late" in states else "soon" if "soon" in states else "open" if tube.open else "met"
    minutes = int((now - tube.resulted_at).total_seconds() // 60) if tube.resulted_at else 0
    if not tube.open:
        last = [
            stage.minutes for member in tube.members for stage in (*member.clock.stages[:1], *_way(member))
        ]
        minutes = max(last, default=minutes)
    return Row(tube, minutes, state, columns)


def _went(members: list[Member] | tuple[Member, ...], now: datetime) -> list[Part]:
    """Where the people's time went: minutes by part, counted on while a part still lasts."""
    spent = dict.fromkeys((code for code, *_ in _PARTS), 0.0)
    for member in members:
        clock = member.clock
        for code, begins, ends in _PARTS:
            start = clock.at(begins)
            if code == "laboratory":
                start = start or clock.at("resampled")
            if start is None or (code == "transfer" and member.result != "positive"):
                continue
            over = min((at for name in ends if (at := clock.at(name)) is not None), default=None)
            if over is None:
                lasts = member.column != "settled" or code == "transfer"
                later = [stage.at for stage in clock.stages if stage.at > start]
                over = now if lasts and not (later and code == "locating") else max(later, default=start)
            spent[code] += max(0.0, (over - start).total_seconds() / 60)
    total = sum(spent.values())
    if total <= 0:
        return []
    parts, begins_at = [], 0
    for code, *_ in _PARTS:
        share = round(100 * spent[code] / total)
        parts.append(Part(code, share, begins_at, int(spent[code])))
        begins_at += share
    return parts
