"""Search tokens: what an identity can be found by, by equality or prefix only.

A name gives its pieces and, for Chinese names, their pinyin and its initials; a number gives its last four digits.
Prefix search on these works under row-level security, where pattern operators would leak.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise

from pypinyin import Style, lazy_pinyin

_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_DIGITS = re.compile(r"\d")
_SHORTEST_NUMBER = 4


def tokens_of(identity: Mapping[str, str]) -> list[str]:
    """The tokens of an identity: ``name`` and ``names`` by pieces, ``phone`` and ``document`` by last digits."""
    found: set[str] = set()
    for field, value in identity.items():
        if field.startswith("name"):
            found |= _of_name(value)
        elif field in {"phone", "document"}:
            digits = "".join(_DIGITS.findall(value))
            if len(digits) >= _SHORTEST_NUMBER:
                found.add(f"#{digits[-_SHORTEST_NUMBER:]}")
    return sorted(found)


def tokens_asked(text: str) -> list[str]:
    """The tokens that somebody who types this is looking for."""
    text = text.strip()
    if len(text) >= _SHORTEST_NUMBER and text.isdigit():
        return [f"#{text[-_SHORTEST_NUMBER:]}"]
    return sorted({_plain(word) for word in _WORD.findall(text)})


def _of_name(name: str) -> set[str]:
    found = {_plain(word) for word in _WORD.findall(name)}
    if any("\u4e00" <= letter <= "\u9fff" for letter in name):
        syllables = lazy_pinyin(name)
        found.add("".join(syllables))
        found.update(syllables)
        found.update(first + second for first, second in pairwise(syllables))
        found.add("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)))
    return {token for token in found if token}


def _plain(word: str) -> str:
    """Without accents and in small letters, so that Müller is found as muller."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
