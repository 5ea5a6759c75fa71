"""Dates and times as people write them. What can be read in two ways is not read at all."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from quell.catalogue.when import instant, zone_named
from quell.exchange.problems import ValueRefused
from quell.exchange.words import month_named

DayOrder = Literal["dmy", "mdy"]


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How one column writes its dates, where that is known; what is not known is not guessed.

    order    which comes first in 03/04/2022; ymd: the year comes first in 22/04/03
    century  the first year of the hundred into which years of two digits fall: 1930 makes 29 into 2029, 30 into 1930
    serial   numbers are days counted as Excel counts them: excel, or excel1904 of old Macintosh files
    """

    order: Literal["dmy", "mdy", "ymd"] | None = None
    century: int | None = None
    serial: Literal["excel", "excel1904"] | None = None


_YEAR_FIRST = re.compile(r"(\d{4})(?:\s*[-/.年년]\s*)(\d{1,2})(?:\s*[-/.月월]\s*)(\d{1,2})(?:\s*[日号일])?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
SHORT_YEAR = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})(?!\d)")
SERIAL = re.compile(r"([1-6]\d{4})(?:\.\d+)?")
_LETTERS = r"([^\W\d_]{3,12})"
_DAY_MONTH_NAME = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|º|°)?[-\s./]+(?:de\s+)?{_LETTERS}\.?[-\s.,/]+(?:de\s+)?(\d{{4}})"
)
_MONTH_NAME_DAY = re.compile(rf"{_LETTERS}\.?[-\s./]+(\d{{1,2}})(?:st|nd|rd|th)?[-\s.,/]+(\d{{4}})")
_MONTH_ONLY = re.compile(
    rf"\d{{4}}\s*[-/.年년]\s*\d{{1,2}}\s*[月월]?|\d{{1,2}}[-/.]\d{{4}}|{_LETTERS}\.?[-\s./]+\d{{4}}"
)
_YEAR_ONLY = re.compile(r"\d{4}\s*[年년]?")
_ERA = re.compile(
    r"[RHSTM]\s?\d{1,2}[./年-]|令和|平成|昭和|大正|明治|民国|民國|รัชกาล|هـ|AH\b|A\.H\.|BE\b|พ\.ศ|ه‍?\.?ش|رجب|شعبان|رمضان|شوال|محرم|صفر|ربيع|جمادى"
)
_CLOCK = re.compile(
    r"(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:\.\d+)?)?\s*[分秒]?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)
_WRITE = "write it as 2022-07-14"
_OLDEST, _YOUNGEST = 1700, 2400
_EXCEL, _EXCEL_1904 = date(1899, 12, 30), date(1904, 1, 1)
_NOTHING_KNOWN = DateStyle()


def read_date(text: str, order: DayOrder | DateStyle | None = None) -> date:
    """A day; a time of midnight beside it is let go of. Raises ValueRefused, also where day and month could change places.

    order  how the source writes 03/04/2022, or more of its style, where somebody said so
    """
    return _read_date(text, _style(order))


def read_moment(text: str, zone: str, order: DayOrder | DateStyle | None = None) -> str:
    """A day or an instant in canonical text; a time without an offset is read in this zone. Raises ValueRefused."""
    day, rest = _split(text, _style(order))
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


def _style(order: DayOrder | DateStyle | None) -> DateStyle:
    return order if isinstance(order, DateStyle) else DateStyle(order) if order else _NOTHING_KNOWN


@lru_cache(maxsize=65_536)
def _read_date(text: str, style: DateStyle) -> date:
    day, rest = _split(text, style)
    if rest and time(*_clock(rest)[:3]) != time():
        raise ValueRefused("is a moment where a day is wanted; " + _WRITE)
    return day


def _split(text: str, style: DateStyle) -> tuple[date, str]:
    """The day, and what stands after it."""
    written = unicodedata.normalize("NFKC", text).strip()
    for pattern in (_YEAR_FIRST, _COMPACT):
        if found := _at_start(pattern, written):
            return _day(int(found[1]), int(found[2]), int(found[3])), _after(written, found)
    if found := _at_start(_DAY_MONTH_NAME, written):
        return _day(int(found[3]), _month(found[2], written), int(found[1])), _after(written, found)
    if found := _at_start(_MONTH_NAME_DAY, written):
        return _day(int(found[3]), _month(found[1], written), int(found[2])), _after(written, found)
    if found := _at_start(YEAR_LAST, written):
        return _year_last(int(found[1]), int(found[2]), int(found[3]), style.order), _after(written, found)
    if found := _at_start(SHORT_YEAR, written):
        return _short_year(int(found[1]), int(found[2]), int(found[3]), style), _after(written, found)
    if found := SERIAL.fullmatch(written):
        return _serial(int(found[1]), style), ""
    raise ValueRefused(_why_not(written))


def _why_not(written: str) -> str:
    if _MONTH_ONLY.fullmatch(written):
        return "is a month where a day is wanted; leave it empty, or write a day"
    if _YEAR_ONLY.fullmatch(written):
        return "is a year where a day is wanted; leave it empty, or write a day"
    if _ERA.search(written):
        return "is written in another calendar; write it in the Gregorian one, as 2022-07-14"
    return "is not a date; " + _WRITE


def _at_start(pattern: re.Pattern[str], written: str) -> re.Match[str] | None:
    found = pattern.match(written)
    if found is None:
        return None
    follows = written[found.end() : found.end() + 1]
    return found if not follows or follows in "Tt " or found[0][-1] in "日号일" else None


def _after(written: str, found: re.Match[str]) -> str:
    return written[found.end() :].lstrip("Tt ").strip()


def _year_last(first: int, second: int, year: int, order: str | None) -> date:
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


def _short_year(first: int, second: int, third: int, style: DateStyle) -> date:
    if style.century is None or style.order is None:
        raise ValueRefused(
            "has a year of two digits; write it as 2022-07-14, or say in a mapping (--propose) in which hundred years it falls"
        )
    if style.order == "ymd":
        first, third = third, first
    day, month = (second, first) if style.order == "mdy" else (first, second)
    year = style.century + (third - style.century) % 100
    return _day(year, month, day)


def _serial(days: int, style: DateStyle) -> date:
    if style.serial is None:
        shown = (_EXCEL + timedelta(days=days)).isoformat()
        raise ValueRefused(
            f"is a number where a day is wanted; Excel would show it as {shown}: write that, or say in a mapping "
            '(--propose) that the column is "excel"'
        )
    return (_EXCEL if style.serial == "excel" else _EXCEL_1904) + timedelta(days=days)


def _month(name: str, written: str) -> int:
    found = month_named(name)
    if found is None:
        raise ValueRefused(_why_not(written))
    return found


def _day(year: int, month: int, day: int) -> date:
    if not _OLDEST <= year <= _YOUNGEST:
        raise ValueRefused(
            f"is of the year {year}, which is no year of the Gregorian calendar that is believed (from {_OLDEST} to "
            f"{_YOUNGEST}); if it is of another calendar, {_WRITE}"
        )
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
