"""Lengths of time and days counted from an anchor, with every convention said aloud.

``anchor_is_day`` says whether the anchor's own day is day 0 or day 1. ``end = "through"`` lets a span last to
the end of its last day; ``end = "until"`` ends it when that day begins.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Literal

from quell.catalogue.when import local_date, midnight

_LENGTH = re.compile(r"^(\d+(?:\.\d+)?)\s*(min|h|d)$")
_UNIT = {"min": "minutes", "h": "hours", "d": "days"}


def length(text: str) -> timedelta:
    """Read '30 min', '8 h' or '7 d'; raises ValueError for anything else."""
    found = _LENGTH.match(text.strip())
    if found is None:
        message = f"{text!r} is not a length of time; write '30 min', '8 h' or '7 d'"
        raise ValueError(message)
    return timedelta(**{_UNIT[found[2]]: float(found[1])})


def day_begins(anchor: datetime | date, zone: str, number: int, anchor_is_day: int) -> datetime:
    """The UTC instant at which day ``number`` begins locally, counted from the anchor's day."""
    return midnight(_day(anchor, zone) + timedelta(days=number - anchor_is_day), zone)


def span_ends(
    anchor: datetime | date, zone: str, last_day: int, anchor_is_day: int, end: Literal["through", "until"]
) -> datetime:
    """The UTC instant at which a span of days ends."""
    return day_begins(anchor, zone, last_day + (1 if end == "through" else 0), anchor_is_day)


def _day(anchor: datetime | date, zone: str) -> date:
    return local_date(anchor, zone) if isinstance(anchor, datetime) else anchor
