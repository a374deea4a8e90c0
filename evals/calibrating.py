"""Fits the weights of ranking and of the gate on golden questions, and writes them as `qa/calibration.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from evals.metrics import covers_quote
from evals.types import GoldenQuestion
from indexes.types import Span
from qa.answering import Answerer
from qa.evidence import NAMES
from qa.types import Question

Numbers = NDArray[np.float64]
_RANKING_PENALTY = 0.02
_GATE_PENALTY = 0.02
_FALSE_REFUSAL = 0.12


@dataclass(frozen=True, slots=True)
class Case:
    """A golden question with its candidates' features (one row each) and which of them hold a gold quote."""

    answerable: bool
    rows: Numbers
    holds: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by the names of the features; `threshold` declines about 12 % of the answerable questions."""

    ranking: Mapping[str, float]
    gate: Mapping[str, float]
    threshold: float
    candidates: int
    questions: int


def collect_cases(answerer: Answerer, questions: Sequence[GoldenQuestion]) -> list[Case]:
    """What the answerer has to choose from for each question; questions without candidates are left out."""
    cases = []
    for question in questions:
        found = [one for part in answerer.consider(Question(text=question.text)) for one in part.ranked]
        if found:
            gold = question.accepted
            cases.append(
                Case(
                    answerable=bool(question.gold_quotes),
                    rows=np.array([candidate.features.vector() for candidate in found]),
                    holds=np.array([covers_quote(Span(one.start, one.end), gold, one.article.text) for one in found]),
                )
            )
    return cases


def fit(cases: Sequence[Case]) -> Fitted:
    """A conditional logit over the candidates of each answerable question; a logistic regression on each best candidate.

    No weight is negative: each feature is made so that more of it speaks for a candidate, and a fit on few questions
    that says otherwise has learned their noise. Features are scaled to unit variance for the L2 penalty.
    """
    every = np.vstack([case.rows for case in cases])
    mean, spread = every.mean(0), every.std(0) + 1e-6
    ranked = [((case.rows - mean) / spread, case.holds) for case in cases if case.answerable and case.holds.any()]
    weights = _fit_ranking(ranked, len(NAMES))
    best = np.array([_best((case.rows - mean) / spread, weights) for case in cases])
    labels = np.array([case.answerable for case in cases], dtype=np.float64)
    gate = _fit_gate(best, labels)
    scores = expit(best @ gate[1:] + gate[0])
    return Fitted(
        ranking=_named(weights / spread, 0.0),
        gate=_named(gate[1:] / spread, float(gate[0] - (gate[1:] * mean / spread).sum())),
        threshold=round(float(np.quantile(scores[labels == 1], _FALSE_REFUSAL)), 3),
        candidates=sum(len(case.rows) for case in cases if case.answerable),
        questions=len(cases),
    )


def write_weights(fitted: Fitted, path: Path, *, kept: float) -> None:
    """Write the weights as the module that `qa` reads."""
    path.write_text(
        '"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""\n\n'
        "from collections.abc import Mapping\n\n"
        + _table("RANKING", fitted.ranking, f"Whether a candidate answers, from {fitted.candidates:,} candidates.")
        + _table("GATE", fitted.gate, f"Whether the best candidate answers, from {fitted.questions} questions.")
        + f"THRESHOLD = {fitted.threshold}\n"
        '"""Below this probability that the best candidate answers, a part of a question is declined."""\n\n'
        f"KEPT = {kept}\n"
        '"""A further candidate is cited where its score is at least this share of the best one’s."""\n',
        encoding="utf-8",
    )


def _best(rows: Numbers, weights: Numbers) -> Numbers:
    row: Numbers = rows[int(np.argmax(rows @ weights))]
    return row


def _fit_ranking(groups: Sequence[tuple[Numbers, NDArray[np.bool_]]], width: int) -> Numbers:
    def loss(weights: Numbers) -> tuple[float, Numbers]:
        total, slope = 0.0, np.zeros(width)
        for rows, holds in groups:
            scores = rows @ weights
            every, right = logsumexp(scores), logsumexp(scores[holds])
            total += every - right
            slope += rows.T @ np.exp(scores - every) - rows[holds].T @ np.exp(scores[holds] - right)
        penalty = _RANKING_PENALTY * float(weights @ weights)
        return total / len(groups) + penalty, slope / len(groups) + 2 * _RANKING_PENALTY * weights

    return np.asarray(minimize(loss, np.zeros(width), jac=True, method="L-BFGS-B", bounds=[(0, None)] * width).x)


def _fit_gate(rows: Numbers, labels: Numbers) -> Numbers:
    def loss(weights: Numbers) -> tuple[float, Numbers]:
        chances = expit(rows @ weights[1:] + weights[0])
        likely = np.clip(np.where(labels == 1, chances, 1 - chances), 1e-12, 1)
        slope = np.concatenate([[(chances - labels).mean()], rows.T @ (chances - labels) / len(labels)])
        penalty = np.concatenate([[0.0], 2 * _GATE_PENALTY * weights[1:]])
        return float(-np.log(likely).mean() + _GATE_PENALTY * (weights[1:] @ weights[1:])), slope + penalty

    bounds = [(None, None), *[(0, None)] * rows.shape[1]]
    return np.asarray(minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x)


def _named(weights: Numbers, bias: float) -> dict[str, float]:
    return {
        "bias": round(bias, 3),
        **{name: round(float(weight), 3) for name, weight in zip(NAMES, weights, strict=True)},
    }


def _table(name: str, weights: Mapping[str, float], text: str) -> str:
    rows = "".join(f'    "{feature}": {weight},\n' for feature, weight in weights.items())
    return f'{name}: Mapping[str, float] = {{\n{rows}}}\n"""{text}"""\n\n'
