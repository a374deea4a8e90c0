"""Fusion: a weighted sum of scores."""

from collections.abc import Mapping, Sequence

import pytest

from indexes.fusion import LEXICAL_WEIGHT, Fused
from indexes.types import Filters, Passage, Retrieved


def passage(name: str) -> Passage:
    """A passage of an article of that name."""
    return Passage(id=name, article_id=name, ordinal=0, start=0, end=1, text=name, context="")


class Listed:
    """A retriever with a fixed list; it can score any passage that it has a score for."""

    def __init__(self, scores: Mapping[str, float], *, found: Sequence[str] | None = None) -> None:
        self.scores = scores
        self.found = list(scores) if found is None else found
        self.asked: list[tuple[int, Filters]] = []

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """The list, best first."""
        self.asked.append((limit, filters))
        hits = [Retrieved(passage=passage(name), score=self.scores[name]) for name in self.found]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def scores_of(self, question: str, passages: Sequence[Passage]) -> Mapping[str, float]:
        """The scores of passages that it did not find itself."""
        return {one.id: self.scores[one.id] for one in passages if one.id in self.scores}


def test_weighted_sum() -> None:
    """BM25 as a share of the best, plus the cosine, each with its weight; both scores come with the passage."""
    fused = Fused(lexical=Listed({"a": 20.0, "b": 10.0}), dense=Listed({"b": 0.9, "a": 0.2}))
    first, second = fused.retrieve("q", limit=5, filters=Filters())
    assert (first.passage.id, first.lexical, first.dense) == ("a", 20.0, 0.2)
    assert first.score == pytest.approx(LEXICAL_WEIGHT + (1 - LEXICAL_WEIGHT) * 0.2)
    assert second.score == pytest.approx(LEXICAL_WEIGHT * 0.5 + (1 - LEXICAL_WEIGHT) * 0.9)


def test_found_by_one_only() -> None:
    """What only the words found gets its exact cosine; what only the vectors found has no word in common."""
    dense = Listed({"words": 0.4, "meaning": 0.8}, found=["meaning"])
    fused = Fused(lexical=Listed({"words": 5.0}), dense=dense)
    by_id = {hit.passage.id: hit for hit in fused.retrieve("q", limit=5, filters=Filters())}
    assert by_id["words"].dense == 0.4
    assert by_id["meaning"].lexical is None
    assert by_id["meaning"].score == pytest.approx((1 - LEXICAL_WEIGHT) * 0.8)


def test_nothing_by_words() -> None:
    """Where no word is found the vectors alone decide."""
    fused = Fused(lexical=Listed({}), dense=Listed({"a": 0.1, "b": 0.3}))
    assert [hit.passage.id for hit in fused.retrieve("q", limit=5, filters=Filters())] == ["b", "a"]


def test_deeper_than_the_limit() -> None:
    """Both are asked for more than is wanted, with the same filters; equal scores are in order of article."""
    filters = Filters(outlets=("Tarn Post",))
    lexical, dense = Listed(dict.fromkeys("cab", 1.0)), Listed(dict.fromkeys("bca", 0.5))
    hits = Fused(lexical=lexical, dense=dense).retrieve("q", limit=2, filters=filters)
    assert [hit.passage.id for hit in hits] == ["a", "b"]
    assert lexical.asked == dense.asked
    assert lexical.asked[0][0] > 2
    assert lexical.asked[0][1] is filters


def test_limit_of_none() -> None:
    """Asked for nothing it gives nothing."""
    assert list(Fused(lexical=Listed({"a": 1.0}), dense=Listed({})).retrieve("q", limit=0, filters=Filters())) == []
