"""The situation report in the browser: as it was known at a moment, opened or downloaded."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quell.catalogue.when import instant, zone_named
from quell.desks.house.board import Board
from quell.desks.house.permission import check_desk
from quell.report.page import report
from quell.report.situation import ReportRefused, moment_of

# The page carries its style in itself and loads nothing, so that a file of it is the same page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@require_GET
def situation(request: HttpRequest) -> HttpResponse:
    """The report of the outbreak that is looked at. The internal form is for the desk of the command alone."""
    board = Board.of(request)
    if board.outbreak is None:
        return render(request, "outbreak/none.html")
    public = request.GET.get("form") == "public"
    if not public:
        check_desk(request.user, "command")
    language = request.GET.get("lang", board.language)
    asked = request.GET.get("as_of", "").strip()
    try:
        moment = moment_of(board.outbreak, _with_zone(asked, board.zone), board.real_now)
        made = report(
            board.outbreak,
            moment,
            language="zh" if language.startswith("zh") else "en",
            made_at=board.real_now,
            public=public,
        )
    except ReportRefused as error:
        return render(request, "outbreak/report_refused.html", {"problem": str(error)}, status=400)
    answer = HttpResponse(made.html)
    answer.headers["Content-Security-Policy"] = _POLICY
    way = "attachment" if "download" in request.GET else "inline"
    answer.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(made.name)}"
    return answer


def _with_zone(asked: str, zone: str) -> str:
    """What a browser's field for a local time writes has no offset: it is meant where the outbreak is."""
    if "T" not in asked:
        return asked
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        return asked
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=zone_named(zone)))
