"""The transaction in which a writer works, and what is tried again when two writers met."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import OperationalError, connections, transaction
from psycopg import errors
from psycopg.types.array import ListDumper

T = TypeVar("T")
_TRIES = 6


class TextsAtOnce(ListDumper):
    """Dumps a list of texts in one go: psycopg's own escapes each of thousands of ids by itself."""

    def dump(self, obj: list[Any]) -> bytes | bytearray | memoryview | None:
        """As psycopg does, where anything in the list is not a text."""
        if not obj:
            return super().dump(obj)
        try:
            joined = '","'.join(obj)
        except TypeError:
            return super().dump(obj)
        if "\\" in joined or joined.count('"') > 2 * (len(obj) - 1):
            return super().dump(obj)
        return f'{{"{joined}"}}'.encode()


@contextmanager
def writing(alias: str = "default") -> Iterator[psycopg.Cursor[Any]]:
    """A plain psycopg cursor inside a transaction of this database alias.

    Server-side parameters and prepared statements: the same dozen statements run for every fact. Whatever a writer asks
    for it names, so it is looked up: with thousands of names at once, on tables that grew since they were last counted,
    the planner would rather read the whole ledger.
    """
    with transaction.atomic(using=alias):
        connection = connections[alias].connection
        if connection.adapters.get_dumper(list, psycopg.adapt.PyFormat.TEXT) is not TextsAtOnce:
            connection.adapters.register_dumper(list, TextsAtOnce)
        with psycopg.Cursor(connection) as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            yield cursor


def again_when_met(work: Callable[[], T]) -> T:
    """Run a transaction, again when it met another one: a deadlock, or the same new row at the same moment.

    Inside an outer transaction there is nothing to run again, so the error goes up.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return work()
        except (
            errors.DeadlockDetected,
            errors.SerializationFailure,
            errors.UniqueViolation,
            OperationalError,
        ) as error:
            met = isinstance(error, errors.Error) or isinstance(error.__cause__, errors.DeadlockDetected)
            if not met or attempt == _TRIES or transaction.get_connection().in_atomic_block:
                raise
            time.sleep(0.005 * attempt)
    raise AssertionError  # pragma: no cover - the loop returns or raises
