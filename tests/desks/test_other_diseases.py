"""Taps that measles and Ebola ask for: immunity, prophylaxis, isolation of who is suspected, a safe burial."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.test import Client

from desks.tube_of_ten import now
from quell.catalogue.contacts import ContactNamed
from quell.catalogue.investigation import CaseClassified
from quell.catalogue.people import PersonDied
from quell.catalogue.when import instant
from quell.ledger.record import record
from quell.protocol.pack import load
from quell.registry.reading import duties
from quell.site.roles import Connections

SignedIn = Callable[..., Client]
OUTBREAK = "outbreak:elsewhere"
CASE, CONTACT = "person:case", "person:contact"
WHERE = {"jurisdiction": "US-IA", "zone": "America/Chicago", "source": "test", "outbreaks": (OUTBREAK,)}


def opened(pack: str) -> None:
    from quell.ledger.adopt import open_outbreak

    open_outbreak(
        OUTBREAK, pack=load(pack), title={"en": "Elsewhere", "zh": "外地"}, jurisdiction="US-IA",
        zone="America/Chicago", opened=now() - timedelta(days=3), by="command", now=now(),
    )  # fmt: skip


def classified(classification: str) -> CaseClassified:
    at = instant(now() - timedelta(hours=1))
    return CaseClassified(subject=CASE, occurred=at, classification=classification, **WHERE)


def rules(person: str) -> set[str]:
    return {each.rule.partition("/")[2] for each in duties.open_of([person])}


def tap(client: Client, person: str, rule: str, name: str, **answers: str) -> str:
    duty = next(each.duty_id for each in duties.open_of([person]) if each.rule.endswith(f"/{rule}"))
    response = client.post(f"/duties/{duty}/tap", {"tap": name, **answers}, headers={"HX-Request": "true"})
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def asked(database: Connections, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.owner.conninfo()) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def measles(database: Connections) -> Connections:
    """A case, and a contact who met it this morning."""
    opened("us-measles")
    met = instant(now() - timedelta(hours=5))
    contact = ContactNamed(
        subject=CONTACT,
        occurred=instant(now()),
        source_person=CASE,
        first_exposure=met,
        last_exposure=met,
        **WHERE,
    )
    record([classified("confirmed"), contact], by="test", now=now())
    return database


def test_who_shows_to_be_immune_is_asked_no_more_than_about_symptoms(
    measles: Connections, signed_in: SignedIn
) -> None:
    client = signed_in()
    assert {"assess-immunity", "vaccinate", "immunoglobulin", "exclude-contact"} <= rules(CONTACT)
    assert "Not known to be immune" in client.get(f"/subject/{CONTACT}").content.decode()
    tap(client, CONTACT, "assess-immunity", "assessed", evidence="laboratory")
    assert rules(CONTACT) == {"follow-up"}
    assert "Not known to be immune" not in client.get(f"/subject/{CONTACT}").content.decode()


def test_a_vaccine_in_time_ends_the_offer_and_says_its_doses_only_where_stated(
    measles: Connections, signed_in: SignedIn
) -> None:
    client = signed_in()
    duty = next(each.duty_id for each in duties.open_of([CONTACT]) if each.rule.endswith("/vaccinate"))
    wrong = {"tap": "given", "product": "vaccine", "doses_per_day": "often"}
    refused = client.post(f"/duties/{duty}/tap", wrong, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "often is not a number of doses" in refused.content.decode()
    tap(client, CONTACT, "vaccinate", "given", product="vaccine", doses_per_day="")
    assert not {"vaccinate", "immunoglobulin"} & rules(CONTACT)
    tap(client, CONTACT, "exclude-contact", "ordered")
    given = "SELECT body ? 'doses_per_day' FROM ledger.fact WHERE kind = 'prophylaxis.given'"
    assert asked(measles, given) == [(False,)]
    order = "SELECT body ->> 'ground', body ->> 'measure', body ->> 'because' FROM ledger.fact WHERE kind = 'restriction.ordered'"
    assert asked(measles, order) == [("contact", "excluded_from_work", CASE)]


def test_what_is_declined_is_waived_with_that_reason(measles: Connections, signed_in: SignedIn) -> None:
    tap(signed_in(), CONTACT, "vaccinate", "waived", reason="declined")
    assert "vaccinate" not in rules(CONTACT)


def test_who_is_suspected_is_isolated_as_suspected_and_who_died_is_buried(
    database: Connections, signed_in: SignedIn
) -> None:
    opened("who-ebola")
    record([classified("suspected")], by="test", now=now())
    client = signed_in()
    assert "Suspected case" in client.get(f"/subject/{CASE}").content.decode()
    tap(client, CASE, "isolate-suspected", "ordered")
    order = "SELECT body ->> 'ground', body ->> 'measure' FROM ledger.fact WHERE kind = 'restriction.ordered'"
    assert asked(database, order) == [("suspected", "hospital_isolation")]
    record([PersonDied(subject=CASE, occurred=instant(now()), **WHERE)], by="test", now=now())
    tap(client, CASE, "bury-safely", "buried", manner="safe")
    assert "bury-safely" not in rules(CASE)
