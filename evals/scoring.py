"""Turns answers into scored cases (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from evals import metrics
from evals.judgments import judged_shares
from evals.ranking import facts_found, ranking_shares
from evals.types import STEPS, Case, CitedSpan, GoldenQuestion, Share
from indexes.types import Retrieved
from qa.types import Answer


def score_answer(
    question: GoldenQuestion,
    answer: Answer,
    *,
    texts: Mapping[str, str],
    majority: Mapping[str, str],
    wall_ms: float,
    remembered: str | None = None,
) -> Case:
    """The case of an answer. `texts` are the stored texts of every article that it cites or holds closest.

    `remembered` is the short answer of the LLM alone, without any article; None where it was not asked.
    """
    shares = {
        "citation_validity": metrics.citation_validity(answer, texts),
        "gold_quote_recall": metrics.gold_quote_recall(question, answer, texts),
        "citation_recall": metrics.citation_recall(question, answer, texts),
        "citation_precision": metrics.citation_precision(question, answer, texts),
        "article_recall": metrics.article_recall(question, answer),
        "article_precision": metrics.article_precision(question, answer),
        "refusal_recall": metrics.refusal_recall(question, answer),
        "false_refusal": metrics.false_refusal(question, answer),
        "attribution_errors": metrics.attribution_errors(question, answer, texts),
        "conflict_flagged": metrics.conflict_flagged(question, answer),
        "answer_cited": metrics.answer_cited(question, answer),
        "citations_per_claim": metrics.citations_per_claim(answer),
    }
    if answer.mode == "answer":
        shares |= {
            "exact_match": metrics.exact_match(question, answer),
            "token_f1": metrics.token_f1(question, answer),
            "contains": metrics.contains(question, answer),
            "majority_floor": metrics.majority_floor(question, majority),
        }
    if remembered is not None:
        from_memory = replace(answer, short_answer=remembered)
        shares |= {
            "closed_book_exact_match": metrics.exact_match(question, from_memory),
            "closed_book_token_f1": metrics.token_f1(question, from_memory),
            "closed_book_contains": metrics.contains(question, from_memory),
        }
    counted = {name: share for name, share in shares.items() if share is not None}
    right = metrics.is_right(question, answer, texts)
    return Case(
        id=question.id,
        kind=question.kind,
        expected=question.status,
        split=question.split,
        status=answer.status,
        reason_code=answer.reason_code,
        outcome=_outcome(question, answer, shares=counted, right=right),
        score=answer.score,
        right=right,
        shares=counted,
        wall_ms=wall_ms,
        first_quote_ms=answer.timings_ms.get("first_quote") if answer.citations else None,
        steps_ms={name: taken for name, taken in answer.timings_ms.items() if name in STEPS},
        prompt_tokens=answer.prompt_tokens or None,
        spans=_spans(question, answer, texts),
    )


def score_ranking(question: GoldenQuestion, retrieved: Sequence[Retrieved], *, wall_ms: float) -> Case:
    """The case of a ranking: held against the gold facts, or, where none are known, against the articles that answer."""
    passages = [hit.passage for hit in retrieved]
    if question.gold_quotes:
        found = [bool(facts) for facts in facts_found([passage.text for passage in passages], question.facts)]
        shares = ranking_shares([passage.text for passage in passages], question.facts)
        share = shares["fact_recall@10"]
        outcome = "all_facts" if share.part == share.whole else "some_facts" if share.part else "no_facts"
    else:
        found = [passage.article_id in question.article_ids for passage in passages]
        shares = judged_shares([passage.article_id for passage in passages], question.judged)
        outcome = "found" if shares["recall@10"].part else "not_found"
    return Case(
        id=question.id,
        kind=question.kind,
        expected=question.status,
        split=question.split,
        outcome=outcome,
        shares=shares,
        wall_ms=wall_ms,
        spans=tuple(
            CitedSpan(article_id=passage.article_id, start=passage.start, end=passage.end, flags=("gold",) * hit)
            for passage, hit in zip(passages, found, strict=True)
        )[:10],
    )


def score_failure(question: GoldenQuestion, error: BaseException, *, wall_ms: float) -> Case:
    """The case of a question that ended in an exception: its kind and place, not its message, which may hold text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}" if trace else ""
    return Case(
        id=question.id,
        kind=question.kind,
        expected=question.status,
        split=question.split,
        outcome="error",
        wall_ms=wall_ms,
        error=f"{type(error).__name__}{place}",
    )


def _outcome(question: GoldenQuestion, answer: Answer, *, shares: Mapping[str, Share], right: bool) -> str:
    """One word for what became of a question; `right` and `declined` are the good ones."""
    valid, misattributed = shares.get("citation_validity"), shares.get("attribution_errors")
    refused = metrics.declined(answer)
    if valid is not None and valid.part < valid.whole:
        return "invalid_citation"
    if misattributed is not None and misattributed.part:
        return "misattributed"
    if not question.answerable:
        return "declined" if refused else "answered_unanswerable"
    if refused:
        return "false_refusal"
    if not right:
        return "wrong_quote"
    missed_conflict = question.status == "conflicting" and answer.status != "conflicting"
    return "conflict_missed" if missed_conflict else "right"


def _spans(question: GoldenQuestion, answer: Answer, texts: Mapping[str, str]) -> tuple[CitedSpan, ...]:
    spans = []
    for citation in (*answer.citations, *answer.closest):
        checks = {
            "closest": citation not in answer.citations,
            "gold": metrics.covers(citation, question.accepted, texts),
            "invalid": not metrics.is_valid(citation, texts),
            "misattributed": question.kind == "said_about" and metrics.is_misattributed(question, citation, texts),
        }
        flags = tuple(name for name, holds in checks.items() if holds)
        spans.append(CitedSpan(article_id=citation.article.id, start=citation.start, end=citation.end, flags=flags))
    return tuple(spans)
