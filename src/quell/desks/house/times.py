"""How times and lengths of time are written on a page: absolute and local, with the delay beside them."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from quell.catalogue.when import When, zone_named

_HOUR = 60
_DAY = 24 * _HOUR


def length(minutes: int) -> str:
    """62 -> 1 h 02 min; 5 -> 5 min; 4000 -> 2 d 18 h."""
    if minutes < _HOUR:
        return _("%(minutes)d min") % {"minutes": minutes}
    if minutes < 2 * _DAY:
        return _("%(hours)d h %(minutes)02d min") % {"hours": minutes // _HOUR, "minutes": minutes % _HOUR}
    return _("%(days)d d %(hours)d h") % {"days": minutes // _DAY, "hours": minutes % _DAY // _HOUR}


def moment(at: datetime, zone: str, now: datetime) -> str:
    """The local time; with the date where it is not today's, with the year where it is not this year's."""
    local, today = at.astimezone(zone_named(zone)), now.astimezone(zone_named(zone)).date()
    clock = local.strftime("%H:%M")
    if local.date() == today:
        return clock
    return f"{day(local.date(), today)} {clock}"


def day(on: date, today: date) -> str:
    """A date, short."""
    if on.year != today.year:
        return on.isoformat()
    return _("%(day)d %(month)s") % {"day": on.day, "month": _MONTHS[on.month - 1]()}


def occurred(when: When, zone: str, now: datetime) -> str:
    """When a fact happened, as precisely as it was stated."""
    if when.precision == "instant":
        return moment(when.start, zone, now)
    today = now.astimezone(zone_named(zone)).date()
    if when.date is not None:
        return day(when.date, today)
    first, last = when.start.astimezone(zone_named(zone)), when.end.astimezone(zone_named(zone))
    if first.time() == last.time() == datetime.min.time():
        return f"{day(first.date(), today)} – {day(last.date(), today)}"
    return f"{moment(when.start, zone, now)} – {moment(when.end, zone, now)}"


_MONTHS = (
    lambda: _("Jan"),
    lambda: _("Feb"),
    lambda: _("Mar"),
    lambda: _("Apr"),
    lambda: _("May"),
    lambda: _("Jun"),
    lambda: _("Jul"),
    lambda: _("Aug"),
    lambda: _("Sep"),
    lambda: _("Oct"),
    lambda: _("Nov"),
    lambda: _("Dec"),
)
