"""My duties: what is owed, in which order, and what a tap does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import psycopg
from django.test import Client

from desks.tube_of_ten import OUTBREAK, PEOPLE, POOL, WHERE, now
from quell.catalogue.needs import NeedRaised
from quell.catalogue.when import instant
from quell.ledger.record import record
from quell.registry.reading import duties
from quell.site.roles import Connections

SignedIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


def duty(action: str, person: str = PEOPLE[0]) -> str:
    return next(each.duty_id for each in duties.open_of([person]) if each.action == action)


def open_of(person: str = PEOPLE[0]) -> list[str]:
    return sorted(each.action for each in duties.open_of([person]))


def tap(client: Client, action: str, name: str, person: str = PEOPLE[0], **answers: object) -> str:
    response = client.post(f"/duties/{duty(action, person)}/tap", {"tap": name, **answers}, headers=HTMX)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def test_every_page_asks_for_a_sign_in(tube: Connections) -> None:
    from django.urls import get_resolver

    pages = [
        "/",
        "/chase/",
        f"/chase/{POOL}",
        "/laboratory/",
        "/cases/",
        "/outbreak/",
        f"/subject/{PEOPLE[0]}",
        "/find?q=p",
        "/live",
    ]
    for page in pages:
        response = Client().get(page)
        assert response.status_code == 302, page
        assert response["Location"].startswith("/sign-in/"), page
    assert Client().post("/duties/undo").status_code == 302
    assert Client().get("/sign-in/").status_code == 200
    assert get_resolver().reverse_dict


def test_urgent_needs_come_first_then_the_earliest_deadline(tube: Connections, signed_in: SignedIn) -> None:
    need = NeedRaised(
        subject=PEOPLE[4],
        occurred=instant(now()),
        need="dialysis",
        number="need:1",
        urgency="urgent",
        needed_by=instant(now() + timedelta(hours=9)),
        **WHERE,
    )
    record([need], by="test", now=now())
    listed = duties.by_desk(OUTBREAK, now=now())
    assert [each.action for each in listed] == ["meet_need", *["hold"] * 10, *["resample"] * 10]
    page = signed_in().get("/").content.decode()
    assert page.index("Dialysis") < page.index("Hold in place") < page.index("Take a single swab")
    assert "21 open" in page


def test_a_card_says_why_and_on_what_authority_with_weak_ones_marked(
    tube: Connections, signed_in: SignedIn
) -> None:
    page = signed_in().get("/?desk=chase").content.decode()
    assert "The swab was in a tube that was read positive" in page
    assert "(Ct 24.1)" in page
    assert "No national clock was found" in page
    assert re.search(r'class="grade weak"[^>]*><b>A</b> Assumed by Quell', page)


def test_a_tap_meets_the_duty_and_names_who_ordered_on_which_basis(
    tube: Connections, signed_in: SignedIn
) -> None:
    said = tap(signed_in(), "hold", "held")
    assert "Undo" in said
    assert 's-met"' in said
    assert open_of() == ["check_needs", "resample"]
    with psycopg.connect(tube.web.conninfo()) as connection:
        rows = connection.execute(
            "SELECT ground, because, measure, legal_basis, ordered_by, notice, appeal FROM registry.restriction"
        ).fetchall()
    assert rows == [
        ("pool_positive", POOL, "hold", "infectious_disease_law", "officer", "spoken", "reviewing_officer")
    ]


def test_undo_takes_back_what_this_account_just_recorded_and_nothing_else(
    tube: Connections, signed_in: SignedIn
) -> None:
    said = tap(signed_in(), "hold", "held")
    token = re.search(r'name="facts" value="([^"]+)"', said)
    assert token is not None
    somebody_else = signed_in("other").post("/duties/undo", {"facts": token[1]}, headers=HTMX)
    assert somebody_else.status_code == 200
    assert open_of() == ["check_needs", "resample"]
    assert "Undone." in signed_in().post("/duties/undo", {"facts": token[1]}, headers=HTMX).content.decode()
    assert open_of() == ["hold", "resample"]
    forged = signed_in().post("/duties/undo", {"facts": "x" + token[1]}, headers=HTMX)
    assert "Too late" in forged.content.decode()


def test_a_second_tap_on_the_same_card_records_nothing(tube: Connections, signed_in: SignedIn) -> None:
    client, held = signed_in(), duty("hold")
    for _ in range(2):
        client.post(f"/duties/{held}/tap", {"tap": "held"}, headers=HTMX)
    with psycopg.connect(tube.web.conninfo()) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM ledger.fact WHERE kind = 'restriction.ordered'"
        ).fetchone()
    assert rows == (1,)


def test_what_cannot_be_a_fact_comes_back_with_the_form_and_what_to_put_right(
    tube: Connections, signed_in: SignedIn
) -> None:
    url = f"/duties/{duty('resample')}/tap"
    response = signed_in().post(url, {"tap": "swabbed", "barcode": "two words"}, headers=HTMX)
    assert response.status_code == 422
    assert "two words" in response.content.decode()
    assert open_of() == ["hold", "resample"]


def test_needs_that_were_found_become_needs_of_their_own(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    tap(client, "hold", "held")
    tap(client, "check_needs", "needs", found=["dialysis", "infant"], urgency="urgent", hours="4")
    assert open_of() == ["meet_need", "meet_need", "resample"]
    tap(client, "meet_need", "met", confirmed_by="person")
    assert open_of() == ["meet_need", "resample"]


def test_from_hold_to_bed_by_taps_alone(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    tap(client, "hold", "held")
    tap(client, "check_needs", "nothing")
    tap(client, "resample", "swabbed", barcode="0417-228-01")
    tap(client, "read_single", "positive", ct="22.5")
    assert open_of() == ["investigate", "order_isolation", "report_case", "trace_contacts", "transfer"] or (
        open_of() == ["investigate", "report_case", "trace_contacts", "transfer"]
    )
    tap(client, "report_case", "reported", to="national_system")
    tap(client, "investigate", "interviewed", completeness="complete")
    tap(client, "trace_contacts", "reported")
    tap(client, "transfer", "asked")
    tap(client, "transfer", "admitted", facility="hospital-1")
    assert not {"transfer", "investigate", "report_case", "trace_contacts"} & set(open_of())


def test_a_waiver_names_its_officer_and_reason(tube: Connections, signed_in: SignedIn) -> None:
    held = duty("hold")
    tap(signed_in(), "hold", "waived", reason="cannot_be_found")
    found = duties.one(held)
    assert found is not None
    assert found.state(now()) == "waived"


def test_hold_all_ten_at_once(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    for action in ("hold", "resample"):
        response = client.post(
            "/duties/bulk",
            {"action": action, "duty": [duty(action, person) for person in PEOPLE]},
            headers=HTMX,
        )
        assert "10 people" in response.content.decode()
    assert open_of(PEOPLE[7]) == ["check_needs", "read_single"]
    needs = {"action": "check_needs", "duty": [duty("check_needs", person) for person in PEOPLE]}
    assert (
        client.post("/duties/bulk", needs, headers=HTMX).status_code == 403
    )  # what they need is asked of each


def test_who_works_at_one_desk_sees_and_taps_that_desk_only(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in("sampler", "sampling")
    page = client.get("/").content.decode()
    assert "Take a single swab" in page
    assert "Hold in place" not in page
    assert client.get("/?desk=chase").status_code == 403
    assert client.post(f"/duties/{duty('hold')}/tap", {"tap": "held"}).status_code == 403


def test_a_past_outbreak_is_read_and_never_late(outbreak: Connections, signed_in: SignedIn) -> None:
    from datetime import UTC, datetime

    from quell.catalogue.investigation import CaseClassified
    from quell.ledger.adopt import open_outbreak
    from quell.protocol.pack import load

    past, then = "outbreak:korea-2015", datetime(2015, 7, 4, tzinfo=UTC)
    open_outbreak(
        past, pack=load("mers"), title={"en": "Korea 2015"}, jurisdiction="KR", zone="Asia/Seoul",
        opened=datetime(2015, 5, 20, tzinfo=UTC), by="x", now=now(), clock="past", clock_at=then,
        recordable=["case.classified"],
    )  # fmt: skip
    where = {"jurisdiction": "KR", "zone": "Asia/Seoul", "source": "test", "outbreaks": (past,)}
    record(
        [CaseClassified(subject="person:k1", occurred="2015-06-01", classification="confirmed", **where)],
        by="x",
        now=now(),
    )  # fmt: skip
    client = signed_in()
    client.post("/outbreak/choose", {"outbreak": past})
    page = client.get("/").content.decode()
    assert "as of 2015-07-04" in page
    assert "not recorded, not late" in page
    assert not re.search(r"\d late", page)
    glance = client.get("/outbreak/").content.decode()
    assert "As of 2015-07-04" in glance
    assert "Korea 2015" in glance
    assert "2015-06-01" in client.get("/subject/person:k1").content.decode()


def test_a_bulk_tap_leaves_another_tube_of_the_same_people_alone(
    tube: Connections, signed_in: SignedIn
) -> None:
    from quell.catalogue.laboratory import TubeResulted
    from quell.catalogue.screening import TubeSampled

    sampled, read = instant(now() - timedelta(hours=5)), instant(now() - timedelta(minutes=2))
    second = TubeSampled(
        subject="tube:second", occurred=sampled, members=tuple(PEOPLE), pool_size=10, **WHERE
    )
    record(
        [second, TubeResulted(subject="tube:second", occurred=read, result="positive", **WHERE)],
        by="x",
        now=now(),
    )
    client = signed_in()
    page = client.get(f"/chase/{POOL}").content.decode()
    form = next(each for each in page.split("<form") if 'value="hold"' in each and "duty-bulk" not in each)
    shown = re.findall(r'name="duty" value="([^"]+)"', form)
    assert len(shown) == 10
    client.post("/duties/bulk", {"action": "hold", "duty": shown}, headers=HTMX)
    left = [each.because for person in PEOPLE for each in duties.open_of([person]) if each.action == "hold"]
    assert left == ["tube:second"] * 10
