"""My duties, the taps that record facts, their undoing, and the search that every page has."""

from __future__ import annotations

from datetime import datetime

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from quell.catalogue import codes
from quell.catalogue.fact import Fact
from quell.catalogue.keeping import FactRetracted
from quell.catalogue.when import instant
from quell.desks.house.board import Board
from quell.desks.house.cards import Card, cards
from quell.desks.house.permission import check_desk
from quell.desks.house.taps import ALWAYS, TapRefused, tap_named
from quell.desks.house.undoing import undo_token, undone
from quell.desks.house.views import back_to
from quell.ledger.record import RecordRefused, record
from quell.registry.reading import duties, outbreaks
from quell.registry.reading.duties import DutyRow
from quell.registry.reading.stories import written_by
from quell.registry.reading.subjects import found

PAGE = 20
# Asking what somebody needs is done with that person, so it has no button for all.
_BULK = ("hold", "resample", "tell_free")


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What the reader's desks owe, most pressing first."""
    board = Board.of(request)
    desk = request.GET.get("desk", "")
    if desk:
        check_desk(request.user, desk)
    page = _page(request)
    shown = duties.by_desk(
        board.outbreak_id,
        now=board.now,
        desks=[desk] if desk else board.desks,
        offset=(page - 1) * PAGE,
        limit=PAGE + 1,
    )
    counted = next(
        (count.open for count in board.counts if count.desk == desk), board.open if not desk else 0
    )
    context = {
        "cards": cards(shown[:PAGE], board),
        "desk": desk,
        "page": page,
        "more": len(shown) > PAGE,
        "counted": counted,
        "not_recorded": duties.not_recorded(board.outbreak_id, now=board.now) if board.read_only else 0,
        "grades": codes.all_lists()["certainty_grade"].codes,
    }
    return render(request, "duties/mine.html", context)


@require_POST
def tap(request: HttpRequest, duty_id: str) -> HttpResponse:
    """Record what a button says; the card comes back as it stands now, with a confirmation that can be undone."""
    board = Board.of(request)
    name = request.POST.get("tap", "")
    duty = _open_to(request, duties.one(duty_id))
    card = _card(duty, board)
    chosen = tap_named(duty.action, name)
    if chosen is None:
        raise Http404(name)
    if not duty.is_open:
        return _answer(request, [_card(duty, board)], _("Already done."), "")
    if card.board.read_only:
        raise PermissionDenied
    try:
        answers = {key: [str(text) for text in texts] for key, texts in request.POST.lists()}
        facts = chosen.facts(card.owed, answers)
        recorded = record(facts, by=request.user.get_username(), now=board.real_now)
    except (TapRefused, RecordRefused) as error:
        return render(
            request,
            "duties/refused.html",
            {"card": card, "taps": [chosen] if chosen.fields else [], "fault": str(error)},
            status=422 if request.headers.get("HX-Request") else 400,
        )
    after = duties.one(duty_id) or duty
    text = f"{chosen.label}: {_subject(duty.subject)}"
    return _answer(request, [_card(after, board)], text, undo_token(recorded.fact_ids))


@require_GET
def ask(request: HttpRequest, duty_id: str, name: str) -> HttpResponse:
    """The form of a button that asks for something first; "more" has what every duty offers."""
    duty = _open_to(request, duties.one(duty_id))
    chosen = tap_named(duty.action, name)
    taps = list(ALWAYS) if name == "more" else [chosen] if chosen else []
    if not taps:
        raise Http404(name)
    template = "house/asking.html" if request.headers.get("HX-Request") else "duties/asked.html"
    return render(request, template, {"card": _card(duty, Board.of(request)), "taps": taps})


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Hold, resample, … everybody of a tube for whom it is open."""
    board = Board.of(request)
    action = request.POST.get("action", "")
    if action not in _BULK or board.read_only:
        raise PermissionDenied
    facts: list[Fact] = []
    # Exactly the duties that the button counted, and of those what is still open: another tube of the same people,
    # or what came up since, is not swept along.
    shown = {duty_id for duty_id in request.POST.getlist("duty") if duty_id}
    owed = [
        each
        for each in map(duties.one, sorted(shown))
        if each is not None and each.is_open and each.action == action
    ]
    for duty in owed:
        check_desk(request.user, duty.desk)
        card = _card(duty, board)
        chosen = next(each for each in card.taps if each.main)
        facts.extend(chosen.facts(card.owed, {}))
    recorded = record(facts, by=request.user.get_username(), now=board.real_now)
    text = ngettext("%(what)s: %(n)d person", "%(what)s: %(n)d people", len(owed)) % {
        "what": codes.label("action", action, board.language),
        "n": len(owed),
    }
    return _answer(request, [], text, undo_token(recorded.fact_ids) if owed else "")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what this very account just recorded."""
    board = Board.of(request)
    try:
        ids = undone(request.POST.get("facts", ""))
    except signing.BadSignature:
        return _answer(request, [], _("Too late to undo here. Correct it on the subject's page."), "")
    by = request.user.get_username()
    now = board.real_now
    retractions = [
        _retraction(fact_id, body, now) for fact_id, author, body in written_by(ids) if author == by
    ]
    record(retractions, by=by, now=now)
    return _answer(request, [], _("Undone."), "")


@require_GET
def card(request: HttpRequest, duty_id: str) -> HttpResponse:
    """One card, as it stands now."""
    duty = _open_to(request, duties.one(duty_id))
    return render(request, "duties/card.html", {"cards": [_card(duty, Board.of(request))]})


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Subjects by the beginning of their pseudonymous id; a single one opens at once."""
    wanted = request.GET.get("q", "").strip()
    matches = found(wanted) if wanted else []
    if len(matches) == 1 or wanted in matches:
        return HttpResponseRedirect(reverse("subject", args=[wanted if wanted in matches else matches[0]]))
    return render(request, "duties/found.html", {"wanted": wanted, "matches": matches})


def _card(duty: DutyRow, board: Board) -> Card:
    """The card of a duty on the board of its own outbreak, whichever is looked at."""
    if duty.outbreak and duty.outbreak != board.outbreak_id:
        its = outbreaks.one(duty.outbreak)
        board = Board(board.account, duty.outbreak, board.theme)
        board.__dict__["outbreak"] = its
    return Card(duty, board)


def _open_to(request: HttpRequest, duty: DutyRow | None) -> DutyRow:
    if duty is None:
        raise Http404
    check_desk(request.user, duty.desk)
    return duty


def _answer(request: HttpRequest, changed: list[Card], text: str, undo_facts: str) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(back_to(request))
    said = render_to_string("house/said.html", {"text": text, "undo": undo_facts}, request)
    if not changed:
        return HttpResponse(said)
    return render(request, "duties/card.html", {"cards": changed, "said": said})


def _retraction(fact_id: str, body: dict[str, object], now: datetime) -> Fact:
    return FactRetracted(
        subject=str(body["subject"]),
        occurred=instant(now),
        jurisdiction=str(body["jurisdiction"]),
        zone=str(body.get("zone", "UTC")),
        outbreaks=tuple(str(name) for name in body.get("outbreaks") or ()),  # type: ignore[attr-defined]
        source=str(body["source"]),
        target=fact_id,  # type: ignore[arg-type]
        reason="did_not_happen",
    )


def _subject(name: str) -> str:
    return name.partition(":")[2]


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdigit() else 1
