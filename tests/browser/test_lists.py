"""A list in a real browser: filtered, ticked by key, done for several at once, undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.screening import TubeSampled
from quell.catalogue.when import instant

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "night shift 5"
WHERE: dict[str, Any] = {
    "jurisdiction": "CN-GS-LZ",
    "zone": "Asia/Shanghai",
    "source": "test",
    "outbreaks": ("outbreak:lanzhou",),
}


def one_positive_tube() -> bool:
    from django.contrib.auth.models import User

    from quell.ledger.adopt import open_outbreak
    from quell.ledger.record import record
    from quell.protocol.pack import load

    now = datetime.now(UTC)
    open_outbreak(
        "outbreak:lanzhou",
        pack=load("cn-covid19"),
        title={"en": "Lanzhou", "zh": "兰州"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=now - timedelta(days=3),
        by="command",
        now=now,
    )
    people = tuple(f"person:p{number:02d}" for number in range(1, 11))
    read = now - timedelta(minutes=3)
    record(
        [
            TubeSampled(
                subject="tube:1",
                occurred=instant(now - timedelta(hours=5)),
                members=people,
                pool_size=10,
                **WHERE,
            ),
            TubeResulted(subject="tube:1", occurred=instant(read), result="positive", **WHERE),
        ],
        by="laboratory",
        now=now,
    )
    User.objects.create_user("officer", password=PASSWORD)
    return True


def test_holds_are_filtered_ticked_done_together_and_undone(
    page: Page, apart: Callable[[Callable[[], Any]], Any], screenshots: Path
) -> None:
    apart(one_positive_tube)
    page.goto("/lists/duties/")
    page.fill("[name=username]", "officer")
    page.fill("[name=password]", PASSWORD)
    page.click("button.go")
    page.click("#pick-action summary")
    page.check("#pick-action input[value=hold]")
    page.click("#pick-action button.go")
    expect(page).to_have_url("/lists/duties/?action=hold")
    rows = page.locator("table.list tbody tr")
    expect(rows).to_have_count(10)
    page.wait_for_load_state("load")
    # By keys: the first row and the next are ticked.
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator(".doing .count")).to_have_text("Ticked: 2")
    page.click(".doing button[value=do]")
    page.screenshot(path=screenshots / "list-asked-1440.png")
    page.click("text=Held: record all 2")
    expect(page.locator("#said")).to_contain_text("Held: 2 rows")
    expect(rows).to_have_count(8)
    expect(page.locator("#asked")).to_be_empty()
    page.click("#said button")
    expect(rows).to_have_count(10)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.screenshot(path=screenshots / "list-390.png")
