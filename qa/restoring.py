"""Puts the stored words back into a claim where a model changed only marks, white space or an ellipsis. Pure."""

import re
from collections.abc import Sequence

from indexes.quotations import quoted_spans

_SAME = {"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "–": "-", "—": "-", "\u00a0": " "}
_SHORTEST = 2


def restore_quotes(text: str, quotes: Sequence[str]) -> str:
    """The text with each quoted span that a quote holds but for its marks replaced by the quote's own characters."""
    pieces: list[str] = []
    position = 0
    for span in quoted_spans(text):
        inside = span.of(text)
        found = None if any(inside in quote for quote in quotes) else _find(inside, quotes)
        pieces.append(text[position : span.start])
        pieces.append(inside if found is None else found)
        position = span.end
    return "".join([*pieces, text[position:]])


def _find(inside: str, quotes: Sequence[str]) -> str | None:
    """The part of a quote that reads like `inside`."""
    asked, _ = _folded(inside.strip().rstrip(".,;"))
    if len(asked) < _SHORTEST:
        return None
    for quote in quotes:
        folded, places = _folded(quote)
        at = folded.find(asked)
        if at != -1:
            return quote[places[at] : places[at + len(asked) - 1] + 1]
    return None


def _folded(text: str) -> tuple[str, list[int]]:
    """The text with one kind of each mark and single spaces, in lower case, and where each character stood."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(re.sub(r"\s", " ", text)):
        if character == " " and characters and characters[-1] == " ":
            continue
        for folded in _SAME.get(character, character):
            characters.append(folded.lower() if len(folded.lower()) == 1 else folded)
            places.append(place)
    return "".join(characters), places
