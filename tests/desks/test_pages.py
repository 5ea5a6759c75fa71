"""Pages as somebody signed in meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from desks.tube_of_ten import OUTBREAK, PEOPLE, POOL, WHERE, now
from quell.catalogue.chase import PersonCalled
from quell.catalogue.investigation import CaseClassified, SymptomsBegan
from quell.catalogue.keeping import FactAmended, FactRetracted, SubjectMerged
from quell.catalogue.when import instant
from quell.desks.house.sign_in import one_time_link
from quell.ledger.identity import Identity, keep_identities
from quell.ledger.record import record
from quell.registry.reading import outbreaks, stories, tubes
from quell.site.roles import Connections

SignedIn = Callable[..., Client]


def test_a_link_signs_in_once(database: Connections) -> None:
    link = one_time_link("commander", "http://testserver/")
    first, second = Client(), Client()
    assert first.get(link).status_code == 302
    assert first.get("/").status_code == 200
    assert second.get(link).status_code == 410
    assert second.get("/").status_code == 302
    assert Client().get(link[:-2] + "xx").status_code == 410


def test_a_password_signs_in_and_a_wrong_one_does_not(database: Connections) -> None:
    from django.contrib.auth.models import User

    User.objects.create_user("nurse", password="long enough 1")
    client = Client()
    wrong = client.post("/sign-in/", {"username": "nurse", "password": "no"})
    assert "do not fit" in wrong.content.decode()
    assert client.post("/sign-in/", {"username": "nurse", "password": "long enough 1"}).status_code == 302
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def test_the_language_is_switched_and_kept(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    assert "My duties" in client.get("/").content.decode()
    client.post("/language/", {"language": "zh-hans", "next": "/"})
    page = client.get("/").content.decode()
    assert '<html lang="zh-hans"' in page
    assert "我的任务" in page
    assert "就地管控" in page
    assert "本人样本所在混管阳性" in page
    assert "兰州" in page
    assert "Quell 假定，可修改" in page


def test_one_story_page_tells_every_fact_and_strikes_through_what_was_taken_back(
    tube: Connections, signed_in: SignedIn
) -> None:
    called = PersonCalled(
        subject=PEOPLE[0], occurred=instant(now() - timedelta(minutes=5)), answer="no_answer", **WHERE
    )
    recorded = record([called], by="caller", now=now())
    wrong = PersonCalled(
        subject=PEOPLE[0], occurred=instant(now() - timedelta(minutes=4)), answer="busy", **WHERE
    )
    mistaken = record([wrong], by="caller", now=now())
    record(
        [
            FactRetracted(
                subject=PEOPLE[0],
                occurred=instant(now()),
                target=recorded.fact_ids[0],
                reason="wrong_person",
                **WHERE,
            ),
            FactAmended(
                subject=PEOPLE[0],
                occurred=instant(now()),
                target=mistaken.fact_ids[0],
                of_kind="person.called",
                of_version=1,
                replacement={
                    "subject": PEOPLE[0],
                    "occurred": wrong.occurred,
                    "answer": "reached",
                    **{k: list(v) if isinstance(v, tuple) else v for k, v in WHERE.items()},
                },
                reason="wrong_code",
                **WHERE,
            ),
        ],
        by="caller",
        now=now(),
    )
    told = stories.story(PEOPLE[0])
    assert told is not None
    kinds = [(entry.kind, entry.standing) for entry in told.entries]
    assert ("person.called", "retracted") in kinds
    assert ("person.called", "amended") in kinds
    assert ("person.called", "corrected") in kinds
    assert ("tube.resulted", "") in kinds
    page = signed_in().get(f"/subject/{PEOPLE[0]}").content.decode()
    assert re.search(r'<li class="gone">.*?No answer.*?Withdrawn</b>, Wrong person', page, re.DOTALL)
    assert "Ct</span> 24.1" in page
    assert "laboratory, test, recorded" in page
    assert "Free: no ground for any restriction." in page
    assert page.count('class="card ') == 2


def test_a_merged_person_keeps_both_ids_and_one_story(tube: Connections, signed_in: SignedIn) -> None:
    record(
        [
            PersonCalled(subject="person:twin", occurred=instant(now()), answer="reached", **WHERE),
            SubjectMerged(subject="person:twin", occurred=instant(now()), into=PEOPLE[0], **WHERE),
        ],
        by="data",
        now=now(),
    )
    told = stories.story("person:twin")
    assert told is not None
    assert (told.subject, told.aliases) == (PEOPLE[0], ("person:twin",))
    assert {"person.called", "tube.resulted"} <= {entry.kind for entry in told.entries}
    assert signed_in().get("/subject/person:twin").status_code == 200
    assert signed_in().get("/subject/person:nobody").status_code == 404


def test_an_identity_stays_closed_until_asked_for_with_a_reason_and_the_reading_is_logged(
    tube: Connections, signed_in: SignedIn
) -> None:
    keep_identities(
        [Identity(PEOPLE[0], {"name": "Zhang Wei"}, "CN-GS-LZ")],
        retention="contact",
        source="x",
        by="x",
        now=now(),
    )
    client = signed_in()
    page = client.get(f"/subject/{PEOPLE[0]}").content.decode()
    assert "Zhang Wei" not in page
    assert client.post(f"/identity/{PEOPLE[0]}", {}).status_code == 404
    opened = client.post(f"/identity/{PEOPLE[0]}", {"purpose": "reach"}, headers={"HX-Request": "true"})
    assert "Zhang Wei" in opened.content.decode()
    assert "This reading is in the log." in opened.content.decode()
    with psycopg.connect(tube.owner.conninfo()) as connection:
        rows = connection.execute("SELECT read_by, desk, purpose FROM vault.read_log").fetchall()
    assert rows == [("officer", "chase", "reach")]


def test_the_chase_shows_ten_people_who_walk_to_the_right(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    page = client.get("/chase/").content.decode()
    assert len(re.findall(r'<a class="dot', page)) == 10
    (shown,), total = tubes.chased(OUTBREAK)
    assert (total, len(shown.at("named"))) == (1, 10)
    owed = [each.duty_id for each in shown.owed_of("hold")]
    client.post("/duties/bulk", {"action": "hold", "duty": owed}, headers={"HX-Request": "true"})
    (shown,), _ = tubes.chased(OUTBREAK)
    assert len(shown.at("held")) == 10
    assert "Hold all" not in client.get(f"/chase/{POOL}").content.decode()
    assert client.get("/chase/tube:never").status_code == 404


def test_a_result_file_is_shown_with_its_faults_before_anything_is_recorded(
    outbreak: Connections, signed_in: SignedIn
) -> None:
    sampled, read = now() - timedelta(hours=5), now() - timedelta(minutes=3)
    rows = [
        "tube_id,result,ct,sampled_at,resulted_at,pool_size,members",
        f"A-1,positive,24.1,{sampled.isoformat()},{read.isoformat()},10,p1;p2;p3",
        f"A-2,perhaps,,{sampled.isoformat()},{read.isoformat()},10,p4;p5",
    ]
    client = signed_in()
    given = SimpleUploadedFile("results.csv", "\n".join(rows).encode(), "text/csv")
    page = client.post("/laboratory/read", {"file": given}).content.decode()
    assert "perhaps" in page
    assert outbreaks.one(OUTBREAK) is not None
    assert tubes.chased(OUTBREAK) == ([], 0)
    packed = re.search(r'name="facts" value="([^"]+)"', page)
    assert packed is not None
    after = client.post("/laboratory/confirm", {"facts": packed[1]})
    assert after["Location"] == "/chase/tube:A-1"
    (shown,), _ = tubes.chased(OUTBREAK)
    assert [member.person for member in shown.members] == ["person:p1", "person:p2", "person:p3"]
    assert client.post("/laboratory/confirm", {"facts": packed[1] + "x"}).status_code == 400
    again = client.post("/laboratory/confirm", {"facts": packed[1]}).content.decode()
    assert "were known already, word for word" in again


def test_the_curve_takes_the_best_date_that_a_case_has(outbreak: Connections) -> None:
    facts = [
        CaseClassified(
            subject=f"person:c{number:03d}",
            occurred=instant(now() - timedelta(minutes=number)),
            classification="confirmed",
            **WHERE,
        )
        for number in range(60)
    ]
    onset = SymptomsBegan(subject="person:c007", occurred="2022-07-01", **WHERE)
    record([*facts, onset], by="x", now=now())
    found = outbreaks.one(OUTBREAK)
    assert found is not None
    curve = outbreaks.epidemic_curve(found, now())
    assert sum(day.onset for day in curve) == 1
    assert sum(day.report for day in curve) == 59


def test_search_opens_the_one_subject_that_fits(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    assert client.get("/find?q=p07")["Location"] == "/subject/person:p07"
    assert "person:p10" in client.get("/find?q=p").content.decode()
    assert "begins so" in client.get("/find?q=zzz").content.decode()


def test_no_page_writes_a_script_or_style_into_itself(tube: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    for page in (
        "/",
        "/chase/",
        f"/chase/{POOL}",
        "/laboratory/",
        "/cases/",
        "/outbreak/",
        f"/subject/{PEOPLE[0]}",
    ):
        response = client.get(page)
        text = response.content.decode()
        assert response.status_code == 200, page
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=", text), page
        assert len(response.content) < 60_000, page
