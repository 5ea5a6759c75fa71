"""Doing one thing for several rows: choose, be asked once with the number and the names, record in one call."""

from __future__ import annotations

from dataclasses import replace

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from quell.desks.house.board import Board
from quell.desks.house.taps import TapRefused
from quell.desks.house.undoing import undo_token
from quell.desks.lists.actions import Action, actions_of, choices_for, take
from quell.desks.lists.opening import opened
from quell.desks.lists.state import State
from quell.errors import QuellError
from quell.registry.reading.listing import Ask, Listing, ListRow, keys, rows_with_keys, total

# So many rows at once: more is a filter that somebody forgot.
LIMIT = 1000
_BETWEEN = "|"
_SALT = "quell.lists.chosen"
_CHOSEN_SECONDS = 60 * 60
_NAMED = 6

Key = tuple[str, ...]


def packed(key: Key) -> str:
    """The key of a row as a form carries it."""
    return _BETWEEN.join(each.replace("%", "%25").replace(_BETWEEN, "%7C") for each in key)


def _unpacked(text: str) -> Key:
    return tuple(each.replace("%7C", _BETWEEN).replace("%25", "%") for each in text.split(_BETWEEN))


@require_POST
def chosen(request: HttpRequest, name: str) -> HttpResponse:
    """Ask once more before anything is recorded: what, for how many, and for whom."""
    board = Board.of(request)
    listing = opened(name, board)
    action = _action(name, request.POST.get("action", ""), board)
    state = State.read(listing, QueryDict(request.POST.get("query", "")))
    wanted, fault = _wanted(request, listing, state, board)
    rows = rows_with_keys(listing, _ask(state, action, request, board), wanted)
    if not fault and not rows:
        fault = _("Tick at least one row first.")
    return _asked(request, name, action, rows, state, fault=fault)


@require_POST
def work(request: HttpRequest, name: str) -> HttpResponse:
    """Record it for exactly the rows that were confirmed, in one call: all or nothing."""
    board = Board.of(request)
    listing = opened(name, board)
    said = request.POST.get("action", "")
    action = _action(name, "do" if said.startswith("do-") else said, board)
    state = State.read(listing, QueryDict(request.POST.get("query", "")))
    try:
        confirmed = signing.loads(request.POST.get("rows", ""), salt=_SALT, max_age=_CHOSEN_SECONDS)
    except signing.BadSignature:
        return _asked(request, name, action, [], state, fault=_("This was asked too long ago. Choose again."))
    wanted = [tuple(each) for each in confirmed]
    rows = rows_with_keys(listing, _ask(state, action, request, board), wanted)
    taken = next((each for each in choices_for(action, rows) if each.name == said), None)
    if taken is None or len(rows) != len(wanted):
        gone = _("These rows are no longer what they were. Choose again.")
        return _asked(request, name, action, rows, state, fault=gone)
    answers = {key: [str(text) for text in texts] for key, texts in request.POST.lists()}
    try:
        recorded = take(taken, rows, answers, board)
    except (TapRefused, QuellError) as error:
        return _asked(request, name, action, rows, state, fault=str(error))
    text = ngettext("%(what)s: %(n)d row", "%(what)s: %(n)d rows", len(rows)) % {
        "what": taken.label,
        "n": len(rows),
    }
    return _done(request, name, state, text, undo_token(recorded.fact_ids))


def _action(name: str, action: str, board: Board) -> Action:
    found = next((each for each in actions_of(name, board) if each.name == action), None)
    if found is None:
        if board.read_only:
            raise PermissionDenied(action)
        raise Http404(action)
    return found


def _wanted(request: HttpRequest, listing: Listing, state: State, board: Board) -> tuple[list[Key], str]:
    """The keys that were ticked, or of all rows that the list holds now; and why not, where not."""
    if request.POST.get("all") != "yes":
        ticked = [_unpacked(each) for each in request.POST.getlist("row")]
        good = [each for each in dict.fromkeys(ticked) if len(each) == len(listing.key)]
        return (good, "") if len(good) <= LIMIT else ([], _too_many(len(good)))
    ask = state.ask(request, board)
    found = total(listing, ask)
    if found > LIMIT:
        return [], _too_many(found)
    return keys(listing, ask, LIMIT), ""


def _too_many(found: int) -> str:
    return _("That is %(n)d rows; at most %(limit)d are done at once. Narrow the list first.") % {
        "n": found,
        "limit": LIMIT,
    }


def _ask(state: State, action: Action, request: HttpRequest, board: Board) -> Ask:
    return replace(state.ask(request, board), columns=action.columns)


def _asked(
    request: HttpRequest, name: str, action: Action, rows: list[ListRow], state: State, *, fault: str
) -> HttpResponse:
    whole = not request.headers.get("HX-Request")
    choices = choices_for(action, rows) if rows else []
    if rows and not choices and not fault:
        fault = _(
            "These are different duties, or each has to be asked of its person. Filter the list to one duty."
        )
    context = {
        "name": name,
        "action": action,
        "choices": choices,
        "count": len(rows),
        "named": [row.subject for row in rows[:_NAMED]],
        "more": max(0, len(rows) - _NAMED),
        "packed": signing.dumps([list(row.key) for row in rows], salt=_SALT, compress=True)
        if choices
        else "",
        "query": state.query(),
        "fault": fault,
        "whole": whole,
        "back": f"{reverse('list', args=[name])}?{state.query()}",
    }
    template = "lists/asked_alone.html" if whole else "lists/asked.html"
    return render(request, template, context, status=422 if fault else 200)


def _done(request: HttpRequest, name: str, state: State, text: str, undo: str) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"{reverse('list', args=[name])}?{state.query()}")
    response = HttpResponse(render_to_string("house/said.html", {"text": text, "undo": undo}, request))
    # The page takes its ticks away and draws itself anew, once the confirmation stands.
    response["HX-Trigger-After-Settle"] = "lists-done"
    return response
