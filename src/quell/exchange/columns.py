"""Which column of a file is which column of a table, and how that was found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from quell.exchange.values import is_missing, plain, words_of
from quell.tables.definitions import SPECIAL_CATEGORIES, WORDS_OF_IDENTITY, Column, Table

_LIKE_A_DATE = re.compile(r"\d\D{0,3}\d.*\d")
_NOISE = frozenset(
    {"date", "dt", "of", "the", "time", "day", "on", "at", "de", "fecha", "presumed", "reporting"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """One column that was recognised."""

    column: Column
    heading: str
    place: int
    how: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a file's columns are taken for.

    found     by the name of the table's column
    unused    headings that mean nothing to the table
    left_out  headings that are not read on purpose, with the reason
    doubtful  headings that would mean a column which another heading already is
    """

    found: dict[str, Found]
    unused: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)

    def heading(self, name: str) -> str | None:
        """The file's own heading for a column."""
        found = self.found.get(name)
        return found.heading if found else None

    def cell(self, cells: Sequence[str], name: str) -> str:
        """The cell of a row under this column; empty where the file has no such column."""
        found = self.found.get(name)
        return cells[found.place] if found and found.place < len(cells) else ""


def propose(
    header: Sequence[str],
    table: Table,
    rows: Iterable[Sequence[str]] = (),
    *,
    allowed: frozenset[str] = frozenset(),
) -> Mapping:
    """Take each heading for a column: by its name, by a synonym, by its words, else by what stands under it.

    allowed  special categories (ethnicity, religion …) for which a purpose was given; otherwise they are left out
    """
    sample = [tuple(cells) for cells in rows]
    left_out = {heading: reason for heading in header if (reason := _reason_to_leave(heading, allowed))}
    found: dict[str, Found] = {}
    doubtful: dict[str, str] = {}
    open_places = [place for place, heading in enumerate(header) if heading and heading not in left_out]
    for how, matcher in (("its name", _by_name), ("a synonym", _by_synonym), ("its words", _by_words)):
        for place in list(open_places):
            meant = [each for each in table.columns if matcher(header[place], each)]
            column = next(
                (each for each in meant if how == "its name" or _plausible(place, each, sample)), None
            )
            if column is None:
                continue
            open_places.remove(place)
            if column.name in found:
                doubtful[header[place]] = column.name
            else:
                found[column.name] = Found(column, header[place], place, how)
    for place in list(open_places):
        column = next(
            (each for each in table.columns if each.name not in found and _by_values(place, each, sample)),
            None,
        )
        if column is not None:
            open_places.remove(place)
            found[column.name] = Found(column, header[place], place, "what stands in it")
    return Mapping(found, tuple(header[place] for place in open_places), left_out, doubtful)


def _by_name(heading: str, column: Column) -> bool:
    return plain(heading) == plain(column.name)


def _by_synonym(heading: str, column: Column) -> bool:
    return plain(heading) in {plain(word) for word in column.synonyms}


def _by_words(heading: str, column: Column) -> bool:
    """Whether only words such as "date of" differ, in any order: dt_onset, date_of_onset, Onset date."""
    words = _words(heading)
    return bool(words) and any(words == _words(text) for text in (column.name, *column.synonyms))


def _words(text: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", text))
    return frozenset(word for word in re.split(r"[\W_]+", spaced.casefold()) if word) - _NOISE


def _plausible(place: int, column: Column, rows: Sequence[Sequence[str]]) -> bool:
    """Whether what stands under a heading could be what its name promises: "death" may head dates, or yes and no."""
    cells = [
        cells[place] for cells in rows if place < len(cells) and not is_missing(cells[place], coded=True)
    ]
    if not cells:
        return True
    if column.type in {"date", "moment"}:
        return any(_LIKE_A_DATE.search(cell) for cell in cells)
    if column.type == "code" and column.codes and column.otherwise is None:
        words = words_of(column.codes)
        return any(plain(cell) in words for cell in cells)
    return True


def _by_values(place: int, column: Column, rows: Sequence[Sequence[str]]) -> bool:
    """Whether every filled cell is a word of the column's code list, and they are not all the same sort of nothing."""
    if not column.by_values or column.codes is None:
        return False
    words = words_of(column.codes)
    cells = {
        plain(cells[place])
        for cells in rows
        if place < len(cells) and not is_missing(cells[place], coded=True)
    }
    if not cells or not cells <= words.keys():
        return False
    return bool({words[cell] for cell in cells} - {"other", "unknown"})


def _reason_to_leave(heading: str, allowed: frozenset[str]) -> str | None:
    written = plain(heading)
    for category, words in SPECIAL_CATEGORIES.items():
        if category not in allowed and written in {plain(word) for word in (category, *words)}:
            return f"{category} is a special category of data; it is read only where a purpose is given"
    if written in {plain(word) for word in WORDS_OF_IDENTITY}:
        return "says who somebody is; identities go to the vault through the register, never into facts"
    return None
