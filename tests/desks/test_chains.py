"""The chain page: who may see it, what it is told, and what may leave as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from desks.tube_of_ten import OUTBREAK, now
from quell.catalogue.contacts import ContactNamed
from quell.catalogue.investigation import CaseClassified, InfectorReported, SymptomsBegan
from quell.desks.chains.pdf import PictureRefused, cleaned, pdf_of
from quell.site.roles import Connections

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[..., "Client"]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100">{}</svg>'


@pytest.fixture
def chain(outbreak: Connections) -> Connections:
    """a infected b; z met a and is no case."""
    from quell.ledger.record import record

    here = {"jurisdiction": "CN-GS-LZ", "source": "test", "zone": "Asia/Shanghai", "outbreaks": (OUTBREAK,)}
    day = (now() - timedelta(days=2)).date().isoformat()
    facts = [
        fact
        for name in ("a", "b")
        for fact in (
            CaseClassified(subject=f"person:{name}", occurred=day, classification="confirmed", **here),
            SymptomsBegan(subject=f"person:{name}", occurred=day, **here),
        )
    ]
    facts.append(
        InfectorReported(subject="person:b", occurred=day, infector="person:a", setting="household", **here)
    )
    facts.append(
        ContactNamed(subject="person:z", occurred=day, source_person="person:a", last_exposure=day, **here)
    )
    record(facts, by="test", now=now())
    return outbreak


def test_only_investigators_and_the_command_see_who_infected_whom(
    chain: Connections, signed_in: SignIn
) -> None:
    for desk, status in (("investigation", 200), ("command", 200), ("laboratory", 403)):
        client = signed_in(f"at-{desk}", desk)
        assert client.get("/chains/").status_code == status
        assert client.get("/chains/scene").status_code == status
        assert client.get("/chains/contacts?case=a").status_code == status
        sent = client.post("/chains/file", SVG.format(""), content_type="image/svg+xml")
        assert sent.status_code == status


def test_the_scene_in_the_readers_language(chain: Connections, signed_in: SignIn) -> None:
    client = signed_in()
    answer = client.get("/chains/scene", HTTP_ACCEPT_LANGUAGE="zh-hans")
    scene = msgspec.json.decode(answer.content)
    assert scene["cases"]["id"] == ["a", "b"]
    assert (scene["links"]["source"], scene["links"]["target"]) == ([0], [1])
    assert scene["links"]["setting"]["labels"] == ["家庭"]
    assert scene["cases"]["jurisdiction"]["labels"] == ["CN-GS-LZ"]
    assert scene["cases"]["contacts"] == [1, 0]
    assert "no-store" in answer["Cache-Control"]


def test_contacts_come_when_they_are_asked_for(chain: Connections, signed_in: SignIn) -> None:
    client = signed_in()
    ((one),) = client.get("/chains/contacts?case=a").json()["contacts"]
    assert (one["id"], one["case"]) == ("z", False)
    origin = client.get("/chains/scene").json()["meta"]["origin"]
    counted = client.get(f"/chains/contacts?origin={origin}").json()
    assert (counted["id"], counted["source"], counted["count"]) == (["a"], [0], [1])
    assert client.get("/chains/contacts").status_code == 404


def test_a_picture_becomes_a_pdf_with_its_words(chain: Connections, signed_in: SignIn) -> None:
    drawn = SVG.format(
        '<title>疫情</title><path d="M1 1H50" stroke="#123456"/><text x="5" y="20">病例 A</text>'
    )
    answer = signed_in().post("/chains/file", drawn.encode(), content_type="image/svg+xml")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    again = signed_in().post("/chains/file?as=svg", drawn.encode(), content_type="image/svg+xml")
    assert "病例 A" in again.content.decode()


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<image href="file:///etc/passwd"/>',
        '<path d="M0 0" fill="url(#a)"/>',
        '<path d="M0 0" onclick="x()"/>',
        '<g style="background:url(http://x)"/>',
        "<foreignObject/>",
        '<svg width="1" height="1"/>',
        '<text x="1" y="1" font-family="x">a</text><style>@import url(x)</style>',
    ],
)
def test_what_our_drawing_never_writes_is_refused(inner: str) -> None:
    with pytest.raises(PictureRefused):
        cleaned(SVG.format(inner).encode())


def test_documents_with_entities_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("<title>&b;</title>")
    with pytest.raises(PictureRefused, match="document type"):
        cleaned(bomb.encode())


def test_nonsense_and_giants_are_refused_in_words(chain: Connections, signed_in: SignIn) -> None:
    client = signed_in()
    refused = client.post("/chains/file", "no picture", content_type="image/svg+xml")
    assert (refused.status_code, "well-formed" in refused.content.decode()) == (400, True)
    with pytest.raises(PictureRefused, match="bytes"):
        pdf_of(b"<svg>" + b" " * (13 * 1024 * 1024))
