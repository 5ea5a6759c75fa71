"""Where the cases of a chain stand: properties of the layout, over outbreaks drawn by chance with a seed."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page

from quell.chainview import Scene
from quell.chainview import page as whole_page
from quell.chainview.scene import Cases, Coded, Ghosts, Links, Meta

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What is wrong with a layout, as sentences; none when all is well.
FAULTS = """scene => {
  const forest = quellChains.forest(scene), layout = quellChains.layout(forest), faults = [];
  const { x, y } = layout, { parent, children } = forest, alone = new Set(forest.alone);
  const lanes = new Map();
  for (let n = 0; n < forest.count; n++) {
    if (alone.has(n)) continue;
    if (!lanes.has(y[n])) lanes.set(y[n], []);
    lanes.get(y[n]).push(n);
  }
  for (const [lane, here] of lanes) {
    here.sort((a, b) => x[a] - x[b]);
    for (let at = 1; at < here.length; at++) if (x[here[at]] - x[here[at - 1]] < 1) faults.push(`${here[at]} and ${here[at - 1]} overlap on lane ${lane}`);
  }
  for (let n = 0; n < forest.count; n++) {
    const p = parent[n];
    if (p < 0) continue;
    if (x[p] > x[n] && !(scene.cases.day[p] > scene.cases.day[n])) faults.push(`${p} stands right of its child ${n} for no reason of dates`);
    // A line across runs on the child's lane from below its source: nobody else may stand on it.
    for (const other of lanes.get(y[n])) if (other !== n && other !== p && x[other] > Math.min(x[p], x[n]) && x[other] < Math.max(x[p], x[n])) faults.push(`${other} stands on the line from ${p} to ${n}`);
  }
  for (const [at, one] of layout.boxes.entries()) for (const other of layout.boxes.slice(at + 1))
    if (one.top < other.top + other.height && other.top < one.top + one.height && one.from <= other.until && other.from <= one.until) faults.push(`the chains of ${one.root} and ${other.root} overlap`);
  const days = new Map();
  for (const n of forest.alone) { const key = x[n] + "|" + y[n]; if (days.has(key)) faults.push(`${n} and ${days.get(key)} lie on each other`); days.set(key, n); }
  for (let n = 0; n < forest.count; n++) { const found = quellChains.nearest(layout, x[n], y[n], 10, 10, 3); if (x[found] !== x[n] || y[found] !== y[n]) faults.push(`${n} is not found where it stands`); }
  return faults;
}"""
PLACES = """scene => { const forest = quellChains.forest(scene), { x, y } = quellChains.layout(forest); return [[...x], [...y], [...forest.parent]]; }"""


def outbreak(
    seed: int, count: int, *, backwards: float = 0.0, unlinked: float = 0.2, several: float = 0.1
) -> dict[str, Any]:
    """Cases in the order of their days, each with a source among the earlier ones; some have none, some several."""
    chance = random.Random(seed)
    days: list[int | None] = sorted(chance.randint(0, 3 + count // 6) for _ in range(count))
    source, target = [], []
    for case in range(1, count):
        while chance.random() > unlinked:
            # A few infect many.
            source.append(
                int(case * chance.random() ** 2.2) if chance.random() > backwards else chance.randrange(count)
            )
            target.append(case)
            if source[-1] == case:
                del source[-1], target[-1]
            if chance.random() > several:
                break
    empty = [-1] * len(source)
    nothing: list[int | None] = [None] * len(source)
    cases = Cases(
        id=[f"set/C{case}" for case in range(count)], day=days, until=days, basis=Coded(["onset"], ["onset"], [0] * count),
        onset=days, sample=[None] * count, report=[None] * count, contacts=[0] * count,
        jurisdiction=Coded([], [], [-1] * count), classification=Coded([], [], [-1] * count), outcome=Coded([], [], [-1] * count),
    )  # fmt: skip
    links = Links(source, target, Coded(["infector"], ["infector"], [0] * len(source)), Coded([], [], empty), Coded([], [], empty),
                  Coded([], [], empty), Coded([], [], empty), nothing, nothing, nothing)  # fmt: skip
    meta = Meta("x", "By chance", date(2026, 3, 1), date(2026, 9, 1), "UTC", "en")
    return dict(msgspec.to_builtins(Scene(meta, cases, links)))


@pytest.fixture
def drawn(page: Page) -> Page:
    page.set_content(whole_page(msgspec.convert(outbreak(1, 30), Scene), language="en", title="By chance"))
    page.locator("#chains .wait[hidden]").wait_for(state="attached")
    return page


def test_nothing_overlaps_and_sources_stand_left_of_whom_they_infected(drawn: Page) -> None:
    for seed in range(40):
        made = outbreak(seed, 5 + seed * 12)
        assert drawn.evaluate(FAULTS, made) == [], seed


def test_circles_and_dates_that_contradict_are_drawn_all_the_same(drawn: Page) -> None:
    for seed in range(25):
        made = outbreak(seed, 60, backwards=0.4, several=0.5)
        x, y, parent = drawn.evaluate(PLACES, made)
        assert len(x) == len(y) == 60
        for case in range(60):
            seen, at = set(), case
            while at >= 0:
                assert at not in seen, "a circle"
                seen.add(at)
                at = parent[at]
        pairs = set(zip(made["links"]["source"], made["links"]["target"], strict=True))
        assert all(parent[case] < 0 or (parent[case], case) in pairs for case in range(60))


def test_two_cases_who_name_each_other_follow_their_dates(drawn: Page) -> None:
    made = outbreak(3, 2, unlinked=1)
    made["cases"]["day"] = [4, 9]
    made["links"]["source"], made["links"]["target"] = [1, 0], [0, 1]
    for name in ("kind", "setting", "relation", "certainty", "by"):
        made["links"][name]["values"] = [-1, -1]
    assert drawn.evaluate(PLACES, made)[2] == [-1, 0]


def test_the_same_scene_gives_the_same_picture(drawn: Page) -> None:
    made = outbreak(11, 400)
    assert drawn.evaluate(PLACES, made) == drawn.evaluate(PLACES, made)


def test_the_most_probable_source_is_the_parent_and_the_others_stay_at_hand(drawn: Page) -> None:
    made = outbreak(1, 3, unlinked=1)
    made["cases"]["day"] = [0, 2, 9]
    made["links"] |= {"source": [0, 1], "target": [2, 2], "p": [0.3, 0.6]}
    for name in ("kind", "setting", "relation", "certainty", "by"):
        made["links"][name]["values"] = [-1, -1]
    parent, others = drawn.evaluate(
        "s => { const f = quellChains.forest(s); return [[...f.parent], f.others] }", made
    )
    assert (parent, others[2]) == ([-1, -1, 1], [0])


def test_probabilities_ghosts_and_evidence_are_drawn(drawn: Page) -> None:
    """What engines will bring: an unseen case between two seen ones, and an uncertain link."""
    made = outbreak(1, 3, unlinked=1)
    made["cases"]["day"] = made["cases"]["until"] = [0, 12, 20]
    made["ghosts"] = msgspec.to_builtins(Ghosts([5], [8], [0.8]))
    made["links"] |= {
        "source": [0, 3, 1, 0], "target": [3, 1, 2, 2], "p": [0.8, 0.8, 0.55, 0.35],
        "kind": {"codes": ["inferred"], "labels": ["inferred"], "values": [0, 0, 0, 0]},
        "evidence": [[], [], ["Same ward for two days"], []], "first": [None] * 4, "last": [None] * 4, "said": [None] * 4,
    }  # fmt: skip
    for name in ("setting", "relation", "certainty", "by"):
        made["links"][name] = {"codes": [], "labels": [], "values": [-1] * 4}
    drawn.set_content(whole_page(msgspec.convert(made, Scene), language="en", title="Inferred"))
    drawn.get_by_label("Find a case").fill("C2")
    drawn.get_by_label("Find a case").press("Enter")
    side = drawn.get_by_label("Details")
    assert "55 %" in side.inner_text()
    assert "35 %" in side.inner_text()
    assert "Same ward for two days" in side.inner_text()
    svg = drawn.evaluate("quellChains.svg(quellChains.page, true)")
    widths = drawn.evaluate(
        "svg => [...new DOMParser().parseFromString(svg, 'image/svg+xml').querySelectorAll('path[fill=none]')].map(p => p.getAttribute('stroke-width'))",
        svg,
    )
    assert len(set(widths)) > 1, "a surer link is broader"
    assert "stroke-dasharray" in svg


def test_a_national_outbreak_is_laid_out_in_a_few_seconds(drawn: Page) -> None:
    made = outbreak(5, 45_000)
    took = drawn.evaluate(
        "s => { const b = performance.now(); quellChains.layout(quellChains.forest(s)); return performance.now() - b; }",
        made,
    )
    assert took < 4000, took
