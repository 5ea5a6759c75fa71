"""Telling a story in facts: actions happen at moments, say facts, and let other actions follow.

Whoever listens hears the facts in the order in which they were recorded, which is some minutes after they happened.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar

from quell.catalogue.fact import Fact
from quell.catalogue.when import instant

Told = tuple[datetime, Fact]
F = TypeVar("F", bound=Fact)


class Telling:
    """A clock, chance, and what is still to happen and to be recorded."""

    def __init__(self, chance: Random, *, begins: datetime, zone: str, outbreak: str) -> None:
        self.chance = chance
        self.clock = begins
        self.zone = zone
        self.outbreak = outbreak
        self._number = count()
        self._to_happen: list[tuple[datetime, int, Callable[[], object]]] = []
        self._to_be_told: list[tuple[datetime, int, Fact]] = []

    def on(self, moment: datetime, action: Callable[[], object]) -> None:
        """Let something happen at a moment, or now where that has passed."""
        moment = max(moment.replace(microsecond=0), self.clock)
        heapq.heappush(self._to_happen, (moment, next(self._number), action))

    def after(self, minutes: float, action: Callable[[], object]) -> None:
        """Let something happen so many minutes from now."""
        self.on(self.clock + timedelta(minutes=minutes), action)

    def between(self, least: float, most: float) -> float:
        """A number of minutes, more often near the lower end."""
        return self.chance.triangular(least, most, least + (most - least) / 4)

    def likely(self, share: float) -> bool:
        """True in this share of times."""
        return self.chance.random() < share

    def say(
        self,
        kind: type[F],
        subject: str,
        jurisdiction: str,
        *,
        source: str = "field",
        at: datetime | str | None = None,
        typed: tuple[float, float] = (0.2, 3.0),
        general: bool = False,
        **fields: Any,
    ) -> F:
        """State a fact: it happened now (or at ``at``) and is recorded ``typed`` minutes from now.

        general  it concerns no outbreak: who lives where
        """
        moment = at or self.clock
        stated = kind(
            subject=subject,
            occurred=moment if isinstance(moment, str) else instant(moment),
            jurisdiction=jurisdiction,
            zone=self.zone,
            source=f"simulation:{source}",
            outbreaks=() if general else (self.outbreak,),
            **fields,
        )
        self.repeat(stated, typed)
        return stated

    def repeat(self, stated: Fact, typed: tuple[float, float] = (0.0, 0.0)) -> None:
        """Let a fact be recorded so many minutes from now, perhaps once more."""
        recorded = self.clock + timedelta(seconds=round(60 * self.between(*typed)) if typed[1] else 0)
        heapq.heappush(self._to_be_told, (recorded, next(self._number), stated))

    def told(self, until: datetime) -> Iterator[Told]:
        """Everything that is recorded until then, in order."""
        while self._to_happen and self._to_happen[0][0] <= until:
            moment, _, action = heapq.heappop(self._to_happen)
            yield from self._recorded_before(moment)
            self.clock = moment
            action()
        yield from self._recorded_before(until + timedelta(seconds=1))

    def _recorded_before(self, moment: datetime) -> Iterator[Told]:
        while self._to_be_told and self._to_be_told[0][0] < moment:
            recorded, _, stated = heapq.heappop(self._to_be_told)
            yield recorded, stated
