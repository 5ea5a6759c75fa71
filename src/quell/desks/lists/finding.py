"""Finding by identity: a name, its pinyin, or the last four digits of a number, through the vault's token table.

It is logged with the account, the desk and the purpose, like every reading of the vault. What was typed goes nowhere
else: the subjects that were found are kept in the session, and the address names only the set.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST

from quell.desks.house.board import Board
from quell.desks.house.purposes import PURPOSES
from quell.desks.lists.opening import desk_of, opened
from quell.desks.lists.state import FOUND, State
from quell.registry.reading.subjects import resolved
from quell.vault.reading import find as find_in_vault

# More people of a name than anybody reads through; another piece of the name narrows it.
MOST = 1000
_KEPT = 5


@require_POST
def find(request: HttpRequest, name: str) -> HttpResponse:
    """Narrow a list to whom an identity fits."""
    board = Board.of(request)
    listing = opened(name, board)
    purpose = request.POST.get("purpose", "")
    if purpose not in PURPOSES or listing.searched != "person" or not board.desks:
        raise PermissionDenied(name)
    state = State.read(listing, QueryDict(request.POST.get("query", "")))
    words = request.POST.get("words", "").strip()[:200]
    found = find_in_vault(
        words, by=request.user.get_username(), desk=desk_of(listing, board), purpose=purpose, limit=MOST
    )
    key = uuid4().hex[:12]
    kept = dict(list((request.session.get(FOUND) or {}).items())[-_KEPT + 1 :])
    request.session[FOUND] = {**kept, key: resolved(found)}
    return HttpResponseRedirect(
        f"{reverse('list', args=[name])}?{replace(state, q='', found=key, page=1).query()}"
    )
