"""Mappings that somebody confirmed: what each heading of a file is, how its dates are written, what its words mean.

A mapping is a TOML file that ``quell open PATH --propose FILE`` writes, people correct and ``--mapping FILE`` reads. It
is for files with exactly these headings, in this order, whatever the files are called; a confirmed one is kept in the
installation's home under the fingerprint of the headings and used again for the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from quell.catalogue import codes
from quell.exchange.columns import Found, Mapping, reason_to_leave, says_who
from quell.exchange.dates import DateStyle
from quell.exchange.peers.dhis2 import MAY_BE, Ids, ids_of
from quell.exchange.problems import FileRefused
from quell.exchange.words import plain
from quell.tables.definitions import TABLES, Table

VERSION = 1
_IDS = "dhis2.toml"
ORDERS = ("dmy", "mdy", "ymd", "excel", "excel1904")
_HEAD = """\
# How Quell understands these files. Correct it, then: quell open PATH --mapping THIS-FILE
#
# columns    heading = the column it is; "" where it is not read
# dates      heading = "dmy" (day first), "mdy" (month first), "ymd" (for 22/04/03), "excel" (days counted as Excel counts
#            them), "excel1904" (old Macintosh files)
# centuries  heading = the first year of the hundred into which years of two digits fall, such as 1930; 0 where nobody said
# words      by heading, a word of the file = the code it means; "" where it says nothing
"""


@dataclass(slots=True)
class FileMapping:
    """What was confirmed for files of these headings. columns, dates, centuries and words are by heading.

    words     a code; "" where the word says nothing; None where nobody has said yet, and the word is a fault as before
    left_out  why a heading is not read; written for people, not read back
    """

    name: str
    headers: str
    table: str
    columns: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    centuries: dict[str, int] = field(default_factory=dict)
    words: dict[str, dict[str, str | None]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def applied(self, header: Sequence[str], allowed: frozenset[str]) -> tuple[Table, Mapping]:
        """The table and mapping for a file of this header, which may still lack what the table needs; raises FileRefused."""
        table = TABLES.get(self.table)
        if table is None:
            raise self._wrong(f"no table is called {self.table!r}; there are {', '.join(TABLES)}")
        names = {column.name for column in table.columns}
        found: dict[str, Found] = {}
        for heading, name in self.columns.items():
            if not name:
                continue
            if name not in names:
                raise self._wrong(
                    f"{heading}: {table.name} has no column {name!r}; it has {', '.join(sorted(names))}"
                )
            if heading not in header:
                raise self._wrong(f"no column of the file is headed {heading!r}")
            if name in found:
                raise self._wrong(f"{found[name].heading} and {heading} cannot both be {name}")
            if says_who(heading, table):
                raise self._wrong(f"{heading} {reason_to_leave(heading, table)}")
            found[name] = Found(table.column(name), heading, list(header).index(heading), "the mapping")
        by_heading = {each.heading: each.column for each in found.values()}
        left_out = {
            heading: reason
            for heading in header
            if heading not in by_heading and (reason := reason_to_leave(heading, table, allowed))
        }
        unused = tuple(
            heading for heading in header if heading and heading not in by_heading and heading not in left_out
        )
        return table, Mapping(found, unused, left_out, {}, self._styles(by_heading), self._words(by_heading))

    def _styles(self, columns: AnyMapping[str, Any]) -> dict[str, DateStyle]:
        styles = {}
        for heading in self.dates.keys() | self.centuries.keys():
            if heading not in columns:
                raise self._wrong(f"dates, {heading}: the mapping does not read this column")
            said = self.dates.get(heading, "")
            if said not in {"", *ORDERS}:
                raise self._wrong(f"dates, {heading}: {said!r} is none of {', '.join(ORDERS)}")
            styles[columns[heading].name] = DateStyle(
                order=said if said in {"dmy", "mdy", "ymd"} else None,  # type: ignore[arg-type]
                century=self.centuries.get(heading) or None,
                serial=said if said.startswith("excel") else None,  # type: ignore[arg-type]
            )
        return styles

    def _words(self, columns: AnyMapping[str, Any]) -> dict[str, dict[str, str]]:
        meant = {}
        for heading, words in self.words.items():
            column = columns.get(heading)
            if column is None or column.codes is None:
                raise self._wrong(f"words, {heading}: the mapping does not read this as a column of codes")
            known = codes.values(column.codes)
            wrong = next((code for code in words.values() if code and code not in known), None)
            if wrong is not None:
                raise self._wrong(
                    f"words, {heading}: {wrong!r} is no code; there are {', '.join(sorted(known))}"
                )
            meant[column.name] = {plain(word): code for word, code in words.items() if code is not None}
        return meant

    def _wrong(self, problem: str) -> FileRefused:
        return FileRefused(f"the mapping for {self.name}: {problem}")


@dataclass(slots=True)
class Confirmed:
    """Mappings by the fingerprint of the headings; store: the folder where confirmed ones are kept, if any.

    ids  what a DHIS2 calls what, where a mapping says it
    """

    files: dict[str, FileMapping] = field(default_factory=dict)
    store: Path | None = None
    ids: Ids | None = None

    def mapping(self, header: Sequence[str], allowed: frozenset[str]) -> tuple[Table, Mapping, str] | None:
        """What was confirmed for this header, and a note that says so; None where nothing was."""
        key = fingerprint(header)
        said, note = self.files.get(key), "read by the mapping that was given"
        if said is None and self.store is not None and (kept := self.store / f"{key}.toml").is_file():
            said = next(iter(read_mappings(kept)), None)
            note = f"read as it was confirmed before for the same headings ({kept})"
        if said is None:
            return None
        return (*said.applied(header, allowed), note)

    def keep(self) -> None:
        """Keep what was given, so that the next file of the same headings is read alike."""
        if self.store is None or not (self.files or self.ids):
            return
        self.store.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.ids is not None:
            write_mappings(self.store / _IDS, [], asdict(self.ids))
        for key, said in self.files.items():
            write_mappings(self.store / f"{key}.toml", [said])


def fingerprint(header: Sequence[str]) -> str:
    """What names a row of headings: the same headings in the same order have the same."""
    return hashlib.sha256("\x1f".join(header).encode(errors="surrogatepass")).hexdigest()[:24]


def confirmed_by(file: Path | None, store: Path | None) -> Confirmed:
    """What a mapping file says, beside what is kept; raises FileRefused."""
    told = _told(file) if file else {}
    given = {said.headers: said for said in _mappings(file, told)} if file else {}
    if "dhis2" not in told and store is not None and (store / _IDS).is_file():
        told = _told(store / _IDS)
    ids = told.get("dhis2")
    return Confirmed(given, store, ids_of(ids) if isinstance(ids, dict) else None)


def read_mappings(path: Path) -> list[FileMapping]:
    """The mappings of a file; raises FileRefused where it is none."""
    return _mappings(path, _told(path))


def _told(path: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileRefused(f"the mapping {path} cannot be opened: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileRefused(f"the mapping {path} is no TOML: {error}") from error
    if told.get("version") != VERSION:
        raise FileRefused(
            f"{path} is no mapping of version {VERSION}; write one with quell open PATH --propose FILE"
        )
    return told


def _mappings(path: Path, told: dict[str, Any]) -> list[FileMapping]:
    files = told.get("file", [])
    if not isinstance(files, list) or not all(isinstance(each, dict) for each in files):
        raise FileRefused(f"the mapping {path}: [[file]] is not as --propose writes it")
    return [_said(path, each) for each in files]


def _said(path: Path, told: dict[str, Any]) -> FileMapping:
    needed: tuple[tuple[str, type], ...] = (
        ("name", str),
        ("headers", str),
        ("table", str),
        ("columns", dict),
    )
    for name, wanted in needed:
        if not isinstance(told.get(name), wanted):
            raise FileRefused(f"the mapping {path}: a [[file]] needs {name}")
    for name in ("columns", "dates", "centuries", "words"):
        inner = {"centuries": int, "words": dict}.get(name, str)
        part = told.get(name, {})
        if not isinstance(part, dict) or not all(isinstance(each, inner) for each in part.values()):
            raise FileRefused(f"the mapping {path}: [file.{name}] is not as --propose writes it")
    return FileMapping(
        told["name"], told["headers"], told["table"], told["columns"], told.get("dates", {}),
        told.get("centuries", {}), told.get("words", {}),
    )  # fmt: skip


def write_mappings(
    path: Path, mappings: Iterable[FileMapping], ids: AnyMapping[str, AnyMapping[str, str]] | None = None
) -> None:
    """Write mappings for people to correct, whole or not at all (mode 0600).

    ids  the ids of a DHIS2, by what they are of, with what they mean
    """
    parts = [f"{_HEAD}\nversion = {VERSION}"]
    for name, part in (ids or {}).items():
        parts.append(
            f'# each may be {", ".join(sorted(MAY_BE[name]))}; or "", and is not read\n[dhis2.{name}]'
        )
        parts[-1] += "".join(f"\n{_text(key)} = {_text(value)}" for key, value in part.items())
    parts += [_written(said) for said in mappings]
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a handle, not a path
        file.write("\n\n".join(parts) + "\n")
    os.replace(draft, path)  # noqa: PTH105 - Path.replace is this call


def _written(said: FileMapping) -> str:
    lines = [f"# {_one_line(note)}" for note in said.notes]
    if table := TABLES.get(said.table):
        lines.append(f"# the columns of {table.name}: {', '.join(column.name for column in table.columns)}")
    lines += [
        "[[file]]",
        f"name = {_text(said.name)}",
        f"headers = {_text(said.headers)}",
        f"table = {_text(said.table)}",
    ]
    lines += ["", "[file.columns]"]
    for heading, name in said.columns.items():
        why = f"  # {_one_line(said.left_out[heading])}" if heading in said.left_out else ""
        lines.append(f"{_text(heading)} = {_text(name)}{why}")
    for part, values in (("dates", said.dates), ("centuries", said.centuries)):
        if values:
            lines += [
                "",
                f"[file.{part}]",
                *(f"{_text(heading)} = {_text(value)}" for heading, value in values.items()),
            ]
    for heading, words in said.words.items():
        lines += ["", f"[file.words.{_text(heading)}]"]
        for word, code in words.items():
            lines.append(
                f"# not known: {_text(word)} =" if code is None else f"{_text(word)} = {_text(code)}"
            )
    return "\n".join(lines)


def _text(value: str | int) -> str:
    """A JSON text is a TOML text, but for the character U+007F."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    return " ".join(text.split())
