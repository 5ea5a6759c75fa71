"""Taking back what was just recorded: a token that names the facts, good for a quarter of an hour."""

from __future__ import annotations

from collections.abc import Sequence

from django.core import signing

_SALT = "quell.undo"
# Undo is for a slip of the finger; what is older is corrected on the subject's page, with a reason.
UNDO_SECONDS = 15 * 60


def undo_token(fact_ids: Sequence[str]) -> str:
    """What the button "Undo" carries."""
    return signing.dumps(list(fact_ids), salt=_SALT, compress=True)


def undone(token: str) -> list[str]:
    """The ids of the facts that a token names; raises signing.BadSignature when it is too old or not ours."""
    return [str(each) for each in signing.loads(token, salt=_SALT, max_age=UNDO_SECONDS)]
