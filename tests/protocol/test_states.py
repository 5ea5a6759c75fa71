"""How a duty stands against a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from quell.protocol.states import minutes_late, minutes_left, state_of

NOON = datetime(2022, 7, 14, 12, tzinfo=UTC)


@dataclass
class Owed:
    opens_at: datetime = NOON
    due_known: datetime = NOON + timedelta(hours=4)
    closes_at: datetime | None = None
    met_at: datetime | None = None
    ended_at: datetime | None = None
    recordable: bool = True


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-1, "not_yet"), (0, "open"), (179, "open"), (180, "soon"), (240, "soon"), (241, "late")],
)
def test_an_open_duty_becomes_soon_in_its_last_quarter_and_late_after_its_deadline(
    minutes: int, state: str
) -> None:
    assert state_of(Owed(), at(minutes)) == state


def test_a_short_duty_is_soon_in_its_last_quarter_of_an_hour() -> None:
    half_hour = Owed(due_known=at(30))
    assert state_of(half_hour, at(14)) == "open"
    assert state_of(half_hour, at(15)) == "soon"


def test_met_in_time_and_met_late_differ_by_the_deadline() -> None:
    assert state_of(Owed(met_at=at(240)), at(500)) == "met"
    late = Owed(met_at=at(302))
    assert state_of(late, at(500)) == "met_late"
    assert minutes_late(late, at(500)) == 62


def test_what_fell_away_is_ended_and_what_was_waived_says_so() -> None:
    assert state_of(Owed(ended_at=at(5)), at(500)) == "ended"
    assert state_of(Owed(ended_at=at(5)), at(500), waived=True) == "waived"


def test_a_day_that_closed_unmet_is_missed_and_stops_getting_later() -> None:
    day = Owed(closes_at=at(300))
    assert state_of(day, at(299)) == "late"
    assert state_of(day, at(300)) == "missed"
    assert minutes_late(day, at(9000)) == 60


def test_what_could_not_be_recorded_is_never_late() -> None:
    past = Owed(recordable=False)
    assert state_of(past, at(100)) == "open"
    assert state_of(past, at(999)) == "not_recorded"
    assert minutes_late(past, at(999)) == 0
    assert state_of(Owed(recordable=False, met_at=at(999)), at(1000)) == "met"


def test_minutes_count_whole_minutes() -> None:
    assert minutes_late(Owed(), at(302)) == 62
    assert minutes_late(Owed(), at(10)) == 0
    assert minutes_left(Owed(), at(178)) == 62
    assert minutes_left(Owed(), at(302)) == 0
