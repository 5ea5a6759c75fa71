"""The clock of a person: from the first sign (an abnormality) to isolation, stage by stage. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from quell.protocol.events import Event
from quell.protocol.patterns import moment_of

# The codes of the list clock_stage, in order.
STAGES = (
    "abnormality",
    "located",
    "held",
    "resampled",
    "single_result",
    "confirmed",
    "transfer_asked",
    "departed",
    "admitted",
)
_ILL = frozenset({"confirmed", "asymptomatic"})
_OWN_TESTS = frozenset({"pcr", "sequencing", "culture"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage that was reached: when, and how many minutes after the abnormality."""

    code: str
    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class StageClock:
    """What a person's facts say about their way from abnormality to isolation.

    result  of the single tube (or own test) that settled them; "" while there is none
    singles  the ids of the single tubes that were taken since
    """

    stages: tuple[Stage, ...] = ()
    result: str = ""
    singles: tuple[str, ...] = ()

    def at(self, code: str) -> datetime | None:
        """When a stage was reached."""
        return next((stage.at for stage in self.stages if stage.code == code), None)

    @property
    def furthest(self) -> str:
        """The last stage that was reached; "" before any abnormality."""
        return self.stages[-1].code if self.stages else ""


def stage_clock(events: Sequence[Event], tube: str | None = None) -> StageClock:
    """The stages of a person, from their own facts and those of their tubes (via "members").

    tube  the abnormality to count from; without it the person's earliest

    A stage that nobody recorded is left out: it is not guessed from later ones.
    """
    ordered = sorted(events, key=lambda event: event.order)
    sign = next((event for event in ordered if _begins(event, tube)), None)
    if sign is None:
        return StageClock()
    after = [event for event in ordered if event.at >= sign.at and event is not sign]
    taken = [
        event
        for event in ordered
        if event.kind == "tube.sampled"
        and _single(event)
        and event.of != sign.of
        and moment_of(event, "sampled_at") > moment_of(sign, "sampled_at")
    ]
    singles = {event.of for event in taken}
    results = [
        event
        for event in after
        if event.kind == "tube.resulted"
        and event.of in singles
        and event.attrs.get("result") in ("positive", "negative")
    ]
    found: dict[str, Event | None] = {"abnormality": sign}
    found["resampled"] = taken[0] if taken else None
    found["single_result"] = results[0] if results else None
    for code, fits in _LATER.items():
        found[code] = next((event for event in after if fits(event)), None)
    if found["confirmed"] is None and _positive_single(sign):
        found["confirmed"] = sign
    reached = tuple(
        Stage(code, event.at, max(0, int((event.at - sign.at).total_seconds() // 60)))
        for code in STAGES
        if (event := found[code]) is not None
    )
    result = str(results[-1].attrs["result"]) if results else ""
    if not result and found["confirmed"] is not None:
        result = "positive"
    return StageClock(reached, result, tuple(sorted(singles)))


def _single(event: Event) -> bool:
    return event.via == "members" and event.attrs.get("pool_size") == 1


def _positive_single(event: Event) -> bool:
    if event.attrs.get("result") != "positive":
        return False
    if event.kind == "tube.resulted":
        return _single(event)
    return event.kind == "person.tested" and event.attrs.get("assay") in _OWN_TESTS


def _begins(event: Event, tube: str | None) -> bool:
    """Whether the clock begins here. An unclear pool begins the chase of its own people and of nobody else."""
    if tube is None:
        return _abnormal(event)
    unclear = event.kind == "tube.resulted" and event.attrs.get("result") == "indeterminate"
    return event.of == tube and (_abnormal(event) or unclear)


def _abnormal(event: Event) -> bool:
    """A positive tube or own test, or somebody's word that the person is ill."""
    if event.kind == "tube.resulted":
        return event.via == "members" and event.attrs.get("result") == "positive"
    if event.kind == "person.tested":
        return event.attrs.get("result") == "positive"
    return event.kind == "case.classified" and event.attrs.get("classification") in _ILL | {
        "suspected",
        "probable",
    }


def _located(event: Event) -> bool:
    return (
        event.kind == "person.located"
        or (event.kind == "person.called" and event.attrs.get("answer") == "reached")
        or (event.kind == "person.visited" and event.attrs.get("answer") == "found")
    )


def _confirmed(event: Event) -> bool:
    classified = event.kind == "case.classified" and event.attrs.get("classification") in _ILL
    return classified or _positive_single(event)


_LATER: dict[str, Callable[[Event], bool]] = {
    "located": _located,
    "held": lambda event: event.kind == "restriction.ordered",
    "confirmed": _confirmed,
    "transfer_asked": lambda event: event.kind == "transfer.requested",
    "departed": lambda event: event.kind == "person.departed",
    "admitted": lambda event: event.kind in {"person.admitted", "case.hospitalised"},
}
