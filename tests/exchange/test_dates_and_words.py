"""Dates, ages and words as people write them."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.exchange.dates import read_date, read_moment
from quell.exchange.problems import ValueRefused
from quell.exchange.values import read_age
from quell.exchange.words import loose_code, read_code

DAYS = st.dates(date(1800, 1, 1), date(2100, 12, 31))
UNAMBIGUOUS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%d %B %Y",
    "%d-%b-%Y",
    "%B %d, %Y",
    "%b %d %Y",
)


def written(day: date, form: str) -> str:
    return day.strftime(form.replace("%Y", f"{day.year:04}"))


@given(DAYS, st.sampled_from(UNAMBIGUOUS))
def test_a_day_written_so_that_it_can_only_be_one_is_that_day(day: date, form: str) -> None:
    assert read_date(written(day, form)) == day


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"]))
def test_day_before_month_is_read_only_where_it_cannot_be_the_other_way(day: date, form: str) -> None:
    text = written(day, form)
    assert read_date(text, "dmy") == day
    if day.day <= 12 and day.day != day.month:
        with pytest.raises(ValueRefused, match="two ways"):
            read_date(text)
    else:
        assert read_date(text) == day


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_is_refused_in_words(text: str) -> None:
    with contextlib.suppress(ValueRefused):  # any other error would be ours
        read_moment(text, "Asia/Shanghai")
        read_date(text)


@pytest.mark.parametrize(
    "text", ["2022-02-30", "2023-02-29", "2022-13-01", "31/04/2022", "44756", "14.7.22", "soon"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused):
        read_date(text, "dmy")


def test_a_moment_where_a_day_is_wanted_is_refused_and_midnight_is_not() -> None:
    assert read_date("2022-07-14 00:00:00") == date(2022, 7, 14)
    with pytest.raises(ValueRefused):
        read_date("2022-07-14 02:10")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("2022-07-14T02:10:00+08:00", "2022-07-13T18:10:00Z"), ("2022-07-14 02:10", "2022-07-13T18:10:00Z"),
     ("2022-07-14T02:10Z", "2022-07-14T02:10:00Z"), ("2022-07-14", "2022-07-14")],
)  # fmt: skip
def test_a_time_without_an_offset_is_of_the_zone(text: str, wanted: str) -> None:
    assert read_moment(text, "Asia/Shanghai") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("47", (47, 47)), ("7.5", (7, 7)), ("50s", (50, 59)), ("0s", (0, 9)), ("60-69", (60, 69)), ("60～69岁", (60, 69)),
     ("80+", (80, 130)), ("8 months", (0, 0)), ("47岁", (47, 47))],
)  # fmt: skip
def test_ages_and_bands(text: str, wanted: tuple[int, int]) -> None:
    assert read_age(text) == wanted


@pytest.mark.parametrize("text", ["-1", "200", "69-60", "old"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused):
        read_age(text)


def test_words_for_codes() -> None:
    assert read_code("M", "sex") == "male"
    assert read_code("女", "sex") == "female"
    assert read_code("Dead", "outcome") == "died"
    assert read_code("Emergency room", "setting") == "emergency_room"
    assert loose_code("Visit hospital", "setting") == "hospital"
    assert loose_code("Hospital or school", "setting") is None
