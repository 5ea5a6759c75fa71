"""Patterns: which events a rule stands on, is met by or ended by.

In a pack a pattern is a small table. ``fact``, ``conclusion`` or ``pending`` names what is looked for, ``via``
from where, and every other word is a condition on a field::

    { fact = "tube.resulted", via = "members", result = ["positive"], pool_size = ">1" }

A value is a list (one of these), a comparison (">1", ">=35", "!not_stated"), a reference to the root
("$of": the root fact's own subject, "$source_person": a field of the root) or a plain value. ``any`` lists
alternatives of which one must hold; a value there may begin with "?": "?>=35" holds where nothing is stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from quell.catalogue import codes
from quell.catalogue.fact import REGISTER
from quell.catalogue.when import WhenError, parse
from quell.protocol.events import Event
from quell.protocol.spans import length

# What the loader adds to the facts of a tube when they are seen from one of its members.
TUBE_FIELDS = frozenset({"pool_size", "sampled_at", "purpose"})
ENVELOPE_FIELDS = frozenset({"jurisdiction", "source", "learned_at"})
_WORDS = frozenset({"fact", "conclusion", "pending", "via", "after", "times", "apart", "any"})
_COMPARISONS = (">=", "<=", ">", "<", "!")


class PatternError(ValueError):
    """A pattern names a kind, role or field that does not exist, or is written wrongly."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on one field."""

    field: str
    comparison: str
    value: Any
    where_stated: bool = False

    def holds(self, event: Event, root: Event | None) -> bool:
        """Whether the event has it. A missing field satisfies only a condition that begins with "?"."""
        found = event.of if self.field == "of" else event.attrs.get(self.field)
        wanted = self.value
        if self.comparison == "$":
            if root is None:
                return False
            wanted = root.of if wanted == "of" else root.attrs.get(wanted)
            return bool(found is not None and found == wanted)
        if found is None:
            return self.where_stated
        if self.comparison == "in":
            return bool(found in wanted)
        if self.comparison == "!":
            return bool(str(found) != wanted)
        number = float(found)
        held = {">": number > wanted, ">=": number >= wanted, "<": number < wanted, "<=": number <= wanted}
        return bool(held[self.comparison])


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which events fit. ``after`` compares that field (or "occurred") of the event with the root's."""

    kind: str
    via: str | None
    conditions: tuple[Condition, ...]
    after: str | None = None
    times: int = 1
    apart: timedelta = timedelta(0)
    alternatives: tuple[tuple[Condition, ...], ...] = ()

    def fits(self, event: Event, root: Event | None = None) -> bool:
        """Whether this event is one that the pattern looks for, as seen from the root; never the root itself."""
        if event.kind != self.kind or not self._concerns(event, root):
            return False
        if root is not None and (event.kind, event.key, event.via) == (root.kind, root.key, root.via):
            return False
        if self.alternatives and not any(
            all(condition.holds(event, root) for condition in way) for way in self.alternatives
        ):
            return False
        if self.after is None or root is None:
            return True
        return moment_of(event, self.after) > moment_of(root, self.after) or (
            self.after == "occurred" and moment_of(event, self.after) == moment_of(root, self.after)
        )

    def _concerns(self, event: Event, root: Event | None) -> bool:
        """Whether kind, way and conditions hold, whatever the alternatives say."""
        if event.kind != self.kind or event.via != self.via:
            return False
        return all(condition.holds(event, root) for condition in self.conditions)

    def completions(self, events: Iterable[Event], root: Event | None = None) -> Iterator[Event]:
        """The events that complete the pattern, in order.

        With ``times`` above one they are consecutive: an event of the same kind that does not fit (a positive
        between two negatives) starts the count again. Where the pattern has alternatives, only an event that
        meets its conditions and none of the alternatives does: an unreadable tube settles nothing either way.
        """
        held: list[Event] = []
        for event in events:
            if not self.fits(event, root):
                same = event.kind == self.kind and event.via == self.via
                if same and (not self.alternatives or self._concerns(event, root)):
                    held.clear()
                continue
            if self.times > 1:
                if held and moment_of(event, "sampled_at") - moment_of(held[-1], "sampled_at") < self.apart:
                    continue
                held.append(event)
                if len(held) < self.times:
                    continue
            yield event


def moment_of(event: Event, name: str) -> datetime:
    """A time that the event carries in a field, else when it happened."""
    text = event.attrs.get(name)
    if isinstance(text, str):
        try:
            return parse(text, event.zone).start
        except WhenError:
            return event.at
    return event.at


def first(patterns: Iterable[Pattern], events: list[Event], root: Event | None = None) -> Event | None:
    """The earliest event that completes any of the patterns."""
    found = [event for pattern in patterns for event in pattern.completions(events, root)]
    return min(found, key=lambda event: event.order, default=None)


def read_pattern(table: Mapping[str, Any], concluded: frozenset[str]) -> Pattern:
    """Read a pattern table; raises PatternError naming the word that is wrong.

    concluded  the kinds of conclusion that the pack's own rules reach
    """
    named = [word for word in ("fact", "conclusion", "pending") if word in table]
    if len(named) != 1:
        message = "a pattern names exactly one of fact, conclusion or pending"
        raise PatternError(message)
    via = table.get("via")
    fields = _known_fields(named[0], str(table[named[0]]), via, concluded)
    coded = _coded_fields(str(table[named[0]])) if named[0] == "fact" else {}
    stated = {word: value for word, value in table.items() if word not in _WORDS}
    after = table.get("after")
    for field in (
        *stated,
        *(word for way in table.get("any", ()) for word in way),
        *([after] if after else ()),
    ):
        if field not in {"of", "occurred"} and fields is not None and field not in fields:
            message = f"{table[named[0]]} has no field {field!r}; it has {', '.join(sorted(fields))}"
            raise PatternError(message)
    if any(isinstance(value, str) and value.startswith("?") for value in stated.values()):
        message = 'a value that begins with "?" stands only inside any = [...]'
        raise PatternError(message)
    conditions = _conditions(stated, coded)
    alternatives = tuple(_conditions(way, coded) for way in table.get("any", ()))
    try:
        apart = length(table["apart"]) if "apart" in table else timedelta(0)
    except ValueError as error:
        raise PatternError(str(error)) from error
    kind = table["fact"] if named[0] == "fact" else f"{named[0]}:{table[named[0]]}"
    return Pattern(kind, via, conditions, after, int(table.get("times", 1)), apart, alternatives)


def _coded_fields(kind: str) -> dict[str, str]:
    """The fields of a fact kind that hold codes, with the list that each code comes from."""
    coded = {field: list_name for field, list_name, _ in REGISTER[kind].coded}
    return {"purpose": "sampling_purpose", **coded}


def _conditions(table: Mapping[str, Any], coded: Mapping[str, str]) -> tuple[Condition, ...]:
    conditions = tuple(_condition(field, value) for field, value in table.items())
    for condition in conditions:
        list_name = coded.get(condition.field)
        if list_name is None or condition.comparison not in {"in", "!"}:
            continue
        wanted = condition.value if condition.comparison == "in" else {condition.value}
        for code in sorted(wanted - codes.values(list_name), key=str):
            message = f"{condition.field} = {code!r} is not in the code list {list_name}"
            raise PatternError(message)
    return conditions


def _known_fields(what: str, name: str, via: str | None, concluded: frozenset[str]) -> set[str] | None:
    """The fields a condition may name; None when any may be named."""
    if what == "pending":
        return None
    if what == "conclusion":
        if name not in concluded:
            message = f"no rule of this pack concludes {name!r}; it concludes {', '.join(sorted(concluded)) or 'nothing'}"
            raise PatternError(message)
        return None
    entry = REGISTER.get(name)
    if entry is None:
        message = f"no kind of fact is called {name!r}"
        raise PatternError(message)
    fields = set(entry.struct.__struct_fields__) | ENVELOPE_FIELDS
    if via == "members":
        if entry.subject_kind != "tube":
            message = f'via = "members" leads to facts of tubes, and {name} is about a {entry.subject_kind}'
            raise PatternError(message)
        fields |= TUBE_FIELDS
    elif via is not None:
        message = f'via = {via!r} is not a way from one subject to another; the only one is "members"'
        raise PatternError(message)
    return fields


def _condition(field: str, value: Any) -> Condition:
    where_stated = isinstance(value, str) and value.startswith("?")
    if where_stated:
        value = value[1:]
    if isinstance(value, list):
        return Condition(field, "in", frozenset(value))
    if isinstance(value, str):
        if value.startswith("$"):
            return Condition(field, "$", value[1:], where_stated)
        for comparison in _COMPARISONS:
            if value.startswith(comparison):
                rest = value[len(comparison) :].strip()
                try:
                    wanted = rest if comparison == "!" else float(rest)
                except ValueError as error:
                    message = f"{field} = {value!r}: after {comparison} comes a number"
                    raise PatternError(message) from error
                return Condition(field, comparison, wanted, where_stated)
    return Condition(field, "in", frozenset((value,)), where_stated)
