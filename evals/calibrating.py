"""Fits the weights of sifting, ranking and the gate on golden questions, and writes them as `qa/calibration.py`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from evals.metrics import covers_quote
from evals.types import Example, GoldenQuestion
from indexes.types import Span
from qa.answerability import sift
from qa.answering import Answerer
from qa.evidence import NAMES, Candidate
from qa.types import Question

Numbers = NDArray[np.float64]
_RANKING_PENALTY = 0.02
_GATE_PENALTY = 0.02
_FALSE_REFUSAL = 0.15
_UNREAD = np.array([float(name != "read") for name in NAMES])


@dataclass(frozen=True, slots=True)
class Case:
    """A golden question with its candidates' features (one row each) and which of them hold a gold quote.

    `parts` are how many of the rows belong to each part of the question, in order; empty for one part.
    """

    answerable: bool
    rows: Numbers
    holds: NDArray[np.bool_]
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights by the names of the features, and what they were fitted on."""

    sifting: Mapping[str, float]
    ranking: Mapping[str, float]
    gate: Mapping[str, float]
    candidates: int
    questions: int


def collect_cases(answerer: Answerer, questions: Iterable[GoldenQuestion]) -> list[Case]:
    """What the answerer has to choose from for each question; questions without candidates are left out."""
    cases = []
    for question in questions:
        parts = [part.ranked for part in answerer.consider(Question(text=question.text)) if part.ranked]
        found = [one for part in parts for one in part]
        if found:
            cases.append(
                Case(
                    answerable=bool(question.gold_quotes),
                    rows=np.array([candidate.features.vector() for candidate in found]),
                    holds=np.array([_holds(one, question) for one in found]),
                    parts=tuple(len(part) for part in parts),
                )
            )
    return cases


def collect_examples(answerer: Answerer, questions: Iterable[GoldenQuestion]) -> list[Example]:
    """What a cross-encoder can be trained on: the candidates of each part of each question in the order of their features."""
    examples = []
    for question in questions:
        for part in answerer.consider(Question(text=question.text)):
            sifted = sift(part.ranked)
            holds = tuple(_holds(one, question) for one in sifted)
            examples.append(Example(part.part.text, tuple(one.shown for one in sifted), holds))
    return examples


def fit(cases: Sequence[Case]) -> Fitted:
    """Two conditional logits, over all candidates and over those that were read; a logistic regression on the best of these.

    No weight is negative: each feature is made so that more of it speaks for a candidate, and a fit on few questions
    that says otherwise has learned their noise. Features are scaled to unit variance for the L2 penalty.
    """
    ranking = _fit_ranking([_read_only(case) for case in cases])
    sifting = _fit_ranking([replace(case, rows=case.rows * _UNREAD) for case in cases])
    best = np.array([_best(case, ranking) for case in cases])
    mean, spread = best.mean(0), best.std(0) + 1e-6
    gate = _fit_gate((best - mean) / spread, np.array([case.answerable for case in cases], dtype=np.float64))
    return Fitted(
        sifting=_named(sifting, 0.0),
        ranking=_named(ranking, 0.0),
        gate=_named(gate[1:] / spread, float(gate[0] - (gate[1:] * mean / spread).sum())),
        candidates=sum(len(case.rows) for case in cases if case.answerable),
        questions=len(cases),
    )


def choose_threshold(cases: Sequence[Case], fitted: Fitted, *, answerable: int) -> float:
    """The highest probability at which at most 15 % of all answerable questions are declined.

    `answerable` is how many there are: those without any candidate are no cases, and are declined whatever it is. A
    question is declined where none of its parts is answered.
    """
    ranking, gate = _unnamed(fitted.ranking), _unnamed(fitted.gate)
    best = [max(float(_best(part, ranking) @ gate) for part in _parts(case)) for case in cases if case.answerable]
    scores = np.sort(expit(np.array(best) + fitted.gate["bias"]))
    declined = max(int(_FALSE_REFUSAL * answerable) - (answerable - len(best)), 0)
    return round(float(scores[min(declined, len(scores) - 1)]) - 0.0005, 3)


def measure_choices(cases: Sequence[Case], fitted: Fitted) -> dict[str, tuple[float, float, float]]:
    """Of the questions with a gold quote among their candidates, the shares whose first 1, 2, 3 hold one.

    `sifting`: in the order of the features; `ranking`: with those that the cross-encoder read put in order.
    """
    sifting, ranking = _unnamed(fitted.sifting), _unnamed(fitted.ranking)
    places: dict[str, list[int]] = {"sifting": [], "ranking": []}
    for case in cases:
        if case.answerable and case.holds.any():
            sifted = case.rows @ sifting
            ranked = np.where(_was_read(case), case.rows @ ranking + 1e6, sifted)  # those read stay before the others
            for name, scores in (("sifting", sifted), ("ranking", ranked)):
                places[name].append(int(np.argmax(case.holds[np.argsort(-scores, kind="stable")])))
    return {name: _shares(found) for name, found in places.items()}


def _shares(places: Sequence[int]) -> tuple[float, float, float]:
    first, two, three = (round(float(np.mean(np.array(places) < depth)), 3) for depth in (1, 2, 3))
    return first, two, three


def write_weights(fitted: Fitted, path: Path, *, threshold: float, kept: float) -> None:
    """Write the weights as the module that `qa` reads."""
    path.write_text(
        '"""The weights of ranking and of the gate, as `python -m evals calibrate --write` fitted them."""\n\n'
        "from collections.abc import Mapping\n\n"
        + _table("SIFTING", fitted.sifting, f"Whether a candidate answers, from {fitted.candidates:,} candidates.")
        + _table("RANKING", fitted.ranking, "The same of a candidate that the cross-encoder has read.")
        + _table("GATE", fitted.gate, f"Whether the best candidate answers, from {fitted.questions:,} questions.")
        + f"THRESHOLD = {threshold}\n"
        '"""Below this probability that the best candidate answers, a part of a question is declined."""\n\n'
        f"KEPT = {kept}\n"
        '"""A further candidate is cited where its score is at least this share of the best one’s."""\n',
        encoding="utf-8",
    )


def _holds(candidate: Candidate, question: GoldenQuestion) -> bool:
    return covers_quote(Span(candidate.start, candidate.end), question.accepted, candidate.article.text)


def _was_read(case: Case) -> NDArray[np.bool_]:
    """Which of the candidates the cross-encoder read."""
    return np.asarray(case.rows[:, NAMES.index("read")] != 0)


def _read_only(case: Case) -> Case:
    """The case with the candidates alone that the cross-encoder read."""
    read = _was_read(case)
    return replace(case, rows=case.rows[read], holds=case.holds[read])


def _parts(case: Case) -> list[Case]:
    """The parts of a case, each as a case."""
    edges = np.cumsum(case.parts)[:-1]
    pieces = zip(np.split(case.rows, edges), np.split(case.holds, edges), strict=True)
    return [Case(case.answerable, rows, holds) for rows, holds in pieces]


def _best(case: Case, ranking: Numbers) -> Numbers:
    """The features of the best candidate of those that were read."""
    rows = _read_only(case).rows
    return np.asarray(rows[int(np.argmax(rows @ ranking))])


def _fit_ranking(cases: Sequence[Case]) -> Numbers:
    """The weights of a conditional logit over each answerable question's candidates, where one of them holds a gold quote."""
    every = np.vstack([case.rows for case in cases])
    spread = every.std(0) + 1e-6
    groups = [(case.rows / spread, case.holds) for case in cases if case.answerable and case.holds.any()]

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        total, slope = 0.0, np.zeros(len(NAMES))
        for rows, holds in groups:
            scores = rows @ weights
            whole, right = logsumexp(scores), logsumexp(scores[holds])
            total += whole - right
            slope += rows.T @ np.exp(scores - whole) - rows[holds].T @ np.exp(scores[holds] - right)
        penalty = _RANKING_PENALTY * float(weights @ weights)
        return total / len(groups) + penalty, slope / len(groups) + 2 * _RANKING_PENALTY * weights

    bounds = [(0, None)] * len(NAMES)
    found = minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x / spread)


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


def _unnamed(weights: Mapping[str, float]) -> Numbers:
    """The weights in the order of `NAMES`, without the bias."""
    return np.array([weights[name] for name in NAMES])


def _table(name: str, weights: Mapping[str, float], text: str) -> str:
    rows = "".join(f'    "{feature}": {weight},\n' for feature, weight in weights.items())
    return f'{name}: Mapping[str, float] = {{\n{rows}}}\n"""{text}"""\n\n'
