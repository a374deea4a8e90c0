"""Finds places of an article: what stands around a quote, and a text in paragraphs with a place marked. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexes.types import Span

AROUND = 200
"""Characters of the article that are shown on each side of a quote."""

_PARAGRAPH = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_PLACE = re.compile(r"(?P<start>[0-9]{1,9})-(?P<end>[0-9]{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Context:
    """A quote with what stands around it: `before + quote + after` is a run of the text; `…_cut` where it goes on."""

    before: str
    quote: str
    after: str
    before_cut: bool
    after_cut: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a paragraph, marked or not. `first`: the mark begins here."""

    text: str
    marked: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: `text[start:start + length]`, where the length is that of its pieces together."""

    start: int
    pieces: tuple[Piece, ...]


def find_context(text: str, start: int, end: int, *, around: int = AROUND) -> Context:
    """What stands around `text[start:end]`: about so many characters on each side, whole words where there are any."""
    first, last = max(0, start - around), min(len(text), end + around)
    if first and not text[first - 1].isspace():
        first = next((place + 1 for place in range(first, start) if text[place].isspace()), first)
    if last < len(text) and not text[last].isspace():
        last = next((place for place in range(last - 1, end - 1, -1) if text[place].isspace()), last)
    return Context(text[first:start], text[start:end], text[end:last], first > 0, last < len(text))


def read_place(given: str | None) -> Span | None:
    """The place that an address names as `start-end`; None where it names none that could be one."""
    match = _PLACE.fullmatch(given or "")
    place = Span(int(match["start"]), int(match["end"])) if match else None
    return place if place and place.start < place.end else None


def split_paragraphs(text: str, place: Span | None = None) -> Sequence[Paragraph]:
    """The paragraphs of a text, without the breaks between them; what belongs to the place is marked."""
    found = []
    for match in _PARAGRAPH.finditer(text):
        start, end = match.span()
        if match[0].isspace():
            continue
        found.append(Paragraph(start, tuple(_cut(text, Span(start, end), place))))
    return found


def _cut(text: str, whole: Span, place: Span | None) -> list[Piece]:
    if place is None or not place.overlaps(whole):
        return [Piece(whole.of(text))]
    start, end = max(whole.start, place.start), min(whole.end, place.end)
    pieces = [
        Piece(text[whole.start : start]),
        Piece(text[start:end], marked=True, first=start == place.start),
        Piece(text[end : whole.end]),
    ]
    return [piece for piece in pieces if piece.text]
