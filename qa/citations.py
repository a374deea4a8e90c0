"""Turns evidence into citations: numbered, with an id that depends on the article, the span and the words only. Pure."""

import hashlib
from collections.abc import Sequence

from indexes.types import Article
from qa.types import Citation, Evidence

MAX_PER_CLAIM = 3
MAX_PER_ANSWER = 8


def citation_id(article_id: str, start: int, end: int, quote: str) -> str:
    """`c_` and 16 hexadecimal digits: the same for the same words at the same place, in every build."""
    digest = hashlib.sha256(f"{article_id}\0{start}\0{end}\0{quote}".encode())
    return f"c_{digest.hexdigest()[:16]}"


def is_verbatim(article: Article, start: int, end: int, quote: str) -> bool:
    """Whether the stored text has exactly these words at exactly this place, and there is something to quote."""
    return 0 <= start < end <= len(article.text) and article.text[start:end] == quote and bool(quote.strip())


def cite(evidence: Sequence[Evidence]) -> tuple[tuple[Citation, ...], int]:
    """Citations numbered from 1 in the order given, at most `MAX_PER_ANSWER`, and how many failed verification.

    An article that does not have the very words is left out of `also`; that is no failure of the citation.
    """
    citations: list[Citation] = []
    dropped = 0
    for piece in evidence:
        if not is_verbatim(piece.article, piece.start, piece.end, piece.quote):
            dropped += 1
            continue
        if len(citations) == MAX_PER_ANSWER:
            break
        citations.append(
            Citation(
                number=len(citations) + 1,
                id=citation_id(piece.article.id, piece.start, piece.end, piece.quote),
                quote=piece.quote,
                start=piece.start,
                end=piece.end,
                speaker=piece.speaker,
                article=piece.article,
                also=tuple(one for one in piece.also if one.id != piece.article.id and piece.quote in one.text),
            )
        )
    return tuple(citations), dropped
