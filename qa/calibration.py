"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 2.562,
    "dense": 4.114,
    "peak": 4.509,
    "rest": 4.395,
    "weakest": 2.431,
    "weakest_window": 3.41,
    "cover_rest": 1.157,
    "cover_article": 2.39,
    "names": 1.704,
    "kind": 0.942,
    "exact": 2.707,
    "direct": 0.083,
    "spoken": 2.345,
    "month": 0.445,
    "recent": 1.133,
}
"""Whether a candidate answers, from 3,455 candidates."""

GATE: Mapping[str, float] = {
    "bias": -5.386,
    "passage": -0.028,
    "dense": 5.452,
    "peak": 1.472,
    "rest": 2.351,
    "weakest": -2.445,
    "weakest_window": -1.165,
    "cover_rest": 2.253,
    "cover_article": 0.009,
    "names": 0.573,
    "kind": -0.239,
    "exact": 0.618,
    "direct": 0.701,
    "spoken": 1.618,
    "month": 0.629,
    "recent": 1.066,
}
"""Whether the best candidate answers, from 132 questions."""

THRESHOLD = 0.724
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.7
"""A further candidate is cited where its score is at least this share of the best one’s."""
