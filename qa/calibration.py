"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

SIFTING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 1.112,
    "dense": 5.058,
    "peak": 1.508,
    "rest": 4.231,
    "weakest": 0.0,
    "weakest_window": 1.863,
    "cover_rest": 1.947,
    "cover_article": 3.74,
    "names": 0.749,
    "kind": 0.719,
    "exact": 0.967,
    "direct": 0.444,
    "spoken": 0.048,
    "month": 2.886,
    "recent": 1.906,
    "read": 0.0,
}
"""Whether a candidate answers, from 16,540 candidates."""

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 0.56,
    "dense": 3.307,
    "peak": 0.0,
    "rest": 1.341,
    "weakest": 0.0,
    "weakest_window": 2.499,
    "cover_rest": 1.007,
    "cover_article": 1.543,
    "names": 0.139,
    "kind": 0.744,
    "exact": 0.0,
    "direct": 0.397,
    "spoken": 0.11,
    "month": 3.214,
    "recent": 2.598,
    "read": 2.187,
}
"""The same of a candidate that the cross-encoder has read."""

GATE: Mapping[str, float] = {
    "bias": -2.739,
    "passage": 0.0,
    "dense": 2.269,
    "peak": 0.0,
    "rest": 0.0,
    "weakest": 0.0,
    "weakest_window": 0.0,
    "cover_rest": 0.0,
    "cover_article": 0.0,
    "names": 0.895,
    "kind": 0.0,
    "exact": 0.428,
    "direct": 0.0,
    "spoken": 1.264,
    "month": 0.572,
    "recent": 2.769,
    "read": 0.942,
}
"""Whether the best candidate answers, from 684 questions."""

THRESHOLD = 0.8
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.7
"""A further candidate is cited where its score is at least this share of the best one’s."""
