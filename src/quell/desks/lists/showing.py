"""How the value of a cell is shown on a page, and how it is written into a file: a small function for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from quell.catalogue import codes
from quell.catalogue.when import zone_named
from quell.desks.house import times
from quell.desks.house.board import Board
from quell.desks.house.templatetags.house import state_chip, subject
from quell.protocol.states import minutes_late, minutes_left, state_of
from quell.registry.reading.listing import Column

Written = str | float | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom values are written: the language and zone, the clock, whether codes stay codes, what places are called."""

    language: str
    zone: str
    now: datetime
    raw: bool = False
    jurisdictions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, board: Board, *, raw: bool = False) -> Reader:
        """Whoever looks at this board."""
        return cls(board.language, board.zone, board.now, raw)


@dataclass(frozen=True, slots=True)
class _Timed:
    """What of a duty its state depends on, in the order in which the list's column has it."""

    due_known: datetime
    opens_at: datetime
    closes_at: datetime | None
    met_at: datetime | None
    ended_at: datetime | None
    recordable: bool


def cell(column: Column, values: Sequence[Any], reader: Reader) -> SafeString | str:
    """A cell of the page; "" for what nobody stated."""
    if values[0] is None:
        return ""
    shown = _SHOWN.get(column.kind)
    if shown is not None:
        return shown(values, reader)
    return str(text(column, values, reader))


def text(column: Column, values: Sequence[Any], reader: Reader) -> Written:
    """What a file holds: labels or codes, dates as dates, times in the outbreak's zone, None for what nobody stated."""
    if values[0] is None:
        return None
    return _WRITTEN[column.kind](column, values, reader)


def _state_cell(values: Sequence[Any], reader: Reader) -> SafeString:
    duty = _Timed(*values)
    minutes = minutes_late(duty, reader.now) or minutes_left(duty, reader.now)
    return state_chip(state_of(duty, reader.now), minutes)


def _moment_cell(values: Sequence[Any], reader: Reader) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        values[0].isoformat(),
        f"{_local(values[0], reader):%Y-%m-%d %H:%M:%S} {reader.zone}",
        times.moment(values[0], reader.zone, reader.now),
    )


def _until_cell(values: Sequence[Any], reader: Reader) -> SafeString | str:
    return _moment_cell(values, reader) if values[0] > reader.now else ""


def _day_cell(values: Sequence[Any], reader: Reader) -> str:
    return times.day(values[0], _local(reader.now, reader).date())


def _yes_cell(values: Sequence[Any], reader: Reader) -> SafeString | str:
    return format_html('<span title="{}">✓</span>', _("yes")) if values[0] else ""


def _jurisdiction_cell(values: Sequence[Any], reader: Reader) -> SafeString:
    """Its name where it is known, with the code by which it is filtered."""
    names = reader.jurisdictions.get(values[0], {})
    name = names.get(reader.language) or names.get("en") or values[0]
    return format_html('<span title="{}">{}</span>', values[0], name)


_SHOWN: Mapping[str, Callable[[Sequence[Any], Reader], SafeString | str]] = {
    "subject": lambda values, _reader: subject(values[0], short=True),
    "state": _state_cell,
    "moment": _moment_cell,
    "until": _until_cell,
    "day": _day_cell,
    "yes": _yes_cell,
    "jurisdiction": _jurisdiction_cell,
}


def _code(column: Column, values: Sequence[Any], reader: Reader) -> Written:
    return str(values[0]) if reader.raw else _label(column.codes, str(values[0]), reader.language)


def _state(column: Column, values: Sequence[Any], reader: Reader) -> Written:
    return _code(column, (state_of(_Timed(*values), reader.now),), reader)


def _subject(column: Column, values: Sequence[Any], reader: Reader) -> Written:
    return str(values[0]) if reader.raw else str(values[0]).partition(":")[2]


def _until(column: Column, values: Sequence[Any], reader: Reader) -> Written:
    return _local(values[0], reader) if values[0] > reader.now else None


def _yes(column: Column, values: Sequence[Any], reader: Reader) -> Written:
    if reader.raw:
        return "yes" if values[0] else "no"
    return _("yes") if values[0] else _("no")


def _age(column: Column, values: Sequence[Any], reader: Reader) -> Written:
    first, last = values
    if first == last:
        return int(first)
    return f"{first}+" if last is None else f"{first}–{last}"


def _names(column: Column, values: Sequence[Any], reader: Reader) -> Written:
    known: dict[str, str] = msgspec.json.decode(values[0])
    return known.get(reader.language) or known.get("en") or next(iter(known.values()), "")


_WRITTEN: Mapping[str, Callable[[Column, Sequence[Any], Reader], Written]] = {
    "code": _code,
    "state": _state,
    "subject": _subject,
    "moment": lambda _column, values, reader: _local(values[0], reader),
    "until": _until,
    "yes": _yes,
    "age": _age,
    "names": _names,
    "number": lambda _column, values, _reader: values[0],
    "day": lambda _column, values, _reader: values[0],
    "jurisdiction": lambda _column, values, _reader: str(values[0]),
    "text": lambda _column, values, _reader: str(values[0]),
}


@cache
def _labels(list_name: str, language: str) -> Mapping[str, str]:
    return {value: code.label(language) for value, code in codes.all_lists()[list_name].codes.items()}


def _label(list_name: str, value: str, language: str) -> str:
    return _labels(list_name, language).get(value, value)


def _local(at: datetime, reader: Reader) -> datetime:
    """The outbreak's local time, without its zone, as spreadsheets have it; the heading names the zone."""
    return at.astimezone(zone_named(reader.zone)).replace(tzinfo=None)
