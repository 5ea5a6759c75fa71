"""How long each step of a case took: ``quell timing`` as Python.

import polars, quell.timing
measured = quell.timing.measure(polars.read_csv("linelist.csv"))
print(measured)          # a line for each set of figures
measured.table           # polars: from_step, to_step, n, n_censored, q10, q50, q90, mean, unit, …
measured.figure          # Altair; quell.charts.drawing.to_svg makes a picture of it
"""

from __future__ import annotations

from quell.engines.timing.measure import measure
from quell.engines.timing.result import Timing
from quell.engines.timing.steps import EVENTS, STEPS, Step

__all__ = ["EVENTS", "STEPS", "Step", "Timing", "measure"]
