"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

SIFTING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 1.105,
    "dense": 5.343,
    "peak": 1.299,
    "rest": 4.677,
    "weakest": 0.0,
    "weakest_window": 1.388,
    "cover_rest": 1.93,
    "cover_article": 3.489,
    "names": 0.579,
    "kind": 0.65,
    "exact": 0.939,
    "direct": 0.358,
    "spoken": 0.098,
    "month": 2.873,
    "recent": 1.694,
    "read": 0.0,
}
"""Whether a candidate answers, from 14,412 candidates."""

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 0.0,
    "dense": 1.144,
    "peak": 0.0,
    "rest": 0.912,
    "weakest": 0.0,
    "weakest_window": 2.047,
    "cover_rest": 0.848,
    "cover_article": 0.682,
    "names": 0.0,
    "kind": 0.26,
    "exact": 0.112,
    "direct": 0.394,
    "spoken": 0.204,
    "month": 1.287,
    "recent": 2.509,
    "read": 2.047,
}
"""The same of a candidate that the cross-encoder has read."""

GATE: Mapping[str, float] = {
    "bias": -1.917,
    "passage": 0.0,
    "dense": 1.843,
    "peak": 0.0,
    "rest": 0.073,
    "weakest": 0.0,
    "weakest_window": 0.0,
    "cover_rest": 0.0,
    "cover_article": 0.0,
    "names": 0.695,
    "kind": 0.0,
    "exact": 0.356,
    "direct": 0.102,
    "spoken": 0.66,
    "month": 0.418,
    "recent": 2.657,
    "read": 0.953,
}
"""Whether the best candidate answers, from 684 questions."""

THRESHOLD = 0.806
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.2
"""A further candidate is cited where its score is at least this share of the best one’s."""
