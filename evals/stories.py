"""Tells a case in words, for the report's page: the question, what is right, what was answered, quotes in their place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from evals.types import Case, GoldenQuestion, ShownQuote, Story
from indexes.types import Article, Retrieved
from qa.types import Answer

AROUND = 300
"""Characters of the article that are shown on each side of a quote."""


def tell_answer(question: GoldenQuestion, answer: Answer, case: Case, articles: Mapping[str, Article]) -> Story:
    """The story of an answer; `case` says what its quotes were found to be, in the same order."""
    cited = (*answer.citations, *answer.closest)
    quotes = tuple(
        _show(
            articles.get(citation.article.id),
            citation.article.id,
            citation.start,
            citation.end,
            quote=citation.quote,
            speaker=citation.speaker,
            flags=span.flags,
        )
        for citation, span in zip(cited, case.spans, strict=True)
    )
    return replace(
        tell_question(question),
        answer=answer.answer,
        short_answer=answer.short_answer,
        reason=answer.reason,
        quotes=quotes,
    )


def tell_ranking(
    question: GoldenQuestion, retrieved: Sequence[Retrieved], case: Case, articles: Mapping[str, Article]
) -> Story:
    """The story of a ranking; the passages in their order, as many as the case has."""
    passages = [hit.passage for hit in retrieved]
    return replace(
        tell_question(question),
        quotes=tuple(
            _show(
                articles.get(passage.article_id),
                passage.article_id,
                passage.start,
                passage.end,
                quote=passage.text,
                flags=span.flags,
            )
            for passage, span in zip(passages, case.spans, strict=False)
        ),
    )


def tell_question(question: GoldenQuestion) -> Story:
    """What was asked and what is right: all that is told of a question that ended in an exception."""
    return Story(question=question.text, gold_quotes=question.gold_quotes, gold_answers=question.gold_answers)


def _show(
    article: Article | None,
    article_id: str,
    start: int,
    end: int,
    *,
    quote: str,
    speaker: str | None = None,
    flags: tuple[str, ...] = (),
) -> ShownQuote:
    text = article.text if article else ""
    return ShownQuote(
        article_id=article_id,
        title=article.title if article else "",
        outlet=article.outlet if article else None,
        published=article.published[:10] if article and article.published else None,
        speaker=speaker,
        before=text[max(0, start - AROUND) : start],
        quote=quote,
        after=text[end : end + AROUND],
        flags=flags,
    )
