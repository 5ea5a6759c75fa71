"""The three roles under which Quell speaks to PostgreSQL, and how each connects.

`owner` owns the database and runs migrations. `web` serves people and owns nothing, so that row policies bind it.
`sealer` orders the ledger and owns nothing either. Migrations grant to the names below, one table at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from quell.errors import QuellError

OWNER = "quell_owner"
WEB = "quell_web"
SEALER = "quell_sealer"
DATABASE = "quell"


@dataclass(frozen=True, slots=True)
class Role:
    """How one role reaches one database. `options` are libpq's other parameters (sslmode and the like)."""

    host: str
    port: str
    name: str
    user: str
    password: str = field(repr=False)
    options: tuple[tuple[str, str], ...] = ()

    def conninfo(self, name: str | None = None) -> str:
        """Return libpq's connection string, for another database of the same server when one is named."""
        return make_conninfo(
            host=self.host or None,
            port=self.port or None,
            dbname=name or self.name,
            user=self.user or None,
            password=self.password or None,
            **dict(self.options),
        )

    def django(self) -> dict[str, Any]:
        """Return this role as an entry of Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": self.port,
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "OPTIONS": dict(self.options),
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": True,
            "ATOMIC_REQUESTS": False,
        }

    @classmethod
    def from_url(cls, url: str, variable: str) -> Self:
        """Read postgresql://user:password@host:port/database?option=value, given in that environment variable."""
        try:
            parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
        except ProgrammingError as error:
            # libpq's message quotes the whole text, password and all.
            raise QuellError(
                f"{variable} is not a PostgreSQL address; write postgresql://user:password@host:5432/database"
            ) from error
        if not parts.get("dbname") or not parts.get("user"):
            raise QuellError(
                f"{variable} must name a user and a database: postgresql://user:password@host/database"
            )
        taken = {"host", "port", "dbname", "user", "password"}
        return cls(
            host=parts.get("host", ""),
            port=parts.get("port", ""),
            name=parts["dbname"],
            user=parts["user"],
            password=parts.get("password", ""),
            options=tuple(sorted((key, value) for key, value in parts.items() if key not in taken)),
        )


@dataclass(frozen=True, slots=True)
class Connections:
    """What an installation needs to reach its database.

    `administrator` may make and rename databases: the superuser of the embedded server, or, on a server of yours, the
    role of QUELL_DATABASE_URL, which then is the owner too.
    """

    home: Path
    owner: Role
    web: Role
    sealer: Role
    administrator: Role
    embedded: bool
    secret_key: str = field(repr=False)

    @property
    def name(self) -> str:
        """The database's name."""
        return self.owner.name

    def at(self, name: str) -> Connections:
        """Return the same roles at another database of the same server."""
        return replace(
            self,
            owner=replace(self.owner, name=name),
            web=replace(self.web, name=name),
            sealer=replace(self.sealer, name=name),
        )

    def django(self) -> dict[str, dict[str, Any]]:
        """Return Django's DATABASES."""
        return {"default": self.web.django(), "sealer": self.sealer.django(), "owner": self.owner.django()}
