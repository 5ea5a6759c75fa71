"""Who somebody is stays out of the facts, and is not copied about in what was set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg

from quell.exchange.opening import open_path
from quell.site.roles import Connections

NOW = datetime(2022, 7, 14, 12, tzinfo=UTC)


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
