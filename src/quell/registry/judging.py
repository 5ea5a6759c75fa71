"""Judging: subjects are judged from their whole histories, and what was judged is written where it changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import psycopg

from quell.protocol.events import Conclusion, Event, Judgement
from quell.protocol.judge import judge
from quell.registry import aliases, cards, claims, listed, listed_rows, relations, rows
from quell.registry.histories import (
    History,
    Stored,
    combined,
    effective,
    events_of,
    order_text,
    stored_with_tubes,
)
from quell.registry.interest import interest_in_force
from quell.registry.outbreaks import write_jurisdiction, write_outbreak
from quell.registry.packs_in_force import Rulings

MERGES = frozenset({"subject.merged", "subject.split"})
# A subject of these kinds must be introduced by a fact; until then what is said of it is pending.
MUST_BE_KNOWN = frozenset({"tube"})
# How many subjects are judged at a time: bounds memory when a change of protocol concerns hundreds of thousands.
_CHUNK = 2000


@dataclass(slots=True)
class _Judged:
    """What one pass found, by table."""

    judgements: list[Judgement] = field(default_factory=list)
    pending: list[rows.Row] = field(default_factory=list)
    relations: list[relations.Relation] = field(default_factory=list)
    claims: list[claims.Claim] = field(default_factory=list)
    cards: dict[str, tuple[bool, bool, dict[str, Any]]] = field(default_factory=dict)
    listed: list[tuple[rows.Table, rows.Row]] = field(default_factory=list)


def judge_until_still(
    cursor: psycopg.Cursor[Any], subjects: Iterable[str], rulings: Rulings, held: set[str]
) -> None:
    """Judge these subjects, then whoever stands on a conclusion that changed, until none changes.

    held  subjects whose rows this transaction holds already; those that it comes to hold are added
    """
    wave = set(subjects)
    while wave:
        following: set[str] = set()
        ordered = sorted(wave)
        for start in range(0, len(ordered), _CHUNK):
            following |= _judge(cursor, set(ordered[start : start + _CHUNK]), rulings, held)
        wave = following


def mention(cursor: psycopg.Cursor[Any], subjects: Iterable[str]) -> None:
    """Make a row for every subject that is named, so that what is only referred to is known to be so."""
    named = sorted(set(subjects))
    if named:
        cursor.execute(
            """INSERT INTO registry.subject (subject_id, kind)
               SELECT id, split_part(id, ':', 1) FROM unnest(%s::text[]) AS given(id)
               ON CONFLICT (subject_id) DO NOTHING""",
            (named,),
            prepare=True,
        )


def lock(cursor: psycopg.Cursor[Any], subjects: Iterable[str]) -> None:
    """Hold these subjects' rows until the transaction ends; always taken in one order."""
    cursor.execute(
        "SELECT FROM registry.subject WHERE subject_id = ANY (%s) ORDER BY subject_id FOR NO KEY UPDATE",
        (sorted(set(subjects)),),
        prepare=True,
    )


def _judge(cursor: psycopg.Cursor[Any], asked: set[str], rulings: Rulings, held: set[str]) -> set[str]:
    """Judge these subjects from their whole histories; return whom that may concern next."""
    groups, own, tubes = _gather(cursor, asked, held)
    pointers = {
        subject: aliases.points_to(own[subject].effective)
        for subject in asked
        if own[subject].mentions(MERGES)
    }
    if pointers:
        asked = asked | aliases.repoint(cursor, pointers)
        groups, own, tubes = _gather(cursor, asked, held)
    histories = {subject: combined(own[alias] for alias in group) for subject, group in groups.items()}
    packs, past = rulings.of(
        {
            outbreak
            for history in (*histories.values(), *tubes.values())
            for stated in history.effective
            for outbreak in stated.body["outbreaks"]
        },
    )
    roles = interest_in_force(packs).required_roles
    related = _related(cursor, histories.values(), roles, held)
    judged = _Judged()
    for subject, group in groups.items():
        history = histories[subject]
        events, pending = events_about(subject, group, history, tubes, past)
        judgement = judge(subject, events, packs, related)
        judged.judgements.append(judgement)
        judged.pending.extend(pending)
        judged.relations.extend(relations.relations_of(subject, history.effective))
        judged.claims.extend(claims.claims_of(subject, history.effective))
        card = cards.card(
            (s.kind, s.body, order_text(s.when, s.body["learned_at"], s.fact_id)) for s in history.effective
        )
        judged.cards[subject] = (
            history.introduced,
            judgement != Judgement() or bool(pending) or history.corrected,
            card,
        )
        judged.listed.extend(listed_rows.rows_of(subject, history, card, judgement))
        if subject.startswith("outbreak:"):
            write_outbreak(cursor, subject, history.effective)
        elif subject.startswith("jurisdiction:"):
            write_jurisdiction(cursor, subject, history.effective)
    changed = _write(cursor, sorted(asked | groups.keys()), judged)
    return _standing_on(cursor, changed, roles)


def _gather(
    cursor: psycopg.Cursor[Any], asked: set[str], held: set[str]
) -> tuple[dict[str, list[str]], dict[str, History], dict[str, History]]:
    """Hold these subjects and read what stands: who is whom, the history of each id, and of the tubes they are in."""
    _hold(cursor, asked, held)
    groups = aliases.groups_of(cursor, asked)
    # What is judged is who an id resolves to, and that row must be ours too.
    _hold(cursor, groups.keys(), held)
    ids = {alias for group in groups.values() for alias in group} | asked
    stored = stored_with_tubes(cursor, ids)
    own = {subject: effective(stored.get(subject, ())) for subject in ids}
    tubes = {subject: effective(facts) for subject, facts in stored.items() if subject.startswith("tube:")}
    return groups, own, tubes


def _hold(cursor: psycopg.Cursor[Any], subjects: Iterable[str], held: set[str]) -> None:
    if free := set(subjects) - held:
        mention(cursor, free)
        lock(cursor, free)
        held |= free


def events_about(
    subject: str, group: Sequence[str], history: History, tubes: dict[str, History], past: frozenset[str]
) -> tuple[list[Event], list[rows.Row]]:
    """The events of a subject and what is pending about it."""
    events = events_of(history, via=None, past=past, shared={})
    ids = set(group)
    for tube in tubes.values():
        filled = next(
            (s for s in tube.effective if s.kind == "tube.sampled" and ids.intersection(s.body["members"])),
            None,
        )
        if filled is not None:
            shared = {
                "pool_size": filled.body["pool_size"],
                "purpose": filled.body["purpose"],
                "sampled_at": filled.body["occurred"],
            }
            events.extend(events_of(tube, via="members", past=past, shared=shared))
    pending: list[rows.Row] = []
    if subject.partition(":")[0] in MUST_BE_KNOWN and history.effective and not history.introduced:
        first = history.effective[0]
        pending.append((subject, "unknown_subject", first.fact_id, {"kind": first.kind}))
        events.append(_waiting("unknown_subject", first, past))
    for stated in history.conflicts:
        key = f"{stated.fact_id}/{stated.content_hash.hex()[:12]}"
        pending.append((subject, "conflict", key, {"kind": stated.kind}))
        events.append(_waiting("conflict", stated, past))
    pending.extend(
        (subject, "correction_without_fact", stated.fact_id, {"target": str(stated.body["target"])})
        for stated in history.unmatched
    )
    return events, pending


def _waiting(kind: str, stated: Stored, past: frozenset[str]) -> Event:
    (event,) = events_of(History(effective=[stated]), via=None, past=past, shared={})
    return replace(event, kind=f"pending:{kind}")


def _related(
    cursor: psycopg.Cursor[Any], histories: Iterable[History], roles: frozenset[str], held: set[str]
) -> dict[str, list[Conclusion]]:
    """What is concluded about the subjects that these histories name in a role that a rule requires.

    Their rows are held still meanwhile, shared with everybody who only looks: a writer who is about to conclude something
    else of them either has done so before we look, or finds afterwards that somebody stands on it.
    """
    named = {
        stated.body[role]
        for history in histories
        for stated in history.effective
        for role in roles
        if stated.body.get(role)
    }
    if not named:
        return {}
    resolved = {
        alias: subject for subject, group in aliases.groups_of(cursor, named).items() for alias in group
    }
    if others := set(resolved.values()) - held:
        cursor.execute(
            "SELECT FROM registry.subject WHERE subject_id = ANY (%s) ORDER BY subject_id FOR SHARE",
            (sorted(others),),
            prepare=True,
        )
    cursor.execute(
        """SELECT kind, subject, key, rule, outbreak, at, known_at, occurred, zone, jurisdiction, root, attrs::text
           FROM registry.conclusion WHERE subject = ANY (%s) ORDER BY subject, kind, outbreak, key""",
        (sorted(set(resolved.values())),),
        prepare=True,
    )
    by_subject: dict[str, list[Conclusion]] = defaultdict(list)
    for row in cursor:
        concluded = Conclusion(*(*row[:-1], msgspec.json.decode(row[-1])))
        by_subject[concluded.subject].append(concluded)
    return {name: by_subject[resolved[name]] for name in named}


def _write(cursor: psycopg.Cursor[Any], subjects: Sequence[str], judged: _Judged) -> set[str]:
    """Write what was judged; return the subjects whose conclusions changed."""
    cards_now = [
        {"id": subject, "introduced": introduced, "watched": watched, "state": card}
        for subject, (introduced, watched, card) in sorted(judged.cards.items())
    ]
    # "watched" only ever rises: it says that rules have looked here, which a retraction does not undo.
    cursor.execute(
        """UPDATE registry.subject s SET introduced = given.introduced, watched = s.watched OR given.watched,
               state = given.state
           FROM jsonb_to_recordset(%s::jsonb) AS given(id text, introduced boolean, watched boolean, state jsonb)
           WHERE s.subject_id = given.id
             AND (s.introduced, s.watched, s.state)
                 IS DISTINCT FROM (given.introduced, s.watched OR given.watched, given.state)""",
        (msgspec.json.encode(cards_now).decode(),),
        prepare=True,
    )
    in_lists = listed.tables_of(subjects)
    for table, row in judged.listed:
        in_lists[table].append(row)
    changed = rows.write(
        cursor,
        subjects,
        {
            **in_lists,
            rows.CONCLUSION: [
                rows.as_row(rows.CONCLUSION, c) for j in judged.judgements for c in j.conclusions
            ],
            rows.DUTY: [rows.as_row(rows.DUTY, d) for j in judged.judgements for d in j.duties],
            rows.RESTRICTION: [
                rows.as_row(rows.RESTRICTION, r) for j in judged.judgements for r in j.restrictions
            ],
            rows.PENDING: judged.pending,
            rows.RELATION: judged.relations,
            rows.CLAIM: judged.claims,
        },
    )
    return changed[rows.CONCLUSION]


def _standing_on(cursor: psycopg.Cursor[Any], changed: set[str], roles: frozenset[str]) -> set[str]:
    """Whoever named a subject whose conclusions changed, in a role that a rule requires."""
    if not changed or not roles:
        return set()
    ids = [alias for group in aliases.groups_of(cursor, changed).values() for alias in group]
    cursor.execute(
        "SELECT DISTINCT subject FROM ledger.link WHERE named = ANY (%s) AND role = ANY (%s)",
        (sorted(ids), sorted(roles)),
        prepare=True,
    )
    return {subject for (subject,) in cursor}
