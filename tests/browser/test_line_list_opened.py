"""A line list dropped on the page becomes an outbreak, on a desktop and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quell.site.roles import Connections

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROWS = "".join(
    f"{number},Ada {number},0{number % 9 + 1}/0{number % 3 + 1}/2022,2022-0{number % 3 + 1}-1{number % 9},{'MFX'[number % 3]},x\n"
    for number in range(1, 60)
)
LINES = f"id,name,dt_onset,dt_report,sex,ethnicity\n{ROWS}"


DROP = """([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name, { type: "text/csv" }));
  document.querySelector("[data-drop]").dispatchEvent(
    new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


@pytest.mark.browser
def test_a_dropped_file_is_taken_and_the_page_speaks_chinese_on_a_phone(
    database: Connections,
    page: Page,
    address: str,
    apart: Callable[[Callable[[], Any]], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    screenshots: Path,
) -> None:
    from playwright.sync_api import expect

    from quell.desks.house.sign_in import one_time_link

    monkeypatch.setenv("QUELL_HOME", str(tmp_path / "home"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(apart(lambda: one_time_link("commander", f"{address}/")))
    page.get_by_role("button", name="中文").click()
    page.goto(f"{address}/opening/")
    page.evaluate(DROP, ["north.csv", LINES.replace("/2022", "/22")])
    expect(page.locator("[data-chosen]")).to_have_text("north.csv")
    page.get_by_role("button", name="读取").click()
    expect(page.get_by_text("有 1 列可以有两种读法")).to_be_visible()
    expect(page.get_by_label("dt_onset: 百年的起始年份")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=screenshots / "opening-zh-phone.png", full_page=True)
    page.get_by_label("dt_onset: 日期写法").select_option("dmy")
    page.get_by_label("dt_onset: 百年的起始年份").fill("1930")
    page.get_by_role("button", name="按以上回答重新读取").click()
    expect(page.get_by_text("将要记录的内容")).to_be_visible()
    expect(page.get_by_role("button", name="记录", exact=True)).to_be_visible()
    page.screenshot(path=screenshots / "opening-zh-ready-phone.png", full_page=True)


@pytest.mark.browser
def test_from_the_drop_to_the_outbreak(
    database: Connections,
    page: Page,
    address: str,
    apart: Callable[[Callable[[], Any]], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    screenshots: Path,
) -> None:
    from playwright.sync_api import expect

    from quell.desks.house.sign_in import one_time_link

    monkeypatch.setenv("QUELL_HOME", str(tmp_path / "home"))
    (tmp_path / "linelist.csv").write_text(LINES)
    (tmp_path / "contacts.csv").write_text("from,to\n" + "".join(f"{n},{n + 1}\n" for n in range(1, 59)))
    page.goto(apart(lambda: one_time_link("commander", f"{address}/")))
    page.get_by_role("link", name="Open a line list").click()
    page.screenshot(path=screenshots / "opening.png", full_page=True)
    page.locator("#files").set_input_files([tmp_path / "linelist.csv", tmp_path / "contacts.csv"])
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("1 column can be read in two ways")).to_be_visible()
    expect(page.get_by_label("dt_onset: how its dates are written")).to_be_focused()
    expect(page.get_by_label("ethnicity", exact=True).first).not_to_be_checked()
    page.screenshot(path=screenshots / "opening-asked.png", full_page=True)
    for width, name in ((390, "phone"), (1440, "desktop")):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=screenshots / f"opening-asked-{name}.png", full_page=True)
    page.get_by_label("dt_onset: how its dates are written").select_option("dmy")
    page.get_by_label("Name of the outbreak").fill("spring")
    page.get_by_role("button", name="Read again with these answers").click()
    expect(page.get_by_text("What would be recorded")).to_be_visible()
    expect(page.get_by_text(re.compile("sex: is not a known word")).first).to_be_visible()
    page.screenshot(path=screenshots / "opening-ready.png", full_page=True)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("Recorded. The uploaded files are gone.")).to_be_visible()
    page.screenshot(path=screenshots / "opening-done.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=screenshots / "opening-done-phone.png", full_page=True)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="spring")).to_be_visible()
