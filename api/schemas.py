"""The requests and responses as they are on the wire, and how they are made from the values of the core."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    field_validator,
    model_validator,
)

from api import examples
from indexes.types import Article as StoredArticle
from indexes.types import Basis, Catalogue, Manifest, Retrieved, Version
from indexes.types import Filters as CoreFilters
from qa.types import Answer as CoreAnswer
from qa.types import Citation as CoreCitation
from qa.types import Mode, Question, ReasonCode, Status, Turn

QUESTION_LENGTH = 2_000
HISTORY_LENGTH = 20_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _read_day(value: object) -> object:
    """A day as `YYYY-MM-DD`, and nothing else that could pass for one."""
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a day written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"is not a day of the calendar ({error})") from error


def _whole(value: object) -> object:
    """JSON knows one kind of number: 10.0 is the integer 10."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Day = Annotated[date, BeforeValidator(_read_day)]
Name = Annotated[str, Field(min_length=1, max_length=500)]
Names = Annotated[list[Name], Field(max_length=100)]
QuestionText = Annotated[
    str, Field(min_length=1, max_length=QUESTION_LENGTH, json_schema_extra={"pattern": r"^[^\u0000]*\S[^\u0000]*$"})
]
Limit = Annotated[StrictInt, Field(ge=1, le=50, description="Passages considered."), BeforeValidator(_whole)]


class Wire(BaseModel):
    """What all wire models have in common: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Published(Wire):
    """Inclusive days, UTC. Articles without a date are left out."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.from_ > self.to:
            raise ValueError(f"has from {self.from_} after to {self.to}: exchange them")
        return self


class Filters(Wire):
    """Which articles a question is about; what is left out does not restrict."""

    outlet: Names = Field(default=[])
    author: Names = Field(default=[])
    article_id: Names = Field(default=[])
    published: Published | None = None

    def to_core(self) -> CoreFilters:
        """The filters of the core."""
        published = self.published or Published()
        return CoreFilters(
            outlets=tuple(self.outlet),
            authors=tuple(self.author),
            article_ids=tuple(self.article_id),
            published_from=published.from_,
            published_to=published.to,
        )


class Asked(Wire):
    """What every question has."""

    question: QuestionText
    filters: Filters = Filters()
    limit: Limit = 10

    @field_validator("question")
    @classmethod
    def _says_something(cls, question: str) -> str:
        if not question.strip():
            raise ValueError("is blank: write a question")
        if "\x00" in question:
            raise ValueError("holds a NUL character: take it out")
        return question


class Exchange(Wire):
    """An earlier question of the conversation and its answer."""

    question: QuestionText
    answer: str = Field(max_length=HISTORY_LENGTH)


class AskedInTurn(Asked):
    """A question to be answered, in a conversation or without one. Only `question` is required."""

    mode: Mode | None = Field(
        None, description="`answer` (language model) or `quotes`; left out: `answer` where there is a model."
    )
    history: list[Exchange] = Field(default=[], max_length=50)
    reference_date: Day | None = Field(None, description="The day that `yesterday` or `last week` count from.")

    def to_question(self) -> Question:
        """The question of the core."""
        return Question(
            text=self.question,
            mode=self.mode,
            limit=self.limit,
            filters=self.filters.to_core(),
            history=tuple(Turn(question=turn.question, answer=turn.answer) for turn in self.history),
            reference_date=self.reference_date,
        )


class Ask(AskedInTurn):
    """A question to be answered. Only `question` is required."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ASK]})

    stream: StrictBool = Field(
        default=False, description="Whether the answer comes as server-sent events while it is made."
    )


class Search(Asked):
    """A question of which only the passages are wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SEARCH]})

    explain: StrictBool = Field(default=False, description="Whether each passage tells the scores of each retriever.")

    def to_question(self) -> Question:
        """The question of the core."""
        return Question(text=self.question, mode="quotes", limit=self.limit, filters=self.filters.to_core())


class ArticleParameters(Wire):
    """Which stored articles are listed."""

    outlet: Names = Field(default=[], description="Names of outlets, whatever the case; may be repeated.")
    from_: Day | None = Field(None, alias="from", description="First day of publication, UTC.")
    to: Day | None = Field(None, description="Last day of publication, UTC.")
    limit: int = Field(50, ge=1, le=200, description="Articles on a page.")
    cursor: str | None = Field(None, min_length=1, max_length=500, description="`next_cursor` of the page before.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.from_ > self.to:
            raise ValueError(f"has from {self.from_} after to {self.to}: exchange them")
        return self

    def to_core(self) -> CoreFilters:
        """The filters of the core."""
        return CoreFilters(outlets=tuple(self.outlet), published_from=self.from_, published_to=self.to)


class CitedArticle(Wire):
    """The article of a quote or passage, without its text."""

    id: str
    title: str
    outlet: str | None
    author: str | list[str] | None
    published: str | None
    published_basis: Basis
    captured: str | None
    url: str | None

    @classmethod
    def of(cls, article: StoredArticle) -> Self:
        """From a stored article."""
        return cls(**_cited(article))


def _listed(article: StoredArticle) -> dict[str, Any]:
    return {**_cited(article), "language": article.language, "section": article.section, "updated": article.updated}


class OtherPrinting(Wire):
    """Another article that has the very words of a quote: a near copy of the one that is cited."""

    id: str
    title: str
    outlet: str | None
    published: str | None
    published_basis: Basis
    url: str | None

    @classmethod
    def of(cls, article: StoredArticle) -> Self:
        """From a stored article."""
        fields = _cited(article)
        return cls(**{name: fields[name] for name in cls.model_fields})


class ListedArticle(CitedArticle):
    """A stored article in a list, without its text."""

    language: str | None
    section: str | None = Field(description="Where the outlet filed it.")
    updated: str | None = Field(description="When the story last changed, where another day or time than `published`.")

    @classmethod
    def of(cls, article: StoredArticle) -> Self:
        """From a stored article."""
        return cls(**_listed(article))


class EarlierVersion(Wire):
    """What is kept of a version of an article that a newer one has replaced."""

    text_sha256: str
    title: str
    published: str | None
    updated: str | None
    replaced: str = Field(description="The day on which the newer version took its place.")


class Article(ListedArticle):
    """A stored article. All offsets count Unicode code points of `text`; the headline is not part of it."""

    text: str
    versions: list[EarlierVersion] = Field(description="Earlier versions of the article, oldest first.")

    @classmethod
    def told(cls, article: StoredArticle, versions: Sequence[Version]) -> Self:
        """From a stored article and its chain."""
        earlier = [
            EarlierVersion(
                text_sha256=one.text_hash,
                title=one.title,
                published=one.published,
                updated=one.updated,
                replaced=one.replaced,
            )
            for one in versions
        ]
        return cls(**_listed(article), text=article.text, versions=earlier)


class ArticleList(Wire):
    """A page of articles, newest first, undated last."""

    items: list[ListedArticle]
    next_cursor: str | None


class Citation(Wire):
    """A verified quote: `text[start:end]` of the article is `quote`."""

    number: int
    id: str
    quote: str
    start: int
    end: int
    speaker: str | None
    article: CitedArticle
    also: list[OtherPrinting] = Field(
        description="Other printings of the story with the very same words (wire copy), in order of publication."
    )

    @classmethod
    def of(cls, citation: CoreCitation) -> Self:
        """From a citation of the core."""
        return cls(
            number=citation.number,
            id=citation.id,
            quote=citation.quote,
            start=citation.start,
            end=citation.end,
            speaker=citation.speaker,
            article=CitedArticle.of(citation.article),
            also=[OtherPrinting.of(article) for article in citation.also],
        )


class Claim(Wire):
    """A sentence of the answer with the numbers of its citations."""

    text: str
    citations: list[int]


class Answer(Wire):
    """An answer whose every citation is a verified quote, or a declined question with its reason."""

    status: Status
    mode: Mode
    answer: str
    short_answer: str
    claims: list[Claim]
    citations: list[Citation]
    closest: list[Citation]
    reason: str | None
    reason_code: ReasonCode | None
    undated_left_out: int
    index_build: str
    model: str | None
    trace_id: str
    cached: bool
    timings_ms: dict[str, int]

    @classmethod
    def of(cls, answer: CoreAnswer) -> Self:
        """From an answer of the core."""
        return cls(
            status=answer.status,
            mode=answer.mode,
            answer=answer.answer,
            short_answer=answer.short_answer,
            claims=[Claim(text=claim.text, citations=list(claim.citations)) for claim in answer.claims],
            citations=[Citation.of(citation) for citation in answer.citations],
            closest=[Citation.of(citation) for citation in answer.closest],
            reason=answer.reason,
            reason_code=answer.reason_code,
            undated_left_out=answer.undated_left_out,
            index_build=answer.index_build,
            model=answer.model,
            trace_id=answer.trace_id,
            cached=answer.cached,
            timings_ms={step: round(milliseconds) for step, milliseconds in answer.timings_ms.items()},
        )


class Scores(Wire):
    """What each retriever thought of a passage; null where it did not find it. Higher is better."""

    dense: float | None
    lexical: float | None


class Passage(Wire):
    """A run of sentences of one article: `text[start:end]` of the article is `text`. `scores`: with `explain` only."""

    id: str
    text: str
    start: int
    end: int
    score: float
    scores: Scores | None = None
    article: CitedArticle

    @classmethod
    def of(cls, found: Retrieved, article: StoredArticle, *, explain: bool) -> Self:
        """From a retrieved passage and its article."""
        passage = found.passage
        scores = {"scores": Scores(dense=found.dense, lexical=found.lexical)} if explain else {}
        return cls(
            id=passage.id,
            text=passage.text,
            start=passage.start,
            end=passage.end,
            score=found.score,
            article=CitedArticle.of(article),
            **scores,
        )


class Passages(Wire):
    """Passages, best first."""

    passages: list[Passage]

    @classmethod
    def of(cls, found: Sequence[Retrieved], catalogue: Catalogue, *, explain: bool) -> Self:
        """From retrieved passages, with their articles; those whose article is gone are left out."""
        articles = catalogue.articles(sorted({one.passage.article_id for one in found}))
        known = [one for one in found if one.passage.article_id in articles]
        return cls(passages=[Passage.of(one, articles[one.passage.article_id], explain=explain) for one in known])


class StreamedQuotes(Wire):
    """The event `quotes`: the verified quotes that answer, best first, before any language model is asked."""

    citations: list[Citation]


class StreamedClaim(Wire):
    """The event `claim`: a sentence of the answer that has just been verified, with its citations as `final` numbers them."""

    text: str
    citations: list[Citation]


class IndexManifest(Wire):
    """What the current build is made of; `build` is its name in answers (`index_build`)."""

    build: str
    id: str
    revision: int
    schema_version: int
    created: str
    encoder: str
    encoder_sha256: str
    dimension: int
    splitter: str
    fingerprint: str
    articles: int
    passages: int
    sources: list[str]
    outcomes: dict[str, int]

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """From the manifest of a build."""
        return cls(
            build=manifest.name,
            id=manifest.id,
            revision=manifest.revision,
            schema_version=manifest.schema_version,
            created=manifest.created,
            encoder=manifest.encoder,
            encoder_sha256=manifest.encoder_sha256,
            dimension=manifest.dimension,
            splitter=manifest.splitter,
            fingerprint=manifest.fingerprint,
            articles=manifest.articles,
            passages=manifest.passages,
            sources=list(manifest.sources),
            outcomes=dict(manifest.outcomes),
        )


class Live(Wire):
    """The process runs."""

    status: Literal["live"] = "live"


class Ready(Wire):
    """Questions are answered; the state of each part.

    `disk` tells how much room there is, `vectors` whether the Chroma server answers, where there is one.
    """

    model_config = ConfigDict(extra="allow")  # a part that the answerer names, or is asked for its state, is shown

    status: Literal["ready"] = "ready"
    index: str
    encoder: str
    llm: str
    mode: Mode


class FieldProblem(Wire):
    """What is wrong with one field of a request."""

    field: str
    message: str


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = Field(description="The kind of problem; GET /docs lists them all.")
    title: str
    status: int
    detail: str = Field(description="What happened, and what to do next.")
    instance: str = Field(description="The path of the request.")
    request_id: str = Field(description="The same as in X-Request-Id and in the service's log.")
    errors: list[FieldProblem] | None = Field(None, description="Each field that does not validate.")


def _author(authors: tuple[str, ...]) -> str | list[str] | None:
    """Nobody, one name, or several."""
    if not authors:
        return None
    return authors[0] if len(authors) == 1 else list(authors)


def _cited(article: StoredArticle) -> Mapping[str, Any]:
    """The fields that every form of an article has."""
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "author": _author(article.authors),
        "published": article.published,
        "published_basis": article.published_basis,
        "captured": article.captured,
        "url": article.url,
    }
