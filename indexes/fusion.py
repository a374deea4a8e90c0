"""Fuses retrieval by words and by meaning: a weighted sum of their scores, not of their ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from indexes.types import Filters, Passage, Retrieved

LEXICAL_WEIGHT = 0.6
"""The share of BM25 in the sum, chosen on the development queries of MultiHop-RAG (see DECISIONS.md)."""

_DEPTH = 4
_SHALLOWEST = 60


class Scoring(Protocol):
    """A `Retriever` that can also score passages which it did not find itself."""

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """At most `limit` passages, best first."""
        ...

    def scores_of(self, question: str, passages: Sequence[Passage]) -> Mapping[str, float]:
        """The score of each passage by its id."""
        ...


class Finding(Protocol):
    """A `Retriever`."""

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """At most `limit` passages, best first."""
        ...


class Fused:
    """A `Retriever` that asks a lexical and a dense one: `w · bm25 / best bm25 + (1 - w) · cosine`.

    BM25 has no fixed scale, so it is divided by the best of the question. A passage that only the words found gets its
    exact cosine; one that only the vectors found counts as having no word in common.
    """

    def __init__(self, *, lexical: Finding, dense: Scoring, weight: float = LEXICAL_WEIGHT) -> None:
        self._lexical = lexical
        self._dense = dense
        self._weight = weight

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """At most `limit` passages, best first; among equals in order of article and place."""
        if limit < 1:
            return []
        depth = max(_DEPTH * limit, _SHALLOWEST)
        by_words = self._lexical.retrieve(question, limit=depth, filters=filters)
        by_meaning = self._dense.retrieve(question, limit=depth, filters=filters)
        best = max((hit.score for hit in by_words), default=0.0)
        lexical = {hit.passage.id: hit.score for hit in by_words}
        dense = {hit.passage.id: hit.score for hit in by_meaning}
        passages = {hit.passage.id: hit for hit in [*by_meaning, *by_words]}
        unscored = [hit.passage for hit in by_words if hit.passage.id not in dense]
        dense |= self._dense.scores_of(question, unscored)
        fused = [
            replace(
                hit,
                score=self._sum(lexical.get(passage_id, 0.0), dense.get(passage_id, 0.0), best),
                dense=dense.get(passage_id),
                lexical=lexical.get(passage_id),
            )
            for passage_id, hit in passages.items()
        ]
        return sorted(fused, key=lambda hit: (-hit.score, hit.passage.article_id, hit.passage.ordinal))[:limit]

    def _sum(self, lexical: float, dense: float, best: float) -> float:
        words = lexical / best if best > 0 else 0.0
        return self._weight * words + (1 - self._weight) * dense
