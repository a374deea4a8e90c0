"""Tests of how well scores tell right answers from wrong ones."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.calibration import calibration_error, risk_coverage_area

CASES = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=30)


def arrays(cases: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    """Scores and outcomes."""
    return np.array([score for score, _ in cases]), np.array([float(right) for _, right in cases])


def test_area_by_hand() -> None:
    """Right, wrong, right by falling score: risks 0, 1/2, 1/3."""
    area = risk_coverage_area(np.array([0.1, 0.9, 0.5]), np.array([1.0, 1.0, 0.0]))
    assert area == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_area_of_extremes() -> None:
    """All right is 0, all wrong is 1, and right answers ranked first are better than last."""
    scores = np.array([0.1, 0.2, 0.3, 0.4])
    assert risk_coverage_area(scores, np.ones(4)) == 0
    assert risk_coverage_area(scores, np.zeros(4)) == 1
    good, bad = np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0])
    assert risk_coverage_area(scores, good) < risk_coverage_area(scores, bad)


def test_area_of_ties_is_the_mean_over_their_orders() -> None:
    """Equal scores give the expected area over all orders of the tied cases."""
    right = [1.0, 0.0, 0.0, 1.0]
    wrong = [1 - np.array(order) for order in permutations(right)]
    expected = np.mean([np.mean(np.cumsum(order) / np.arange(1, 5)) for order in wrong])
    assert risk_coverage_area(np.full(4, 0.5), np.array(right)) == pytest.approx(expected)


def test_calibration_by_hand() -> None:
    """Two bins, (.2, .4 | one right) and (.6, .8 | both right): |.3 - .5| / 2 + |.7 - 1| / 2."""
    error = calibration_error(np.array([0.8, 0.2, 0.4, 0.6]), np.array([1.0, 0.0, 1.0, 1.0]), bins=2)
    assert error == pytest.approx(0.25)


def test_calibration_of_extremes() -> None:
    """Certain and right is 0, certain and wrong is 1."""
    assert calibration_error(np.ones(20), np.ones(20)) == 0
    assert calibration_error(np.ones(20), np.zeros(20)) == 1


def test_no_cases() -> None:
    """Without cases there is no value."""
    assert np.isnan(risk_coverage_area(np.array([]), np.array([])))
    assert np.isnan(calibration_error(np.array([]), np.array([])))


@given(CASES, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_cases_does_not_matter(cases: list[tuple[float, bool]], random: object) -> None:
    """Both values stay the same when the cases are shuffled, and lie between 0 and 1."""
    shuffled = cases.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for curve in (risk_coverage_area, calibration_error):
        value = curve(*arrays(cases))
        assert value == pytest.approx(curve(*arrays(shuffled)))
        assert 0 <= value <= 1


@given(CASES)
@settings(deadline=None)
def test_the_area_is_at_most_the_error_rate_of_a_perfect_order(cases: list[tuple[float, bool]]) -> None:
    """No order of scores beats the one that ranks all right cases first."""
    scores, right = arrays(cases)
    assert risk_coverage_area(right, right) <= risk_coverage_area(scores, right) + 1e-12
