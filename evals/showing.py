"""Chooses what a report's page shows of each case: passages cut to what one reads, and why it scored as it did (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.metrics import occurrences
from evals.types import GOOD_OUTCOMES, Case, EvalMode, ShownQuote, Story

PASSAGES = 5
"""Retrieved passages shown of a case."""

PASSAGE = 400
"""Characters shown of a retrieved passage."""

CITATIONS = 8
"""Citations (and closest quotes) shown of a case."""

QUOTE = 1200
"""Characters shown of a quote."""

AROUND = 160
"""Characters shown on each side of a quote."""

ELLIPSIS = "…"

OUTCOMES = {
    "right": "The quotes given answer the question, as the golden data say.",
    "declined": "The articles do not answer this question, and it was declined.",
    "all_facts": "Every gold fact is in the first ten passages.",
    "some_facts": "Some gold facts are in the first ten passages, others are not.",
    "no_facts": "No gold fact is in the first ten passages.",
    "found": "An article that answers is among those of the passages.",
    "not_found": "No article that answers is among those of the passages.",
    "wrong_quote": "An answer was given, but none of its quotes is a gold one.",
    "false_refusal": "The articles answer this question, but it was declined.",
    "answered_unanswerable": "The articles do not answer this question, yet an answer was given.",
    "conflict_missed": "The quotes answer, but the articles contradict each other and the answer does not say so.",
    "misattributed": "A quote holds the words of somebody else than the person asked about.",
    "invalid_citation": "A citation is not the stored text at the place that it names.",
    "error": "The question ended in an exception.",
    "no_text": "No article was found on the page.",
    "partly": "The article's text was taken from the page with parts missing or too many.",
}
"""What each outcome means, in one sentence."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `marked` where it is what was cited, or the gold quote of a retrieved passage."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A quote in its place, as pieces in the order of the text."""

    source: ShownQuote
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """A case as the page shows it; `left_out` counts the passages that are not shown."""

    case: Case
    story: Story | None
    good: bool
    meaning: str
    passages: tuple[ShownPassage, ...] = ()
    left_out: int = 0


def show_cases(cases: Sequence[Case], stories: Mapping[str, Story], *, mode: EvalMode) -> tuple[ShownCase, ...]:
    """Every case in its order; one without a story is shown by its numbers alone."""
    return tuple(_show(case, stories.get(case.id), mode) for case in cases)


def cut_passage(passage: str, gold: Sequence[str], *, limit: int = PASSAGE) -> tuple[Piece, ...]:
    """About `limit` characters of a passage: around the first gold quote in it, which is marked, else its beginning."""
    found = next((span for quote in gold for span in occurrences(passage, quote)), None)
    if found is None:
        return (Piece(_head(passage, limit)),)
    kept = passage[found.start : found.end]
    room = max(limit - len(kept), 0) // 2
    return _pieces(_tail(passage[: found.start], room), _head(kept, limit), _head(passage[found.end :], room))


def cut_quote(quote: ShownQuote) -> tuple[Piece, ...]:
    """A citation, marked, with a little of what stands on either side."""
    return _pieces(_tail(quote.before, AROUND).lstrip(), _head(quote.quote, QUOTE), _head(quote.after, AROUND).rstrip())


def _show(case: Case, story: Story | None, mode: EvalMode) -> ShownCase:
    quotes = story.quotes if story else ()
    gold = story.gold_quotes if story else ()
    limit = PASSAGES if mode == "retrieval" else CITATIONS
    return ShownCase(
        case=case,
        story=story,
        good=case.outcome in GOOD_OUTCOMES,
        meaning=OUTCOMES.get(case.outcome, ""),
        passages=tuple(
            ShownPassage(quote, cut_passage(quote.quote, gold) if mode == "retrieval" else cut_quote(quote))
            for quote in quotes[:limit]
        ),
        left_out=len(quotes[limit:]),
    )


def _pieces(before: str, marked: str, after: str) -> tuple[Piece, ...]:
    pieces = (Piece(before), Piece(marked, marked=True), Piece(after))
    return tuple(piece for piece in pieces if piece.text)


def _head(text: str, limit: int) -> str:
    """The beginning, cut at a space where one is near."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut) + ELLIPSIS


def _tail(text: str, limit: int) -> str:
    """The end, cut at a space where one is near."""
    if len(text) <= limit:
        return text
    cut = text[len(text) - limit :]
    space = cut.find(" ")
    return ELLIPSIS + (cut[space + 1 :] if 0 <= space < limit // 2 else cut)
