"""The scene and the page that is made of it; what runs in the browser is tested in tests/browser."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib import resources

import msgspec

from quell.chainview import Scene, encode, page
from quell.chainview.page import SCRIPTS
from quell.chainview.scene import Cases, Coded, Links, Meta, days_since
from quell.chainview.words import words

FOLDER = resources.files("quell.chainview")


def scene(*ids: str) -> Scene:
    meta = Meta("x", "An outbreak", date(2026, 3, 1), date(2026, 3, 20), "UTC", "en")
    count = len(ids)
    days = list(range(count))
    cases = Cases(id=list(ids), day=days, until=days, basis=Coded(["onset"], ["onset"], [0] * count), onset=days,
                  sample=[None] * count, report=[None] * count, contacts=[0] * count)  # fmt: skip
    return Scene(meta, cases, Links())


def test_a_column_of_codes_holds_each_code_once() -> None:
    made = Coded.of(["home", "", "school", "home"], {"home": "Household"})
    assert (made.codes, made.labels, made.values) == (
        ["home", "school"],
        ["Household", "school"],
        [0, -1, 1, 0],
    )


def test_days_are_counted_from_the_origin() -> None:
    assert days_since(date(2026, 3, 1), [date(2026, 3, 4), None, date(2026, 2, 28)]) == [3, None, -1]


def test_the_scene_is_plain_json() -> None:
    read = msgspec.json.decode(encode(scene("a", "b")))
    assert read["version"] == 1
    assert read["cases"]["id"] == ["a", "b"]
    assert read["meta"]["origin"] == "2026-03-01"
    assert read["contacts"] is None


def test_a_page_needs_nothing_else_and_runs_nothing_of_its_data() -> None:
    made = page(scene("</script><script>alert(1)</script>"), language="en", title="<b>Chains</b>")
    assert "alert(1)</script>" not in made
    assert "<title>&lt;b&gt;Chains&lt;/b&gt;</title>" in made
    assert not re.search(r"""(?:src|href)=["'](?!\$|data:|blob:)""", made)
    assert "default-src 'none'" in made


def test_every_word_has_two_languages_and_is_used() -> None:
    table = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
    assert all(set(labels) >= {"en", "zh"} and all(labels.values()) for labels in table.values())
    code = "".join((FOLDER / "static" / "chainview" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    asked = set(re.findall(r"words\.(\w+)", code))
    assert asked - table.keys() == set()
    named = set(re.findall(r'"(\w+)"', code))
    assert {name for name in table.keys() - asked - named if not name.startswith("kind_")} == set()


def test_placeholders_are_the_same_in_both_languages() -> None:
    english, chinese = words("en"), words("zh-hans")
    for name, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[name])), name


def test_every_script_is_part_of_the_page() -> None:
    found = {each.name for each in (FOLDER / "static" / "chainview").iterdir() if each.name.endswith(".js")}
    assert found == set(SCRIPTS)
