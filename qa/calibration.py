"""The weights of ranking and of the gate: logistic regressions fitted on the development half of the golden questions."""

from collections.abc import Mapping

RANKING: Mapping[str, float] = {
    "bias": -10.931,
    "sparse": 0.673,
    "sparse_window": 0.163,
    "cover": 0.298,
    "cover_window": 0.672,
    "cover_article": 0.848,
    "names": 0.361,
    "kind": 1.048,
    "passage": 3.493,
    "dense": -0.271,
    "direct": 0.455,
    "similar": 1.373,
    "similar_window": 0.997,
    "exact": 2.413,
    "rarest": -0.366,
    "peak": 1.153,
    "similar_peak": 1.632,
    "known": -0.651,
    "rest": 1.052,
    "cover_rest": 0.684,
    "month": -0.511,
    "recent": 0.520,
    "spoken": 0.851,
    "weakest": 0.054,
    "second": 0.009,
    "weakest_window": 1.070,
    "aligned": 0.041,
}
"""Whether a candidate answers, from 3,733 candidates of the answerable development questions."""

GATE: Mapping[str, float] = {
    "bias": -3.383,
    "sparse": 0.363,
    "sparse_window": 1.137,
    "cover": 0.411,
    "cover_window": 0.397,
    "cover_article": 0.017,
    "names": 0.390,
    "kind": -0.381,
    "passage": 0.121,
    "dense": 1.508,
    "direct": 0.436,
    "similar": 0.551,
    "similar_window": 1.219,
    "exact": 0.748,
    "rarest": 0.078,
    "peak": 0.590,
    "similar_peak": 0.259,
    "known": 0.567,
    "rest": 0.848,
    "cover_rest": 1.153,
    "month": -0.108,
    "recent": 0.068,
    "spoken": 0.480,
    "weakest": -0.292,
    "second": -1.320,
    "weakest_window": -0.195,
    "aligned": 0.010,
}
"""Whether a question’s best candidate answers it, from all development questions."""

THRESHOLD = 0.75
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.8
"""A further candidate is cited where its score is at least this share of the best one’s."""
