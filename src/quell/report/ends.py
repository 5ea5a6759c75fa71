"""What became of the cases, as far as it may be shown: one answer for figures, tables and sentences."""

from __future__ import annotations

from dataclasses import dataclass

from quell.report.counting import Outcomes
from quell.report.suppression import Count, Form


@dataclass(frozen=True, slots=True)
class Ends:
    """Deaths, recoveries and open cases; the share of deaths among all, and among deaths and recoveries."""

    died: Count
    recovered: Count
    open: Count
    of_all: float | None
    of_settled: float | None

    @classmethod
    def of(cls, outcomes: Outcomes, form: Form) -> Ends:
        """As the form shows them: no share gives away a number that is hidden."""
        died, recovered, still = form.parts([outcomes.died, outcomes.recovered, outcomes.open])
        return cls(
            died,
            recovered,
            still,
            form.share(outcomes.died, outcomes.all) if died.shown else None,
            form.share(outcomes.died, outcomes.settled) if died.shown and recovered.shown else None,
        )
