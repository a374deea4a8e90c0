"""Says why a question is declined, and what comes closest to an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexes.types import Retrieved
from qa.answerability import answers, rank, sift
from qa.calibration import THRESHOLD
from qa.evidence import Candidate, Grounds, find_candidates, find_others_words
from qa.question import Part, of_anybody
from qa.selecting import select
from qa.types import ReasonCode

CLOSEST = 3
_NEARLY = 0.8
"""A score of this share of the threshold is called too low rather than no mention at all."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question is declined: one sentence, its code, and the closest quotes, best first."""

    code: ReasonCode
    reason: str
    closest: tuple[Candidate, ...]


def refuse(
    part: Part,
    ranked: Sequence[Candidate],
    hits: Sequence[Retrieved],
    grounds: Grounds,
    *,
    score: float,
    filtered: bool = False,
) -> Refusal:
    """The refusal for a part whose best evidence did not pass the gate. `filtered`: only some articles were looked into."""
    about = part.topic or part.text
    if filtered and not hits:
        return Refusal("topic_absent", "No article is within the filters of the question.", ())
    if part.speaker is not None:
        others = rank(part.text, find_others_words(part, hits, grounds), grounds.reranker)
        speaking = select(
            [other for other in others if other.features.read and answers(other) >= THRESHOLD], most=CLOSEST
        )
        if speaking:
            who = " and ".join(dict.fromkeys(other.speaker for other in speaking if other.speaker))
            return Refusal(
                "other_speaker",
                f"No words of {part.speaker} on this are in the articles; the closest are those of {who}.",
                tuple(speaking),
            )
    if not ranked:
        ranked = sift(find_candidates(of_anybody(part), hits, grounds))
    closest = tuple(select(ranked, most=CLOSEST, share=0.3))
    absent = [stem for stem in part.stems if grounds.vocabulary.frequency(stem) == 0]
    if not closest or (absent and len(absent) * 2 >= len(part.stems)):
        return Refusal("topic_absent", f"Nothing in the articles is about this: {about}.", closest)
    if part.speaker is not None:
        return Refusal("not_mentioned", f"The articles quote nothing that {part.speaker} said about this.", closest)
    if score >= _NEARLY * THRESHOLD:
        return Refusal("low_confidence", "The closest passages are too uncertain to be an answer.", closest)
    return Refusal("not_mentioned", "The articles touch on this but do not say what was asked.", closest)
