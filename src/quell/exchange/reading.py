"""From bytes to rows: the encoding is found, never guessed past sense, and every row keeps its line."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from dataclasses import dataclass

from quell.exchange.problems import FileRefused

_DELIMITERS = (",", "\t", ";")
# Of the characters beyond ASCII, this share must be among the common ones for a text to be taken as Chinese.
_SENSIBLE = 0.9
_ADVICE = "save it as CSV in UTF-8"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file on which it begins, and its cells in the order of the header."""

    line: int
    cells: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file as rows of text, nothing interpreted."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(data: bytes, filename: str) -> RawTable:
    """Read a file of separated values; raises FileRefused when it is empty, not text, or has no header."""
    text = decode(data, filename)
    if not text.strip():
        raise FileRefused(f"{filename} is empty; it needs a line of column names and a row for each entry")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header:
                rows.append(_row(line, cells, len(header)))
            else:
                header = _header(line, cells, filename)
    except csv.Error as error:
        raise FileRefused(
            f"{filename} cannot be read as a table from line {begins} on ({error}); look for a quotation mark "
            "that is opened and not closed",
            begins,
        ) from error
    if not rows:
        raise FileRefused(f"{filename} has column names and not one row")
    return RawTable(header, tuple(rows))


def decode(data: bytes, filename: str) -> str:
    """The text of a file: UTF-8, UTF-16 where it says so, GB 18030 where that makes sense; else FileRefused."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileRefused(f"{filename} is a workbook or an archive, not a table of text; {_ADVICE}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _decoded(data, "utf-16")
    else:
        text = _decoded(data, "utf-8-sig")
        if text is None:
            chinese = _decoded(data, "gb18030")
            text = chinese if chinese is not None and _is_chinese(chinese) else None
    if text is None:
        raise FileRefused(f"{filename} is neither UTF-8, UTF-16 nor GB 18030 text; {_ADVICE}")
    strange = next((character for character in text if _is_control(character)), None)
    if strange is not None:
        line = text[: text.index(strange)].count("\n") + 1
        raise FileRefused(
            f"{filename} is not text: it holds the character U+{ord(strange):04X}; {_ADVICE}", line
        )
    return text


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese(text: str) -> bool:
    """Almost any bytes are some GB 18030 text; only text of common characters is taken as such."""
    beyond = [character for character in text if not character.isascii()]
    common = sum(_encodes(character, "gb2312") for character in beyond)
    assigned = all(unicodedata.category(character) not in {"Cn", "Co", "Cs"} for character in beyond)
    return assigned and common >= _SENSIBLE * len(beyond)


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _is_control(character: str) -> bool:
    return character not in "\t\r\n" and unicodedata.category(character) == "Cc"


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)


def _header(line: int, cells: list[str], filename: str) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    while names and not names[-1]:
        names = names[:-1]
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise FileRefused(f"{filename} has two columns of this name; name them apart", line, twice)
    return names


def _row(line: int, cells: list[str], wanted: int) -> Row:
    extra = [cell for cell in cells[wanted:] if cell.strip()]
    if extra:
        problem = f"has {len(cells)} cells where the header has {wanted}; put a cell that holds a comma in quotation marks"
        return Row(line, tuple(cells), problem)
    if len(cells) < wanted:
        problem = f"has {len(cells)} cells where the header has {wanted}; the row may be cut off"
        return Row(line, tuple(cells), problem)
    return Row(line, tuple(cells[:wanted]))
