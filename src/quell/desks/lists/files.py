"""A list as a file: CSV and Excel in pieces, row by row, so that any number of rows takes little memory."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import StringIO
from typing import IO, Any

from quell.desks.lists.showing import Written

_PIECE = 64 * 1024
# Excel's own limit is 2^20 rows a sheet; one of them is the heading.
_ROWS_A_SHEET = 1_048_575
# A cell that begins so would be taken for a formula by a spreadsheet that opens the CSV.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"

Rows = Iterable[Sequence[Written]]


def as_csv(heading: Sequence[str], rows: Rows, *, bom: bool) -> Iterator[bytes]:
    """CSV in UTF-8, with commas; bom: begun by a byte order mark, by which Excel knows the encoding."""
    held = StringIO()
    if bom:
        held.write(_BOM)
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow([_plain(each) for each in heading])
    for row in rows:
        writer.writerow([_plain(each) for each in row])
        if held.tell() > _PIECE:
            yield held.getvalue().encode()
            held.seek(0)
            held.truncate()
    yield held.getvalue().encode()


def as_excel(heading: Sequence[str], rows: Rows, *, sheet: str) -> Iterator[bytes]:
    """An Excel workbook: written to a file that has no name, then sent in pieces.

    Text is never taken for a formula or an address; dates are dates.
    """
    with tempfile.TemporaryFile(prefix="quell-list-") as file:
        _write_workbook(file, heading, rows, sheet)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write_workbook(file: IO[bytes], heading: Sequence[str], rows: Rows, sheet: str) -> None:
    import xlsxwriter

    workbook = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    bold = workbook.add_format({"bold": True, "bottom": 1})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    page, at, sheets = None, 0, 0
    for row in rows:
        if page is None or at > _ROWS_A_SHEET:
            sheets += 1
            page, at = _new_sheet(workbook, heading, sheet, sheets, bold), 1
        for column, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                page.write_string(at, column, value)
            elif isinstance(value, datetime):
                page.write_datetime(at, column, value, moment)
            elif isinstance(value, date):
                page.write_datetime(at, column, value, day)
            else:
                page.write_number(at, column, value)
        at += 1
    if page is None:
        _new_sheet(workbook, heading, sheet, 1, bold)
    workbook.close()


def _new_sheet(workbook: Any, heading: Sequence[str], sheet: str, number: int, bold: Any) -> Any:
    page = workbook.add_worksheet(sheet[:28] if number == 1 else f"{sheet[:25]} {number}")
    page.freeze_panes(1, 1)
    page.set_column(0, len(heading) - 1, 18)
    for column, label in enumerate(heading):
        page.write_string(0, column, label, bold)
    return page


def _plain(value: Written) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return "'" + value if value.startswith(_FORMULA) else value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)
