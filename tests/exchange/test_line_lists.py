"""Line lists, read row by row: no row is ever neither taken, nor repeated, nor set aside with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from quell.exchange import folder
from quell.exchange.checking import check_file
from quell.exchange.columns import propose
from quell.exchange.linelist import read_table_file
from quell.exchange.problems import FileRefused
from quell.exchange.quarantine import reasons, write_quarantine
from quell.exchange.rows import ReadTable
from quell.tables.definitions import CONTACTS, LINELIST, TABLES

TODAY = date(2022, 7, 15)
HEADER = "id,age,sex,dt_onset,dt_diag,dt_report,outcome\n"
GOOD = "1,50s,F,2022-07-01,2022-07-03,2022-07-04,Alive\n"


def read(path: Path, text: str | bytes, table: str = "linelist") -> ReadTable:
    target = path / f"{table}.csv"
    target.write_bytes(text.encode() if isinstance(text, str) else text)
    found = folder.find(path) if table == "linelist" else None
    file = found.files["linelist"] if found else folder.any_table(target)
    assert file is not None
    read = read_table_file(file, zone="UTC", today=TODAY, dates=None)
    assert len(read.rows) + read.repeated + len(read.set_aside) == read.total
    return read


def test_columns_are_known_by_name_synonym_or_their_words() -> None:
    header = (
        "ID",
        "date_of_onset",
        "Symptom onset date",
        "性别",
        "reporting_ctry",
        "dt_diag",
        "infected_by",
        "hobby",
    )
    found = propose(header, LINELIST)
    assert found.heading("case_id") == "ID"
    assert found.heading("onset_date") == "date_of_onset"
    assert found.doubtful == {"Symptom onset date": "onset_date"}
    assert found.heading("sex") == "性别"
    assert found.heading("confirm_date") == "dt_diag"
    assert found.heading("infector_id") == "infected_by"
    assert found.unused == ("hobby",)


def test_a_column_may_be_known_by_what_stands_in_it() -> None:
    found = propose(("infector", "case_id", "source"), CONTACTS, [("a", "b", "funeral"), ("a", "c", "other")])
    assert found.heading("setting") == "source"
    assert found.found["setting"].how == "what stands in it"


def test_a_name_that_promises_a_date_is_not_believed_against_what_stands_there() -> None:
    assert "death_date" not in propose(("id", "death"), LINELIST, [("1", "yes"), ("2", "no")]).found
    assert propose(("id", "status"), LINELIST, [("1", "confirmed")]).heading("classification") == "status"
    assert propose(("id", "status"), LINELIST, [("1", "recovered")]).heading("outcome") == "status"


@pytest.mark.parametrize("heading", ["ethnicity", "Race", "民族", "religion", "宗教信仰"])
def test_special_categories_are_left_out_unless_a_purpose_is_given(heading: str) -> None:
    assert heading in propose(("id", heading), LINELIST).left_out
    allowed = frozenset({"ethnicity", "religion"})
    assert propose(("id", heading), LINELIST, allowed=allowed).left_out == {}


def test_no_word_means_two_columns_of_a_table_by_the_same_right() -> None:
    ambiguous = {"status"}
    for table in TABLES.values():
        words = [word for column in table.columns for word in (column.name, *column.synonyms)]
        assert {word for word in words if words.count(word) > 1} <= ambiguous, table.name


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2022-07-03", "2022-02-30", "does not exist"),
        ("2022-07-04", "2022-08-04", "future"),
        ("2022-07-01", "03/04/2022", "two ways"),
        ("2022-07-03", "2021-05-27", "400 days before"),
        ("2022-07-01", "2021-05-29", "400 days after"),
        ("50s", "200", "no human age"),
        ("F", "X9", "not a known word"),
        ("1,", ",", "missing"),
        ("1,", "a b,", "blank"),
    ],
)
def test_a_fault_sets_the_row_aside_with_its_reason(tmp_path: Path, old: str, new: str, says: str) -> None:
    found = read(tmp_path, HEADER + GOOD.replace(old, new, 1) + GOOD.replace("1,", "2,", 1))
    assert [row.values["case_id"] for row in found.rows] == ["2"]
    (aside,) = found.set_aside
    assert aside.line == 2
    assert says in " ".join(problem.problem for problem in aside.problems)


def test_the_same_id_with_other_content_sets_both_aside_and_word_for_word_is_one(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + GOOD + GOOD.replace("50s", "60s") + GOOD.replace("1,", "2,", 1) * 2)
    assert [row.values["case_id"] for row in found.rows] == ["2"]
    assert [row.line for row in found.set_aside] == [2, 3]
    assert found.repeated == 1


def test_a_row_whose_other_row_was_set_aside_is_not_taken_in_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + GOOD + GOOD.replace("50s", "200"))
    assert found.rows == []


def test_a_case_that_died_and_lives_is_set_aside(tmp_path: Path) -> None:
    found = read(tmp_path, "id,dt_onset,outcome,dt_death\n1,2022-07-01,Alive,2022-07-03\n")
    assert "day of death" in found.set_aside[0].problems[0].problem


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", HEADER.encode(), b"\xff\xfe\x00\xd8", "id,n\xe4me\n1,\xe4".encode("latin-1")]
)
def test_a_file_that_is_empty_or_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "linelist.csv").write_bytes(data)
    with pytest.raises(FileRefused):
        folder.find(tmp_path)


def test_a_chinese_line_list_is_read(tmp_path: Path) -> None:
    text = "病例编号,性别,年龄,发病日期,确诊日期,病例分类,转归\nA1,男,47岁,2022年7月1日,2022/7/3,确诊,治愈\n"
    (row,) = read(tmp_path, text.encode("gb18030")).rows
    assert row.values == {
        "case_id": "A1",
        "sex": "male",
        "age": (47, 47),
        "onset_date": date(2022, 7, 1),
        "confirm_date": date(2022, 7, 3),
        "classification": "confirmed",
        "outcome": "recovered",
    }


def test_two_files_that_could_be_the_line_list_are_not_chosen_between(tmp_path: Path) -> None:
    for name in ("north_linelist.csv", "south_linelist.csv"):
        (tmp_path / name).write_text(HEADER + GOOD)
    with pytest.raises(FileRefused, match="open one of them"):
        folder.find(tmp_path)


def test_the_rows_set_aside_can_be_corrected_and_fed_back(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + GOOD.replace("2022-07-03", "2022-02-30"))
    target = write_quarantine(tmp_path / "out.quarantine.csv", HEADER.strip().split(","), found.set_aside)
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER.strip() + ",problem"
    assert lines[1].startswith("1,50s,F,2022-07-01,2022-02-30,")
    corrected = tmp_path / "again"
    corrected.mkdir()
    fed = read(corrected, target.read_text(encoding="utf-8").replace("2022-02-30", "2022-07-03"))
    assert len(fed.rows) == 1
    assert reasons(found.set_aside) == {"dt_diag: is a day that does not exist": 1}


def test_a_contact_who_met_themselves_is_set_aside(tmp_path: Path) -> None:
    found = read(tmp_path, "from,to,exposure\nA,A,Ward\nA,B,Ward\n", table="contacts")
    assert [row.values["contact_id"] for row in found.rows] == ["B"]


def test_checking_names_row_and_column_of_every_problem(tmp_path: Path) -> None:
    file = tmp_path / "linelist.csv"
    file.write_text(HEADER + GOOD.replace("50s", "old").replace("Alive", "well?"))
    checked = check_file(file, now=datetime(2022, 7, 15, tzinfo=UTC))
    assert checked.table == "linelist"
    assert {(problem.row, problem.column) for problem in checked.problems} == {(2, "age"), (2, "outcome")}


def test_checking_knows_a_laboratory_file(tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    file.write_text(
        "tube_id,result,resulted_at,sampled_at,pool_size,members\nT1,pos,2022-07-14,2022-07-13,30,A\n"
    )
    checked = check_file(file, now=datetime(2022, 7, 15, tzinfo=UTC))
    assert checked.table == "tubes"
    assert [(problem.row, problem.column) for problem in checked.problems] == [(2, "pool_size")]
