"""The database of an installation: its roles, its making, its migrations.

with installation() as connections:
    ...                     # Django is set up, and the three roles reach the database
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from quell.errors import QuellError
from quell.site import embedded
from quell.site.home import home_directory, locked, secret
from quell.site.roles import DATABASE, OWNER, SEALER, WEB, Connections, Role

MIGRATION_LOCK = 0x5155454C  # "QUEL": any number that no other advisory lock of ours uses
POOL = {"min_size": 2, "max_size": 40, "timeout": 10}

# Django's own tables that the web role has to write. Each app of Quell grants on its own tables in its migrations.
FRAMEWORK_TABLES = (
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "django_content_type",
    "django_session",
)

_current: Connections | None = None
_pooled = False


def prepare(home: Path, server: embedded.Server | None) -> Connections:
    """Make sure that roles and database exist, and return how to reach them. Doing it again changes nothing.

    With a server: the embedded one. With None: the server that QUELL_DATABASE_URL names.
    Raises QuellError when a role is missing and may not be made, or holds more power than it should.
    """
    if server is not None:
        connections = _of_embedded(home, server)
        with _connect(connections.administrator) as connection:
            _make_role(connection, connections.owner)
            _make_role(connection, connections.web)
            _make_role(connection, connections.sealer)
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            create_database(connections, DATABASE)
    else:
        connections = _of_url(home)
        with _connect(connections.owner) as connection:
            for role, variable in ((connections.web, _WEB_URL), (connections.sealer, _SEALER_URL)):
                if not os.environ.get(variable):
                    _make_role(connection, role)
            _close_to_others(connection, connections)
        for role, variable in ((connections.web, _WEB_URL), (connections.sealer, _SEALER_URL)):
            _check_login(role, variable)
    _refuse_powerful(connections)
    return connections


def create_database(connections: Connections, name: str, template: str | None = None) -> Connections:
    """Make a database that the owner owns, empty or as a copy of a template, and return how to reach it.

    Nobody may be connected to the template. Raises psycopg.errors.DuplicateDatabase when the name is taken.
    """
    with _connect(connections.administrator) as connection:
        # Copied as files, not through the log: measured 17 ms a copy where the default takes 97 (without fsync).
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name),
                sql.Identifier(connections.owner.user),
                sql.Identifier(template or "template0"),
            )
        )
        _close_to_others(connection, connections.at(name))
    return connections.at(name)


def drop_database(connections: Connections, name: str) -> None:
    """Drop a database, ending whatever is connected to it; one that does not exist is no error."""
    with _connect(connections.administrator) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rename_database(connections: Connections, old: str, new: str) -> None:
    """Give a database another name; nobody may be connected to it."""
    with _connect(connections.administrator) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
        )


def databases(connections: Connections, prefix: str) -> list[str]:
    """Return the names of the server's databases that begin with a prefix."""
    with _connect(connections.administrator) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname", [prefix]
        ).fetchall()
    return [str(row[0]) for row in rows]


def migrate(connections: Connections) -> None:
    """Bring the schema up to date as the owner; one process at a time, the others wait. Django must be set up."""
    from django.core.management import call_command
    from django.db import connections as django_connections
    from django.db.migrations.executor import MigrationExecutor

    use(connections, pool=_pooled)
    with _connect(connections.owner) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        executor = MigrationExecutor(django_connections["owner"])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", database="owner", interactive=False, verbosity=0)
        _grant_framework_tables(connection)
    django_connections["owner"].close()


def use(connections: Connections, *, pool: bool = False) -> None:
    """Point Django's three aliases at these connections, now and in every thread to come.

    `pool`: keep the web role's connections open between requests (see quell.site.settings).
    """
    global _current, _pooled
    _current, _pooled = connections, pool
    from django.conf import settings

    if not settings.configured:
        return  # quell.site.settings reads django_databases() when it is imported
    from django.db import connections as django_connections

    for alias, entry in django_databases().items():
        if alias not in settings.DATABASES:
            continue
        close(alias)
        # In place: every thread's connection shares this one dict.
        django_connections.settings[alias].update(entry)


def close(*aliases: str) -> None:
    """Close this thread's Django connections of those aliases (all without arguments), and their pools."""
    from django.db import connections as django_connections

    for alias in aliases or tuple(django_connections.settings):
        wrapper = django_connections[alias]
        wrapper.close()
        if hasattr(wrapper, "close_pool"):
            wrapper.close_pool()


def current() -> Connections | None:
    """Return the connections in use by this process, or None before there are any."""
    return _current


def django_databases() -> dict[str, dict[str, object]]:
    """Return Django's DATABASES for the connections in use, or entries that reach nothing when there are none."""
    if _current is None:
        nowhere = Role(host="/nonexistent", port=str(embedded.PORT), name=DATABASE, user=WEB, password="")
        entries = {alias: nowhere.django() for alias in ("default", "sealer", "owner")}
    else:
        entries = _current.django()
    if _pooled:
        entries["default"]["OPTIONS"] |= {"pool": dict(POOL)}
    return entries


@contextmanager
def installation(
    home: Path | str | None = None, *, durable: bool = True, pool: bool = False
) -> Iterator[Connections]:
    """Open an installation: start or attach to its database, set Django up, and let go of both at the end.

    Raises QuellError when the database cannot be reached or made.
    """
    folder = home_directory(home)
    server = None if os.environ.get(_URL) else embedded.start(folder, durable=durable)
    try:
        # One at a time: of two processes that grant the same thing at once, one would be refused by the catalogue.
        with locked(folder / "prepare.lock"):
            connections = prepare(folder, server)
        use(connections, pool=pool)
        set_up_django()
        try:
            yield connections
        finally:
            close()
    finally:
        if server is not None:
            server.release()


def set_up_django() -> None:
    """Set Django up with Quell's settings; doing it again changes nothing."""
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quell.site.settings")
    if not apps.ready:
        django.setup()


_URL = "QUELL_DATABASE_URL"
_WEB_URL = "QUELL_WEB_DATABASE_URL"
_SEALER_URL = "QUELL_SEALER_DATABASE_URL"


def _of_embedded(home: Path, server: embedded.Server) -> Connections:
    def role(user: str, secret_name: str, name: str = DATABASE) -> Role:
        return Role(str(server.socket), str(embedded.PORT), name, user, secret(home, secret_name))

    return Connections(
        home=home,
        owner=role(OWNER, OWNER),
        web=role(WEB, WEB),
        sealer=role(SEALER, SEALER),
        administrator=role(embedded.SUPERUSER, "superuser", "postgres"),
        embedded=True,
        secret_key=secret(home, "django"),
    )


def _of_url(home: Path) -> Connections:
    owner = Role.from_url(os.environ[_URL], _URL)

    def role(user: str, variable: str) -> Role:
        given = os.environ.get(variable)
        if not given:
            return Role(owner.host, owner.port, owner.name, user, secret(home, user), owner.options)
        role = Role.from_url(given, variable)
        if role.user != user:
            raise QuellError(
                f"{variable} must name the user {user} (it names {role.user}): migrations grant to it."
            )
        return role

    return Connections(
        home=home,
        owner=owner,
        web=role(WEB, _WEB_URL),
        sealer=role(SEALER, _SEALER_URL),
        administrator=owner,
        embedded=False,
        secret_key=secret(home, "django"),
    )


def _connect(role: Role) -> psycopg.Connection[tuple[object, ...]]:
    try:
        return psycopg.connect(role.conninfo(), autocommit=True)
    except psycopg.OperationalError as error:
        raise QuellError(
            f"The database {role.name} at {role.host or 'the default server'} does not let {role.user or 'us'} in:\n"
            f"{str(error).strip()}\n"
            "Start the server, or put its address right (QUELL_DATABASE_URL); for the embedded database, see\n"
            "that secrets.json in the home is the one that it was made with."
        ) from error


def _make_role(connection: psycopg.Connection[tuple[object, ...]], role: Role) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role.user]).fetchone():
        return
    # Only the verifier travels: the server's log never sees the password, even when the statement fails.
    verifier = connection.pgconn.encrypt_password(
        role.password.encode(), role.user.encode(), b"scram-sha-256"
    )
    try:
        connection.execute(
            sql.SQL(
                "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS PASSWORD {}"
            ).format(sql.Identifier(role.user), sql.Literal(verifier.decode()))
        )
    except psycopg.errors.DuplicateObject:
        return  # another process was faster
    except psycopg.errors.InsufficientPrivilege as error:
        raise QuellError(
            f"The role {role.user} is missing, and the user of {_URL} may not make it.\n"
            f"Have it made: CREATE ROLE {role.user} LOGIN NOINHERIT PASSWORD '…'; and name it in\n"
            f"{_WEB_URL if role.user == WEB else _SEALER_URL}=postgresql://{role.user}:…@host/database"
        ) from error


def _check_login(role: Role, variable: str) -> None:
    try:
        psycopg.connect(role.conninfo()).close()
    except psycopg.OperationalError as error:
        raise QuellError(
            f"{role.user} cannot log in to {role.name}: {str(error).strip()}\n"
            "The role exists with a password that this home does not know. Copy secrets.json from the other machine\n"
            f"that uses this database, or give its address: {variable}=postgresql://{role.user}:…@host/database"
        ) from error


def _close_to_others(connection: psycopg.Connection[tuple[object, ...]], connections: Connections) -> None:
    # A copy of a database does not copy the rights on it, so this is said for each.
    name = sql.Identifier(connections.name)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
            name, sql.Identifier(WEB), sql.Identifier(SEALER)
        )
    )


def _refuse_powerful(connections: Connections) -> None:
    with _connect(connections.owner) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        rows = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
            " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
            [[WEB, SEALER]],
        ).fetchall()
    if rows:
        names = ", ".join(str(row[0]) for row in rows)
        raise QuellError(
            f"{names}: these roles may do more than they should, so row policies would not bind them.\n"
            "Take it away: ALTER ROLE … NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB"
        )


def _grant_framework_tables(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    for table in FRAMEWORK_TABLES:
        if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,):
            continue
        connection.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(
                sql.Identifier(table), sql.Identifier(WEB)
            )
        )
