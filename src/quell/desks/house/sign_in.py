"""Signing in: by password, or once by a link for the person who started a process on their own machine."""

from __future__ import annotations

from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import AbstractUser
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

LASTS_SECONDS = 10 * 60
_SALT = "quell.sign-in.once"


def one_time_link(username: str, base_url: str) -> str:
    """A link that signs this person in once, within ten minutes; the account is made where there is none.

    base_url  where the process is reached, such as http://127.0.0.1:8000
    """
    account, made = get_user_model().objects.get_or_create(username=username)
    if made:
        account.set_unusable_password()
        account.save()
    token = TimestampSigner(salt=_SALT).sign_object({"account": account.pk, "before": _state(account)})
    return base_url.rstrip("/") + reverse("sign-in-once", args=[token])


def sign_in_once(request: HttpRequest, token: str) -> bool:
    """Sign in by the token of such a link; False when it is wrong, old or was used."""
    try:
        said = TimestampSigner(salt=_SALT).unsign_object(token, max_age=LASTS_SECONDS)
    except BadSignature:  # SignatureExpired among them
        return False
    # Under a lock on the account's row, so that of two who hold the link one gets in.
    with transaction.atomic():
        account = (
            get_user_model().objects.select_for_update().filter(pk=said["account"], is_active=True).first()
        )
        if account is None or _state(account) != said["before"]:
            return False
        account.last_login = timezone.now()
        account.save(update_fields=["last_login"])
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    return True


def _state(account: AbstractUser) -> str:
    """What every sign-in changes; a link is good only while it is as it was when the link was made."""
    return account.last_login.isoformat() if account.last_login else ""
