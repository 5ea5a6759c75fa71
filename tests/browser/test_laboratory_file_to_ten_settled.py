"""A laboratory's file comes in with one positive pool of ten; by clicks alone all ten are settled."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from quell.catalogue.fact import Fact, body_of
from quell.catalogue.needs import NeedRaised
from quell.catalogue.when import instant

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OUTBREAK = "outbreak:lanzhou"
POOL = "tube:0417-228"
PASSWORD = "night shift 4"
Apart = Callable[[Callable[[], Any]], Any]
Elsewhere = Callable[[list[bytes]], None]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


def now() -> datetime:
    return datetime.now(UTC)


def open_and_enrol() -> bool:
    from django.contrib.auth.models import User

    from quell.ledger.adopt import open_outbreak
    from quell.protocol.pack import load

    open_outbreak(
        OUTBREAK,
        pack=load("cn-covid19"),
        title={"en": "Lanzhou", "zh": "兰州"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=now() - timedelta(days=3),
        by="command",
        now=now(),
        simulated=True,
    )
    User.objects.create_user("officer", password=PASSWORD)
    return True


def result_file(folder: Path) -> Path:
    sampled, read = now() - timedelta(hours=5), now() - timedelta(minutes=3)
    people = ";".join(f"p{number:02d}" for number in range(1, 11))
    others = ";".join(f"q{number:02d}" for number in range(1, 11))
    file = folder / "results.csv"
    file.write_text(
        "tube_id,result,ct,sampled_at,resulted_at,pool_size,members\n"
        f"0417-228,positive,24.1,{sampled.isoformat()},{read.isoformat()},10,{people}\n"
        f"0417-229,negative,,{sampled.isoformat()},{read.isoformat()},10,{others}\n"
        f"0417-230,maybe,,{sampled.isoformat()},{read.isoformat()},10,r1;r2\n",
        encoding="utf-8",
    )
    return file


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Username").fill("officer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My duties")).to_be_visible()


def shoot(page: Page, folder: Path, name: str) -> None:
    for device, size in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_timeout(60)
        page.screenshot(path=str(folder / f"{name}-{device}.png"))
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def column(page: Page, name: str) -> Locator:
    return page.locator(f"table.walk td[data-label='{name}'] a.dot")


def exchanged(fact: Fact) -> bytes:
    return msgspec.json.encode(
        {"kind": fact.kind, "version": fact.version, "body": msgspec.Raw(body_of(fact))}
    )


def need(person: str) -> Fact:
    return NeedRaised(
        subject=person,
        occurred=instant(now()),
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        outbreaks=(OUTBREAK,),
        source="hotline",
        need="dialysis",
        number="need:hotline-1",
        urgency="urgent",
        needed_by=instant(now() + timedelta(hours=3)),
    )


def test_from_the_laboratorys_file_to_ten_settled_people(  # noqa: PLR0915 - one story, told in one go
    page: Page, apart: Apart, elsewhere: Elsewhere, screenshots: Path, tmp_path: Path
) -> None:
    apart(open_and_enrol)
    sign_in(page)

    # The file: its fault is shown before anything is recorded.
    page.get_by_role("link", name="Laboratory").click()
    page.locator("input[type=file]").set_input_files(result_file(tmp_path))
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("What is wrong, by row and column")).to_be_visible()
    expect(page.locator("td.mono", has_text="maybe")).to_be_visible()
    shoot(page, screenshots, "1-file")
    page.get_by_role("button", name=re.compile(r"Record \d+ facts")).click()

    # The chase of its one positive tube.
    expect(page.get_by_role("heading", name="Tube 0417-228")).to_be_visible()
    expect(column(page, "Named")).to_have_count(10)
    shoot(page, screenshots, "2-named")
    page.get_by_role("button", name="Hold all 10").click()
    expect(page.locator("#said")).to_contain_text("10 people")
    expect(column(page, "Held")).to_have_count(10)

    # What somebody needs is asked of each: there is no button for all.
    for number in range(1, 11):
        page.locator(f"#member-{number}").get_by_role("button", name="Nothing needed").click()
        expect(page.locator(f"#member-{number}").get_by_role("button", name="Nothing needed")).to_have_count(
            0
        )

    # Somebody calls the hotline: another process records it, and the ring is there without a reload.
    page.evaluate("window.neverReloaded = true")
    elsewhere([exchanged(need("person:p04"))])
    expect(column(page, "Held").nth(3)).to_have_class(re.compile("need"))
    assert page.evaluate("window.neverReloaded") is True
    met = page.locator("#member-4 article", has_text="Dialysis")
    shoot(page, screenshots, "3-held-with-a-need")
    met.get_by_role("button", name="Met", exact=True).click()
    met.get_by_role("button", name="Record").click()
    expect(page.locator("#member-4 article", has_text="Dialysis")).to_have_count(0)

    page.get_by_role("button", name="All 10 swabbed").click()
    expect(column(page, "Resampled")).to_have_count(10)

    # Nine negative, one positive.
    for number in range(1, 10):
        page.locator(f"#member-{number}").get_by_role("button", name="Negative").click()
        expect(page.locator(f"#member-{number} .chip", has_text="Single tube negative")).to_be_visible()
    tenth = page.locator("#member-10")
    tenth.get_by_role("button", name="Positive").click()
    tenth.get_by_label("Ct").fill("22.5")
    tenth.get_by_role("button", name="Record").click()
    expect(column(page, "Settled")).to_have_count(10)
    expect(page.locator("table.walk a.dot.neg")).to_have_count(9)
    expect(page.locator("table.walk a.dot.pos")).to_have_count(1)
    shoot(page, screenshots, "4-nine-and-one")

    page.get_by_role("button", name="All 9 told that they are free").click()
    expect(page.locator("article", has_text="Tell them they are free")).to_have_count(0)
    tenth.get_by_role("button", name="Asked for").click()
    tenth.locator("article", has_text="Transfer").get_by_role("button", name="Admitted").click()
    tenth.get_by_label("Facility number").fill("hospital-1")
    tenth.get_by_role("button", name="Record").click()
    expect(tenth).to_contain_text("Admitted +")
    expect(page.locator("table.walk .chip.ok", has_text="closed")).to_be_visible()

    # What the rest of the house says of it.
    page.get_by_role("link", name="Chase").click()
    expect(page.locator("table.walk a.dot.neg")).to_have_count(9)
    shoot(page, screenshots, "5-chase")
    page.get_by_role("link", name="Outbreak").click()
    expect(page.locator(".figure", has_text="Cases").locator("b").first).to_have_text("1")
    shoot(page, screenshots, "6-outbreak")
    page.goto("/subject/person:p10")
    expect(page.get_by_text("Was admitted")).to_be_visible()
    expect(page.locator(".chip", has_text="Case")).to_be_visible()
    shoot(page, screenshots, "7-the-tenth")
    page.goto("/subject/person:p01")
    expect(page.get_by_text("ended").first).to_be_visible()
    expect(page.get_by_text("Was told to be free")).to_be_visible()
    page.goto("/")
    shoot(page, screenshots, "8-duties")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="我的任务")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    shoot(page, screenshots, "9-duties-zh-dark")


def test_what_somebody_types_survives_what_comes_in_meanwhile(
    page: Page, apart: Apart, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    apart(open_and_enrol)
    sign_in(page)
    page.goto("/laboratory/")
    page.locator("input[type=file]").set_input_files(result_file(tmp_path))
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("button", name=re.compile("Record")).click()
    page.goto("/?desk=sampling")
    first = page.locator("article").first
    first.get_by_role("button", name="Swabbed").click()
    typed = first.get_by_label("Tube number")
    typed.fill("BARCODE-7")
    page.evaluate("window.scrollTo(0, 40)")
    elsewhere([exchanged(need("person:p09"))])
    expect(page.get_by_role("link", name=re.compile("Needs"))).to_be_visible()
    expect(typed).to_have_value("BARCODE-7")
    expect(typed).to_be_focused()
    typed.press("Enter")
    expect(page.locator("#said")).to_contain_text("Swabbed")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text("Undone.")


def test_keys_move_between_cards_and_open_them(page: Page, apart: Apart, tmp_path: Path) -> None:
    apart(open_and_enrol)
    sign_in(page)
    page.goto("/laboratory/")
    page.locator("input[type=file]").set_input_files(result_file(tmp_path))
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("button", name=re.compile("Record")).click()
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("article").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Find a person, tube or place")).to_be_focused()
    page.keyboard.type("p07")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Person p07")).to_be_visible()
    page.go_back()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/subject/person:p"))
