"""What holds for any line list: the calendar, the order of rows and what is missing change no delay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quell.timing import measure

quick = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DATES = ("onset_date", "sample_date", "report_date", "outcome_date")
FIRST = date(2020, 2, 20)
FIGURES = ["from_step", "to_step", "estimate", "n", "n_censored", "q10", "q50", "q90", "mean", "n_impossible"]

a_case = st.fixed_dictionaries({name: st.one_of(st.none(), st.integers(0, 40)) for name in DATES})
a_list = st.lists(a_case, min_size=2, max_size=30)


def frame(cases: list[dict[str, int | None]], shift: int = 0) -> pl.DataFrame:
    columns: dict[str, Any] = {"case_id": [str(number) for number in range(len(cases))]}
    for name in DATES:
        days = [case[name] for case in cases]
        columns[name] = [None if each is None else FIRST + timedelta(days=each + shift) for each in days]
    return pl.DataFrame(columns, schema_overrides=dict.fromkeys(DATES, pl.Date))


@quick
@given(a_list, st.integers(-3000, 3000), st.booleans())
def test_the_calendar_changes_nothing(cases: list[dict[str, int | None]], shift: int, closed: Any) -> None:
    moved = measure(frame(cases, shift), closed=closed)
    assert (
        measure(frame(cases), closed=closed).table.drop("assumption").equals(moved.table.drop("assumption"))
    )


@quick
@given(a_list, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(cases: list[dict[str, int | None]], random: Any) -> None:
    shuffled = random.sample(cases, len(cases))
    assert measure(frame(cases)).table.equals(measure(frame(shuffled)).table)


@quick
@given(a_list)
def test_a_case_with_one_date_changes_only_how_many_are_missing(cases: list[dict[str, int | None]]) -> None:
    before = measure(frame(cases), closed=True).table
    more = [*cases, {"onset_date": 3, "sample_date": None, "report_date": None, "outcome_date": None}]
    after = measure(frame(more), closed=True).table
    assert before.drop("n_missing").equals(after.drop("n_missing"))
    from_onset = before["from_step"] == "onset"
    assert (after["n_missing"] - before["n_missing"]).to_list() == from_onset.cast(pl.Int64).to_list()


@quick
@given(a_list)
def test_every_pair_is_counted_once(cases: list[dict[str, int | None]]) -> None:
    for step in measure(frame(cases), steps=["onset-outcome", "sample-report"]).table.to_dicts():
        first, second = f"{step['from_step']}_date", f"{step['to_step']}_date"
        both = [case for case in cases if case[first] is not None and case[second] is not None]
        if step["estimate"] == "complete pairs":
            assert step["n"] + step["n_impossible"] == len(both)
        else:
            assert step["n"] + step["n_negative"] == len(both)
