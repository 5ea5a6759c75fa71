"""What the ledger's stories share: an outbreak under the 9th edition, and facts in few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from quell.catalogue.contacts import ContactNamed
from quell.catalogue.fact import Fact, body_of, content_hash, identity_of
from quell.catalogue.isolation import RestrictionOrdered
from quell.catalogue.keeping import FactAmended, FactRetracted, SubjectMerged
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.outbreaks import OutbreakOpened
from quell.catalogue.screening import TubeSampled
from quell.catalogue.when import instant
from quell.ledger.adopt import adopt
from quell.ledger.rebuild import TABLES
from quell.protocol.pack import load
from quell.site.roles import Connections

OUTBREAK = "outbreak:lanzhou"
SAMPLED = datetime(2022, 7, 13, 12, tzinfo=UTC)
POSITIVE = datetime(2022, 7, 13, 18, 10, tzinfo=UTC)
NOW = datetime(2022, 7, 16, tzinfo=UTC)
WHERE: dict[str, Any] = {
    "jurisdiction": "CN-GS-LZ",
    "zone": "Asia/Shanghai",
    "source": "test",
    "outbreaks": (OUTBREAK,),
}


def opened() -> OutbreakOpened:
    """The outbreak's opening; adopt_pack() must have run in the same database."""
    pack = load("cn-covid19")
    return OutbreakOpened(
        subject=OUTBREAK,
        occurred=instant(datetime(2022, 7, 8, tzinfo=UTC)),
        title={"en": "Lanzhou", "zh": "兰州"},
        disease=pack.disease,
        protocol=f"{pack.pack_id}@{pack.version}",
        protocol_digest=pack.digest,
        **WHERE,
    )


def adopt_pack() -> None:
    adopt(load("cn-covid19"), now=NOW)


def sampled(
    tube: str, members: Sequence[str], at: datetime, pool_size: int, purpose: str = "round"
) -> TubeSampled:
    return TubeSampled(
        subject=tube,
        occurred=instant(at),
        members=tuple(members),
        pool_size=pool_size,
        purpose=purpose,
        **WHERE,
    )


def resulted(
    tube: str, result: str, at: datetime, source_id: str | None = None, ct: float | None = None
) -> TubeResulted:
    return TubeResulted(
        subject=tube, occurred=instant(at), result=result, ct=ct, source_id=source_id, **WHERE
    )


def held(person: str, at: datetime, because: str = "tube:pool") -> RestrictionOrdered:
    return RestrictionOrdered(
        subject=person,
        occurred=instant(at),
        ground="pool_positive",
        because=because,
        measure="hold",
        legal_basis="infectious_disease_law",
        ordered_by="officer",
        notice="spoken",
        appeal="reviewing_officer",
        **WHERE,
    )


def named(contact: str, source: str, at: datetime, last: datetime) -> ContactNamed:
    return ContactNamed(
        subject=contact,
        occurred=instant(at),
        source_person=source,
        last_exposure=instant(last),
        setting="household",
        **WHERE,
    )


def retracted(fact: Fact, at: datetime) -> FactRetracted:
    return FactRetracted(
        subject=fact.subject, occurred=instant(at), target=id_of(fact), reason="wrong_person", **WHERE
    )


def amended(fact: Fact, instead: Fact, at: datetime) -> FactAmended:
    import msgspec

    return FactAmended(
        subject=fact.subject,
        occurred=instant(at),
        target=id_of(fact),
        of_kind=instead.kind,
        of_version=instead.version,
        replacement=msgspec.json.decode(body_of(instead)),
        reason="typing_error",
        **WHERE,
    )


def merged(subject: str, into: str, at: datetime) -> SubjectMerged:
    return SubjectMerged(subject=subject, occurred=instant(at), into=into, **WHERE)


def id_of(fact: Fact) -> UUID:
    return UUID(identity_of(fact, content_hash(fact.kind, fact.version, body_of(fact))))


def registry(database: Connections) -> dict[str, list[str]]:
    """Everything that the registry says, comparable."""
    with psycopg.connect(database.owner.conninfo()) as connection:
        return {
            table: [
                row
                for (row,) in connection.execute(
                    f"SELECT d::text FROM (SELECT {', '.join(columns)} FROM registry.{table}) d ORDER BY 1"
                ).fetchall()
            ]
            for table, columns in TABLES.items()
        }


def a_few_days() -> list[Fact]:
    """Ten people in a positive pool, a case among them, contacts, corrections, a merge: everything linked."""
    people = [f"person:{number}" for number in range(1, 11)]
    pool = sampled("tube:pool", people, SAMPLED, 10)
    positive = resulted("tube:pool", "positive", POSITIVE, source_id="lab-1", ct=24.1)
    hold_at = POSITIVE + timedelta(minutes=25)
    single_at = POSITIVE + timedelta(hours=1)
    read_at = POSITIVE + timedelta(hours=4)
    holds = [held(person, hold_at) for person in people[:8]]
    singles = [
        sampled(f"tube:single-{n}", [f"person:{n}"], single_at, 1, "pool_resample") for n in (1, 2, 3, 10)
    ]
    readings = [
        resulted("tube:single-1", "negative", read_at, "lab-2"),
        resulted("tube:single-2", "negative", read_at, "lab-3"),
        resulted("tube:single-10", "positive", read_at, "lab-4", ct=19.5),
    ]
    wrong_tube = sampled("tube:other", ["person:3", "person:20"], SAMPLED, 10)
    wrong_positive = resulted("tube:other", "positive", POSITIVE, source_id="lab-5")
    contact = named("person:11", "person:10", read_at + timedelta(hours=2), SAMPLED)
    second = named("person:12", "person:11", read_at + timedelta(hours=3), SAMPLED + timedelta(hours=5))
    twin_name = named("person:11b", "person:10", read_at + timedelta(hours=2), SAMPLED + timedelta(hours=1))
    return [
        opened(),
        pool,
        positive,
        *holds,
        *singles,
        *readings,
        wrong_tube,
        wrong_positive,
        retracted(wrong_positive, read_at),
        amended(singles[2], sampled("tube:single-3", ["person:4"], single_at, 1, "pool_resample"), read_at),
        contact,
        second,
        twin_name,
        merged("person:11b", "person:11", read_at + timedelta(hours=5)),
        resulted("tube:nobody", "positive", POSITIVE, "lab-6"),
        resulted("tube:single-1", "positive", read_at, "lab-2"),
        retracted(held("person:8", hold_at), read_at),
    ]
