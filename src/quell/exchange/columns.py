"""Which column of a file is which column of a table, and how that was found."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from quell.exchange.dates import DateStyle
from quell.exchange.values import is_missing
from quell.exchange.words import code_of, plain
from quell.tables.definitions import PLACES, SPECIAL_CATEGORIES, TABLES, WORDS_OF_IDENTITY, Column, Table

_LIKE_A_DATE = re.compile(r"\d\D{0,3}\d.*\d")
_DIGIT = re.compile(r"\d")
_NOISE = frozenset(
    {
        "date", "dt", "of", "the", "time", "day", "on", "at", "presumed", "reporting", "de", "du", "des", "d", "la", "le",
        "les", "l", "fecha", "del", "los", "el", "data", "da", "do", "dos", "das", "datum", "der", "am", "von", "дата",
        "تاريخ", "날짜", "일자", "일",
    }
)  # fmt: skip
_PEOPLE = frozenset({"case_id", "person_id", "source_id", "contact_id", "infector_id"})


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
    dates     how a column writes its dates, by the column's name, where that is known
    words     what words mean in a column, by its name and their plain form; "" where a word says nothing
    """

    found: dict[str, Found]
    unused: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    dates: dict[str, DateStyle] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)

    def heading(self, name: str) -> str | None:
        """The file's own heading for a column."""
        found = self.found.get(name)
        return found.heading if found else None

    def cell(self, cells: Sequence[str], name: str) -> str:
        """The cell of a row under this column; empty where the file has no such column."""
        found = self.found.get(name)
        return cells[found.place] if found and found.place < len(cells) else ""


class Under:
    """What stands under a heading, without the cells that say nothing: how many there are, and each text once."""

    def __init__(self, place: int, rows: Sequence[Sequence[str]]) -> None:
        counted = Counter(cells[place] for cells in rows if place < len(cells))
        self.distinct = frozenset(text for text in counted if not is_missing(text, coded=True))
        self.filled = sum(counted[text] for text in self.distinct)


def propose(
    header: Sequence[str],
    table: Table,
    rows: Iterable[Sequence[str]] = (),
    *,
    allowed: frozenset[str] = frozenset(),
    under: dict[int, Under] | None = None,
) -> Mapping:
    """Take each heading for a column: by its name, by a synonym, by its words, else by what stands under it.

    Of two headings that mean one column by the same right, the one with more filled cells is it.
    allowed  special categories (ethnicity, religion …) for which a purpose was given; otherwise they are left out
    under    what was looked at already of these rows, where they are tried as several tables
    """
    sample = rows if isinstance(rows, list) else list(rows)
    under = {} if under is None else under
    left_out = {heading: reason for heading in header if (reason := reason_to_leave(heading, table, allowed))}
    known = _Known.of(table)
    found: dict[str, Found] = {}
    doubtful: dict[str, str] = {}
    open_places = [place for place, heading in enumerate(header) if heading and heading not in left_out]
    for how, matcher in (
        ("its name", known.by_name),
        ("a synonym", known.by_synonym),
        ("its words", known.by_words),
    ):
        wanting: dict[str, list[int]] = {}
        for place in list(open_places):
            meant = matcher(header[place])
            if meant and place not in under:
                under[place] = Under(place, sample)
            sure = how == "its name"
            column = next((each for each in meant if sure or _plausible(under[place], each)), None)
            if column is not None:
                open_places.remove(place)
                wanting.setdefault(column.name, []).append(place)
        for name, places in wanting.items():
            if name not in found:
                fullest = max(places, key=lambda place: (under[place].filled, -place))
                found[name] = Found(table.column(name), header[fullest], fullest, how)
            doubtful |= {header[place]: name for place in places if place != found[name].place}
    for place in list(open_places):
        if place not in under and any(each.by_values for each in table.columns):
            under[place] = Under(place, sample)
        column = _by_values(under[place], table, found) if place in under else None
        if column is not None:
            open_places.remove(place)
            found[column.name] = Found(column, header[place], place, "what stands in it")
    return Mapping(found, tuple(header[place] for place in open_places), left_out, doubtful)


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of a table's columns, ready to be looked up."""

    names: dict[str, list[Column]]
    synonyms: dict[str, list[Column]]
    words: dict[frozenset[str], list[Column]]

    @staticmethod
    def of(table: Table) -> _Known:
        return _known(table.name) if TABLES.get(table.name) is table else _make_known(table)

    def by_name(self, heading: str) -> list[Column]:
        return self.names.get(plain(heading), [])

    def by_synonym(self, heading: str) -> list[Column]:
        return self.synonyms.get(plain(heading), [])

    def by_words(self, heading: str) -> list[Column]:
        """Where only words such as "date of" differ, in any order: dt_onset, date_of_onset, Onset date."""
        return self.words.get(_words(heading), [])


@cache
def _known(name: str) -> _Known:
    return _make_known(TABLES[name])


def _make_known(table: Table) -> _Known:
    known = _Known({}, {}, {})
    for column in table.columns:
        known.names.setdefault(plain(column.name), []).append(column)
        for word in dict.fromkeys(plain(word) for word in column.synonyms):
            known.synonyms.setdefault(word, []).append(column)
        for words in dict.fromkeys(_words(text) for text in (column.name, *column.synonyms)):
            if words:
                known.words.setdefault(words, []).append(column)
    return known


@lru_cache(maxsize=16_384)
def _words(text: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", text))
    return frozenset(plain(word) for word in re.split(r"[\W_]+", spaced.casefold()) if word) - _NOISE


def _plausible(under: Under, column: Column) -> bool:
    """Whether what stands under a heading could be what its name promises: "death" may head dates, or yes and no."""
    cells = under.distinct
    if not cells:
        return True
    if column.type in {"date", "moment"}:
        return any(_LIKE_A_DATE.search(cell) for cell in cells)
    if column.type in {"number", "whole", "age"}:
        return any(_DIGIT.search(cell) for cell in cells)
    if column.type == "code" and column.codes and column.otherwise is None:
        return any(code_of(cell, column.codes) for cell in cells)
    if column.name in _PEOPLE:
        return sum(len(cell.split()) == 1 for cell in cells) * 2 >= len(cells)
    return True


def _by_values(under: Under, table: Table, taken: dict[str, Found]) -> Column | None:
    """The column of whose code list every filled cell is a word, and they are not all the same sort of nothing."""
    for column in table.columns:
        if column.by_values and column.name not in taken:
            codes = {code_of(cell, column.codes or "") for cell in under.distinct}
            if codes and None not in codes and codes - {"other", "unknown"}:
                return column
    return None


def reason_to_leave(heading: str, table: Table, allowed: frozenset[str] = frozenset()) -> str | None:
    """Why a column of this heading is not read: it says who somebody is, or is of a special category; else None."""
    written = plain(heading)
    category = _special().get(written)
    if category is not None and category not in allowed:
        return f"{category} is a special category of data; it is read only where a purpose is given"
    if written in _identity() and not (table is PLACES and written == "name"):
        return "says who somebody is; identities go to the vault through the register, never into facts"
    return None


def says_who(heading: str, table: Table) -> bool:
    """Whether a heading says who somebody is."""
    return plain(heading) in _identity() and not (table is PLACES and plain(heading) == "name")


@cache
def _special() -> dict[str, str]:
    return {
        plain(word): category for category, words in SPECIAL_CATEGORIES.items() for word in (category, *words)
    }


@cache
def _identity() -> frozenset[str]:
    return frozenset(plain(word) for word in WORDS_OF_IDENTITY)
