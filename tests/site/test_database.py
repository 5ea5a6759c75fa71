"""The database has three roles, and the one that serves people owns nothing."""

from __future__ import annotations

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from quell.site.roles import Connections


@pytest.mark.parametrize("turn", range(4))
def test_each_test_has_a_database_of_its_own(database: Connections, turn: int) -> None:
    assert User.objects.count() == 0
    User.objects.create_user(f"officer-{turn}")
    assert connection.settings_dict["NAME"] == database.name


def test_the_web_role_and_the_sealer_own_nothing(database: Connections) -> None:
    owned = """
        SELECT 'relation', c.relname::text FROM pg_class c WHERE pg_get_userbyid(c.relowner) IN (%(web)s, %(sealer)s)
        UNION ALL
        SELECT 'schema', n.nspname::text FROM pg_namespace n WHERE pg_get_userbyid(n.nspowner) IN (%(web)s, %(sealer)s)
        UNION ALL
        SELECT 'database', d.datname::text FROM pg_database d WHERE pg_get_userbyid(d.datdba) IN (%(web)s, %(sealer)s)
        UNION ALL
        SELECT 'function', p.proname::text FROM pg_proc p WHERE pg_get_userbyid(p.proowner) IN (%(web)s, %(sealer)s)
    """
    with psycopg.connect(database.administrator.conninfo(database.name)) as administrator:
        assert administrator.execute(owned, {"web": "quell_web", "sealer": "quell_sealer"}).fetchall() == []
        powers = administrator.execute(
            "SELECT rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
            " WHERE rolname IN ('quell_web', 'quell_sealer')"
        ).fetchall()
    assert powers == [(False,) * 5] * 2


@pytest.mark.parametrize("alias", ["default", "sealer"])
@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine (x int)", "CREATE TEMP TABLE mine (x int)", "CREATE SCHEMA mine"]
)
def test_neither_can_make_a_table(database: Connections, alias: str, statement: str) -> None:
    with connections[alias].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute(statement)


def test_everything_in_the_schema_belongs_to_the_owner(database: Connections) -> None:
    with psycopg.connect(database.owner.conninfo()) as owner:
        owners = owner.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert owners == [("quell_owner",)]


def test_a_stranger_without_a_password_is_not_let_in(database: Connections) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host=database.web.host, port=database.web.port, dbname=database.name, user="quell_web"
        )
