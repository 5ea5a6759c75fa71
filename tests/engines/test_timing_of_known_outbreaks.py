"""Published outbreaks: the figures that others count from the same dates."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from quell.exchange.frames import line_list
from quell.timing import measure


def shared(dataset: str) -> Path:
    root = Path(os.environ.get("QUELL_SHARED") or Path(__file__).parents[3] / "shared")
    found = root / "data" / dataset
    if not found.exists():
        pytest.skip(f"the dataset is missing: {found} (set QUELL_SHARED to the folder that holds data/)")
    return found


@pytest.mark.parametrize(
    ("dataset", "step", "median", "q90"),
    [
        ("mers_korea_2015", "onset-confirm", 5, None),
        ("fluH7N9_china_2013", "onset-admission", 4, None),
        ("ebola_sierraleone_2014", "onset-sample", 5, 10),
        ("korea_ds4c_2020/patient_info_2020-04-30.csv", "onset-confirm", 3, 10),
        ("tindale_2020/singapore_linelist.csv", "onset-confirm", 6, None),
        ("tindale_2020/tianjin_linelist.csv", "onset-confirm", 5, None),
    ],
)
def test_the_median_of_complete_pairs(dataset: str, step: str, median: float, q90: float | None) -> None:
    list_ = line_list(shared(dataset), today=date(2026, 1, 1))
    pairs = measure(list_.frame, steps=[step]).table.row(0, named=True)
    assert pairs["estimate"] == "complete pairs"
    assert pairs["q50"] == median
    assert q90 is None or pairs["q90"] == q90
