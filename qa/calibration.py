"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 2.592,
    "dense": 4.345,
    "peak": 4.44,
    "rest": 4.356,
    "weakest": 2.506,
    "weakest_window": 3.433,
    "cover_rest": 1.038,
    "cover_article": 2.646,
    "names": 1.682,
    "kind": 0.955,
    "exact": 2.724,
    "direct": 0.092,
    "spoken": 2.361,
    "month": 0.0,
    "recent": 1.158,
}
"""Whether a candidate answers, from 3,415 candidates."""

GATE: Mapping[str, float] = {
    "bias": -5.966,
    "passage": 0.0,
    "dense": 6.176,
    "peak": 1.108,
    "rest": 1.058,
    "weakest": 0.0,
    "weakest_window": 0.0,
    "cover_rest": 2.063,
    "cover_article": 0.0,
    "names": 0.496,
    "kind": 0.0,
    "exact": 0.674,
    "direct": 0.468,
    "spoken": 2.272,
    "month": 0.616,
    "recent": 1.177,
}
"""Whether the best candidate answers, from 128 questions."""

THRESHOLD = 0.721
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.7
"""A further candidate is cited where its score is at least this share of the best one’s."""
