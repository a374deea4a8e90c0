"""Finds the clause in which a sentence tells what somebody said without quoting it."""

from collections.abc import Sequence

from indexes.speakers import Attribution
from indexes.speech_verbs import REPORTS, REPORTS_THAT, TELL
from indexes.tokens import Tokens
from indexes.types import Span

_QUESTIONS = frozenset("whether why how what if when where who".split())
_LISTENERS = 6
_SHORTEST = 8
"""Characters of the shortest clause."""
_LEAD = 3
"""Words before an attribution from which these are the statement: “The talks had failed, she said”."""
_JOINS = frozenset({"and", "but", "while", ",", "though", "although", "whereas"})
_EMBEDS = frozenset({"as", "than", "what", "which", "who"})
_BETWEEN = frozenset(
    "on in at to from with by during after before through over late early last this yesterday today again afterwards later "
    "however too only , monday tuesday wednesday thursday friday saturday sunday of".split()
)
_STOPS = frozenset({".", "!", "?", ";", Tokens.QUOTE})


def find_clause(tokens: Tokens, by: Attribution, within: range, others: Sequence[int]) -> Span | None:
    """What `by` tells, inside the sentence `within`; attributions at tokens `others` follow. None where nothing."""
    if by.manner == "noun" or by.speaker is None:
        return None
    if by.manner == "according":
        return _around(tokens, by, within)
    verb = tokens.low[by.verb]
    if by.first > within.start and tokens.low[by.first - 1] in _EMBEDS:
        return None
    if verb not in REPORTS_THAT and by.manner == "verb":
        return None
    end = _end(tokens, by, within, others)
    start = _start(tokens, by, end)
    before = _before(tokens, by, within)
    if verb in REPORTS and before and (start is None or before.stop - before.start > end - start):
        return _span(tokens, before)
    if start is None:
        return before and _span(tokens, before)
    return _span(tokens, range(start, end))


def _start(tokens: Tokens, by: Attribution, end: int) -> int | None:
    """The first token of what is told behind the verb; None where the verb tells nothing there."""
    verb, start = tokens.low[by.verb], by.last + 1
    aside = verb in TELL or (start < end and (tokens.low[start] in _BETWEEN or tokens.low[start].endswith("ly")))
    for i in range(start, min(start + _LISTENERS * 2, end)):
        word = tokens.low[i]
        if word == "that" and (aside or i == start) and tokens.low[i - 1] not in {"of", "about", "to", "for"}:
            return i + 1
        if word in _QUESTIONS and (verb in TELL or verb == "asked" or i == start):
            return i
    if verb in TELL and verb not in {"warned", "promised", "urged", "advised"}:
        to = next((i for i in range(start, min(start + _LISTENERS, end)) if tokens.low[i] in {"to", "he", "she", "it", "they"}), None)
        return to
    if verb not in REPORTS or start >= end or tokens.low[start] in {",", ":", ".", "for", "against", "with"}:
        return None
    return start


def _end(tokens: Tokens, by: Attribution, within: range, others: Sequence[int]) -> int:
    """The token behind the last one of what is told."""
    for i in range(by.last + 1, within.stop):
        if tokens.low[i] in _STOPS:
            return i
        if i + 1 in others and tokens.low[i] in _JOINS:
            return i
    return within.stop


def _before(tokens: Tokens, by: Attribution, within: range) -> range | None:
    """What stands before “, she said”."""
    comma = by.first - 1
    if comma < within.start or tokens.low[comma] != "," or (by.last + 1 < within.stop and tokens.low[by.last + 1] == "for"):
        return None
    start = comma
    while start > within.start and tokens.low[start - 1] not in _STOPS:
        start -= 1
    while start < comma and tokens.low[start] in {"and", "but", ","}:
        start += 1
    return range(start, comma) if comma - start >= _LEAD else None


def _around(tokens: Tokens, by: Attribution, within: range) -> Span | None:
    """What “according to X” stands before or behind: the longer."""
    before = range(within.start, by.first)
    while len(before) > 0 and tokens.low[before.start] in _STOPS | {","}:
        before = range(before.start + 1, before.stop)
    behind = range(by.last + 1, within.stop)
    longer = before if len(before) >= _LEAD else behind
    return _span(tokens, longer)


def _span(tokens: Tokens, found: range) -> Span | None:
    """The characters of a run of tokens without marks at its ends."""
    start, stop = found.start, found.stop
    while start < stop and not tokens.is_word(start):
        start += 1
    while start < stop and not tokens.is_word(stop - 1):
        stop -= 1
    if start >= stop or tokens.ends[stop - 1] - tokens.starts[start] <= _SHORTEST:
        return None
    return Span(tokens.starts[start], tokens.ends[stop - 1])
