"""Tests of the metrics of one ranking."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, ndcg_score  # type: ignore[import-untyped]

from evals import ranking
from evals.types import Share

PASSAGES = ["nothing here", "the mill will\nclose in May", "nobody", "a fair of 900 visitors and nobody"]


def facts(*strings: str) -> tuple[tuple[str, ...], ...]:
    """Facts with one string each."""
    return tuple((string,) for string in strings)


def test_white_space_is_removed_before_a_fact_is_looked_for() -> None:
    """A fact with spaces is found in a passage with line breaks, or with none."""
    assert ranking.any_hit(PASSAGES, facts("mill will close")) == 1
    assert ranking.any_hit(["millwillclose"], facts("mill will close")) == 1
    assert ranking.any_hit(PASSAGES, facts("mill will not close")) == 0


def test_reciprocal_rank_of_the_first_hit() -> None:
    """The first of two hits counts, at rank 2; without a hit it is 0."""
    assert ranking.reciprocal_rank(PASSAGES, facts("900 visitors", "close in May")) == 1 / 2
    assert ranking.reciprocal_rank(PASSAGES, facts("elsewhere")) == 0
    assert ranking.reciprocal_rank([], facts("elsewhere")) == 0


def test_average_precision_by_hand() -> None:
    """Facts found at ranks 2 and 4, one of three never: (1/2 + 1/4) / 3, as the official script counts."""
    value = ranking.average_precision(PASSAGES, facts("900 visitors", "close in May", "elsewhere"))
    assert value == pytest.approx((1 / 2 + 1 / 4) / 3)


def test_average_precision_counts_two_facts_of_one_passage_together() -> None:
    """Two facts in the passage at rank 2 give 2/2 over 2; the same fact further down gives nothing more."""
    passages = ["no", "alpha beta", "beta"]
    assert ranking.average_precision(passages, facts("alpha", "beta")) == pytest.approx(0.5)


def test_average_precision_divides_by_ten_at_most() -> None:
    """With more than ten facts the divisor stays ten."""
    names = [f"fact-{letter};" for letter in "abcdefghijkl"]
    assert ranking.average_precision(names[:1], facts(*names)) == pytest.approx(1 / 10)


def test_fact_recall_counts_facts() -> None:
    """One of two facts is half of them and not all."""
    assert ranking.fact_recall(PASSAGES, facts("close in May", "elsewhere")) == Share(1, 2)
    assert ranking.all_facts(PASSAGES, facts("close in May", "elsewhere")) == 0
    assert ranking.all_facts(PASSAGES, facts("close in May", "900")) == 1


def test_equal_facts_count_once() -> None:
    """A fact that is listed twice is one fact."""
    assert ranking.fact_recall(PASSAGES, facts("900", "9 00")) == Share(1, 1)


def test_one_string_of_a_fact_is_enough() -> None:
    """A fact that can be stated in two ways is found by either."""
    assert ranking.fact_recall(PASSAGES, [("elsewhere", "900 visitors")]) == Share(1, 1)


@pytest.mark.parametrize(
    ("budget", "expected"), [(0, []), (3, ["abc"]), (4, ["abc", "d"]), (6, ["abc", "def"]), (99, ["abc", "def", "g"])]
)
def test_first_characters_cuts_the_last_passage(budget: int, expected: list[str]) -> None:
    """Passages are taken whole while they fit, the next one is cut."""
    assert ranking.first_characters(["abc", "def", "g"], budget) == expected


def test_no_facts_no_metrics() -> None:
    """A question without gold facts counts for nothing."""
    assert ranking.ranking_shares(PASSAGES, ()) == {}


def test_depths() -> None:
    """A fact at rank 5 is a miss at 4 and a hit at 10; beyond 6,000 characters it is a miss there."""
    passages = ["x" * 1500] * 4 + ["the fact"]
    shares = ranking.ranking_shares(passages, facts("the fact"))
    values = {name: share.part for name, share in shares.items()}
    assert values["any_hit@4"] == values["fact_recall@4"] == values["all_facts@4"] == 0
    assert values["any_hit@10"] == values["fact_recall@10"] == values["all_facts@10"] == 1
    assert values["any_hit@6000c"] == values["fact_recall@6000c"] == values["all_facts@6000c"] == 0
    assert values["mrr@10"] == values["map@10"] == 1 / 5


def test_a_hit_at_rank_eleven_is_none() -> None:
    """Nothing after the tenth passage counts."""
    shares = ranking.ranking_shares([*(["no"] * 10), "the fact"], facts("the fact"))
    assert shares["mrr@10"].part == shares["map@10"].part == shares["any_hit@10"].part == 0


@given(st.lists(st.booleans(), min_size=2, max_size=10).filter(any))
@settings(deadline=None)
def test_agrees_with_scikit_learn(hits: list[bool]) -> None:
    """With one fact in each relevant passage average precision is scikit-learn's; one hit's rank is its DCG's."""
    passages = [f"fact-{rank};" if hit else "no" for rank, hit in enumerate(hits)]
    gold = facts(*(passage for passage in passages if passage != "no"))
    order = np.arange(len(hits), 0, -1)
    found = [len(each) for each in ranking.facts_found(passages, gold)]
    assert found == [int(hit) for hit in hits]
    first = hits.index(True)
    alone = np.array([[rank == first for rank in range(len(hits))]], dtype=float)
    ndcg = float(ndcg_score(alone, order[None].astype(float)))
    assert ranking.reciprocal_rank(passages, gold) == pytest.approx(1 / (first + 1))
    assert ndcg == pytest.approx(1 / np.log2(first + 2))
    # The official script divides the facts new at a rank (not all found so far) by the rank.
    expected = sum(1 / (rank + 1) for rank, hit in enumerate(hits) if hit) / min(len(gold), 10)
    assert ranking.average_precision(passages, gold) == pytest.approx(expected)
    if sum(hits) == 1:
        oracle = float(average_precision_score(np.array(hits, dtype=int), order))
        assert ranking.average_precision(passages, gold) == pytest.approx(oracle)
