"""The cases of an outbreak."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quell.catalogue import codes
from quell.catalogue.when import When, WhenError, parse
from quell.desks.house.board import Board
from quell.desks.house.permission import check_desk
from quell.registry.reading.cases import SORTS, CaseRow, cases


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Search by the beginning of an id, filter by classification, sort, page."""
    check_desk(request.user, "investigation")
    board = Board.of(request)
    prefix = request.GET.get("id", "").strip()
    classification = request.GET.get("classification", "")
    sort = request.GET.get("sort", "-at")
    name = sort.lstrip("-")
    page_text = request.GET.get("page", "1")
    page = cases(
        board.outbreak_id,
        now=board.now,
        prefix=prefix,
        classification=classification,
        sort=name if name in SORTS else "at",
        descending=sort.startswith("-"),
        page=int(page_text) if page_text.isdigit() else 1,
    )
    kept = {"id": prefix, "classification": classification}
    context = {
        "page": page,
        "rows": [(row, _onset(row)) for row in page.rows],
        "prefix": prefix,
        "classification": classification,
        "classifications": codes.all_lists()["classification"].codes,
        "sorts": {each: _query(**kept, sort=each if sort == f"-{each}" else f"-{each}") for each in SORTS},
        "sort": name,
        "before": _query(**kept, sort=sort, page=page.page - 1) if page.page > 1 else "",
        "after": _query(**kept, sort=sort, page=page.page + 1) if page.page < page.pages else "",
    }
    return render(request, "cases/cases.html", context)


def _onset(row: CaseRow) -> When | None:
    try:
        return parse(row.onset, row.zone) if row.onset else None
    except WhenError:
        return None


def _query(**values: object) -> str:
    return "?" + urlencode({name: value for name, value in values.items() if value})
