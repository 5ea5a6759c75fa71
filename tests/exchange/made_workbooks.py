"""Workbooks written by hand, as small as they can be, whole or with a fault."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
Cell = str | float | date | tuple[str, str | None] | None


def xlsx(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    hidden: Sequence[str] = (),
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """An .xlsx: texts, numbers, days, and formulas as ("A1+1", the value saved with it or None)."""
    parts = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"{" state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""}/>'
            for number, name in enumerate(sheets, start=1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        + "".join(
            f'<Relationship Id="r{number}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number in range(1, len(sheets) + 1)
        )
        + f'<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    for number, rows in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet(rows)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
        for name, data in (more or {}).items():
            file.writestr(name, data)
    return target.getvalue()


def sheet(rows: Sequence[Sequence[Cell]]) -> str:
    written = []
    for line, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{_letters(column)}{line}", value) for column, value in enumerate(row))
        written.append(f'<row r="{line}">{cells}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(written)}</sheetData></worksheet>'


def ods(rows: Sequence[Sequence[Cell]], *, repeated: int = 1, password: bool = False) -> bytes:
    """An .ods of one sheet called Sheet1; its last row stands for so many."""
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    written = ""
    for place, row in enumerate(rows):
        times = f' table:number-rows-repeated="{repeated}"' if place == len(rows) - 1 and repeated > 1 else ""
        written += (
            f"<table:table-row{times}>" + "".join(_ods_cell(value) for value in row) + "</table:table-row>"
        )
    content = f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Sheet1">{written}</table:table></office:spreadsheet></office:body></office:document-content>'
    encrypted = "<manifest:encryption-data/>" if password else ""
    manifest = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{encrypted}</manifest:file-entry></manifest:manifest>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        file.writestr("content.xml", content)
        file.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()


def _types(sheets: int) -> str:
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kinds}.worksheet+xml"/>'
            for number in range(1, sheets + 1)
        )
        + "</Types>"
    )


def _cell(where: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        formula, saved = value
        kept = "" if saved is None else f"<v>{escape(saved)}</v>"
        kind = "" if saved is None or saved.replace(".", "").isdigit() else ' t="str"'
        return f'<c r="{where}"{kind}><f>{escape(formula)}</f>{kept}</c>'
    if isinstance(value, date):
        return f'<c r="{where}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        if value.startswith("#"):
            return f'<c r="{where}" t="e"><v>{value}</v></c>'
        return f'<c r="{where}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{where}"><v>{value}</v></c>'


def _ods_cell(value: Cell) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, tuple):
        formula, saved = value
        kept = "" if saved is None else f' office:value-type="float" office:value="{saved}"'
        return f'<table:table-cell table:formula="of:={escape(formula)}"{kept}/>'
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"><text:p>x</text:p></table:table-cell>'
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
