"""The chain page with 4,746 cases and 18,943 contacts, in a headless Chromium without a graphics card.

    python benchmarks/chain_page.py [--home FOLDER] [--data FOLDER …] [--against FOLDER]

A peer (SORMAS, issue 2865) never displays a chain of that size. Here a generated outbreak of it (benchmarks/chain_scene.py)
is opened through the ledger as any line list is, served, and looked at: from the navigation to the first picture painted
(performance marks), pan and zoom by real input events for three seconds each (intervals between animation frames; the
slowest twentieth, the median, and how many frames the page itself drew), the server's time and bytes of the scene.
With ``--home`` an installation that was left by an earlier run is used again. ``--against`` is a folder in which
``npm install vis-network vis-data`` was run: the library that such pages are commonly made of gets the same cases and links in
the same run, with its own hierarchical layout, and with our positions given to it and its physics off.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import chain_scene
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PORT = 8463
SECONDS = 3.0
LOADS = 5


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--home", type=Path)
    asked.add_argument("--data", action="append", default=[], help="another outbreak: a folder to open")
    asked.add_argument("--against", type=Path, help="where vis-network is installed by npm")
    given = asked.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="quell-chain-page-"))
    os.environ["QUELL_HOME"] = str(home)
    data = home / "chain-4746"
    opened = ["chain-4746"]
    if not data.exists():
        chain_scene.write_folder(data)
        _open(data)
    for folder in given.data:
        opened.append(Path(folder).name)
        _open(Path(folder))
    served = subprocess.Popen(
        [sys.executable, "-m", "quell", "serve", "--port", str(PORT)], stderr=subprocess.PIPE, text=True
    )
    try:
        link = _link(served)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium",
                args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            )
            state = _sign_in(browser, link)
            for name in opened:
                print(f"\n== {name}")
                _measure(browser, state, name, "desktop 1440x900", {"width": 1440, "height": 900}, 1, 1)
                _measure(
                    browser,
                    state,
                    name,
                    "phone 390x844, pixel ratio 2, CPU slowed 4 times",
                    {"width": 390, "height": 844},
                    2,
                    4,
                )
                if given.against:
                    _against(browser, state, name, given.against)
            browser.close()
    finally:
        served.terminate()
        served.wait(20)


def _open(folder: Path) -> None:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "quell", "open", str(folder), "--no-serve"],
        check=False,
        capture_output=True,
        cwd=folder,
    )
    print(f"{folder.name} opened through the ledger in {time.perf_counter() - began:.1f} s")


def _link(served: subprocess.Popen[str]) -> str:
    assert served.stderr is not None
    for line in served.stderr:
        if found := re.search(r"http\S+/once/\S+", line):
            return found[0]
    raise SystemExit("the server did not start")


def _sign_in(browser: Browser, link: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    state = context.storage_state()
    context.close()
    return state


def _measure(browser: Browser, state: Any, name: str, where: str, size: Any, ratio: int, slower: int) -> None:
    painted, drawn = [], []
    for load in range(LOADS):
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{PORT}",
            viewport=size,
            device_scale_factor=ratio,
            storage_state=state,
            locale="en-GB",
        )
        page = context.new_page()
        tools = context.new_cdp_session(page)
        _choose(page, name)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto("/chains/")
        page.locator("#chains .wait[hidden]").wait_for(state="attached", timeout=60_000)
        page.wait_for_timeout(400)
        drawn.append(_mark(page, "chains-drawn"))
        painted.append(_mark(page, "chains-painted"))
        if load < LOADS - 1:
            context.close()
    print(f"{where}")
    print(
        f"  navigation to first picture painted: median {statistics.median(painted):.0f} ms, slowest {max(painted):.0f} ms ({LOADS} loads with an empty cache; drawn at {statistics.median(drawn):.0f} ms)"
    )
    if slower == 1:
        scene = page.evaluate(
            "performance.getEntriesByType('resource').filter(r => r.name.endsWith('/chains/scene')).map(r => [r.responseStart - r.requestStart, r.encodedBodySize, r.decodedBodySize])[0]"
        )
        print(
            f"  scene: {scene[0]:.0f} ms until the server answers, {scene[1] / 1024:.0f} KiB gzip, {scene[2] / 1024:.0f} KiB JSON"
        )
    for setting in ("everything in sight", "half way in", "near, with names"):
        _place(page, setting)
        for motion in (_pan, _zoom):
            print(f"  {motion.__name__[1:]:4} {setting:20} {_frames(page, motion)}")
    page.get_by_role("button", name="Fit", exact=True).click()
    page.locator("#chains button[aria-pressed]", has_text="Contacts").click()
    page.wait_for_timeout(1500)
    print(f"  pan  with all contacts    {_frames(page, _pan)}")
    context.close()


_VIS = """async ({ scene, own, contacts }) => {
  const { vis } = window, forest = window.places, began = performance.now();
  const nodes = scene.cases.id.map((id, n) => own ? { id: n, label: id } : { id: n, x: forest.x[n] * 12, y: forest.y[n] * 12, shape: "dot", size: 4 });
  const edges = scene.links.source.map((from, at) => ({ from, to: scene.links.target[at] }));
  for (const [at, from] of contacts.entries()) { nodes.push(own ? { id: 1e6 + at } : { id: 1e6 + at, x: forest.x[from] * 12 + 4, y: forest.y[from] * 12 + 3, shape: "dot", size: 2 }); edges.push({ from, to: 1e6 + at }); }
  const options = own ? { layout: { hierarchical: { direction: "LR", sortMethod: "directed" } }, physics: false } : { physics: false, layout: { improvedLayout: false } };
  const network = window.network_ = new vis.Network(document.getElementById("net"), { nodes: new vis.DataSet(nodes), edges: new vis.DataSet(edges) }, options);
  let from = 0;
  window.drawn_ = 0; window.spent_ = 0;
  network.on("beforeDrawing", () => { from = performance.now(); });
  network.on("afterDrawing", () => { window.spent_ += performance.now() - from; window.drawn_++; });
  await new Promise(done => network.once("afterDrawing", () => requestAnimationFrame(() => setTimeout(done))));
  return performance.now() - began;
}"""
_LONGEST = 45  # seconds that the alternative gets


def _against(browser: Browser, state: Any, name: str, folder: Path) -> None:
    """The same cases and links drawn by vis-network, in the same browser."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{PORT}",
        viewport={"width": 1440, "height": 900},
        storage_state=state,
        bypass_csp=True,
    )
    page = context.new_page()
    _choose(page, name)
    page.goto("/chains/")
    page.locator("#chains .wait[hidden]").wait_for(state="attached")
    scene = page.evaluate("quellChains.page.scene")
    places = page.evaluate("({ x: [...quellChains.page.layout.x], y: [...quellChains.page.layout.y] })")
    version = json.loads((folder / "node_modules/vis-network/package.json").read_text())["version"]
    everyone = [case for case, count in enumerate(scene["cases"]["contacts"]) for _ in range(count)]
    for what, own, contacts in (
        ("cases and links, our positions", False, []),
        ("with contacts, our positions", False, everyone),
        ("cases and links, its own layout", True, []),
    ):
        other = context.new_page()
        other.set_content("<div id=net style='width:1100px;height:600px'></div>")
        other.add_script_tag(path=folder / "node_modules/vis-network/standalone/umd/vis-network.min.js")
        other.evaluate("places => { window.places = places; }", places)
        other.set_default_timeout(_LONGEST * 1000)
        said = f"vis-network {version}, {what}"
        answer: list[float] = []
        began = time.perf_counter()
        other.evaluate(
            "given => { window.took_ = null; setTimeout(async () => { window.took_ = await ("
            + _VIS
            + ")(given); }); }",
            {"scene": scene, "own": own, "contacts": contacts},
        )
        try:
            other.wait_for_function("window.took_ !== null", timeout=_LONGEST * 1000)
            answer.append(other.evaluate("window.took_"))
        except PlaywrightTimeout:
            print(f"  {said}: nothing drawn after {time.perf_counter() - began:.0f} s")
        if answer:
            other.evaluate(
                "() => { window.drawn_ = 0; window.spent_ = 0; network_.moveTo({ scale: network_.getScale() }); }"
            )
            # At the edge, where no node is: a drag there moves the picture.
            other.mouse.move(12, 12)
            other.mouse.down()
            until, step = time.perf_counter() + SECONDS, 0
            while time.perf_counter() < until:
                step += 1
                other.mouse.move(12 + (60 - abs(step % 120 - 60)) * 3, 12 + step % 60)
            drawn, spent = other.evaluate("[drawn_, spent_]")
            print(
                f"  {said}: drawn after {answer[0]:.0f} ms; pan {drawn / SECONDS:.1f} drawings/s of {spent / max(drawn, 1):.0f} ms"
            )
        other.close()
    context.close()


def _choose(page: Page, name: str) -> None:
    page.goto("/outbreak/")
    with page.expect_navigation():
        page.evaluate("name => document.querySelector(`.option[value='outbreak:${name}']`).click()", name)


def _mark(page: Page, name: str) -> float:
    return float(page.evaluate("name => performance.getEntriesByName(name)[0].startTime", name))


def _place(page: Page, setting: str) -> None:
    page.evaluate(
        """setting => { const { camera, layout } = quellChains.page; camera.fit();
            const box = layout.boxes[0], { view } = camera;
            if (setting.startsWith("half")) { view.kx = 8; view.ky = 5; view.x = (box.from + box.until) / 2 - view.width / 16; view.y = box.top + box.height / 2 - view.height / 10; camera.move(0, 0); }
            if (setting.startsWith("near")) { view.kx = 16; view.ky = 18; view.x = (box.from + box.until) / 2 - view.width / 32; view.y = box.top + box.height / 2 - view.height / 36; camera.move(0, 0); } }""",
        setting,
    )
    page.wait_for_timeout(200)


def _frames(page: Page, motion: Any) -> str:
    page.evaluate(
        """() => { const { page } = quellChains; window.frames_ = []; window.drawn_ = 0; window.spent_ = 0;
            if (!window.counted_) { window.counted_ = true; const draw = quellChains.draw;
              quellChains.draw = (...all) => { const began = performance.now(); const made = draw(...all); window.spent_ += performance.now() - began; window.drawn_++; return made; }; }
            const mine = window.running_ = {};
            const tick = at => { if (window.running_ !== mine) return; window.frames_.push(at); requestAnimationFrame(tick); };
            requestAnimationFrame(tick); }"""
    )
    motion(page)
    at, drawn, spent = page.evaluate(
        "() => { window.running_ = null; return [window.frames_, window.drawn_, window.spent_]; }"
    )
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(at))
    median, slow = statistics.median(gaps), gaps[int(len(gaps) * 0.95)]
    return f"median {1000 / median:5.1f} frames/s, slowest twentieth {1000 / slow:5.1f}; {drawn / SECONDS:4.1f} drawings/s of {spent / max(drawn, 1):4.1f} ms"


def _pan(page: Page) -> None:
    box = page.locator("#chains-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    began, step = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        step += 1
        swing = 60 - abs(step % 120 - 60)
        page.mouse.move(x - 90 + swing * 3, y - 60 + swing * 2)
    page.mouse.up()


def _zoom(page: Page) -> None:
    box = page.locator("#chains-canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    began, step = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        step += 1
        page.mouse.wheel(0, -40 if step % 60 < 30 else 40)


if __name__ == "__main__":
    main()
