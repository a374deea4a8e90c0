"""Turns a reader's word that an answer is wrong into a case for the evaluation suite `own`, or into a report to be decided."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from api.callers import Caller
from api.errors import QuoteMissing
from api.schemas import Wire
from api.serving import Opened
from indexes.errors import UnknownArticle
from indexes.identities import LONGEST_ID
from indexes.types import Article
from qa.types import Question

LONGEST_NOTE = 2_000
LONGEST_QUOTE = 500
"""As the quotes that are cited."""

KIND = "reported"
_LOOKED = 20
_CANDIDATES = 3
_LONGEST_TRACE = 40_000
_LEAST_WORDS = 2
_MARKS = ('"“”„‟«»', "'‘’‚‛", "-‐‑–—")
"""Marks that are taken for each other where a reader types words off a page; the stored ones are kept."""

Expected = Literal["declined", "quote", "unknown"]


class WrongAnswer(Wire):
    """What a reader reports: which answer, what would have been right, and a note."""

    trace_id: str = Field(min_length=1, max_length=100)
    expected: Expected | None = None
    quote: Annotated[str, Field(min_length=1, max_length=LONGEST_QUOTE)] | None = None
    article_id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)] | None = None
    note: str = Field("", max_length=LONGEST_NOTE)

    @field_validator("quote")
    @classmethod
    def _some_words(cls, quote: str | None) -> str | None:
        if quote is not None and len(re.findall(r"\w+", quote)) < _LEAST_WORDS:
            raise ValueError("is too short: copy at least two words of the article")
        return quote

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.quote is not None) != (self.expected == "quote"):
            raise ValueError('must have a `quote` where `expected` is "quote", and only there')
        if self.article_id is not None and self.quote is None:
            raise ValueError("names the article of no quote: leave `article_id` out, or give the `quote`")
        if self.expected not in {"declined", "quote"} and not self.note.strip():
            raise ValueError("says nothing: write a `note`, or what would have been right")
        return self


class FiledReport(Wire):
    """What became of a report. `decided`: the suite `own` reads it as it is; else `why` says what an editor must decide."""

    report: str
    decided: bool
    why: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """What is kept of a report: the fields of a golden question, then the reader's note and the trace."""

    fields: Mapping[str, Any]
    why: str | None

    @property
    def id(self) -> str:
        """The same for the same words about the same answer."""
        return str(self.fields["id"])


def write_report(told: WrongAnswer, trace: Mapping[str, Any], caller: Caller, opened: Opened) -> Report:
    """The report. Raises `QuoteMissing` where the right words stand nowhere, and `UnknownArticle`.

    The question is the one that was understood: a golden question has no conversation before it, and no filters. Where these
    or another day than today matter, an editor decides.
    """
    identity = json.dumps([trace["id"], told.expected, told.quote, told.article_id, told.note])
    right = _find_right(told, trace, opened)
    why = _undecided(told, trace["question"])
    fields = {
        "id": f"r_{hashlib.sha256(identity.encode()).hexdigest()[:16]}",
        "kind": KIND,
        "question": trace["read"]["text"],
        **right,
        **({"undecided": why} if why else {}),
        "note": told.note.strip(),
        "reported": datetime.now(UTC).date().isoformat(),
        "reporter": caller.key.id if caller.key else None,
        "trace": _shorten(trace),
    }
    return Report(fields, why)


def _undecided(told: WrongAnswer, question: Mapping[str, Any]) -> str | None:
    """Why no golden question can be made of it as it is."""
    if told.expected in {None, "unknown"}:
        return "The right answer is not known: give `status`, and `gold_quotes` where the archive answers."
    if any(question["filters"].values()):
        return "The question was restricted by filters, which a golden question has not: put them into its words."
    if question["reference_date"]:
        return "The question counts from another day, which a golden question has not: put the day into its words."
    return None


def _find_right(told: WrongAnswer, trace: Mapping[str, Any], opened: Opened) -> dict[str, Any]:
    """What would have been right, in the fields of a golden question; empty where that is not known."""
    if told.expected == "declined":
        return {"status": "insufficient_evidence"}
    if told.quote is None:
        return {}
    articles = _articles(told, trace, opened)
    # Whole words first: what was copied from the middle of one is found too, but not where whole words are meant.
    found = _find(_pattern(told.quote, whole=True), articles) or _find(_pattern(told.quote), articles)
    if not found:
        raise QuoteMissing(
            f"The words do not stand like this in the article {told.article_id[:80]!r}: copy them from its text."
            if told.article_id
            else "The words stand like this in no article that the question or the words find: copy them from the text of one."
        )
    quotes = list(dict.fromkeys(found.values()))
    return {
        "status": "answered",
        "gold_quotes": quotes[:1],
        "also_valid": quotes[1:],
        "article_ids": list(found),
    }


def _articles(told: WrongAnswer, trace: Mapping[str, Any], opened: Opened) -> Sequence[Article]:
    """Where the right words may stand: the article that is named, else what was found then, and what is found now."""
    if told.article_id is not None:
        article = opened.catalogue.article(told.article_id)
        if article is None:
            raise UnknownArticle(
                f"No article has the id {told.article_id[:80]!r}: GET /v1/articles lists those that are stored."
            )
        return [article]
    named = list(dict.fromkeys([*_named(trace), *_searched([trace["read"]["text"], told.quote or ""], opened)]))
    stored = opened.catalogue.articles(named)
    return [stored[one] for one in named if one in stored]


def _named(trace: Mapping[str, Any]) -> Iterator[str]:
    """The articles that a trace names, those that were cited first."""
    for ranked in (trace["citations"], *trace["candidates"].values(), trace["passages"]):
        yield from (one["article_id"] for one in ranked)


def _searched(texts: Sequence[str], opened: Opened) -> Iterator[str]:
    for text in texts:
        found = opened.answerer.search(Question(text=text, mode="quotes", limit=_LOOKED))
        yield from (hit.passage.article_id for hit in found)


def _find(words: re.Pattern[str], articles: Sequence[Article]) -> dict[str, str]:
    """How the words stand in each article that has them, by its id."""
    return {one.id: match[0] for one in articles if (match := words.search(one.text))}


def _pattern(quote: str, *, whole: bool = False) -> re.Pattern[str]:
    """The words in a row, whatever white space is between them and whichever kind of marks they have."""
    inside = quote.strip().strip("".join(_MARKS[:2])).strip()
    words = r"\s+".join("".join(map(_either, word)) for word in inside.split())
    before, after = (r"\b" if end.isalnum() and whole else "" for end in (inside[:1], inside[-1:]))
    return re.compile(f"{before}{words}{after}")


def _either(character: str) -> str:
    kinds = next((marks for marks in _MARKS if character in marks), None)
    return f"[{re.escape(kinds)}]" if kinds else re.escape(character)


def _shorten(trace: Mapping[str, Any]) -> dict[str, Any]:
    """The trace without what weighs most: features, and all but the best candidates; without the conversation if it is long."""
    kept = {
        **{name: value for name, value in trace.items() if name != "timings_ms"},
        "candidates": {
            part: [{key: value for key, value in one.items() if key != "features"} for one in ranked[:_CANDIDATES]]
            for part, ranked in trace["candidates"].items()
        },
    }
    if len(json.dumps(kept)) > _LONGEST_TRACE:
        kept["question"] = {**kept["question"], "history": [], "history_left_out": True}
    return kept
