"""The words on the picture, from words.toml: a table a word, a column a language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def words(language: str) -> dict[str, str]:
    """Every word in a language ("en", "zh", "zh-hans"), in English where that language lacks it."""
    base = language.partition("-")[0].partition("_")[0]
    text = (resources.files("quell.chainview") / "words.toml").read_text(encoding="utf-8")
    return {name: labels.get(base, labels["en"]) for name, labels in tomllib.loads(text).items()}
