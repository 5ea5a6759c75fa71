"""The story of one subject: every fact in order, what it led to, and what is still owed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from quell.catalogue.fact import read
from quell.catalogue.when import When
from quell.protocol.events import Restriction
from quell.registry.aliases import groups_of
from quell.registry.histories import Stored, effective
from quell.registry.reading.cursor import reading
from quell.registry.reading.duties import DutyRow, by_subject
from quell.registry.reading.pending import PendingItem, pending_of

# A case may be named by hundreds of contacts; their own pages tell the rest.
_NAMED_BY = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of a story.

    standing  "" while it holds; "retracted" or "amended" when it was taken back; "conflict" when another
              content came under its id; "corrected" for what it reads now
    role      in which role the fact names the subject; "" for the subject's own facts
    """

    fact_id: str
    kind: str
    about: str
    body: dict[str, Any]
    when: When
    zone: str
    recorded_at: datetime
    recorded_by: str
    source: str
    standing: str = ""
    reason: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class RelationRow:
    """That the subject stood in a relation to another, or another to it (``towards``)."""

    relation: str
    other: str
    since: datetime
    until: datetime | None
    towards: bool


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that is known of one subject."""

    subject: str
    asked: str
    aliases: tuple[str, ...]
    card: dict[str, Any]
    entries: tuple[Entry, ...]
    owed: tuple[DutyRow, ...]
    restrictions: tuple[Restriction, ...]
    relations: tuple[RelationRow, ...]
    conclusions: tuple[tuple[str, str, datetime], ...]
    pending: tuple[PendingItem, ...]
    outbreaks: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What kind of subject it is."""
        return self.subject.partition(":")[0]


def story(asked: str) -> Story | None:
    """The story of a subject under any of its ids; None when nobody ever spoke of it."""
    with reading() as cursor:
        ((subject, ids),) = groups_of(cursor, [asked]).items()
        cursor.execute("SELECT state::text FROM registry.subject WHERE subject_id = ANY (%s)", (ids,))
        states = cursor.fetchall()
        if not states:
            return None
        entries = _entries(cursor, "f.subject = ANY (%s)", ids)
        entries += _of_tubes_and_namers(cursor, ids)
        cursor.execute(
            """SELECT restriction_id, subject, ground, because, measure, legal_basis, ordered_by, notice, appeal, rule,
                      outbreak, jurisdiction, opened_at, ends_at, ended_at, ended_by, end_reason
               FROM registry.restriction WHERE subject = ANY (%s) ORDER BY opened_at DESC""",
            (ids,),
        )
        restrictions = tuple(Restriction(*row) for row in cursor)
        relations = _relations(cursor, ids)
        cursor.execute(
            "SELECT kind, rule, at FROM registry.conclusion WHERE subject = ANY (%s) ORDER BY at, kind, key",
            (ids,),
        )
        conclusions = tuple((kind, rule, at) for kind, rule, at in cursor)
    entries.sort(
        key=lambda entry: (entry.when.start, entry.recorded_at, entry.fact_id, entry.standing != "amended")
    )
    card: dict[str, Any] = {}
    for (state,) in states:
        card = msgspec.json.decode(state) | card
    return Story(
        subject=subject,
        asked=asked,
        aliases=tuple(alias for alias in ids if alias != subject),
        card=card,
        entries=tuple(entries),
        owed=tuple(by_subject(ids)),
        restrictions=restrictions,
        relations=relations,
        conclusions=conclusions,
        pending=tuple(pending_of(ids)),
        outbreaks=tuple(sorted({name for entry in entries for name in entry.body.get("outbreaks", ())})),
    )


def fact_body(fact_id: str) -> dict[str, Any]:
    """What a fact says, by its id; empty when there is no such fact (a conclusion's own key, for instance)."""
    if not _is_uuid(fact_id):
        return {}
    with reading() as cursor:
        cursor.execute(
            "SELECT kind, version, body::text FROM ledger.fact WHERE fact_id = %s::uuid LIMIT 1", (fact_id,)
        )
        row = cursor.fetchone()
    if row is None:
        return {}
    kind, version, body = row
    return {"kind": kind, **msgspec.structs.asdict(read(kind, version, msgspec.json.decode(body)))}


def fact_bodies(fact_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What these facts say, by their ids, as ``fact_body`` does for one."""
    with reading() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (fact_id) fact_id::text, kind, version, body::text FROM ledger.fact"
            " WHERE fact_id = ANY (%s::uuid[]) ORDER BY fact_id, content_hash",
            ([each for each in fact_ids if _is_uuid(each)],),
        )
        return {
            fact_id: {"kind": kind, **msgspec.structs.asdict(read(kind, version, msgspec.json.decode(body)))}
            for fact_id, kind, version, body in cursor
        }


def written_by(fact_ids: list[str]) -> list[tuple[str, str, dict[str, Any]]]:
    """(fact id, who recorded it, body) of each of these facts."""
    with reading() as cursor:
        cursor.execute(
            """SELECT f.fact_id::text, w.written_by, f.body::text FROM ledger.fact f JOIN ledger.write w USING (write_id)
               WHERE f.fact_id = ANY (%s::uuid[])""",
            (fact_ids,),
        )
        return [(fact_id, by, msgspec.json.decode(body)) for fact_id, by, body in cursor]


def _of_tubes_and_namers(cursor: psycopg.Cursor[Any], ids: list[str]) -> list[Entry]:
    """The facts of the tubes that these people are in, and the facts of others that name them."""
    cursor.execute(
        """SELECT DISTINCT ON (subject, role) subject, role, write_id, ordinal FROM ledger.link
           WHERE named = ANY (%s) ORDER BY subject, role, write_id LIMIT %s""",
        (ids, _NAMED_BY),
    )
    links = cursor.fetchall()
    tubes = sorted({subject for subject, role, *_ in links if role == "members" and subject not in ids})
    entries = [replace(entry, role="members") for entry in _entries(cursor, "f.subject = ANY (%s)", tubes)]
    others = [(subject, role) for subject, role, *_ in links if role != "members" and subject not in ids]
    if others:
        roles = dict(others)
        cursor.execute(
            """SELECT DISTINCT f.fact_id::text FROM ledger.link l JOIN ledger.fact f USING (write_id, ordinal)
               WHERE l.named = ANY (%s) AND l.role <> 'members' AND NOT l.subject = ANY (%s) LIMIT %s""",
            (ids, ids, _NAMED_BY),
        )
        named = [fact_id for (fact_id,) in cursor]
        entries += [
            replace(entry, role=roles.get(entry.about, "subject"))
            for entry in _entries(cursor, "f.fact_id = ANY (%s::uuid[])", named)
        ]
    return entries


def _entries(cursor: psycopg.Cursor[Any], condition: str, values: list[str]) -> list[Entry]:
    if not values:
        return []
    cursor.execute(
        f"""SELECT f.fact_id::text, f.kind, f.version, f.subject, f.body::text, f.content_hash, w.recorded_at, w.written_by
            FROM ledger.fact f JOIN ledger.write w USING (write_id) WHERE {condition}""".encode(),
        (values,),
    )
    by: dict[tuple[str, bytes], str] = {}
    stored: dict[str, list[Stored]] = {}
    for fact_id, kind, version, subject, body, content, recorded_at, written in cursor:
        content_hash = bytes(content)
        by[(fact_id, content_hash)] = written
        values_of = msgspec.structs.asdict(read(kind, version, msgspec.json.decode(body)))
        stored.setdefault(subject, []).append(
            Stored(fact_id, kind, version, subject, values_of, content_hash, recorded_at)
        )
    entries: list[Entry] = []
    for facts in stored.values():
        entries.extend(_told(facts, by))
    return entries


def _told(facts: list[Stored], by: dict[tuple[str, bytes], str]) -> list[Entry]:
    """The entries of one subject's facts, corrections applied and shown."""

    def entry(stated: Stored, standing: str = "", reason: str = "") -> Entry:
        return Entry(
            stated.fact_id,
            stated.kind,
            stated.subject,
            stated.body,
            stated.when,
            stated.body["zone"],
            stated.recorded_at,
            by.get((stated.fact_id, stated.content_hash), ""),
            stated.body["source"],
            standing,
            reason,
        )

    history = effective(facts)
    taken_back = {stated.fact_id: correction for stated, correction in history.taken_back}
    entries = [
        entry(stated, "corrected" if stated.fact_id in taken_back else "") for stated in history.effective
    ]
    for stated, correction in history.taken_back:
        how = "retracted" if correction.kind == "fact.retracted" else "amended"
        entries.append(entry(stated, how, str(correction.body["reason"])))
    entries.extend(entry(stated, "conflict") for stated in history.conflicts)
    entries.extend(entry(stated) for stated in facts if stated.kind in {"fact.retracted", "fact.amended"})
    return entries


def _relations(cursor: psycopg.Cursor[Any], ids: list[str]) -> tuple[RelationRow, ...]:
    cursor.execute(
        """SELECT relation, object, valid_from, valid_until, true FROM registry.relation WHERE subject = ANY (%(ids)s)
           UNION ALL
           (SELECT relation, subject, valid_from, valid_until, false FROM registry.relation WHERE object = ANY (%(ids)s)
            LIMIT 200) ORDER BY 3, 1, 2""",
        {"ids": ids},
    )
    return tuple(RelationRow(*row) for row in cursor)


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4  # noqa: PLR2004 - the written form of an id
