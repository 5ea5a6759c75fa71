"""Lists as somebody signed in works with them."""

from __future__ import annotations

import asyncio
import csv
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import psycopg
import pytest
from django.test import Client

from desks.tube_of_ten import OUTBREAK, PEOPLE, WHERE, now
from quell.catalogue.contacts import ContactNamed
from quell.catalogue.investigation import CaseClassified, SymptomsBegan
from quell.catalogue.people import PersonRegistered
from quell.catalogue.when import instant
from quell.ledger.identity import Identity, keep_identities
from quell.ledger.record import record
from quell.protocol.states import PRESSING
from quell.registry.reading import duties
from quell.registry.reading.listing import Ask, every_row, keys, one_page, total
from quell.registry.reading.lists import LISTS
from quell.registry.reading.lists.duties import STATES
from quell.site.roles import Connections

SignedIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}
ALL_DESKS = frozenset({"chase", "investigation", "contacts", "laboratory", "community", "needs", "isolation"})


@pytest.fixture
def cases(outbreak: Connections) -> Connections:
    """Sixty cases: every second one confirmed, aged 0 to 59, in two counties; the seventh fell ill on 1 July 2022."""
    facts: list[Any] = []
    for number in range(60):
        where = {**WHERE, "jurisdiction": "CN-GS-LZ-A" if number % 3 else "CN-GS-TS"}
        person = f"person:c{number:03d}"
        facts.append(
            PersonRegistered(subject=person, occurred="2022-06-01", age=number, sex="female", **where)
        )
        facts.append(
            CaseClassified(
                subject=person,
                occurred=instant(now() - timedelta(minutes=number + 1)),
                classification="confirmed" if number % 2 else "asymptomatic",
                **where,
            )
        )
    facts.append(SymptomsBegan(subject="person:c007", occurred="2022-07-01", **where))
    facts.append(
        ContactNamed(
            subject="person:k1",
            occurred=instant(now()),
            source_person="person:c007",
            last_exposure=now().date().isoformat(),
            setting="household",
            **WHERE,
        )
    )
    record(facts, by="x", now=now())
    return outbreak


def ask(**wanted: Any) -> Ask:
    return Ask(outbreak=OUTBREAK, now=now(), zone="Asia/Shanghai", desks=ALL_DESKS, **wanted)


def found(name: str, **wanted: Any) -> list[str]:
    return [row.subject for row in one_page(LISTS[name], ask(**wanted)).rows]


def people_on(page: str) -> list[str]:
    return re.findall(r'data-href="/subject/([^"]+)"', page)


# ---- searching, filtering, sorting, paging ----


def test_a_page_holds_fifty_and_the_total_is_exact(cases: Connections) -> None:
    page = one_page(LISTS["cases"], ask())
    assert (len(page.rows), page.total, page.pages) == (50, 60, 2)
    assert len(one_page(LISTS["cases"], ask(), 2).rows) == 10
    assert one_page(LISTS["cases"], ask(), 99).page == 2
    assert page.rows[0].subject == "person:c000"


def test_filters_narrow_by_code_tree_age_and_day(cases: Connections) -> None:
    def number(**filters: tuple[str, ...]) -> int:
        return total(LISTS["cases"], ask(filters=filters))

    assert number(classification=("confirmed",)) == 30
    assert number(classification=("confirmed", "asymptomatic")) == 60
    assert number(classification=("none",)) == 0
    assert number(jurisdiction=("CN-GS-LZ",)) == 40
    assert number(jurisdiction=("CN-GS",)) == 60
    assert number(jurisdiction=("CN-G",)) == 0
    assert number(age=("10", "19")) == 10
    assert number(onset=("2022-07-01", "2022-07-01")) == 1
    assert number(onset=("2022-07-02", "")) == 0
    today = now().astimezone(UTC).date()
    assert number(at=((today - timedelta(days=2)).isoformat(), "")) == 60


def test_every_list_sorts_by_every_column_both_ways_with_the_unknown_last(cases: Connections) -> None:
    for listing in LISTS.values():
        for column in listing.columns:
            if not column.sorts:
                continue
            for sort in (column.name, f"-{column.name}"):
                one_page(listing, ask(sort=sort, columns=tuple(each.name for each in listing.columns)))
    assert found("cases", sort="onset")[0] == found("cases", sort="-onset")[0] == "person:c007"
    assert found("cases", sort="-age")[:2] == ["person:c059", "person:c058"]
    assert found("cases", sort="nonsense; DROP TABLE x") == found("cases")


def test_a_number_is_searched_by_its_beginning(cases: Connections) -> None:
    assert found("cases", prefix="c00", sort="subject") == [f"person:c{n:03d}" for n in range(10)]
    assert found("cases", prefix="person:c0070") == []
    assert found("contacts", filters={"source": ("person:c007",)}) == ["person:k1"]


def test_the_states_of_duties_are_those_of_the_protocol(tube: Connections) -> None:
    listing = LISTS["duties"]
    every = {row.key[0] for row in every_row(listing, ask(filters={"state": ()}))}
    for moment in (
        now(),
        now() + timedelta(minutes=25),
        now() + timedelta(hours=9),
        now() - timedelta(days=1),
    ):
        told = {state: set[str]() for state in PRESSING}
        for duty in duties.several(sorted(every)):
            told[duty.state(moment)].add(duty.duty_id)
        for state in STATES:
            asked = Ask(OUTBREAK, moment, "Asia/Shanghai", desks=ALL_DESKS, filters={"state": (state,)})
            assert {key for (key,) in keys(listing, asked, 999)} == told[state], (state, moment)
        by_itself = Ask(OUTBREAK, moment, "Asia/Shanghai", desks=ALL_DESKS)
        assert total(listing, by_itself) == sum(len(told[state]) for state in ("late", "soon", "open"))


def test_an_address_carries_the_whole_view_and_old_ones_do_no_harm(
    cases: Connections, signed_in: SignedIn
) -> None:
    client = signed_in()
    page = client.get("/cases/?id=c00&sort=subject").content.decode()
    assert people_on(page) == [f"person:c{n:03d}" for n in range(10)]
    sent = client.get("/lists/cases/?f=1&q=&classification=confirmed&onset_from=&columns=subject&columns=age")
    assert sent["Location"] == "/lists/cases/?classification=confirmed&columns=subject%2Cage"
    page = client.get(sent["Location"]).content.decode()
    assert page.count("<th") == 4  # thead, the ticks, two columns
    old = "/lists/cases/?onset_from=yesterday&age_from=x&sort=--at&page=-3&columns=gone&nothing=1"
    assert client.get(old).status_code == 200
    assert client.get("/lists/nothing/").status_code == 404


def test_what_fits_nothing_says_which_filter_to_loosen(cases: Connections, signed_in: SignedIn) -> None:
    page = signed_in().get("/lists/cases/?classification=probable&age_from=90").content.decode()
    assert "Nothing fits all of these." in page
    assert 'href="?age_from=90"' in page
    assert 'href="?classification=probable"' in page


def test_a_list_is_open_to_its_desks_only(cases: Connections, signed_in: SignedIn) -> None:
    nurse = signed_in("nurse", "needs")
    assert nurse.get("/lists/cases/").status_code == 403
    assert nurse.get("/lists/cases/export").status_code == 403
    assert nurse.get("/lists/people/").status_code == 200
    page = nurse.get("/lists/duties/?state=any").content.decode()
    assert people_on(page) == []
    assert "/lists/cases/" not in page


# ---- by name ----


def test_a_name_is_searched_in_the_vault_logged_and_stays_out_of_the_address(
    cases: Connections, signed_in: SignedIn
) -> None:
    keep_identities(
        [Identity("person:c011", {"name": "张伟", "phone": "13800001234"}, "CN-GS-LZ")],
        retention="contact",
        source="x",
        by="x",
        now=now(),
    )
    client = signed_in("officer", "investigation")
    query = {"query": "classification=confirmed", "purpose": "investigation"}
    for words in ("zhangwei", "张", "1234", "zh wei"):
        sent = client.post("/lists/cases/find", {**query, "words": words})
        assert sent.status_code == 302
        assert words not in sent["Location"]
        page = client.get(sent["Location"]).content.decode()
        assert people_on(page) == ["person:c011"]
        assert "张" not in page
    nobody = client.post("/lists/cases/find", {**query, "words": "mueller"})
    assert "No identity fits" in client.get(nobody["Location"]).content.decode()
    # Somebody else's session knows nothing of it.
    other = signed_in("another", "investigation").get(sent["Location"]).content.decode()
    assert people_on(other) == []
    assert client.post("/lists/cases/find", {**query, "words": "x", "purpose": ""}).status_code == 403
    assert client.post("/lists/tubes/find", {**query, "words": "x"}).status_code == 403
    with psycopg.connect(cases.owner.conninfo()) as connection:
        read = connection.execute("SELECT read_by, desk, purpose, subjects FROM vault.read_log").fetchall()
    assert read[0] == ("officer", "investigation", "investigation", ["person:c011"])
    assert len(read) == 5


# ---- saved views ----


def test_a_view_is_saved_under_a_name_replaced_and_given_up(cases: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    client.post("/lists/cases/views", {"query": "classification=confirmed&found=abc", "called": "Ours"})
    client.post("/lists/cases/views", {"query": "classification=asymptomatic&sort=age", "called": "Ours"})
    page = client.get("/lists/cases/").content.decode()
    (address,) = re.findall(r'href="([^"]+)">Ours</a>', page)
    assert address == "/lists/cases/?classification=asymptomatic&amp;sort=age"
    assert "Ours" not in signed_in("another").get("/lists/cases/").content.decode()
    (view,) = re.findall(r'name="view" value="(\d+)"', page)
    signed_in("another").post("/lists/cases/views/forget", {"view": view})
    assert "Ours" in client.get("/lists/cases/").content.decode()
    client.post("/lists/cases/views/forget", {"view": view})
    assert "Ours" not in client.get("/lists/cases/").content.decode()


# ---- export ----


def exported(client: Client, query: str) -> bytes:
    response = client.get(f"/lists/cases/export?{query}")
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[attr-defined, arg-type]


def test_an_export_holds_what_the_view_shows_all_pages_of_it(cases: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    query = "classification=confirmed&columns=subject,classification,age,onset,at"
    lines = list(csv.reader(StringIO(exported(client, query).decode())))
    assert lines[0] == ["Person", "Classification", "Onset", "Case since (Asia/Shanghai)", "Age"]
    assert len(lines) == 31
    seventh = next(line for line in lines if line[0] == "c007")
    assert (seventh[1], seventh[2], seventh[4]) == ("Confirmed", "2022-07-01", "7")
    assert datetime.strptime(seventh[3], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - local by its heading
    raw = exported(client, query + "&codes=raw").decode().splitlines()
    assert raw[0] == "subject,classification,onset,at,age"
    assert raw[1].startswith("person:c001,confirmed,")
    assert exported(client, query + "&form=csv-excel").startswith(b"\xef\xbb\xbf")
    client.post("/language/", {"language": "zh-hans", "next": "/"})
    assert "确诊病例" in exported(client, query).decode()


def test_an_export_for_excel_opens_with_dates_as_dates(cases: Connections, signed_in: SignedIn) -> None:
    book = exported(signed_in(), "form=xlsx&columns=subject,onset,age&sort=onset")
    with zipfile.ZipFile(BytesIO(book)) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 61
    assert re.search(r'<c r="B2" s="\d+"><v>44743</v></c><c r="C2"><v>7</v></c>', sheet)


def test_what_a_spreadsheet_would_take_for_a_formula_is_text(
    outbreak: Connections, signed_in: SignedIn
) -> None:
    record(
        [CaseClassified(subject="person:=1+1", occurred="2022-07-01", classification="confirmed", **WHERE)],
        by="x",
        now=now(),
    )
    client = signed_in()
    assert exported(client, "columns=subject").decode().splitlines()[1] == "'=1+1"
    with zipfile.ZipFile(BytesIO(exported(client, "columns=subject&form=xlsx"))) as opened:
        assert "<f>" not in opened.read("xl/worksheets/sheet1.xml").decode()


def test_every_export_leaves_a_line_that_nobody_changes(cases: Connections, signed_in: SignedIn) -> None:
    client = signed_in("officer", "investigation")
    exported(client, "classification=confirmed")
    with psycopg.connect(cases.web.conninfo()) as connection:
        logged = connection.execute(
            "SELECT exported_by, listing, outbreak, query, form, rows FROM lists_export"
        ).fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM lists_export")
    assert logged == [("officer", "cases", OUTBREAK, "classification=confirmed", "csv", 30)]


def test_under_asgi_an_export_comes_in_pieces_and_leaves_no_connection(
    cases: Connections, signed_in: SignedIn
) -> None:
    from django.core.handlers.asgi import ASGIRequest

    from quell.desks.house.streaming import streamed

    def pieces() -> Iterator[bytes]:
        for row in every_row(LISTS["cases"], ask()):
            yield row.subject.encode()

    async def take(most: int) -> list[bytes]:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        answer = streamed(ASGIRequest(scope, BytesIO()), pieces(), content_type="text/csv", filename="x")  # type: ignore[arg-type]
        got: list[bytes] = []
        stream = aiter(answer)  # type: ignore[arg-type]
        async for piece in stream:
            got.append(piece)  # type: ignore[arg-type]
            if len(got) == most:
                break
        await stream.aclose()  # type: ignore[attr-defined]
        return got

    assert len(asyncio.run(take(1000))) == 60
    assert len(asyncio.run(take(3))) == 3
    from django.db import connections

    connections.close_all()
    with psycopg.connect(cases.owner.conninfo()) as connection:
        for _ in range(50):
            (left,) = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'quell_web'"
            ).fetchone() or (0,)
            if not left:
                break
            connection.execute("SELECT pg_sleep(0.05)")
        assert left == 0


# ---- several rows at once ----


def chosen(client: Client, name: str, action: str, rows: list[str], **more: str) -> str:
    response = client.post(f"/lists/{name}/chosen", {"action": action, "row": rows, **more}, headers=HTMX)
    return response.content.decode()


def work(client: Client, name: str, action: str, page: str, **answers: str) -> str:
    packed = re.search(r'name="rows" value="([^"]+)"', page)
    assert packed is not None, page
    response = client.post(
        f"/lists/{name}/work", {"action": action, "rows": packed[1], **answers}, headers=HTMX
    )
    return response.content.decode()


def undo(client: Client, page: str) -> None:
    token = re.search(r'name="facts" value="([^"]+)"', page)
    assert token is not None, page
    assert client.post("/duties/undo", {"facts": token[1]}, headers=HTMX).status_code == 200


def classified() -> int:
    return total(LISTS["cases"], ask(filters={"classification": ("confirmed",)}))


def test_ticked_cases_are_classified_in_one_call_and_undone(cases: Connections, signed_in: SignedIn) -> None:
    client = signed_in("officer", "investigation")
    rows = [f"person:c{n:03d}|{OUTBREAK}" for n in (0, 2, 4)]
    page = chosen(client, "cases", "classify", rows)
    assert "Classify: 3 rows" in page
    assert classified() == 30
    done = work(client, "cases", "classify", page, classification="confirmed")
    assert "Classify: 3 rows" in done
    assert classified() == 33
    with psycopg.connect(cases.owner.conninfo()) as connection:
        last = connection.execute(
            "SELECT fact_count, written_by FROM ledger.write ORDER BY write_id DESC LIMIT 1"
        ).fetchone()
    assert last == (3, "officer")
    undo(client, done)
    assert classified() == 30


def test_all_that_were_found_are_meant_and_no_more(cases: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    query = "classification=asymptomatic&jurisdiction=CN-GS-TS"
    page = chosen(client, "cases", "classify", [], all="yes", query=query)
    assert "Classify: 10 rows" in page
    assert "and 4 more" in page
    assert "Tick at least one row first." in chosen(client, "cases", "classify", [])


def test_one_bad_answer_refuses_the_whole(cases: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    page = chosen(client, "cases", "classify", [f"person:c000|{OUTBREAK}", f"person:c002|{OUTBREAK}"])
    refused = work(client, "cases", "classify", page, classification="perhaps")
    assert "nothing was recorded" in refused
    assert classified() == 30


def test_contacts_are_graded(cases: Connections, signed_in: SignedIn) -> None:
    client = signed_in("tracer", "contacts")
    row = f"person:k1|{OUTBREAK}|person:c007"
    page = chosen(client, "contacts", "grade", [row])
    done = work(client, "contacts", "grade", page, grade="not_a_contact")
    assert found("contacts") == []
    undo(client, done)
    assert found("contacts") == ["person:k1"]
    assert (
        signed_in("teller", "investigation").post("/lists/contacts/chosen", {"action": "grade"}).status_code
        == 404
    )


def of_action(action: str) -> list[str]:
    return [each.duty_id for person in PEOPLE for each in duties.open_of([person]) if each.action == action]


def test_duties_of_one_kind_are_done_for_all_but_never_the_needs_check(
    tube: Connections, signed_in: SignedIn
) -> None:
    client = signed_in()
    holds = of_action("hold")
    page = chosen(client, "duties", "do", holds[:4])
    assert "Held: record all 4" in page
    assert "Held: 4 rows" in work(client, "duties", "do-held", page)
    assert len(of_action("hold")) == 6
    mixed = chosen(client, "duties", "do", [holds[5], of_action("resample")[0]])
    assert "different duties" in mixed
    checks = of_action("check_needs")
    assert len(checks) == 4
    assert "different duties, or each has to be asked" in chosen(client, "duties", "do", checks)
    # What was done meanwhile refuses the whole.
    page = chosen(client, "duties", "do", holds[4:7])
    client.post(f"/duties/{holds[4]}/tap", {"tap": "held"}, headers=HTMX)
    assert "no longer open" in work(client, "duties", "do-held", page)
    assert len(of_action("hold")) == 5


def test_duties_are_taken_on_by_one_only_and_handed_back(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in("officer")
    holds = of_action("hold")[:3]
    page = chosen(client, "duties", "accept", holds)
    work(client, "duties", "accept", page, accepted_by="", team="team-3")
    mine = ask(by="officer", filters={"holder": ("me",)})
    assert total(LISTS["duties"], mine) == 3
    again = chosen(client, "duties", "accept", of_action("hold"))
    assert "is taken by officer" in work(client, "duties", "accept", again, accepted_by="other")
    assert total(LISTS["duties"], ask(filters={"holder": ("somebody",)})) == 3
    back = chosen(client, "duties", "hand_back", holds)
    work(client, "duties", "hand_back", back)
    assert total(LISTS["duties"], ask(filters={"holder": ("somebody",)})) == 0


def test_a_past_outbreak_is_read_and_not_worked_on(cases: Connections, signed_in: SignedIn) -> None:
    from quell.catalogue.outbreaks import OutbreakClockSet

    record(
        [
            OutbreakClockSet(
                subject=OUTBREAK, occurred=instant(now()), clock="past", clock_at=instant(now()), **WHERE
            )
        ],
        by="x",
        now=now(),
    )
    client = signed_in()
    page = client.get("/lists/cases/").content.decode()
    assert 'name="row"' not in page
    refused = client.post("/lists/cases/chosen", {"action": "classify", "row": [f"person:c000|{OUTBREAK}"]})
    assert refused.status_code == 403
