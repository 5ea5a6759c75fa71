"""Seven real outbreaks open without code made for one of them: rows taken, rows set aside, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.test_opening import shared
from quell.exchange.opening import open_all
from quell.exchange.preparing import Asked
from quell.site.roles import Connections

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ITSELF = "infected_by: says that the case infected itself"
# By outbreak and table: rows, taken, set aside with the reason. 89 of Tianjin's edges lie spread over four columns.
WANTED = {
    "mers_korea_2015": {"mers_korea_2015": {"linelist": (162, 162, {}), "contacts": (98, 98, {})}},
    "measles_hagelloch_1861": {"measles_hagelloch_1861": {"linelist": (188, 188, {})}},
    "korea_ds4c_2020": {
        "korea_ds4c_2020": {
            "linelist": (3388, 3386, {ITSELF: 2}),
            "contacts": (822, 820, {"patient_id: says that somebody met themselves": 2}),
        }
    },
    "ebola_sim_clean": {
        "ebola_sim_clean": {
            "linelist": (
                5829,
                5632,
                {"date_of_outcome: lies too many days before date_of_onset; believed is from 0 to 730 days after it": 197},
            ),
            "contacts": (3800, 3800, {}),
        }
    },
    "fluH7N9_china_2013": {"fluH7N9_china_2013": {"linelist": (136, 136, {})}},
    "ebola_sierraleone_2014": {"ebola_sierraleone_2014": {"linelist": (11903, 11903, {})}},
    "tindale_2020": {
        "tindale_2020-singapore": {
            "linelist": (93, 93, {}),
            "contacts": (71, 70, {"to: says that somebody met themselves": 1}),
        },
        "tindale_2020-tianjin": {"linelist": (135, 135, {}), "contacts": (89, 89, {})},
    },
}  # fmt: skip
SLOW = {"ebola_sim_clean", "ebola_sierraleone_2014", "korea_ds4c_2020"}


@pytest.mark.parametrize(
    "dataset", [pytest.param(each, marks=pytest.mark.slow if each in SLOW else []) for each in WANTED]
)
def test_it_opens_and_every_row_is_accounted_for(database: Connections, tmp_path: Path, dataset: str) -> None:
    done = open_all(shared(dataset), Asked(), by="test", now=NOW, quarantine_to=tmp_path)
    found = {
        each.name: {
            table: (report.rows, report.taken, report.reasons)
            for table, report in each.tables.items()
            if table in {"linelist", "contacts"}
        }
        for each in done
    }
    assert found == WANTED[dataset]
    assert all(each.conflicts == 0 for each in done)
    for each in done:
        for report in each.tables.values():
            assert report.taken + report.repeated + report.later + report.quarantined == report.rows
