"""One view for every list, and the views of it that somebody saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quell.catalogue import codes
from quell.desks.house.board import Board
from quell.desks.house.purposes import PURPOSES
from quell.desks.lists.actions import actions_of
from quell.desks.lists.models import SavedView
from quell.desks.lists.opening import may_see, opened
from quell.desks.lists.showing import Reader, cell
from quell.desks.lists.state import State, chosen, found_by_identity
from quell.desks.lists.working import LIMIT, packed
from quell.registry.reading.jurisdictions import names_of
from quell.registry.reading.listing import Column, ListRow, columns_of, one_page
from quell.registry.reading.lists import LISTS

_NUMBERS = frozenset({"number", "age"})
_NUMBER = '<td class="num">'


@dataclass(frozen=True)
class Head:
    """The heading of a column: where a click leads, and which way it is sorted now."""

    column: Column
    href: str
    sorted: str


@dataclass(frozen=True)
class Shown:
    """A row of the page."""

    subject: str
    key: str
    cells: SafeString


@dataclass(frozen=True)
class FilterShown:
    """A filter as the page offers it: its column, what is chosen, what can be, and the address without it."""

    column: Column
    given: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    without: str
    words: str

    @property
    def on(self) -> bool:
        """Whether it leaves anything out."""
        return any(self.given)

    @property
    def first(self) -> str:
        """The lower bound of a range."""
        return self.given[0] if self.given else ""

    @property
    def last(self) -> str:
        """The upper bound of a range."""
        return self.given[1] if len(self.given) > 1 else ""


@require_GET
def listed(request: HttpRequest, name: str) -> HttpResponse:
    """Search, filter, sort, page; everything stands in the address."""
    board = Board.of(request)
    listing = opened(name, board)
    state = State.read(listing, request.GET)
    if "f" in request.GET:
        # A form was sent: its address, with what it left empty taken out, is the one to keep.
        return HttpResponseRedirect(f"{reverse('list', args=[name])}?{state.query()}")
    ask = state.ask(request, board)
    page = one_page(listing, ask, state.page)
    columns = columns_of(listing, ask)
    filters = _filters(state, columns, board.language)
    reader = replace(Reader.of(board), jurisdictions=names_of(_jurisdictions(page.rows, columns)))
    context = {
        "listing": listing,
        "tabs": [each for each in LISTS.values() if may_see(each, board)],
        "state": state,
        "query": state.query(),
        "pairs": parse_qsl(state.query()),
        "without_q": state.without("q"),
        "without_found": state.without("found"),
        "page": page,
        "heads": [Head(column, state.sorted_by(column), _way(state, column)) for column in columns],
        "rows": [_shown(row, columns, reader) for row in page.rows],
        "filters": filters,
        "loosen": [each for each in filters if each.on],
        "columns": chosen(state, ask),
        "named": found_by_identity(request, state.found) if state.found else (),
        "purposes": PURPOSES if listing.searched == "person" else (),
        "actions": actions_of(name, board),
        "limit": LIMIT,
        "saved": _saved(request, name),
        "before": state.at(page.page - 1) if page.page > 1 else "",
        "after": state.at(page.page + 1) if page.page < page.pages else "",
    }
    return render(request, "lists/list.html", context)


@require_POST
def save(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the list as it is looked at, under a name; a view of that name is replaced."""
    board = Board.of(request)
    state = State.read(opened(name, board), QueryDict(request.POST.get("query", "")))
    called = request.POST.get("called", "").strip()[:80]
    if called:
        # What was found by identity is of this session, and is not kept with the view.
        kept = replace(state, found="", page=1).query()
        SavedView.objects.update_or_create(
            owner_id=request.user.pk,
            listing=name,
            name=called,
            defaults={"query": kept, "saved_at": board.real_now},
        )
    return HttpResponseRedirect(f"{reverse('list', args=[name])}?{state.query()}")


@require_POST
def forget(request: HttpRequest, name: str) -> HttpResponse:
    """Give up a view of one's own."""
    opened(name, Board.of(request))
    view = request.POST.get("view", "")
    SavedView.objects.filter(
        owner_id=request.user.pk, listing=name, pk=int(view) if view.isdigit() else 0
    ).delete()
    return HttpResponseRedirect(reverse("list", args=[name]))


def _saved(request: HttpRequest, name: str) -> list[SavedView]:
    return list(SavedView.objects.filter(owner_id=request.user.pk, listing=name).order_by(Lower("name")))


def _jurisdictions(rows: Iterable[ListRow], columns: tuple[Column, ...]) -> set[str]:
    """The codes of jurisdictions that stand on the page."""
    at = [index for index, column in enumerate(columns) if column.kind == "jurisdiction"]
    return {row.cells[index][0] for row in rows for index in at}


def _shown(row: ListRow, columns: tuple[Column, ...], reader: Reader) -> Shown:
    # Put together here and not in the template: fifty rows of a dozen cells are most of what a page costs.
    cells = "".join(
        f"{_NUMBER if column.kind in _NUMBERS else '<td>'}{conditional_escape(cell(column, values, reader))}</td>"
        for column, values in zip(columns, row.cells, strict=True)
    )
    return Shown(row.subject, packed(row.key), mark_safe(cells))  # noqa: S308 - every value above is escaped


def _way(state: State, column: Column) -> str:
    now = state.sort or state.listing.sort
    if now.lstrip("-") != column.name:
        return ""
    return "descending" if now.startswith("-") else "ascending"


def _filters(state: State, columns: tuple[Column, ...], language: str) -> list[FilterShown]:
    """The filters of the columns that are shown, and those that leave something out."""
    shown = {column.name for column in columns}
    given = state.in_force
    return [
        _filter(state, column, given.get(column.name, ()), language)
        for column in state.listing.columns
        if column.filter and (column.name in shown or any(given.get(column.name, ())))
    ]


def _filter(state: State, column: Column, given: tuple[str, ...], language: str) -> FilterShown:
    choices = _choices(column, language)
    labels = dict(choices)
    if column.filter in {"days", "numbers"}:
        words = _range_words(*(*given, "", "")[:2])
    else:
        words = ", ".join(str(labels.get(each, each)) for each in given)
    return FilterShown(column, given, choices, state.without(column.name), words)


def _range_words(first: str, last: str) -> str:
    if first and last:
        return f"{first} – {last}" if first != last else first
    return f"≥ {first}" if first else f"≤ {last}" if last else ""


def _choices(column: Column, language: str) -> tuple[tuple[str, str], ...]:
    words: dict[str, Any] = {
        "yes": _("yes"),
        "no": _("no"),
        "me": _("Me"),
        "somebody": _("Somebody"),
        "nobody": _("Nobody"),
    }
    if column.filter == "yes":
        return (("yes", words["yes"]), ("no", words["no"]))
    if column.filter == "choice":
        return tuple(
            (each, codes.label(column.codes, each, language) if column.codes else words[each])
            for each in column.choices
        )
    if column.filter == "codes":
        listed = codes.all_lists()[column.codes].codes
        return (*((value, code.label(language)) for value, code in listed.items()), ("none", _("not stated")))
    return ()
