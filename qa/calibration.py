"""The weights of ranking and of the gate: logistic regressions fitted on the development half of the golden questions."""

from collections.abc import Mapping

RANKING: Mapping[str, float] = {
    "bias": -12.489,
    "sparse": 2.779,
    "sparse_window": 0.891,
    "cover": 0.509,
    "cover_window": 0.995,
    "cover_article": 0.748,
    "names": 1.040,
    "kind": 1.671,
    "passage": 3.667,
    "dense": -3.609,
    "direct": 0.801,
    "similar": 3.416,
    "similar_window": 1.952,
    "exact": 3.025,
    "rarest": -0.162,
}
"""Whether a candidate answers, from 5,171 candidates of the answerable development questions."""

GATE: Mapping[str, float] = {
    "bias": -5.837,
    "sparse": 0.110,
    "sparse_window": 2.300,
    "cover": 1.466,
    "cover_window": -0.671,
    "cover_article": 1.074,
    "names": 0.453,
    "kind": -0.426,
    "passage": 0.968,
    "dense": 3.376,
    "direct": 0.527,
    "similar": 1.949,
    "similar_window": 0.889,
    "exact": 2.676,
    "rarest": 0.049,
}
"""Whether a question's best candidate answers it, from all development questions."""

THRESHOLD = 0.70
"""Below this probability that the best candidate answers, a part of a question is declined."""

KEPT = 0.6
"""A further candidate is cited where its score is at least this share of the best one's."""
