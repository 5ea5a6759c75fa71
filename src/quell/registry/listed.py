"""What lists show of people, cases, contacts, tubes and places: narrow rows, each a pure function of a history.

Written in the transaction that appends: for who is judged with the judgement, for whom no rule looks at from their
own facts. A subject has a row for each outbreak that its facts name. Results of tubes come by the million, so theirs
are laid on the rows that stand, without reading anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import psycopg

from quell.catalogue.when import When
from quell.protocol.events import Conclusion, Duty, Judgement, Restriction
from quell.registry import aliases, cards, rows
from quell.registry.histories import History, histories_of, order_text, utc_text
from quell.registry.listed_rows import OF_KIND, rows_of
from quell.registry.rows import Row, Table

_CHUNK = 2000

Listed = dict[Table, list[Row]]


class Laid(Protocol):
    """A fact that was just appended, and when it happened."""

    @property
    def stated(self) -> Any:
        """What it says."""

    @property
    def when(self) -> When:
        """When it happened."""


def tables_of(subjects: Iterable[str]) -> Listed:
    """The tables in which these subjects may have rows, still without any."""
    kinds = {subject.partition(":")[0] for subject in subjects}
    return {table: [] for kind in sorted(kinds & OF_KIND.keys()) for table in OF_KIND[kind]}


def follow(cursor: psycopg.Cursor[Any], facts: Iterable[Laid], judged: set[str]) -> None:
    """Bring the rows of those up to date whom these facts are about and who are not judged."""
    filled, read, afresh = _sorted_out(facts, judged)
    if filled:
        afresh |= _not_filled(cursor, filled)
    for outbreaks in {each.stated.outbreaks for each in read.values()}:
        same = {tube: each for tube, each in read.items() if each.stated.outbreaks == outbreaks}
        afresh |= _not_read(cursor, same, outbreaks)
    if afresh:
        from_history(cursor, afresh)


def _sorted_out(facts: Iterable[Laid], judged: set[str]) -> tuple[dict[str, Laid], dict[str, Laid], set[str]]:
    """Tubes of which one filling is all that was said, or one reading; and who is written from their whole history."""
    filled: dict[str, Laid] = {}
    read: dict[str, Laid] = {}
    afresh: set[str] = set()
    for each in facts:
        subject, kind = each.stated.subject, each.stated.kind
        if subject in judged:
            continue
        into = read if kind == "tube.resulted" else filled if kind == "tube.sampled" else None
        if into is not None and subject not in read and subject not in filled:
            into[subject] = each
        elif into is not None or subject.startswith(("person:", "place:")):
            afresh.add(subject)
    for once in (filled, read):
        for tube in afresh & once.keys():
            del once[tube]
    return filled, read, afresh


def from_history(cursor: psycopg.Cursor[Any], subjects: Iterable[str]) -> None:
    """Write the rows of these subjects, of whom nothing is judged, from their whole histories."""
    asked = set(subjects)
    groups = {
        subject: group for subject, group in aliases.groups_of(cursor, asked).items() if subject in asked
    }
    histories = histories_of(cursor, groups)
    _write(cursor, asked, histories, {})


def refill(cursor: psycopg.Cursor[Any]) -> None:
    """Write the rows of every subject from its facts and from what the registry says was judged of it."""
    for kind in OF_KIND:
        after = f"{kind}:"
        while True:
            cursor.execute(
                """SELECT subject_id FROM registry.subject s WHERE subject_id > %s AND kind = %s
                   AND NOT EXISTS (SELECT FROM registry.alias a WHERE a.alias = s.subject_id)
                   ORDER BY subject_id LIMIT %s""",
                (after, kind, _CHUNK),
            )
            subjects = [subject for (subject,) in cursor]
            if not subjects:
                break
            after = subjects[-1]
            histories = histories_of(cursor, aliases.groups_of(cursor, subjects))
            _write(cursor, subjects, histories, _judgements(cursor, subjects))


def _write(
    cursor: psycopg.Cursor[Any],
    subjects: Iterable[str],
    histories: Mapping[str, History],
    judgements: Mapping[str, Judgement],
) -> None:
    asked = sorted(subjects)
    wanted = tables_of(asked)
    for subject, history in histories.items():
        card = cards.card(
            (s.kind, s.body, order_text(s.when, s.body["learned_at"], s.fact_id)) for s in history.effective
        )
        for table, row in rows_of(subject, history, card, judgements.get(subject, Judgement())):
            wanted[table].append(row)
    rows.write(cursor, asked, wanted)


def _judgements(cursor: psycopg.Cursor[Any], subjects: Sequence[str]) -> dict[str, Judgement]:
    """What the registry says was judged of these subjects."""
    found: dict[Table, dict[str, list[Any]]] = {}
    for table, struct in (
        (rows.CONCLUSION, Conclusion),
        (rows.DUTY, Duty),
        (rows.RESTRICTION, Restriction),
    ):
        of_subject = found[table] = defaultdict(list)
        cursor.execute(table.select, (list(subjects),))
        for row in cursor:
            values = list(row)
            for index in table.json_at:
                values[index] = msgspec.json.decode(values[index])
            of_subject[row[table.subject_at]].append(struct(*values))
    return {
        subject: Judgement(*(tuple(found[table].get(subject, ())) for table in found)) for subject in subjects
    }


def _not_filled(cursor: psycopg.Cursor[Any], tubes: Mapping[str, Laid]) -> set[str]:
    """Lay the filling of tubes that had no row before; returns those that had one."""
    given = [
        (
            tube,
            outbreak,
            each.stated.jurisdiction,
            each.stated.pool_size,
            len(set(each.stated.members)),
            each.stated.purpose,
            each.stated.round,
            each.stated.place,
            _instant(each),
        )
        for tube, each in sorted(tubes.items())
        for outbreak in each.stated.outbreaks or ("",)
    ]
    cursor.execute(
        """WITH given AS (
               SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::smallint[], %s::smallint[], %s::text[],
                                    %s::text[], %s::text[], %s::timestamptz[])
                   AS given(subject, outbreak, jurisdiction, pool_size, people, purpose, round, place, sampled)
           ), stood AS (SELECT DISTINCT t.subject FROM registry.listed_tube t WHERE t.subject = ANY (%s)
           ), laid AS (
               INSERT INTO registry.listed_tube
                   (subject, outbreak, jurisdiction, pool_size, people, purpose, round, place, sampled)
               SELECT * FROM given WHERE subject NOT IN (SELECT subject FROM stood))
           SELECT subject FROM stood""",
        [*(list(column) for column in zip(*given, strict=True)), sorted(tubes)],
        prepare=True,
    )
    return {subject for (subject,) in cursor}


def _not_read(cursor: psycopg.Cursor[Any], tubes: Mapping[str, Laid], outbreaks: Sequence[str]) -> set[str]:
    """Lay the first result of tubes that have a row in each of these outbreaks; returns those for which that was not all.

    What comes back is only what is out of the ordinary: results come by the ten thousand.
    """
    given = sorted(tubes.items())
    named = list(outbreaks) or [""]
    wanted = len(given) * len(named)
    # Each row is looked up by itself (OFFSET 0): left to its own mind the planner reads the rows of all tubes.
    cursor.execute(
        """WITH laid AS (
               UPDATE registry.listed_tube t SET result = given.result, ct = given.ct, resulted = given.resulted
               FROM unnest(%(tubes)s::text[], %(results)s::text[], %(cts)s::float8[], %(at)s::timestamptz[])
                    AS given(subject, result, ct, resulted)
               CROSS JOIN LATERAL (
                   SELECT l.ctid AS place FROM registry.listed_tube l
                   WHERE l.subject = given.subject COLLATE "C" AND l.result IS NULL AND l.sampled IS NOT NULL OFFSET 0
               ) unread
               WHERE t.ctid = unread.place
               RETURNING t.subject, t.outbreak
           )
           SELECT count(*), CASE WHEN count(*) <> %(wanted)s THEN array_agg(subject) END
           FROM laid WHERE outbreak = ANY (%(named)s)""",
        {
            "tubes": [tube for tube, _ in given],
            "results": [each.stated.result for _, each in given],
            "cts": [each.stated.ct for _, each in given],
            "at": [_instant(each) for _, each in given],
            "named": named,
            "wanted": wanted,
        },
        prepare=True,
    )
    laid, some = cursor.fetchone() or (0, None)
    if laid == wanted:
        return set()
    rows_of_tube = Counter(some or ())
    return {tube for tube in tubes if rows_of_tube[tube] < len(named)}


def _instant(each: Laid) -> str:
    """When it began, in UTC."""
    return utc_text(each.when.start)
