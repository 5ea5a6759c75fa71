"""Dates and times as people write them. What can be read in two ways is not read at all."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time
from typing import Literal

from quell.catalogue.when import instant, zone_named
from quell.exchange.problems import ValueRefused

DayOrder = Literal["dmy", "mdy"]

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})(?:\s*[-/.年]\s*)(\d{1,2})(?:\s*[-/.月]\s*)(\d{1,2})(?:\s*[日号])?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}")
_DAY_MONTH_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-\s./]+([A-Za-z]{3,9})\.?[-\s.,/]+(\d{4})")
_MONTH_NAME_DAY = re.compile(r"([A-Za-z]{3,9})\.?[-\s./]+(\d{1,2})(?:st|nd|rd|th)?[-\s.,/]+(\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:\.\d+)?)?\s*[分秒]?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)
_WRITE = "write it as 2022-07-14"


def read_date(text: str, order: DayOrder | None = None) -> date:
    """A day; a time of midnight beside it is let go of. Raises ValueRefused, also where day and month could change places.

    order  how the source writes 03/04/2022, where somebody said so
    """
    day, rest = _split(text, order)
    if rest and time(*_clock(rest)[:3]) != time():
        raise ValueRefused("is a moment where a day is wanted; " + _WRITE)
    return day


def read_moment(text: str, zone: str, order: DayOrder | None = None) -> str:
    """A day or an instant in canonical text; a time without an offset is read in this zone. Raises ValueRefused."""
    day, rest = _split(text, order)
    if not rest:
        return day.isoformat()
    hour, minute, second, offset = _clock(rest)
    try:
        at = datetime.combine(day, time(hour, minute, second))
    except ValueError as error:
        raise ValueRefused("is not a time of the day") from error
    if offset:
        written = "+00:00" if offset in "Zz" else offset
        return instant(datetime.fromisoformat(f"{at.isoformat()}{written}"))
    local = at.replace(tzinfo=zone_named(zone))
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != at:
        raise ValueRefused(f"never happened in {zone}, where the clocks were put forward")
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise ValueRefused(
            f"happened twice in {zone}, where the clocks were put back; write it with its offset"
        )
    return instant(local)


def _split(text: str, order: DayOrder | None) -> tuple[date, str]:
    """The day, and what stands after it."""
    written = unicodedata.normalize("NFKC", text).strip()
    for pattern, taken in ((_YEAR_FIRST, (1, 2, 3)), (_COMPACT, (1, 2, 3))):
        if found := _at_start(pattern, written):
            return _day(*(int(found[group]) for group in taken)), _after(written, found)
    if found := _at_start(_DAY_MONTH_NAME, written):
        return _day(int(found[3]), _month(found[2]), int(found[1])), _after(written, found)
    if found := _at_start(_MONTH_NAME_DAY, written):
        return _day(int(found[3]), _month(found[1]), int(found[2])), _after(written, found)
    if found := _at_start(_YEAR_LAST, written):
        return _year_last(int(found[1]), int(found[2]), int(found[3]), order), _after(written, found)
    if _at_start(_SHORT_YEAR, written):
        raise ValueRefused("has a year of two digits; " + _WRITE)
    raise ValueRefused("is not a date; " + _WRITE)


def _at_start(pattern: re.Pattern[str], written: str) -> re.Match[str] | None:
    found = pattern.match(written)
    if found is None:
        return None
    follows = written[found.end() : found.end() + 1]
    return found if not follows or follows in "Tt " or found[0][-1] in "日号" else None


def _after(written: str, found: re.Match[str]) -> str:
    return written[found.end() :].lstrip("Tt ").strip()


def _year_last(first: int, second: int, year: int, order: DayOrder | None) -> date:
    if order == "dmy":
        return _day(year, second, first)
    if order == "mdy":
        return _day(year, first, second)
    months = 12
    if first <= months and second <= months and first != second:
        raise ValueRefused(
            "can be read in two ways, day first or month first; write 2022-07-14, or say which (--dates dmy or mdy)"
        )
    return _day(year, second, first) if first > months or first == second else _day(year, first, second)


def _month(name: str) -> int:
    written = "sep" if name.lower() == "sept" else name.lower()
    found = next((number for number, full in enumerate(_MONTHS, start=1) if full.startswith(written)), None)
    if found is None:
        raise ValueRefused("is not a date; " + _WRITE)
    return found


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueRefused("is a day that does not exist") from error


def _clock(rest: str) -> tuple[int, int, int, str]:
    found = _CLOCK.fullmatch(rest)
    if found is None:
        raise ValueRefused(
            "is not a time; write it as 2022-07-14 02:10, or with an offset as 2022-07-14T02:10:00+08:00"
        )
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    sixty, day = 60, 24
    if hour >= day or minute >= sixty or second >= sixty:
        raise ValueRefused("is not a time of the day")
    return hour, minute, second, found[4] or ""
