"""How well scores tell right answers from wrong ones (pure functions of two arrays).

Equal scores carry no order: within a tie every case counts with the mean of the tie, so that no value depends on the
order of the cases.
"""

import numpy as np
from numpy.typing import NDArray

BINS = 10


def risk_coverage_area(scores: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Area under the risk-coverage curve (Geifman, Uziel & El-Yaniv, ICLR 2019): lower is better, 0 is perfect.

    The mean over i = 1 … n of the share of wrong cases among the i with the highest scores. nan where there are none.
    """
    if not len(scores):
        return float("nan")
    return float(np.mean(risk_coverage_curve(scores, right)))


def risk_coverage_curve(scores: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of wrong cases among the i with the highest scores, for i = 1 … n; empty where there are none."""
    _, wrong = _by_score(-scores, 1.0 - right)
    risks: NDArray[np.float64] = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    return risks


def calibration_error(scores: NDArray[np.float64], right: NDArray[np.float64], *, bins: int = BINS) -> float:
    """Expected calibration error (Naeini et al., AAAI 2015) over bins of equal mass (Nguyen & O'Connor, EMNLP 2015).

    Cases are sorted by score and cut into `bins` parts whose sizes differ by one at most; the value is the mean over
    cases of |mean score - share of right cases| of their part. nan where there are no cases.
    """
    if not len(scores):
        return float("nan")
    ordered, hits = _by_score(scores, right)
    parts = zip(np.array_split(ordered, bins), np.array_split(hits, bins), strict=True)
    return float(sum(abs(float(np.sum(score) - np.sum(hit))) for score, hit in parts) / len(scores))


def _by_score(
    keys: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The keys in rising order, and each one's mean value."""
    unique, inverse = np.unique(keys, return_inverse=True)
    counts = np.bincount(inverse)
    means = np.bincount(inverse, weights=values) / counts
    return np.repeat(unique, counts), np.repeat(means, counts)
