"""Line lists for engines: from a file, a folder or a ledger's export, with nothing lost on the way."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest
from typer.testing import CliRunner

from quell.catalogue.investigation import SymptomsBegan
from quell.catalogue.isolation import RestrictionOrdered
from quell.catalogue.keeping import FactAmended, FactRetracted
from quell.cli import app
from quell.errors import QuellError
from quell.exchange.frames import line_list
from quell.exchange.opening import open_path
from quell.ledger.interchange import export_ledger
from quell.ledger.record import record
from quell.ledger.seal import seal_all
from quell.site.roles import Connections
from quell.timing import measure

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 1, 1)
LINES = (
    "id,age,dt_onset,dt_diag,dt_report,outcome\n"
    "1,47,2022-07-01,2022-07-03,2022-07-04,Alive\n"
    "2,50s,2022-07-05,2022-07-06,,Dead\n"
    "3,30,2022-02-30,2022-07-06,2022-07-07,Alive\n"
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small_mers.csv"
    file.write_text(LINES)
    return file


def exported(path: Path, tmp_path: Path, name: str = "outbreak") -> Path:
    open_path(path, by="test", now=NOW, quarantine_to=tmp_path, name=name)
    seal_all(now=NOW)
    file = tmp_path / "facts.jsonl"
    export_ledger(file)
    return file


def test_a_file_is_a_frame_and_what_was_set_aside_is_named(small: Path) -> None:
    read = line_list(small, today=TODAY)
    assert read.frame["case_id"].to_list() == ["1", "2"]
    assert read.frame["age"].to_list() == ["47", "50-59"]
    assert read.frame["outcome"].to_list() == ["alive", "died"]
    assert [str(problem) for row in read.set_aside for problem in row.problems] == [
        "row 4, dt_onset: '2022-02-30': is a day that does not exist"
    ]
    assert (read.rows, ("dt_diag", "confirm_date") in read.columns) == (3, True)


def test_a_file_of_which_no_row_can_be_taken_is_refused_with_reasons(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("id,dt_onset\n1,2022-02-30\n")
    with pytest.raises(QuellError, match="not one row can be taken:\n  row 2, dt_onset: '2022-02-30'"):
        line_list(file, today=TODAY)
    with pytest.raises(QuellError, match="does not exist"):
        line_list(tmp_path / "nowhere.csv", today=TODAY)


def shared(dataset: str) -> Path:
    root = Path(os.environ.get("QUELL_SHARED") or Path(__file__).parents[3] / "shared")
    found = root / "data" / dataset
    if not found.exists():
        pytest.skip(f"the dataset is missing: {found} (set QUELL_SHARED to the folder that holds data/)")
    return found


@pytest.mark.parametrize(
    ("dataset", "steps"),
    [
        ("mers_korea_2015", ["onset-confirm", "onset-report", "exposure-onset", "onset-died"]),
        ("fluH7N9_china_2013", ["onset-admission", "admission-outcome", "onset-died", "onset-recovered"]),
    ],
)
def test_an_export_gives_the_same_complete_pairs_as_the_file(
    database: Connections, tmp_path: Path, dataset: str, steps: list[str]
) -> None:
    path = shared(dataset)
    of_file = measure(line_list(path, today=TODAY).frame, steps=steps).table
    of_export = measure(line_list(exported(path, tmp_path), today=TODAY).frame, steps=steps).table
    figures = ["from_step", "to_step", "n", "q10", "q50", "q90", "mean"]
    pairs = pl.col("estimate") == "complete pairs"
    assert of_export.filter(pairs).select(figures).equals(of_file.filter(pairs).select(figures))


def test_a_list_without_a_day_of_confirmation_gets_none_from_its_export(
    database: Connections, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,dt_onset,dt_admission\n1,2022-07-01,2022-07-03\n2,2022-07-05,2022-07-06\n")
    read = line_list(exported(file, tmp_path), today=TODAY)
    assert read.frame["confirm_date"].null_count() == 2
    assert "the line list that was opened had no day of confirmation" in read.notes


def test_corrections_hold_in_an_export_and_a_home_isolation_is_the_day_of_isolation(
    database: Connections, small: Path, tmp_path: Path
) -> None:
    from quell.catalogue.fact import body_of, content_hash, identity_of

    open_path(small, by="test", now=NOW, quarantine_to=tmp_path, name="outbreak")
    where = {
        "jurisdiction": "ZZ",
        "zone": "Asia/Shanghai",
        "source": "desk",
        "outbreaks": ("outbreak:outbreak",),
    }
    person = "person:outbreak/2"
    wrong = SymptomsBegan(subject=person, occurred="2022-06-28", **where)  # type: ignore[arg-type]
    target = UUID(identity_of(wrong, content_hash(wrong.kind, 1, body_of(wrong))))
    isolated = RestrictionOrdered(
        subject=person,
        occurred="2022-07-06T17:30:00Z",
        ground="case",
        because=person,
        measure="home_isolation",
        legal_basis="public_health_act",
        ordered_by="officer:7",
        **where,  # type: ignore[arg-type]
    )
    record([wrong, isolated], by="test", now=NOW)
    record(
        [FactRetracted(subject=person, occurred="2022-07-09", target=target, reason="typing_error", **where)],  # type: ignore[arg-type]
        by="test",
        now=NOW,
    )
    seal_all(now=NOW)
    export_ledger(tmp_path / "facts.jsonl")
    (row,) = (
        each
        for each in line_list(tmp_path / "facts.jsonl", today=TODAY).frame.to_dicts()
        if each["case_id"] == "outbreak/2"
    )
    assert row["onset_date"] == date(2022, 7, 5)
    # Half past five in the afternoon in Greenwich is the next day in Shanghai.
    assert row["isolate_date"] == date(2022, 7, 7)
    assert FactAmended.kind == "fact.amended"


def test_of_several_outbreaks_one_has_to_be_named(database: Connections, small: Path, tmp_path: Path) -> None:
    exported(small, tmp_path, "first")
    file = exported(small, tmp_path, "second")
    with pytest.raises(QuellError, match="--outbreak: outbreak:first, outbreak:second"):
        line_list(file, today=TODAY)
    assert line_list(file, today=TODAY, outbreak="second").frame["case_id"].to_list() == [
        "second/1",
        "second/2",
    ]
    with pytest.raises(QuellError, match="has no third"):
        line_list(file, today=TODAY, outbreak="third")


def test_a_bad_line_of_an_export_is_named(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text('{"format": "quell ledger", "version": 1}\n{"kind": "tube.exploded", "body": {}}\n')
    with pytest.raises(QuellError, match=r"facts.jsonl, line 2: tube.exploded"):
        line_list(file, today=TODAY)


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout


def test_the_command_writes_the_table_the_picture_and_what_was_set_aside(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, told = run("timing", str(small), "--out", str(out), "--lang", "zh")
    assert code == 0
    assert "set aside 1: dt_onset: is a day that does not exist" in told
    assert "2 cases; taken as closed" in told
    assert pl.read_csv(out / "steps.csv").columns[:5] == ["from_step", "to_step", "n", "n_censored", "q10"]
    assert "各环节用时" in (out / "steps.svg").read_text(encoding="utf-8")
    assert "is a day that does not exist" in (out / "set-aside.csv").read_text(encoding="utf-8")


def test_a_list_of_these_days_is_asked_about(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    file = tmp_path / "live.csv"
    file.write_text(f"id,dt_onset,dt_report\n1,{today - timedelta(days=9)},{today - timedelta(days=3)}\n")
    asked = "if these cases are still followed, say --open"
    assert asked in run("timing", str(file), "--out", str(tmp_path / "out"))[1]
    assert asked not in run("timing", str(file), "--out", str(tmp_path / "out"), "--closed")[1]


def test_the_summary_for_machines_and_parquet(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("--as-of", "2022-07-06", "--step", "onset-confirm", "--parquet", "--json")
    code, told = run("timing", str(small), "--out", str(out), *words)
    assert code == 0
    found = json.loads(told)
    assert (found["rows"], found["set_aside"], found["closed"], found["as_of"]) == (3, 1, False, "2022-07-06")
    assert found["steps"][0]["n"] == 2
    assert pl.read_parquet(out / "steps.parquet")["q50"][0] == 1.5


def test_bad_input_ends_with_1_and_wrong_usage_with_2(small: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert run("timing", str(tmp_path / "nowhere.csv"), "--out", out)[0] == 1
    assert run("timing", str(small), "--out", out, "--step", "onset-birth")[0] == 1
    assert run("timing", str(small))[0] == 2
    assert run("timing", str(small), "--out", out, "--as-of", "yesterday")[0] == 2
