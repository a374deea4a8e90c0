"""The values that flow through an evaluation: golden questions, scored cases, metrics, gates, the report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from indexes.types import Article, Retriever
from qa.types import Answer, Question, Status

EvalMode: TypeAlias = Literal["retrieval", "quotes", "answer", "extraction"]
RetrieverName: TypeAlias = Literal["fused", "dense", "lexical", "bm25s", "llama_index", "llama_index_fusion"]
"""What can be measured in retrieval mode: ours and its two halves, raw BM25 over the same passages, and LlamaIndex."""
Split: TypeAlias = Literal["dev", "held_out"]
Direction: TypeAlias = Literal["higher", "lower"]

PERCENTS = (50, 90, 99)
"""The percentiles of times that are told."""

STEPS = ("retrieve", "evidence", "generate", "verify")
"""The steps of an answer whose times are told."""

GOOD_OUTCOMES = frozenset({"right", "declined", "all_facts", "found"})
"""The outcomes of a case that nobody needs to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenQuestion:
    """A question with what a right answer must quote, or with the knowledge that the articles do not answer it.

    `gold_quotes` are plain strings, found in the stored text wherever they occur; `also_valid` answer just as well.
    `wrong_quotes` are another person's words on the same topic. `split` is None where the data have no halves.
    `within` are the articles that the question is put to (none: all of them), `asked` is the day on which it was asked,
    `grades` how relevant each of `article_ids` is (none: 1 each).
    """

    id: str
    kind: str
    text: str
    status: Status
    article_ids: tuple[str, ...] = ()
    gold_quotes: tuple[str, ...] = ()
    also_valid: tuple[str, ...] = ()
    gold_answers: tuple[str, ...] = ()
    speaker: str | None = None
    wrong_quotes: tuple[str, ...] = ()
    reason_code: str | None = None
    split: Split | None = None
    within: tuple[str, ...] = ()
    asked: date | None = None
    grades: tuple[int, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the articles answer the question, wholly, in part or with two voices."""
        return self.status != "insufficient_evidence"

    @property
    def findable(self) -> bool:
        """Whether a ranking can be held against it: gold facts, or the articles that answer, are known."""
        return self.answerable and bool(self.gold_quotes or self.article_ids)

    @property
    def judged(self) -> dict[str, int]:
        """How relevant each article that answers is; the others are not."""
        return dict(zip(self.article_ids, self.grades or (1,) * len(self.article_ids), strict=True))

    @property
    def accepted(self) -> tuple[str, ...]:
        """Every quote that a right citation may cover."""
        return self.gold_quotes + self.also_valid

    @property
    def facts(self) -> tuple[tuple[str, ...], ...]:
        """The gold facts, each with the strings that state it.

        The only gold quote of a question can be replaced by any `also_valid` one. Where a question needs several, the
        data do not say which of them an `also_valid` quote replaces, so there each fact is its gold quote alone.
        """
        if len(self.gold_quotes) == 1:
            return (self.accepted,)
        return tuple((quote,) for quote in self.gold_quotes)


@dataclass(frozen=True, slots=True)
class Example:
    """A question as it is asked of a cross-encoder, with what it could read, likeliest first, and which of that answers."""

    question: str
    texts: tuple[str, ...]
    holds: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What a case adds to the two sides of a fraction."""

    part: float
    whole: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedSpan:
    """Where a citation (or a retrieved passage) points, and what it was found to be; it holds no text."""

    article_id: str
    start: int
    end: int
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A golden question after it was put: numbers, offsets and outcomes, but no text.

    `right` says whether the quotes given (for a declined question: the closest ones) answer; None in retrieval mode.
    `error` is the kind and place of the exception that ended the case.
    """

    id: str
    kind: str
    expected: Status
    outcome: str
    split: Split | None = None
    status: Status | None = None
    reason_code: str | None = None
    score: float | None = None
    right: bool | None = None
    shares: Mapping[str, Share] = field(default_factory=dict)
    wall_ms: float | None = None
    first_quote_ms: float | None = None
    steps_ms: Mapping[str, float] = field(default_factory=dict)
    prompt_tokens: int | None = None
    spans: tuple[CitedSpan, ...] = ()
    error: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the articles answer the question."""
        return self.expected != "insufficient_evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownQuote:
    """A citation (or a retrieved passage) with what stands around it; `flags` as in `CitedSpan`."""

    article_id: str
    title: str
    outlet: str | None
    published: str | None
    speaker: str | None
    before: str
    quote: str
    after: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a case looks like to a reader: texts, for `report.html` alone; no stored report and no baseline holds them."""

    question: str
    gold_quotes: tuple[str, ...] = ()
    gold_answers: tuple[str, ...] = ()
    answer: str = ""
    short_answer: str = ""
    reason: str | None = None
    quotes: tuple[ShownQuote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A case and its story."""

    case: Case
    story: Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A metric's value, its 95 % interval and the number of cases that count for it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Whether a metric stayed on the right side of its bound."""

    metric: str
    passed: bool
    value: float | None
    bound: float
    direction: Direction
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run found, as `report.json` stores it.

    `beside` are the metrics of other systems over the same questions, by name; `cost` what the run took: seconds,
    questions a second, peak memory.
    """

    suite: str
    mode: EvalMode
    settings: Mapping[str, Any]
    index_build: str
    model: str | None
    n: int
    metrics: Mapping[str, Measured]
    cases: tuple[Case, ...]
    gates: tuple[Gate, ...] = ()
    problems: tuple[str, ...] = ()
    beside: Mapping[str, Mapping[str, Measured]] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteData:
    """A data set as read: the files to index and the questions, in the order of the file.

    `articles` are records (contract §2) that are written into one file and indexed with the sources: texts that the
    data hold in another form. Without sources and articles the questions are put to the current build. `notes` say
    what was left out.
    """

    suite: str
    sources: tuple[Path, ...]
    questions: tuple[GoldenQuestion, ...]
    fingerprint: str
    articles: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


class Storing(Protocol):
    """Gives the stored articles back."""

    def articles(self, article_ids: Sequence[str]) -> Mapping[str, Article]:
        """The stored articles by id; unknown ids are left out."""
        ...

    def all_articles(self) -> Iterable[Article]:
        """Every stored article."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is to be opened: `beside` are further retrievers to be measured over the same questions.

    `closed_book` asks the LLM from memory too.
    """

    mode: EvalMode
    retriever: RetrieverName = "fused"
    beside: tuple[RetrieverName, ...] = ()
    closed_book: bool = False


class Answering(Protocol):
    """Answers a question: the only thing that is evaluated."""

    def answer(self, question: Question) -> Answer:
        """The answer; declining is one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a run puts its questions to. `answerer` is None in retrieval mode, `model` where no LLM takes part.

    `beside` are other retrievers that the same questions are put to. `closed_book`
    gives the LLM's short answer from memory alone, `judge` what another LLM makes of an answer; None where that is not
    measured.
    """

    answerer: Answering | None
    retriever: Retriever
    catalogue: Storing
    index_build: str
    encoder: str
    model: str | None = None
    beside: Mapping[RetrieverName, Retriever] = field(default_factory=dict)
    closed_book: Callable[[GoldenQuestion], str] | None = None
    judge: Callable[[GoldenQuestion, Answer], Mapping[str, Share]] | None = None

    def texts(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The stored texts, read again from the catalogue; unknown articles are left out."""
        return {key: article.text for key, article in self.catalogue.articles(list(article_ids)).items()}
