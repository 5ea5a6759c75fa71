"""The code lists are complete: nothing that a fact may say is without a list, a code or a label."""

from __future__ import annotations

import re

import msgspec
import pytest

from quell.catalogue import REGISTER
from quell.catalogue.codes import CodeList, all_lists, label
from quell.catalogue.fact import SUBJECT_KINDS

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
HAN = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = {"en", "zh"}

# Lists whose codes are names that were fixed elsewhere: kinds of fact, letters of a source.
NAMED_OTHERWISE = {"fact_kind", "certainty_grade"}

# Lists that only desks show; no fact refers to them.
OF_DESKS = {
    "action",
    "certainty_grade",
    "clock_stage",
    "contact_kind",
    "desk",
    "duty_state",
    "fact_kind",
    "role",
    "subject_kind",
}

CODED = sorted((kind.name, field, name) for kind in REGISTER.values() for field, name, _ in kind.coded)
LISTS = pytest.mark.parametrize("found", all_lists().values(), ids=lambda found: found.name)


@pytest.mark.parametrize(("kind", "field", "list_name"), CODED)
def test_every_coded_field_has_its_list(kind: str, field: str, list_name: str) -> None:
    assert list_name in all_lists(), f"{kind}, {field}: there is no code list {list_name!r}"


def test_every_list_is_used_by_a_fact_or_a_desk() -> None:
    used = {list_name for _, _, list_name in CODED} | OF_DESKS
    assert set(all_lists()) == used


@LISTS
def test_a_list_has_a_version_and_codes(found: CodeList) -> None:
    assert found.version >= 1
    assert len(found.codes) > 1


@LISTS
def test_every_code_has_an_english_and_a_chinese_label(found: CodeList) -> None:
    for code in found.codes.values():
        assert set(code.labels) == LANGUAGES, f"{code.value}: any other key is a mistyped language or mapping"
        for text in (*code.labels.values(), *code.mappings.values()):
            assert text, code.value
            assert text == text.strip(), code.value
        assert HAN.search(code.labels["zh"]), code.value
        assert not HAN.search(code.labels["en"]), code.value


@LISTS
def test_codes_are_snake_case(found: CodeList) -> None:
    if found.name in NAMED_OTHERWISE:
        return
    assert [value for value in found.codes if not SNAKE_CASE.fullmatch(value)] == []


@LISTS
def test_labels_tell_the_codes_of_a_list_apart(found: CodeList) -> None:
    for language in LANGUAGES:
        labels = [code.label(language) for code in found.codes.values()]
        twice = {text for text in labels if labels.count(text) > 1}
        assert not twice, f"{found.name}, {language}"


@LISTS
def test_a_peers_word_can_be_read_back(found: CodeList) -> None:
    words = [pair for code in found.codes.values() for pair in code.mappings.items()]
    twice = {pair for pair in words if words.count(pair) > 1}
    assert not twice, f"{found.name}: one word of a peer stands at two codes"


@pytest.mark.parametrize("kind", sorted(REGISTER))
def test_every_fact_kind_has_a_label(kind: str) -> None:
    assert label("fact_kind", kind, "en") != kind
    assert HAN.search(label("fact_kind", kind, "zh"))


def test_no_label_is_left_of_a_fact_kind_that_is_gone() -> None:
    assert set(all_lists()["fact_kind"].codes) == set(REGISTER)


def test_every_kind_of_subject_has_a_label() -> None:
    assert set(all_lists()["subject_kind"].codes) == set(SUBJECT_KINDS)


def test_every_role_has_a_label() -> None:
    roles = {link.role for kind in REGISTER.values() for link in kind.links}
    assert set(all_lists()["role"].codes) == roles | {"subject"}


@pytest.mark.parametrize(("kind", "field", "list_name"), CODED)
def test_the_default_of_a_coded_field_is_in_its_list(kind: str, field: str, list_name: str) -> None:
    (info,) = (info for info in msgspec.structs.fields(REGISTER[kind].struct) if info.name == field)
    if info.default is msgspec.NODEFAULT or info.default is None:
        return
    chosen = info.default if isinstance(info.default, tuple) else (info.default,)
    assert set(chosen) <= set(all_lists()[list_name].codes)


def test_a_label_falls_back_to_the_base_language_then_english_then_the_code() -> None:
    assert label("test_result", "positive", "zh-Hans") == "阳性"
    assert label("test_result", "positive", "fr") == "Positive"
    assert label("test_result", "nowhere", "zh") == "nowhere"
    assert label("no_such_list", "positive", "zh") == "positive"
