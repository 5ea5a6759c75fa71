"""From bytes to rows: the encoding is found, never guessed past sense, and every row keeps its line.

A file is read within bounds: so many bytes, so many columns, so long a cell. What lies beyond is refused with the
bound, before it costs memory.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from quell.exchange.encodings import decode
from quell.exchange.problems import FileRefused, Problem

LARGEST = 100 * 1024 * 1024
MOST_COLUMNS = 2_000
# The last column of a file of rows that were set aside. In such a file an apostrophe before a cell is Quell's own.
PROBLEM, MARK = "problem", "'"
LONGEST_CELL = 32_767  # what a cell of Excel holds at most
_REMEMBERED = 100_000
_DELIMITERS = (",", "\t", ";")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file on which it begins, its cells in the order of the header, what is wrong with it."""

    line: int
    cells: tuple[str, ...]
    faults: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as rows of text, nothing interpreted.

    name   what people call it: the file, or the sheet of a file; stem: the word that may say which table it is
    notes  what was seen on the way and has to be said
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    name: str = ""
    stem: str = ""
    notes: tuple[str, ...] = field(default=())


def read_table(data: bytes, filename: str, *, encoding: str | None = None) -> RawTable:
    """Read a file of separated values; raises FileRefused when it is empty, too large, not text, or has no header.

    encoding  how the text is written, where somebody said so; otherwise found by quell.exchange.encodings
    """
    check_size(len(data), filename)
    text = decode(data, filename, encoding)
    if not text.strip():
        raise FileRefused(f"{filename} is empty; it needs a line of column names and a row for each entry")
    said = _SEPARATOR_LINE.match(text)
    delimiter = said[1] if said else _delimiter(text)
    _check_columns(text[said.end() if said else 0 :], delimiter, filename)
    csv.field_size_limit(LARGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = Lines(filename)
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not (said and line == 1):
                lines.add(line, cells)
    except csv.Error as error:
        raise FileRefused(
            f"{filename} cannot be read as a table from line {begins} on ({error}); look for a quotation mark "
            "that is opened and not closed",
            begins,
        ) from error
    return lines.table()


def check_size(size: int, filename: str) -> None:
    """Raises FileRefused when a file is larger than can be read at once."""
    if size > LARGEST:
        raise FileRefused(
            f"{filename} has {size / 1e6:,.0f} MB; at most {LARGEST // 10**6} MB are read at once: keep the columns "
            "that are needed, or split it into several files and open them under one --name"
        )


class Lines:
    """Rows as they come; the first with more than one filled cell is the header, for a title may stand above it.

    Raises FileRefused where the header cannot be one.
    """

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.header: tuple[str, ...] = ()
        self.rows: list[Row] = []
        self.marked = False
        self._above: list[tuple[int, list[str]]] = []
        self._said: dict[str, str] = {}

    def add(self, line: int, cells: list[str], faults: tuple[Problem, ...] = ()) -> None:
        """Take a row; one without a single filled cell and without a fault is passed over."""
        if not faults and not any(cell.strip() for cell in cells):
            return
        if not self.header:
            if sum(1 for cell in cells if cell.strip()) == 1:
                self._above.append((line, cells))
            else:
                self._begin(line, cells)
            return
        if self.marked:
            cells = [cell.removeprefix(MARK) for cell in cells]
        self.rows.append(_row(line, self._once(cells), self.header, faults))

    def _begin(self, line: int, cells: list[str]) -> None:
        self.header = _header(line, cells, self.filename)
        self.marked = self.header[-1:] == (PROBLEM,)

    def _once(self, cells: list[str]) -> list[str]:
        """The cells, each text kept once however often it stands in the file: days and codes do by the thousand."""
        said = self._said
        if len(said) < _REMEMBERED:
            return [said.setdefault(cell, cell) for cell in cells]
        return [said.get(cell, cell) for cell in cells]

    def table(self, *, name: str = "", stem: str = "", notes: tuple[str, ...] = ()) -> RawTable:
        """What was read; raises FileRefused when there is no row under the header."""
        if self._above and self.header:
            told = "; ".join(next(filter(None, cells))[:60] for _, cells in self._above[:3])
            notes = (
                *notes,
                f"{name or self.filename}: what stands above the column names was not read: {told}",
            )
        elif self._above:  # a table of one column
            (line, cells), *rest = self._above
            self._begin(line, cells)
            for each in rest:
                self.add(*each)
        if not self.header:
            raise FileRefused(
                f"{self.filename} is empty; it needs a line of column names and a row for each entry"
            )
        if not self.rows:
            raise FileRefused(f"{self.filename} has column names and not one row")
        return RawTable(self.header, tuple(self.rows), name or self.filename, stem, notes)


def _delimiter(text: str) -> str:
    first, *others = text.lstrip().split("\n", 5)[:5]
    best = max(_DELIMITERS, key=first.count)
    return best if best in first else max(_DELIMITERS, key="\n".join(others).count)


def _check_columns(text: str, delimiter: str, filename: str) -> None:
    columns = text.lstrip("\r\n").split("\n", 1)[0].count(delimiter) + 1
    if columns > MOST_COLUMNS:
        raise FileRefused(
            f"{filename} has {columns:,} columns; at most {MOST_COLUMNS:,} are read. A table has a row for each case: "
            "perhaps it lies on its side"
        )


def _header(line: int, cells: list[str], filename: str) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    while names and not names[-1]:
        names = names[:-1]
    if len(names) > MOST_COLUMNS:
        raise FileRefused(f"{filename} has {len(names):,} columns; at most {MOST_COLUMNS:,} are read")
    if any(_undecoded(name) for name in names):
        raise FileRefused(
            f"{filename}: the line of column names is written in another encoding than the rest; save the file as UTF-8",
            line,
        )
    seen: set[str] = set()
    twice = next((name for name in names if name and (name in seen or seen.add(name))), None)  # type: ignore[func-returns-value]
    if twice is not None:
        raise FileRefused(f"{filename} has two columns of this name; name them apart", line, twice)
    return names


def _row(line: int, cells: list[str], header: tuple[str, ...], faults: tuple[Problem, ...]) -> Row:
    wanted = len(header)
    problems = list(faults)
    if any(cell.strip() for cell in cells[wanted:]):
        problem = f"has {len(cells)} cells where the header has {wanted}; put a cell that holds a comma in quotation marks"
        problems.append(Problem(line, None, "", problem))
    elif len(cells) < wanted:
        problem = f"has {len(cells)} cells where the header has {wanted}; the row may be cut off"
        problems.append(Problem(line, None, "", problem))
    else:
        cells = cells[:wanted]
    for heading, cell in zip(header, cells, strict=False):
        if len(cell) > LONGEST_CELL:
            problem = f"holds {len(cell):,} characters; at most {LONGEST_CELL:,} are read"
            problems.append(Problem(line, heading, "", problem))
        if not cell.isascii() and _undecoded(cell):
            problem = (
                "is written in another encoding than the rest of the file; write the cell anew, in UTF-8"
            )
            problems.append(Problem(line, heading, _shown(cell), problem))
    return Row(line, tuple(cells), tuple(problems))


def _undecoded(cell: str) -> bool:
    """Whether bytes of the cell could not be decoded; these stand as the surrogates of ``surrogateescape``."""
    return any("\udc80" <= character <= "\udcff" for character in cell)


def _shown(cell: str) -> str:
    return "".join("\ufffd" if "\udc80" <= character <= "\udcff" else character for character in cell[:60])
