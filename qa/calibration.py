"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 2.63,
    "dense": 4.328,
    "peak": 4.52,
    "rest": 3.559,
    "weakest": 2.629,
    "weakest_window": 3.43,
    "cover_rest": 1.436,
    "cover_article": 2.815,
    "names": 1.631,
    "kind": 1.002,
    "exact": 2.681,
    "direct": 0.333,
    "spoken": 2.291,
    "month": 0.169,
    "recent": 1.16,
}
"""Whether a candidate answers, from 3,732 candidates."""

GATE: Mapping[str, float] = {
    "bias": -6.102,
    "passage": 0.051,
    "dense": 5.16,
    "peak": 2.154,
    "rest": 2.642,
    "weakest": -2.895,
    "weakest_window": -1.259,
    "cover_rest": 2.277,
    "cover_article": 0.618,
    "names": 0.443,
    "kind": -0.336,
    "exact": 0.64,
    "direct": 0.682,
    "spoken": 1.835,
    "month": 0.717,
    "recent": 1.15,
}
"""Whether the best candidate answers, from 133 questions."""

THRESHOLD = 0.745
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.7
"""A further candidate is cited where its score is at least this share of the best one’s."""
