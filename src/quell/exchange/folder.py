"""Which file of a folder is what: by its columns first, by its name where several could be the same table.

Sheets of a workbook are like files of a folder. Several line lists are several outbreaks, each with the files that
share its name or name its cases.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from quell.exchange.columns import Mapping, Under, propose
from quell.exchange.confirmed import Confirmed
from quell.exchange.peers.dhis2 import IdsWanted
from quell.exchange.problems import FileRefused
from quell.exchange.reading import RawTable
from quell.exchange.sources import AS_THEY_SAY, ENDINGS, How, read_exports, read_path
from quell.exchange.spreading import gathered
from quell.exchange.words import plain
from quell.tables.definitions import CONTACTS, LINELIST, PLACES, TABLES, TESTS, VISITS, Table

_OF_A_DATASET = (LINELIST, CONTACTS, TESTS, VISITS, PLACES)
_PEOPLE = ("case_id", "person_id", "source_id", "contact_id")
_ALMOST = 2  # so many columns known, and a table is worth naming that a file is nearly


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file, or a sheet of one, read as rows of text and taken for one table."""

    path: Path
    table: Table
    raw: RawTable
    mapping: Mapping
    digest: str

    @property
    def label(self) -> str:
        """What people call it."""
        return self.raw.name or self.path.name


@dataclass(frozen=True, slots=True)
class Dataset:
    """One outbreak's files: at most one for each table, and what was left alone, with the reason."""

    name: str
    files: dict[str, TableFile]
    notes: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Changes with any byte of any file that is taken."""
        joined = "\n".join(f"{name} {each.digest}" for name, each in sorted(self.files.items()))
        return hashlib.sha256(joined.encode()).hexdigest()


def find(
    path: Path,
    *,
    allowed: frozenset[str] = frozenset(),
    how: How = AS_THEY_SAY,
    confirmed: Confirmed | None = None,
) -> Dataset:
    """The one dataset at this path; raises FileRefused when there is none, or several."""
    found = find_all(path, allowed=allowed, how=how, confirmed=confirmed)
    if len(found) > 1:
        names = ", ".join(each.files[LINELIST.name].label for each in found)
        raise FileRefused(f"{path} holds several line lists: {names}; open one of them by its own path")
    return found[0]


def find_all(
    path: Path,
    *,
    allowed: frozenset[str] = frozenset(),
    how: How = AS_THEY_SAY,
    confirmed: Confirmed | None = None,
    whole: bool = True,
) -> list[Dataset]:
    """Every line list at this path with its contacts, tests, visits and places; in a folder or a workbook.

    confirmed  mappings that somebody confirmed for these headers; how: what files do not say of themselves
    whole      False where a line list may still lack the column with the case's id, for somebody to say which it is
    Raises FileRefused when there is no line list.
    """
    confirmed = confirmed or Confirmed()
    if not path.exists():
        raise FileRefused(f"{path} does not exist; give a line list file or a folder that holds one")
    notes: list[str] = []
    candidates: list[TableFile] = []
    if path.is_file():
        tables, digest = read_path(path, how)
        if len(tables) == 1:
            file = _as_linelist(path, tables[0], digest, allowed, confirmed, whole=whole)
            return [Dataset(path.stem, {LINELIST.name: file}, list(file.raw.notes))]
        candidates = _taken(path, tables, digest, notes, allowed, confirmed)
        name = path.stem
    else:
        for source, read in _files(path, how):
            try:
                tables, digest = read()
            except FileRefused as error:
                if isinstance(error, IdsWanted):
                    raise
                notes.append(f"{source.name} was not read: {error}")
                continue
            candidates += _taken(source, tables, digest, notes, allowed, confirmed)
        name = path.resolve().name
    line_lists = _line_lists(candidates, notes)
    if not line_lists and not whole and (nearly := _nearly(path, how, allowed, confirmed)):
        line_lists = [nearly]
    if not line_lists:
        told = "; ".join(notes) or f"it holds no file of {', '.join(ENDINGS)}"
        raise FileRefused(
            f"{path} holds no line list, a file with a row for each case and a column with its id: {told}"
        )
    if len(line_lists) == 1:
        return [_dataset(name, line_lists[0], candidates, notes)]
    return _several(name, line_lists, candidates, notes)


def identify(
    raw: RawTable,
    path: Path,
    digest: str,
    *,
    tables: tuple[Table, ...] = _OF_A_DATASET,
    allowed: frozenset[str] = frozenset(),
    confirmed: Confirmed | None = None,
) -> TableFile | None:
    """The table that a file is, by a confirmed mapping, else by its name and its columns; None when it is none."""
    other = gathered(raw)
    for each in (raw, other):
        said = confirmed.mapping(each.header, allowed) if confirmed and each is not None else None
        if said is not None and each is not None:
            table, mapping, note = said
            noted = replace(each, notes=(*each.notes, f"{each.name}: {note}"))
            return (
                TableFile(path, table, noted, mapping, digest)
                if table.needed <= mapping.found.keys()
                else None
            )
    rows = [row.cells for row in raw.rows]
    best: tuple[tuple[bool, float, int], TableFile] | None = None
    under: dict[int, Under] = {}
    for table in tables:
        mapping = propose(raw.header, table, rows, allowed=allowed, under=under)
        found = TableFile(path, table, raw, mapping, digest)
        if table is CONTACTS and not _is(found) and other is not None:
            again = propose(other.header, table, [row.cells for row in other.rows], allowed=allowed)
            found = TableFile(path, table, other, again, digest)
        if not _is(found):
            continue
        share = len(found.mapping.found) / len(found.raw.header)
        rank = (_named(raw.stem or path.stem, table), share, len(found.mapping.found))
        if best is None or rank > best[0]:
            best = (rank, found)
    return best[1] if best else None


def any_tables(
    path: Path, *, how: How = AS_THEY_SAY, confirmed: Confirmed | None = None
) -> list[tuple[RawTable, TableFile | None]]:
    """Every table of a file with what it is among all tables, the laboratory's included; raises FileRefused."""
    tables, digest = read_path(path, how)
    return [
        (raw, identify(raw, path, digest, tables=tuple(TABLES.values()), confirmed=confirmed))
        for raw in tables
    ]


def any_table(path: Path) -> TableFile | None:
    """What the first table of a file is."""
    return any_tables(path)[0][1]


def _files(path: Path, how: How) -> Iterator[tuple[Path, Callable[[], tuple[list[RawTable], str]]]]:
    """The files of a folder, each with what reads it; those of a peer's export are read together."""
    exports = []
    for each in sorted(path.iterdir()):
        if each.suffix.lower() not in ENDINGS or not each.is_file() or _passed_over(each):
            continue
        if each.suffix.lower() == ".json":
            exports.append(each)
        else:
            yield each, partial(read_path, each, how)
    if exports:
        yield exports[0], partial(read_exports, exports, how)


def _passed_over(path: Path) -> bool:
    name = path.name.casefold()
    return name.startswith(("readme", ".", "~$")) or ".quarantine." in name


def _is(file: TableFile) -> bool:
    """Whether a file has what its table needs, and more than an id, which says nothing alone."""
    found = file.mapping.found
    if not file.table.needed <= found.keys():
        return False
    if file.table is PLACES:
        return len(found) > 1
    return file.table is not LINELIST or _has_a_case_column(file.mapping)


def _as_linelist(
    path: Path,
    raw: RawTable,
    digest: str,
    allowed: frozenset[str],
    confirmed: Confirmed,
    *,
    whole: bool,
) -> TableFile:
    """A single file is the line list, whatever else it could be."""
    said = confirmed.mapping(raw.header, allowed)
    if said is not None and said[0] is LINELIST:
        _, mapping, note = said
        raw = replace(raw, notes=(*raw.notes, f"{raw.name}: {note}"))
    else:
        mapping = propose(raw.header, LINELIST, [row.cells for row in raw.rows], allowed=allowed)
    if whole and "case_id" not in mapping.found:
        named = ", ".join(found.heading for found in mapping.found.values()) or "none"
        raise FileRefused(
            f"{raw.name} has no column with the case's id; name one case_id, or say which it is in a mapping (--propose). "
            f"Recognised were: {named}"
        )
    return TableFile(path, LINELIST, raw, mapping, digest)


def _nearly(path: Path, how: How, allowed: frozenset[str], confirmed: Confirmed) -> TableFile | None:
    """The file that would be a line list if it had a column with the case's id; None where none looks like it."""
    sources = _files(path, how) if path.is_dir() else [(path, partial(read_path, path, how))]
    found = []
    for source, read in sources:
        with suppress(FileRefused):
            tables, digest = read()
            found += [_as_linelist(source, raw, digest, allowed, confirmed, whole=False) for raw in tables]
    best = max(found, key=_rank, default=None)
    return best if best is not None and best.mapping.found else None


def _taken(
    path: Path,
    tables: Sequence[RawTable],
    digest: str,
    notes: list[str],
    allowed: frozenset[str],
    confirmed: Confirmed,
) -> list[TableFile]:
    """The tables of a file that are known here; why the others are none is noted."""
    taken = []
    for raw in tables:
        found = identify(raw, path, digest, allowed=allowed, confirmed=confirmed)
        if found is None:
            notes.append(f"{raw.name} was not read: {_nearest(raw)}")
        else:
            taken.append(found)
    return taken


def _nearest(raw: RawTable) -> str:
    """Which table a file is nearly, and what it lacks."""
    rows = [row.cells for row in raw.rows]
    near: list[tuple[bool, int, str, list[str]]] = []
    for table in _OF_A_DATASET:
        found = propose(raw.header, table, rows).found.keys()
        if (lacks := sorted(table.needed - found)) and len(found) >= _ALMOST:
            near.append((_named(raw.stem, table), len(found), table.name, lacks))
    if not near:
        return "its columns are those of no table that is known here"
    *_, name, lacks = max(near)
    return f"it is nearly a table of {name}, but has no column {' and no column '.join(lacks)}"


def _has_a_case_column(mapping: Mapping) -> bool:
    """An id alone makes no line list; a date or an infector beside it does."""
    dated = any(found.column.type == "date" for found in mapping.found.values())
    return dated or bool(mapping.found.keys() & {"infector_id", "classification", "outcome"})


def _named(stem: str, table: Table) -> bool:
    name = plain(stem)
    words = set(re.split(r"[\W_]+", stem.casefold()))
    return any(
        plain(word) == name or word in words or plain(word) in name
        for word in table.file_words
        if len(word) > 1
    )


def _line_lists(candidates: Sequence[TableFile], notes: list[str]) -> list[TableFile]:
    """The files that are line lists: those named so; where none is, the one of most columns, and its equals."""
    found = [each for each in candidates if each.table is LINELIST]
    if not found:
        return []
    best = max(_rank(each) for each in found)
    chosen = (
        [each for each in found if _rank(each)[0]]
        if best[0]
        else [each for each in found if _rank(each) == best]
    )
    names = ", ".join(each.label for each in chosen)
    notes.extend(
        f"{each.label} was not read: {names} is taken for linelist" for each in found if each not in chosen
    )
    return chosen


def _dataset(name: str, line_list: TableFile, candidates: Sequence[TableFile], notes: list[str]) -> Dataset:
    files = {LINELIST.name: line_list}
    for table in _OF_A_DATASET[1:]:
        found = [each for each in candidates if each.table is table]
        if found and (chosen := _choose(table.name, found, notes)) is not None:
            files[table.name] = chosen
    return Dataset(name, files, [*notes, *(note for each in files.values() for note in each.raw.notes)])


def _several(
    name: str, line_lists: Sequence[TableFile], candidates: Sequence[TableFile], notes: list[str]
) -> list[Dataset]:
    """Each line list as an outbreak of its own, with the files that go with it."""
    stems = {id(each): _stem(each) for each in line_lists}
    if len(set(stems.values())) < len(line_lists) or "" in stems.values():
        stems = {id(each): each.raw.stem or each.path.stem for each in line_lists}
    whose: dict[int, list[TableFile]] = {id(each): [] for each in line_lists}
    for file in candidates:
        if file.table is LINELIST:
            continue
        owner = _owner(file, line_lists, stems)
        if owner is None:
            notes.append(
                f"{file.label} was not read: neither its name nor its ids say to which line list it belongs"
            )
        else:
            whose[id(owner)].append(file)
    told = []
    for each in line_lists:
        with_it = ", ".join(file.label for file in whose[id(each)])
        told.append(f"{each.label}{' with ' + with_it if with_it else ''}")
    shared = [*notes, f"{len(line_lists)} line lists are {len(line_lists)} outbreaks: {'; '.join(told)}"]
    return [_dataset(f"{name}-{stems[id(each)]}", each, whose[id(each)], list(shared)) for each in line_lists]


def _stem(file: TableFile) -> str:
    """The name of a file without the words that say which table it is: singapore_linelist is singapore."""
    words = {
        word
        for table in TABLES.values()
        for text in table.file_words
        for word in re.split(r"[\W_]+", text.casefold())
    }
    parts = re.split(r"[\W_]+", (file.raw.stem or file.path.stem).casefold())
    return "_".join(part for part in parts if part and part not in words)


def _owner(file: TableFile, line_lists: Sequence[TableFile], stems: dict[int, str]) -> TableFile | None:
    """The line list that shares a file's name; else the one whose cases it names most, where one alone does."""
    named = [each for each in line_lists if stems[id(each)] == _stem(file)]
    if len(named) == 1:
        return named[0]
    people = {cell for name in _PEOPLE for cell in _cells(file, name)}
    shares = sorted(
        ((len(people & set(_cells(each, "case_id"))), place) for place, each in enumerate(line_lists)),
        reverse=True,
    )
    if people and shares[0][0] > shares[1][0]:
        return line_lists[shares[0][1]]
    return None


def _cells(file: TableFile, name: str) -> list[str]:
    return [cell.strip() for row in file.raw.rows if (cell := file.mapping.cell(row.cells, name))]


def _choose(name: str, found: list[TableFile], notes: list[str]) -> TableFile | None:
    """The one file that is this table; the others are told about."""
    ranked = sorted(found, key=_rank, reverse=True)
    chosen = ranked[0]
    if len(ranked) > 1 and _rank(ranked[1]) == _rank(chosen):
        names = ", ".join(each.label for each in ranked if _rank(each) == _rank(chosen))
        notes.append(f"several files could be {name}: {names}; none was read, keep one")
        return None
    notes.extend(f"{each.label} was not read: {chosen.label} is taken for {name}" for each in ranked[1:])
    return chosen


def _rank(file: TableFile) -> tuple[bool, int]:
    return _named(file.raw.stem or file.path.stem, file.table), len(file.mapping.found)
