"""Estimates of a delay from data that are interval-censored, censored and truncated, by the survival library.

The library (surpyval) maximises the likelihood of gamma, lognormal and Weibull distributions and the one without a
shape (Turnbull 1976, JRSS B 38:290). A finished delay in [low, high] that could be seen up to `seen` gives
(F(high) - F(low)) / F(seen); one still on the way gives 1 - F(low). Conditioning on what could be seen is what keeps a
growing outbreak from showing short delays only (Lagakos et al. 1988, Biometrika 75:515).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quell.engines.timing.complete import LEVEL, NOTHING, QUANTILES, Figures, Interval
from quell.engines.timing.delays import Delays

if TYPE_CHECKING:
    from numpy.random import Generator

    Numbers = np.ndarray[Any, np.dtype[np.float64]]

FEWEST = 10
FEWEST_WITHOUT_SHAPE = 50
DISTRIBUTIONS = ("gamma", "lognormal", "Weibull")
# Of a distribution of which more than this share lies beyond what could be seen, no figure is given.
_HIDDEN_AT_MOST = 0.5
_TOLD_APART = 2.0
_DRAWS = 4000
_RESAMPLES = 100


@dataclass(frozen=True, slots=True)
class Observed:
    """Delays that are alike, counted: bounds, what could be seen, and how many there are of each."""

    low: Numbers
    high: Numbers
    seen: Numbers
    count: np.ndarray[Any, np.dtype[np.int64]]

    @property
    def truncated(self) -> bool:
        """Whether delays are weighed by what could have been seen of them."""
        return bool(np.isfinite(self.seen).any())

    @property
    def longest(self) -> float:
        """The longest delay that could have been seen of any; infinite where nothing is cut off."""
        waiting = ~np.isfinite(self.high)
        if self.truncated or not waiting.any():
            return float(self.seen.max())
        return float(max(self.low[waiting].max(), self.high[~waiting].max(initial=0.0)))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Figures, by which distribution, and the share of it that lies beyond what could be seen.

    failure  why there are no figures: few, no_fit, hidden
    """

    figures: Figures
    distribution: str | None = None
    beyond: float = 0.0
    failure: str | None = None


def observed(delays: Delays, *, apart: bool = False) -> Observed:
    """The delays of a step, like ones counted together.

    apart  intervals of one day and the next do not overlap, as an estimate wants them that assumes no shape: it can put
           its steps only where intervals begin and end
    """
    spare = delays.spare if apart else 0.0
    low = np.where(delays.low > 0, delays.low + spare, 0.0)
    rows = np.column_stack([low, delays.high - spare, delays.seen])
    alike, count = np.unique(rows, axis=0, return_counts=True)
    return Observed(alike[:, 0], alike[:, 1], alike[:, 2], count.astype(np.int64))


def by_shape(data: Observed, random: Generator) -> Estimate:
    """A gamma distribution, unless a lognormal or Weibull is better by 2 of AIC or more, and figures of it.

    Below that difference data do not tell them apart (Burnham and Anderson 2002, Model Selection, section 2.6), and of
    delays that are cut off the lognormal would draw a long tail where nobody could look.
    Intervals are of all three, each with its Akaike weight, so that they are wide where the shape is in doubt: quantiles
    and mean at 4,000 draws from the normal approximation of the logarithms of the parameters, with the inverse of the
    observed information as variance.
    """
    finished = int(data.count[np.isfinite(data.high)].sum())
    if finished < FEWEST:
        return Estimate(NOTHING, failure="few")
    fits = [fit for name in DISTRIBUTIONS if (fit := _fit(name, data)) is not None]
    if not fits:
        return Estimate(NOTHING, failure="no_fit")
    name, model = _chosen(fits)
    beyond = float(1 - model.ff(data.longest)) if np.isfinite(data.longest) else 0.0
    if beyond > _HIDDEN_AT_MOST:
        return Estimate(NOTHING, name, beyond, "hidden")
    quantiles = tuple(float(each) for each in np.atleast_1d(model.qf(np.array(QUANTILES))))
    mean = float(model.mean())
    around, of_mean = _around(fits, random)
    return Estimate(Figures(quantiles, mean, around, of_mean), name, beyond)


def without_shape(data: Observed, random: Generator) -> Estimate:
    """The distribution that assumes no shape; where delays are truncated, given that they are no longer than any could
    be seen. There is no mean, whose tail nobody saw. Intervals are percentiles of 100 resamples of cases; none where
    delays are truncated, since there each resample takes as long as all other figures together.
    """
    finished = int(data.count[np.isfinite(data.high)].sum())
    if finished < FEWEST_WITHOUT_SHAPE:
        return Estimate(NOTHING, failure="few")
    found = _turnbull(data, data.count)
    if found is None:
        return Estimate(NOTHING, failure="no_fit")
    return Estimate(Figures(found, None, (None, None, None) if data.truncated else _resampled(data, random)))


def _resampled(data: Observed, random: Generator) -> tuple[Interval | None, ...]:
    """Percentiles of the quantiles of resamples; None for a quantile that too many of them do not reach, and where all
    resamples are alike: then cases say the same, which is not that they are sure.
    """
    total = int(data.count.sum())
    again = [
        [np.inf if value is None else value for value in found]
        for counts in random.multinomial(total, data.count / total, size=_RESAMPLES)
        if (found := _turnbull(data, counts)) is not None
    ]
    if len(again) < _RESAMPLES // 2:
        return None, None, None
    tail = (1 - LEVEL) / 2
    ends = np.quantile(np.array(again), [tail, 1 - tail], axis=0, method="nearest")
    return tuple(
        _bounds(ends[:, column]) if ends[0, column] < ends[1, column] else None
        for column in range(len(QUANTILES))
    )


def _chosen(fits: list[tuple[str, Any, float]]) -> tuple[str, Any]:
    """By the rule of by_shape()."""
    best = min(fits, key=lambda each: each[2])
    first = next((each for each in fits if each[0] == DISTRIBUTIONS[0]), best)
    return (best if first[2] - best[2] >= _TOLD_APART else first)[:2]


def _fit(name: str, data: Observed) -> tuple[str, Any, float] | None:
    """The fitted model and its AIC; None where the likelihood has no maximum that can be found."""
    import surpyval

    families: dict[str, Any] = {
        "gamma": surpyval.Gamma,
        "lognormal": surpyval.LogNormal,
        "Weibull": surpyval.Weibull,
    }
    truncated = {"tr": data.seen} if data.truncated else {}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            model = families[name].fit(xl=data.low, xr=data.high, n=data.count, **truncated)
            criterion = float(model.aic())
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return None
    if not np.isfinite(criterion) or not np.all(np.isfinite(model.params)):
        return None
    return name, model, criterion


def _around(
    fits: list[tuple[str, Any, float]], random: Generator
) -> tuple[tuple[Interval | None, ...], Interval | None]:
    least = min(criterion for _, _, criterion in fits)
    weights = np.exp([(least - criterion) / 2 for _, _, criterion in fits])
    shares = np.round(_DRAWS * weights / weights.sum()).astype(int)
    drawn = [
        _drawn(name, model, share, random)
        for (name, model, _), share in zip(fits, shares, strict=True)
        if share
    ]
    figures = [each for each in drawn if each is not None]
    if not figures:
        return (None, None, None), None
    tail = (1 - LEVEL) / 2
    bounds = [_bounds(np.quantile(column, [tail, 1 - tail])) for column in np.hstack(figures)]
    return (bounds[0], bounds[1], bounds[2]), bounds[3]


def _drawn(name: str, model: Any, count: int, random: Generator) -> Numbers | None:
    """Quantiles and mean, a row each, at so many draws of the parameters; None where their variance is not known."""
    params = np.asarray(model.params, dtype=np.float64)
    # The location of a lognormal is the logarithm of a time already; every other parameter is positive.
    scale = np.array([1.0, params[1]]) if name == "lognormal" else params
    on_logs = np.asarray(model.hess_inv, dtype=np.float64) / np.outer(scale, scale)
    if not np.all(np.isfinite(on_logs)) or np.any(np.linalg.eigvalsh(on_logs) <= 0):
        return None
    start = np.array([params[0], np.log(params[1])]) if name == "lognormal" else np.log(params)
    drawn = random.multivariate_normal(start, on_logs, size=count)
    with np.errstate(all="ignore"):
        first = drawn[:, 0] if name == "lognormal" else np.exp(drawn[:, 0])
        return np.vstack(_figures_of(name, first, np.exp(drawn[:, 1])))


def _figures_of(name: str, first: Numbers, second: Numbers) -> list[Numbers]:
    """Quantiles and mean of a distribution at many values of its two parameters, as the library names these:
    shape and rate of a gamma, mean and deviation of the logarithm of a lognormal, scale and shape of a Weibull.
    """
    from scipy import special

    shares = np.array(QUANTILES)
    if name == "gamma":
        return [*(special.gammaincinv(first, share) / second for share in shares), first / second]
    if name == "lognormal":
        return [
            *(np.exp(first + second * special.ndtri(share)) for share in shares),
            np.exp(first + second**2 / 2),
        ]
    quantiles = [first * (-np.log1p(-share)) ** (1 / second) for share in shares]
    return [*quantiles, first * special.gamma(1 + 1 / second)]


def _bounds(ends: Numbers) -> Interval | None:
    """An interval from its two ends; None where they are not finite."""
    return (float(ends[0]), float(ends[1])) if np.all(np.isfinite(ends)) else None


def _turnbull(data: Observed, count: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[float | None, ...] | None:
    """Quantiles of the curve, linear between the ends of its steps; None for one that the curve does not reach."""
    import surpyval

    there = count > 0
    truncated = {"tr": data.seen[there]} if data.truncated else {}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            model = surpyval.Turnbull.fit(
                xl=data.low[there], xr=data.high[there], n=count[there], **truncated
            )
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return None
    at = np.asarray(model.x, dtype=np.float64)
    reached = 1 - np.asarray(model.R, dtype=np.float64)
    usable = np.isfinite(at) & np.isfinite(reached)
    at, reached = at[usable], np.maximum.accumulate(reached[usable])
    if not len(at):
        return None
    return tuple(
        float(np.interp(share, reached, at))
        if reached[0] <= share <= reached[-1]
        else (None if share > reached[-1] else float(at[0]))
        for share in QUANTILES
    )
