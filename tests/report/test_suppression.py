"""Small numbers are not shown in public, nor can they be worked out from what is."""

from __future__ import annotations

import pytest

from quell.report.suppression import Form

PUBLIC, INTERNAL = Form(public=True), Form(public=False)


@pytest.mark.parametrize(("number", "shown"), [(0, True), (1, False), (4, False), (5, True)])
def test_counts_from_one_to_four_are_hidden(number: int, *, shown: bool) -> None:
    assert PUBLIC.one(number).shown is shown
    assert INTERNAL.one(number).number == number


def test_a_lone_hidden_part_takes_the_next_smallest_with_it() -> None:
    counts = PUBLIC.parts([40, 3, 12, 0])
    assert [count.number for count in counts] == [40, None, None, 0]
    assert [count.reason for count in counts] == ["", "small", "other", ""]


def test_two_hidden_parts_hide_each_other() -> None:
    assert [count.number for count in PUBLIC.parts([40, 3, 2, 12])] == [40, None, None, 12]


def test_a_share_that_gives_a_small_number_away_is_not_shown() -> None:
    assert PUBLIC.share(3, 100) is None
    assert PUBLIC.share(98, 100) is None
    assert PUBLIC.share(50, 100) == 0.5
    assert INTERNAL.share(3, 100) == 0.03


def test_a_part_is_hidden_where_what_is_left_of_the_whole_is_small() -> None:
    assert PUBLIC.within(97, 100).reason == "other"
    assert PUBLIC.within(3, 100).reason == "small"
    assert PUBLIC.within(100, 100).number == 100
