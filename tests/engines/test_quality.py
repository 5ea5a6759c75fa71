"""Data quality: what is missing, what cannot be, and what hardly can; and nothing where all is well."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from quell.quality import Finding, Quality, check
from quell.tables.definitions import LINELIST
from quell.tables.frames import empty, of_rows

START = date(2026, 3, 2)


def checked(*rows: dict[str, Any], as_of: date | None = None) -> Quality:
    numbered = ({"case_id": f"c{place}"} | row for place, row in enumerate(rows))
    return check(of_rows(numbered, LINELIST), as_of=as_of)


def found(quality: Quality, what: str) -> Finding:
    (finding,) = [each for each in quality.findings if each.check == what]
    return finding


def day(number: float) -> date:
    return START + timedelta(days=int(number))


def sound(count: int = 200, seed: int = 1) -> list[dict[str, Any]]:
    """Cases as they come: onsets over eight weeks, a few days to the report, ages of every kind."""
    chance = Random(seed)
    rows = []
    for _ in range(count):
        onset = chance.randrange(56)
        rows.append(
            {
                "onset_date": day(onset),
                "report_date": day(onset + chance.randrange(1, 9)),
                "age": str(chance.randrange(1, 90)),
                "sex": chance.choice(["male", "female"]),
            }
        )
    return rows


def test_a_sound_list_has_nothing_impossible_or_improbable() -> None:
    quality = checked(*sound())
    assert [each for each in quality.findings if each.group != "missing"] == []
    assert "outcome" in quality.absent


def test_missing_counts_only_those_who_should_have_it() -> None:
    quality = checked(
        {"onset_date": START, "classification": "confirmed", "outcome": "died"},
        {"classification": "confirmed", "outcome": "recovered", "death_date": None},
        {"classification": "asymptomatic", "outcome": "died", "death_date": day(9)},
    )
    onset = found(quality, "missing_symptomatic")
    assert (onset.count, onset.of, onset.cases) == (1, 2, ("c1",))
    died = found(quality, "missing_died")
    assert (died.count, died.of, died.cases) == (1, 2, ("c0",))


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ({"onset_date": day(9), "death_date": day(3)}, "order"),
        ({"sample_date": day(9), "confirm_date": day(3)}, "order"),
        ({"exposure_start": day(9), "onset_date": day(3)}, "order"),
        ({"age": "-3"}, "age"),
        ({"age": "199"}, "age"),
        ({"infector_id": "c0"}, "own_source"),
        ({"death_date": day(3), "outcome": "recovered"}, "alive_with_death"),
        ({"onset_date": date(2031, 1, 1)}, "future"),
    ],
)
def test_what_cannot_be_is_told(row: dict[str, Any], what: str) -> None:
    finding = found(checked(row, {"onset_date": START}, as_of=date(2026, 12, 31)), what)
    assert (finding.group, finding.cases) == ("impossible", ("c0",))


def test_sources_that_lead_back_to_the_case_are_told() -> None:
    quality = checked(
        {"infector_id": "c2"}, {"infector_id": "c0"}, {"infector_id": "c1"}, {"infector_id": "c0"}
    )
    assert found(quality, "circle").cases == ("c0", "c1", "c2")


def test_a_delay_far_outside_the_rest_is_told_and_its_bounds_said() -> None:
    rows = [*sound(), {"onset_date": START, "report_date": day(300)}]
    finding = found(checked(*rows), "far_out")
    assert finding.cases == ("c200",)
    assert "days" in finding.told("en")
    assert "天" in finding.told("zh")


def test_offices_that_close_at_the_weekend_are_told() -> None:
    rows = [row for row in sound(400) if row["report_date"].isoweekday() < 6]
    finding = found(checked(*rows), "weekday")
    assert finding.columns == ("report_date",)
    assert finding.values["least_n"] == 0


def test_the_first_of_the_month_as_about_then_is_told() -> None:
    rows = [*sound(), *({"onset_date": date(2026, 4, 1)} for _ in range(40))]
    assert found(checked(*rows), "first_or_fifteenth").count >= 40


def test_favoured_ages_are_told_by_whipples_index() -> None:
    rows = sound(300)
    for row in rows[:200]:
        row["age"] = str(round(int(row["age"]) / 5) * 5)
    finding = found(checked(*rows), "whipple")
    assert finding.values["index"] > 200
    assert "United Nations" in finding.source


def test_rows_alike_are_told_but_not_those_of_one_age_band() -> None:
    same = {
        "onset_date": START,
        "report_date": day(2),
        "age": "44",
        "sex": "male",
        "classification": "confirmed",
    }
    assert found(checked(same, dict(same), {"onset_date": START}), "alike").cases == ("c0", "c1")
    band = same | {"age": "40-49"}
    assert not [each for each in checked(band, dict(band)).findings if each.check == "alike"]


def test_a_batch_on_one_day_is_told_and_the_front_of_a_wave_is_not() -> None:
    rows = [*sound(), *({"report_date": day(30)} for _ in range(80))]
    assert found(checked(*rows), "one_day").values["day"] == day(30).isoformat()
    wave = [{"onset_date": day(n)} for n in range(8) for _ in range(2**n)]
    assert not [each for each in checked(*wave).findings if each.check == "one_day"]


def test_findings_become_a_table_without_ids() -> None:
    quality = checked(*sound(), {"onset_date": START, "report_date": day(300)}, {"age": "-1"})
    assert len(quality.table) == len(quality.findings)
    assert "c200" not in quality.table.write_csv()
    assert str(quality).startswith("202 cases")


def test_an_empty_list_has_no_findings() -> None:
    assert check(empty(LINELIST)).findings == ()
