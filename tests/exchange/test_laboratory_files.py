"""Laboratory files, good and bad: what is taken is taken whole, what is not is named by row and column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from quell.catalogue.fact import Fact, body_of, content_hash, identity_of
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.screening import TubeSampled
from quell.exchange.laboratory import ResultsFile, read_results
from quell.exchange.problems import Problem

NOW = datetime(2022, 7, 15, 4, tzinfo=UTC)
HEADER = "tube_id,result,ct,sampled_at,resulted_at,pool_size,members\n"
GOOD = "0417-228,positive,31.2,2022-07-13 14:05,2022-07-14 02:10,10,P1;P2;P3\n"


def read(text: str | bytes, **changes: Any) -> ResultsFile:
    data = text.encode() if isinstance(text, str) else text
    asked: dict[str, Any] = {
        "outbreak": "outbreak:lanzhou",
        "jurisdiction": "CN-GS-LZ",
        "zone": "Asia/Shanghai",
        "now": NOW,
    }
    return read_results(data, "results.csv", **(asked | changes))


def only(found: ResultsFile) -> Problem:
    assert found.facts == []
    assert len(found.problems) == 1, [str(problem) for problem in found.problems]
    return found.problems[0]


def refused(found: ResultsFile) -> str:
    assert found.refused
    assert found.rows == 0
    return only(found).problem


def sampled(facts: list[Fact]) -> list[TubeSampled]:
    return [stated for stated in facts if isinstance(stated, TubeSampled)]


def resulted(facts: list[Fact]) -> list[TubeResulted]:
    return [stated for stated in facts if isinstance(stated, TubeResulted)]


def test_a_row_for_each_tube_gives_who_was_swabbed_and_what_was_read() -> None:
    found = read(HEADER + GOOD)
    assert found.problems == []
    (swabs,), (result,) = sampled(found.facts), resulted(found.facts)
    assert swabs.subject == result.subject == "tube:0417-228"
    assert swabs.members == ("person:P1", "person:P2", "person:P3")
    assert (swabs.pool_size, swabs.occurred) == (10, "2022-07-13T06:05:00Z")
    assert (result.result, result.ct, result.occurred) == ("positive", 31.2, "2022-07-13T18:10:00Z")
    assert result.outbreaks == ("outbreak:lanzhou",)


def test_a_row_for_each_person_says_the_same() -> None:
    rows = "".join(f"0417-228,positive,31.2,2022-07-13 14:05,2022-07-14 02:10,10,P{n}\n" for n in (1, 2, 3))
    by_person = read(HEADER.replace("members", "person_id") + rows)
    assert by_person.facts == read(HEADER + GOOD).facts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_file_is_read_in_every_encoding_that_laboratories_use(encoding: str) -> None:
    text = "管号,结果,CT值,采样时间,出结果时间,混管数,人员编号\nA1,阳性,20.5,2022/7/13 8:00,2022年7月13日 20:00,10混1,P1|P2\n"
    text = text.replace("人员编号", "成员")
    found = read(text.encode(encoding))
    assert found.problems == []
    assert sampled(found.facts)[0].pool_size == 10
    assert resulted(found.facts)[0].occurred == "2022-07-13T12:00:00Z"


@pytest.mark.parametrize(
    ("word", "code"),
    [("pos", "positive"), ("阳性", "positive"), ("+", "positive"), ("Negative", "negative"), ("阴性", "negative"),
     ("-", "negative"), ("灰区", "indeterminate"), ("可疑", "indeterminate"), ("无效", "invalid")],
)  # fmt: skip
def test_results_are_known_by_their_words(word: str, code: str) -> None:
    found = read(f"tube_id,result,resulted_at\nT1,{word},2022-07-14\n")
    assert [stated.result for stated in resulted(found.facts)] == [code]


def test_a_result_without_people_is_taken_since_the_list_may_still_come() -> None:
    found = read("tube_id,result,resulted_at\nunknown-tube,positive,2022-07-14 02:10\n")
    assert found.problems == []
    assert [stated.kind for stated in found.facts] == ["tube.resulted"]


def test_the_same_result_in_another_file_is_the_same_fact_and_another_reading_a_conflict() -> None:
    def ids(text: str) -> list[tuple[object, bytes]]:
        facts = read(text).facts
        contents = [content_hash(stated.kind, stated.version, body_of(stated)) for stated in facts]
        return [
            (identity_of(stated, content), content) for stated, content in zip(facts, contents, strict=True)
        ]

    first = ids(HEADER + GOOD)
    assert ids(HEADER + "other,negative,,,2022-07-14 01:00,,\n" + GOOD)[1:] == first
    changed = ids(HEADER + GOOD.replace("positive", "negative"))
    assert [identity for identity, _ in changed] == [identity for identity, _ in first]
    assert changed[1][1] != first[1][1]


# --- refused whole ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"   \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert "empty" in refused(read(data))


def test_a_file_with_names_and_no_rows_is_refused() -> None:
    assert "not one row" in refused(read(HEADER))


def test_a_workbook_and_other_bytes_are_refused_with_advice() -> None:
    assert "save it as CSV" in refused(read(b"PK\x03\x04rest"))
    assert "save it as CSV" in refused(read(b"tube_id,result\n\x00\x01,2\n"))


def test_another_encoding_is_not_taken_for_chinese() -> None:
    assert "neither UTF-8" in refused(read("tube_id,result\nMüller,1\n".encode("latin-1")))
    assert "neither UTF-8" in refused(read(b"tube_id,result\nT\xff\xfe1,pos\n"))


@pytest.mark.parametrize(
    ("header", "missing"),
    [("result,resulted_at", "tube_id"), ("tube_id,result", "resulted_at"), ("tube_id,members", "sampled_at"),
     ("tube_id,note", "result")],
)  # fmt: skip
def test_a_file_without_a_column_that_is_needed_is_refused_and_says_which(header: str, missing: str) -> None:
    assert missing in refused(read(f"{header}\nA,B\n"))


def test_two_columns_for_one_thing_are_refused() -> None:
    assert "keep one" in refused(read("tube_id,管号,result,resulted_at\nA,B,pos,2022-07-14\n"))


# --- set aside, row by row -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "column", "says"),
    [
        ("2022-07-14 02:10", "2022-08-14 02:10", "resulted_at", "future"),
        ("2022-07-13 14:05", "2022-02-30 14:05", "sampled_at", "does not exist"),
        ("2022-07-13 14:05", "03/04/2022 14:05", "sampled_at", "two ways"),
        ("2022-07-13 14:05", "13.07.22", "sampled_at", "two digits"),
        ("2022-07-13 14:05", "2022-07-13 25:00", "sampled_at", "time of the day"),
        ("2022-07-13 14:05", "2022-07-14 14:05", "resulted_at", "before the swabs"),
        ("2022-07-13 14:05", "", "sampled_at", "missing"),
        ("2022-07-14 02:10", "", "resulted_at", "missing"),
        (",10,", ",30,", "pool_size", "no size of a tube"),
        (",10,", ",1,", "members", "made for 1"),
        (",10,", ",,", "pool_size", "missing"),
        ("31.2", "95", "ct", "no Ct"),
        ("31.2", "-3", "ct", "no Ct"),
        ("31.2", "high", "ct", "not a number"),
        ("positive", "perhaps", "result", "not a known word"),
        ("positive", "", "result", "missing"),
        ("0417-228", "", "tube_id", "missing"),
        ("0417-228", "0417 228", "tube_id", "blank"),
        ("P2", "P 2", "members", "blank"),
        ("P2", "P1", "members", "twice"),
        ("P2", "11010519491231002X", "members", "identity card"),
        ("P2", "13812345678", "members", "telephone"),
    ],
)
def test_a_fault_sets_its_row_aside_and_is_named_by_row_and_column(
    old: str, new: str, column: str, says: str
) -> None:
    found = read(HEADER + "good-1,negative,,,2022-07-14 01:00,,\n" + GOOD.replace(old, new))
    assert [stated.subject for stated in found.facts] == ["tube:good-1"]
    (problem,) = found.problems
    assert (problem.row, problem.column) == (3, column)
    assert says in problem.problem


def test_a_tube_of_thirty_people_is_set_aside() -> None:
    members = ";".join(f"P{n}" for n in range(30))
    problem = only(read(f"tube_id,sampled_at,members\nT1,2022-07-13,{members}\n"))
    assert "30 people" in problem.problem


def test_a_tube_of_thirty_rows_is_set_aside_in_each_of_them() -> None:
    rows = "".join(f"T1,2022-07-13,P{n}\n" for n in range(30))
    found = read("tube_id,sampled_at,person_id\n" + rows)
    assert found.facts == []
    assert [problem.row for problem in found.problems] == list(range(2, 32))


def test_a_tube_whose_rows_disagree_is_set_aside_whole() -> None:
    header = HEADER.replace("members", "person_id")
    row = "T1,{},,2022-07-13 14:05,2022-07-14 02:10,10,{}\n"
    found = read(header + row.format("positive", "P1") + row.format("negative", "P2"))
    assert found.facts == []
    assert [problem.row for problem in found.problems] == [2, 3]


def test_one_bad_row_of_a_tube_holds_its_other_rows_back() -> None:
    header = HEADER.replace("members", "person_id")
    row = "T1,positive,,2022-07-13 14:05,2022-07-14 02:10,10,{}\n"
    found = read(header + row.format("P1") + row.format("P 2") + row.format("P3"))
    assert found.facts == []
    assert {problem.row for problem in found.problems} == {2, 3, 4}


def test_the_same_tube_twice_is_one_and_with_other_content_none() -> None:
    assert read(HEADER + GOOD + GOOD).facts == read(HEADER + GOOD).facts
    found = read(HEADER + GOOD + GOOD.replace("P3", "P4"))
    assert found.facts == []
    assert "different people" in found.problems[0].problem


def test_a_row_that_was_cut_off_is_set_aside() -> None:
    found = read(HEADER + GOOD + "0417-229,posi")
    assert len(found.facts) == 2
    assert found.problems[0].row == 3
    assert "cut off" in found.problems[0].problem


def test_day_and_month_are_read_as_somebody_said() -> None:
    found = read("tube_id,result,resulted_at\nT1,pos,03/04/2022\n", dates="dmy")
    assert resulted(found.facts)[0].occurred == "2022-04-03"


def test_names_are_not_read_and_the_notes_say_so() -> None:
    found = read("tube_id,result,resulted_at,姓名\nT1,pos,2022-07-14,张三\n")
    assert "张三" not in str(found.facts)
    assert any("姓名" in note for note in found.notes)


def test_an_hour_that_never_was_is_not_made_up() -> None:
    text = "tube_id,result,resulted_at\nT1,pos,2022-03-27 02:30\n"
    assert "never happened" in only(read(text, zone="Europe/Berlin")).problem
