"""Weights are fitted on what was found, never negative, and written as the module that answering reads."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from evals.calibrating import Case, Fitted, choose_threshold, fit, measure_choices, write_weights
from qa.evidence import NAMES

DENSE, READ = NAMES.index("dense"), NAMES.index("read")


def make_cases(number: int = 120, *, seed: int = 1) -> list[Case]:
    """Invented questions: `dense` tells a little, `read` much, all else is noise; a third is not answerable."""
    chance = np.random.default_rng(seed)
    cases = []
    for at in range(number):
        answerable = at % 3 > 0
        rows = chance.random((6, len(NAMES)))
        holds = np.array([answerable] + [False] * 5)
        rows[:, READ] = chance.normal(-0.5, 0.2, 6)
        rows[4:, READ] = 0.0  # not read
        if answerable:
            rows[0, DENSE] += 0.3
            rows[0, READ] += 1.0
        cases.append(Case(answerable=answerable, rows=rows, holds=holds))
    return cases


@pytest.fixture(scope="module", name="fitted")
def fixture_fitted() -> Fitted:
    """Weights for invented questions."""
    return fit(make_cases())


def test_what_tells_gets_weight(fitted: Fitted) -> None:
    """Reading weighs most where it tells most; sifting, which comes before, does not know it."""
    for weights in (fitted.ranking, fitted.gate):
        assert weights["read"] == max(weights[name] for name in NAMES)
    assert fitted.sifting["read"] == 0
    assert fitted.sifting["dense"] == max(fitted.sifting.values())
    assert all(weights[name] >= 0 for weights in (fitted.sifting, fitted.ranking, fitted.gate) for name in NAMES)


def test_the_threshold_declines_as_many_as_may_be(fitted: Fitted) -> None:
    """Of other answerable questions at most 15 % fall below it; of those without an answer nearly all."""
    others = make_cases(seed=2)
    answerable = sum(case.answerable for case in others)
    threshold = choose_threshold(others, fitted, answerable=answerable)
    assert choose_threshold(others, fitted, answerable=answerable + 6) < threshold  # six had no candidate at all
    gate = np.array([fitted.gate[name] for name in NAMES])
    below = {True: [], False: []}  # type: dict[bool, list[bool]]
    for case in others:
        read = case.rows[case.rows[:, READ] != 0]
        best = read[np.argmax(read @ np.array([fitted.ranking[name] for name in NAMES]))]
        below[case.answerable].append(1 / (1 + np.exp(-(best @ gate + fitted.gate["bias"]))) < threshold)
    assert 0.13 <= np.mean(below[True]) <= 0.15
    assert np.mean(below[False]) > 0.9


def test_written_weights_are_read_back(fitted: Fitted, tmp_path: Path) -> None:
    """The file is a module with the same tables."""
    path = tmp_path / "calibration.py"
    write_weights(fitted, path, threshold=0.75, kept=0.4)
    module = runpy.run_path(str(path))
    assert module["SIFTING"] == fitted.sifting
    assert module["RANKING"] == fitted.ranking
    assert module["GATE"] == fitted.gate
    assert (module["THRESHOLD"], module["KEPT"]) == (0.75, 0.4)


def test_choices_are_counted(fitted: Fitted) -> None:
    """By hand: right at once, right as second, right as third only after what was read, not answerable."""
    rows = np.zeros((3, len(NAMES)))
    rows[:, DENSE] = [0.9, 0.6, 0.3]
    read = rows.copy()
    read[:2, READ] = [-0.5, -0.6]
    nothing = np.zeros(3, dtype=bool)
    cases = [
        Case(answerable=True, rows=rows, holds=np.array([True, False, False])),
        Case(answerable=True, rows=rows, holds=np.array([False, True, False])),
        Case(answerable=True, rows=read, holds=np.array([False, False, True])),
        Case(answerable=False, rows=rows, holds=nothing),
        Case(answerable=True, rows=rows, holds=nothing),
    ]
    expected = (0.333, 0.667, 1.0)
    assert measure_choices(cases, fitted) == {"sifting": expected, "ranking": expected}
