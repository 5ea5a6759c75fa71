"""How long each step took, told as stories of small line lists."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from quell.charts.drawing import to_svg
from quell.engines.timing import words
from quell.engines.timing.steps import EVENTS, STEPS, StepRefused
from quell.tables.frames import TableRefused
from quell.timing import Timing, measure

FIRST = date(2022, 7, 1)


def day(number: float | None) -> date | None:
    return None if number is None else FIRST + timedelta(days=int(number))


def cases(**columns: list[Any]) -> pl.DataFrame:
    """A line list; dates as days after the first of July."""
    count = max(map(len, columns.values()))
    dated = {
        name: [day(value) for value in values] if name.endswith(("_date", "_start", "_end")) else values
        for name, values in columns.items()
    }
    return pl.DataFrame({"case_id": [str(number) for number in range(count)], **dated}, strict=False)


def row(timing: Timing, kind: str = "fitted", step: str | None = None) -> dict[str, Any]:
    found = [each for each in timing.table.to_dicts() if each["estimate"] == kind]
    if step:
        found = [each for each in found if f"{each['from_step']}-{each['to_step']}" == step]
    assert len(found) == 1
    return found[0]


def grown(count: int = 300, seed: int = 1) -> pl.DataFrame:
    """Onsets that double every six days for thirty days, reported after a gamma delay of mean 7 days."""
    random = np.random.default_rng(seed)
    onset = np.log1p(random.uniform(size=count) * np.expm1(0.12 * 30)) / 0.12
    report = onset + random.gamma(3.0, 7 / 3, count)
    return cases(onset_date=list(onset), report_date=list(report))


def test_the_table_begins_with_the_columns_of_the_contract() -> None:
    table = measure(cases(onset_date=[0, 1], report_date=[2, 5])).table
    contract = ["from_step", "to_step", "n", "n_censored", "q10", "q50", "q90", "mean", "unit"]
    assert table.columns[:9] == contract
    assert table.row(0)[:9] == ("onset", "report", 2, 0, 2.2, 3.0, 3.8, 3.0, "days")


def test_someone_sampled_before_falling_ill_counts_among_pairs_and_is_said() -> None:
    timing = measure(cases(onset_date=[3] * 12, sample_date=[1, *range(4, 15)]))
    pairs, fitted = row(timing, "complete pairs"), row(timing)
    assert (pairs["n"], pairs["n_negative"], pairs["n_impossible"]) == (12, 1, 0)
    assert (fitted["n"], fitted["n_negative"]) == (11, 1)
    assert "cases with the second date before the first, as can be: 1;" in fitted["assumption"]


def test_an_outcome_before_admission_cannot_be_and_is_left_out_and_said() -> None:
    timing = measure(cases(admission_date=[3, 3, 3], outcome_date=[1, 5, 7]), steps=["admission-outcome"])
    pairs = row(timing, "complete pairs")
    assert (pairs["n"], pairs["n_impossible"], pairs["q50"]) == (2, 1, 3.0)
    assert "which cannot be" in pairs["assumption"]


def test_a_missing_date_of_a_closed_list_is_missing_and_of_an_open_one_still_to_come() -> None:
    list_ = cases(
        onset_date=list(range(40)),
        outcome_date=[*(number + 10 for number in range(20)), *[None] * 20],
        outcome=["died", "recovered"] * 10 + [None] * 20,
    )
    closed = row(measure(list_), step="onset-outcome")
    assert (closed["n"], closed["n_censored"], closed["n_missing"]) == (20, 0, 20)
    opened = row(measure(list_, closed=False), step="onset-outcome")
    assert (opened["n"], opened["n_censored"], opened["n_missing"]) == (20, 20, 0)
    assert "still on the way" in opened["assumption"]
    # A death is not what every open case is on its way to: it is weighed by what could be seen instead.
    died = row(measure(list_, closed=False), step="onset-died")
    assert (died["n"], died["n_censored"], died["n_truncated"], died["n_missing"]) == (10, 0, 10, 30)


def test_somebody_known_to_have_died_on_a_day_unknown_is_missing_also_while_it_runs() -> None:
    list_ = cases(onset_date=[0, 1, 2], outcome_date=[9, None, None], outcome=["died", "died", "lost"])
    assert row(measure(list_, closed=False), step="onset-outcome")["n_missing"] == 2


@pytest.mark.parametrize(
    ("asked", "shut", "told"),
    [
        ({}, True, "no day was named"),
        ({"as_of": day(20)}, False, "it stands as of 2022-07-21"),
        ({"as_of": day(200)}, True, "its last date lies 191 days before"),
        ({"as_of": day(20), "closed": True}, True, "taken as closed, as asked"),
        ({"closed": False}, False, "taken as open on 2022-07-10, as asked"),
    ],
)
def test_whether_a_list_is_closed_is_said(asked: dict[str, Any], shut: Any, told: str) -> None:
    timing = measure(cases(onset_date=[0, 1], report_date=[2, 9]), **asked)
    assert timing.closed is shut
    assert told in timing.why.in_language("en")


def test_as_of_a_day_the_list_is_as_it_was_known_then() -> None:
    list_ = cases(
        onset_date=[0, 1, 5],
        report_date=[2, 9, 6],
        death_date=[None, None, 8],
        outcome=[None, None, "died"],
    )
    timing = measure(list_, as_of=day(6), steps=["onset-report", "onset-outcome"])
    assert (timing.cases, timing.later) == (2, 1)
    assert row(timing, "complete pairs", "onset-report")["n"] == 2
    # The one who dies on the 8th is alive on the 6th.
    waiting = row(timing, step="onset-outcome")
    assert (waiting["n"], waiting["n_censored"]) == (0, 2)


def test_before_the_first_case_there_is_nothing_and_the_picture_says_so() -> None:
    timing = measure(cases(onset_date=[5], report_date=[7]), as_of=day(0))
    assert (timing.cases, timing.table.height) == (0, 0)
    assert "No case has the two dates" in to_svg(timing.figure)


def test_an_exposure_is_a_window_that_the_onset_closes() -> None:
    list_ = cases(
        exposure_start=[0] * 6 + [4, 0, None, 8],
        exposure_end=[2] * 6 + [4, None, 3, 9],
        onset_date=[5] * 6 + [9, 6, 6, 6],
    )
    timing = measure(list_, steps=["exposure-onset"])
    pairs, fitted = row(timing, "complete pairs"), row(timing)
    assert (pairs["n"], pairs["q50"]) == (1, 5.0)
    assert (fitted["n"], fitted["n_interval"], fitted["n_missing"], fitted["n_impossible"]) == (8, 7, 1, 1)


def test_the_day_of_infection_is_better_than_a_window() -> None:
    list_ = cases(exposure_start=[0], exposure_end=[6], infection_date=[2], onset_date=[7])
    assert row(measure(list_), "complete pairs", "exposure-onset")["q50"] == 5.0


def test_a_few_delays_give_no_estimate_and_it_says_why() -> None:
    fitted = row(measure(cases(onset_date=[0] * 9, report_date=list(range(9)))))
    assert fitted["q50"] is None
    assert "fewer than 10 finished delays" in fitted["assumption"]


def test_in_a_growing_outbreak_short_delays_are_seen_first_and_the_estimate_knows() -> None:
    timing = measure(grown(1500), as_of=day(29))
    naive, fitted, free = (row(timing, kind) for kind in ("complete pairs", "fitted", "without a shape"))
    assert naive["mean"] < 6
    assert fitted["mean_lower"] < 7 < fitted["mean_upper"]
    assert fitted["n_truncated"] == fitted["n"] == naive["n"]
    assert "weighed by what could have been seen" in fitted["assumption"]
    assert "it holds for delays of at most" in free["assumption"]
    assert free["mean"] is None


def test_beyond_what_could_be_seen_no_figure_is_pretended() -> None:
    # All fell ill within five days, delays are of about three weeks, and only so many days have passed.
    random = np.random.default_rng(5)
    onset = random.uniform(0, 5, 4000)
    list_ = cases(onset_date=list(onset), report_date=list(onset + random.gamma(9, 21 / 9, 4000)))
    early = row(measure(list_, as_of=day(12)))
    assert early["q50"] is None
    assert "no figure: more than half of the delays would lie beyond the 12 days" in early["assumption"]
    later = row(measure(list_, as_of=day(30)))
    assert 0.05 < later["beyond_seen"] < 0.5
    assert "there it is the shape that speaks" in later["assumption"]


def test_where_cases_are_listed_later_than_the_step_ends_the_cut_moves_back() -> None:
    random = np.random.default_rng(1)
    infected = np.log1p(random.uniform(size=8000) * np.expm1(0.1 * 60)) / 0.1
    onset = infected + random.gamma(4, 5 / 4, 8000)
    report = onset + random.gamma(3, 2, 8000)
    list_ = cases(infection_date=list(infected), onset_date=list(onset), report_date=list(report))
    timing = measure(list_, as_of=day(55), steps=["exposure-onset"])
    naive, fitted = row(timing, "complete pairs"), row(timing)
    assert "cases are listed some days after this step" in fitted["assumption"]
    assert naive["mean"] < 4.6
    assert fitted["mean"] == pytest.approx(5, abs=0.2)


def test_the_same_seed_gives_the_same_figures() -> None:
    list_ = grown()
    first, again = (measure(list_, as_of=day(29), seed=3).table for _ in range(2))
    assert first.equals(again)
    other = measure(list_, as_of=day(29), seed=4).table
    points = ["q10", "q50", "q90", "mean"]
    assert first.select(points).equals(other.select(points))
    assert not first.equals(other)


def test_steps_are_asked_for_by_their_two_events() -> None:
    list_ = cases(onset_date=[0, 1], report_date=[2, 5], confirm_date=[1, 3])
    asked = measure(list_, steps=[("confirm", "report"), "onset → confirm"])
    assert [f"{each.from_step}-{each.to_step}" for each in asked.rows[::2]] == [
        "confirm-report",
        "onset-confirm",
    ]
    # A step without a pair has its row all the same when it was asked for.
    assert row(measure(list_, steps=["onset-died"]), "complete pairs")["n"] == 0
    with pytest.raises(StepRefused, match="'onset-birth' is no step; write two of exposure, onset"):
        measure(list_, steps=["onset-birth"])


def test_what_is_no_line_list_is_refused_by_row_and_column() -> None:
    with pytest.raises(TableRefused, match="row 2, onset_date: 'soon' is not a date"):
        measure(pl.DataFrame({"case_id": ["1", "2"], "onset_date": ["2022-07-01", "soon"]}))


def test_everything_is_said_in_both_languages() -> None:
    assert set(words.EVENTS) == set(EVENTS)
    assert {event for step in STEPS for event in (step.from_step, step.to_step)} <= set(EVENTS)
    for said in [*words.SAID.values(), *words.EVENTS.values(), *words.ESTIMATES.values()]:
        assert set(said) == {"en", "zh"}
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said["zh"])
    timing = measure(grown(), as_of=day(29))
    assert "可被看到" in timing.table_in("zh")["assumption"][1]
    drawn = to_svg(timing.figure_in("zh"))
    assert all(word in drawn for word in ("发病 → 报告", "各环节用时", "完整配对", "估计值", "天"))


def test_it_prints_and_becomes_json() -> None:
    timing = measure(grown(), as_of=day(29))
    assert "onset → report" in str(timing)
    assert json.loads(json.dumps(timing.summary))["steps"][0]["from_step"] == "onset"


def test_engines_wake_without_django_and_without_what_they_may_not_need() -> None:
    heavy = ["django", "psycopg", "pandas", "surpyval", "altair", "vl_convert", "matplotlib"]
    code = f"import sys, quell.timing; print([name for name in {heavy} if name in sys.modules])"
    source = str(Path(words.__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert done.stdout.strip() == "[]"
