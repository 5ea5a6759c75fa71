"""Plain figures of the pairs that have both dates, with intervals that assume no shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

QUANTILES = (0.1, 0.5, 0.9)
LEVEL = 0.95
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """Quantiles and mean of a delay in days, each with its interval; None where data do not bound it."""

    quantiles: tuple[float | None, ...]
    mean: float | None
    quantile_intervals: tuple[Interval | None, ...] = (None, None, None)
    mean_interval: Interval | None = None


NOTHING = Figures((None, None, None), None)


def plain(delays: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Figures:
    """Quantiles (linear between order statistics) and mean of delays in days.

    A quantile's interval runs between order statistics whose ranks are binomial (Conover, Practical Nonparametric
    Statistics, 3rd ed., section 3.2); the mean's is its value and 1.96 standard errors.
    """
    count = len(delays)
    if not count:
        return NOTHING
    ordered = np.sort(delays)
    quantiles = tuple(float(each) for each in np.quantile(ordered, QUANTILES))
    mean = float(ordered.mean())
    around = None
    if count > 1:
        error = float(ordered.std(ddof=1)) / count**0.5
        around = (mean - 1.959964 * error, mean + 1.959964 * error)
    return Figures(quantiles, mean, tuple(_between_ranks(ordered, each) for each in QUANTILES), around)


def _between_ranks(ordered: np.ndarray[tuple[int], np.dtype[np.float64]], share: float) -> Interval | None:
    """None where the data are too few for ranks on both sides."""
    from scipy.stats import binom

    tail = (1 - LEVEL) / 2
    count = len(ordered)
    lower = int(binom.ppf(tail, count, share))
    upper = int(binom.ppf(1 - tail, count, share)) + 1
    if binom.cdf(lower - 1, count, share) > tail or lower < 1 or upper > count:
        return None
    return float(ordered[lower - 1]), float(ordered[upper - 1])
