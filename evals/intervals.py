"""Bootstrap intervals: how far a metric moves when the cases are drawn again (pure functions)."""

import zlib
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evals.types import Measured

RESAMPLES = 1000
LEVEL = 95.0
Rows: TypeAlias = NDArray[np.float64]
Reduce: TypeAlias = Callable[[Rows], Rows]
"""Takes rows of shape (resamples, cases, numbers), returns one value for each resample."""


def measure(rows: Rows, reduce: Reduce, *, name: str, seed: int, resamples: int = RESAMPLES) -> Measured | None:
    """A metric over cases, with its percentile bootstrap interval (Efron & Tibshirani 1993, chapter 13).

    `rows` has one row of numbers for each case; None where there are no cases or no value. The same seed and name give
    the same interval, whatever other metrics are measured.
    """
    if not len(rows):
        return None
    value = float(reduce(rows[None])[0])
    if np.isnan(value):
        return None
    low, high = _bounds(reduce(rows[_draws(len(rows), name=name, seed=seed, resamples=resamples)]))
    return Measured(value=value, low=low, high=high, n=len(rows))


def measure_difference(
    before: Rows, after: Rows, reduce: Reduce, *, name: str, seed: int, resamples: int = RESAMPLES
) -> Measured | None:
    """The change of a metric over the same cases (row by row), with a paired bootstrap interval of the difference."""
    if not len(before):
        return None
    value = float(reduce(after[None])[0] - reduce(before[None])[0])
    if np.isnan(value):
        return None
    draws = _draws(len(before), name=name, seed=seed, resamples=resamples)
    low, high = _bounds(reduce(after[draws]) - reduce(before[draws]))
    return Measured(value=value, low=low, high=high, n=len(before))


def _draws(count: int, *, name: str, seed: int, resamples: int) -> NDArray[np.int64]:
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return generator.integers(0, count, size=(resamples, count))


def _bounds(values: Rows) -> tuple[float, float]:
    margin = (100.0 - LEVEL) / 2
    low, high = np.nanpercentile(values, [margin, 100.0 - margin])
    return float(low), float(high)
