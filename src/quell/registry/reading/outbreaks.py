"""Outbreaks: which there are, on which clock, and how they stand at a glance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from quell.catalogue.when import WhenError, local_date, parse
from quell.protocol.pack import Pack
from quell.registry.packs_in_force import pack_by_digest
from quell.registry.reading.cursor import reading

_COLUMNS = """outbreak_id, title::text, disease, clock, clock_at, simulated, recordable, zone, jurisdiction, opened_at,
    closed_at, protocols::text"""
# Which date a day of the epidemic curve was taken from, best first.
DATES = ("onset", "sample", "report")


@dataclass(frozen=True, slots=True)
class Outbreak:
    """One outbreak."""

    outbreak_id: str
    title: dict[str, str]
    disease: str
    clock: str
    clock_at: datetime | None
    simulated: bool
    recordable: frozenset[str] | None
    zone: str
    jurisdiction: str
    opened_at: datetime
    closed_at: datetime | None
    protocols: tuple[tuple[str, str], ...]

    @property
    def past(self) -> bool:
        """Whether its clock stands at a past moment: then it is read, not worked on."""
        return self.clock == "past" and self.clock_at is not None

    def named(self, language: str) -> str:
        """Its title in this language, else in English, else any, else its id."""
        for tried in (language, language.partition("-")[0], "en", *self.title):
            if tried in self.title:
                return self.title[tried]
        return self.outbreak_id.partition(":")[2]


_FIELDS = tuple(field.name for field in fields(Outbreak))


@dataclass(frozen=True, slots=True)
class Glance:
    """The figures of an outbreak at a moment."""

    tubes_open: int
    not_held: int
    held: int
    oldest_held: datetime | None
    minutes_to_held: int | None
    urgent_needs: int
    cases: int
    cases_new: int
    pending: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the epidemic curve: how many cases, by which date they were put there."""

    day: date
    onset: int
    sample: int
    report: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.onset + self.sample + self.report


def every() -> list[Outbreak]:
    """All outbreaks: those still open first, the latest first."""
    return _outbreaks("ORDER BY closed_at IS NOT NULL, clock = 'past', opened_at DESC, outbreak_id", [])


def one(outbreak_id: str) -> Outbreak | None:
    """An outbreak by its id."""
    found = _outbreaks("WHERE outbreak_id = %s", [outbreak_id])
    return found[0] if found else None


def now_of(outbreak: Outbreak | None, real_now: datetime) -> datetime:
    """The outbreak's own now: where its clock stands at a past moment, that moment, else the real one."""
    if outbreak is not None and outbreak.past and outbreak.clock_at is not None:
        return outbreak.clock_at
    return real_now


def pack_in_force(outbreak: Outbreak, now: datetime) -> Pack:
    """The protocol pack that rules an outbreak at a moment."""
    ruling = outbreak.protocols[0][1]
    for since, digest in outbreak.protocols[1:]:
        if parse(since, "UTC").start <= now:
            ruling = digest
    with reading() as cursor:
        return pack_by_digest(cursor, ruling)


def glance(outbreak: Outbreak, now: datetime) -> Glance:
    """The figures that a commander asks for first."""
    day_ago = now - timedelta(hours=24)
    with reading() as cursor:
        cursor.execute(
            """SELECT count(DISTINCT subject) FILTER (WHERE action = 'hold'),
                      count(*) FILTER (WHERE action = 'meet_need' AND urgent)
               FROM registry.duty WHERE outbreak = %s AND met_at IS NULL AND ended_at IS NULL""",
            [outbreak.outbreak_id],
        )
        unheld, needs = cursor.fetchone() or (0, 0)
        cursor.execute(
            """SELECT count(DISTINCT d.because) FROM registry.duty d
               WHERE d.outbreak = %s AND d.action IN ('hold', 'resample') AND starts_with(d.because, 'tube:')
                 AND d.rule NOT LIKE '%%/resample-again'
                 AND EXISTS (SELECT FROM registry.duty o WHERE o.subject = d.subject AND o.met_at IS NULL
                             AND o.ended_at IS NULL AND o.action IN ('hold', 'resample', 'read_single'))""",
            [outbreak.outbreak_id],
        )
        tubes = int((cursor.fetchone() or (0,))[0])
        cursor.execute(
            """SELECT count(DISTINCT subject), min(opened_at) FROM registry.restriction
               WHERE outbreak = %s AND ground IN ('pool_positive', 'awaiting_result')
                 AND opened_at <= %s AND coalesce(ended_at, ends_at) > %s""",
            [outbreak.outbreak_id, now, now],
        )
        held, oldest = cursor.fetchone() or (0, None)
        cursor.execute(
            """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM met_at - opens_at)) / 60
               FROM registry.duty WHERE outbreak = %s AND action = 'hold' AND met_at BETWEEN %s AND %s""",
            [outbreak.outbreak_id, day_ago, now],
        )
        median = (cursor.fetchone() or (None,))[0]
        cursor.execute(
            """SELECT count(*), count(*) FILTER (WHERE at > %s) FROM registry.conclusion
               WHERE outbreak = %s AND kind = 'case' AND at <= %s""",
            [day_ago, outbreak.outbreak_id, now],
        )
        cases, new = cursor.fetchone() or (0, 0)
        cursor.execute("SELECT count(*) FROM registry.pending")
        pending = int((cursor.fetchone() or (0,))[0])
    return Glance(
        tubes, unheld, held, oldest, None if median is None else int(median), needs, cases, new, pending
    )


def epidemic_curve(outbreak: Outbreak, now: datetime) -> list[Day]:
    """Cases by day of onset; without one by day of sampling; without either by day of report. Empty days are kept."""
    with reading() as cursor:
        cursor.execute(
            """SELECT CASE WHEN attrs ->> 'onset_date' IS NOT NULL THEN 'onset'
                           WHEN attrs ->> 'sampled_at' IS NOT NULL THEN 'sample' ELSE 'report' END AS which,
                      coalesce(attrs ->> 'onset_date', attrs ->> 'sampled_at', occurred) AS dated, zone, count(*)
               FROM registry.conclusion WHERE outbreak = %s AND kind = 'case' AND at <= %s GROUP BY 1, 2, 3""",
            [outbreak.outbreak_id, now],
        )
        rows = cursor.fetchall()
    days: dict[date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(DATES, 0))
    for which, dated, zone, number in rows:
        try:
            when = parse(dated, zone)
        except WhenError:
            continue
        days[when.date or local_date(when.start, zone)][which] += number
    if not days:
        return []
    first, last = min(days), max(days)
    return [
        Day(day, **days[day]) for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
    ]


def by_classification(outbreak: Outbreak, now: datetime) -> list[tuple[str, int]]:
    """How many cases of each classification; "" where nobody classified them yet."""
    with reading() as cursor:
        cursor.execute(
            """SELECT coalesce(s.state ->> 'classification', ''), count(*) FROM registry.conclusion c
               JOIN registry.subject s ON s.subject_id = c.subject
               WHERE c.outbreak = %s AND c.kind = 'case' AND c.at <= %s GROUP BY 1 ORDER BY 2 DESC, 1""",
            [outbreak.outbreak_id, now],
        )
        return [(str(code), int(number)) for code, number in cursor]


def _outbreaks(rest: str, values: list[Any]) -> list[Outbreak]:
    with reading() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM registry.outbreak {rest}".encode(), values)
        return [_outbreak(row) for row in cursor]


def _outbreak(row: tuple[Any, ...]) -> Outbreak:
    values = dict(zip(_FIELDS, row, strict=True))
    recordable = values["recordable"]
    values["title"] = msgspec.json.decode(values["title"])
    values["recordable"] = None if recordable is None else frozenset(recordable)
    values["protocols"] = tuple((since, digest) for since, digest in msgspec.json.decode(values["protocols"]))
    return Outbreak(**values)
