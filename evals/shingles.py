"""How much of a page's true text was taken out of it, and how much else: shingles of four words (pure).

The definition is that of the article extraction benchmark of Scrapinghub (its file `evaluate.py`,
github.com/scrapinghub/article-extraction-benchmark): words are runs of letters, digits and underscores, as they are
written; a shingle is four words in a row, a text of fewer words is one shingle; each occurrence counts. Precision is
taken over the pages from which anything was taken, recall over those that have a text. Each is averaged over pages, and
F1 is that of the averages.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import TypeAlias

WORDS = 4
Shingles: TypeAlias = Counter[tuple[str, ...]]

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Overlap:
    """The shingles that two texts share, and those that only one of them has."""

    shared: int
    surplus: int
    missing: int

    @property
    def precision(self) -> float | None:
        """The share of what was taken out that belongs to the true text; None where nothing was taken out."""
        taken = self.shared + self.surplus
        return self.shared / taken if taken else None

    @property
    def recall(self) -> float | None:
        """The share of the true text that was taken out; None where there is no true text."""
        true = self.shared + self.missing
        return self.shared / true if true else None


def overlap(text: str, true: str) -> Overlap:
    """What a text that was taken out of a page has of its true text."""
    found, wanted = shingles(text), shingles(true)
    shared = (found & wanted).total()
    return Overlap(shared=shared, surplus=found.total() - shared, missing=wanted.total() - shared)


def shingles(text: str) -> Shingles:
    """Every four words in a row, with how often they occur; none for a text without words."""
    words = _WORD.findall(text)
    if not words:
        return Counter()
    return Counter(tuple(words[start : start + WORDS]) for start in range(max(1, len(words) - WORDS + 1)))
