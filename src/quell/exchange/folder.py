"""Which file of a folder is what: by its columns first, by its name where several could be the same table."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from quell.exchange.columns import Mapping, propose
from quell.exchange.problems import FileRefused
from quell.exchange.reading import RawTable, read_table
from quell.exchange.values import plain
from quell.tables.definitions import CONTACTS, LINELIST, PLACES, TABLES, TESTS, VISITS, Table

ENDINGS = (".csv", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xls", ".ods")
_OF_A_DATASET = (LINELIST, CONTACTS, TESTS, VISITS, PLACES)


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file, read as rows of text and taken for one table."""

    path: Path
    table: Table
    raw: RawTable
    mapping: Mapping
    digest: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """What lies under a path: at most one file for each table, and what was left alone, with the reason."""

    name: str
    files: dict[str, TableFile]
    notes: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Changes with any byte of any file that is taken."""
        joined = "\n".join(f"{name} {each.digest}" for name, each in sorted(self.files.items()))
        return hashlib.sha256(joined.encode()).hexdigest()


def find(path: Path, *, allowed: frozenset[str] = frozenset()) -> Dataset:
    """Find the line list at this path, and in a folder also contacts, tests, visits and places.

    Raises FileRefused when there is no line list, or when two files could be it.
    """
    if not path.exists():
        raise FileRefused(f"{path} does not exist; give a line list file or a folder that holds one")
    if path.is_file():
        raw, digest = _read(path)
        mapping = propose(raw.header, LINELIST, [row.cells for row in raw.rows], allowed=allowed)
        _needs_case_id(mapping, path)
        return Dataset(path.stem, {LINELIST.name: TableFile(path, LINELIST, raw, mapping, digest)})
    candidates: dict[str, list[TableFile]] = {}
    notes: list[str] = []
    for each in sorted(path.iterdir()):
        if each.suffix.lower() in _WORKBOOKS:
            notes.append(f"{each.name} is a workbook and was not read; save its sheets as CSV in UTF-8")
        if (
            each.suffix.lower() not in ENDINGS
            or not each.is_file()
            or each.name.casefold().startswith("readme")
        ):
            continue
        try:
            found = identify(each, allowed=allowed)
        except FileRefused as error:
            notes.append(f"{each.name} was not read: {error}")
            continue
        if found is None:
            notes.append(f"{each.name} was not read: its columns are those of no table that is known here")
        else:
            candidates.setdefault(found.table.name, []).append(found)
    files = {name: chosen for name, found in candidates.items() if (chosen := _choose(name, found, notes))}
    if LINELIST.name not in files:
        told = "; ".join(notes) or "it holds no .csv file"
        raise FileRefused(
            f"{path} holds no line list, a file with a row for each case and a column with its id: {told}"
        )
    return Dataset(path.resolve().name, files, notes)


def identify(
    path: Path, *, tables: tuple[Table, ...] = _OF_A_DATASET, allowed: frozenset[str] = frozenset()
) -> TableFile | None:
    """The table that a file is, by its name and its columns; None when it is none. Raises FileRefused."""
    raw, digest = _read(path)
    rows = [row.cells for row in raw.rows]
    best: tuple[tuple[bool, float, int], TableFile] | None = None
    for table in tables:
        mapping = propose(raw.header, table, rows, allowed=allowed)
        if not table.needed <= mapping.found.keys():
            continue
        if (table is LINELIST and not _has_a_case_column(mapping)) or (
            table is PLACES and len(mapping.found) == 1
        ):
            continue  # an id alone says nothing
        share = len(mapping.found) / len(raw.header)
        rank = (_named(path, table), share, len(mapping.found))
        if best is None or rank > best[0]:
            best = (rank, TableFile(path, table, raw, mapping, digest))
    return best[1] if best else None


def any_table(path: Path) -> TableFile | None:
    """As identify(), among all tables, the laboratory's included."""
    return identify(path, tables=tuple(TABLES.values()))


def _read(path: Path) -> tuple[RawTable, str]:
    data = path.read_bytes()
    return read_table(data, path.name), hashlib.sha256(data).hexdigest()


def _needs_case_id(mapping: Mapping, path: Path) -> None:
    if "case_id" not in mapping.found:
        named = ", ".join(found.heading for found in mapping.found.values()) or "none"
        raise FileRefused(
            f"{path.name} has no column with the case's id; name one case_id (recognised were: {named})"
        )


def _has_a_case_column(mapping: Mapping) -> bool:
    """An id alone makes no line list; a date or an infector beside it does."""
    dated = any(found.column.type == "date" for found in mapping.found.values())
    return dated or bool(mapping.found.keys() & {"infector_id", "classification", "outcome"})


def _named(path: Path, table: Table) -> bool:
    name = plain(path.stem)
    words = set(re.split(r"[\W_]+", path.stem.casefold()))
    return any(
        plain(word) == name or word in words or plain(word) in name
        for word in table.file_words
        if len(word) > 1
    )


def _choose(name: str, found: list[TableFile], notes: list[str]) -> TableFile | None:
    """The one file that is this table; the others are told about."""
    ranked = sorted(found, key=_rank, reverse=True)
    chosen = ranked[0]
    if len(ranked) > 1 and _rank(ranked[1]) == _rank(chosen):
        names = ", ".join(each.path.name for each in ranked if _rank(each) == _rank(chosen))
        if name == LINELIST.name:
            raise FileRefused(
                f"several files could be the line list: {names}; open one of them by its own path"
            )
        notes.append(f"several files could be {name}: {names}; none was read, keep one")
        return None
    notes.extend(
        f"{each.path.name} was not read: {chosen.path.name} is taken for {name}" for each in ranked[1:]
    )
    return chosen


def _rank(file: TableFile) -> tuple[bool, int]:
    return _named(file.path, file.table), len(file.mapping.found)
