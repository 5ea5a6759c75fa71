"""The database has three roles, and the one that serves people owns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from psycopg import sql

from quell.errors import QuellError
from quell.site import database as site_database
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


def test_preparing_and_migrating_again_changes_nothing(database: Connections) -> None:
    User.objects.create_user("li")
    site_database.migrate(database)
    site_database.migrate(database)
    assert User.objects.count() == 1


class TestOnAServerOfYours:
    """QUELL_DATABASE_URL names a role that may make roles and databases, and is no superuser."""

    @pytest.fixture
    def url(self, bare_database: Connections) -> Iterator[str]:
        user = sql.Identifier(bare_database.name)
        with psycopg.connect(bare_database.administrator.conninfo(), autocommit=True) as administrator:
            administrator.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD 'p@ss'").format(user)
            )
            administrator.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(user, user))
        host = quote(bare_database.owner.host, safe="")
        yield f"postgresql://{bare_database.name}:p%40ss@{host}:{bare_database.owner.port}/{bare_database.name}"
        site_database.close()
        with psycopg.connect(bare_database.administrator.conninfo(), autocommit=True) as administrator:
            site_database.drop_database(bare_database, bare_database.name)
            administrator.execute(sql.SQL("DROP ROLE {}").format(user))

    def test_the_same_code_prepares_and_migrates_it(
        self, url: str, test_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("QUELL_DATABASE_URL", url)
        with site_database.installation(test_home) as connections:
            assert not connections.embedded
            site_database.migrate(connections)
            User.objects.create_user("li")
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_user")
                assert cursor.fetchone() == ("quell_web",)

    def test_another_home_is_told_that_it_does_not_know_the_passwords(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QUELL_DATABASE_URL", url)
        with pytest.raises(QuellError, match=r"quell_web cannot log in.*(?s:.)*QUELL_WEB_DATABASE_URL"):
            site_database.prepare(tmp_path, None)

    @pytest.mark.parametrize("wrong", ["nonsense", "postgresql://host/only", "postgresql:///?bad=1&x"])
    def test_a_wrong_address_is_told_without_its_password(
        self, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QUELL_DATABASE_URL", wrong)
        with pytest.raises(QuellError, match="QUELL_DATABASE_URL"):
            site_database.prepare(tmp_path, None)

    def test_an_override_must_name_the_role_that_migrations_grant_to(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("QUELL_DATABASE_URL", url)
        monkeypatch.setenv("QUELL_WEB_DATABASE_URL", url)
        with pytest.raises(QuellError, match="must name the user quell_web"):
            site_database.prepare(tmp_path, None)
