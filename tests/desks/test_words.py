"""Every word on a page has its Chinese, and what is compiled is what is written."""

from __future__ import annotations

from desks.catalogue_of_words import FOLDER, compiled, read_po, used


def test_no_word_of_templates_or_code_lacks_chinese() -> None:
    known = read_po(FOLDER / "django.po")
    assert sorted(used() - {word for word, text in known.items() if text}) == []


def test_the_catalogue_holds_no_word_that_nobody_uses() -> None:
    assert sorted(read_po(FOLDER / "django.po").keys() - used() - {("", "")}) == []


def test_the_compiled_catalogue_agrees_with_the_written_one() -> None:
    assert (FOLDER / "django.mo").read_bytes() == compiled(read_po(FOLDER / "django.po"))


def test_placeholders_are_the_same_in_both_languages() -> None:
    import re

    for (one, many), text in read_po(FOLDER / "django.po").items():
        wanted = set(re.findall(r"%\(\w+\)", many or one))
        assert set(re.findall(r"%\(\w+\)", text)) <= wanted | set(re.findall(r"%\(\w+\)", one)), one
        assert wanted <= set(re.findall(r"%\(\w+\)", text)), one
