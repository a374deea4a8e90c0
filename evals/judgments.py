"""The metrics of a ranking of articles against graded judgments, as trec_eval defines them (pure functions)."""

import math
from collections.abc import Mapping, Sequence

from evals.types import Share

DEPTH = 10


def rank_articles(article_ids: Sequence[str]) -> list[str]:
    """The articles of a ranking of passages, each at the rank of its best passage."""
    return list(dict.fromkeys(article_ids))


def recall(ranked: Sequence[str], grades: Mapping[str, int], *, depth: int = DEPTH) -> float:
    """trec_eval's `recall`: relevant articles among the first `depth` / relevant articles; 0 where none is relevant."""
    relevant = {key for key, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranked[:depth])) / len(relevant) if relevant else 0.0


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], *, depth: int = DEPTH) -> float:
    """trec_eval's `ndcg_cut`: grades discounted by log2(rank + 1), over those of the best ranking there is.

    Järvelin & Kekäläinen 2002, with the gain equal to the grade; grades below 1 gain nothing.
    """
    best = _gain(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth])
    return _gain([max(grades.get(key, 0), 0) for key in ranked[:depth]]) / best if best else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], *, depth: int = DEPTH) -> float:
    """trec_eval's `recip_rank` within `depth`: 1 / rank of the first relevant article; 0 where there is none."""
    ranks = [rank for rank, key in enumerate(ranked[:depth], start=1) if grades.get(key, 0) > 0]
    return 1 / ranks[0] if ranks else 0.0


def judged_shares(article_ids: Sequence[str], grades: Mapping[str, int]) -> dict[str, Share]:
    """All of them for one question, by name; `article_ids` are those of its passages, best first."""
    ranked = rank_articles(article_ids)
    return {
        "ndcg@10": Share(ndcg(ranked, grades), 1),
        "recall@10": Share(recall(ranked, grades), 1),
        "article_mrr@10": Share(reciprocal_rank(ranked, grades), 1),
    }


def _gain(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
