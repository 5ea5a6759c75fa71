"""How figures are written in a report, the same in summary and tables."""

from __future__ import annotations

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quell.engines.timing.words import Language, step_in
from quell.report.suppression import SMALLEST, Count

_HOUR, _DAY = 60, 24 * 60
NOTHING = "–"


def language() -> Language:
    """The language of code labels, packs and engines: en or zh."""
    return "zh" if (get_language() or "en").startswith("zh") else "en"


def number(value: float | None, digits: int = 0) -> str:
    """With a comma between thousands; a dash where there is none."""
    if value is None:
        return NOTHING
    return f"{value:,.{digits}f}"


def count(value: Count) -> str:
    """A count, or that it is not shown."""
    if value.number is not None:
        return number(value.number)
    if value.reason == "small":
        return _("fewer than %(n)d") % {"n": SMALLEST}
    return _("not shown")


def percent(share: float | None) -> str:
    """A share in whole percent; below ten with one digit."""
    if share is None:
        return NOTHING
    return f"{100 * share:.{0 if share >= 0.1 or share == 0 else 1}f}%"  # noqa: PLR2004 - ten percent


def day(on: date) -> str:
    """A day, as ISO writes it: the same in every language, and never a month for a day."""
    return on.isoformat()


def length(minutes: float | None) -> str:
    """Minutes as minutes, hours or days."""
    if minutes is None:
        return NOTHING
    whole = round(minutes)
    if whole < _HOUR:
        return _("%(minutes)d min") % {"minutes": whole}
    if whole < 2 * _DAY:
        return _("%(hours)d h %(minutes)02d min") % {"hours": whole // _HOUR, "minutes": whole % _HOUR}
    return _("%(days)d d %(hours)d h") % {"days": whole // _DAY, "hours": whole % _DAY // _HOUR}


def step(from_step: str, to_step: str) -> str:
    """A step by its two events, in words that stand within a sentence."""
    first, second = step_in(from_step, to_step, language()).split(" → ")
    return _("%(first)s to %(second)s") % {"first": first, "second": second}
