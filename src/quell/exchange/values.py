"""Cells into values: codes by the words that sources use, ages and age bands, ids, numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from quell.catalogue import codes
from quell.exchange.problems import ValueRefused

# Words that sources use for a code, beside the code itself, its labels and what peers call it.
_WORDS: dict[str, dict[str, str]] = {
    "test_result": {
        "pos": "positive", "+": "positive", "阳": "positive", "detected": "positive", "检出": "positive",
        "neg": "negative", "-": "negative", "阴": "negative", "notdetected": "negative", "未检出": "negative",
        "inconclusive": "indeterminate", "equivocal": "indeterminate", "灰区": "indeterminate", "可疑": "indeterminate",
        "failed": "invalid",
    },
    "sex": {"m": "male", "f": "female", "man": "male", "woman": "female", "boy": "male", "girl": "female",
            "男性": "male", "女性": "female"},
    "classification": {
        "suspect": "suspected", "疑似": "suspected", "临床诊断": "probable", "确诊": "confirmed",
        "laboratoryconfirmed": "confirmed", "labconfirmed": "confirmed", "无症状": "asymptomatic",
        "discarded": "not_a_case", "noncase": "not_a_case",
    },
    "outcome": {
        "dead": "died", "death": "died", "deceased": "died", "fatal": "died", "死亡病例": "died",
        "recover": "recovered", "recovery": "recovered", "released": "recovered", "discharged": "recovered",
        "discharge": "recovered", "cured": "recovered", "治愈": "recovered", "出院": "recovered",
        "isolated": "still_ill", "hospitalised": "still_ill", "hospitalized": "still_ill",
        "survived": "alive", "living": "alive",
    },
    "setting": {
        "home": "household", "family": "household", "ward": "hospital_room", "nosocomial": "hospital",
        "er": "emergency_room", "work": "workplace", "office": "workplace", "classroom": "class", "familymember": "household",
        "church": "worship", "restaurant": "meal", "party": "celebration", "wedding": "celebration",
    },
}  # fmt: skip
_MISSING = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "nil", "#n/a", ".", "-", "--", "/", "?", "空", "无"}
)
_UNKNOWN = frozenset({"unknown", "unk", "not known", "not recorded", "missing", "不详", "未知"})
_BAND = re.compile(r"(\d{1,3})\s*(?:-|–|—|~|to|至)\s*(\d{1,3})\s*(?:years|yrs|y|岁)?", re.IGNORECASE)
_DECADE = re.compile(r"(\d{0,2}0)\s*(?:s|'s|多岁|余岁)", re.IGNORECASE)
_OPEN = re.compile(r"(?:(\d{1,3})\s*(?:\+|岁以上|岁及以上)|(?:>=|≥)\s*(\d{1,3}))")
_YEARS = re.compile(r"(\d{1,3})(?:\.\d+)?\s*(?:years?|yrs?|y|岁)?", re.IGNORECASE)
_MONTHS_OLD = re.compile(r"(\d{1,2})(?:\.\d+)?\s*(?:months?|mths?|个月|月|月龄)", re.IGNORECASE)
_OLDEST = 130
_CITIZEN = re.compile(r"\d{17}[\dXx]")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_LONGEST = 120


def plain(text: str) -> str:
    """A word without what differs between hands: width, case, blanks, dashes, brackets."""
    written = unicodedata.normalize("NFKC", text).strip().casefold()
    short = re.sub(r"[\s_\-./()\[\]]+", "", written)
    return short or written


def is_missing(text: str, *, coded: bool = False) -> bool:
    """Whether a cell says nothing: empty, or one of the usual marks for that.

    coded  of a column with a code list, where "unknown" may be a code
    """
    written = text.strip().casefold()
    return written in _MISSING or (not coded and written in _UNKNOWN)


@cache
def words_of(list_name: str) -> dict[str, str]:
    """Every word that is read as a code of this list, in its plain form."""
    words: dict[str, str] = {}
    for code in codes.all_lists()[list_name].codes.values():
        for text in (code.value, *code.labels.values(), *code.mappings.values()):
            words.setdefault(plain(text), code.value)
    return words | _WORDS.get(list_name, {})


def read_code(text: str, list_name: str) -> str:
    """The code that this word means; raises ValueRefused naming some that would be known."""
    found = words_of(list_name).get(plain(text))
    if found is None:
        known = ", ".join(list(codes.all_lists()[list_name].codes)[:8])
        raise ValueRefused(
            f"is not a known word for {list_name.replace('_', ' ')}; write for example {known}"
        )
    return found


def loose_code(text: str, list_name: str) -> str | None:
    """The one code that a word of this phrase means ("Visit hospital": hospital); None where none does, or two do."""
    words = words_of(list_name)
    found = {words[plain(part)] for part in re.split(r"[\W_]+", text) if plain(part) in words} - {
        "other",
        "unknown",
    }
    return found.pop() if len(found) == 1 else None


def read_age(text: str) -> tuple[int, int]:
    """The bounds of an age in completed years: 7, 7.5, "50s", "60-69", "80+", "8 months"."""
    written = unicodedata.normalize("NFKC", text).strip()
    if found := _YEARS.fullmatch(written):
        return _bounds(int(found[1]), int(found[1]))
    if found := _MONTHS_OLD.fullmatch(written):
        return _bounds(int(found[1]) // 12, int(found[1]) // 12)
    if found := _BAND.fullmatch(written):
        return _bounds(int(found[1]), int(found[2]))
    if found := _DECADE.fullmatch(written):
        return _bounds(int(found[1]), min(int(found[1]) + 9, _OLDEST))
    if found := _OPEN.fullmatch(written):
        return _bounds(int(found[1] or found[2]), _OLDEST)
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
