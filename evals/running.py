"""Puts golden questions to the subject, one after the other, and scores what comes back."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from evals.errors import WrongUsage
from evals.measures import measure_cases
from evals.metrics import majority_answers, occurrences
from evals.scoring import score_answer, score_failure, score_ranking
from evals.types import Case, EvalMode, GoldenQuestion, Report, Subject, SuiteData
from indexes.types import Filters
from qa.types import Question

WARM_UP = ("What did the spokesman say about the report?", "How many people were there, and when?")
"""Put before the clock starts; no suite has them, so that no answer of a case is ready beforehand."""

PASSAGES = 15
"""Passages retrieved for a ranking: they fill 6,000 characters, and fusion looks as deep as for the usual ten."""

Follow = Callable[[Sequence[GoldenQuestion]], Iterable[GoldenQuestion]]
"""Passes the questions on one by one while it shows how far the run is."""

Fail = Callable[[GoldenQuestion, Exception], None]
"""Is told of a question that ended in an exception."""


def run_cases(
    subject: Subject,
    questions: Sequence[GoldenQuestion],
    *,
    mode: EvalMode,
    follow: Follow = iter,
    fail: Fail = lambda _question, _error: None,
) -> tuple[Case, ...]:
    """The cases in the order of the questions, after a warm-up. A question that fails becomes an `error` case.

    In retrieval mode questions without gold quotes are left out: there is nothing to find.
    """
    put = _ranker(subject) if mode == "retrieval" else _asker(subject, questions, mode)
    for text in WARM_UP:
        put(GoldenQuestion(id="", kind="", text=text, status="answered", gold_quotes=(text,)))
    chosen = [question for question in questions if mode != "retrieval" or question.gold_quotes]
    if not chosen:
        raise WrongUsage("no question that was chosen has gold quotes. Choose more questions, or another --mode.")
    cases = []
    for question in follow(chosen):
        started = time.perf_counter()
        try:
            cases.append(put(question))
        except Exception as error:  # noqa: BLE001 - one failing case must not end a run; it is recorded and fails it
            cases.append(score_failure(question, error, wall_ms=_since(started)))
            fail(question, error)
    return tuple(cases)


def find_problems(subject: Subject, questions: Sequence[GoldenQuestion]) -> tuple[str, ...]:
    """What is wrong with the questions, seen from the index: unknown articles, gold quotes that they do not hold."""
    problems = []
    for question in questions:
        texts = subject.texts(question.article_ids)
        unknown = [key for key in question.article_ids if key not in texts]
        if unknown:
            problems.append(f"{question.id}: no stored article has the id {', '.join(map(repr, unknown))}")
        for number, quote in enumerate(question.gold_quotes if question.article_ids and not unknown else (), start=1):
            if not any(occurrences(text, quote) for text in texts.values()):
                problems.append(f"{question.id}: gold quote {number} occurs in none of its articles")
    return tuple(problems)


def make_report(
    data: SuiteData,
    subject: Subject,
    cases: Sequence[Case],
    *,
    mode: EvalMode,
    settings: Mapping[str, Any],
    problems: Sequence[str] = (),
    seed: int,
) -> Report:
    """The report of a run; its gates are checked afterwards."""
    return Report(
        suite=data.suite,
        mode=mode,
        settings=dict(settings),
        index_build=subject.index_build,
        model=subject.model,
        n=len(cases),
        metrics=measure_cases(cases, seed=seed),
        cases=tuple(cases),
        problems=tuple(problems),
    )


def _asker(subject: Subject, questions: Sequence[GoldenQuestion], mode: EvalMode) -> Callable[[GoldenQuestion], Case]:
    answerer = subject.answerer
    if answerer is None or mode == "retrieval" or mode == "extraction":  # noqa: PLR1714 - the type checker follows this
        raise WrongUsage("a ranking is no answer: run with --mode quotes or --mode answer.")
    majority = majority_answers(questions)

    def ask(question: GoldenQuestion) -> Case:
        started = time.perf_counter()
        answer = answerer.answer(Question(text=question.text, mode=mode))
        wall_ms = _since(started)
        cited = [citation.article.id for citation in (*answer.citations, *answer.closest)]
        return score_answer(
            question, answer, texts=subject.texts(list(dict.fromkeys(cited))), majority=majority, wall_ms=wall_ms
        )

    return ask


def _ranker(subject: Subject) -> Callable[[GoldenQuestion], Case]:
    def rank(question: GoldenQuestion) -> Case:
        started = time.perf_counter()
        retrieved = subject.retriever.retrieve(question.text, limit=PASSAGES, filters=Filters())
        return score_ranking(question, retrieved, wall_ms=_since(started))

    return rank


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
