"""The ledger's door to the vault: keeping what facts may not hold, and forgetting it.

What is kept and the fact that refers to it enter in one transaction. Erasing removes the content and leaves a
tombstone; the facts stay as they are, since they never held more than a reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from quell.catalogue.fact import Fact
from quell.catalogue.investigation import VisitReported
from quell.catalogue.keeping import VaultErased
from quell.catalogue.people import PersonIdentified
from quell.catalogue.when import instant
from quell.errors import QuellError
from quell.ledger.record import Recorded, append_in, prepare
from quell.ledger.transactions import again_when_met, writing
from quell.registry.aliases import groups_of
from quell.vault.retention import RETENTION, VaultClass
from quell.vault.tokens import tokens_of


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a subject is: whatever words a source has (name, phone, document, address), all text."""

    subject: str
    words: Mapping[str, str]
    jurisdiction: str
    outbreaks: tuple[str, ...] = ()
    zone: str = "UTC"


def keep_identities(
    identities: Sequence[Identity], *, retention: str, source: str, by: str, now: datetime
) -> list[str]:
    """Put identities in the vault and record that they were; returns the vault ids, in order.

    retention  a class of quell.vault.retention
    """
    _check_retention(retention)
    kept = [f"vault:{uuid4()}" for _ in identities]
    facts: list[Fact] = [
        PersonIdentified(
            subject=identity.subject,
            occurred=instant(now),
            jurisdiction=identity.jurisdiction,
            zone=identity.zone,
            outbreaks=identity.outbreaks,
            source=source,
            identity=vault_id,
        )
        for identity, vault_id in zip(identities, kept, strict=True)
    ]
    prepared = prepare(facts, now)

    def work() -> list[str]:
        with writing() as cursor:
            cursor.executemany(
                "SELECT vault.keep(%s, %s, 'identity', %s, %s, NULL, %s, %s, %s)",
                [
                    (
                        vault_id[6:],
                        each.subject,
                        retention,
                        Jsonb(dict(each.words)),
                        tokens_of(each.words),
                        now,
                        by,
                    )
                    for each, vault_id in zip(identities, kept, strict=True)
                ],
            )
            if prepared:
                append_in(cursor, prepared, by=by, now=now)
        return kept

    return again_when_met(work)


def keep(
    subject: str,
    kind: VaultClass,
    *,
    content: Mapping[str, Any] | None = None,
    attachment: bytes | None = None,
    retention: str,
    by: str,
    now: datetime,
) -> str:
    """Put free text, an attachment or a movement record in the vault; returns the id for a fact to refer to."""
    _check_retention(retention)
    record = uuid4()
    with writing() as cursor:
        cursor.execute(
            "SELECT vault.keep(%s, %s, %s, %s, %s, %s, '{}', %s, %s)",
            (
                record,
                subject,
                kind,
                retention,
                Jsonb(dict(content)) if content else None,
                attachment,
                now,
                by,
            ),
        )
    return f"vault:{record}"


@dataclass(frozen=True, slots=True)
class Movement:
    """Where somebody was: the fact that a record of it is kept, and the record. The fact names the record's vault id."""

    fact: VisitReported
    content: Mapping[str, Any]


def keep_movements(movements: Sequence[Movement], *, retention: str, by: str, now: datetime) -> Recorded:
    """Put movement records in the vault and record that they are kept, in one transaction.

    A record that is there stays as it is, and one that was erased is not taken back: doing it again changes nothing.
    """
    _check_retention(retention)
    prepared = prepare([each.fact for each in movements], now)

    def work() -> Recorded:
        with writing() as cursor:
            cursor.execute(
                "SELECT 'vault:' || record_id FROM vault.tombstone WHERE record_id = ANY (%s::uuid[])",
                ([each.fact.record[6:] for each in movements],),
            )
            erased = {record for (record,) in cursor.fetchall()}
            cursor.executemany(
                "SELECT vault.keep(%s, %s, 'movement', %s, %s, NULL, '{}', %s, %s)",
                [
                    (each.fact.record[6:], each.fact.subject, retention, Jsonb(dict(each.content)), now, by)
                    for each in movements
                    if each.fact.record not in erased
                ],
            )
            return append_in(cursor, prepared, by=by, now=now)

    return again_when_met(work)


def erase(
    subjects: Sequence[str], *, rule: str, ordered_by: str, jurisdiction: str, by: str, now: datetime
) -> int:
    """Erase everything that the vault holds of these subjects, under every id they are known by.

    rule  a code of the list erasure_rule. Returns how many records went; the facts and a tombstone each remain.
    """

    def work() -> int:
        with writing() as cursor:
            groups = groups_of(cursor, subjects)
            gone = {}
            for subject, group in sorted(groups.items()):
                cursor.execute("SELECT vault.erase(%s, %s, %s, %s)", (list(group), rule, now, by))
                (gone[subject],) = cursor.fetchone() or (0,)
            _say_erased(
                cursor, gone, rule=rule, ordered_by=ordered_by, jurisdiction=jurisdiction, by=by, now=now
            )
            return sum(gone.values())

    return again_when_met(work)


def erase_expired(*, jurisdiction: str, now: datetime) -> int:
    """Erase what has been kept as long as its retention class allows; returns how many records went."""

    def work() -> int:
        total = 0
        with writing() as cursor:
            for retention in RETENTION.values():
                cursor.execute(
                    "SELECT subject, records FROM vault.erase_expired(%s, %s, %s, %s, 'retention')",
                    (retention.name, now - retention.longest, retention.rule, now),
                )
                gone = dict(cursor.fetchall())
                _say_erased(
                    cursor,
                    gone,
                    rule=retention.rule,
                    ordered_by="retention",
                    jurisdiction=jurisdiction,
                    by="retention",
                    now=now,
                )
                total += sum(gone.values())
        return total

    return again_when_met(work)


def _say_erased(
    cursor: psycopg.Cursor[Any],
    gone: Mapping[str, int],
    *,
    rule: str,
    ordered_by: str,
    jurisdiction: str,
    by: str,
    now: datetime,
) -> None:
    facts: list[Fact] = [
        VaultErased(
            subject=subject,
            occurred=instant(now),
            jurisdiction=jurisdiction,
            source="vault",
            rule=rule,
            records=records,
            ordered_by=ordered_by,
        )
        for subject, records in gone.items()
        if records
    ]
    if facts:
        append_in(cursor, prepare(facts, now), by=by, now=now)


def _check_retention(retention: str) -> None:
    if retention not in RETENTION:
        raise QuellError(f"no retention class is called {retention!r}; there are {', '.join(RETENTION)}")
