"""Reading and searching the vault. Each call leaves one row in the read log, with the whole set of subjects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from quell.vault.retention import VaultClass
from quell.vault.tokens import tokens_asked


@dataclass(frozen=True, slots=True)
class Kept:
    """One vault record."""

    record_id: str
    subject: str
    content: dict[str, Any] | None
    attachment: bytes | None
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """That somebody read: when, who, at which desk, for what."""

    read_at: datetime
    read_by: str
    desk: str
    purpose: str


def read(subjects: Sequence[str], *, kind: VaultClass, by: str, desk: str, purpose: str) -> list[Kept]:
    """The records of these subjects, oldest first. The database refuses a read without by, desk or purpose."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT record_id::text, subject, content::text, attachment, kept_at
               FROM vault.read(%s, %s, %s, %s, %s)""",
            [list(subjects), kind, by, desk, purpose],
        )
        rows = cursor.fetchall()
    return [
        Kept(
            record,
            subject,
            msgspec.json.decode(content) if content else None,
            bytes(attachment) if attachment is not None else None,
            kept_at,
        )
        for record, subject, content, attachment, kept_at in rows
    ]


def read_identity(subjects: Sequence[str], *, by: str, desk: str, purpose: str) -> dict[str, dict[str, Any]]:
    """The latest identity of each subject that has one."""
    return {
        kept.subject: kept.content or {}
        for kept in read(subjects, kind="identity", by=by, desk=desk, purpose=purpose)
    }


def find(text: str, *, by: str, desk: str, purpose: str, limit: int = 50) -> list[str]:
    """Subjects whose identity matches what was typed; ids only, no identity, and logged."""
    tokens = tokens_asked(text)
    if not tokens:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT vault.find(%s, %s, %s, %s, %s)", [tokens, limit, by, desk, purpose])
        return [subject for (subject,) in cursor.fetchall()]


def reads_of(subject: str) -> list[Read]:
    """Who read about this subject: what the person is told when they ask."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT read_at, read_by, desk, purpose FROM vault.read_log WHERE subjects @> ARRAY[%s] ORDER BY read_at",
            [subject],
        )
        return [Read(*row) for row in cursor.fetchall()]
