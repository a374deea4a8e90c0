"""Finds out whether cited quotes give different values for the same thing. Pure."""

import re
from collections.abc import Sequence

from indexes.words import STOPWORDS, find_words
from qa.question import Part
from qa.types import Citation
from qa.verification import find_values

_REACH = 3
"""Words after a number that may say what it counts."""
_NUMBERED = re.compile(r"\d[\d,.]*(?:\s+(?:hundred|thousand|million|billion))?")


def find_conflict(parts: Sequence[Part], citations: Sequence[Citation]) -> tuple[Citation, Citation] | None:
    """The first two citations whose values for one counted thing differ, where a number is asked for."""
    counted = {stem for part in parts if part.expects == "number" for stem in part.stems}
    if not counted:
        return None
    values = [_values_of(citation.quote, counted) for citation in citations]
    for i, first in enumerate(values):
        for j in range(i + 1, len(values)):
            for stem, one in first.items():
                other = values[j].get(stem)
                if other and not one & other and citations[i].article.id != citations[j].article.id:
                    return citations[i], citations[j]
    return None


def _values_of(quote: str, counted: set[str]) -> dict[str, set[float]]:
    """The values that a quote gives for each counted thing."""
    found: dict[str, set[float]] = {}
    for match in _NUMBERED.finditer(quote):
        after = [word.stem for word in find_words(quote[match.end() : match.end() + 40])][:_REACH]
        for stem in after:
            if stem in counted and stem not in STOPWORDS:
                found.setdefault(stem, set()).update(find_values(match.group()))
    return found
