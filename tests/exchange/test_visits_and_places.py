"""Places are facts; where people were is in the vault, and the ledger says no more than that it is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from quell.exchange.opening import open_all
from quell.exchange.preparing import Asked
from quell.exchange.reporting import Opened
from quell.ledger.identity import erase
from quell.site.roles import Connections

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINES = "id,country,dt_onset,dt_report\n1,Korea,2022-07-01,2022-07-04\n2,Korea,2022-07-05,2022-07-07\n"
PLACES = "place_id,name,kind,latitude,longitude\nhall,Hall of Meetings,restaurant,37.5,127.1\nhome,Flat of Somebody,flat,37.5,127.1\n"
VISITS = (
    "person_id,place_id,enter,leave\n1,hall,2022-07-02 10:00,2022-07-02 11:30\n2,hall,2022-07-02,\n"
    "2,home,2022-07-03 11:00,2022-07-03 10:00\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "small"
    place.mkdir()
    for name, text in (("linelist", LINES), ("places", PLACES), ("visits", VISITS)):
        (place / f"{name}.csv").write_text(text)
    return place


def opened(folder: Path, **asked: Any) -> Opened:
    (done,) = open_all(folder, Asked(**asked), by="test", now=NOW, quarantine_to=folder.parent)
    for report in done.tables.values():
        assert report.taken + report.repeated + report.later + report.quarantined == report.rows
    return done


def rows(database: Connections, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.owner.conninfo()) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]


def test_a_movement_lies_in_the_vault_and_not_in_the_fact(database: Connections, folder: Path) -> None:
    done = opened(folder)
    assert (done.tables["visits"].taken, done.tables["visits"].quarantined) == (2, 1)
    facts = rows(
        database, "SELECT subject, body::text FROM ledger.fact WHERE kind = 'visit.reported' ORDER BY 1"
    )
    assert [subject for subject, _ in facts] == ["person:small/1", "person:small/2"]
    assert not any("hall" in body or "10:00" in body or "2022-07-02" in body for _, body in facts)
    kept = rows(
        database,
        "SELECT class, content->>'place_id', content->>'enter' FROM vault.record ORDER BY subject",
    )
    assert kept == [
        ("movement", "hall", "2022-07-02T01:00:00Z"),
        ("movement", "hall", "2022-07-02"),
    ]


def test_a_home_has_neither_name_nor_coordinates(database: Connections, folder: Path) -> None:
    opened(folder)
    bodies = dict(
        rows(database, "SELECT subject, body::text FROM ledger.fact WHERE kind = 'place.registered'")
    )
    assert "Hall of Meetings" in bodies["place:small/hall"]
    assert "Somebody" not in bodies["place:small/home"]
    assert "127.1" not in bodies["place:small/home"]


def test_opening_again_changes_nothing_and_what_was_erased_is_not_taken_back(
    database: Connections, folder: Path
) -> None:
    opened(folder)
    assert opened(folder).new == 0
    assert len(rows(database, "SELECT FROM vault.record")) == 2
    erase(
        ["person:small/1"],
        rule="person_asked",
        ordered_by="officer",
        jurisdiction="KR",
        by="officer",
        now=NOW,
    )
    left = len(rows(database, "SELECT FROM vault.record WHERE content IS NOT NULL"))
    assert opened(folder).new == 0
    assert len(rows(database, "SELECT FROM vault.record WHERE content IS NOT NULL")) == left == 1
