"""The values that flow through an answer: a question, evidence, claims, citations, the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol, TypeAlias

from indexes.types import Article, Filters, Retrieved

Mode: TypeAlias = Literal["answer", "quotes"]
Status: TypeAlias = Literal["answered", "partial", "conflicting", "insufficient_evidence"]
ReasonCode: TypeAlias = Literal["topic_absent", "not_mentioned", "other_speaker", "low_confidence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An earlier question of the conversation and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `mode` None: `answer` where an LLM is there, else `quotes`. `limit`: passages considered, 1 to 50."""

    text: str
    mode: Mode | None = None
    limit: int = 10
    filters: Filters = Filters()
    history: tuple[Turn, ...] = ()
    reference_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A verbatim quote that may answer: `article.text[start:end] == quote`, with its score (higher is better, 0 to 1).

    `also` are other printings of the story that have the very same words, in order of publication.
    """

    article: Article
    start: int
    end: int
    quote: str
    speaker: str | None
    score: float
    also: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A verified quote: `article.text[start:end] == quote`. `id` (`c_…`) depends on article, span and text only.

    `also` are other printings of the story, in order of publication; each has the quote word for word.
    """

    number: int
    id: str
    quote: str
    start: int
    end: int
    speaker: str | None
    article: Article
    also: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of the answer with the numbers of the citations that it rests on."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of a question. Declining (`insufficient_evidence`) is a value with a reason, not an error.

    `score` is the gate's calibrated probability that the evidence answers. `timings_ms` has the steps in order.
    `dropped` counts what verification took out; the tokens are 0 where no LLM ran, or where it does not count them.
    """

    status: Status
    mode: Mode
    answer: str = ""
    short_answer: str = ""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    reason: str | None = None
    reason_code: ReasonCode | None = None
    undated_left_out: int = 0
    index_build: str = ""
    model: str | None = None
    trace_id: str = ""
    cached: bool = False
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    score: float = 0.0
    dropped: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    passages: tuple[Retrieved, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimVerified:
    """A sentence of the answer that has just been verified, with its citations, numbered as the answer will number them."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who follows an answer while it is made.

    `tell` takes each claim in the thread that answers; `gone` says whether nobody waits for the answer any more, and is
    asked again and again. Neither may raise.
    """

    tell: Callable[[ClaimVerified], None]
    gone: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a language model returned: `text` is a JSON document that fits the schema it was given."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


Watch: TypeAlias = Callable[[str], bool]
"""Takes each further piece of a reply, and now and then the empty string; true ends the reply: nobody wants it."""


class LanguageModel(Protocol):
    """Completes a prompt under a JSON schema."""

    @property
    def name(self) -> str:
        """The model's name, as answers give it."""
        ...

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any], max_tokens: int, watch: Watch | None = None
    ) -> Completion:
        """A JSON document under `schema`. Raises `ModelUnavailable`, `ModelFailed`, or `Abandoned` where `watch` ends it.

        `watch` is asked at least every second while the model works; it must not raise.
        """
        ...

    def close(self) -> None:
        """Free the model's memory or connections. Calling it twice does nothing."""
        ...
