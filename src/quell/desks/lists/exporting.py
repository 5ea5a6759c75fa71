"""Exporting a list: what the view shows, all pages of it, as CSV or Excel; each export is logged first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quell.catalogue.when import local_date
from quell.desks.house.board import Board
from quell.desks.house.streaming import streamed
from quell.desks.lists.files import as_csv, as_excel
from quell.desks.lists.models import Export
from quell.desks.lists.opening import opened
from quell.desks.lists.showing import Reader, Written, text
from quell.desks.lists.state import State
from quell.registry.reading.listing import Ask, Column, Listing, columns_of, every_row, total

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = ("csv", "csv-excel", "xlsx")


@require_GET
def export(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The whole list in one file. No identities are in it: lists hold pseudonyms and codes."""
    board = Board.of(request)
    listing = opened(name, board)
    form = request.GET.get("form", "csv")
    if form not in FORMS:
        raise Http404(form)
    raw = request.GET.get("codes") == "raw"
    state = replace(State.read(listing, request.GET), page=1)
    ask = state.ask(request, board)
    columns = columns_of(listing, ask)
    # The rows come later, in another thread: what they need of the board is read now.
    language = translation.get_language() or "en"
    heading = [_heading(column, board, raw=raw) for column in columns]
    Export.objects.create(
        exported_at=board.real_now,
        exported_by=request.user.get_username(),
        listing=name,
        outbreak=board.outbreak_id,
        query=state.query() + ("&codes=raw" if raw else ""),
        form=form,
        rows=total(listing, ask),
    )
    rows = _rows(listing, ask, columns, Reader.of(board, raw=raw), language)
    day = local_date(board.now, board.zone).isoformat()
    filename = f"{name}-{day}.{'xlsx' if form == 'xlsx' else 'csv'}"
    if form == "xlsx":
        pieces = as_excel(heading, rows, sheet=str(listing.label))
        return streamed(request, pieces, content_type=_EXCEL, filename=filename)
    pieces = as_csv(heading, rows, bom=form == "csv-excel")
    return streamed(request, pieces, content_type="text/csv; charset=utf-8", filename=filename)


def _rows(
    listing: Listing, ask: Ask, columns: tuple[Column, ...], reader: Reader, language: str
) -> Iterator[list[Written]]:
    with translation.override(language):
        for row in every_row(listing, ask):
            yield [text(column, values, reader) for column, values in zip(columns, row.cells, strict=True)]


def _heading(column: Column, board: Board, *, raw: bool) -> str:
    if raw:
        return column.name
    if column.kind in {"moment", "until"}:
        return _("%(label)s (%(zone)s)") % {"label": column.label, "zone": board.zone}
    return str(column.label)
