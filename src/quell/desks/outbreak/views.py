"""The outbreak at a glance."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quell.catalogue.when import zone_named
from quell.desks.house.board import Board
from quell.desks.outbreak.curve import curve
from quell.registry.reading import duties, outbreaks, pending

_PENDING_SHOWN = 12


@require_GET
def at_a_glance(request: HttpRequest) -> HttpResponse:
    """Figures, the epidemic curve, the protocol in force, what each desk owes, what is pending. Counts only."""
    board = Board.of(request)
    if board.outbreak is None:
        return render(request, "outbreak/none.html")
    days = outbreaks.epidemic_curve(board.outbreak, board.now)
    pack = outbreaks.pack_in_force(board.outbreak, board.now)
    grades = sorted(
        {pack.sources[rule.deadline_source].certainty for rule in pack.duties}, key="PNSWMXA".index
    )
    context = {
        "glance": outbreaks.glance(board.outbreak, board.now),
        "days": days,
        "curve": curve(days),
        "totals": [(which, sum(getattr(day, which) for day in days)) for which in outbreaks.DATES],
        "classifications": outbreaks.by_classification(board.outbreak, board.now),
        "pack": pack,
        "grades": grades,
        "pending": pending.pending(_PENDING_SHOWN),
        "latest": board.now.astimezone(zone_named(board.zone)).strftime("%Y-%m-%dT%H:%M"),
        "may_command": "command" in board.desks,
        "not_recorded": duties.not_recorded(board.outbreak_id, now=board.now),
    }
    return render(request, "outbreak/glance.html", context)
