"""Workbooks: sheets like files, cells with their types, formulas as values or as faults; the rest is refused plainly."""

from __future__ import annotations

import struct
import zipfile
import zlib
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from exchange.made_workbooks import MAIN, Cell, ods, xlsx
from quell.exchange import folder
from quell.exchange.laboratory import read_results
from quell.exchange.linelist import read_table_file
from quell.exchange.problems import FileRefused
from quell.exchange.rows import ReadTable
from quell.exchange.sources import read_path, read_tables

HEAD: list[Cell] = ["case_id", "onset_date", "report_date", "age", "hospital"]
CASES: list[list[Cell]] = [
    HEAD,
    ["00123", date(2022, 7, 1), date(2022, 7, 4), 47.0, "North"],
    [17.0, date(2022, 7, 2), date(2022, 7, 5), "50s", None],
]
CONTACTS: list[list[Cell]] = [["from", "to"], ["00123", 17.0]]


def read(path: Path, data: bytes, name: str = "book.xlsx") -> dict[str, ReadTable]:
    (path / name).write_bytes(data)
    (found,) = folder.find_all(path / name)
    return {
        table: read_table_file(file, zone="UTC", today=date(2022, 7, 15), dates=None)
        for table, file in found.files.items()
    }


def test_sheets_are_like_files_and_cells_keep_their_types(tmp_path: Path) -> None:
    tables = read(tmp_path, xlsx({"cases": CASES, "contacts": CONTACTS}))
    first, second = tables["linelist"].rows
    assert (first.line, first.values["case_id"], first.values["age"]) == (2, "00123", (47, 47))
    assert first.values["onset_date"] == date(2022, 7, 1)
    assert second.values["case_id"] == "17"
    assert tables["contacts"].rows[0].values == {"source_id": "00123", "contact_id": "17"}


def test_an_open_document_is_read_alike(tmp_path: Path) -> None:
    (first, second) = read(tmp_path, ods(CASES), "book.ods")["linelist"].rows
    assert (first.values["case_id"], second.values["case_id"]) == ("00123", "17")
    assert second.values["report_date"] == date(2022, 7, 5)


def test_an_old_workbook_is_read_alike() -> None:
    (table,), _ = read_path(Path(__file__).parent / "samples" / "small.xls")
    assert table.header == ("case_id", "onset_date", "age", "sum")
    assert [row.cells for row in table.rows] == [
        ("00123", "2022-07-01", "47", "3"),
        ("17", "2022-07-02", "50s", ""),
    ]


def test_a_formula_is_read_as_the_value_that_was_saved_with_it_and_it_is_said(tmp_path: Path) -> None:
    rows = [HEAD, ["a", date(2022, 7, 1), None, ("40+7", "47"), ("UPPER(A1)", "NORTH")]]
    (tmp_path / "book.xlsx").write_bytes(xlsx({"cases": rows}))
    (found,) = folder.find_all(tmp_path / "book.xlsx")
    assert any("2 formulas were read as the values" in note for note in found.notes)
    (row,) = read(tmp_path, xlsx({"cases": rows}))["linelist"].rows
    assert (row.values["age"], row.values["facility_id"]) == ((47, 47), "NORTH")


@pytest.mark.parametrize("name", ["book.xlsx", "book.ods"])
def test_a_formula_without_its_value_is_a_fault_by_row_and_column(tmp_path: Path, name: str) -> None:
    rows: list[list[Cell]] = [HEAD, ["a", ("B1+1", None), None, 4.0], ["b", date(2022, 7, 1)]]
    made = xlsx({"cases": rows}) if name.endswith("xlsx") else ods(rows)
    found = read(tmp_path, made, name)["linelist"]
    assert [row.values["case_id"] for row in found.rows] == ["b"]
    (problem,) = found.set_aside[0].problems
    assert (problem.row, problem.column) == (2, "onset_date")
    assert "without its value" in problem.problem


def test_an_error_in_a_cell_is_a_fault_and_not_available_is_missing(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [HEAD, ["a", "#REF!"], ["b", date(2022, 7, 1), "#N/A", "#N/A"]]
    found = read(tmp_path, xlsx({"cases": rows}))["linelist"]
    assert [row.values for row in found.rows] == [{"case_id": "b", "onset_date": date(2022, 7, 1)}]
    assert "#REF!" in found.set_aside[0].problems[0].problem


def test_a_title_above_the_column_names_is_passed_over_and_it_is_said(tmp_path: Path) -> None:
    (table,) = read_tables(xlsx({"cases": [["Line list of the north"], [None], *CASES]}), "book.xlsx")
    assert (table.header, table.rows[0].line) == (tuple(HEAD), 4)
    assert any("Line list of the north" in note for note in table.notes)
    (table,) = read_tables(b"Line list\n\nid;onset\n1;2022-07-01\n", "list.csv")
    assert (table.header, [row.cells for row in table.rows]) == (("id", "onset"), [("1", "2022-07-01")])
    (table,) = read_tables(b"id\n1\n2\n", "list.csv")
    assert (table.header, len(table.rows)) == (("id",), 2)


def test_a_hidden_sheet_is_not_read_and_it_is_said() -> None:
    (table,) = read_tables(xlsx({"cases": CASES, "old": CASES}, hidden=["old"]), "book.xlsx")
    assert table.name == "book.xlsx, sheet cases"
    assert any("old is hidden" in note for note in table.notes)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("book.xlsx", b"id,onset\n1,2022-07-01\n", "call it .csv"),
        ("book.xls", b"<html><table></table></html>", "a web page"),
        ("list.csv", xlsx({"cases": CASES}), "is a workbook"),
        ("book.xlsx", xlsx({"cases": CASES})[:900], "damaged or cut off"),
        ("book.xlsx", xlsx({"cases": CASES}, more={"xl/vbaProject.bin": b"x"}), "macros"),
        ("book.ods", ods(CASES, password=True), "password"),
        ("book.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("book.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "cannot be read as a workbook"),
        ("book.xlsx", xlsx({"cases": [HEAD]}), "no sheet with a line of column names and a row"),
    ],
)  # fmt: skip
def test_what_is_no_plain_workbook_is_refused_with_advice(name: str, data: bytes, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        read_tables(data, name)


def test_a_workbook_for_programs_is_not_even_opened(tmp_path: Path) -> None:
    (tmp_path / "book.xlsm").write_bytes(xlsx({"cases": CASES}))
    with pytest.raises(FileRefused, match="macros"):
        read_path(tmp_path / "book.xlsm")


# --- bombs -------------------------------------------------------------------------------------------------------


def test_a_workbook_that_says_it_unpacks_to_gigabytes_is_refused() -> None:
    target = BytesIO(xlsx({"cases": CASES}))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as file, file.open("xl/media/a.bin", "w") as part:
        for _ in range(400):
            part.write(b"\0" * 1024 * 1024)
    assert len(target.getvalue()) < 1_000_000
    with pytest.raises(FileRefused, match="unpacks to"):
        read_tables(target.getvalue(), "bomb.xlsx")


def test_a_part_that_unpacks_to_more_than_it_says_is_refused() -> None:
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packing.compress(b"\0" * 50_000_000) + packing.flush()
    name = b"xl/media/a.bin"
    made = bytearray(xlsx({"cases": CASES}, more={name.decode(): b"abcdefgh"}))
    end = made.rindex(b"PK\x05\x06")
    (directory,) = struct.unpack_from("<I", made, end + 16)
    # Another part is put before the directory, and the directory's entry, whose size stays 8, is pointed at it.
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), 8, len(name), 0)
    entry = made.rindex(b"PK\x01\x02")
    struct.pack_into("<I", made, entry + 20, len(packed))
    struct.pack_into("<I", made, entry + 42, directory)
    added = local + name + packed
    struct.pack_into("<I", made, end + 16, directory + len(added))
    with pytest.raises(FileRefused, match="more than it says"):
        read_tables(bytes(made[:directory]) + added + bytes(made[directory:]), "bomb.xlsx")


def test_one_stray_cell_far_away_does_not_fill_the_memory() -> None:
    stray = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    made = xlsx({"cases": CASES})
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(made)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, stray if "sheet1" in name else old.read(name))
    with pytest.raises(FileRefused, match="1,048,576 and column 16,384"):
        read_tables(target.getvalue(), "stray.xlsx")


def test_rows_that_stand_for_millions_do_not_fill_the_memory() -> None:
    with pytest.raises(FileRefused, match="at most 5,000,000 cells"):
        read_tables(ods(CASES, repeated=5_000_000), "repeated.ods")


def test_a_laboratory_may_send_a_workbook() -> None:
    sheets: dict[str, list[list[Cell]]] = {
        "cover": [["about", "x"], ["this", "that"]],
        "results": [["tube_id", "result", "resulted_at"], ["T1", "positive", "2022-07-14 10:00"]],
    }
    found = read_results(
        xlsx(sheets), "results.xlsx", outbreak="outbreak:x", jurisdiction="CN", zone="Asia/Shanghai",
        now=datetime(2022, 7, 15, tzinfo=UTC),
    )  # fmt: skip
    assert (found.refused, found.tubes, found.problems) == (False, 1, [])
