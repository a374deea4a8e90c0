"""Tests of what is measured beside ours: raw BM25, against a small one written here."""

import math
import re
from collections import Counter

import pytest
import Stemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import WrongUsage
from evals.peers import Bm25s
from indexes.types import Filters, Passage

WORDS = ["mill", "mills", "river", "closing", "closed", "bread", "fair", "baker", "visitors", "tarn", "the", "of"]
STOP = {"the", "of"}
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


def passage(number: int, text: str) -> Passage:
    """A passage of an article of its own."""
    return Passage(
        id=f"p{number}", article_id=f"a{number}", ordinal=0, start=0, end=len(text), text=text, context="Tarn Echo"
    )


def by_hand(question: str, passages: list[Passage]) -> dict[str, float]:
    """Robertson's weights in Lucene's form: idf ln(1 + (N - n + .5) / (n + .5)), k1 1.5, b .75."""
    stem = Stemmer.Stemmer("english").stemWord

    def stems(text: str) -> list[str]:
        return [stem(word) for word in re.findall(r"\b\w\w+\b", text.lower()) if word not in STOP]

    bags = {one.id: Counter(stems(f"{one.context}\n{one.text}")) for one in passages}
    mean = sum(sum(bag.values()) for bag in bags.values()) / len(bags)
    scores = dict.fromkeys(bags, 0.0)
    for word in stems(question):
        holding = sum(word in bag for bag in bags.values())
        idf = math.log(1 + (len(bags) - holding + 0.5) / (holding + 0.5))
        for key, bag in bags.items():
            length = 1 - 0.75 + 0.75 * sum(bag.values()) / mean
            scores[key] += idf * bag[word] / (bag[word] + 1.5 * length)
    return scores


@settings(max_examples=25, deadline=None)
@given(archive=st.lists(texts, min_size=1, max_size=8), question=texts)
def test_scores_are_those_of_bm25(archive: list[str], question: str) -> None:
    """Every passage that shares a word has the score computed by hand; the others are not found."""
    passages = [passage(number, text) for number, text in enumerate(archive)]
    hits = Bm25s(passages).retrieve(question, limit=50, filters=Filters())
    expected = by_hand(question, passages)
    assert {hit.passage.id for hit in hits} == {key for key, score in expected.items() if score > 0}
    for hit in hits:
        assert hit.score == pytest.approx(expected[hit.passage.id], rel=1e-4)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_articles_can_be_chosen() -> None:
    """Passages of others are not given; equal ones keep their order, and no more come than asked for."""
    passages = [passage(number, "the mill closed") for number in range(4)]
    peer = Bm25s(passages)
    chosen = peer.retrieve("mill", limit=9, filters=Filters(article_ids=("a3", "a1")))
    assert [hit.passage.article_id for hit in chosen] == ["a1", "a3"]
    assert [hit.passage.id for hit in peer.retrieve("mill", limit=2, filters=Filters())] == ["p0", "p1"]
    assert peer.retrieve("the of", limit=2, filters=Filters()) == []


def test_what_it_cannot_do_is_refused() -> None:
    """Another filter, and an index without passages."""
    with pytest.raises(WrongUsage, match="without filters but article ids"):
        Bm25s([passage(0, "mill")]).retrieve("mill", limit=1, filters=Filters(outlets=("Echo",)))
    with pytest.raises(WrongUsage, match="no passages"):
        Bm25s([])
