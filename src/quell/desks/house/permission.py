"""Who may work at which desk.

Somebody in no group works at every desk (a small team, the person who started a local process). Groups named
after desks ("chase", "laboratory") narrow that down.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.core.exceptions import PermissionDenied

from quell.catalogue import codes

Account = AbstractBaseUser | AnonymousUser


def desks_of(account: Account) -> frozenset[str]:
    """The desks at which this account may read and record."""
    every = codes.values("desk")
    if not account.is_authenticated:
        return frozenset()
    if getattr(account, "is_superuser", False):
        return every
    named = frozenset(Group.objects.filter(user=account.pk).values_list("name", flat=True)) & every
    return named or every


def check_desk(account: Account, desk: str) -> None:
    """Raise PermissionDenied where the account may not work at the desk."""
    if desk not in desks_of(account):
        raise PermissionDenied(desk)
