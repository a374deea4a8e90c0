"""Picks, from ranked candidates, the few that are cited: close to the best, each saying something of its own. Pure."""

from collections.abc import Sequence

from indexes.words import STOPWORDS, find_words
from qa.calibration import KEPT
from qa.evidence import Candidate
from qa.question import Part
from qa.types import Evidence

_SAME = 0.8
"""Share of common words from which two quotes are the same story told twice (wire copy)."""


def select(ranked: Sequence[Candidate], *, most: int, share: float = KEPT) -> list[Candidate]:
    """The best candidate and those at least `share` as good, without overlaps and without a second copy of the words."""
    chosen: list[Candidate] = []
    for candidate in ranked:
        if len(chosen) == most or (chosen and candidate.score < share * chosen[0].score):
            break
        if not any(overlaps(candidate, other) or same_words(candidate.quote, other.quote) for other in chosen):
            chosen.append(candidate)
    return chosen


def of_one_voice(part: Part, ranked: Sequence[Candidate], *, described: bool = False) -> list[Candidate]:
    """Without other people's words where the best candidate is the words of somebody whom the question names.

    `described`: the question describes somebody, for whom the speaker of the best candidate is taken.
    """
    spoken = ranked[0].speaker if ranked and (described or ranked[0].is_of(part.names)) else None
    if spoken is None or part.kind == "who_said":
        return list(ranked)
    return [one for one in ranked if one.speaker is None or one.is_of([spoken])]


def as_evidence(candidate: Candidate) -> Evidence:
    """The candidate as a value that leaves this package."""
    return Evidence(
        article=candidate.article,
        start=candidate.start,
        end=candidate.end,
        quote=candidate.quote,
        speaker=candidate.speaker,
        score=candidate.score,
        also=candidate.also,
    )


def same_words(one: str, other: str) -> bool:
    """Whether two quotes share nearly all their content words (Jaccard index of at least 0.8)."""
    first, second = _stems(one), _stems(other)
    return bool(first | second) and len(first & second) >= _SAME * len(first | second)


def overlaps(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates share a place of the same article."""
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _stems(text: str) -> set[str]:
    return {word.stem for word in find_words(text) if word.stem not in STOPWORDS}
