"""The words that sources use, and what they mean here: for codes, for months; in whatever language they come."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from quell.catalogue import codes
from quell.exchange.problems import ValueRefused

_ACCENTS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile(r"[\s_\-./()\[\]:'’°º#№]+")
_SHORTEST_MONTH = 3
# Go.Data writes a code with the list that it is from before it.
_GODATA = re.compile(r"LNG_REFERENCE_DATA_(?:CATEGORY_)?(\w+)")


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """A word without what differs between hands: width, case, accents of Latin letters, blanks, dashes, brackets."""
    written = unicodedata.normalize("NFKC", text).strip().casefold()
    if not written.isascii():
        apart = _ACCENTS.sub("", unicodedata.normalize("NFD", written))
        written = unicodedata.normalize("NFC", apart)
    return _BETWEEN.sub("", written) or written


@cache
def words_of(list_name: str) -> dict[str, str]:
    """Every word that is read as a code of this list, in its plain form."""
    words: dict[str, str] = {}
    for code in codes.all_lists()[list_name].codes.values():
        for text in (code.value, *code.labels.values(), *code.mappings.values()):
            words.setdefault(plain(text), code.value)
    for value, texts in _file().get(list_name, {}).items():
        words |= {plain(text): value for text in texts}
    return words


def read_code(text: str, list_name: str) -> str:
    """The code that this word means; raises ValueRefused naming some that would be known."""
    found = code_of(text, list_name)
    if found is None:
        known = ", ".join(list(codes.all_lists()[list_name].codes)[:8])
        raise ValueRefused(
            f"is not a known word for {list_name.replace('_', ' ')}; write for example {known}"
        )
    return found


def code_of(text: str, list_name: str) -> str | None:
    """The code that this word means; None where it is not known."""
    words = words_of(list_name)
    found = words.get(plain(text))
    if found is None and (prefixed := _GODATA.fullmatch(text.strip())):
        # Where the name of the list ends and the code begins is not marked: the longest ending that is known.
        parts = prefixed[1].split("_")
        endings = (plain("_".join(parts[place:])) for place in range(len(parts)))
        found = next((words[ending] for ending in endings if ending in words), None)
    return found


def loose_code(text: str, list_name: str) -> str | None:
    """The one code that a word of this phrase means ("Visit hospital": hospital); None where none does, or two do."""
    words = words_of(list_name)
    found = {words[plain(part)] for part in re.split(r"[\W_]+", text) if plain(part) in words} - {
        "other",
        "unknown",
    }
    return found.pop() if len(found) == 1 else None


def month_named(name: str) -> int | None:
    """The month, 1 to 12, by its name or its beginning in any of the languages; None where that is none, or several."""
    written = plain(name)
    if len(written) < _SHORTEST_MONTH and written not in _months():
        return None
    if written in _months():
        return _months()[written]
    found = {number for full, number in _months().items() if full.startswith(written)}
    return found.pop() if len(found) == 1 else None


@cache
def _months() -> dict[str, int]:
    return {plain(name): int(number) for number, names in _file()["months"].items() for name in names}


@cache
def _file() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files("quell.exchange") / "words.toml").read_text(encoding="utf-8"))
