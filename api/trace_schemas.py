"""The trace of an answer as it is on the wire, and how it is made from what was kept."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import Field

from api.schemas import Claim, Day, Wire
from qa.evidence import NAMES
from qa.types import Mode, ReasonCode, Status


class TracedFilters(Wire):
    """Which articles the question was about; what is empty did not restrict."""

    outlet: list[str]
    author: list[str]
    article_id: list[str]
    published_from: Day | None
    published_to: Day | None


class TracedTurn(Wire):
    """An earlier question of the conversation and its answer."""

    question: str
    answer: str


class TracedQuestion(Wire):
    """The question as it was asked."""

    text: str
    mode: Mode | None
    limit: int
    filters: TracedFilters
    history: list[TracedTurn]
    reference_date: Day | None


class TracedPart(Wire):
    """One thing that was asked, as it was understood."""

    text: str
    kind: str
    topic: str
    expects: str
    speaker: str | None
    names: list[str]


class TracedPassage(Wire):
    """A passage that was found; higher scores are better."""

    id: str
    article_id: str
    score: float


class TracedCandidate(Wire):
    """A quote that could have answered: `text[start:end]` of the article."""

    article_id: str
    start: int
    end: int
    speaker: str | None
    score: float = Field(description="How likely it answers, 0 to 1.")
    features: dict[str, float] = Field(description="What speaks for it; empty where the trace is of another version.")


class TracedCitation(Wire):
    """A quote that was cited: `text[start:end]` of the article."""

    id: str
    article_id: str
    start: int
    end: int


class Trace(Wire):
    """How an answer came about. It holds no article's text: only claims may have words of one."""

    id: str = Field(description="The `trace_id` of the answer.")
    created: str
    asker: str | None = Field(description="Id of the API key that asked (`python -m api keys list`); null without one.")
    question: TracedQuestion
    parts: list[TracedPart]
    passages: list[TracedPassage] = Field(description="Best first.")
    candidates: dict[str, list[TracedCandidate]] = Field(description="For the text of each part, best first.")
    status: Status
    reason_code: ReasonCode | None
    claims: list[Claim]
    citations: list[TracedCitation]
    score: float = Field(description="The gate's probability that the evidence answers.")
    dropped: int = Field(description="What verification took out.")
    index_build: str
    model: str | None
    timings_ms: dict[str, int]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From what `qa.traces` keeps."""
        question, filters = kept["question"], kept["question"]["filters"]
        return cls(
            id=kept["id"],
            created=kept["created"],
            asker=kept.get("asker"),
            question=TracedQuestion(
                filters=TracedFilters(
                    outlet=filters["outlets"],
                    author=filters["authors"],
                    article_id=filters["article_ids"],
                    **_taken(filters, ("published_from", "published_to")),
                ),
                history=[TracedTurn(**_taken(turn, TracedTurn.model_fields)) for turn in question["history"]],
                **_taken(question, ("text", "mode", "limit", "reference_date")),
            ),
            parts=[TracedPart(**_taken(part, TracedPart.model_fields)) for part in kept["read"]["parts"]],
            passages=[TracedPassage(**_taken(one, TracedPassage.model_fields)) for one in kept["passages"]],
            candidates={part: [_candidate(one) for one in ranked] for part, ranked in kept["candidates"].items()},
            claims=[Claim(**_taken(claim, Claim.model_fields)) for claim in kept["claims"]],
            citations=[TracedCitation(**_taken(one, TracedCitation.model_fields)) for one in kept["citations"]],
            timings_ms={step: round(milliseconds) for step, milliseconds in kept["timings_ms"].items()},
            **_taken(kept, ("status", "reason_code", "score", "dropped", "index_build", "model")),
        )


def _candidate(kept: Mapping[str, Any]) -> TracedCandidate:
    vector: Sequence[float] = kept["features"]
    features = dict(zip(NAMES, vector, strict=True)) if len(vector) == len(NAMES) else {}
    return TracedCandidate(features=features, **_taken(kept, ("article_id", "start", "end", "speaker", "score")))


def _taken(kept: Mapping[str, Any], names: Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
    """These fields only: what is kept may have more."""
    return {name: kept[name] for name in names}
