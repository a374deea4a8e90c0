"""Tests of the metrics against judgments; `ir-measures`, which wraps trec_eval, is the oracle."""

import math

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.judgments import judged_shares, ndcg, rank_articles, recall, reciprocal_rank

ids = st.sampled_from([f"a{number}" for number in range(30)])


@given(ranked=st.lists(ids, unique=True, max_size=25), grades=st.dictionaries(ids, st.integers(0, 3), min_size=1))
def test_the_values_are_trec_evals(ranked: list[str], grades: dict[str, int]) -> None:
    """On any ranking and any judgments with a relevant article; unjudged articles are not relevant."""
    grades = {**grades, "a0": 2}
    run = [ir_measures.ScoredDoc("q", key, -rank) for rank, key in enumerate(ranked)]
    judgments = [ir_measures.Qrel("q", key, grade) for key, grade in grades.items()]
    wanted = [ir_measures.nDCG @ 10, ir_measures.R @ 10, ir_measures.RR @ 10]
    oracle = ir_measures.calc_aggregate(wanted, judgments, run)
    ours = (ndcg(ranked, grades), recall(ranked, grades), reciprocal_rank(ranked, grades))
    assert ours == pytest.approx([oracle[each] for each in wanted], abs=1e-9)


def test_an_article_stands_where_its_best_passage_is() -> None:
    """Further passages of it take no rank."""
    assert rank_articles(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]
    shares = judged_shares(["b", "b", "b", "a"], {"a": 1})
    assert shares["article_mrr@10"].part == 0.5
    assert shares["ndcg@10"].part == pytest.approx(1 / math.log2(3))
    assert shares["recall@10"].part == 1


def test_nothing_relevant_is_nothing_found() -> None:
    """No division by zero."""
    assert (ndcg(["a"], {}), recall(["a"], {"a": 0}), reciprocal_rank([], {"a": 1})) == (0, 0, 0)
