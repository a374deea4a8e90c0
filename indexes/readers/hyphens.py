"""Joins lines that were broken to fit a width; tells a hyphen that parts a word at a line's end from one that belongs to it."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

_SOFT = "\u00ad"
_WORD = re.compile(r"[^\W\d_]+(?:[-‐’'][^\W\d_]+)*")
_BROKEN = re.compile(r"(?P<inner>[-‐\d]?)(?P<first>[^\W\d_]+)[-‐]$")
_GOES_ON = re.compile(r"[^\W\d_]+(?P<inner>[-‐]?)")
# "two- and three-year": the hyphen stands for what follows later.
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|e|en|of)\b")
# A text whose lines end in a hyphen as rarely as this was set without breaking words: its hyphens are its own.
_FEWEST_BREAKS = 2
_BREAKING_SHARE = 0.02
_SHORTEST_WORD = 4
# Beginnings and ends of words that English writes with a hyphen.
_HEADS = frozenset(
    "all anti best cash co cross deep double eagle eight eighth eighty ever ex fact far fast fifth fifty first"
    " five forty four free full go good great half hard high human ill inter large last left like little long"
    " longer low lower mid middle mini multi near neo never nine ninety ninth non north off old on one open over"
    " part per post pre pro quasi re right second self semi seven seventy short single six sixty small so south"
    " state still sub ten third thirty three top tri twenty two ultra under upper vice well west wide wind world"
    " year zero".split()
)
_TAILS = frozenset(
    "able aged backed based born bound class controlled cost day driven earning elect era ever faced fact fifth"
    " fifths first five four fourths free friendly general going held hit hour in in-chief inch income key"
    " kilometre law led level life like linked long looking made making metre mile minded minute month nine off"
    " old on one only orbit owned page party past person pound profile proof range ranking rate related rich right"
    " road run running scale service setting seven shaped side six sized speaking speed standing step storey story"
    " style tech term than thinking third thirds three time timer to turn two type up versus wage way week wide"
    " wing winner winning year years".split()
)


def join_lines(lines: Sequence[str], *, own: "Hyphens") -> str:
    """One paragraph of its lines: a space between two of them, none where a word goes on."""
    parts: list[str] = []
    for line in lines:
        words = " ".join(line.split())
        if not words:
            continue
        if parts and parts[-1].endswith(_SOFT):
            parts[-1] = parts[-1].rstrip(_SOFT)
        elif parts and _ends_in_hyphen(parts[-1], words):
            parts[-1] = parts[-1] if own.keeps(parts[-1], words) else parts[-1][:-1]
        elif parts:
            parts.append(" ")
        parts.append(words)
    return "".join(parts)


class Hyphens:
    """Knows of one text whether its lines break words, and which words it writes whole or with a hyphen."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read all the lines of a text, in order."""
        texts = [line.strip() for line in lines]
        self._whole: set[str] = set()
        breaks = 0
        broken = False
        for line, after in pairwise([*texts, ""]):
            words = [match[0].casefold().replace("‐", "-") for match in _WORD.finditer(line)]
            breaks_now = _is_broken(line, after)
            # What stands on both sides of a break is no word by itself.
            self._whole.update(words[broken : len(words) - breaks_now])
            breaks, broken = breaks + breaks_now, breaks_now
        self._breaks_words = breaks >= max(_FEWEST_BREAKS, _BREAKING_SHARE * len(texts))

    def knows(self, word: str) -> bool:
        """Whether the text has this word somewhere inside of a line."""
        return word.casefold() in self._whole

    def keeps(self, before: str, after: str) -> bool:
        """Whether the hyphen at the end of `before` belongs to the word; yes where nothing says that it does not."""
        broken, goes_on = _BROKEN.search(before), _GOES_ON.match(after)
        if broken is None or goes_on is None or broken["inner"] or goes_on["inner"]:
            return True
        if len(broken["first"]) == 1 or broken["first"].isupper():
            return True
        first, second = broken["first"].casefold(), goes_on[0].casefold()
        whole, compound = self.knows(first + second), self.knows(f"{first}-{second}")
        if whole != compound:
            return compound
        if compound or first in _HEADS or second in _TAILS:
            return True
        both = min(len(first), len(second)) >= _SHORTEST_WORD and self.knows(first) and self.knows(second)
        return both or not self._breaks_words


def _is_broken(before: str, after: str) -> bool:
    """Whether a line ends in a letter and a hyphen, and the next may go on with the word."""
    return bool(_BROKEN.search(before[-60:])) and after[:1].islower() and not _SUSPENDED.match(after)


def _ends_in_hyphen(before: str, after: str) -> bool:
    """Whether the hyphen at the end of a line holds it together with the next: `self-` `employed`, `18-` `yard`."""
    return bool(re.search(r"\w[-‐]$", before[-2:])) and after[:1].isalnum() and not _SUSPENDED.match(after)
