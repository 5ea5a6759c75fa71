"""The database refuses changes to the ledger; what its owner changes by going round that is named by verify."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from ledger.outbreak_stories import NOW, POSITIVE, a_few_days, adopt_pack
from quell.ledger.record import record
from quell.ledger.seal import GENESIS, head_of, leaves_of, linked, seal_all
from quell.ledger.verify import Root, verify
from quell.site.roles import Connections, Role


@pytest.fixture
def sealed(database: Connections) -> Connections:
    adopt_pack()
    facts = a_few_days()
    for start in range(0, len(facts), 4):
        record(facts[start : start + 4], by="test", now=NOW)
    seal_all(now=NOW)
    return database


def as_owner(database: Connections, *statements: str) -> None:
    with psycopg.connect(database.owner.conninfo()) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))


OPEN = "ALTER TABLE ledger.{} DISABLE TRIGGER never_changed"


@pytest.mark.parametrize("table", ["write", "fact", "link", "pack", "seal"])
@pytest.mark.parametrize("role", ["web", "sealer", "owner"])
def test_nobody_updates_deletes_or_empties(sealed: Connections, role: str, table: str) -> None:
    of: Role = getattr(sealed, role)
    for statement in (f"DELETE FROM ledger.{table}", f"TRUNCATE ledger.{table} CASCADE"):
        with (
            psycopg.connect(of.conninfo()) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(sql.SQL(statement))
    with psycopg.connect(of.conninfo()) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(sql.SQL("UPDATE ledger.{} SET {} = {}").format(*_names(table)))


def _names(table: str) -> tuple[sql.Identifier, sql.Identifier, sql.Identifier]:
    column = {"write": "written_by", "fact": "kind", "link": "role", "pack": "content", "seal": "sealed_at"}[
        table
    ]
    return sql.Identifier(table), sql.Identifier(column), sql.Identifier(column)


def test_an_untouched_ledger_verifies_and_prints_its_root(sealed: Connections) -> None:
    first = verify()
    assert first.good
    assert first.facts == len(a_few_days())
    assert first.root is not None
    assert verify(first.root).good


def test_a_changed_result_is_named(sealed: Connections) -> None:
    root = verify().root
    as_owner(
        sealed,
        OPEN.format("fact"),
        """UPDATE ledger.fact SET body = jsonb_set(body, '{result}', '"negative"')
           WHERE subject = 'tube:pool' AND kind = 'tube.resulted'""",
    )
    faults = verify(root).faults
    assert len(faults) == 1
    assert "tube.resulted about tube:pool" in faults[0]
    assert "changed" in faults[0]


def test_a_changed_fact_with_its_hash_made_to_fit_is_named(sealed: Connections) -> None:
    root = verify().root
    as_owner(
        sealed,
        OPEN.format("fact"),
        """UPDATE ledger.fact SET content_hash = sha256('made to fit') WHERE kind = 'contact.named' AND subject = 'person:12'""",
    )
    assert any("contact.named about person:12" in fault for fault in verify(root).faults)


def test_every_single_fact_is_named_when_it_is_changed(sealed: Connections) -> None:
    root = verify().root
    with psycopg.connect(sealed.owner.conninfo()) as connection:
        connection.execute(sql.SQL(OPEN.format("fact")))
        for write_id, ordinal, fact_id in connection.execute(
            "SELECT write_id, ordinal, fact_id::text FROM ledger.fact"
        ).fetchall():
            connection.execute(
                """UPDATE ledger.fact SET body = jsonb_set(body, '{source}', '"elsewhere"') WHERE (write_id, ordinal) = (%s, %s)""",
                (write_id, ordinal),
            )
            connection.commit()
            faults = verify(root).faults
            assert len(faults) == 1
            assert fact_id in faults[0]
            connection.execute(
                """UPDATE ledger.fact SET body = jsonb_set(body, '{source}', '"test"') WHERE (write_id, ordinal) = (%s, %s)""",
                (write_id, ordinal),
            )
            connection.commit()
    assert verify(root).good


def test_a_removed_and_a_slipped_in_fact_are_named(sealed: Connections) -> None:
    root = verify().root
    as_owner(
        sealed,
        OPEN.format("fact"),
        "DELETE FROM ledger.fact WHERE subject = 'tube:nobody'",
        """INSERT INTO ledger.fact SELECT write_id, 99, gen_random_uuid(), kind, version, 'person:77', occurred_at, body,
                  content_hash FROM ledger.fact WHERE kind = 'contact.named' LIMIT 1""",
    )
    faults = verify(root).faults
    assert any("removed" in fault for fault in faults)
    assert any("person:77" in fault and "put in after" in fault for fault in faults)


def test_a_write_slipped_past_the_door_is_named(sealed: Connections) -> None:
    as_owner(
        sealed,
        f"INSERT INTO ledger.write (written_by, recorded_at, fact_count) VALUES ('x', '{POSITIVE.isoformat()}', 0)",
    )
    assert any("neither sealed nor waiting" in fault for fault in verify().faults)


def test_a_ledger_sealed_anew_from_a_changed_fact_is_not_the_one_whose_root_was_printed(
    sealed: Connections,
) -> None:
    root = verify().root
    assert root is not None
    with psycopg.connect(sealed.owner.conninfo()) as connection:
        for table in ("fact", "seal"):
            connection.execute(sql.SQL(OPEN.format(table)))
        chain_hash = GENESIS
        connection.execute("DELETE FROM ledger.fact WHERE subject = 'tube:nobody'")
        with connection.cursor() as cursor:
            rows = cursor.execute("SELECT position, write_id FROM ledger.seal ORDER BY 1").fetchall()
            for position, write_id in rows:
                leaves = leaves_of(cursor, write_id)
                chain_hash = linked(chain_hash, position, head_of(cursor, write_id), leaves)
                cursor.execute(
                    "UPDATE ledger.seal SET leaves = %s, chain_hash = %s WHERE position = %s",
                    (leaves, chain_hash, position),
                )
    assert any("not the ledger whose root" in fault for fault in verify(root).faults)


def test_a_root_reads_back() -> None:
    root = Root(12, "ab" * 32)
    assert Root.read(str(root)) == root
