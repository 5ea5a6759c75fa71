"""Code lists: every word that a fact may use from a closed vocabulary, with its labels and mappings.

The lists are data (``code_lists/*.toml``): a table per list, a row per code, a column per language, and
columns such as ``sormas`` or ``godata`` for what peers call the same thing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its labels by language and what other systems call it."""

    value: str
    labels: dict[str, str] = field(default_factory=dict)
    mappings: dict[str, str] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """The label in this language, else in its base language, else in English, else the code itself."""
        for tried in (language, language.split("-", maxsplit=1)[0], "en"):
            if tried in self.labels:
                return self.labels[tried]
        return self.value


@dataclass(frozen=True, slots=True)
class CodeList:
    """A named, versioned list of codes."""

    name: str
    version: int
    codes: dict[str, Code]


@cache
def all_lists() -> dict[str, CodeList]:
    """Every code list of the package, by name; raises ValueError when a list is entered twice."""
    lists: dict[str, CodeList] = {}
    folder = resources.files("quell.catalogue") / "code_lists"
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if not entry.name.endswith(".toml"):
            continue
        for name, table in tomllib.loads(entry.read_text(encoding="utf-8")).items():
            if name in lists:
                message = f"code list {name!r} is entered twice, the second time in {entry.name}"
                raise ValueError(message)
            version = table.pop("version", 1)
            lists[name] = CodeList(name, version, {value: _code(value, row) for value, row in table.items()})
    return lists


@cache
def values(list_name: str) -> frozenset[str]:
    """The codes of a list; raises KeyError when there is no such list."""
    return frozenset(all_lists()[list_name].codes)


def label(list_name: str, value: str, language: str = "en") -> str:
    """The label of a code in a language; an unknown code is shown as it is."""
    found = all_lists().get(list_name)
    code = found.codes.get(value) if found else None
    return code.label(language) if code else value


_MAPPINGS = ("godata", "sormas", "dhis2", "fhir", "snomed", "loinc", "national")


def _code(value: str, row: dict[str, str]) -> Code:
    mappings = {name: text for name, text in row.items() if name in _MAPPINGS}
    return Code(value, {name: text for name, text in row.items() if name not in _MAPPINGS}, mappings)
