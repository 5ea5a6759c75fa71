"""The events of people, corrections applied, as the stage clock reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import psycopg

from quell.protocol.events import Event
from quell.registry.aliases import groups_of
from quell.registry.histories import History, combined, effective, events_of, stored_with_tubes
from quell.registry.packs_in_force import Rulings


def events_of_people(cursor: psycopg.Cursor[Any], people: Iterable[str]) -> dict[str, list[Event]]:
    """Each person's own effective facts and those of the tubes they are in, by the id that was asked for."""
    asked = sorted(set(people))
    groups = groups_of(cursor, asked)
    group_of = {alias: group for group in groups.values() for alias in group}
    ids = sorted(group_of)
    stored = stored_with_tubes(cursor, ids)
    own = {alias: effective(stored.get(alias, ())) for alias in ids}
    of_tubes = {subject: effective(facts) for subject, facts in stored.items() if subject.startswith("tube:")}
    tubes_of: dict[str, set[str]] = defaultdict(set)
    for tube, history in of_tubes.items():
        for stated in history.effective:
            if stated.kind == "tube.sampled":
                for member in stated.body["members"]:
                    tubes_of[member].add(tube)
    past = _past(cursor, [*own.values(), *of_tubes.values()])
    return {
        person: _events(group_of.get(person, [person]), own, tubes_of, of_tubes, past) for person in asked
    }


def _past(cursor: psycopg.Cursor[Any], histories: Iterable[History]) -> frozenset[str]:
    named = {
        outbreak
        for history in histories
        for stated in history.effective
        for outbreak in stated.body["outbreaks"]
    }
    return Rulings(cursor).of(named)[1]


def _events(
    group: list[str],
    own: dict[str, History],
    tubes_of: dict[str, set[str]],
    of_tubes: dict[str, History],
    past: frozenset[str],
) -> list[Event]:
    events = events_of(
        combined(own[alias] for alias in group if alias in own), via=None, past=past, shared={}
    )
    ids = set(group)
    for tube in sorted({tube for alias in group for tube in tubes_of.get(alias, ())}):
        history = of_tubes[tube]
        filled = next(
            (
                s
                for s in history.effective
                if s.kind == "tube.sampled" and ids.intersection(s.body["members"])
            ),
            None,
        )
        if filled is not None:
            shared = {
                "pool_size": filled.body["pool_size"],
                "purpose": filled.body["purpose"],
                "sampled_at": filled.body["occurred"],
            }
            events.extend(events_of(history, via="members", past=past, shared=shared))
    return events
