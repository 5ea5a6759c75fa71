"""What is scarce is claimed: of two who want one bed, one gets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from ledger.outbreak_stories import NOW, WHERE
from quell.catalogue.facilities import BedFreed, BedRegistered, BedReserved
from quell.catalogue.when import interval
from quell.ledger.claims import ClaimRefused, claim
from quell.ledger.rebuild import rebuild
from quell.ledger.record import RecordRefused, record
from quell.site.roles import Connections

BED = BedRegistered(subject="bed:1", occurred="2022-07-01", facility="facility:1", **WHERE)


def reserved(person: str, hours: int = 0) -> BedReserved:
    start = NOW - timedelta(hours=10) + timedelta(hours=hours)
    return BedReserved(
        subject="bed:1", occurred=interval(start, start + timedelta(hours=4)), person=person, **WHERE
    )


def test_two_claims_on_one_bed_one_wins(database: Connections) -> None:
    record([BED], by="isolation", now=NOW)

    def try_for(person: str) -> bool:
        try:
            claim(reserved(person), by="isolation", now=NOW)
        except ClaimRefused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(try_for, [f"person:{number}" for number in range(8)]))
    assert won.count(True) == 1
    assert rebuild().same


def test_the_refusal_says_who_has_it_and_until_when(database: Connections) -> None:
    claim(reserved("person:1"), by="isolation", now=NOW)
    with pytest.raises(ClaimRefused, match="person:1"):
        claim(reserved("person:2", hours=3), by="isolation", now=NOW)


def test_a_bed_is_claimed_again_when_its_time_is_over_or_it_was_freed(database: Connections) -> None:
    claim(reserved("person:1"), by="isolation", now=NOW)
    claim(reserved("person:2", hours=4), by="isolation", now=NOW)
    freed = BedFreed(subject="bed:1", occurred="2022-07-15T15:00:00Z", person="person:1", **WHERE)
    record([freed], by="isolation", now=NOW)
    late = NOW - timedelta(hours=8)
    again = BedReserved(
        subject="bed:1", occurred=interval(late, late + timedelta(hours=1)), person="person:3", **WHERE
    )
    claim(again, by="isolation", now=NOW)
    assert rebuild().same


def test_the_same_claim_said_twice_is_one(database: Connections) -> None:
    assert claim(reserved("person:1"), by="isolation", now=NOW).new == 1
    assert claim(reserved("person:1"), by="isolation", now=NOW).repeated == 1


def test_a_claim_does_not_enter_by_the_other_door(database: Connections) -> None:
    with pytest.raises(RecordRefused, match="claim"):
        record([reserved("person:1")], by="isolation", now=NOW)
