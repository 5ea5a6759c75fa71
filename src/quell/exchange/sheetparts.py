"""The sheets of a workbook as they lie in its zip file, read through once before anything builds them up.

What is looked for: how many cells and how much text a sheet would fill, which cells hold a formula that was saved
without its value, and which hold an error.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TypeVar
from xml.parsers import expat

from quell.exchange.archives import Archive
from quell.exchange.problems import FileRefused

MOST_CELLS = 5_000_000
MOST_CHARACTERS = 300_000_000
_NO_VALUE = (
    "holds a formula that was saved without its value; open the file in Excel, let it calculate, and save it"
)
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
# A formula, an error, or a document that is not written in plain bytes.
_UNUSUAL = re.compile(rb"""<(?:\w+:)?f[ />]|t=["']e["']|encoding=["'](?!utf-8)|\x00""", re.IGNORECASE)
_PLACE = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[ />]")


@dataclass(slots=True)
class Seen:
    """What was seen of a sheet: its formulas counted; faults by row (from 1) and column (from 0)."""

    formulas: int = 0
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    characters: int = 0
    last_row: int = 0
    last_column: int = 0

    def at(self, row: int, column: int) -> None:
        """A cell is filled here."""
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)


def sheets_of(archive: Archive) -> dict[str, Seen]:
    """What every sheet holds, by its name; raises FileRefused where one would fill too much."""
    if "content.xml" in archive.parts:
        found = _parse(archive, "content.xml", _OpenDocument()).sheets
    else:
        lengths = _Strings()
        if "xl/sharedStrings.xml" in archive.parts:
            _parse(archive, "xl/sharedStrings.xml", lengths)
        found = {
            name: _parse(archive, part, _Sheet(lengths.lengths)).seen
            for name, part in _parts(archive).items()
        }
    for name, seen in found.items():
        cells = seen.last_row * (seen.last_column + 1)
        if cells > MOST_CELLS or seen.characters > MOST_CHARACTERS:
            raise FileRefused(
                f"{archive.filename}, sheet {name} reaches to row {seen.last_row:,} and column "
                f"{seen.last_column + 1:,}; at most {MOST_CELLS:,} cells and {MOST_CHARACTERS // 10**6} million characters "
                "are read: delete the empty or stray cells, or save the sheet as CSV"
            )
    return found


def _plain(archive: Archive, part: str, lengths: list[int]) -> Seen | None:
    """What a sheet without formulas and errors holds, seen at a glance; None where it has to be read element by element."""
    longest = max(lengths, default=0)
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    cells = places = shared = 0
    rest = b""
    for piece in archive.pieces(part):
        whole, mark, rest = (rest + piece).rpartition(b"<")
        rest = mark + rest
        if _UNUSUAL.search(whole):
            return None
        found = _PLACE.findall(whole)
        columns.update(column for column, _ in found)
        rows.update(row for _, row in found)
        places += len(found)
        cells += len(_ANY_CELL.findall(whole))
        shared += whole.count(b't="s"')
    if cells != places or not places or shared * longest > MOST_CHARACTERS:
        return None
    seen = Seen(characters=shared * longest)
    seen.at(max(map(int, rows)), max(_column(each.decode()) for each in columns))
    return seen


class _Reader:
    """What reads a part: called at each element and text."""

    def start(self, tag: str, given: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def text(self, text: str) -> None: ...


_R = TypeVar("_R", bound="_Reader")


def _parse(archive: Archive, part: str, reader: _R) -> _R:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        for piece in archive.pieces(part):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileRefused(
            f"{archive.filename} is damaged: its part {part} cannot be read ({error}); save it anew"
        ) from error
    return reader


class _Parts(_Reader):
    """Names and relations of a workbook's sheets."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.targets: dict[str, str] = {}

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag.endswith("sheet") and "name" in given:
            key = next((value for name, value in given.items() if name.endswith(":id")), "")
            self.names[given["name"]] = key
        elif tag.endswith("Relationship"):
            self.targets[given.get("Id", "")] = posixpath.normpath(
                posixpath.join("/xl", given.get("Target", ""))
            )


def _parts(archive: Archive) -> dict[str, str]:
    if "xl/workbook.xml" not in archive.parts or "xl/_rels/workbook.xml.rels" not in archive.parts:
        raise FileRefused(f"{archive.filename} is an archive and no workbook; unpack it and give the folder")
    parts = _parse(archive, "xl/_rels/workbook.xml.rels", _parse(archive, "xl/workbook.xml", _Parts()))
    found = {name: parts.targets.get(key, "").lstrip("/") for name, key in parts.names.items()}
    return {name: part for name, part in found.items() if part in archive.parts}


class _Strings(_Reader):
    """How long each shared text is."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def start(self, tag: str, given: dict[str, str]) -> None:  # noqa: ARG002 - called by place
        if tag.rpartition(":")[2] == "si":
            self.lengths.append(0)

    def text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class _Sheet(_Reader):
    """One sheet of an .xlsx."""

    def __init__(self, lengths: list[int]) -> None:
        self.seen = Seen()
        self.lengths = lengths
        self.row = self.column = 0
        self.kind = self.value = ""
        self.formula = self.inside = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self.inside = True
        elif name == "c":
            self._cell(given.get("r", ""))
            self.kind, self.value, self.formula = given.get("t", ""), "", False
        elif name == "row":
            self.row = int(given["r"]) if given.get("r", "").isdigit() else self.row + 1
            self.column = -1
        elif name == "f":
            self.formula = True
        elif name == "t":
            self.inside = True

    def _cell(self, reference: str) -> None:
        found = _CELL.fullmatch(reference)
        if found is None:
            self.column += 1
            return
        self.row, self.column = int(found[2]), _column(found[1])

    def text(self, text: str) -> None:
        if self.inside:
            self.value += text

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "t"}:
            self.inside = False
        elif name == "c":
            self._done()

    def _done(self) -> None:
        seen = self.seen
        if self.formula:
            seen.formulas += 1
            if not self.value and self.kind != "str":
                seen.faults[self.row, self.column] = _NO_VALUE
        if not self.value and not self.formula:
            return
        seen.at(self.row, self.column)
        if self.kind == "s":
            place = int(self.value) if self.value.isdigit() else -1
            seen.characters += self.lengths[place] if 0 <= place < len(self.lengths) else 0
        else:
            seen.characters += len(self.value)
        if self.kind == "e" and self.value != "#N/A":
            seen.faults[self.row, self.column] = (
                f"holds the error {self.value}; mend the formula, or write the value"
            )


def _column(letters: str) -> int:
    """The place of a column, from 0, by its letters."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


class _OpenDocument(_Reader):
    """All sheets of an .ods; cells and rows may stand for several."""

    def __init__(self) -> None:
        self.sheets: dict[str, Seen] = {}
        self.seen = Seen()
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.filled = 0

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table:table":
            self.seen = self.sheets.setdefault(given.get("table:name", ""), Seen())
            self.row, self.rows = 0, 1
        elif tag == "table:table-row":
            self.row += self.rows
            self.rows = int(given.get("table:number-rows-repeated", "1"))
            self.column, self.columns, self.row = -1, 1, self.row or 1
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            self.column += self.columns
            self.columns = int(given.get("table:number-columns-repeated", "1"))
            self.filled = 0
            if "office:value-type" in given:
                self.filled = self.rows * self.columns
                self.seen.at(self.row + self.rows - 1, self.column + self.columns)
            if "table:formula" in given:
                self.seen.formulas += 1
                if "office:value-type" not in given:
                    self.seen.at(self.row, self.column)
                    self.seen.faults[self.row, self.column] = _NO_VALUE

    def text(self, text: str) -> None:
        self.seen.characters += len(text) * max(self.filled, 1)
