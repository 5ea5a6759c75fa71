"""Bad input is named by row and column, set aside whole, and nothing is half-taken; the world may be ahead of us."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from quell.exchange.laboratory import ResultsFile, read_results
from quell.exchange.opening import OpeningRefused, open_path
from quell.ledger.adopt import open_outbreak
from quell.ledger.record import record
from quell.protocol.pack import load
from quell.site.roles import Connections

NOW = datetime(2022, 7, 14, 12, tzinfo=UTC)
HEADER = "tube_id,pool_size,result,ct,sampled_at,resulted_at,members\n"
GOOD = "t-good,10,negative,,2022-07-13T08:00:00+08:00,2022-07-13T18:00:00+08:00,p1;p2;p3\n"


def results(text: str | bytes) -> ResultsFile:
    data = text if isinstance(text, bytes) else text.encode()
    return read_results(
        data, "results.csv", outbreak="outbreak:x", jurisdiction="CN-GS-LZ", zone="Asia/Shanghai", now=NOW
    )


def row(tube: str = "t1", size: str = "10", result: str = "positive", ct: str = "24.1", **more: str) -> str:
    sampled = more.get("sampled", "2022-07-13T08:00:00+08:00")
    resulted = more.get("resulted", "2022-07-13T18:00:00+08:00")
    return f"{tube},{size},{result},{ct},{sampled},{resulted},{more.get('members', 'p4;p5')}\n"


@pytest.mark.parametrize(
    "data", [b"", b"   \n", HEADER.encode(), b"\xff\xfe\x00\x01\x02", b"PK\x03\x04 a workbook", b"a,b\n1,2\n"]
)
def test_a_file_that_is_empty_not_text_or_no_table_of_tubes_is_refused_whole(data: bytes) -> None:
    read = results(data)
    assert read.refused
    assert read.facts == []
    assert len(read.problems[0].problem) > 20


@pytest.mark.parametrize(
    ("bad", "column", "says"),
    [
        (row(resulted="2031-01-01T10:00:00+08:00"), "resulted_at", "future|after|later"),
        (row(sampled="2022-02-30T10:00:00+08:00"), "sampled_at", "exist|day"),
        (row(size="30"), "pool_size", "20"),
        (row(result="maybe"), "result", "maybe|positive"),
        (row(ct="-4"), "ct", "60|between"),
        (row(members="p4;p 5"), "members", "blank"),
        (row(members=";".join(f"q{n}" for n in range(12))), "members", "10"),
        (row(tube=""), "tube_id", ""),
    ],
)
def test_a_bad_row_is_named_and_set_aside_whole_and_the_others_are_taken(
    bad: str, column: str, says: str
) -> None:
    read = results(HEADER + GOOD + bad)
    assert not read.refused
    assert {fact.subject for fact in read.facts} == {"tube:t-good"}
    (problem,) = read.problems[:1]
    assert problem.row == 3
    assert problem.column == column
    assert re.search(says, problem.problem)


def test_the_same_delivery_again_and_a_contradicting_one(database: Connections) -> None:
    first = results(HEADER + row())
    again = results(HEADER + GOOD + row())
    other = results(HEADER + row(result="negative", ct=""))
    record(first.facts, by="laboratory", now=NOW)
    assert record(again.facts, by="laboratory", now=NOW).repeated == len(first.facts)
    assert len(record(other.facts, by="laboratory", now=NOW).conflicts) == 1


def test_a_result_for_an_unknown_tube_is_taken_and_waits(database: Connections) -> None:
    open_outbreak(
        "outbreak:x",
        pack=load("cn-covid19"),
        title={"en": "X", "zh": "某"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=datetime(2022, 7, 1, tzinfo=UTC),
        by="command",
        now=NOW,
    )
    read = results("tube_id,result,resulted_at\nt-unknown,positive,2022-07-13T18:00:00+08:00\n")
    assert read.problems == []
    record(read.facts, by="laboratory", now=NOW)
    with psycopg.connect(database.web.conninfo()) as connection:
        waiting = connection.execute("SELECT subject, kind FROM registry.pending").fetchall()
        owed = connection.execute(
            "SELECT action FROM registry.duty WHERE subject = 'tube:t-unknown'"
        ).fetchall()
    assert waiting == [("tube:t-unknown", "unknown_subject")]
    assert owed == [("find_tube_members",)]


LINES = """case_id,onset_date,confirm_date,age
1,2022-01-05,2022-01-07,30
2,2022-13-05,2022-01-07,30
3,2022-02-09,2021-01-01,30
4,2031-01-01,,30
5,2022-01-09,2022-01-10,300
6,2022-01-09,2022-01-10,31
6,2022-01-11,2022-01-12,32
7,03/04/2022,2022-04-05,40
8,2022-01-09,2022-01-10,50s
"""


def test_every_row_of_a_line_list_is_taken_or_set_aside_with_a_reason(
    database: Connections, tmp_path: Path
) -> None:
    file = tmp_path / "outbreak.csv"
    file.write_text(LINES, encoding="utf-8")
    opened = open_path(file, by="test", now=NOW, quarantine_to=tmp_path)
    with psycopg.connect(database.web.conninfo()) as connection:
        taken = {
            subject.rpartition("/")[2]
            for (subject,) in connection.execute(
                "SELECT DISTINCT subject FROM ledger.fact WHERE subject LIKE 'person:%'"
            )
        }
    assert taken == {"1", "8"}
    aside = (tmp_path / "outbreak.quarantine.csv").read_text(encoding="utf-8").splitlines()
    assert len(aside) == 1 + 7
    assert aside[0].endswith(",problem")
    for case, says in (
        ("2,", "onset_date"),
        ("3,", "days"),
        ("4,", "onset_date"),
        ("5,", "age"),
        ("6,", "case_id"),
        ("7,", "dates"),
    ):
        (line, *_) = [line for line in aside if line.startswith(case)]
        assert says in line
    assert sum(opened.tables["linelist"].reasons.values()) == 7


@pytest.mark.parametrize("text", ["", "case_id,onset_date\n", "a,b\n1,2\n"])
def test_a_line_list_that_is_none_is_refused_and_nothing_is_opened(
    database: Connections, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(OpeningRefused):
        open_path(file, by="test", now=NOW, quarantine_to=tmp_path)
    with psycopg.connect(database.web.conninfo()) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.fact").fetchone() == (0,)


def test_who_a_case_is_stays_out_of_the_facts_and_out_of_the_quarantine(
    database: Connections, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "case_id,name,ethnicity,onset_date\n1,Ada Example,X,2022-01-05\n2,Bob Example,Y,2022-13-05\n",
        encoding="utf-8",
    )
    open_path(file, by="test", now=NOW, quarantine_to=tmp_path)
    aside = tmp_path / "list.quarantine.csv"
    assert "Example" not in aside.read_text(encoding="utf-8")
    assert aside.stat().st_mode & 0o777 == 0o600
    with psycopg.connect(database.owner.conninfo()) as connection:
        rows = connection.execute("SELECT body::text FROM ledger.fact").fetchall()
    assert not any("Example" in body for (body,) in rows)
    assert date(2022, 1, 5) < NOW.date()
