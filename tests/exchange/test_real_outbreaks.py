"""Real outbreaks open without code made for one of them; every row is taken or set aside with a reason."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from quell.exchange import opening
from quell.exchange.opening import Opened, open_path
from quell.ledger.rebuild import rebuild
from quell.ledger.seal import seal_all
from quell.ledger.verify import verify
from quell.site.roles import Connections

SHARED = Path(os.environ.get("QUELL_SHARED", Path(__file__).parents[3] / "shared"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def opened(name: str, into: Path) -> Opened:
    folder = SHARED / "data" / name
    if not folder.is_dir():
        pytest.skip(
            f"the outbreak data are missing: {folder} (set QUELL_SHARED to the folder that holds data/)"
        )
    return open_path(folder, by="test", now=NOW, quarantine_to=into)


def asked(database: Connections, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.web.conninfo()) as connection:
        return connection.execute(query.encode()).fetchall()


def test_mers_in_korea_2015(database: Connections, tmp_path: Path) -> None:
    done = opened("mers_korea_2015", tmp_path)
    assert (done.tables["linelist"].rows, done.tables["contacts"].rows) == (162, 98)
    assert list(tmp_path.iterdir()) == []
    assert asked(database, "SELECT count(*) FROM registry.conclusion WHERE kind = 'case'") == [(162,)]
    named = """SELECT body ->> 'source_person', count(*) FROM ledger.fact WHERE kind = 'contact.named'
               GROUP BY 1 ORDER BY 2 DESC LIMIT 3"""
    assert [(str(who).rpartition("/")[2], n) for who, n in asked(database, named)] == [
        ("SK_14", 38),
        ("SK_1", 26),
        ("SK_16", 21),
    ]
    late = "SELECT count(*) FROM registry.duty WHERE recordable AND met_at IS NULL AND ended_at IS NULL AND due_known < (SELECT clock_at FROM registry.outbreak)"
    assert asked(database, late) == [(0,)]
    seal_all(now=NOW)
    assert verify().good
    assert rebuild().same


def test_measles_in_hagelloch_1861(database: Connections, tmp_path: Path) -> None:
    done = opened("measles_hagelloch_1861", tmp_path)
    assert done.tables["linelist"].rows == 188
    assert list(tmp_path.iterdir()) == []
    assert asked(database, "SELECT count(*) FROM registry.conclusion WHERE kind = 'case'") == [(188,)]
    assert asked(database, "SELECT count(*) FROM ledger.fact WHERE kind = 'infector.reported'") == [(184,)]
    # A date stays a date, in 1861 too.
    onset = "SELECT state ->> 'onset' FROM registry.subject WHERE subject_id LIKE 'person:%/1'"
    assert asked(database, onset) == [("1861-11-21",)]


def test_opening_twice_changes_nothing(database: Connections, tmp_path: Path) -> None:
    first = opened("mers_korea_2015", tmp_path)
    assert first.new >= first.facts
    assert opened("mers_korea_2015", tmp_path).new == 0


def test_an_interrupted_opening_run_again_ends_the_same(
    database: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    whole = opening.record

    def dying(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return whole(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "record", dying)
    with contextlib.suppress(KeyboardInterrupt):
        opened("mers_korea_2015", tmp_path)
    assert calls >= 1
    monkeypatch.setattr(opening, "record", whole)
    opened("mers_korea_2015", tmp_path)
    assert asked(database, "SELECT count(*) FROM registry.conclusion WHERE kind = 'case'") == [(162,)]
    assert rebuild().same
