"""Histories: the effective facts of subjects, corrections applied, as the events that the duty function reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
import psycopg

from quell.catalogue.fact import REGISTER, read, stored_fields
from quell.catalogue.when import When, parse
from quell.protocol.events import Event

CORRECTIONS = frozenset({"fact.amended", "fact.retracted"})


@dataclass(frozen=True, slots=True)
class Stored:
    """A fact as it lies in the ledger."""

    fact_id: str
    kind: str
    version: int
    subject: str
    body: dict[str, Any]
    content_hash: bytes
    recorded_at: datetime
    when: When = field(init=False)
    order: tuple[datetime, str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Say when it happened, and its place in the order of the world, as quell.protocol.events.Event has it."""
        object.__setattr__(self, "when", parse(self.body["occurred"], self.body.get("zone", "UTC")))
        learned = self.body.get("learned_at") or ""
        object.__setattr__(self, "order", (self.when.start, learned, self.fact_id))


@dataclass(slots=True)
class History:
    """What holds about one subject: effective facts, what was taken back, and what is in conflict."""

    effective: list[Stored] = field(default_factory=list)
    taken_back: list[tuple[Stored, Stored]] = field(default_factory=list)
    conflicts: list[Stored] = field(default_factory=list)
    unmatched: list[Stored] = field(default_factory=list)

    @property
    def introduced(self) -> bool:
        """Whether an effective fact makes the subject known."""
        return any(REGISTER[stated.kind].introduces for stated in self.effective)

    @property
    def corrected(self) -> bool:
        """Whether anything was taken back, is in conflict, or waits for the fact that it corrects."""
        return bool(self.taken_back or self.conflicts or self.unmatched)

    def mentions(self, kinds: frozenset[str]) -> bool:
        """Whether a fact of these kinds ever stood here, taken back or not."""
        return any(stated.kind in kinds for stated in self.effective) or any(
            stated.kind in kinds for stated, _ in self.taken_back
        )


def combined(histories: Iterable[History]) -> History:
    """The history of one subject that is known under several ids."""
    several = list(histories)
    if len(several) == 1:
        return several[0]
    whole = History()
    for history in several:
        whole.effective.extend(history.effective)
        whole.taken_back.extend(history.taken_back)
        whole.conflicts.extend(history.conflicts)
        whole.unmatched.extend(history.unmatched)
    whole.effective.sort(key=lambda each: each.order)
    return whole


def order_text(when: When, learned_at: str | None, fact_id: str) -> str:
    """The order of the world as text that sorts the same way."""
    return f"{utc_text(when.start)}|{learned_at or ''}|{fact_id}"


@lru_cache(maxsize=4096)
def utc_text(moment: datetime) -> str:
    """A UTC instant at one length, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def effective(stored: Iterable[Stored]) -> History:
    """Apply conflicts, amendments and retractions. The same facts in any order give the same history."""
    by_id: dict[str, list[Stored]] = defaultdict(list)
    corrected = False
    for stated in stored:
        corrected |= stated.kind in CORRECTIONS or stated.fact_id in by_id
        by_id[stated.fact_id].append(stated)
    if not corrected:
        # Nearly every subject: nothing was corrected and nothing contradicts.
        whole = [stated for versions in by_id.values() for stated in versions]
        return History(effective=sorted(whole, key=lambda each: each.order))
    history = History()
    standing = {
        fact_id: min(versions, key=lambda each: (each.body.get("learned_at") or "", each.content_hash))
        for fact_id, versions in by_id.items()
    }
    retractions, amendments = _corrections(standing.values())
    for fact_id, versions in by_id.items():
        # Whoever amends or retracts the fact has decided which content is right, and the conflict is over.
        if len(versions) > 1 and fact_id not in retractions and fact_id not in amendments:
            held = standing[fact_id]
            history.conflicts.extend(each for each in versions if each is not held)
    for fact_id, stated in standing.items():
        if stated.kind in CORRECTIONS:
            if str(stated.body["target"]) not in standing:
                history.unmatched.append(stated)
        elif fact_id in retractions:
            history.taken_back.append((stated, retractions[fact_id]))
        elif (last := _last_amendment(stated, amendments.get(fact_id, ()), retractions)) is not None:
            history.taken_back.append((stated, last))
            history.effective.append(_amended(stated, last))
        else:
            history.effective.append(stated)
    history.effective.sort(key=lambda each: each.order)
    return history


def _corrections(standing: Iterable[Stored]) -> tuple[dict[str, Stored], dict[str, list[Stored]]]:
    """By target: the earliest retraction, and all amendments."""
    retractions: dict[str, Stored] = {}
    amendments: dict[str, list[Stored]] = defaultdict(list)
    for stated in standing:
        if stated.kind not in CORRECTIONS:
            continue
        target = str(stated.body["target"])
        if stated.kind == "fact.amended":
            amendments[target].append(stated)
        elif target not in retractions or stated.order < retractions[target].order:
            retractions[target] = stated
    return retractions, dict(amendments)


def _last_amendment(
    stated: Stored, amendments: Iterable[Stored], retractions: Mapping[str, Stored]
) -> Stored | None:
    """The amendment that holds; one that was itself retracted does not, nor one of another kind of fact."""
    valid = (
        each for each in amendments if each.fact_id not in retractions and each.body["of_kind"] == stated.kind
    )
    return max(valid, key=lambda each: each.order, default=None)


def _amended(stated: Stored, amendment: Stored) -> Stored:
    now_reads = read(stated.kind, int(amendment.body["of_version"]), amendment.body["replacement"])
    return Stored(
        stated.fact_id,
        stated.kind,
        REGISTER[stated.kind].version,
        stated.subject,
        msgspec.structs.asdict(now_reads),
        stated.content_hash,
        stated.recorded_at,
    )


def stored_facts(cursor: psycopg.Cursor[Any], subjects: Iterable[str]) -> dict[str, list[Stored]]:
    """The facts of these subjects as they lie in the ledger, by subject."""
    cursor.execute(f"{_FACTS} WHERE f.subject = ANY (%s)", (sorted(subjects),), prepare=True)
    return _by_subject(cursor)


def stored_with_tubes(cursor: psycopg.Cursor[Any], subjects: Iterable[str]) -> dict[str, list[Stored]]:
    """The same, and the facts of the tubes that people among these subjects were ever said to be in."""
    asked = sorted(subjects)
    people = [subject for subject in asked if subject.startswith("person:")]
    if not people:
        return stored_facts(cursor, asked)
    cursor.execute(
        f"""{_FACTS} WHERE f.subject = ANY (%(asked)s) UNION ALL {_FACTS} WHERE f.subject IN (
            SELECT subject FROM ledger.link WHERE named = ANY (%(people)s) AND role = 'members' AND subject LIKE 'tube:%%'
        ) AND f.subject <> ALL (%(asked)s)""",
        {"asked": asked, "people": people},
        prepare=True,
    )
    return _by_subject(cursor)


_FACTS = """SELECT f.fact_id::text, f.kind, f.version, f.subject, f.body::text, f.content_hash, w.recorded_at::text
            FROM ledger.fact f JOIN ledger.write w USING (write_id)"""


def _by_subject(cursor: psycopg.Cursor[Any]) -> dict[str, list[Stored]]:
    found: dict[str, list[Stored]] = defaultdict(list)
    for fact_id, kind, version, subject, body, content_hash, recorded_at in cursor:
        # Fields left at their default are there too when a pattern asks for them.
        values = stored_fields(kind, version, body.encode())
        found[subject].append(
            Stored(fact_id, kind, version, subject, values, bytes(content_hash), _instant(recorded_at))
        )
    return found


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    """A timestamp as PostgreSQL writes it: thousands of facts share the few moments at which they were recorded."""
    return datetime.fromisoformat(text).astimezone(UTC)


def histories_of(cursor: psycopg.Cursor[Any], groups: Mapping[str, Sequence[str]]) -> dict[str, History]:
    """The history of each group of ids, each id's corrections applied to its own facts."""
    stored = stored_facts(cursor, sorted({alias for group in groups.values() for alias in group}))
    return {
        subject: combined(effective(stored.get(alias, ())) for alias in group)
        for subject, group in groups.items()
    }


def events_of(
    history: History, *, via: str | None, past: frozenset[str], shared: dict[str, Any]
) -> list[Event]:
    """The events that a history gives.

    past    outbreaks whose clock stands in the past: there a fact was known when it was learned or happened,
            since when it was typed in here says nothing about them
    shared  fields that every event carries besides its own, such as the pool size of the tube
    """
    events = [_event(stated, stated.kind, stated, via, past, shared) for stated in history.effective]
    events.extend(
        _event(stated, f"retracted:{stated.kind}", correction, via, past, shared)
        for stated, correction in history.taken_back
    )
    return events


def _event(
    stated: Stored, kind: str, timed_by: Stored, via: str | None, past: frozenset[str], shared: dict[str, Any]
) -> Event:
    when = timed_by.when
    outbreaks = tuple(stated.body.get("outbreaks", ()))
    known_at = timed_by.recorded_at
    if outbreaks and past.issuperset(outbreaks):
        learned = timed_by.body.get("learned_at")
        known_at = parse(learned, "UTC").start if learned else when.end
    return Event(
        kind=kind,
        key=timed_by.fact_id,
        of=stated.subject,
        at=when.start,
        when=when,
        zone=timed_by.body.get("zone", "UTC"),
        known_at=known_at,
        jurisdiction=stated.body["jurisdiction"],
        outbreaks=outbreaks,
        attrs={**stated.body, **shared} if shared else stated.body,
        via=via,
        fact_id=timed_by.fact_id,
    )
