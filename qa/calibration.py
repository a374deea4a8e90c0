"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 2.599,
    "dense": 4.354,
    "peak": 4.438,
    "rest": 4.34,
    "weakest": 2.505,
    "weakest_window": 3.43,
    "cover_rest": 1.041,
    "cover_article": 2.656,
    "names": 1.68,
    "kind": 0.956,
    "exact": 2.707,
    "direct": 0.098,
    "spoken": 2.358,
    "month": -0.112,
    "recent": 1.16,
}
"""Whether a candidate answers, from 3,415 candidates."""

GATE: Mapping[str, float] = {
    "bias": -5.809,
    "passage": 0.039,
    "dense": 5.49,
    "peak": 1.648,
    "rest": 2.25,
    "weakest": -2.608,
    "weakest_window": -1.185,
    "cover_rest": 2.327,
    "cover_article": 0.413,
    "names": 0.494,
    "kind": -0.315,
    "exact": 0.663,
    "direct": 0.581,
    "spoken": 1.772,
    "month": 0.704,
    "recent": 1.119,
}
"""Whether the best candidate answers, from 128 questions."""

THRESHOLD = 0.739
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.7
"""A further candidate is cited where its score is at least this share of the best one’s."""
