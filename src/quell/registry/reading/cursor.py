"""The cursor that reading functions use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def reading() -> Iterator[psycopg.Cursor[Any]]:
    """A plain psycopg cursor on Django's connection as the web role; outside a transaction, each statement is its own.

    Django loads jsonb as text on this connection: select it as text and decode it.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        yield cursor
