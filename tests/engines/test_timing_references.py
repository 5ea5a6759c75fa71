"""The estimate against other people's reckoning, and against outbreaks whose delay is known."""

from __future__ import annotations

import csv
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from quell.engines.timing.estimate import Observed, by_shape

ROOT = Path(__file__).parents[2]
# Half the length of the interval for a delay from one day to another (see quell.engines.timing.delays).
HALF = 2**-0.5


def reference() -> list[dict[str, str]]:
    root = Path(os.environ.get("QUELL_SHARED") or ROOT.parent / "shared")
    found = root / "data" / "reference" / "primarycensored_reference.csv"
    if not found.exists():
        pytest.skip(f"the reference is missing: {found} (set QUELL_SHARED to the folder that holds data/)")
    with found.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("cut", [None, 9])
@pytest.mark.parametrize(
    ("column", "law", "name"),
    [
        ("p", stats.lognorm(0.5, scale=np.exp(1.6)), "lognormal"),
        ("pg", stats.gamma(4, scale=1.25), "gamma"),
    ],
)
def test_from_masses_of_primarycensored_the_distribution_is_found_again(
    column: str, law: stats.rv_continuous, name: str, cut: int | None
) -> None:
    """Day to day masses by primarycensored 1.5.1, whole and cut off after nine days; within 0.02 of a day."""
    rows = [row for row in reference() if cut is None or int(row["d"]) <= cut]
    day = np.array([float(row["d"]) for row in rows])
    count = np.round(np.array([float(row[column]) for row in rows]) * 1e5).astype(np.int64)
    there = count > 0
    seen = np.full(there.sum(), np.inf if cut is None else cut + 0.5)
    low, high = np.maximum(day - HALF, 0)[there], (day + HALF)[there]
    data = Observed(low, high, np.maximum(seen, high), count[there])
    found = by_shape(data, np.random.default_rng(0))
    assert found.distribution == name
    assert found.figures.quantiles == pytest.approx(law.ppf([0.1, 0.5, 0.9]), abs=0.02)
    assert found.figures.mean == pytest.approx(law.mean(), abs=0.02)


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("timing_bias", ROOT / "benchmarks" / "timing_bias.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["timing_bias"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize(("day", "cases"), [(35, 350), (50, 1000)])
def test_the_estimate_is_unbiased_while_the_outbreak_grows_and_the_naive_one_is_not(
    day: int, cases: int
) -> None:
    bias = benchmark()
    truth = bias.Truth()
    done = list(bias.replicates(day, cases, 40, seed=11))
    naive = np.array([each.naive[0] for each in done]) - truth.mean
    right = np.array([each.estimate[0] for each in done]) - truth.mean
    error = right.std(ddof=1) / len(right) ** 0.5
    assert naive.mean() < -1.3
    assert abs(right.mean()) < 3 * error
    assert abs(right.mean()) < 0.4
    assert np.mean([each.held[0] for each in done]) > 0.8
