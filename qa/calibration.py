"""The weights of ranking and of the gate, as `python -m evals calibrate` fitted them on development data."""

from collections.abc import Mapping

RANKING: Mapping[str, float] = {
    "bias": -5.0,
    "sparse": 3.0,
    "sparse_window": 1.5,
    "cover": 2.0,
    "cover_window": 1.0,
    "cover_article": 0.5,
    "names": 1.0,
    "kind": 1.0,
    "passage": 0.5,
    "dense": 0.5,
    "direct": 0.0,
}
GATE: Mapping[str, float] = {
    "bias": -5.0,
    "sparse": 3.0,
    "sparse_window": 1.5,
    "cover": 1.0,
    "cover_window": 2.0,
    "cover_article": 1.0,
    "names": 1.0,
    "kind": 1.0,
    "passage": 0.0,
    "dense": 0.5,
    "direct": 0.0,
}
THRESHOLD = 0.5
"""Below this probability that the best candidate answers, a part of a question is declined."""
KEPT = 0.75
"""A further candidate is cited where its score is at least this share of the best one's."""
