"""Chains from reported links: sizes and offspring, whatever is missing or goes in a circle."""

from __future__ import annotations

import polars as pl

from quell.engines.chains.reported import ReportedChains, reported_chains
from quell.tables.definitions import CONTACTS, LINELIST
from quell.tables.frames import empty, of_rows


def chains(cases: dict[str, str | None], met: list[tuple[str, str]] | None = None) -> ReportedChains:
    linelist = of_rows(({"case_id": case, "infector_id": source} for case, source in cases.items()), LINELIST)
    contacts: pl.DataFrame = empty(CONTACTS)
    if met:
        contacts = of_rows(
            ({"source_id": source, "contact_id": contact} for source, contact in met), CONTACTS
        )
    return reported_chains(linelist, contacts)


def test_sizes_offspring_and_the_longest_way() -> None:
    found = chains({"a": None, "b": "a", "c": "a", "d": "c", "e": None})
    assert found.sizes == ((4, 1), (1, 1))
    assert found.offspring == ((0, 3), (1, 1), (2, 1))
    assert (found.chains, found.largest, found.alone, found.without_source) == (1, 4, 1, 2)
    assert found.generations == 2
    assert found.half_from() == 1


def test_a_source_outside_the_list_ties_its_cases_together_and_is_no_case() -> None:
    found = chains({"a": "x", "b": "x", "c": None})
    assert (found.sizes, found.outside, found.without_source) == (((2, 1), (1, 1)), 1, 1)


def test_a_named_contact_stands_in_where_no_source_was_named() -> None:
    found = chains({"a": None, "b": "a", "c": None}, met=[("a", "c"), ("c", "b"), ("a", "stranger")])
    assert (found.named, found.met, found.linked) == (1, 1, 2)
    assert found.sizes == ((3, 1),)


def test_a_circle_has_a_size_and_no_longest_way() -> None:
    found = chains({"a": "b", "b": "a", "c": "b"})
    assert (found.sizes, found.generations) == (((3, 1),), None)


def test_no_case_and_no_link() -> None:
    nobody = reported_chains(empty(LINELIST), empty(CONTACTS))
    assert (nobody.largest, nobody.half_from()) == (0, None)
    assert chains({"a": None}).half_from() is None
