"""Finds the clause in which a sentence tells what somebody said without quoting it."""

from collections.abc import Sequence

from indexes.speakers import Attribution
from indexes.speech_verbs import REPORTS, REPORTS_THAT, TELL
from indexes.tokens import Tokens
from indexes.types import Span

_QUESTIONS = frozenset("whether why how what if when where who".split())
_JOINS = frozenset({"and", "but", "while", ",", "though", "although", "whereas"})
"""Words behind which another attribution begins."""
_EMBEDS = frozenset({"as", "than", "what", "which", "who"})
"""Words that make an attribution part of another's clause: “than it admits”."""
_BETWEEN = frozenset(
    """
    on in at to from with by during after before through over late early last this yesterday today again afterwards later
    however too only , monday tuesday wednesday thursday friday saturday sunday of
    """.split()
)
"""Words that may stand between the verb and “that”: said on Tuesday that …"""
_NO_CLAUSE = frozenset({",", ":", ".", "for", "against", "with"})
_NEEDS_SUBJECT = frozenset({"added", "adds", "recalled", "recalls", "maintained", "maintains", "advised"})
"""Forms that mean something else where no clause follows them: “added 24 points”."""
_SUBJECTS = frozenset("he she it they we i there the his her its their this these people".split())
_LISTENERS, _LONGEST = 6, 200
"""Tokens that name the listener, and that a clause has at most."""
_SHORTEST = 8
"""Characters that a clause has more than."""
_LEAD = 3
"""Words before an attribution from which these are the statement: “The talks had failed, she said”."""
_STOPS = frozenset({".", "!", "?", ";", Tokens.QUOTE})


def find_clause(tokens: Tokens, by: Attribution, within: range, others: Sequence[int]) -> Span | None:
    """What `by` tells, inside the sentence `within`; attributions at tokens `others` follow. None where nothing."""
    verb = tokens.low[by.verb]
    if by.manner == "noun" or (by.first > within.start and tokens.low[by.first - 1] in _EMBEDS):
        return None
    if by.manner == "according":
        before = _before(tokens, by, within, comma=False)
        return _span(tokens, before or range(_behind_name(tokens, by, within), _end(tokens, by, within, others)))
    if by.manner == "verb" and verb not in REPORTS_THAT:
        return None
    end = _end(tokens, by, within, others)
    behind = range(_start(tokens, by, end), end)
    explicit = behind.start > 0 and tokens.low[behind.start - 1] == "that"
    before = _before(tokens, by, within) if verb in REPORTS and not explicit else None
    return _span(tokens, before if before and len(before) > len(behind) else behind)


def _start(tokens: Tokens, by: Attribution, end: int) -> int:
    """The first token of what is told behind the verb; `end` where the verb tells nothing there."""
    verb, start = tokens.low[by.verb], by.last + 1
    aside = verb in TELL or (start < end and (tokens.low[start] in _BETWEEN or tokens.low[start].endswith("ly")))
    for i in range(start, min(start + _LISTENERS * 2, end)):
        word = tokens.low[i]
        if word == "that" and (aside or i == start) and tokens.low[i - 1] not in {"of", "about", "to", "for"}:
            return i + 1
        if word in _QUESTIONS and (verb in TELL or i == start):
            return i
    if verb in {"told", "tells", "reminded", "assured", "informed"}:
        listeners = range(start, min(start + _LISTENERS, end))
        return next((i for i in listeners if tokens.low[i] in {"to", "he", "she", "it", "they"}), end)
    nothing = verb not in REPORTS or start >= end or tokens.low[start] in _NO_CLAUSE
    return end if nothing or (verb in _NEEDS_SUBJECT and tokens.low[start] not in _SUBJECTS) else start


def _behind_name(tokens: Tokens, by: Attribution, within: range) -> int:
    """The token behind “According to X,” or “According to X of Y,”."""
    comma = next(
        (i for i in range(by.last + 1, min(by.last + 1 + _LISTENERS * 2, within.stop)) if tokens.low[i] == ","), -1
    )
    return (
        comma + 1 if comma >= 0 and tokens.low[by.last + 1] in {"of", "at", "in", "from", "for", ","} else by.last + 1
    )


def _end(tokens: Tokens, by: Attribution, within: range, others: Sequence[int]) -> int:
    """The token behind the last one of what is told."""
    last = min(within.stop, by.last + 1 + _LONGEST)
    for i in range(by.last + 1, last):
        if tokens.low[i] in _STOPS or (i + 1 in others and tokens.low[i] in _JOINS):
            return i
    return last


def _before(tokens: Tokens, by: Attribution, within: range, *, comma: bool = True) -> range | None:
    """What stands before “, she said”."""
    end = by.first
    if comma:
        end -= 1
        argued_for = by.last + 1 < within.stop and tokens.low[by.last + 1] == "for"
        if end < within.start or tokens.low[end] != "," or argued_for:
            return None
    start = end
    while start > max(within.start, end - _LONGEST) and tokens.low[start - 1] not in _STOPS:
        start -= 1
    while start < end and tokens.low[start] in {"and", "but", ","}:
        start += 1
    while start < end and tokens.low[end - 1] in {"and", "but", ","}:
        end -= 1
    return range(start, end) if end - start >= _LEAD else None


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
