"""Ranks candidates and decides, by a calibrated score, whether the best of them answers. Pure."""

import math
from collections.abc import Mapping, Sequence

from qa.calibration import GATE, RANKING
from qa.evidence import NAMES, Candidate, Features, with_score


def rank(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first, each with its score (0 to 1); ties by article and position, so that the order is always the same."""
    scored = [with_score(candidate, logistic(RANKING, candidate.features)) for candidate in candidates]
    return sorted(scored, key=lambda candidate: (-candidate.score, candidate.article.id, candidate.start))


def answers(best: Candidate) -> float:
    """The probability that the best candidate of a part answers it."""
    return logistic(GATE, best.features)


def logistic(weights: Mapping[str, float], features: Features) -> float:
    """1 / (1 + exp(-(bias + weights · features)))."""
    total = weights["bias"] + sum(weights[name] * getattr(features, name) for name in NAMES)
    return 1 / (1 + math.exp(-max(min(total, 60.0), -60.0)))
