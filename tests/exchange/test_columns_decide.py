"""What a whole column says of its dates decides, and is said; what it does not say is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from quell.exchange import folder
from quell.exchange.confirmed import Confirmed, confirmed_by, write_mappings
from quell.exchange.dates import DateStyle, read_date
from quell.exchange.deciding import Decided, decide
from quell.exchange.linelist import read_table_file
from quell.exchange.opening import open_all
from quell.exchange.preparing import Asked, OpeningRefused, find, propose_mappings
from quell.exchange.problems import FileRefused, ValueRefused
from quell.exchange.rows import ReadTable
from quell.site.roles import Connections

TODAY = date(2026, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def decided(path: Path, text: str, dates: Any = None) -> tuple[Decided, ReadTable]:
    file = path / "list.csv"
    file.write_text(text, encoding="utf-8")
    found = folder.find(file).files["linelist"]
    what = decide(found.raw, found.mapping, dates)
    settled = folder.TableFile(found.path, found.table, found.raw, what.mapping, found.digest)
    return what, read_table_file(settled, zone="UTC", today=TODAY, dates=dates)


def onsets(read: ReadTable) -> list[date]:
    return [row.values["onset_date"] for row in read.rows]


@pytest.mark.parametrize(
    ("telling", "wanted"), [("25/03/2020", date(2020, 4, 3)), ("03/25/2020", date(2020, 3, 4))]
)
def test_one_telling_date_decides_for_the_whole_column(tmp_path: Path, telling: str, wanted: date) -> None:
    what, read = decided(tmp_path, f"id,onset\n1,{telling}\n2,03/04/2020\n")
    assert what.questions == ()
    assert any(f"since {telling} stands in it" in note for note in what.notes)
    assert onsets(read) == [date(2020, 3, 25), wanted]


def test_what_the_column_says_holds_against_what_was_said_of_all_columns(tmp_path: Path) -> None:
    what, read = decided(tmp_path, "id,onset\n1,25/03/2020\n2,03/04/2020\n", dates="mdy")
    assert any("whatever --dates mdy says" in note for note in what.notes)
    assert onsets(read) == [date(2020, 3, 25), date(2020, 4, 3)]


def test_a_column_that_says_both_is_read_where_a_cell_can_be_one_only(tmp_path: Path) -> None:
    what, read = decided(tmp_path, "id,onset\n1,25/03/2020\n2,03/25/2020\n3,03/04/2020\n")
    assert what.questions == ()
    assert len(read.rows) == 2
    assert "two ways" in read.set_aside[0].problems[0].problem


def test_a_column_that_says_nothing_is_asked_about_and_the_answer_is_taken(tmp_path: Path) -> None:
    text = "id,onset\n1,01/02/2020\n2,03/04/2020\n"
    what, _ = decided(tmp_path, text)
    (question,) = what.questions
    assert str(question) == (
        "list.csv, onset (01/02/2020, 03/04/2020): is the day or the month first? Say --dates dmy or --dates mdy"
    )
    what, read = decided(tmp_path, text, dates="dmy")
    assert what.questions == ()
    assert onsets(read) == [date(2020, 2, 1), date(2020, 4, 3)]


def test_the_other_dates_of_the_file_may_decide(tmp_path: Path) -> None:
    rows = "".join(f"{number},0{number}/02/2020,2020-02-0{number}\n" for number in range(5, 9))
    what, read = decided(tmp_path, f"id,onset,report_date\n1,,2020-01-20\n2,,2020-02-20\n{rows}")
    assert what.questions == ()
    assert any("say --dates mdy if that is wrong" in note for note in what.notes)
    assert [row.values.get("onset_date") for row in read.rows][2] == date(2020, 2, 5)


def test_a_stray_date_among_many_plain_ones_is_set_aside_and_not_asked_about(tmp_path: Path) -> None:
    rows = "".join(f"{number},2020-03-05\n" for number in range(1, 60))
    what, read = decided(tmp_path, f"id,onset\n{rows}99,03/04/2020\n")
    assert what.questions == ()
    assert [aside.cells[0] for aside in read.set_aside] == ["99"]


def test_an_opening_with_a_question_records_nothing_and_asks_once(
    database: Connections, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,onset,report\n1,01/02/2020,05/06/2020\n2,03/04/2020,07/06/2020\n")
    with pytest.raises(OpeningRefused) as error:
        open_all(file, Asked(), by="test", now=NOW, quarantine_to=tmp_path)
    assert "list.csv, onset (01/02/2020, 03/04/2020)" in str(error.value)
    assert "list.csv, report (05/06/2020, 07/06/2020)" in str(error.value)
    (done,) = open_all(file, Asked(dates="dmy"), by="test", now=NOW, quarantine_to=tmp_path)
    assert done.tables["linelist"].taken == 2


# --- numbers, short years, other calendars -----------------------------------------------------------------------


def test_days_as_excel_counts_them_are_asked_about_and_then_read(tmp_path: Path) -> None:
    what, read = decided(tmp_path, "id,onset\n1,43894\n2,43895\n")
    assert [question.kind for question in what.questions] == ["serial"]
    assert "Excel would show it as 2020-03-04" in read.set_aside[0].problems[0].problem
    assert read_date("43894", DateStyle(serial="excel")) == date(2020, 3, 4)
    assert read_date("42432", DateStyle(serial="excel1904")) == date(2020, 3, 4)


def test_years_of_two_digits_are_asked_about_and_then_read(tmp_path: Path) -> None:
    what, read = decided(tmp_path, "id,onset\n1,25/03/20\n2,26/03/20\n")
    assert [question.kind for question in what.questions] == ["century"]
    assert read.rows == []
    assert read_date("25/03/20", DateStyle("dmy", century=1930)) == date(2020, 3, 25)
    assert read_date("25/03/61", DateStyle("dmy", century=1860)) == date(1861, 3, 25)
    assert read_date("20-03-25", DateStyle("ymd", century=1930)) == date(2020, 3, 25)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2020-03", "is a month where a day is wanted"),
        ("03/2020", "is a month"),
        ("mars 2020", "is a month"),
        ("2020", "is a year"),
        ("1441-07-08", "no year of the Gregorian calendar"),
        ("2563-03-04", "no year of the Gregorian calendar"),
        ("令和2年3月4日", "another calendar"),
        ("R2.3.4", "another calendar"),
        ("8 رجب 1441", "another calendar"),
    ],
)
def test_what_is_no_day_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueRefused, match=says):
        read_date(text)


@pytest.mark.parametrize(
    "text",
    ["4 mars 2020", "4 de marzo de 2020", "4 de março de 2020", "4. März 2020", "4 марта 2020", "4 مارس 2020",
     "2020년 3월 4일", "1er mars 2020", "4 Mar 2020", "4-mar-2020"],
)  # fmt: skip
def test_months_have_names_in_many_languages(text: str) -> None:
    assert read_date(text) == date(2020, 3, 1 if text.startswith("1er") else 4)


def test_a_month_whose_beginning_could_be_two_is_none() -> None:
    with pytest.raises(ValueRefused):
        read_date("4 jui 2020")  # juin or juillet


# --- mappings ----------------------------------------------------------------------------------------------------

TEXT = "Fall,Beginn,Wer,Ende,ethnicity\nA,01/02/20,H,gut,x\nB,02/02/20,X9,tot,y\n"
MAPPING = """version = 1
[[file]]
name = "list.csv"
headers = "{headers}"
table = "linelist"
[file.columns]
"Fall" = "case_id"
"Beginn" = "onset_date"
"Wer" = "sex"
"Ende" = "outcome"
[file.dates]
"Beginn" = "dmy"
[file.centuries]
"Beginn" = 1930
[file.words."Wer"]
"X9" = ""
[file.words."Ende"]
"gut" = "recovered"
"""


def proposal(tmp_path: Path, text: str = TEXT) -> Path:
    (tmp_path / "list.csv").write_text(text)
    target = tmp_path / "mapping.toml"
    write_mappings(target, propose_mappings(tmp_path / "list.csv", Asked()).files)
    return target


def test_a_proposal_is_shown_corrected_kept_and_used_again(database: Connections, tmp_path: Path) -> None:
    written = proposal(tmp_path)
    told = written.read_text()
    assert '"Beginn" = ""' in told
    assert "ethnicity is a special category" in told
    headers = told.partition('headers = "')[2].partition('"')[0]
    written.write_text(MAPPING.format(headers=headers))
    store = tmp_path / "kept"
    asked = Asked(confirmed=confirmed_by(written, store))
    (done,) = open_all(tmp_path / "list.csv", asked, by="test", now=NOW, quarantine_to=tmp_path)
    assert (done.tables["linelist"].taken, done.tables["linelist"].unused) == (2, [])
    assert (store / f"{headers}.toml").stat().st_mode & 0o777 == 0o600

    (tmp_path / "next.csv").write_text(TEXT.replace("B,02/02/20", "C,05/02/20"))
    again = Asked(confirmed=confirmed_by(None, store))
    (done,) = open_all(tmp_path / "next.csv", again, by="test", now=NOW, quarantine_to=tmp_path)
    assert done.tables["linelist"].taken == 2
    assert any("as it was confirmed before for the same headings" in note for note in done.notes)


def test_a_proposal_fed_back_as_it_is_reads_as_before(tmp_path: Path) -> None:
    text = "id,onset,sex,job\n1,25/03/2020,M,astronaut\n2,03/04/2020,F,nurse\n"
    written = proposal(tmp_path, text)
    _, before = decided(tmp_path, text)
    file = folder.find(tmp_path / "list.csv", confirmed=confirmed_by(written, None)).files["linelist"]
    after = read_table_file(file, zone="UTC", today=TODAY, dates=None)
    assert [row.values for row in after.rows] == [row.values for row in before.rows]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"case_id"', '"case_no"', "has no column 'case_no'"),
        ('"Fall" = "case_id"', '"Fell" = "case_id"', "no column of the file is headed 'Fell'"),
        ('"Wer" = "sex"', '"Wer" = "case_id"', "cannot both be case_id"),
        ('"dmy"', '"dym"', "is none of dmy, mdy"),
        ('"recovered"', '"well"', "'well' is no code"),
        ('"linelist"', '"lineliste"', "no table is called"),
        ("version = 1", "version = 2", "no mapping of version 1"),
        ("[[file]]", "[[file", "is no TOML"),
    ],
)
def test_a_mapping_with_a_fault_says_which(tmp_path: Path, old: str, new: str, says: str) -> None:
    written = proposal(tmp_path)
    headers = written.read_text().partition('headers = "')[2].partition('"')[0]
    written.write_text(MAPPING.format(headers=headers).replace(old, new, 1))
    with pytest.raises(FileRefused, match=says):
        folder.find(tmp_path / "list.csv", confirmed=confirmed_by(written, None))


def test_no_mapping_brings_an_identity_into_the_facts(tmp_path: Path) -> None:
    text = "name,onset\nAda,2020-03-04\n"
    (tmp_path / "list.csv").write_text(text)
    from quell.exchange.confirmed import FileMapping, fingerprint

    said = FileMapping(
        "list.csv", fingerprint(["name", "onset"]), "linelist", {"name": "case_id", "onset": "onset_date"}
    )
    with pytest.raises(FileRefused, match="says who somebody is"):
        folder.find(tmp_path / "list.csv", confirmed=Confirmed({said.headers: said}))


def test_a_purpose_is_given_or_the_category_is_left_out(database: Connections, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,onset,ethnicity\n1,2020-03-04,x\n")
    (done,) = open_all(file, Asked(), by="test", now=NOW, quarantine_to=tmp_path)
    assert "special category" in done.tables["linelist"].left_out["ethnicity"]
    asked = Asked(name="other", purposes={"ethnicity": "the law asks for it"})
    (done,) = open_all(file, asked, by="test", now=NOW, quarantine_to=tmp_path)
    assert "ethnicity" not in done.tables["linelist"].left_out
    with pytest.raises(OpeningRefused, match="no special category is called shoe size"):
        open_all(file, Asked(purposes={"shoe size": "why"}), by="test", now=NOW)


def test_a_mapping_of_contacts_that_lay_spread_out_is_used_too(tmp_path: Path) -> None:
    (tmp_path / "linelist.csv").write_text("id,onset\n1,2022-07-01\n2,2022-07-02\n")
    (tmp_path / "edges.csv").write_text("case_id,edge1,edge2,how\n1,2,3,Ward\n2,,,\n")
    target = tmp_path / "mapping.toml"
    proposed = propose_mappings(tmp_path, Asked()).files
    write_mappings(target, proposed)
    target.write_text(target.read_text().replace('"how" = ""', '"how" = "setting"'))
    found = folder.find(tmp_path, confirmed=confirmed_by(target, None)).files["contacts"]
    assert found.mapping.heading("setting") == "how"
    assert len(found.raw.rows) == 2


def test_a_mapping_for_other_headings_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    written = proposal(tmp_path, "id,onset\n1,2022-07-01\n")
    (tmp_path / "list.csv").write_text("id,onset,age\n1,2022-07-01,7\n")
    asked = Asked(confirmed=confirmed_by(written, None))
    with pytest.raises(OpeningRefused, match="for other headings"):
        find(tmp_path / "list.csv", asked)
