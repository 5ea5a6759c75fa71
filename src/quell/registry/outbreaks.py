"""Outbreaks and jurisdictions as rows, from their own facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from quell.catalogue.when import instant, parse
from quell.registry.histories import Stored


def write_outbreak(cursor: psycopg.Cursor[Any], outbreak: str, facts: Sequence[Stored]) -> None:
    """Write the row of an outbreak, or remove it when its opening was taken back."""
    cursor.execute("DELETE FROM registry.outbreak WHERE outbreak_id = %s", (outbreak,))
    opened = next((stated for stated in facts if stated.kind == "outbreak.opened"), None)
    if opened is None:
        return
    protocols = [(instant(opened.when.start), opened.body["protocol_digest"])]
    clock, clock_at, closed_at = opened.body["clock"], opened.body["clock_at"], None
    for stated in facts:
        if stated.kind == "outbreak.protocol_changed":
            protocols.append((instant(stated.when.start), stated.body["protocol_digest"]))
        elif stated.kind == "outbreak.clock_set":
            clock, clock_at = stated.body["clock"], stated.body["clock_at"]
        elif stated.kind == "outbreak.closed":
            closed_at = stated.when.end
    recordable = opened.body["recordable"]
    cursor.execute(
        """INSERT INTO registry.outbreak
           (outbreak_id, title, disease, clock, clock_at, simulated, recordable, zone, jurisdiction, opened_at,
            closed_at, protocols)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            outbreak,
            Jsonb(opened.body["title"]),
            opened.body["disease"],
            clock,
            _moment(clock_at),
            opened.body["simulated"],
            None if recordable is None else list(recordable),
            opened.body["zone"],
            opened.body["jurisdiction"],
            opened.when.start,
            closed_at,
            Jsonb(protocols),
        ),
    )


def write_jurisdiction(cursor: psycopg.Cursor[Any], subject: str, facts: Sequence[Stored]) -> None:
    """Write the row of a jurisdiction from its latest registration."""
    registered = [stated for stated in facts if stated.kind == "jurisdiction.registered"]
    cursor.execute("DELETE FROM registry.jurisdiction WHERE code = %s", (subject.partition(":")[2],))
    if not registered:
        return
    body = registered[-1].body
    cursor.execute(
        """INSERT INTO registry.jurisdiction
           (code, tier, parent, iso_3166_2, national_code, names, population, local_zone)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            subject.partition(":")[2],
            body["tier"],
            body["parent"],
            body["iso_3166_2"],
            body["national_code"],
            Jsonb(body["names"]),
            body["population"],
            body["local_zone"],
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return parse(text, "UTC").start if text else None
