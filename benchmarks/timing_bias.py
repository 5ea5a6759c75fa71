"""Whether the estimate of a delay is right while an outbreak grows, and the naive one not.

    python benchmarks/timing_bias.py [--replicates 200] [--law gamma] [--seed 1]

Outbreaks with a known delay from onset to report grow exponentially and are read as of several moments. The naive
estimate is the mean and median of the pairs that are there; the corrected one is what `quell timing` gives, weighed by
what could have been seen. Its error is told as the mean over outbreaks, with the standard error of that, and as the
median; coverage is how often the 95% interval held the truth. Outbreaks for which no figure is given are counted only.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy import stats

from quell.engines.timing.delays import delays_of, known_at
from quell.engines.timing.estimate import by_shape, observed
from quell.engines.timing.steps import Step
from quell.tables.definitions import LINELIST
from quell.tables.frames import validated

MEAN, DEVIATION = 7.0, 4.0
GROWTH = 0.12
# Day of the outbreak, and how many cases have fallen ill by then on average.
MOMENTS = ((15, 60), (25, 150), (35, 350), (50, 1000))
FIRST_DAY = date(2022, 1, 1)
STEP = Step("onset", "report")


@dataclass(frozen=True)
class Truth:
    """The delay that is simulated: a gamma or lognormal distribution of this mean and standard deviation, in days."""

    mean: float = MEAN
    deviation: float = DEVIATION
    name: str = "gamma"

    @property
    def law(self) -> stats.rv_continuous:
        """The distribution."""
        if self.name == "lognormal":
            variance = np.log1p((self.deviation / self.mean) ** 2)
            return stats.lognorm(variance**0.5, scale=self.mean * np.exp(-variance / 2))
        shape = (self.mean / self.deviation) ** 2
        return stats.gamma(shape, scale=self.mean / shape)


def outbreak(
    random: np.random.Generator, day: int, cases: int, truth: Truth, growth: float = GROWTH
) -> pl.DataFrame:
    """The whole line list, later reports included: onsets of density exp(growth × t) up to the end of the day."""
    count = random.poisson(cases)
    onset = np.log1p(random.uniform(size=count) * np.expm1(growth * day)) / growth
    report = onset + truth.law.rvs(size=count, random_state=random)
    days = {
        name: [FIRST_DAY + timedelta(days=int(at)) for at in when]
        for name, when in (("onset_date", onset), ("report_date", report))
    }
    return pl.DataFrame({"case_id": [str(number) for number in range(count)], **days})


@dataclass
class Replicate:
    """What one outbreak gave; None where no figure was given."""

    seen: int
    naive: tuple[float, float]
    estimate: tuple[float, float] | None
    held: tuple[bool, bool] | None
    distribution: str | None


def replicates(
    day: int, cases: int, count: int, seed: int, truth: Truth | None = None
) -> Iterator[Replicate]:
    truth = truth or Truth()
    median = float(truth.law.median())
    for number in range(count):
        random = np.random.default_rng([seed, day, number])
        frame = validated(outbreak(random, day, cases, truth), LINELIST)
        as_of = FIRST_DAY + timedelta(days=day - 1)
        delays = delays_of(STEP, known_at(frame, as_of, closed=False))
        if not len(delays.whole):
            continue
        naive = float(delays.whole.mean()), float(np.median(delays.whole))
        found = by_shape(observed(delays), random)
        if found.failure or found.figures.mean is None:
            yield Replicate(delays.finished, naive, None, None, found.distribution)
            continue
        figures = found.figures
        held = tuple(
            around is not None and around[0] <= value <= around[1]
            for around, value in (
                (figures.mean_interval, truth.mean),
                (figures.quantile_intervals[1], median),
            )
        )
        yield Replicate(
            delays.finished, naive, (figures.mean, figures.quantiles[1]), held, found.distribution
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--replicates", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--law", choices=("gamma", "lognormal"), default="gamma")
    arguments.add_argument("--workers", type=int, default=2)
    asked = arguments.parse_args()
    truth = Truth(name=asked.law)
    print(
        f"truth: {truth.name}, mean {truth.mean} days, median {truth.law.median():.2f}; cases double in {np.log(2) / GROWTH:.1f} days; "
        f"{asked.replicates} outbreaks a moment; errors in days"
    )
    head = f" |{'naive':>8}{'corrected':>15}{'(median)':>9}{'coverage':>10}"
    print(f"{'':>20} | {'mean of the delay':<41} | median of the delay")
    print(f"{'day':>4}{'seen':>6}{'figures':>10}{head}{head}")
    began = time.monotonic()
    with ProcessPoolExecutor(asked.workers) as pool:
        moments = [(day, cases, asked.replicates, asked.seed, truth) for day, cases in MOMENTS]
        for (day, _), done in zip(MOMENTS, pool.map(_moment, moments), strict=True):
            print(_line(day, done, truth), flush=True)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)


def _moment(asked: tuple[int, int, int, int, Truth]) -> list[Replicate]:
    warnings.simplefilter("ignore")
    return list(replicates(*asked))


def _line(day: int, done: list[Replicate], truth: Truth) -> str:
    given = [each for each in done if each.estimate is not None]
    line = f"{day:>4}{np.mean([each.seen for each in done]):>6.0f}{f'{len(given)}/{len(done)}':>10}"
    for which, true in ((0, truth.mean), (1, float(truth.law.median()))):
        naive = np.array([each.naive[which] for each in done]) - true
        right = np.array([each.estimate[which] for each in given if each.estimate]) - true
        error = right.std(ddof=1) / len(right) ** 0.5
        coverage = np.mean([each.held[which] for each in given if each.held])
        told = f"{right.mean():+.2f} ± {error:.2f}"
        line += f" |{naive.mean():>+8.2f}{told:>15}{np.median(right):>+9.2f}{coverage:>10.0%}"
    return line


if __name__ == "__main__":
    main()
