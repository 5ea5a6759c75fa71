"""Which list somebody asks for, and whether they may see it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from quell.desks.house.board import Board
from quell.registry.reading.listing import Listing
from quell.registry.reading.lists import LISTS


def opened(name: str, board: Board) -> Listing:
    """The list of this name; raises Http404 where there is none, PermissionDenied where it is not this account's."""
    listing = LISTS.get(name)
    if listing is None:
        raise Http404(name)
    if not may_see(listing, board):
        raise PermissionDenied(name)
    return listing


def may_see(listing: Listing, board: Board) -> bool:
    """Whether somebody of these desks may see a list."""
    return not listing.desks or bool(listing.desks & board.desks)


def desk_of(listing: Listing, board: Board) -> str:
    """At which desk the reader sits: one of the list's own where it has any, else the first of theirs."""
    return min((listing.desks & board.desks) or board.desks)
