"""What a measurement gives: rows that print well, turn into a table, a picture and a summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from quell.engines.timing.complete import Figures
from quell.engines.timing.words import ESTIMATES, Language, Said, step_in

if TYPE_CHECKING:
    from altair import LayerChart

Kind = Literal["complete pairs", "fitted", "without a shape"]
UNIT = "days"
_NUMBER = pl.Float64
SCHEMA = {
    "from_step": pl.String, "to_step": pl.String, "n": pl.Int64, "n_censored": pl.Int64,
    "q10": _NUMBER, "q50": _NUMBER, "q90": _NUMBER, "mean": _NUMBER, "unit": pl.String,
    "estimate": pl.String, "distribution": pl.String,
    "q10_lower": _NUMBER, "q10_upper": _NUMBER, "q50_lower": _NUMBER, "q50_upper": _NUMBER, "q90_lower": _NUMBER,
    "q90_upper": _NUMBER, "mean_lower": _NUMBER, "mean_upper": _NUMBER,
    "n_missing": pl.Int64, "n_negative": pl.Int64, "n_impossible": pl.Int64, "n_interval": pl.Int64,
    "n_truncated": pl.Int64, "beyond_seen": _NUMBER, "assumption": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One set of figures of one step.

    n         delays that ended and count here; n_censored: cases still on the way
    n_missing cases that have one of the two dates only; n_negative: second date before the first; n_impossible: of
              these, where that cannot be; n_interval: with a window for a date; n_truncated: weighed by what could be seen
    beyond    share of the fitted distribution beyond the longest delay that could be seen
    """

    from_step: str
    to_step: str
    kind: Kind
    n: int
    figures: Figures
    sentences: tuple[Said, ...]
    n_censored: int = 0
    n_missing: int = 0
    n_negative: int = 0
    n_impossible: int = 0
    n_interval: int = 0
    n_truncated: int = 0
    distribution: str | None = None
    beyond: float | None = None

    def assumption(self, language: Language) -> str:
        """What the figures rest on, in words."""
        mark = {"en": "; ", "zh": "；"}[language]
        return mark.join(each.in_language(language) for each in self.sentences)

    def values(self, language: Language) -> dict[str, Any]:
        """The row of the table; figures to a hundredth of a day, since dates carry no more."""
        figures = self.figures
        bounds = zip(
            ("q10", "q50", "q90", "mean"), (*figures.quantile_intervals, figures.mean_interval), strict=True
        )
        ends: dict[str, float | None] = {}
        for name, bound in bounds:
            ends[f"{name}_lower"], ends[f"{name}_upper"] = bound or (None, None)
        numbers = {
            **dict(zip(("q10", "q50", "q90"), figures.quantiles, strict=True)),
            "mean": figures.mean,
            **ends,
        }
        return {
            **{name: None if value is None else round(value, 2) for name, value in numbers.items()},
            "from_step": self.from_step,
            "to_step": self.to_step,
            "n": self.n,
            "n_censored": self.n_censored,
            "unit": UNIT,
            "estimate": self.kind,
            "distribution": self.distribution,
            "n_missing": self.n_missing,
            "n_negative": self.n_negative,
            "n_impossible": self.n_impossible,
            "n_interval": self.n_interval,
            "n_truncated": self.n_truncated,
            "beyond_seen": None if self.beyond is None else round(self.beyond, 4),
            "assumption": self.assumption(language),
        }


@dataclass(frozen=True)
class Timing:
    """How long each step took.

    rows     figures, step by step in the order of the story: complete pairs, the estimate, the one without a shape
    cases    how many cases the list had as of the day; later: rows that were not known then
    closed   whether a missing date was taken as missing rather than still to come; why: by which rule
    as_of    the day as of which the list was read; None where it was read whole
    """

    rows: tuple[Row, ...]
    cases: int
    later: int
    as_of: date | None
    closed: bool
    why: Said

    @cached_property
    def table(self) -> pl.DataFrame:
        """The figures in days, a row each, assumptions in English; the columns of ``quell timing``'s steps.csv."""
        return self.table_in("en")

    def table_in(self, language: Language) -> pl.DataFrame:
        """The table with its assumptions in that language."""
        return pl.DataFrame([row.values(language) for row in self.rows], schema=SCHEMA)

    @cached_property
    def figure(self) -> LayerChart:
        """The picture, in English: an Altair definition for ``quell.charts.drawing``."""
        return self.figure_in("en")

    def figure_in(self, language: Language, width: int | None = None) -> LayerChart:
        """The picture in that language; width of the part with the bars, in pixels."""
        from quell.engines.timing.figure import WIDTH, figure

        return figure(self, language, width or WIDTH)

    @property
    def summary(self) -> dict[str, Any]:
        """What a machine reads: how the list was taken, and the figures of each row."""
        return {
            "cases": self.cases,
            "known_later": self.later,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "closed": self.closed,
            "closed_because": self.why.in_language("en"),
            "steps": self.table.to_dicts(),
        }

    def write(self, path: Path) -> Path:
        """Write the table, as Parquet where the name ends in .parquet, else as CSV."""
        if path.suffix == ".parquet":
            self.table.write_parquet(path)
        else:
            self.table.write_csv(path)
        return path

    def __str__(self) -> str:
        """A line for each set of figures, wide enough for a terminal of 100 columns."""
        taken = self.why.in_language("en")
        head = f"{self.cases} cases; {taken}" + (f"; {self.later} known later" if self.later else "")
        width = max([len(step_in(row.from_step, row.to_step, "en")) for row in self.rows] or [4])
        lines = [head, f"{'days':<{width}}  {'':<26}{'n':>6}{'q10':>8}{'median':>8}{'q90':>8}{'mean':>8}"]
        before = ""
        for row in self.rows:
            step = step_in(row.from_step, row.to_step, "en")
            kind = ESTIMATES[row.kind]["en"] + (f" ({row.distribution})" if row.distribution else "")
            figures = (*row.figures.quantiles, row.figures.mean)
            told = "".join(f"{'–' if value is None else format(value, '.1f'):>8}" for value in figures)
            lines.append(f"{'' if step == before else step:<{width}}  {kind:<26}{row.n:>6}{told}")
            before = step
        return "\n".join(lines)
