"""Who infected whom. For investigators and the command only, and each file that leaves says so."""

from __future__ import annotations

import logging
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from quell.chainview.page import SCRIPTS
from quell.chainview.scene import encode
from quell.chainview.words import words
from quell.desks.chains import scene as scenes
from quell.desks.chains.pdf import LARGEST, PictureRefused, cleaned, pdf_of
from quell.desks.house.board import Board
from quell.registry.reading import chains
from quell.registry.reading.outbreaks import Outbreak

_DESKS = frozenset({"investigation", "command"})
# Who took a picture out of the house, and of what: until the ledger has a kind of fact for it, the log of the server.
_log = logging.getLogger("quell.taken_out")


@require_GET
def drawn(request: HttpRequest) -> HttpResponse:
    """The page; the picture itself asks for the scene."""
    board = Board.of(request)
    _check(board)
    return render(request, "chains/chains.html", {"scripts": SCRIPTS, "words": words(board.language)})


@require_GET
@gzip_page
def scene(request: HttpRequest) -> HttpResponse:
    """The scene of the outbreak that is looked at (quell.chainview.scene), as it stands on its own clock."""
    board = Board.of(request)
    outbreak = _outbreak(board)
    found = chains.chains(outbreak.outbreak_id, now=board.now)
    return _kept_by_nobody(
        HttpResponse(encode(scenes.scene_of(board, outbreak, found)), content_type="application/json")
    )


@require_GET
@gzip_page
def contacts(request: HttpRequest) -> HttpResponse:
    """``?case=ID``: whom one case met, a row a person. Without: all contacts who are no cases, counted by case and day."""
    board = Board.of(request)
    outbreak = _outbreak(board)
    named = request.GET.get("case", "")
    if named:
        met = chains.contacts_of(outbreak.outbreak_id, f"person:{named}", now=board.now)
        return _kept_by_nobody(JsonResponse(scenes.contacts_of_one(met, board.language)))
    try:
        origin = date.fromisoformat(request.GET.get("origin", ""))
    except ValueError as error:
        raise Http404("origin is the first day of the scene, as 2022-07-14") from error
    found = chains.contacts(outbreak.outbreak_id, now=board.now)
    counted = scenes.contacts_of_all(found, origin)
    return _kept_by_nobody(HttpResponse(encode(counted), content_type="application/json"))


@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """The picture that the page drew (SVG, as the body) as a file, ``?as=svg`` or ``?as=pdf``; who took it is logged."""
    board = Board.of(request)
    outbreak = _outbreak(board)
    kind = "svg" if request.GET.get("as") == "svg" else "pdf"
    # Read as a stream: Django keeps whole bodies to what a form may be.
    drawn_there = request.read(LARGEST + 1)
    if len(drawn_there) > LARGEST:
        return _refused(413, _("The picture is too large; collapse or zoom and take what is shown."))
    try:
        made = cleaned(drawn_there).encode() if kind == "svg" else pdf_of(drawn_there)
    except PictureRefused as error:
        return _refused(400, str(error))
    _log.warning(
        "%s took the chains of %s out as %s, as of %s",
        request.user.get_username(),
        outbreak.outbreak_id,
        kind.upper(),
        board.now.isoformat(),
    )
    response = HttpResponse(made, content_type="image/svg+xml" if kind == "svg" else "application/pdf")
    response["Content-Disposition"] = f'attachment; filename="chains.{kind}"'
    return _kept_by_nobody(response)


def _check(board: Board) -> None:
    if not board.desks & _DESKS:
        raise PermissionDenied("investigation")


def _outbreak(board: Board) -> Outbreak:
    _check(board)
    if board.outbreak is None:
        raise Http404("there is no outbreak yet")
    return board.outbreak


def _refused(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_store=True, private=True)
    return response
