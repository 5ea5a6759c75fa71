"""From which moment a rule counts, and when what it asks opens, is due and closes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from quell.catalogue.when import When, WhenError, parse
from quell.protocol.events import Event
from quell.protocol.rules import Days, DutyRule
from quell.protocol.spans import day_begins

Deadline = tuple[int, datetime, datetime, datetime, datetime | None]


def text_at(ways: Sequence[str], root: Event, seen: Sequence[Event]) -> str | None:
    """The first time or value that one of these ways leads to.

    A way is a field of the root, the first fact of a kind ("symptoms.began", "symptoms.began@rash"), or the
    earliest or latest that any fact like the root says about the same source ("latest:last_exposure").
    """
    for way in ways:
        if way.startswith(("earliest:", "latest:")):
            text = _furthest(way, root, seen)
            if text is not None:
                return text
        elif "." in way:
            kind, _, symptom = way.partition("@")
            for event in seen:
                if (
                    event.kind == kind
                    and event.via is None
                    and (not symptom or event.attrs.get("symptom") == symptom)
                ):
                    return str(event.attrs["occurred"])
        elif root.attrs.get(way) is not None:
            return str(root.attrs[way])
    return None


def _furthest(way: str, root: Event, seen: Sequence[Event]) -> str | None:
    """The first or last time that facts like the root state; of an interval its beginning or its end."""
    which, _, name = way.partition(":")
    source = root.attrs.get("source_person")
    dated = []
    for event in seen:
        if (event.kind, event.via, event.attrs.get("source_person")) != (root.kind, root.via, source):
            continue
        begins, _, ends = str(event.attrs.get(name) or "").partition("/")
        text = begins if which == "earliest" else ends or begins
        when = when_of(text, event.zone)
        if when is not None:
            dated.append((when.start, when.end, text))
    return (min if which == "earliest" else max)(dated)[2] if dated else None


def when_of(text: object, zone: str) -> When | None:
    """A stated time; None where nothing readable is stated, since a fact is never refused for it."""
    if not isinstance(text, str) or not text:
        return None
    try:
        return parse(text, zone)
    except WhenError:
        return None


def anchored(ways: Sequence[str], root: Event, seen: Sequence[Event]) -> When:
    """The time that a rule counts from; the root's own when none of the ways leads anywhere."""
    text = text_at([way for way in ways if way != "occurred"], root, seen)
    return when_of(text, root.zone) or root.when


def day_of(anchor: When) -> datetime:
    """The instant whose local day is the anchor's day."""
    return anchor.start


def deadlines_of(rule: DutyRule, root: Event, seen: Sequence[Event]) -> list[Deadline]:
    """Occurrence, opening, due from the event, due from when it could be known, and closing of each duty."""
    if rule.days is not None:
        return _series(rule.days, root, seen)
    if rule.due_field is not None:
        due = (when_of(root.attrs.get(rule.due_field), root.zone) or root.when).end
        return [(1, root.at, due, max(due, root.known_at), None)]
    anchor = anchored(rule.anchor, root, seen)
    within = rule.within or timedelta(0)
    known = max(anchor.end, root.known_at) + within
    if rule.closes is None:
        return [(1, anchor.start, anchor.end + within, known, None)]
    # A window that was over before the root happened is not owed; while it is open, late knowledge gives more
    # time only until it closes.
    closes = anchor.end + rule.closes
    return [] if closes <= root.at else [(1, anchor.start, anchor.end + within, min(known, closes), closes)]


def _series(days: Days, root: Event, seen: Sequence[Event]) -> list[Deadline]:
    """One duty per day. Its occurrence is the day's number, so that day 7 stays day 7 when other days change.

    A day that was over before the root happened is not owed: nobody could have done it.
    """
    anchor = day_of(anchored(days.anchor, root, seen))
    opens = [day_begins(anchor, root.zone, number, days.anchor_is_day) for number in days.numbers]
    rows = []
    for index, number in enumerate(days.numbers):
        due = day_begins(anchor, root.zone, number + 1, days.anchor_is_day)
        closes = opens[index + 1] if index + 1 < len(opens) else None
        if (closes or due) <= root.at:
            continue
        known = due if root.known_at <= opens[index] else max(due, root.known_at + timedelta(days=1))
        rows.append((number, opens[index], due, known, closes))
    return rows
