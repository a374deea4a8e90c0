"""Puts golden questions to the subject and scores what comes back."""

import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from evals.errors import WrongUsage
from evals.measures import measure_cases
from evals.metrics import majority_answers, occurrences
from evals.scoring import score_answer, score_failure, score_ranking
from evals.stories import tell_answer, tell_question, tell_ranking
from evals.types import Case, EvalMode, GoldenQuestion, Measured, Report, Scored, Subject, SuiteData
from indexes.types import Filters
from qa.types import Question

WARM_UP = ("What did the spokesman say about the report?", "How many people were there, and when?")
"""Put before the clock starts; no suite has them, so that no answer of a case is ready beforehand."""

PASSAGES = 15
"""Passages retrieved for a ranking: they fill 6,000 characters, and fusion looks as deep as for the usual ten."""

ARTICLE_PASSAGES = 60
"""Passages retrieved where articles are judged: among them are ten articles, which fifteen passages seldom are."""

Follow = Callable[[Sequence[GoldenQuestion]], Iterable[GoldenQuestion]]
"""Passes the questions on one by one while it shows how far the run is."""

Fail = Callable[[GoldenQuestion, Exception], None]
"""Is told of a question that ended in an exception."""

Keep = Callable[[Scored], None]
"""Stores a case that is ready, so that an interrupted run can go on from there."""


def run_cases(
    subject: Subject,
    questions: Sequence[GoldenQuestion],
    *,
    mode: EvalMode,
    follow: Follow = iter,
    fail: Fail = lambda _question, _error: None,
    done: Mapping[str, Scored] = MappingProxyType({}),
    keep: Keep = lambda _scored: None,
    parallel: int = 1,
) -> tuple[Scored, ...]:
    """The cases in the order of the questions, after a warm-up. A question that fails becomes an `error` case.

    In retrieval mode questions without gold quotes or articles are left out: there is nothing to find. Cases that an
    earlier run has `done` are taken from there; `keep` is given each new one as soon as it and those before it are
    ready, failed ones aside. `parallel` questions are put at a time.
    """
    put = _putter(subject, questions, mode)
    chosen = [question for question in questions if mode != "retrieval" or question.findable]
    if not chosen:
        raise WrongUsage(
            "no question that was chosen has gold quotes or articles. Choose more questions, or another --mode."
        )
    if any(question.id not in done for question in chosen):
        warm_up = _putter(replace(subject, closed_book=None, judge=None), questions, mode)
        for text in WARM_UP:
            warm_up(GoldenQuestion(id="", kind="", text=text, status="answered", gold_quotes=(text,)))

    def run(question: GoldenQuestion) -> Scored:
        started = time.perf_counter()
        try:
            return put(question)
        except Exception as error:  # noqa: BLE001 - one failing case must not end a run; it is recorded and fails it
            fail(question, error)
            case = score_failure(question, error, wall_ms=_since(started))
            return Scored(case=case, story=tell_question(question))

    scored = []
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        futures = {question.id: pool.submit(run, question) for question in chosen if question.id not in done}
        try:
            for question in follow(chosen):
                if question.id in done:
                    scored.append(done[question.id])
                    continue
                scored.append(futures[question.id].result())
                if scored[-1].case.error is None:
                    keep(scored[-1])
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return tuple(scored)


def run_beside(
    subject: Subject,
    questions: Sequence[GoldenQuestion],
    *,
    follow: Callable[..., Iterable[GoldenQuestion]],
    fail: Fail,
    seed: int,
) -> dict[str, dict[str, Measured]]:
    """The metrics of each retriever beside the subject's own, over the same questions."""
    found = {}
    for name, retriever in subject.beside.items():
        other = replace(subject, retriever=retriever)
        scored = run_cases(other, questions, mode="retrieval", follow=partial(follow, label=name), fail=fail)
        found[str(name)] = measure_cases([one.case for one in scored], seed=seed)
    return found


def measure_cost(scored: Sequence[Scored], done: Mapping[str, Scored], *, seconds: float) -> dict[str, float]:
    """What a run took: seconds in all, cases a second, the peak memory of the process in MiB, cases taken over."""
    resumed = sum(one.case.id in done for one in scored)
    spent = sum(one.case.wall_ms or 0.0 for one in scored) / 1000
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": seconds,
        "questions_per_second": len(scored) / spent if spent else 0.0,
        "peak_memory_mib": kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024),
        "new_cases": len(scored) - resumed,
        "resumed_cases": resumed,
    }


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


def _putter(
    subject: Subject, questions: Sequence[GoldenQuestion], mode: EvalMode
) -> Callable[[GoldenQuestion], Scored]:
    """Puts one question and scores what comes back."""
    return _ranker(subject) if mode == "retrieval" else _asker(subject, questions, mode)


def _asker(subject: Subject, questions: Sequence[GoldenQuestion], mode: EvalMode) -> Callable[[GoldenQuestion], Scored]:
    answerer = subject.answerer
    if answerer is None or mode == "retrieval" or mode == "extraction":  # noqa: PLR1714 - the type checker follows this
        raise WrongUsage("a ranking is no answer: run with --mode quotes or --mode answer.")
    majority = majority_answers(questions)

    def ask(question: GoldenQuestion) -> Scored:
        filters = Filters(article_ids=question.within)
        started = time.perf_counter()
        answer = answerer.answer(
            Question(text=question.text, mode=mode, filters=filters, reference_date=question.asked)
        )
        wall_ms = _since(started)
        remembered = subject.closed_book(question) if subject.closed_book else None
        cited = [citation.article.id for citation in (*answer.citations, *answer.closest)]
        articles = subject.catalogue.articles(list(dict.fromkeys(cited)))
        case = score_answer(
            question,
            answer,
            texts={key: article.text for key, article in articles.items()},
            majority=majority,
            wall_ms=wall_ms,
            remembered=remembered,
        )
        if subject.judge:
            case = replace(case, shares={**case.shares, **subject.judge(question, answer)})
        return Scored(case=case, story=tell_answer(question, answer, case, articles))

    return ask


def _ranker(subject: Subject) -> Callable[[GoldenQuestion], Scored]:
    def rank(question: GoldenQuestion) -> Scored:
        filters = Filters(article_ids=question.within)
        limit = PASSAGES if question.gold_quotes else ARTICLE_PASSAGES
        started = time.perf_counter()
        retrieved = subject.retriever.retrieve(question.text, limit=limit, filters=filters)
        case = score_ranking(question, retrieved, wall_ms=_since(started))
        articles = subject.catalogue.articles(list(dict.fromkeys(span.article_id for span in case.spans)))
        return Scored(case=case, story=tell_ranking(question, retrieved, case, articles))

    return rank


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
