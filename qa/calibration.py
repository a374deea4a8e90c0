"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

SIFTING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 1.096,
    "dense": 5.341,
    "peak": 1.241,
    "rest": 4.698,
    "weakest": 0.0,
    "weakest_window": 1.407,
    "cover_rest": 1.941,
    "cover_article": 3.469,
    "names": 0.576,
    "kind": 0.648,
    "exact": 0.936,
    "direct": 0.349,
    "spoken": 0.1,
    "month": 2.865,
    "recent": 1.631,
    "read": 0.0,
}
"""Whether a candidate answers, from 14,326 candidates."""

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 0.0,
    "dense": 1.284,
    "peak": 0.0,
    "rest": 1.181,
    "weakest": 0.0,
    "weakest_window": 1.68,
    "cover_rest": 0.667,
    "cover_article": 0.455,
    "names": 0.0,
    "kind": 0.538,
    "exact": 0.102,
    "direct": 0.357,
    "spoken": 0.2,
    "month": 0.907,
    "recent": 2.011,
    "read": 1.992,
}
"""The same of a candidate that the cross-encoder has read."""

GATE: Mapping[str, float] = {
    "bias": -2.074,
    "passage": 0.0,
    "dense": 1.986,
    "peak": 0.0,
    "rest": 0.03,
    "weakest": 0.0,
    "weakest_window": 0.0,
    "cover_rest": 0.0,
    "cover_article": 0.0,
    "names": 0.687,
    "kind": 0.0,
    "exact": 0.36,
    "direct": 0.127,
    "spoken": 0.746,
    "month": 0.455,
    "recent": 2.711,
    "read": 0.956,
}
"""Whether the best candidate answers, from 685 questions."""

THRESHOLD = 0.768
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.4
"""A further candidate is cited where its score is at least this share of the best one’s."""
