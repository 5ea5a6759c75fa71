"""Who is said to have infected whom, read from facts as they are stated, corrected and merged."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from exchange.test_opening import shared
from quell.catalogue.contacts import ContactGraded, ContactNamed
from quell.catalogue.fact import Fact, body_of
from quell.catalogue.investigation import CaseClassified, CaseReported, InfectorReported, SymptomsBegan
from quell.catalogue.keeping import FactAmended, FactRetracted, SubjectMerged
from quell.catalogue.when import instant
from quell.exchange.opening import open_path
from quell.ledger.adopt import open_outbreak
from quell.ledger.rebuild import rebuild
from quell.ledger.record import record
from quell.protocol.pack import load
from quell.registry.reading import outbreaks
from quell.registry.reading.chains import Chains, chains, contacts, contacts_of
from quell.site.roles import Connections

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
OUTBREAK = "outbreak:harbour"
WHERE = {"jurisdiction": "CN-GS-LZ", "source": "test", "zone": "Asia/Shanghai", "outbreaks": (OUTBREAK,)}


@pytest.fixture
def harbour(database: Connections) -> Connections:
    """Four cases: a (onset 1 March), b (4 March), c (6 March), d, of whom only the day of report is known."""
    open_outbreak(
        OUTBREAK,
        pack=load("generic"),
        title={"en": "Harbour"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=NOW - timedelta(days=30),
        by="command",
        now=NOW - timedelta(days=30),
    )
    for name, day in (("a", 1), ("b", 4), ("c", 6), ("d", 9)):
        say(
            CaseClassified(
                subject=f"person:{name}",
                occurred=f"2026-03-{day + 2:02d}",
                classification="confirmed",
                **WHERE,
            ),
            CaseReported(subject=f"person:{name}", occurred=f"2026-03-{day + 2:02d}", **WHERE),
        )
        if name != "d":
            say(SymptomsBegan(subject=f"person:{name}", occurred=f"2026-03-{day:02d}", **WHERE))
    return database


def say(*facts: Fact) -> tuple[str, ...]:
    return record(facts, by="test", now=NOW).fact_ids


def infector(case: str, source: str, **given: str) -> Fact:
    return InfectorReported(
        subject=f"person:{case}", occurred="2026-03-12", infector=f"person:{source}", **given, **WHERE
    )


def met(case: str, source: str, **given: str) -> Fact:
    return ContactNamed(
        subject=f"person:{case}", occurred="2026-03-12", source_person=f"person:{source}", **given, **WHERE
    )


def links(found: Chains) -> list[tuple[str, str, str]]:
    return [(link.source[7:], link.case[7:], link.kind) for link in found.links]


def read(now: datetime = NOW) -> Chains:
    return chains(OUTBREAK, now=now)


def test_a_case_stands_on_its_onset_else_on_its_report(harbour: Connections) -> None:
    found = {case.subject: case for case in read().cases}
    assert (found["person:a"].basis, found["person:a"].first) == ("onset", date(2026, 3, 1))
    assert (found["person:d"].basis, found["person:d"].first) == ("report", date(2026, 3, 11))


def test_an_onset_known_as_an_interval_keeps_both_ends(harbour: Connections) -> None:
    say(
        CaseClassified(subject="person:e", occurred="2026-03-14", classification="confirmed", **WHERE),
        SymptomsBegan(subject="person:e", occurred="2026-03-08/2026-03-11", **WHERE),
    )
    (case,) = (case for case in read().cases if case.subject == "person:e")
    assert (case.basis, case.first, case.last) == ("onset", date(2026, 3, 8), date(2026, 3, 11))


def test_a_reported_infector_comes_before_a_contact(harbour: Connections) -> None:
    say(met("c", "b", setting="household"), infector("c", "a", setting="meal", certainty="high"))
    assert links(read()) == [("a", "c", "infector"), ("b", "c", "contact")]
    assert (read().links[0].setting, read().links[0].certainty) == ("meal", "high")


def test_two_facts_about_two_people_are_one_link(harbour: Connections) -> None:
    say(met("b", "a", setting="household", last_exposure="2026-03-02"), infector("b", "a"))
    (link,) = read().links
    assert (link.kind, link.setting, link.last) == ("infector", "household", date(2026, 3, 2))


def test_a_contact_who_is_no_case_is_no_link(harbour: Connections) -> None:
    say(met("z", "a", setting="household"))
    assert links(read()) == []
    assert [(each.source, each.contact, each.case) for each in contacts(OUTBREAK, now=NOW)] == [
        ("person:a", "person:z", False)
    ]
    assert {case.subject: case.contacts for case in read().cases}["person:a"] == 1


def test_the_contacts_of_one_case_say_who_became_a_case(harbour: Connections) -> None:
    say(met("z", "a"), met("b", "a"), met("y", "b"))
    assert [(each.contact, each.case) for each in contacts_of(OUTBREAK, "person:a", now=NOW)] == [
        ("person:b", True),
        ("person:z", False),
    ]


def test_who_was_graded_out_of_being_a_contact_is_no_link(harbour: Connections) -> None:
    say(met("b", "a"))
    assert links(read()) == [("a", "b", "contact")]
    say(
        ContactGraded(
            subject="person:b",
            occurred="2026-03-13",
            source_person="person:a",
            grade="not_a_contact",
            graded_by="x",
            **WHERE,
        )
    )
    assert links(read()) == []


def test_what_is_taken_back_is_gone_and_what_is_amended_reads_anew(harbour: Connections) -> None:
    first, second = say(infector("b", "a"), infector("c", "a"))
    say(
        FactRetracted(subject="person:b", occurred=instant(NOW), target=first, reason="typing_error", **WHERE)
    )
    said = infector("c", "b", setting="school")
    say(
        FactAmended(
            subject="person:c",
            occurred=instant(NOW),
            target=second,
            of_kind="infector.reported",
            of_version=1,
            replacement=msgspec.json.decode(body_of(said)),
            reason="typing_error",
            **WHERE,
        )
    )
    assert links(read()) == [("b", "c", "infector")]
    assert read().links[0].setting == "school"


def test_merged_people_are_one_case_with_the_links_of_both(harbour: Connections) -> None:
    say(infector("b2", "a2"), infector("c", "b2"))
    say(
        SubjectMerged(subject="person:b2", occurred="2026-03-15", into="person:b", **WHERE),
        SubjectMerged(subject="person:a2", occurred="2026-03-15", into="person:a", **WHERE),
    )
    assert links(read()) == [("a", "b", "infector"), ("b", "c", "infector")]


def test_a_named_source_who_is_no_case_is_shown_as_one(harbour: Connections) -> None:
    say(infector("a", "traveller"))
    (outside,) = (case for case in read().cases if case.basis == "none")
    assert (outside.subject, outside.first) == ("person:traveller", None)


def test_who_share_a_source_that_no_line_list_has_belong_together(harbour: Connections) -> None:
    say(met("b", "unlisted"), met("c", "unlisted"))
    assert links(read()) == [("unlisted", "b", "contact"), ("unlisted", "c", "contact")]
    say(
        ContactGraded(
            subject="person:c",
            occurred="2026-03-13",
            source_person="person:unlisted",
            grade="not_a_contact",
            graded_by="x",
            **WHERE,
        )
    )
    assert links(read()) == [("unlisted", "b", "contact")]
    say(
        CaseClassified(subject="person:unlisted", occurred="2026-03-14", classification="not_a_case", **WHERE)
    )
    assert links(read()) == []


def test_what_is_dated_later_is_not_there_yet(harbour: Connections) -> None:
    say(infector("b", "a"))
    assert links(read(NOW)) == [("a", "b", "infector")]
    assert links(read(datetime(2026, 3, 10, tzinfo=UTC))) == []


def test_another_outbreak_keeps_its_links_to_itself(harbour: Connections) -> None:
    say(
        InfectorReported(
            subject="person:b",
            occurred="2026-03-12",
            infector="person:a",
            jurisdiction="CN-GS-LZ",
            source="test",
            zone="Asia/Shanghai",
            outbreaks=("outbreak:other",),
        )
    )
    assert links(read()) == []


def test_a_rebuild_changes_no_link(harbour: Connections) -> None:
    say(infector("b", "a"), met("c", "b"))
    before = read()
    assert rebuild().same
    assert read() == before


def test_the_98_links_of_korea_2015(database: Connections, tmp_path: Path) -> None:
    opened = open_path(shared("mers_korea_2015"), by="test", now=NOW, quarantine_to=tmp_path)
    outbreak = outbreaks.one(opened.outbreak)
    assert outbreak is not None
    found = chains(outbreak.outbreak_id, now=outbreaks.now_of(outbreak, NOW))
    assert len(found.links) == 98
    assert len({link.case for link in found.links}) == 95
    infected = Counter(link.source.rpartition("/")[2] for link in found.links)
    assert infected.most_common(3) == [("SK_14", 38), ("SK_1", 26), ("SK_16", 21)]
