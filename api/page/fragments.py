"""Tells the steps of an answer as parts of the page, in server-sent events: an answer is written in one place, the templates."""

import json
from collections.abc import Sequence

from fastapi.sse import format_sse_event

from api.following import PassagesFound, QuotesFound, Step
from api.page.rendering import render
from qa.types import Answer, Citation, ClaimVerified


class Fragments:
    """The events `passages`, `quotes`, `claim` and `final`, and `error`; the data of each is HTML in a JSON string."""

    def __init__(self, question: str) -> None:
        self._question = question
        self._claims = 0

    def tell(self, step: Step) -> bytes:
        """The part of the page that a step brings."""
        match step:
            case PassagesFound(passages, articles):
                read = {hit.passage.article_id for hit in passages} & set(articles)
                return _event("passages", render("passages.jinja", passages=len(passages), articles=len(read)))
            case QuotesFound(citations):
                return _event("quotes", write_quotes(citations))
            case ClaimVerified(text, citations):
                self._claims += 1
                return _event("claim", render("claim.jinja", text=text, citations=citations, ordinal=self._claims))
            case _:
                return _event("final", write_answer(self._question, step))

    def tell_problem(self, document: str) -> bytes:
        """What went wrong."""
        return _event("error", write_problem(json.loads(document)))


def write_answer(question: str, answer: Answer) -> str:
    """The whole answer."""
    return render("answer.jinja", question=question, answer=answer)


def write_quotes(citations: Sequence[Citation]) -> str:
    """The verified quotes, before a language model is asked."""
    return render("quotes.jinja", citations=citations)


def write_problem(document: dict[str, object]) -> str:
    """What went wrong, in place of an answer."""
    return render("failed.jinja", problem=document)


def _event(name: str, html: str) -> bytes:
    """As a JSON string, so that no line break inside it can end a line of the event."""
    return format_sse_event(event=name, data_str=json.dumps(html))
