"""Tests of how cases become values with intervals."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.intervals import measure
from evals.measures import BETTER, MEASURES, balance, measure_cases, measure_changes, ratio
from evals.types import Case, Share


def case(number: int, **fields: object) -> Case:
    """A case with whatever a test does not care about filled in."""
    filled = {"id": f"c{number}", "kind": "fact", "expected": "answered", "outcome": "right"} | fields
    return Case(**filled)  # type: ignore[arg-type]


def shared(*shares: tuple[float, float]) -> list[Case]:
    """Cases with a citation precision each."""
    return [case(number, shares={"citation_precision": Share(*share)}) for number, share in enumerate(shares)]


def test_a_ratio_is_the_sum_of_parts_over_the_sum_of_wholes() -> None:
    """1 of 2 and 3 of 8 are 4 of 10, not the mean of .5 and .375."""
    found = measure_cases(shared((1, 2), (3, 8)), seed=0)["citation_precision"]
    assert found.value == pytest.approx(0.4)
    assert found.n == 2


def test_cases_that_do_not_count_are_not_counted() -> None:
    """A case without the metric, and one with nothing to divide by, are left out of n."""
    cases = [*shared((1, 2), (0, 0)), case(9)]
    assert measure_cases(cases, seed=0)["citation_precision"].n == 1


def test_a_metric_without_cases_is_left_out() -> None:
    """No zero stands for what was not measured."""
    assert "conflict_flagged" not in measure_cases(shared((1, 1)), seed=0)


def test_an_interval_is_the_same_for_the_same_seed() -> None:
    """The seed decides the interval, and not which other metrics are measured."""
    rows = [(float(number % 3 == 0), 1.0) for number in range(60)]
    alone = measure_cases(shared(*rows), seed=7)["citation_precision"]
    together = [
        case(number, shares={"citation_precision": Share(*row), "mrr@10": Share(1, 1)})
        for number, row in enumerate(rows)
    ]
    assert measure_cases(together, seed=7)["citation_precision"] == alone
    assert measure_cases(shared(*rows), seed=8)["citation_precision"] != alone


def test_an_interval_is_as_wide_as_theory_says() -> None:
    """For 400 cases of which 100 are right the 95 % interval is near .25 ± 1.96 √(.25 · .75 / 400)."""
    found = measure_cases(shared(*[(float(number % 4 == 0), 1.0) for number in range(400)]), seed=1)
    metric = found["citation_precision"]
    margin = 1.96 * np.sqrt(0.25 * 0.75 / 400)
    assert metric.low == pytest.approx(0.25 - margin, abs=0.012)
    assert metric.high == pytest.approx(0.25 + margin, abs=0.012)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20), st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_the_interval_holds_only_possible_values(pairs: list[tuple[int, int]], seed: int) -> None:
    """Shares stay between 0 and 1, and low is not above high."""
    rows = np.array([(min(pair), max(pair)) for pair in pairs], dtype=float)
    found = measure(rows, ratio, name="x", seed=seed, resamples=50)
    if found is not None:
        assert 0 <= found.low <= found.high <= 1


def test_balanced_accuracy_by_hand() -> None:
    """3 of 4 unanswerable declined and 1 of 2 answerable: (3/4 + 1 - 1/2) / 2."""
    rows = np.array([[[1, 0], [1, 0], [1, 0], [0, 0], [1, 1], [0, 1]]], dtype=float)
    assert balance(rows)[0] == pytest.approx((0.75 + 0.5) / 2)


def test_balanced_accuracy_needs_both_kinds() -> None:
    """Where no question is unanswerable there is no balanced accuracy, and nothing warns of a division."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measure_cases([case(1, status="answered")], seed=0)
    assert "balanced_accuracy" not in found


def test_latencies() -> None:
    """Percentiles are linear between cases; a failed case's time does not count."""
    cases = [case(number, wall_ms=float(number)) for number in range(1, 102)]
    cases.append(case(999, wall_ms=1e6, error="RuntimeError", outcome="error"))
    found = measure_cases(cases, seed=0)
    values = {name: found[f"latency_{name}_ms"].value for name in ("p50", "p90", "p99")}
    assert values == {"p50": 51.0, "p90": 91.0, "p99": 100.0}


def test_every_metric_of_the_contract_that_applies_has_a_measure() -> None:
    """The names are those of the contract."""
    names = {
        *(f"{name}@{head}" for name in ("any_hit", "fact_recall", "all_facts") for head in ("4", "10", "6000c")),
        *("mrr@10", "map@10", "citation_validity", "gold_quote_recall", "citation_recall", "citation_precision"),
        *("article_recall", "article_precision", "exact_match", "token_f1", "contains", "majority_floor"),
        *("refusal_recall", "false_refusal", "balanced_accuracy", "aurc", "calibration_error", "attribution_errors"),
        *("conflict_flagged", "latency_p50_ms", "latency_p90_ms", "latency_p99_ms", "first_quote_p50_ms"),
    }
    assert names <= set(BETTER)
    assert len(BETTER) == len(MEASURES)


def test_a_change_is_paired() -> None:
    """The same gain in every case has an interval of no width; a case of one report alone is left out."""
    before = [*shared((0, 2), (1, 2), (0, 2)), case(77, shares={"citation_precision": Share(0, 9)})]
    after = shared((1, 2), (2, 2), (1, 2))
    change = measure_changes(before, after, seed=0)["citation_precision"]
    assert (change.value, change.low, change.high, change.n) == (0.5, 0.5, 0.5, 3)


def test_a_case_that_counts_on_one_side_only_counts_there() -> None:
    """A case that has no citations any more leaves the others' precision as it is on that side."""
    before, after = shared((1, 2), (1, 1)), [*shared((1, 2)), case(1)]
    change = measure_changes(before, after, seed=0)["citation_precision"]
    assert change.value == pytest.approx(1 / 2 - 2 / 3)
