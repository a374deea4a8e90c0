"""The requests and responses that change the archive, as they are on the wire."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, RootModel, Tag

from api import examples
from api.building import Job, JobState
from api.schemas import Wire
from indexes.dates import read_stated
from indexes.errors import UnreadableSource
from indexes.identities import LONGEST_ID, readable_url
from indexes.readers.articles import LONGEST_TEXT, article_of
from indexes.readers.drafts import draft_of, language_of
from indexes.types import Article, Outcome, OutcomeKind

SOURCE = "http"
MOST_ARTICLES = 1_000
_LONGEST_NAME = 200
_LONGEST_TITLE = 500
_LONGEST_URL = 2_000


def _says_something(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank: write something, or leave the field out where it is not required")
    return text


def _a_name(text: str) -> str:
    if readable_url(text):
        raise ValueError("is an address: a name is wanted")
    return _says_something(text)


def _a_date(text: str) -> str:
    if read_stated(text) is None:
        raise ValueError("is no date that can be read in one way only: write 2024-03-05 or 2024-03-05T14:05:00Z")
    return text


def _an_address(text: str) -> str:
    if readable_url(text) is None:
        raise ValueError("is no whole web address: write it with https://")
    return text


def _a_language(text: str) -> str:
    if language_of(text) is None:
        raise ValueError("is no language code: write en or pt-BR")
    return text


_WORDS = {"pattern": r"\S"}
"""What `_says_something` asks for, as the OpenAPI document can say it; the checks here are the ones that count."""
_DATED = {"anyOf": [{"format": "date"}, {"format": "date-time"}], "pattern": r"^(1[6-9]|20)\d\d-"}
_ADDRESS = {"format": "uri", "pattern": r"^https?://[A-Za-z0-9]"}
_CODE = {"pattern": r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"}
Named = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME, json_schema_extra=_WORDS), AfterValidator(_a_name)]


class NewArticle(Wire):
    """An article to be stored. Its text is cleaned (furniture is removed, no word is rewritten) before it is fixed."""

    id: (
        Annotated[
            str, Field(min_length=1, max_length=LONGEST_ID, json_schema_extra=_WORDS), AfterValidator(_says_something)
        ]
        | None
    ) = Field(
        None, description="Its identity; left out: a hash of `url`, else of `text`. The same id again replaces it."
    )
    title: Annotated[
        str, Field(min_length=1, max_length=_LONGEST_TITLE, json_schema_extra=_WORDS), AfterValidator(_says_something)
    ] = Field(description="The headline; it is not part of the text.")
    text: Annotated[
        str, Field(min_length=1, max_length=LONGEST_TEXT, json_schema_extra=_WORDS), AfterValidator(_says_something)
    ] = Field(description="The words of the article, without markup.")
    outlet: Named | None = None
    author: Named | Annotated[list[Named], Field(max_length=50)] | None = None
    published: Annotated[str, Field(max_length=100, json_schema_extra=_DATED), AfterValidator(_a_date)] | None = Field(
        None, description="A day, or an instant with its offset."
    )
    url: (
        Annotated[str, Field(max_length=_LONGEST_URL, json_schema_extra=_ADDRESS), AfterValidator(_an_address)] | None
    ) = None
    language: Annotated[str, Field(max_length=35, json_schema_extra=_CODE), AfterValidator(_a_language)] | None = Field(
        None, description="A code such as `en`."
    )

    def read(self, *, ordinal: int) -> Article | Outcome:
        """The article as it is stored, or why it cannot be: nothing but furniture in its text."""
        source = f"{SOURCE}#{ordinal}"
        text_hash = sha256(self.text.encode()).hexdigest()
        try:
            return article_of(draft_of(self.model_dump()), source=source, identity=f"{SOURCE} {text_hash}")
        except UnreadableSource as error:
            return Outcome(source=source, kind="rejected", reason=str(error))


def _form(body: object) -> str:
    """Whether a body is an article or a list of them: by its brackets, so that an error is about the form that it has."""
    return "<many>" if isinstance(body, list) else "<one>"


class NewArticles(
    RootModel[
        Annotated[
            Annotated[NewArticle, Tag("<one>")]
            | Annotated[list[NewArticle], Field(min_length=1, max_length=MOST_ARTICLES), Tag("<many>")],
            Discriminator(_form),
        ]
    ]
):
    """One article, or a list of at most 1,000."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_ARTICLE, [examples.NEW_ARTICLE]]})

    def read(self) -> Sequence[Article | Outcome]:
        """What is stored of each, or why it cannot be, in order."""
        given = self.root if isinstance(self.root, list) else [self.root]
        return [article.read(ordinal=ordinal) for ordinal, article in enumerate(given, start=1)]


class ArticleOutcome(Wire):
    """What became of one article; `article_id` is the one that is stored, for a duplicate that of the first copy."""

    source: str
    kind: OutcomeKind
    article_id: str | None
    reason: str | None

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """From an outcome of the core."""
        return cls(source=outcome.source, kind=outcome.kind, article_id=outcome.article_id, reason=outcome.reason)


class ArticleOutcomes(Wire):
    """One outcome for each article, in order, and the build that holds them now."""

    items: list[ArticleOutcome]
    index_build: str


class BuildRequest(Wire):
    """A build takes no fields: it reads the configured seeds."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class Rollback(Wire):
    """Which build is to be current again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"build": examples.MANIFEST["build"]}, {}]})

    build: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="As `build` in the list of builds; left out: the build before the current one."
    )


class BuildJob(Wire):
    """A build and how far it has come. `build` is what it made, by the name that a rollback takes.

    `left_out`: articles of the build before that are not in what was read, and so are no longer indexed.
    """

    id: str
    state: JobState
    created: str
    step: str | None
    articles_done: int
    articles_total: int | None
    passages_per_second: float | None
    seconds_left: float | None
    outcomes: dict[str, int] | None
    left_out: int | None
    error: str | None
    build: str | None

    @classmethod
    def of(cls, job: Job) -> Self:
        """From a job."""
        return cls(
            id=job.id,
            state=job.state,
            created=job.created,
            step=job.step,
            articles_done=job.articles_done,
            articles_total=job.articles_total,
            passages_per_second=job.passages_per_second,
            seconds_left=job.seconds_left,
            outcomes=None if job.outcomes is None else dict(job.outcomes),
            left_out=job.left_out,
            error=job.error,
            build=job.build,
        )


class BuildList(Wire):
    """The last builds that were asked for, then the kept ones from before; both newest first."""

    items: list[BuildJob]
    next_cursor: None
