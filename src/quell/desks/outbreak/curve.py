"""The epidemic curve as shapes for an SVG that the server makes: numbers in, coordinates out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quell.registry.reading.outbreaks import DATES, Day

WIDTH, HEIGHT = 760, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 6, 12, 32
# About so many days are named under the axis, and so many lines drawn across.
_NAMED_DAYS, _LINES = 7, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a day's bar."""

    which: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A number beside the axis, or a day below it."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything that the drawing needs."""

    bars: tuple[Bar, ...]
    lines: tuple[Mark, ...]
    days: tuple[Mark, ...]
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    floor: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def curve(days: Sequence[Day]) -> Curve:
    """Lay the days out."""
    step = _step(max((day.total for day in days), default=1))
    top = step * max(1, -(-max((day.total for day in days), default=1) // step))
    room, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    each = room / max(1, len(days))
    # A handful of days does not fill the sheet with walls.
    each = min(each, 44.0)
    bars: list[Bar] = []
    for index, day in enumerate(days):
        floor = float(HEIGHT - _BOTTOM)
        for which in DATES:
            height = tall * getattr(day, which) / top
            if height:
                floor -= height
                bars.append(
                    Bar(
                        which,
                        round(_LEFT + index * each + each * 0.08, 1),
                        round(floor, 1),
                        round(each * 0.84, 1),
                        round(height, 1),
                    )
                )
    every = max(1, -(-len(days) // _NAMED_DAYS))
    names = tuple(
        Mark(round(_LEFT + index * each + each / 2, 1), f"{day.day.month:02d}-{day.day.day:02d}")
        for index, day in enumerate(days)
        if index % every == 0
    )
    lines = tuple(
        Mark(round(HEIGHT - _BOTTOM - tall * value / top, 1), str(value))
        for value in range(step, top + 1, step)
    )
    return Curve(tuple(bars), lines, names)


def _step(highest: int) -> int:
    """A round distance between lines: 1, 2, 5, 10, 20, 50 and so on."""
    magnitude = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= factor * magnitude * _LINES:
                return factor * magnitude
        magnitude *= 10
