"""Workbooks as tables, a sheet like a file of a folder: .xlsx, .xls and .ods, read by calamine.

A formula is read as the value that was saved with it, and it is said; one without such a value is a fault of its
row, never an empty cell. Hidden sheets are not read.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from quell.exchange.archives import Archive
from quell.exchange.problems import FileRefused, Problem
from quell.exchange.reading import Lines, RawTable, check_size
from quell.exchange.sheetparts import MOST_CELLS, Seen, sheets_of

ENDINGS = (".xlsx", ".xls", ".ods")
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_WHOLE = 1e15


def is_workbook(data: bytes) -> bool:
    """Whether these bytes begin as those of a workbook do."""
    return data.startswith((_ZIP, _OLE))


def read_workbook(data: bytes, filename: str) -> list[RawTable]:
    """Every visible sheet that holds a table, in order; dates as ISO text, whole numbers without a point.

    Raises FileRefused where the file is no workbook, protected, damaged, too large, or carries macros.
    """
    check_size(len(data), filename)
    looked = _look(data, filename)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        found = _tables(book, filename, looked)
    except PasswordError as error:
        raise FileRefused(f"{filename} is protected by a password; save it without one") from error
    except (CalamineError, OSError) as error:
        raise FileRefused(
            f"{filename} cannot be read as a workbook ({error}); it may be damaged or cut off: save it anew as .xlsx"
        ) from error
    if not found:
        raise FileRefused(f"{filename} has no sheet with a line of column names and a row under it")
    return found


def _look(data: bytes, filename: str) -> dict[str, Seen]:
    """What the sheets hold; nothing is known of an .xls, where every formula has its value."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise FileRefused(f"{filename} is protected by a password; save it without one")
        if "_VBA_PROJECT".encode("utf-16-le") in data:
            raise _macros(filename)
        return {}
    archive = Archive(data, filename)
    if any(
        name.lower().endswith("vbaproject.bin") or "/macrosheets/" in name.lower() for name in archive.parts
    ):
        raise _macros(filename)
    if "xl/workbook.bin" in archive.parts:
        raise FileRefused(f"{filename} is a binary workbook (.xlsb); save it as .xlsx")
    if "META-INF/manifest.xml" in archive.parts:
        manifest = b"".join(archive.pieces("META-INF/manifest.xml"))
        if b"encryption-data" in manifest:
            raise FileRefused(f"{filename} is protected by a password; save it without one")
    return sheets_of(archive)


def _macros(filename: str) -> FileRefused:
    return FileRefused(f"{filename} carries macros, which are programs; save it as .xlsx without them")


def _tables(book: CalamineWorkbook, filename: str, looked: dict[str, Seen]) -> list[RawTable]:
    tables, passed = [], []
    for about in book.sheets_metadata:
        if about.typ is not SheetTypeEnum.WorkSheet:
            continue
        if about.visible is not SheetVisibleEnum.Visible:
            passed.append(f"{filename}: the sheet {about.name} is hidden and was not read")
            continue
        found = _table(book.get_sheet_by_name(about.name), filename, looked.get(about.name, Seen()))
        if isinstance(found, str):
            passed.append(found)
        else:
            tables.append(found)
    if tables and passed:
        first = tables[0]
        tables[0] = RawTable(first.header, first.rows, first.name, first.stem, (*passed, *first.notes))
    return tables


def _table(sheet: CalamineSheet, filename: str, seen: Seen) -> RawTable | str:
    """A sheet as a table; why it is none, where it has no rows under a header."""
    name = f"{filename}, sheet {sheet.name}"
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise FileRefused(
            f"{name} has {sheet.total_height:,} rows of {sheet.total_width:,} cells; at most {MOST_CELLS:,} cells are read"
        )
    lines = Lines(name)
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), problem in seen.faults.items():
        by_row.setdefault(row, {})[column] = problem
    said: dict[Any, str] = {}
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        faults = tuple(
            Problem(number, lines.header[column] if column < len(lines.header) else None, "", problem)
            for column, problem in by_row.get(number, {}).items()
        )
        lines.add(number, [cell if isinstance(cell, str) else _text(cell, said) for cell in cells], faults)
    if not lines.rows:
        return f"{name} was not read: it has no row under a line of column names"
    notes = []
    if seen.formulas:
        read = seen.formulas - len(seen.faults)
        notes.append(f"{name}: {read:,} formulas were read as the values that were saved with them")
    if sheet.merged_cell_ranges:
        notes.append(f"{name}: of merged cells only the first holds what they say; the others are empty")
    return lines.table(name=name, stem=sheet.name or PurePath(filename).stem, notes=tuple(notes))


def _text(cell: Any, said: dict[Any, str]) -> str:
    """A typed cell as the text that a file of text would hold."""
    known = said.get((type(cell), cell))
    if known is None:
        known = said[type(cell), cell] = _written(cell)
    return known


def _written(cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _WHOLE else repr(cell)
    if isinstance(cell, datetime):
        whole = (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
        return whole.date().isoformat() if whole.time() == time() else whole.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
