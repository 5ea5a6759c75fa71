"""Result files: read, shown with every fault, recorded once somebody agrees."""

from __future__ import annotations

import zlib
from collections import Counter

import msgspec
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quell.catalogue.fact import Fact, body_of
from quell.catalogue.fact import read as read_fact
from quell.desks.house.board import Board
from quell.desks.house.cards import cards
from quell.desks.house.permission import check_desk
from quell.exchange.laboratory import ResultsFile, read_results
from quell.ledger.record import RecordRefused, record
from quell.registry.reading import tubes

LARGEST_BYTES = 20_000_000
SHOWN = 100
WAITING = 15
_SALT = "quell.laboratory"
_AGREED_SECONDS = 60 * 60


@require_GET
def laboratory(request: HttpRequest) -> HttpResponse:
    """The form, tubes that somebody waits for, and the latest results."""
    check_desk(request.user, "laboratory")
    board = Board.of(request)
    context = {
        "waiting": cards(tubes.pending_tubes(board.outbreak_id, WAITING), board),
        "results": tubes.recent_results(board.outbreak_id),
    }
    return render(request, "laboratory/laboratory.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Read a file and show what it says; nothing is recorded yet."""
    check_desk(request.user, "laboratory")
    board = Board.of(request)
    given = request.FILES.get("file")
    if board.outbreak is None or board.read_only:
        raise PermissionDenied
    if given is None or (given.size or 0) > LARGEST_BYTES:
        return render(
            request, "laboratory/laboratory.html", {"fault": _("Choose a file of at most 20 MB.")}, status=400
        )
    results = read_results(
        given.read(),
        given.name or "file",
        outbreak=board.outbreak_id,
        jurisdiction=board.outbreak.jurisdiction,
        zone=board.zone,
        now=board.real_now,
    )
    return render(request, "laboratory/read.html", _shown(results, given.name or "file"), status=200)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Record what was read and shown, and lead to the chase."""
    check_desk(request.user, "laboratory")
    board = Board.of(request)
    if board.outbreak is None or board.read_only:
        raise PermissionDenied
    try:
        facts = _unpacked(request.POST.get("facts", ""))
        recorded = record(facts, by=request.user.get_username(), now=board.real_now)
    except (signing.BadSignature, RecordRefused) as error:
        text = (
            str(error)
            if isinstance(error, RecordRefused)
            else _("This was read too long ago. Choose the file again.")
        )
        return render(request, "laboratory/laboratory.html", {"fault": text}, status=400)
    positive = sorted(
        {
            fact.subject
            for fact in facts
            if fact.kind == "tube.resulted" and getattr(fact, "result", "") == "positive"
        }
    )
    if not request.headers.get("HX-Request") and len(positive) == 1 and recorded.new:
        return HttpResponseRedirect(reverse("chase-tube", args=positive))
    return render(request, "laboratory/recorded.html", {"recorded": recorded, "positive": positive})


def _shown(results: ResultsFile, filename: str) -> dict[str, object]:
    said = Counter(getattr(fact, "result", "") for fact in results.facts if fact.kind == "tube.resulted")
    return {
        "results": results,
        "filename": filename,
        "said": sorted(said.items()),
        "tubes": len({fact.subject for fact in results.facts}),
        "problems": results.problems[:SHOWN],
        "more": max(0, len(results.problems) - SHOWN),
        "facts": _packed(results.facts),
    }


def _packed(facts: list[Fact]) -> str:
    """The facts as signed text that travels with the form: what is agreed to is what was shown, to the letter."""
    bodies = [(fact.kind, fact.version, msgspec.Raw(body_of(fact))) for fact in facts]
    return signing.TimestampSigner(salt=_SALT).sign(
        signing.b64_encode(zlib.compress(msgspec.json.encode(bodies))).decode()
    )


def _unpacked(text: str) -> list[Fact]:
    packed = signing.TimestampSigner(salt=_SALT).unsign(text, max_age=_AGREED_SECONDS)
    bodies = msgspec.json.decode(zlib.decompress(signing.b64_decode(packed.encode())))
    return [read_fact(kind, version, body) for kind, version, body in bodies]
