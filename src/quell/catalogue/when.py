"""When something happened: an instant, a date, or an interval, written as one ISO 8601 string.

Instants are canonical UTC (``2022-07-13T18:10:00Z``), so that two sources that write the same instant with
different offsets say the same thing. A date stays a date: it is never shifted by a zone. An interval is
``start/end``, both ends instants or both dates. The zone travels beside the string, in the fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Precision = Literal["instant", "date", "interval"]


class WhenError(ValueError):
    """The text is not an instant with an offset, a date, or an interval of two of them."""


@lru_cache(maxsize=512)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of this name; raises WhenError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"no time zone is called {name!r}; use an IANA name such as 'Asia/Shanghai'"
        raise WhenError(message) from error


@dataclass(frozen=True, slots=True)
class When:
    """What an ``occurred`` string means: the UTC instants it spans, and how precisely that is known."""

    start: datetime
    end: datetime
    precision: Precision
    date: date | None


def instant(moment: datetime) -> str:
    """Write an aware datetime as canonical UTC text; raises WhenError when it carries no zone."""
    if moment.tzinfo is None:
        message = f"{moment.isoformat()} carries no time zone; an instant needs one"
        raise WhenError(message)
    text = moment.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def interval(start: datetime | date, end: datetime | date) -> str:
    """Write an interval; both ends are aware datetimes, or both are dates."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        return f"{instant(start)}/{instant(end)}"
    return f"{start.isoformat()}/{end.isoformat()}"


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Rewrite any offset to UTC, leaving dates alone; raises WhenError when the text is not a time."""
    if "/" in text:
        start, _, end = text.partition("/")
        return f"{canonical(start)}/{canonical(end)}"
    if len(text) == 10:  # noqa: PLR2004 - the length of an ISO date
        return _date(text).isoformat()
    return instant(_instant(text))


@lru_cache(maxsize=4096)
def parse(text: str, zone: str) -> When:
    """Read an ``occurred`` string in its zone.

    A date spans its whole local day: from local midnight to the next local midnight.
    """
    if "/" in text:
        first, _, last = text.partition("/")
        start, end = parse(first, zone), parse(last, zone)
        if end.end < start.start:
            message = f"the interval {text!r} ends before it starts"
            raise WhenError(message)
        return When(start.start, end.end, "interval", None)
    if len(text) == 10:  # noqa: PLR2004 - the length of an ISO date
        day = _date(text)
        return When(midnight(day, zone), midnight(day + timedelta(days=1), zone), "date", day)
    moment = _instant(text).astimezone(UTC)
    return When(moment, moment, "instant", None)


def midnight(day: date, zone: str) -> datetime:
    """The UTC instant at which this local day begins."""
    return datetime.combine(day, time(), zone_named(zone)).astimezone(UTC)


def local_date(moment: datetime, zone: str) -> date:
    """The local calendar day of an instant."""
    return moment.astimezone(zone_named(zone)).date()


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is not a date; write it as 2022-07-14"
        raise WhenError(message) from error


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is not a date or an instant; write 2022-07-14 or 2022-07-14T02:10:00+08:00"
        raise WhenError(message) from error
    if moment.tzinfo is None:
        message = f"{text!r} carries no offset; write 2022-07-14T02:10:00+08:00 or end it with Z"
        raise WhenError(message)
    return moment
