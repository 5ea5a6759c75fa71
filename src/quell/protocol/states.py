"""How a duty stands against a clock: open, soon, late, met. Nothing of this is ever stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

# "Soon" begins in the last quarter of a duty's time, and at the latest so long before its end.
_AT_LATEST = timedelta(minutes=15)

# From the most pressing to the least, as lists and summaries show them.
PRESSING = ("late", "soon", "open", "not_yet", "not_recorded", "missed", "met_late", "met", "waived", "ended")


class Timed(Protocol):
    """What of a duty its state depends on: the duty of the protocol and every row read from it."""

    @property
    def opens_at(self) -> datetime:
        """When it can first be done."""

    @property
    def due_known(self) -> datetime:
        """Its deadline, counted from when this desk could have known."""

    @property
    def closes_at(self) -> datetime | None:
        """When it can no longer be done."""

    @property
    def met_at(self) -> datetime | None:
        """When it was done."""

    @property
    def ended_at(self) -> datetime | None:
        """When it fell away."""

    @property
    def recordable(self) -> bool:
        """Whether its source could have recorded that it was done."""


def state_of(duty: Timed, now: datetime, *, waived: bool = False) -> str:
    """A code of the list duty_state.

    waived  whether what ended it was a waiver, where the reader knows

    What could not be recorded is "not recorded" once its time is over, and never late.
    """
    if duty.met_at is not None:
        return "met_late" if duty.recordable and duty.met_at > duty.due_known else "met"
    if duty.ended_at is not None:
        return "waived" if waived else "ended"
    if now < duty.opens_at:
        return "not_yet"
    return _standing(duty, now) if duty.recordable else ("not_recorded" if now > duty.due_known else "open")


def _standing(duty: Timed, now: datetime) -> str:
    """The state of what can be done, is not done, and could be recorded."""
    if duty.closes_at is not None and duty.closes_at <= now:
        return "missed"
    if now > duty.due_known:
        return "late"
    return "soon" if duty.due_known - now <= _soon(duty) else "open"


def minutes_late(duty: Timed, now: datetime) -> int:
    """Whole minutes past the deadline: until it was done or could no longer be, else until now; 0 when not late."""
    state = state_of(duty, now)
    until = {"late": now, "met_late": duty.met_at, "missed": duty.closes_at}.get(state)
    if until is None:
        return 0
    return max(0, int((until - duty.due_known).total_seconds() // 60))


def minutes_left(duty: Timed, now: datetime) -> int:
    """Whole minutes until the deadline; 0 when it is past."""
    return max(0, int((duty.due_known - now).total_seconds() // 60))


def _soon(duty: Timed) -> timedelta:
    return max((duty.due_known - duty.opens_at) / 4, _AT_LATEST)
