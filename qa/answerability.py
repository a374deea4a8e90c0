"""Ranks candidates and decides, by a calibrated score, whether the best of them answers. Pure."""

import math
from collections.abc import Mapping, Sequence

from qa.calibration import GATE, RANKING
from qa.evidence import NAMES, Candidate, Features, with_score


def rank(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first, each with the probability (0 to 1, together 1) that it is the one that answers, if one does.

    The probabilities are a softmax of the weighted features (the conditional logit of McFadden 1974). Ties go by article
    and position, so that the order is always the same.
    """
    if not candidates:
        return []
    totals = [weigh(RANKING, candidate.features) for candidate in candidates]
    best = max(totals)
    parts = [math.exp(total - best) for total in totals]
    whole = sum(parts)
    scored = [with_score(candidate, part / whole) for candidate, part in zip(candidates, parts, strict=True)]
    return sorted(scored, key=lambda candidate: (-candidate.score, candidate.article.id, candidate.start))


def answers(best: Candidate) -> float:
    """The probability that the best candidate of a part answers it: a logistic regression."""
    total = weigh(GATE, best.features)
    return 1 / (1 + math.exp(-max(min(total, 60.0), -60.0)))


def weigh(weights: Mapping[str, float], features: Features) -> float:
    """The bias and the weighted sum of the features."""
    values = features.vector()
    return weights.get("bias", 0.0) + sum(weights[name] * value for name, value in zip(NAMES, values, strict=True))
