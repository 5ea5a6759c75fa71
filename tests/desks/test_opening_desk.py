"""A line list dropped in the browser: understood, corrected, recorded, with the files gone in the end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quell.desks.opening import jobs, running
from quell.site.roles import Connections

SignedIn = Callable[..., Client]
LINES = (
    "id,name,dt_onset,dt_report,sex,ethnicity\n1,Ada Example,01/02/2022,2022-02-09,M,x\n2,Bob Example,03/04/2022,2022-04-09,X9,y\n"
    "3,Cy Example,2022-02-30,2022-07-09,F,z\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUELL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def dropped(client: Client, **files: str) -> str:
    """Where an upload leads."""
    given = [SimpleUploadedFile(f"{name}.csv", text.encode(), "text/csv") for name, text in files.items()]
    answer = client.post("/opening/", {"files": given})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def fields(page: str) -> dict[str, str]:
    """What a form would send as it stands: selects, texts and ticked boxes."""
    found = {}
    for name, inner in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', inner) or re.search(
            r'<option(?: value="([^"]*)")?[^>]*>([^<]*)', inner
        )
        assert chosen
        found[name] = chosen[1] if chosen[1] is not None else chosen[2]
    return found | dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', page))


def key(page: str, heading: str) -> str:
    found = re.search(rf'name="column-([\d-]+)" aria-label="{heading}"', page)
    assert found
    return found[1]


def recorded(client: Client, where: str) -> str:
    """Record, and the page once it is done."""
    assert client.post(f"{where}record").status_code == 302
    end = time.monotonic() + 60
    while time.monotonic() < end:
        page = client.get(f"{where}progress").content.decode()
        if "hx-get" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError("it did not come to an end")


def facts(database: Connections) -> list[tuple[str, str]]:
    with psycopg.connect(database.owner.conninfo()) as connection:
        return connection.execute("SELECT kind, body::text FROM ledger.fact").fetchall()


def test_from_the_drop_to_the_record(database: Connections, signed_in: SignedIn, home: Path) -> None:
    client = signed_in("epidemiologist", "investigation")
    where = dropped(client, linelist=LINES, contacts="from,to\n1,2\n")
    (upload, _) = sorted((home / "openings").rglob("*.csv"))
    assert upload.stat().st_mode & 0o777 == 0o600
    page = client.get(where).content.decode()
    assert "1 column can be read in two ways" in page
    assert "Ada Example" not in page  # who somebody is is not even shown
    assert "01/02/2022" in page
    assert 'name="read-ethnicity">' in page  # not ticked
    assert ">Record<" not in page
    assert facts(database) == []

    answers = fields(page)
    answers[f"order-{key(page, 'dt_onset')}"] = "dmy"
    answers["name"] = "spring"
    page = client.post(where, answers).content.decode()
    assert "can be read in two ways." not in page
    assert "1 × dt_onset: is a day that does not exist" in page
    assert "1 × sex: is not a known word" in page
    word = re.search(r'name="(word-[\d-]+)" aria-label="X9"', page)
    assert word
    page = client.post(where, fields(page) | {word[1]: "female"}).content.decode()
    assert "is not a known word" not in page
    assert ">Record<" in page
    assert facts(database) == []

    page = recorded(client, where)
    assert "Recorded. The uploaded files are gone." in page
    bodies = " ".join(body for _, body in facts(database))
    assert "outbreak:spring" in bodies
    assert "Example" not in bodies
    assert {"symptoms.began", "contact.named"} <= {kind for kind, _ in facts(database)}
    assert not any((home / "openings").rglob("files"))
    aside = re.search(r'href="([^"]+)" download', page)
    assert aside
    rows = b"".join(client.get(aside[1]).streaming_content).decode()  # type: ignore[attr-defined]
    assert "is a day that does not exist" in rows
    assert "Example" not in rows
    assert len(list((home / "mappings").glob("*.toml"))) == 2
    assert "spring" in client.get("/outbreak").content.decode() or client.get("/outbreak").status_code == 301

    client.post(f"{where}forget")
    assert client.get(where).status_code == 404
    assert not any((home / "openings").iterdir())


def test_the_same_headings_are_read_as_they_were_confirmed(
    database: Connections, signed_in: SignedIn
) -> None:
    client = signed_in()
    where = dropped(client, linelist=LINES)
    page = client.get(where).content.decode()
    client.post(where, fields(page) | {f"order-{key(page, 'dt_onset')}": "dmy"})
    recorded(client, where)
    page = client.get(dropped(client, later=LINES.replace("1,Ada", "7,Ada"))).content.decode()
    assert "as it was confirmed before for the same headings" in page
    assert "can be read in two ways." not in page


def test_a_recording_that_stood_still_is_taken_up_and_ends_the_same(
    database: Connections, signed_in: SignedIn
) -> None:
    client = signed_in("officer")
    where = dropped(client, linelist="id,dt_onset\n1,2022-07-01\n2,2022-07-02\n")
    job = jobs.job_of(UUID(where.rstrip("/").rpartition("/")[2]), "officer")
    assert job
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    assert jobs.take_up(job, long_ago)  # a worker that is gone
    page = client.get(where).content.decode()
    assert "It stood still" in page
    page = recorded(client, where)
    assert "Recorded." in page
    assert not running.start(job, datetime.now(UTC))  # done is done


def test_what_nobody_came_back_to_is_let_go_of(
    database: Connections, signed_in: SignedIn, home: Path
) -> None:
    client = signed_in("officer")
    where = dropped(client, linelist="id,dt_onset\n1,2022-07-01\n")
    jobs.forget_old(datetime.now(UTC) + timedelta(days=1))
    assert client.get(where).status_code == 200
    jobs.forget_old(datetime.now(UTC) + timedelta(days=3))
    assert client.get(where).status_code == 404
    assert not any((home / "openings").iterdir())


def test_two_do_not_record_one_opening_at_once(database: Connections, signed_in: SignedIn) -> None:
    where = dropped(signed_in("officer"), linelist="id,dt_onset\n1,2022-07-01\n")
    job = jobs.job_of(UUID(where.rstrip("/").rpartition("/")[2]), "officer")
    assert job
    assert jobs.take_up(job, datetime.now(UTC))
    assert not jobs.take_up(job, datetime.now(UTC))


def test_what_cannot_be_read_says_why_and_a_fault_in_recording_is_told(
    database: Connections, signed_in: SignedIn
) -> None:
    client = signed_in()
    page = client.get(dropped(client, linelist="colour,shape\nred,round\n")).content.decode()
    assert "has no column with the case&#x27;s id" in page
    assert ">Record<" not in page
    where = dropped(client, list="Who,dt_onset\n1,2022-07-01\n")
    page = client.get(where).content.decode()
    assert "has no column with the case&#x27;s id" in page
    page = client.post(where, fields(page) | {f"column-{key(page, 'Who')}": "case_id"}).content.decode()
    assert ">Record<" in page
    page = client.post(where, fields(page) | {f"column-{key(page, 'Who')}": ""}).content.decode()
    assert ">Record<" not in page
    assert 'aria-label="Who"' in page
    where = dropped(client, linelist="id,age\n1,30\n")
    assert "no row has a date" in recorded(client, where)
    assert client.get(where).status_code == 200


def test_text_of_another_encoding_is_asked_about_and_read(database: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    data = "id,hôpital,dt_onset\n1,Genève,2022-07-01\n".encode("cp1252")
    where = client.post("/opening/", {"files": [SimpleUploadedFile("list.csv", data)]}).headers["Location"]
    page = client.get(where).content.decode()
    assert "Say which with --encoding" in page
    page = client.post(where, fields(page) | {"encoding": "cp1252"}).content.decode()
    assert "Genève" in page
    assert ">Record<" in page
    client.post(where, fields(page) | {"encoding": "cp1251"})
    page = client.post(where, fields(page) | {"encoding": "cp1251"}).content.decode()
    assert "Genиve" in page


def test_a_payload_of_dhis2_comes_with_its_mapping(database: Connections, signed_in: SignedIn) -> None:
    payload = (
        '{"trackedEntities": [{"trackedEntity": "te1", "trackedEntityType": "person"}], "enrollments": [{"enrollment": "e1", '
        '"trackedEntity": "te1", "program": "pr", "enrolledAt": "2024-05-04T00:00:00.000", "status": "ACTIVE"}]}'
    )
    ids = 'version = 1\n[dhis2.programs]\npr = "cases"\n[dhis2.dates]\nenrolledAt = "report_date"\n'
    client = signed_in()
    given = [SimpleUploadedFile("payload.json", payload.encode())]
    where = client.post("/opening/", {"files": given}).headers["Location"]
    assert "what its ids mean differs" in client.get(where).content.decode()
    given = [
        SimpleUploadedFile("payload.json", payload.encode()),
        SimpleUploadedFile("ids.toml", ids.encode()),
    ]
    where = client.post("/opening/", {"files": given}).headers["Location"]
    page = client.get(where).content.decode()
    assert "2024-05-04" in page
    page = client.post(where, fields(page)).content.decode()
    assert ">Record<" in page
    assert "Recorded." in recorded(client, where)
    alone = client.post("/opening/", {"files": [SimpleUploadedFile("ids.toml", ids.encode())]})
    assert alone.status_code == 400


def test_only_those_who_may_and_only_their_own(database: Connections, signed_in: SignedIn) -> None:
    assert signed_in("lab", "laboratory").get("/opening/").status_code == 403
    assert signed_in("head", "command").get("/opening/").status_code == 200
    where = dropped(signed_in("one"), linelist="id,dt_onset\n1,2022-07-01\n")
    other = signed_in("two")
    assert other.get(where).status_code == 404
    assert other.post(f"{where}record").status_code == 404
    assert signed_in("one").get(f"{where}aside/..%2Fmapping.toml").status_code == 404
    assert Client().get("/opening/").status_code == 302


def test_names_of_files_lead_nowhere_else(database: Connections, signed_in: SignedIn, home: Path) -> None:
    given = [SimpleUploadedFile("linelist.csv", b"id,dt_onset\n1,2022-07-01\n")]
    given[0].name = "../../escape.csv"
    assert signed_in().post("/opening/", {"files": given}).status_code == 302
    assert [path.name for path in (home / "openings").rglob("*.csv")] == ["escape.csv"]


def test_the_desk_speaks_chinese(database: Connections, signed_in: SignedIn) -> None:
    client = signed_in()
    client.post("/language/", {"language": "zh-hans", "next": "/"})
    page = client.get("/opening/").content.decode()
    assert "打开病例一览表" in page
