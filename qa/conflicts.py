"""Finds out whether candidates give different values for the same thing. Pure."""

import re
from collections.abc import Mapping, Sequence

from indexes.words import STOPWORDS, find_words, stem_of
from qa.answer_types import asked_thing
from qa.evidence import Candidate
from qa.question import Part
from qa.verification import find_values

_REACH = 3
"""Words after a number that may say what it counts."""
_LOOKED_AT = 8
_SHARE = 0.1
"""A candidate with less of the best one's score is not about the same thing."""
_COVER = 0.6
"""Share of the best candidate's cover of the question that the other one must reach."""
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
_LATEST = re.compile(
    r"\b(?:latest|now|correct|corrected|right|revised|final|recount|most recent|official)\b", re.IGNORECASE
)


def find_conflict(part: Part, ranked: Sequence[Candidate]) -> Candidate | None:
    """The candidate that contradicts the best one, where a number is asked for; None where none does.

    Two quotes contradict each other when they count the same thing with different values, were published within ten days
    of each other, and neither explains the other away by giving both values. A question for the latest or the corrected
    value has one answer.
    """
    if (part.expects != "number" and not _measures(part)) or not ranked or _LATEST.search(part.text):
        return None
    counted = _counted(part)
    best = ranked[0]
    first = values_of(best.quote, counted)
    if not first:
        return None
    for other in ranked[1:_LOOKED_AT]:
        if other.score < _SHARE * best.score or not _alike(best, other):
            continue
        second = values_of(other.quote, counted)
        if any(_contradict(first[unit], second[unit]) for unit in first.keys() & second.keys()):
            return other
    return None


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


def _alike(best: Candidate, other: Candidate) -> bool:
    """Whether two candidates tell of the same thing at the same time."""
    if other.features.cover_rest < _COVER * best.features.cover_rest:
        return False
    if best.article.id == other.article.id or best.article.day is None or other.article.day is None:
        return True
    return abs((best.article.day - other.article.day).days) <= _DAYS


def _contradict(one: set[float], other: set[float]) -> bool:
    return not one & other and len(one) <= _MOST_VALUES and len(other) <= _MOST_VALUES
