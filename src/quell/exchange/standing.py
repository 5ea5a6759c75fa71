"""What an outbreak was opened as, for whoever brings more facts to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from django.db import connections

from quell.catalogue.when import local_date


@dataclass(frozen=True, slots=True)
class OpenedBefore:
    """An outbreak that is there: the first day of it, the last day on its standing clock, and under what."""

    first: date
    last: date
    zone: str
    jurisdiction: str
    protocol_digest: str


def opened_before(outbreak: str) -> OpenedBefore | None:
    """How this outbreak was opened; None where it is not there, or has no clock that stands."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """SELECT opened_at, clock_at, zone, jurisdiction, protocols::text FROM registry.outbreak
               WHERE outbreak_id = %s""",
            [outbreak],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    opened_at, clock_at, zone, jurisdiction, protocols = row
    first = local_date(opened_at, zone)
    last = local_date(clock_at - timedelta(seconds=1), zone) if clock_at else first
    (_, digest), *_ = msgspec.json.decode(protocols)
    return OpenedBefore(first, last, zone, jurisdiction, digest)
