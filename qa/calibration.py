"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""

from collections.abc import Mapping

SIFTING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 1.135,
    "dense": 5.224,
    "peak": 1.831,
    "rest": 4.703,
    "weakest": 0.0,
    "weakest_window": 1.285,
    "cover_rest": 1.809,
    "cover_article": 3.619,
    "names": 0.857,
    "kind": 0.696,
    "exact": 1.133,
    "direct": 0.405,
    "spoken": 0.0,
    "month": 2.891,
    "recent": 1.459,
    "read": 0.0,
}
"""Whether a candidate answers, from 22,740 candidates."""

RANKING: Mapping[str, float] = {
    "bias": 0.0,
    "passage": 0.0,
    "dense": 1.773,
    "peak": 0.0,
    "rest": 0.738,
    "weakest": 0.0,
    "weakest_window": 0.44,
    "cover_rest": 0.196,
    "cover_article": 1.085,
    "names": 0.0,
    "kind": 0.217,
    "exact": 0.333,
    "direct": 0.419,
    "spoken": 0.0,
    "month": 0.522,
    "recent": 1.311,
    "read": 1.695,
}
"""The same of a candidate that the cross-encoder has read."""

GATE: Mapping[str, float] = {
    "bias": -1.475,
    "passage": 0.0,
    "dense": 1.743,
    "peak": 0.0,
    "rest": 0.242,
    "weakest": 0.0,
    "weakest_window": 0.0,
    "cover_rest": 0.0,
    "cover_article": 0.0,
    "names": 0.572,
    "kind": 0.117,
    "exact": 0.105,
    "direct": 0.051,
    "spoken": 0.742,
    "month": 0.295,
    "recent": 2.184,
    "read": 0.843,
}
"""Whether the best candidate answers, from 1,105 questions."""

THRESHOLD = 0.789
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.2
"""A further candidate is cited where its score is at least this share of the best one’s."""
