"""What was known of an outbreak at a moment: its facts as they stood then, and what followed from them then.

Facts are never changed, so the past is read, not remembered. The rule, one for every page and export:

- an outbreak that goes on: a fact was known when it was recorded here;
- an outbreak whose clock stands in the past (a dataset that was opened): a fact was known at the end of the day on which
  its source learned of it, or, where the source does not say, on which it happened. When it was typed in here says
  nothing about them;
- a correction counts from when it was known itself: before that the page shows what was believed.

What follows is judged anew from those facts under the packs in force then, by the same function as ever. Subjects are
read a few thousand at a time, so that memory does not grow with the outbreak.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from quell.catalogue.when import parse
from quell.protocol.events import Conclusion, Judgement
from quell.protocol.judge import InForce, judge
from quell.protocol.pack import HOUSE, shipped
from quell.registry import aliases
from quell.registry.histories import (
    Stored,
    combined,
    effective,
    stored_facts,
    stored_with_tubes,
)
from quell.registry.interest import interest_in_force
from quell.registry.judging import events_about
from quell.registry.packs_in_force import pack_by_digest

CHUNK = 2000
# Who names a case without a rule having looked at them: contacts under a pack that has no rule for contacts.
_NAMING = "source_person"


@dataclass(frozen=True, slots=True)
class KnownSubject:
    """One subject as it was known: its effective facts in the order of the world, and what followed from them."""

    subject: str
    facts: list[Stored]
    judgement: Judgement

    def concerns(self, outbreak: str) -> bool:
        """Whether something was known of it in this outbreak, or followed."""
        judged = self.judgement
        followed = {
            *(each.outbreak for each in judged.duties),
            *(each.outbreak for each in judged.conclusions),
            *(each.outbreak for each in judged.restrictions),
        }
        return outbreak in followed or any(outbreak in stated.body["outbreaks"] for stated in self.facts)


@dataclass(frozen=True, slots=True)
class _Known:
    """Which facts count. at: None when everything that the ledger has does."""

    at: datetime | None
    past: frozenset[str]

    def those(self, facts: Iterable[Stored]) -> list[Stored]:
        if self.at is None:
            return list(facts)
        return [stated for stated in facts if known_at(stated, self.past) <= self.at]


def known_at(stated: Stored, past: frozenset[str]) -> datetime:
    """When a fact was known, by the rule above. past: the outbreaks whose clock stands in the past."""
    outbreaks = stated.body.get("outbreaks", ())
    if outbreaks and past.issuperset(outbreaks):
        return parse(stated.body.get("learned_at") or stated.body["occurred"], stated.body["zone"]).end
    return stated.recorded_at


def known_then(
    cursor: psycopg.Cursor[Any],
    outbreak: str,
    at: datetime | None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[KnownSubject]:
    """Every subject of an outbreak that a rule looked at, as it was known at a moment.

    at        None for everything that the ledger has, as the pages of today show it
    progress  told how many of how many subjects are done

    Raises LookupError when the outbreak was not known then.
    """
    packs, past = _in_force(cursor, at)
    if outbreak not in packs.timelines:
        raise LookupError(outbreak)
    known = _Known(at, past)
    units, resolved = units_of(cursor, outbreak, known.those)
    names = _named(
        cursor, [alias for unit in units for alias in unit], interest_in_force(packs).required_roles
    )
    concluded: dict[str, tuple[Conclusion, ...]] = {}
    related = _Related(concluded, resolved)
    # First those whom others name, until what is concluded of them changes no more; then everybody, once.
    sources = {resolved.get(each, each) for named in names.values() for each in named}
    by_id = {unit[0]: unit for unit in units}
    wave = sources & by_id.keys()
    while wave:
        changed = set()
        for subject in _judged(cursor, [by_id[each] for each in sorted(wave)], known, packs, related):
            if concluded.get(subject.subject, ()) != subject.judgement.conclusions:
                concluded[subject.subject] = subject.judgement.conclusions
                changed.add(subject.subject)
        wave = {
            unit
            for unit in sources & by_id.keys()
            if any(
                resolved.get(named, named) in changed
                for alias in by_id[unit]
                for named in names.get(alias, ())
            )
        }
    for number, subject in enumerate(_judged(cursor, units, known, packs, related), start=1):
        if progress and number % CHUNK == 0:
            progress(number, len(units))
        if subject.concerns(outbreak):
            yield subject


class _Related(Mapping[str, Sequence[Conclusion]]):
    """The conclusions about a subject under whatever id a fact names it."""

    def __init__(self, concluded: dict[str, tuple[Conclusion, ...]], resolved: dict[str, str]) -> None:
        self._concluded = concluded
        self._resolved = resolved

    def __getitem__(self, name: str) -> Sequence[Conclusion]:
        return self._concluded[self._resolved.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._concluded)

    def __len__(self) -> int:
        return len(self._concluded)


def _judged(
    cursor: psycopg.Cursor[Any],
    units: Sequence[Sequence[str]],
    known: _Known,
    packs: InForce,
    related: Mapping[str, Sequence[Conclusion]],
) -> Iterator[KnownSubject]:
    for start in range(0, len(units), CHUNK):
        chunk = units[start : start + CHUNK]
        stored = stored_with_tubes(cursor, {alias for unit in chunk for alias in unit})
        histories = {subject: effective(known.those(facts)) for subject, facts in stored.items()}
        tubes_of = _tubes_of(histories)
        for unit in chunk:
            history = combined(histories[alias] for alias in unit if alias in histories)
            # Of somebody who is only known by the tube that they are in, nothing is said but by the tube.
            tubes = {tube: histories[tube] for alias in unit for tube in tubes_of.get(alias, ())}
            if not (history.effective or history.conflicts or tubes):
                continue
            events, _ = events_about(unit[0], unit, history, tubes, known.past)
            yield KnownSubject(unit[0], history.effective, judge(unit[0], events, packs, related))


def _tubes_of(histories: Mapping[str, Any]) -> dict[str, list[str]]:
    """By person, the tubes that they are in."""
    found: dict[str, list[str]] = defaultdict(list)
    for tube, history in histories.items():
        if not tube.startswith("tube:"):
            continue
        for person in {
            member
            for stated in history.effective
            if stated.kind == "tube.sampled"
            for member in stated.body["members"]
        }:
            found[person].append(tube)
    return found


def units_of(
    cursor: psycopg.Cursor[Any],
    outbreak: str,
    known: Callable[[Iterable[Stored]], list[Stored]] = list,
) -> tuple[list[list[str]], dict[str, str]]:
    """The subjects of the outbreak, each with all ids that were known to be one, and what each alias resolved to then.

    known  which of an id's facts count; all where nothing is said

    Whom a rule looked at once stays watched, taken back or not: so the watched, and who named one of them as a source.
    """
    cursor.execute(
        """WITH concerned AS (
               SELECT s.subject_id FROM registry.subject s
               WHERE s.watched AND (
                   EXISTS (SELECT FROM ledger.fact f
                           WHERE f.subject = s.subject_id AND f.body -> 'outbreaks' ? %(outbreak)s)
                   OR EXISTS (SELECT FROM ledger.link l JOIN ledger.fact f ON f.subject = l.subject
                              WHERE l.named = s.subject_id AND l.role = 'members'
                                AND f.body -> 'outbreaks' ? %(outbreak)s)))
           SELECT subject_id FROM concerned
           UNION SELECT l.subject FROM ledger.link l JOIN concerned c ON l.named = c.subject_id WHERE l.role = %(naming)s""",
        {"outbreak": outbreak, "naming": _NAMING},
    )
    subjects = {subject for (subject,) in cursor}
    cursor.execute("SELECT alias, into_id, subject_id FROM registry.alias")
    together: dict[str, set[str]] = defaultdict(set)
    for alias, into, subject in cursor:
        together[subject] |= {alias, into, subject}
    resolved: dict[str, str] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for ids in together.values():
        if not ids & subjects:
            continue
        stored = stored_facts(cursor, ids)
        edges = {
            alias: into
            for alias in ids
            if (into := aliases.points_to(effective(known(stored.get(alias, ()))).effective))
            not in {None, alias}
        }
        for alias in ids:
            end = aliases.follow(alias, edges)
            resolved[alias] = end
            groups[end].append(alias)
        subjects -= ids
    units = [[subject] for subject in subjects]
    units += [[end, *sorted(set(ids) - {end})] for end, ids in groups.items()]
    return sorted(units), resolved


def _named(
    cursor: psycopg.Cursor[Any], subjects: Sequence[str], roles: frozenset[str]
) -> dict[str, set[str]]:
    """By subject, whom its facts name in a role on whose conclusions a rule stands."""
    cursor.execute(
        "SELECT DISTINCT subject, named FROM ledger.link WHERE named = ANY (%s) AND role = ANY (%s)",
        (list(subjects), sorted(roles)),
    )
    found: dict[str, set[str]] = defaultdict(set)
    for subject, named in cursor:
        found[subject].add(named)
    return found


def _in_force(cursor: psycopg.Cursor[Any], at: datetime | None) -> tuple[InForce, frozenset[str]]:
    """The packs that were known to rule then, and the outbreaks whose clock stands in the past."""
    cursor.execute("SELECT outbreak_id, clock FROM registry.outbreak")
    clocks = dict(cursor.fetchall())
    known = _Known(at, frozenset(outbreak for outbreak, clock in clocks.items() if clock == "past"))
    timelines = {}
    recordable: dict[str, frozenset[str] | None] = {}
    for outbreak, stored in stored_facts(cursor, clocks).items():
        facts = effective(known.those(stored)).effective
        opened = next((stated for stated in facts if stated.kind == "outbreak.opened"), None)
        if opened is None:
            continue
        ruling = [opened, *(stated for stated in facts if stated.kind == "outbreak.protocol_changed")]
        timelines[outbreak] = tuple(
            (stated.when.start, pack_by_digest(cursor, stated.body["protocol_digest"])) for stated in ruling
        )
        kinds = opened.body["recordable"]
        recordable[outbreak] = None if kinds is None else frozenset(kinds)
    return InForce(shipped()[HOUSE], timelines, recordable), known.past
