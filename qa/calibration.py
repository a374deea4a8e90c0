"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

SIFTING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 1.082,
    "dense": 5.042,
    "peak": 1.499,
    "rest": 4.219,
    "weakest": 0.0,
    "weakest_window": 1.842,
    "cover_rest": 1.917,
    "cover_article": 3.735,
    "names": 0.741,
    "kind": 0.719,
    "exact": 0.966,
    "direct": 0.442,
    "spoken": 0.048,
    "month": 2.874,
    "recent": 1.906,
    "read": 0.0,
}
"""Whether a candidate answers, from 15,458 candidates."""

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 0.0,
    "dense": 1.051,
    "peak": 0.0,
    "rest": 0.739,
    "weakest": 0.0,
    "weakest_window": 1.726,
    "cover_rest": 0.637,
    "cover_article": 0.661,
    "names": 0.0,
    "kind": 0.203,
    "exact": 0.092,
    "direct": 0.351,
    "spoken": 0.216,
    "month": 0.908,
    "recent": 2.304,
    "read": 2.069,
}
"""The same of a candidate that the cross-encoder has read."""

GATE: Mapping[str, float] = {
    "bias": -2.24,
    "passage": 0.0,
    "dense": 1.921,
    "peak": 0.0,
    "rest": 0.102,
    "weakest": 0.0,
    "weakest_window": 0.0,
    "cover_rest": 0.0,
    "cover_article": 0.0,
    "names": 0.676,
    "kind": 0.096,
    "exact": 0.494,
    "direct": 0.114,
    "spoken": 0.706,
    "month": 0.492,
    "recent": 2.718,
    "read": 0.981,
}
"""Whether the best candidate answers, from 685 questions."""

THRESHOLD = 0.786
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.4
"""A further candidate is cited where its score is at least this share of the best one’s."""
