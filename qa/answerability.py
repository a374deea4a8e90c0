"""Ranks candidates and decides, by a calibrated score, whether the best of them answers."""

import math
from collections.abc import Mapping, Sequence

from indexes.types import Reranker
from qa.calibration import GATE, RANKING, SIFTING
from qa.evidence import NAMES, Candidate, Features, with_reading, with_score

_READ, _LIKELY = 5, 0.3
"""Candidates that the cross-encoder reads, and how likely each must be beside the first: more of them change nothing."""


def rank(question: str, candidates: Sequence[Candidate], reranker: Reranker) -> list[Candidate]:
    """Best first, each with the probability (0 to 1) that it is the one that answers, if one does.

    The features sift the candidates; the cross-encoder reads the few that could still be it (at most five, each at least a
    third as likely as the first), and only those change places. Ties go by article and position, so that the order
    is always the same.
    """
    sifted = sift(candidates)
    if not sifted:
        return []
    likely = [one for one in sifted[:_READ] if one.score >= _LIKELY * sifted[0].score]
    logits = reranker.score(question, [one.shown for one in likely])
    read = _softmax(RANKING, [with_reading(one, logit) for one, logit in zip(likely, logits, strict=True)])
    return read + [with_score(one, min(one.score, read[-1].score)) for one in sifted[len(likely) :]]


def first_that_answers(
    question: str, candidates: Sequence[Candidate], reranker: Reranker, *, least: float
) -> Candidate | None:
    """The first candidate that would pass the gate by itself, read for it if it has not been; None where none would."""
    for candidate in candidates:
        known = candidate.features.read
        one = candidate if known else with_reading(candidate, reranker.score(question, [candidate.shown])[0])
        if answers(one) >= least:
            return one
    return None


def sift(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first by the features alone, each with its probability; nothing is read."""
    return _softmax(SIFTING, candidates)


def _softmax(weights: Mapping[str, float], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first, each with the softmax of its weighted features (the conditional logit of McFadden 1974)."""
    if not candidates:
        return []
    totals = [weigh(weights, candidate.features) for candidate in candidates]
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
