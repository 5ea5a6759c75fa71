"""Cells into values: ages and age bands, ids, numbers, and what says nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from quell.exchange.problems import ValueRefused

_MISSING = frozenset(
    {
        "",
        "na",
        "n/a",
        "nan",
        "null",
        "none",
        "nil",
        "#n/a",
        ".",
        "-",
        "--",
        "/",
        "?",
        "空",
        "无",
        "لا يوجد",
        "없음",
    }
)
_UNKNOWN = frozenset(
    {
        "unknown",
        "unk",
        "not known",
        "not recorded",
        "missing",
        "不详",
        "未知",
        "inconnu",
        "desconocido",
        "desconhecido",
        "unbekannt",
        "неизвестно",
        "غير معروف",
        "미상",
    }
)
_BAND = re.compile(
    r"(\d{1,3})\s*(?:-|–|—|~|to|至)\s*(\d{1,3})\s*(?:years|yrs|y|ans|años|anos|jahre|лет|سنة|岁|세)?",
    re.IGNORECASE,
)
_DECADE = re.compile(r"(\d{0,2}0)\s*(?:s|'s|er|多岁|余岁|대)", re.IGNORECASE)
_OPEN = re.compile(r"(?:(\d{1,3})\s*(?:\+|岁以上|岁及以上)|(?:>=|≥)\s*(\d{1,3}))")
_YEAR_WORDS = r"(?:years?(?:\s*old)?|yrs?|y/?o?|ans?|años?|anos?|jahre?|год|года|лет|سنة|سنوات|岁|세|살)"
_MONTH_WORDS = (
    r"(?:months?|mths?|mo|mois|meses|mes|mês|monate?|мес\.?|месяцев|месяца|месяц|أشهر|شهر|个月|月龄|月|개월)"
)
_DAY_WORDS = r"(?:weeks?|wks?|days?|d|semaines?|jours?|semanas?|días?|dias?|wochen?|tage?|недель|дней|أسابيع|أيام|周|天|日|주|일)"
_YEARS = re.compile(rf"(\d{{1,3}})(?:[.,]\d+)?\s*{_YEAR_WORDS}?", re.IGNORECASE)
_MONTHS_OLD = re.compile(rf"(\d{{1,3}})(?:[.,]\d+)?\s*{_MONTH_WORDS}", re.IGNORECASE)
_DAYS_OLD = re.compile(rf"\d{{1,2}}\s*{_DAY_WORDS}", re.IGNORECASE)
_YEARS_AND_MONTHS = re.compile(rf"(\d{{1,3}})\s*{_YEAR_WORDS}\s*\d{{1,2}}\s*{_MONTH_WORDS}", re.IGNORECASE)
_UNDER = re.compile(r"(?:<|under\s*|less than\s*)\s*(\d{1,3})", re.IGNORECASE)
_OLDEST = 130
_CITIZEN = re.compile(r"\d{17}[\dXx]")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_LONGEST = 120
# How an age is written, and the youngest and oldest that it means.
_AGES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int]]], ...] = (
    (_YEARS, lambda found: (int(found[1]), int(found[1]))),
    (_MONTHS_OLD, lambda found: (int(found[1]) // 12, int(found[1]) // 12)),
    (_DAYS_OLD, lambda _: (0, 0)),
    (_YEARS_AND_MONTHS, lambda found: (int(found[1]), int(found[1]))),
    (_UNDER, lambda found: (0, max(int(found[1]) - 1, 0))),
    (_BAND, lambda found: (int(found[1]), int(found[2]))),
    (_DECADE, lambda found: (int(found[1]), min(int(found[1]) + 9, _OLDEST))),
    (_OPEN, lambda found: (int(found[1] or found[2]), _OLDEST)),
)


def is_missing(text: str, *, coded: bool = False) -> bool:
    """Whether a cell says nothing: empty, or one of the usual marks for that.

    coded  of a column with a code list, where "unknown" may be a code
    """
    written = text.strip().casefold()
    return written in _MISSING or (not coded and written in _UNKNOWN)


def read_age(text: str) -> tuple[int, int]:
    """The bounds of an age in completed years: 7, 7.5, "50s", "60-69", "80+", "8 months", "under 5"."""
    written = unicodedata.normalize("NFKC", text).strip()
    for pattern, bounds in _AGES:
        if found := pattern.fullmatch(written):
            return _bounds(*bounds(found))
    raise ValueRefused('is not an age; write years as 47, or a band as "40-49"')


def _bounds(youngest: int, oldest: int) -> tuple[int, int]:
    if oldest > _OLDEST:
        raise ValueRefused(f"is no human age; it runs from 0 to {_OLDEST} years")
    if youngest > oldest:
        raise ValueRefused("is an age band that ends before it begins")
    return youngest, oldest


def read_id(text: str) -> str:
    """An id as it stands; never mended, since two hands would mend it differently. Raises ValueRefused."""
    if not text.strip():
        raise ValueRefused("is missing")
    if any(character.isspace() for character in text):
        raise ValueRefused("has a blank in it; write the id without blanks")
    if not text.isprintable() or text.startswith(":") or len(text) > _LONGEST:
        raise ValueRefused(
            f"cannot be an id: printable characters, at most {_LONGEST}, not beginning with a colon"
        )
    return text


def read_person_id(text: str) -> str:
    """The id of a person, refused where it is an identity card or telephone number: these may not enter the ledger."""
    found = read_id(text)
    if _CITIZEN.fullmatch(found) and _checks(found):
        raise ValueRefused("is an identity card number; send the pseudonym that the register gave the person")
    if _MOBILE.fullmatch(found):
        raise ValueRefused(
            "looks like a telephone number; send the pseudonym that the register gave the person"
        )
    return found


def _checks(number: str) -> bool:
    """Whether the last digit of a resident identity number is the right one (GB 11643)."""
    weighted = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[weighted % 11] == number[17].upper()


def read_whole(text: str) -> int:
    """A whole number; raises ValueRefused."""
    written = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{1,9}(\.0+)?", written) is None:
        raise ValueRefused("is not a whole number")
    return int(float(written))


def read_number(text: str) -> float:
    """A number with a decimal point; raises ValueRefused."""
    written = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[+-]?\d{1,12}(\.\d+)?", written) is None:
        raise ValueRefused("is not a number; write it with a decimal point, as 27.4")
    return float(written)
