"""`quell check` and `quell protocols` as scripts see them: exit codes and summaries for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchange.made_workbooks import xlsx
from quell.cli import app
from quell.protocol.pack import shipped

GOOD = "id,dt_onset,dt_report\n1,2022-07-01,2022-07-02\n"


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout


def test_a_good_file_ends_with_0_and_a_bad_one_with_1(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(GOOD)
    bad.write_text(GOOD + "2,2022-02-30,2022-07-02\n")
    assert run("check", str(good))[0] == 0
    code, told = run("check", str(good), str(bad))
    assert code == 1
    assert "row 3, dt_onset: '2022-02-30'" in told
    assert run("check", str(tmp_path / "nowhere.csv"))[0] == 1


def test_wrong_usage_ends_with_2(tmp_path: Path) -> None:
    assert run("check")[0] == 2
    assert run("check", "x.csv", "--dates", "ymd")[0] == 2
    assert run("protocols", "show", "generic", "--lang", "tlh")[0] == 2


def test_the_summary_for_machines_names_every_problem(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(GOOD.replace("2022-07-01", "03/04/2022"))
    code, told = run("check", str(bad), "--json")
    assert code == 1
    (found,) = json.loads(told)
    (problem,) = found["problems"]
    assert (problem["row"], problem["column"], problem["value"]) == (2, "dt_onset", "03/04/2022")
    assert run("check", str(bad), "--dates", "dmy")[0] == 0


def test_every_pack_is_listed_and_shown_with_how_sure_its_rules_are() -> None:
    assert {pack["pack"] for pack in json.loads(run("protocols", "list", "--json")[1])} == set(shipped())
    for name in shipped():
        code, told = run("protocols", "show", name, "--json")
        assert code == 0
        assert all(rule["certainty"] and rule["sources"] for rule in json.loads(told)["rules"])
        assert run("protocols", "show", name, "--lang", "zh")[0] == 0


def test_packs_are_listed_by_disease_and_place() -> None:
    listed = {pack["pack"]: pack for pack in json.loads(run("protocols", "list", "--json")[1])}
    flu = {listed[name]["jurisdiction"] for name in ("us-novel-influenza", "uk-novel-influenza")}
    assert flu == {"US", "GB"}
    assert listed["who-ebola"]["effective_from"] == "2014-08-01"
    assert "麻疹" in json.loads(run("protocols", "list", "--lang", "zh", "--json")[1])[-3]["title"]


def test_two_packs_are_set_beside_each_other() -> None:
    beside = ("protocols", "show", "us-novel-influenza", "--beside", "uk-novel-influenza")
    code, told = run(*beside, "--json")
    assert code == 0
    rows = {row["rule"]: row for row in json.loads(told)["rules"]}
    doses = rows["oseltamivir_doses_per_day"]
    assert ": 2 per day (N)" in doses["us-novel-influenza"]
    assert ": 1 per day (P)" in doses["uk-novel-influenza"]
    assert rows["exposure_days_before_onset"]["us-novel-influenza"] == ""
    assert run(*beside, "--lang", "zh")[0] == 0
    assert run("protocols", "show", "mpox", "--beside", "nowhere")[0] == 1


def test_deadlines_say_what_they_count_from() -> None:
    rules = {}
    for language in ("en", "zh"):
        told = run("protocols", "show", "us-measles", "--lang", language, "--json")[1]
        rules[language] = {rule["rule"]: rule["when"] for rule in json.loads(told)["rules"]}
    assert rules["en"]["follow-up"] == "days 1-21 after the last exposure (day 0)"
    assert rules["en"]["vaccinate"] == "72 h after the first exposure"
    assert rules["en"]["ground-case"] == "through day 4 after the rash (day 0)"
    assert rules["zh"]["ground-case"] == "至出疹（第0天）起第4天结束"


def test_a_pack_with_a_fault_ends_with_1(tmp_path: Path) -> None:
    text = shipped()["generic"].text
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    assert run("protocols", "check", str(file))[0] == 0
    file.write_text(text.replace('desk = "investigation"', 'desk = "nowhere"'), encoding="utf-8")
    code, told = run("protocols", "check", str(file))
    assert code == 1
    assert f"{file}: report-case: 'nowhere' is not in the code list desk" in told
    assert run("protocols", "check", str(tmp_path / "none.toml"))[0] == 1


def test_the_generic_pack_claims_nothing_that_it_does_not_know() -> None:
    pack = shipped()["generic"]
    assert {source.certainty for source in pack.sources.values()} == {"A"}
    assert "not an official text" in pack.notice["en"].lower()
    assert [rule.action for rule in pack.duties] == ["report_case"]


@pytest.mark.parametrize("command", ["open", "check", "protocols"])
def test_every_command_says_what_it_does(command: str) -> None:
    assert run(command, "--help")[0] == 0


def test_a_mapping_is_proposed_and_checked_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUELL_HOME", str(tmp_path / "home"))
    file, mapping = tmp_path / "list.csv", tmp_path / "mapping.toml"
    file.write_text("Who,onset\n1,03/04/2022\n2,05/06/2022\n")
    code, told = run("open", str(file), "--propose", str(mapping))
    assert code == 0
    assert "case_id has still to be said" in told
    assert run("check", str(file), "--mapping", str(mapping))[0] == 1
    mapping.write_text(mapping.read_text().replace('"Who" = ""', '"Who" = "case_id"'))
    assert run("check", str(file), "--mapping", str(mapping), "--dates", "dmy")[0] == 0
    file.write_text("id,onset\n1,03/04/2022\n2,05/06/2022\n")
    code, told = run("open", str(file), "--propose", str(mapping))
    assert code == 0
    assert "is the day or the month first?" in " ".join(told.split())
    assert run("check", str(file), "--mapping", str(mapping))[0] == 1
    mapping.write_text(mapping.read_text().replace('"onset" = ""', '"onset" = "dmy"'))
    assert run("check", str(file), "--mapping", str(mapping))[0] == 0
    assert run("open", str(file), "--purpose", "ethnicity", "--no-serve")[0] == 1


def test_a_workbook_is_checked_sheet_by_sheet(tmp_path: Path) -> None:
    rows = [["id", "dt_onset"], ["1", "2022-07-01"]]
    book = tmp_path / "book.xlsx"
    book.write_bytes(xlsx({"cases": rows, "contacts": [["from", "to"], ["1", "1"]]}))
    code, told = run("check", str(book), "--json")
    assert code == 1
    assert [found["table"] for found in json.loads(told)] == ["linelist", "contacts"]


def test_western_text_is_checked_with_its_encoding(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes("id,hôpital,dt_onset\n1,Genève,2022-07-01\n".encode("cp1252"))
    assert run("check", str(file))[0] == 1
    assert run("check", str(file), "--encoding", "cp1252")[0] == 0
