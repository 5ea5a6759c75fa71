"""A person is erased from the vault: the ledger still verifies, rebuild agrees, and the name is nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ledger.outbreak_stories import NOW, OUTBREAK, POSITIVE, a_few_days, adopt_pack
from quell.ledger.identity import Identity, erase, erase_expired, keep, keep_identities
from quell.ledger.interchange import export_ledger
from quell.ledger.rebuild import rebuild
from quell.ledger.record import record
from quell.ledger.seal import seal_all
from quell.ledger.verify import verify
from quell.site import backup
from quell.site.roles import Connections
from quell.vault import reading

NAME = "欧阳测试娜"
WORDS = {"name": NAME, "phone": "139 0000 7788", "address": "临水路 12 号 Zeppelinhaus"}
# Whatever could give her away: what was typed, and what the index made of it.
TRACES = (NAME, "7788", "Zeppelinhaus", "ouyang", "oycsn", "欧阳")


@pytest.fixture
def known(database: Connections) -> Connections:
    adopt_pack()
    record(a_few_days(), by="test", now=NOW)
    keep_identities(
        [
            Identity("person:11b", WORDS, "CN-GS-LZ", (OUTBREAK,)),
            Identity("person:10", {"name": "李甲"}, "CN-GS-LZ", (OUTBREAK,)),
        ],
        retention="contact",
        source="desk:chase",
        by="chase",
        now=NOW,
    )
    keep(
        "person:11",
        "free_text",
        content={"text": f"{NAME} 的电话 139 0000 7788"},
        retention="contact",
        by="chase",
        now=NOW,
    )
    seal_all(now=NOW)
    return database


def everything(database: Connections) -> Iterator[tuple[str, str]]:
    """Every row of every table of every schema that is Quell's, as text."""
    with psycopg.connect(database.owner.conninfo()) as connection:
        tables = connection.execute(
            """SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('ledger', 'registry', 'vault', 'public')"""
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("SELECT t::text FROM {}.{} t").format(
                sql.Identifier(schema), sql.Identifier(table)
            )
            for (row,) in connection.execute(query):
                yield f"{schema}.{table}", row


def traces_in(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text]


def test_identity_is_found_by_pieces_pinyin_and_last_digits_and_every_read_is_logged(
    known: Connections,
) -> None:
    for asked in ("欧阳", "ouyang", "7788", "oycsn"):
        assert reading.find(asked, by="chase", desk="chase", purpose="call") == ["person:11b"]
    read = reading.read_identity(["person:11b", "person:10"], by="chase 4", desk="chase", purpose="duty hold")
    assert read["person:11b"]["name"] == NAME
    logged = reading.reads_of("person:11b")[-1]
    assert (logged.read_by, logged.desk, logged.purpose) == ("chase 4", "chase", "duty hold")


def test_the_web_role_cannot_read_the_vault_round_its_functions(known: Connections) -> None:
    for table in ("record", "token"):
        with (
            psycopg.connect(known.web.conninfo()) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(sql.SQL("SELECT * FROM vault.{}").format(sql.Identifier(table)))
    with psycopg.connect(known.web.conninfo()) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("SELECT * FROM vault.read(ARRAY['person:10'], 'identity', 'me', 'chase', '')")
    with (
        psycopg.connect(known.web.conninfo()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("UPDATE vault.read_log SET read_by = 'nobody'")


def test_no_identity_ever_stood_in_the_ledger_or_the_registry(known: Connections) -> None:
    assert [
        place for place, row in everything(known) if traces_in(row) and not place.startswith("vault.")
    ] == []


def test_erasing_leaves_a_tombstone_and_nothing_else(known: Connections, tmp_path: Path) -> None:
    root = verify().root
    gone = erase(
        ["person:11"],
        rule="person_asked",
        ordered_by="officer",
        jurisdiction="CN-GS-LZ",
        by="data office",
        now=NOW + timedelta(hours=1),
    )
    assert gone == 2  # her identity, kept under the id she was merged from, and the note about her
    seal_all(now=NOW + timedelta(hours=1))

    found = verify(root)
    assert found.good, found.faults
    assert found.erased == {"erased under rule person_asked": 1}
    assert rebuild().same

    assert [place for place, row in everything(known) if traces_in(row)] == []
    assert reading.find("ouyang", by="chase", desk="chase", purpose="call") == []
    assert reading.read_identity(["person:11b"], by="chase", desk="chase", purpose="x") == {}
    assert reading.read_identity(["person:10"], by="chase", desk="chase", purpose="x") != {}

    exported = tmp_path / "ledger.jsonl"
    export_ledger(exported)
    assert traces_in(exported.read_text(encoding="utf-8")) == []

    saved = tmp_path / "all.quell-backup"
    backup.backup(known, saved)
    with psycopg.connect(known.owner.conninfo()) as connection:
        connection.execute("SELECT 1")
    assert [trace for trace in TRACES if trace.encode() in saved.read_bytes()] == []


def test_what_was_erased_is_not_taken_back(known: Connections) -> None:
    with psycopg.connect(known.owner.conninfo()) as connection:
        (record_id,) = connection.execute(
            "SELECT record_id FROM vault.record WHERE subject = 'person:10'"
        ).fetchone() or ("",)
    erase(["person:10"], rule="person_asked", ordered_by="o", jurisdiction="CN-GS-LZ", by="d", now=NOW)
    with psycopg.connect(known.web.conninfo()) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "SELECT vault.keep(%s, 'person:10', 'identity', 'contact', '{}', NULL, '{}', now(), 'x')",
            (record_id,),
        )


def test_what_was_kept_long_enough_goes_by_itself(known: Connections) -> None:
    assert erase_expired(jurisdiction="CN-GS-LZ", now=NOW + timedelta(days=10)) == 0
    assert erase_expired(jurisdiction="CN-GS-LZ", now=NOW + timedelta(days=400)) == 3
    assert POSITIVE < NOW
