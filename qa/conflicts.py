"""Finds out whether candidates give different values for the same thing. Pure."""

import re
from collections.abc import Mapping, Sequence

from indexes.types import Article
from indexes.words import STOPWORDS, find_words, stem_of
from qa.answer_types import asked_thing
from qa.evidence import Candidate
from qa.question import Part
from qa.verification import find_values

_REACH = 3
"""Words after a number that may say what it counts."""
_MOST_VALUES = 2
_DAYS = 10
"""Days between two reports from which the later one is news and no contradiction."""
_NUMBERED = re.compile(r"\d[\d,.]*(?:\s+(?:hundred|thousand|million|billion))?", re.IGNORECASE)
_SCALES = frozenset(stem_of(word) for word in ("hundred", "thousand", "million", "billion"))
_MEASURED: Sequence[tuple[re.Pattern[str], frozenset[str]]] = (
    (
        re.compile(
            r"\b(?:cost|price|worth|value|gap|hole|money|crowns?|dollars?|euros?|pounds?|fine|fee|bill|budget|deficit|damage|pay|paid)\b",
            re.IGNORECASE,
        ),
        frozenset(stem_of(word) for word in ("crowns", "dollars", "euros", "pounds", "francs")),
    ),
    (
        re.compile(r"\b(?:turnout|per\s?cent|percent|share|rate|proportion)\b", re.IGNORECASE),
        frozenset(stem_of(word) for word in ("cent", "percent")),
    ),
    (
        re.compile(r"\b(?:attendance|crowd|audience|spectators?|turnout)\b", re.IGNORECASE),
        frozenset(stem_of(word) for word in ("people", "spectators", "fans", "visitors")),
    ),
)
_SETTLED = re.compile(
    r"\b(?:latest|now|correct|corrected|right|revised|final|recount|most recent|official)\b", re.IGNORECASE
)


def find_contradictions(part: Part, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, best first, that give another value than the best one, where a number is asked for.

    Two quotes contradict each other when they count the same thing with different values, were published within ten days
    of each other, and neither explains the other away by giving both values. A question for the latest or the corrected
    value has one answer. Whether they answer the question is not looked at.
    """
    if (part.expects != "number" and not _measures(part)) or not ranked or _SETTLED.search(part.text):
        return []
    counted = _counted(part)
    first = values_of(ranked[0].quote, counted)
    found = []
    for other in ranked[1:] if first else ():
        second = values_of(other.quote, counted)
        clash = any(_contradict(first[unit], second[unit]) for unit in first.keys() & second.keys())
        if clash and _at_one_time(ranked[0].article, other.article):
            found.append(other)
    return found


def values_of(quote: str, counted: frozenset[str]) -> Mapping[str, set[float]]:
    """The values that a quote gives for each counted thing, by the stem of its name."""
    found: dict[str, set[float]] = {}
    for match in _NUMBERED.finditer(quote):
        after = [word.stem for word in find_words(quote[match.end() : match.end() + 40])][:_REACH]
        for stem in after:
            if stem in counted and stem not in STOPWORDS:
                found.setdefault(stem, set()).update(find_values(match.group().rstrip(".,")))
                break
    return found


def _measures(part: Part) -> bool:
    return any(asks.search(part.text) for asks, _ in _MEASURED)


def _counted(part: Part) -> frozenset[str]:
    """What the question counts: the thing after “how many”, or the unit of what it measures."""
    units: set[str] = set(asked_thing(part.text))
    for asks, stems in _MEASURED:
        if asks.search(part.text):
            units |= stems
    return frozenset(units - _SCALES)


def _at_one_time(one: Article, other: Article) -> bool:
    """Whether two articles were published within ten days of each other, as far as is known."""
    return one.day is None or other.day is None or abs((one.day - other.day).days) <= _DAYS


def _contradict(one: set[float], other: set[float]) -> bool:
    return not one & other and len(one) <= _MOST_VALUES and len(other) <= _MOST_VALUES
