"""Opening datasets as outbreaks: nothing lost, nothing twice, whatever happens on the way."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from quell.catalogue.fact import Fact
from quell.exchange import opening
from quell.exchange.laboratory import read_results
from quell.exchange.opening import open_path
from quell.exchange.preparing import OpeningRefused
from quell.exchange.reporting import Opened
from quell.ledger.record import record
from quell.site.roles import Connections

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINES = (
    "id,country,dt_onset,dt_diag,dt_report,outcome,infector,hospital\n"
    "1,Korea,2022-07-01,2022-07-03,2022-07-04,Alive,,North Hospital\n"
    "2,Korea,2022-07-05,2022-07-06,2022-07-07,Dead,1,North Hospital\n"
    "3,Korea,2022-02-30,2022-07-06,2022-07-07,Alive,1,\n"
)
CONTACTS = "from,to,exposure\n1,2,Ward\n1,9,Home\n"


def shared(dataset: str) -> Path:
    root = Path(os.environ.get("QUELL_SHARED") or Path(__file__).parents[3] / "shared")
    found = root / "data" / dataset
    if not found.exists():
        pytest.skip(f"the dataset is missing: {found} (set QUELL_SHARED to the folder that holds data/)")
    return found


def opened(path: Path, tmp_path: Path, **asked: Any) -> Opened:
    done = open_path(path, by="test", now=NOW, quarantine_to=tmp_path, **asked)
    for report in done.tables.values():
        assert report.taken + report.repeated + report.later + report.quarantined == report.rows
    return done


def rows(database: Connections, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.owner.conninfo()) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]


STATE = {
    "facts": "SELECT fact_id::text, content_hash FROM ledger.fact ORDER BY 1",
    "subjects": "SELECT subject_id, introduced, state::text FROM registry.subject ORDER BY 1",
    "conclusions": "SELECT subject, kind, outbreak FROM registry.conclusion ORDER BY 1, 2, 3",
    "duties": "SELECT subject, action, due_event, met_at FROM registry.duty ORDER BY 1, 2, 3, 4",
    "outbreaks": "SELECT outbreak_id, clock, clock_at, zone, jurisdiction FROM registry.outbreak ORDER BY 1",
}


def state(database: Connections) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(database, query) for name, query in STATE.items()}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small_mers"
    folder.mkdir()
    (folder / "linelist.csv").write_text(LINES)
    (folder / "contacts.csv").write_text(CONTACTS)
    return folder


def test_a_folder_becomes_an_outbreak_of_the_past(database: Connections, small: Path, tmp_path: Path) -> None:
    done = opened(small, tmp_path)
    assert (done.outbreak, done.protocol.partition("@")[0]) == ("outbreak:small_mers", "mers")
    ((clock, clock_at, zone, place),) = rows(
        database, "SELECT clock, clock_at, zone, jurisdiction FROM registry.outbreak"
    )
    assert (clock, zone, place) == ("past", "Asia/Seoul", "KR")
    assert clock_at == datetime(2022, 7, 7, 15, tzinfo=UTC)
    assert done.tables["linelist"].quarantined == 1
    assert done.tables["linelist"].reasons == {"dt_onset: is a day that does not exist": 1}
    with Path(done.tables["linelist"].quarantine_file or "").open(encoding="utf-8") as file:
        (aside,) = csv.DictReader(file)
    assert (aside["id"], aside["problem"]) == ("3", "dt_onset: is a day that does not exist")
    cases = rows(database, "SELECT subject FROM registry.conclusion WHERE kind = 'case' ORDER BY 1")
    assert cases == [("person:small_mers/1",), ("person:small_mers/2",)]


def test_contacts_who_are_not_in_the_line_list_are_taken_and_it_is_said(
    database: Connections, small: Path, tmp_path: Path
) -> None:
    done = opened(small, tmp_path)
    assert any("1 people whom the line list does not have" in note for note in done.notes)
    named = rows(database, "SELECT subject FROM ledger.fact WHERE kind = 'contact.named' ORDER BY 1")
    assert named == [("person:small_mers/2",), ("person:small_mers/9",)]


def test_opening_twice_changes_nothing(database: Connections, small: Path, tmp_path: Path) -> None:
    opened(small, tmp_path)
    before = state(database)
    again = opened(small, tmp_path)
    assert (again.new, again.conflicts) == (0, 0)
    assert state(database) == before


def test_an_opening_that_was_broken_off_and_run_again_ends_the_same(
    fresh: Callable[[], Connections], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CHUNK", 3)
    whole = fresh()
    opened(small, tmp_path)
    wanted = state(whole)

    broken = fresh()
    calls = 0

    def breaking(facts: list[Fact], **given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return record(facts, **given)

    monkeypatch.setattr(opening, "record", breaking)
    with pytest.raises(KeyboardInterrupt):
        opened(small, tmp_path)
    assert 0 < len(state(broken)["facts"]) < len(wanted["facts"])
    monkeypatch.setattr(opening, "record", record)
    opened(small, tmp_path)
    assert state(broken) == wanted


def test_corrected_rows_fed_back_under_the_same_name_join_the_outbreak(
    database: Connections, small: Path, tmp_path: Path
) -> None:
    aside = opened(small, tmp_path).tables["linelist"].quarantine_file
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(Path(aside or "").read_text().replace("2022-02-30", "2022-07-05"))
    done = opened(corrected, tmp_path, name="small_mers")
    assert (done.tables["linelist"].taken, done.conflicts) == (1, 0)
    assert len(rows(database, "SELECT FROM registry.outbreak")) == 1
    assert len(rows(database, "SELECT FROM registry.conclusion WHERE kind = 'case'")) == 3


def test_a_row_that_changed_is_shown_as_a_conflict(
    database: Connections, small: Path, tmp_path: Path
) -> None:
    opened(small, tmp_path)
    (small / "linelist.csv").write_text(LINES.replace("2022-07-05,", "2022-07-04,"))
    assert opened(small, tmp_path).conflicts == 1


def test_as_of_leaves_out_what_was_known_later(database: Connections, small: Path, tmp_path: Path) -> None:
    done = opened(small, tmp_path, as_of=date(2022, 7, 6))
    assert done.outbreak == "outbreak:small_mers-as-of-2022-07-06"
    assert (done.tables["linelist"].taken, done.tables["linelist"].later) == (1, 1)
    latest = rows(database, "SELECT max(occurred_at) FROM ledger.fact WHERE kind <> 'import.finished'")
    assert latest[0][0] < datetime(2022, 7, 6, 15, tzinfo=UTC)
    assert rows(database, "SELECT FROM ledger.fact WHERE kind = 'case.outcome_known'") == []


def test_two_datasets_with_the_same_ids_do_not_mix(
    database: Connections, small: Path, tmp_path: Path
) -> None:
    opened(small, tmp_path)
    opened(small, tmp_path, name="other")
    people = rows(
        database, "SELECT subject_id FROM registry.subject WHERE kind = 'person' AND introduced ORDER BY 1"
    )
    assert people == [(f"person:{name}/{number}",) for name in ("other", "small_mers") for number in (1, 2)]


def test_what_cannot_be_opened_says_why(database: Connections, tmp_path: Path) -> None:
    with pytest.raises(OpeningRefused, match="does not exist"):
        opened(tmp_path / "nowhere", tmp_path)
    bad = tmp_path / "bad.csv"
    bad.write_text("id,dt_onset\n1,2022-02-30\n")
    with pytest.raises(OpeningRefused, match="not one row"):
        opened(bad, tmp_path)
    undated = tmp_path / "undated.csv"
    undated.write_text("id,age\n1,30\n")
    with pytest.raises(OpeningRefused, match="no row has a date"):
        opened(undated, tmp_path)
    assert rows(database, "SELECT FROM ledger.fact") == []


def test_a_result_for_a_tube_that_nobody_knows_is_accepted_and_pending(
    database: Connections, small: Path, tmp_path: Path
) -> None:
    opened(small, tmp_path)
    found = read_results(
        b"tube_id,result,resulted_at\nnobody-knows,positive,2022-07-07 10:00\n",
        "results.csv",
        outbreak="outbreak:small_mers",
        jurisdiction="KR",
        zone="Asia/Seoul",
        now=NOW,
    )
    record(found.facts, by="test", now=NOW)
    pending = rows(database, "SELECT subject FROM registry.pending")
    assert pending == [("tube:nobody-knows",)]


# --- real outbreaks ----------------------------------------------------------------------------------------------


def test_mers_korea_2015_opens_whole(database: Connections, tmp_path: Path) -> None:
    path = shared("mers_korea_2015")
    done = opened(path, tmp_path)
    assert (done.tables["linelist"].taken, done.tables["contacts"].taken) == (162, 98)
    assert [report.quarantined for report in done.tables.values()] == [0, 0]
    assert (done.protocol.partition("@")[0], done.zone, done.jurisdiction) == ("mers", "Asia/Seoul", "KR")
    named = dict(
        rows(
            database,
            """SELECT body->>'source_person', count(*) FROM ledger.fact WHERE kind = 'contact.named' GROUP BY 1""",
        )
    )
    assert len(named) == 11
    counts = [named[f"person:mers_korea_2015/SK_{number}"] for number in (14, 1, 16)]
    assert counts == [38, 26, 21]
    assert len(rows(database, "SELECT FROM registry.conclusion WHERE kind = 'case'")) == 162
    assert (
        len(rows(database, "SELECT DISTINCT subject FROM ledger.fact WHERE kind = 'symptoms.began'")) == 135
    )
    died = rows(
        database,
        "SELECT count(*) FILTER (WHERE kind = 'person.died'), count(*) FILTER (WHERE body->>'outcome' = 'died') FROM ledger.fact",
    )
    with (path / "linelist.csv").open(encoding="utf-8") as file:
        dead = [row for row in csv.DictReader(file) if row["outcome"] == "Dead"]
    dated = sum(1 for row in dead if row["dt_death"])
    assert died == [(dated, len(dead) - dated)]
    before = state(database)
    assert opened(path, tmp_path).new == 0
    assert state(database) == before


def test_measles_hagelloch_1861_opens_whole(database: Connections, tmp_path: Path) -> None:
    done = opened(shared("measles_hagelloch_1861"), tmp_path)
    assert (done.tables["linelist"].taken, done.tables["linelist"].quarantined) == (188, 0)
    assert done.protocol.partition("@")[0] == "generic"
    assert done.disease == "measles"
    assert any("us-measles (for US); name one with --protocol" in note for note in done.notes)
    assert rows(database, "SELECT disease FROM registry.outbreak") == [("measles",)]
    infected = rows(
        database,
        """SELECT body->>'infector', count(*) FROM ledger.fact WHERE kind = 'infector.reported'
           GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 2""",
    )
    assert infected == [("person:measles_hagelloch_1861/45", 30), (infected[1][0], 8)]
    assert rows(database, "SELECT count(*) FROM ledger.fact WHERE kind = 'infector.reported'") == [(184,)]
    rashes = rows(database, "SELECT count(*) FROM ledger.fact WHERE body->>'symptom' = 'rash'")
    assert rashes == [(188,)]
    families = rows(database, "SELECT count(*) FROM registry.subject WHERE kind = 'household' AND introduced")
    assert families[0][0] > 50


@pytest.mark.parametrize(
    "dataset", ["fluH7N9_china_2013", "tindale_2020/singapore_linelist.csv", "korea_ds4c_2020"]
)
def test_other_outbreaks_lose_no_row(database: Connections, tmp_path: Path, dataset: str) -> None:
    done = opened(shared(dataset), tmp_path)
    assert done.tables["linelist"].taken > 0.9 * done.tables["linelist"].rows
    assert done.conflicts == 0
