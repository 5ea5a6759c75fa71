"""Which pack a dataset opens under: by disease and place, and never silently under the rules of another country."""

from __future__ import annotations

from datetime import date

import pytest

from quell.exchange.proposing import disease_of, pack_for

LAST = date(2025, 6, 30)


@pytest.mark.parametrize(
    ("disease", "jurisdiction", "pack", "why"),
    [
        ("novel_influenza_a", "US", "us-novel-influenza", "it is for US"),
        ("novel_influenza_a", "GB", "uk-novel-influenza", "it is for GB"),
        ("novel_influenza_a", "US-IA", "us-novel-influenza", "it is for US"),
        (
            "novel_influenza_a",
            "CN",
            "generic",
            "its packs are for elsewhere and not applied to CN: uk-novel-influenza (for GB), us-novel-influenza (for US)",
        ),
        ("measles", "US", "us-measles", "it is for US"),
        ("measles", "DE", "generic", "not applied to DE: us-measles (for US); name one with --protocol"),
        ("covid19", "CN-GS-LZ", "cn-covid19", "it is for CN"),
        ("covid19", "KR", "generic", "not applied to KR: cn-covid19 (for CN)"),
        ("mers", "KR", "mers", "it is for any country"),
        ("ebola", "SL", "who-ebola", "it is for any country"),
        ("mpox", "ZZ", "mpox", "it is for any country"),
        ("cholera", "HT", "generic", "the names say cholera, which has no pack of its own"),
        (None, "US", "generic", "no name says which disease"),
    ],
)
def test_a_pack_of_another_country_is_never_applied_unnamed(
    disease: str | None, jurisdiction: str, pack: str, why: str
) -> None:
    chosen, note = pack_for(disease, jurisdiction, LAST)
    assert chosen.pack_id == pack
    assert note.startswith(f"protocol {pack}: ")
    assert why in note


def test_a_country_whose_code_begins_alike_is_another_country() -> None:
    assert pack_for("measles", "USX", LAST)[0].pack_id == "generic"


def test_a_pack_that_came_into_force_after_the_data_says_so() -> None:
    chosen, note = pack_for("covid19", "CN", date(2020, 2, 28))
    assert chosen.pack_id == "cn-covid19"
    assert "came into force on 2022-06-28, after the last day of these data" in note
    assert "after the last day" not in pack_for("covid19", "CN", LAST)[1]


def test_names_of_influenza_in_birds_are_novel_influenza() -> None:
    assert disease_of(["fluH7N9_china_2013"]) == "novel_influenza_a"
    assert disease_of(["measles_hagelloch_1861"]) == "measles"
