"""An investigator looks at an outbreak's chains: by pointer, by keys alone, on a phone, and takes the picture away."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from quell.catalogue.fact import body_of
from quell.catalogue.investigation import CaseClassified, InfectorReported, SymptomsBegan

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Apart = Callable[[Callable[[], Any]], Any]
PASSWORD = "night shift 4"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
OUTBREAK = "outbreak:ferry"
# case, day of onset, source, setting
CASES = (
    ("root", "2026-03-01", None, None),
    ("spreader", "2026-03-05", "root", "meal"),
    *((f"guest-{number}", f"2026-03-{9 + number % 4:02d}", "spreader", "meal") for number in range(1, 10)),
    ("wife", "2026-03-06", "root", "household"),
    ("child", "2026-03-10", "wife", "household"),
    ("stray", "2026-03-11", None, None),
)


def story() -> bool:
    from datetime import timedelta

    from django.contrib.auth.models import User

    from quell.catalogue.contacts import ContactNamed
    from quell.ledger.adopt import open_outbreak
    from quell.ledger.record import record
    from quell.protocol.pack import load

    now = datetime(2026, 3, 20, tzinfo=UTC)
    open_outbreak(OUTBREAK, pack=load("generic"), title={"en": "The ferry", "zh": "渡轮"}, jurisdiction="CN-GS-LZ",
                  zone="Asia/Shanghai", opened=now - timedelta(days=30), by="command", now=now)  # fmt: skip
    facts = [fact for case in CASES for fact in facts_of(*case)]
    facts += [
        ContactNamed(subject=f"person:met-{number}", occurred="2026-03-09", source_person="person:wife", last_exposure="2026-03-08", **where())
        for number in range(4)
    ]  # fmt: skip
    record(facts, by="test", now=now)
    User.objects.create_user("officer", password=PASSWORD)
    return True


def where() -> dict[str, Any]:
    return {"jurisdiction": "CN-GS-LZ", "source": "test", "zone": "Asia/Shanghai", "outbreaks": (OUTBREAK,)}


def facts_of(case: str, onset: str, source: str | None, setting: str | None) -> list[Any]:
    subject = f"person:{case}"
    facts: list[Any] = [
        CaseClassified(subject=subject, occurred=onset, classification="confirmed", **where()),
        SymptomsBegan(subject=subject, occurred=onset, **where()),
    ]
    if source:
        facts.append(InfectorReported(subject=subject, occurred=onset, infector=f"person:{source}", setting=setting, certainty="high", **where()))  # fmt: skip
    return facts


def opened(page: Page, apart: Apart) -> None:
    apart(story)
    page.goto("/")
    page.get_by_label("Username").fill("officer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Chains").click()
    page.locator("#chains .wait[hidden]").wait_for(state="attached")


def side(page: Page) -> Locator:
    return page.get_by_label("Details")


def said(page: Page) -> Locator:
    return page.locator("#chains [aria-live]")


def find(page: Page, text: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("Find a case")).to_be_focused()
    page.keyboard.type(text)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")


def spot(page: Page, case: str) -> tuple[float, float]:
    """Where a case stands on the page."""
    x, y = page.evaluate(
        """id => { const p = quellChains.page, n = p.byId.get(id), v = p.camera.view, box = p.parts.canvas.getBoundingClientRect();
           return [box.left + (p.layout.x[n] - v.x) * v.kx, box.top + v.top + (p.layout.y[n] - v.y) * v.ky]; }""",
        case,
    )
    return x, y


def state(page: Page, expression: str) -> Any:
    return page.evaluate(f"() => {{ const p = quellChains.page; return {expression}; }}")


def shoot(page: Page, folder: Path, name: str) -> None:
    if os.environ.get("QUELL_SCREENSHOTS"):
        page.screenshot(path=str(folder / f"{name}.png"))


def test_a_chain_is_found_focused_folded_coloured_and_taken_away(  # noqa: PLR0915 - one story, told in one go
    page: Page, apart: Apart, screenshots: Path
) -> None:
    opened(page, apart)
    figures = page.locator("#chains .figures")
    expect(figures).to_contain_text("14Cases")
    expect(figures).to_contain_text("2Without a source")
    expect(figures).to_contain_text("13Largest chain")
    expect(side(page)).to_contain_text("Largest chains")

    # A click focuses: ancestors and descendants stay bright, the panel says who and when.
    page.mouse.click(*spot(page, "spreader"))
    expect(side(page).get_by_role("heading", name="spreader")).to_be_visible()
    expect(side(page)).to_contain_text("reported infector")
    expect(side(page)).to_contain_text("certainty: High")
    expect(side(page)).to_contain_text("infected 9", ignore_case=True)
    expect(said(page)).to_contain_text(
        "spreader, 5 Mar 2026, infected by root Shared meal, generation 1, infected 9"
    )
    assert state(page, "p.lit.size") == 11
    shoot(page, screenshots, "chain-1-focus")

    # Collapsed, a badge stands for nine; the picture keeps its place.
    before = spot(page, "spreader")
    side(page).get_by_role("button", name="Collapse").click()
    expect(said(page)).to_contain_text("9 cases behind spreader are folded away")
    assert state(page, "p.layout.hidden.reduce((sum, each) => sum + each, 0)") == 9
    assert spot(page, "spreader") == pytest.approx(before, abs=1)
    side(page).get_by_role("button", name="Expand").click()
    page.keyboard.press("Escape")

    # A found case within a folded branch is brought out.
    state(page, "p.toggle(p.byId.get('spreader'))")
    find(page, "guest-7")
    expect(side(page).get_by_role("heading", name="guest-7")).to_be_visible()
    assert state(page, "p.layout.hidden[p.focus]") == 0
    page.keyboard.press("Escape")
    expect(side(page)).to_contain_text("Largest chains")

    # Colours, and the legend as a filter.
    legend = page.get_by_role("group", name=re.compile("Legend"))
    expect(legend.get_by_role("button")).to_have_count(3)
    legend.get_by_role("button", name=re.compile("Household")).click()
    assert state(page, "p.off.size") == 2
    expect(legend.get_by_role("button", name=re.compile("Shared meal"))).to_have_attribute(
        "aria-pressed", "false"
    )
    page.get_by_label("Colour by").select_option("generation")
    expect(legend.get_by_role("button")).to_have_count(4)
    page.get_by_label("Colour by").select_option("jurisdiction")
    expect(legend).to_contain_text("CN-GS-LZ")

    # Contacts of one, then of all.
    find(page, "wife")
    side(page).get_by_role("button", name="Show them").click()
    expect(side(page).locator(".people").last).to_contain_text("met-0")
    page.get_by_role("button", name="Contacts", exact=True).click()
    expect(said(page)).to_contain_text("4 contacts who are no cases")

    # As a table, and day by day.
    page.get_by_text("The same as a table").click()
    expect(page.locator("#chains-table tbody tr")).to_have_count(14)
    page.get_by_label("Shown until this day").fill("5")
    expect(page.locator("#chains output")).to_contain_text("6 Mar 2026 · 3 cases")
    page.get_by_label("Shown until this day").press("End")

    # The picture as files that say what they are.
    page.keyboard.press("Escape")
    expect(side(page)).to_contain_text("Largest chains")
    for name, kind in (("SVG, everything", ".svg"), ("PDF, what is shown", ".pdf")):
        page.get_by_text("Save", exact=True).click()
        with page.expect_download() as started:
            page.get_by_role("button", name=name).click()
        file = Path(started.value.path())
        assert started.value.suggested_filename.endswith(kind)
        if kind == ".svg":
            text = file.read_text(encoding="utf-8")
            assert "CONFIDENTIAL" in text
            assert "The ferry" in text
            assert text.count("guest-") >= 9
        else:
            assert file.read_bytes().startswith(b"%PDF")

    # The address of a case leads to it.
    page.goto("/chains/?case=child")
    expect(side(page).get_by_role("heading", name="child")).to_be_visible()
    page.keyboard.press("Escape")

    # A double click opens the person's own page.
    page.get_by_role("button", name="Fit").click()
    page.wait_for_timeout(400)
    page.mouse.dblclick(*spot(page, "child"))
    expect(page.get_by_role("heading", name="Person child")).to_be_visible()


def test_everything_goes_by_keys_alone(page: Page, apart: Apart) -> None:
    opened(page, apart)
    find(page, "root")
    expect(page.locator("#chains-canvas")).to_be_focused()
    for key, name in (
        ("ArrowRight", "wife"),
        ("ArrowRight", "child"),
        ("ArrowLeft", "wife"),
        ("ArrowDown", "spreader"),
        ("Home", "root"),
    ):
        page.keyboard.press(key)
        expect(side(page).get_by_role("heading", name=name)).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    expect(said(page)).to_contain_text("folded away")
    near = state(page, "p.camera.view.ky")
    page.keyboard.press("-")
    assert state(page, "p.camera.view.ky") < near
    page.keyboard.press("[")
    assert state(page, "p.day") == state(page, "p.last") - 1
    page.keyboard.press("?")
    expect(page.get_by_text("who infected them")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("who infected them")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Person spreader")).to_be_visible()


def test_on_a_phone_the_case_comes_up_from_below(page: Page, apart: Apart, screenshots: Path) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark")
    opened(page, apart)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#chains-canvas").scroll_into_view_if_needed()
    page.mouse.click(*spot(page, "spreader"))
    expect(side(page).get_by_role("heading", name="spreader")).to_be_visible()
    shoot(page, screenshots, "chain-2-phone")
    side(page).get_by_role("button", name="Close").click()
    expect(side(page).get_by_role("heading", name="spreader")).to_have_count(0)
    page.get_by_text("Save", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name="PDF, everything").click()
    assert Path(started.value.path()).read_bytes().startswith(b"%PDF")


def test_a_link_that_is_reported_meanwhile_appears(
    page: Page, apart: Apart, elsewhere: Callable[[list[bytes]], None]
) -> None:
    opened(page, apart)
    find(page, "stray")
    expect(side(page)).to_contain_text("Nobody has named a source.")
    fact = InfectorReported(
        subject="person:stray", occurred="2026-03-12", infector="person:wife", setting="transport", **where()
    )
    body = msgspec.json.decode(body_of(fact))
    elsewhere([msgspec.json.encode({"kind": fact.kind, "version": 1, "body": body})])
    expect(side(page)).to_contain_text("Transport")
    expect(page.locator("#chains .figures")).to_contain_text("14Largest chain")
