"""Cuts an article into passages of whole sentences that the encoder reads without cutting anything off."""

import hashlib
from collections.abc import Iterator, Sequence

from indexes.types import Article, Encoder, Passage, Span

WORDS = 150
"""A passage's words, about: small enough to be about one thing, large enough to hold a fact and what it rests on."""

SPLITTER = f"sentences-1 words={WORDS}"
"""What the manifest records: a build made with another value is refused."""

_LONGEST_TITLE = 200
_CONTEXT_SHARE = 4


def split_article(article: Article, sentences: Sequence[Span], *, encoder: Encoder) -> list[Passage]:
    """Passages in order; every character of every sentence is in at least one. Empty where there are no sentences.

    The context line, the passage and the special tokens together stay within `encoder.max_tokens`. A sentence that is
    too long for that alone is cut at white space into several passages.
    """
    if not sentences:
        return []
    context = context_of(article, encoder=encoder)
    budget = encoder.max_tokens
    while True:
        passages = [
            _passage(article, ordinal, span, context)
            for ordinal, span in enumerate(_packed(article.text, sentences, context, encoder, budget))
        ]
        # Tokens of parts add up for word-piece tokenizers; for others the sum may be a little short.
        longest = max(encoder.count_tokens([encoded_text(passage) for passage in passages]))
        if longest <= encoder.max_tokens or budget <= 0:
            return passages
        budget -= longest - encoder.max_tokens


def encoded_text(passage: Passage) -> str:
    """What the encoder reads of a passage."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def context_of(article: Article, *, encoder: Encoder) -> str:
    """Headline, outlet and day on one line; shortened where they take more than a quarter of the budget."""
    title = " ".join(article.title.split())[:_LONGEST_TITLE]
    outlet = " ".join((article.outlet or "").split())[:_LONGEST_TITLE]
    while True:
        context = " | ".join(part for part in (title, outlet, (article.published or "")[:10]) if part)
        if encoder.count_tokens([context])[0] <= encoder.max_tokens // _CONTEXT_SHARE or not (title or outlet):
            return context
        title, outlet = title[: len(title) // 2].rstrip(), outlet if title else outlet[: len(outlet) // 2].rstrip()


def _packed(text: str, sentences: Sequence[Span], context: str, encoder: Encoder, budget: int) -> list[Span]:
    """Runs of sentences, as even as whole sentences allow."""
    special = encoder.count_tokens([""])[0]
    room = max(1, budget - encoder.count_tokens([context])[0])
    counted = list(_units(text, sentences, encoder, room + special))
    units, tokens = [unit for unit, _ in counted], [count - special for _, count in counted]
    words = [len(unit.of(text).split()) for unit in units]
    tight = _runs(tokens, words, room=room, target=WORDS)
    even = _runs(tokens, words, room=room, target=-(-sum(words) // len(tight)))
    runs = even if len(even) <= len(tight) else tight
    return [Span(units[first].start, units[last].end) for first, last in runs]


def _runs(tokens: Sequence[int], words: Sequence[int], *, room: int, target: int) -> list[tuple[int, int]]:
    """First and last unit of each run. A run ends where the next unit would lead further from the target."""
    runs: list[tuple[int, int]] = []
    first = 0
    for at in range(len(tokens)):
        held = sum(words[first:at])
        full = sum(tokens[first : at + 1]) > room or held + words[at] / 2 > target
        if at > first and full:
            runs.append((first, at - 1))
            first = at
    runs.append((first, len(tokens) - 1))
    return runs


def _units(text: str, sentences: Sequence[Span], encoder: Encoder, room: int) -> Iterator[tuple[Span, int]]:
    """The sentences with their tokens, those too long for one passage in pieces."""
    for sentence, count in zip(sentences, encoder.count_tokens([one.of(text) for one in sentences]), strict=True):
        if count <= room:
            yield sentence, count
        else:
            yield from _pieces(text, sentence, encoder, room)


def _pieces(text: str, span: Span, encoder: Encoder, room: int) -> Iterator[tuple[Span, int]]:
    """Halves of halves until each fits, cut at the white space nearest to the middle, or in the middle without any."""
    part = span.of(text)
    count = encoder.count_tokens([part])[0]
    if len(part) == 1 or count <= room:
        yield span, count
        return
    middle = len(part) // 2
    spaces = [at for at, character in enumerate(part) if character.isspace()]
    cut = min(spaces, key=lambda at: abs(at - middle), default=middle)
    left, right = part[:cut].rstrip(), part[cut:].lstrip()
    yield from _pieces(text, Span(span.start, span.start + len(left)), encoder, room)
    yield from _pieces(text, Span(span.end - len(right), span.end), encoder, room)


def _passage(article: Article, ordinal: int, span: Span, context: str) -> Passage:
    text = span.of(article.text)
    identity = "\x1f".join((article.id, str(span.start), str(span.end), text))
    return Passage(
        id=f"p_{hashlib.sha256(identity.encode()).hexdigest()[:20]}",
        article_id=article.id,
        ordinal=ordinal,
        start=span.start,
        end=span.end,
        text=text,
        context=context,
    )
