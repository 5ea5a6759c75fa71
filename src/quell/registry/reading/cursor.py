"""The cursor that reading functions use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.datetime import TimestamptzLoader


@contextmanager
def reading() -> Iterator[psycopg.Cursor[Any]]:
    """A plain psycopg cursor on Django's connection as the web role; outside a transaction, each statement is its own.

    Django loads jsonb as text on this connection: select it as text and decode it.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        # Django's loader of instants is written in Python, four times as slow; the session's zone is UTC either way.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        yield cursor
