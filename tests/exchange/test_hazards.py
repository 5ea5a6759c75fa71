"""Files that would break a reader: refused or set aside in plain words, in bounded time and memory."""

from __future__ import annotations

import csv
import time
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from quell.exchange import folder
from quell.exchange.linelist import read_table_file
from quell.exchange.problems import FileRefused
from quell.exchange.quarantine import write_quarantine
from quell.exchange.rows import ReadTable
from quell.exchange.sources import How, read_path

TODAY = date(2022, 7, 15)
HEADER = "id,hospital,dt_onset\n"
SECONDS, BYTES = 20, 300_000_000


def read(path: Path, data: bytes, how: How | None = None) -> ReadTable:
    file = path / "linelist.csv"
    file.write_bytes(data)
    (found,) = folder.find_all(file, how=how or How())
    return read_table_file(found.files["linelist"], zone="UTC", today=TODAY, dates=None)


def refused(path: Path, data: bytes) -> str:
    """The reason, within bounds."""
    file = path / "linelist.csv"
    file.write_bytes(data)
    tracemalloc.start()
    begun = time.monotonic()
    try:
        with pytest.raises(FileRefused) as error:
            folder.find_all(file)
        assert time.monotonic() - begun < SECONDS
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()
    return str(error.value)


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "linelist.csv"
    with file.open("wb") as opened:
        opened.truncate(200_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(FileRefused, match="200 MB; at most 104 MB"):
            folder.find_all(file)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, b",".join(b"c%d" % number for number in range(1_000_000)) + b"\n1\n")
    assert "1,000,000 columns; at most 2,000" in said


def test_a_quote_that_is_never_closed_names_its_line(tmp_path: Path) -> None:
    said = refused(tmp_path, HEADER.encode() + b'1,"North,2022-07-01\n' + b"2,South,2022-07-02\n" * 100_000)
    assert "from line 2 on" in said
    assert "quotation mark" in said


def test_a_cell_of_ten_megabytes_sets_its_row_aside(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEADER}1,{'x' * 10_000_000},2022-07-01\n2,South,2022-07-02\n".encode())
    assert [row.values["case_id"] for row in found.rows] == ["2"]
    (problem,) = found.set_aside[0].problems
    assert (problem.row, problem.column) == (2, "hospital")
    assert "10,000,000 characters" in problem.problem


def test_a_row_of_a_million_cells_sets_itself_aside(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER.encode() + b"1" + b",x" * 1_000_000 + b"\n2,South,2022-07-02\n")
    assert [row.values["case_id"] for row in found.rows] == ["2"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (HEADER.encode(), "not one row"),
        (HEADER.encode() + b"1,No\x00rth,2022-07-01\n", "line 2 holds the character U\\+0000"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither UTF-8"),
        (b"id,h\xf4pital,dt_onset\n1,M\xfcnchen,2022-07-01\n", "--encoding"),
    ],
)
def test_what_is_no_table_of_text_is_refused_in_plain_words(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        read(tmp_path, data)


# --- encodings ---------------------------------------------------------------------------------------------------


def test_western_text_of_one_byte_a_letter_is_shown_in_several_encodings_and_asked_about(
    tmp_path: Path,
) -> None:
    data = (HEADER + "1,Krankenhaus München,2022-07-01\n").encode("cp1252")
    with pytest.raises(FileRefused, match="cp1252: '1,Krankenhaus München"):
        read(tmp_path, data)
    (row,) = read(tmp_path, data, How(encoding="cp1252")).rows
    assert row.values["facility_id"] == "Krankenhaus München"
    with pytest.raises(FileRefused, match="no encoding is called"):
        read(tmp_path, data, How(encoding="klingon"))
    with pytest.raises(FileRefused, match="line 2 cannot be read so"):
        read(tmp_path, data, How(encoding="utf-8"))


@pytest.mark.parametrize("other", ["gb18030", "latin-1"])
def test_a_line_in_another_encoding_than_the_rest_is_set_aside_as_it_is(tmp_path: Path, other: str) -> None:
    strange = "北京医院" if other == "gb18030" else "Hôpital"
    lines = [f"{number},Hôpital 北京,2022-07-01\n".encode() for number in range(1, 6)]
    odd = f"9,{strange},2022-07-02\n".encode(other)
    found = read(tmp_path, HEADER.encode() + b"".join(lines[:3]) + odd + b"".join(lines[3:]))
    assert [row.values["case_id"] for row in found.rows] == ["1", "2", "3", "4", "5"]
    (aside,) = found.set_aside
    assert (aside.line, aside.problems[0].column) == (5, "hospital")
    assert "another encoding" in aside.problems[0].problem
    written = write_quarantine(tmp_path / "q.csv", HEADER.strip().split(","), found.set_aside)
    assert odd.strip() in written.read_bytes()


def test_a_chinese_file_in_which_one_line_is_utf_8_is_read_as_chinese_and_that_line_set_aside(
    tmp_path: Path,
) -> None:
    lines = "".join(f"{number},北京医院,2022-07-01\n" for number in range(1, 6)).encode("gb18030")
    found = read(tmp_path, HEADER.encode() + lines + "9,Hôpital,2022-07-01\n".encode())
    assert found.rows[0].values["facility_id"] == "北京医院"
    assert [aside.line for aside in found.set_aside] == [7]


def test_the_separator_that_excel_writes_into_the_first_line_is_no_header(tmp_path: Path) -> None:
    (row,) = read(tmp_path, b"sep=;\r\nid;hospital;dt_onset\r\n1;North;2022-07-01\r\n").rows
    assert (row.line, row.values["facility_id"]) == (3, "North")


# --- what is written out -----------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "'quoted", "＝1"]


def test_what_was_set_aside_holds_no_formula_and_feeds_back_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "linelist.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["id", "hospital", "lon", "dt_onset"])
        writer.writerows([[str(number), text, "-13.2", "2022-02-30"] for number, text in enumerate(FORMULAS)])
    ((raw,), _) = read_path(file)
    found = read(tmp_path, file.read_bytes())
    target = write_quarantine(tmp_path / "out.quarantine.csv", raw.header, found.set_aside)
    with target.open(newline="", encoding="utf-8") as opened:
        cells = [row["hospital"] for row in csv.DictReader(opened)]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "＝")) for cell in cells)
    assert "-13.2" in target.read_text(encoding="utf-8")
    assert "'-13.2" not in target.read_text(encoding="utf-8")
    ((again,), _) = read_path(target)
    assert [row.cells[1] for row in again.rows] == FORMULAS
    assert [row.cells[:4] for row in again.rows] == [row.cells for row in raw.rows]
