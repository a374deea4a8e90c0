"""Writes an answer as one text with numbered footnotes, for clients that have no place for citations. Pure."""

import re
from collections.abc import Sequence

from indexes.types import Article
from qa.types import Answer, Citation, Claim

_NOTE = re.compile(r"\n+\[\d+\] .*\Z", re.DOTALL)
_MARKS = re.compile(r'[“”„«»"]')
_ONE_QUOTATION = re.compile(r"“[^“”]+”")
_PARAGRAPH = "\n\n"
_DECLINED = "I cannot answer this from the articles of the archive."


def write_reply(answer: Answer) -> str:
    """The whole text: what `write_said` gives, then the footnotes; a declined question has none."""
    if answer.status == "insufficient_evidence":
        return write_said(answer)
    return f"{write_said(answer)}{_PARAGRAPH}{write_end(answer)}"


def write_said(answer: Answer) -> str:
    """The answer, or the quotes where no language model wrote one, or why there is none."""
    if answer.status == "insufficient_evidence":
        return write_end(answer)
    return answer.answer or _PARAGRAPH.join(write_quote(citation) for citation in answer.citations)


def write_end(answer: Answer) -> str:
    """What comes below the claims or quotes: the reason where there is one, then the footnotes."""
    if answer.status == "insufficient_evidence":
        return f"{_DECLINED} {answer.reason or ''}".rstrip()
    notes = "\n".join(write_note(citation, quoted=bool(answer.claims)) for citation in answer.citations)
    return f"{answer.reason}{_PARAGRAPH}{notes}" if answer.reason else notes


def write_claim(claim: Claim) -> str:
    """A claim with the marks of its footnotes, as in `Answer.answer`."""
    return f"{claim.text} {''.join(f'[{number}]' for number in claim.citations)}"


def write_quote(citation: Citation) -> str:
    """A quote and the mark of its footnote; its speaker goes before what is their words alone, and is named behind what is not."""
    words, speaker = _in_marks(citation.quote), citation.speaker
    if not speaker:
        return f"{words} [{citation.number}]"
    if _ONE_QUOTATION.fullmatch(citation.quote):
        return f"{speaker}: {words} [{citation.number}]"
    return f"{words} (speaker: {speaker}) [{citation.number}]"


def write_note(citation: Citation, *, quoted: bool = True) -> str:
    """A footnote: `[1] “quote” — Title, Outlet, day, address`, without what is not known; the quote only where `quoted`."""
    words = f"{_in_marks(citation.quote)} — " if quoted else ""
    return f"[{citation.number}] {words}{_source(citation.article)}"


def without_notes(text: str) -> str:
    """A reply of ours without its footnotes, as it was said in the conversation; of a declined question nothing was said."""
    return "" if text.startswith(_DECLINED) else _NOTE.sub("", text)


def _in_marks(quote: str) -> str:
    """The very words in quotation marks; those that have some of their own get no others around them."""
    return quote if _MARKS.search(quote) else f"“{quote}”"


def _source(article: Article) -> str:
    known: Sequence[str | None] = (article.title, article.outlet, (article.published or "")[:10], article.url)
    return ", ".join(one for one in known if one) or article.id
