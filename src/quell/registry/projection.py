"""The projection: facts that were just appended become cards, relations, conclusions, duties and restrictions.

It runs in the transaction that appends. Two writers on the same subject take turns by the lock on its row; two
writers on different subjects never meet. What a fact can matter to is decided from the packs alone
(quell.registry.interest); those subjects are judged anew from their whole history, then whoever stands on a
conclusion that changed, until none changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from quell.catalogue.fact import REGISTER, Fact, FactKind, read
from quell.catalogue.when import When
from quell.protocol.pack import HOUSE, shipped
from quell.registry import cards, claims, listed, relations
from quell.registry.histories import CORRECTIONS, histories_of, order_text
from quell.registry.interest import ALWAYS, Interest, interest_in_force, interest_of
from quell.registry.judging import MUST_BE_KNOWN, judge_until_still, lock, mention
from quell.registry.packs_in_force import Rulings, pack_by_digest

_RULING = frozenset({"outbreak.opened", "outbreak.protocol_changed", "outbreak.clock_set"}) | CORRECTIONS
_ALWAYS_JUDGED = ALWAYS | relations.KINDS | claims.KINDS
_JUDGED_WHATEVER_IS_SAID = frozenset({"outbreak", "jurisdiction"})


class Appended(msgspec.Struct, frozen=True):
    """A fact that was just appended: what it says, and its place in the order of the world."""

    entry: FactKind
    stated: Fact
    fact_id: str
    when: When
    conflict: bool = False

    @property
    def order(self) -> str:
        """As quell.registry.histories.order_text has it; made when it is asked for, since results never are."""
        return order_text(self.when, self.stated.learned_at, self.fact_id)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the registry knows of a subject whose row we hold."""

    introduced: bool
    watched: bool
    pool_size: int | None


def project(cursor: psycopg.Cursor[Any], appended: Sequence[Appended]) -> None:
    """Bring the registry up to date with facts that this transaction appended."""
    outbreaks = {outbreak for each in appended for outbreak in each.stated.outbreaks}
    ruling = {
        each.stated.subject
        for each in appended
        if each.stated.subject.startswith("outbreak:") and each.stated.kind in _RULING
    }
    _enter_outbreaks(cursor, outbreaks, ruling)
    rulings = Rulings(cursor)
    known = _touch(cursor, appended)
    held = set(known)
    mention(
        cursor,
        {subject for each in appended if each.entry.links for _, subject in each.entry.links_of(each.stated)},
    )
    concerned: set[str] = set()
    if ruling:
        judge_until_still(cursor, ruling, rulings, held)
        rulings.forget()
        concerned |= _ruled_by(cursor, ruling)
    interest = interest_in_force(rulings.of(outbreaks)[0])
    concerned |= _concerned(cursor, appended, known, interest)
    listed.follow(cursor, appended, concerned)
    judge_until_still(cursor, concerned - ruling, rulings, held)


def _concerned(
    cursor: psycopg.Cursor[Any], appended: Sequence[Appended], known: dict[str, _Known], interest: Interest
) -> set[str]:
    """The subjects to which these facts can matter."""
    concerned: set[str] = set()
    tubes: set[str] = set()
    for each in appended:
        subject, kind = each.stated.subject, each.stated.kind
        subject_kind = subject.partition(":")[0]
        row = known[subject]
        if (
            row.watched
            or each.conflict
            or kind in _ALWAYS_JUDGED
            or (subject_kind in MUST_BE_KNOWN and not row.introduced)
            or subject_kind in _JUDGED_WHATEVER_IS_SAID
            or (
                (subject_kind, kind) in interest.triggers
                and interest.stands_on(subject_kind, kind, each.stated)
            )
        ):
            concerned.add(subject)
        if subject_kind == "tube" and (
            row.watched
            or kind in CORRECTIONS
            or each.conflict
            or interest.reaches_members(kind, each.stated, row.pool_size)
        ):
            tubes.add(subject)
    _watch(cursor, {tube for tube in tubes if not known[tube].watched})
    return concerned | _members(cursor, tubes)


def _watch(cursor: psycopg.Cursor[Any], tubes: set[str]) -> None:
    """Remember tubes that mattered to their people once: whatever is said of them later does too."""
    if tubes:
        cursor.execute(
            "UPDATE registry.subject SET watched = true WHERE subject_id = ANY (%s)",
            (sorted(tubes),),
            prepare=True,
        )


def _enter_outbreaks(cursor: psycopg.Cursor[Any], outbreaks: set[str], ruling: set[str]) -> None:
    """Hold the outbreaks still: a change of protocol waits for writers in flight, and they for it."""
    for outbreak in sorted(outbreaks | ruling):
        if outbreak in ruling:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", (outbreak,), prepare=True)
        else:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 7))", (outbreak,), prepare=True
            )


def _touch(cursor: psycopg.Cursor[Any], appended: Sequence[Appended]) -> dict[str, _Known]:
    """Lock the row of every subject that a fact is about, and lay the facts' pieces on its card."""
    by_kind: dict[str, dict[str, Appended]] = defaultdict(dict)
    for each in appended:
        latest = by_kind[each.stated.kind].get(each.stated.subject)
        if latest is None or _rank(latest) < _rank(each):
            by_kind[each.stated.kind][each.stated.subject] = each
    if len(by_kind) > 1:
        # All rows first, in one order whatever the kinds, so that two writers never wait for each other in a circle.
        subjects = {each.stated.subject for each in appended}
        mention(cursor, subjects)
        lock(cursor, subjects)
    known: dict[str, _Known] = {}
    for kind, latest_of in by_kind.items():
        if REGISTER[kind].introduces:
            known.update(_introduce(cursor, kind, latest_of))
            continue
        lay = _lay if kind in cards.FIELDS else _hold
        known.update(lay(cursor, kind, latest_of))
        if unknown := latest_of.keys() - known.keys():
            mention(cursor, unknown)
            known.update(lay(cursor, kind, {subject: latest_of[subject] for subject in unknown}))
    return known


_KNOWN = "introduced, watched, (state ->> 'pool_size')::int AS pool_size"
# The rows come back in groups: most of a day's tubes are alike.
_GROUPED = "SELECT introduced, watched, pool_size, array_agg(subject_id) FROM touched GROUP BY 1, 2, 3"
_LATER_WINS = """CASE WHEN coalesce(s.state ->> %(stamp)s, '') < coalesce({piece} ->> %(stamp)s, '')
                      THEN s.state || {piece} ELSE {piece} || s.state END"""


def _introduce(cursor: psycopg.Cursor[Any], kind: str, latest_of: dict[str, Appended]) -> dict[str, _Known]:
    """Make or find the rows of subjects that are introduced, most of them new."""
    cursor.execute(
        f"""WITH touched AS (
                INSERT INTO registry.subject AS s (subject_id, kind, introduced, state)
                SELECT key, split_part(key, ':', 1), true, value FROM jsonb_each(%(pieces)s::jsonb) ORDER BY key
                ON CONFLICT (subject_id) DO UPDATE
                    SET introduced = true, state = {_LATER_WINS.format(piece="excluded.state")}
                RETURNING subject_id, {_KNOWN}
            ) {_GROUPED}""",
        _pieces(kind, latest_of),
        prepare=True,
    )
    return _groups(cursor)


def _lay(cursor: psycopg.Cursor[Any], kind: str, latest_of: dict[str, Appended]) -> dict[str, _Known]:
    """Lay pieces on the cards of subjects that have a row."""
    cursor.execute(
        f"""WITH touched AS (
                UPDATE registry.subject s SET state = {_LATER_WINS.format(piece="given.value")}
                FROM (SELECT key, value FROM jsonb_each(%(pieces)s::jsonb) ORDER BY key) given
                WHERE s.subject_id = given.key
                RETURNING subject_id, {_KNOWN}
            ) {_GROUPED}""",
        _pieces(kind, latest_of),
        prepare=True,
    )
    return _groups(cursor)


def _hold(cursor: psycopg.Cursor[Any], _kind: str, latest_of: dict[str, Appended]) -> dict[str, _Known]:
    """Hold the rows of subjects whose card this kind of fact does not change."""
    cursor.execute(
        f"""WITH touched AS (
                SELECT subject_id, {_KNOWN} FROM registry.subject
                WHERE subject_id = ANY (ARRAY(SELECT jsonb_array_elements_text(%s::jsonb)))
                ORDER BY subject_id FOR NO KEY UPDATE
            ) {_GROUPED}""",
        (msgspec.json.encode(sorted(latest_of)).decode(),),
        prepare=True,
    )
    return _groups(cursor)


def _groups(cursor: psycopg.Cursor[Any]) -> dict[str, _Known]:
    return {subject: known for *row, subjects in cursor for known in (_Known(*row),) for subject in subjects}


def _pieces(kind: str, latest_of: dict[str, Appended]) -> dict[str, str]:
    pieces = {subject: _piece(each) for subject, each in latest_of.items()}
    return {"pieces": msgspec.json.encode(pieces).decode(), "stamp": f"o:{kind}"}


def _rank(appended: Appended) -> tuple[bool, str]:
    """Of several facts of a kind about a subject, the latest that its card shows is the one to lay."""
    return cards.counts(
        appended.stated.kind, lambda field: getattr(appended.stated, field, None)
    ), appended.order


def _piece(appended: Appended) -> dict[str, Any]:
    stated = appended.stated
    return cards.piece(stated.kind, lambda field: getattr(stated, field, None), appended.order)


def _members(cursor: psycopg.Cursor[Any], tubes: Iterable[str]) -> set[str]:
    """Everybody who was ever said to be in these tubes, corrected or not."""
    asked = sorted(tubes)
    if not asked:
        return set()
    cursor.execute(
        """SELECT DISTINCT named FROM ledger.fact f,
               LATERAL jsonb_array_elements_text(coalesce(f.body -> 'members', f.body -> 'replacement' -> 'members')) named
           WHERE f.subject = ANY (%s) AND f.kind IN ('tube.sampled', 'fact.amended')""",
        (asked,),
        prepare=True,
    )
    return {named for (named,) in cursor}


def _ruled_by(cursor: psycopg.Cursor[Any], outbreaks: set[str]) -> set[str]:
    """Everybody whom a change of an outbreak's protocol may concern: who is watched, or has a fact a rule stands on."""
    digests = {
        stated.body["protocol_digest"]
        for history in histories_of(cursor, {outbreak: [outbreak] for outbreak in outbreaks}).values()
        for stated in history.effective
        if "protocol_digest" in stated.body
    }
    interest = interest_of(
        frozenset([shipped()[HOUSE], *(pack_by_digest(cursor, digest) for digest in digests)])
    )
    found = _with_facts_that_matter(cursor, outbreaks, interest)
    cursor.execute(
        """SELECT subject FROM registry.duty WHERE outbreak = ANY (%(outbreaks)s)
           UNION SELECT subject FROM registry.conclusion WHERE outbreak = ANY (%(outbreaks)s)""",
        {"outbreaks": sorted(outbreaks)},
    )
    found |= {subject for (subject,) in cursor}
    return found | _members(cursor, {subject for subject in found if subject.startswith("tube:")})


def _with_facts_that_matter(cursor: psycopg.Cursor[Any], outbreaks: set[str], interest: Interest) -> set[str]:
    """The subjects of this outbreak with a fact on which a rule may stand, or which may reach a tube's people.

    Streamed: an outbreak may hold millions of facts, nearly all of which matter to nobody.
    """
    kinds = sorted({kind for _, kind in interest.triggers} | interest.through_tube.keys() | ALWAYS)
    found: set[str] = set()
    with psycopg.Cursor(cursor.connection) as reading:
        facts = reading.stream(
            """SELECT f.kind, f.version, f.subject, f.body::text, (s.state ->> 'pool_size')::int
               FROM ledger.fact f LEFT JOIN registry.subject s ON s.subject_id = f.subject AND s.kind = 'tube'
               WHERE f.kind = ANY (%s) AND f.body -> 'outbreaks' ?| %s""",
            (kinds, sorted(outbreaks)),
        )
        for kind, version, subject, body, pool_size in facts:
            if subject in found:
                continue
            stated = read(kind, version, msgspec.json.decode(body))
            if interest.stands_on(subject.partition(":")[0], kind, stated) or interest.reaches_members(
                kind, stated, getattr(stated, "pool_size", pool_size)
            ):
                found.add(subject)
    return found
