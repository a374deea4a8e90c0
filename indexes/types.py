"""The values that flow through an index, and the seams between its parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Basis: TypeAlias = Literal["stated", "inferred", "unknown"]
QuotationKind: TypeAlias = Literal["direct", "reported"]
OutcomeKind: TypeAlias = Literal["created", "replaced", "unchanged", "duplicate_of", "rejected"]
Vectors: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A stored article. `text` is canonical: what is indexed, shown and quoted; the headline is not part of it.

    `published` is ISO 8601: a day (`2017-05-10`) or a UTC instant (`2017-05-10T14:05:00Z`), None where unknown; `updated`,
    when the story last changed, likewise. `captured` is the day the page was saved. `source` is the file it came from, with
    `#ordinal` where a file holds several, and `raw_sha256` the hash of what was read there before it was cleaned.
    """

    id: str
    title: str
    text: str
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    published_basis: Basis = "unknown"
    captured: str | None = None
    url: str | None = None
    language: str | None = None
    section: str | None = None
    updated: str | None = None
    source: str | None = None
    raw_sha256: str | None = None

    @property
    def day(self) -> date | None:
        """The UTC day of publication."""
        return date.fromisoformat(self.published[:10]) if self.published else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An earlier version of an article, of which only this is kept: its text's hash, headline, days, and when it went."""

    text_hash: str
    title: str
    published: str | None
    updated: str | None
    replaced: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of Unicode code points in an article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters that this range covers in `text`."""
        return text[self.start : self.end]

    def overlaps(self, other: "Span") -> bool:
        """Whether the two ranges share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A run of whole sentences of one article: `article.text[start:end] == text`, always.

    `context` is the line (headline, outlet, day) that is encoded in front of the text but never stored in it.
    """

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Words that an article gives to a speaker.

    `[start, end)` are the words: inside the quotation marks for `direct`, the clause for `reported`.
    `[sentence_start, sentence_end)` are the whole sentences that hold the words and their attribution.
    `speaker` is the fullest form of the name that the article gives, None where nobody is named.
    """

    article_id: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    speaker: str | None
    kind: QuotationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which articles a question is about. Empty tuples and None do not restrict; days are inclusive, UTC.

    `outlets` and `authors` match whatever the case. Articles without a date are left out where a day is given.
    """

    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None

    def __bool__(self) -> bool:
        """Whether anything is restricted."""
        return self != Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """A passage with its score (higher is better) and the scores of the retrievers that found it."""

    passage: Passage
    score: float
    dense: float | None = None
    lexical: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one article (or of one unreadable file) in a build."""

    source: str
    kind: OutcomeKind
    article_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a build is made of; a build whose manifest does not match the settings is refused.

    `id` is `b_…`; `revision` rises with each change in place. `fingerprint` covers every article's id and text hash.
    `rules` is the hash of the code that took the texts apart: other rules take them apart anew. `engine` is what ran the
    encoder when passages were last encoded.
    """

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
    sources: tuple[str, ...] = ()
    outcomes: Mapping[str, int] = field(default_factory=dict)
    rules: str = ""
    engine: str = ""

    @property
    def name(self) -> str:
        """The build with its revision: `b_…+0`."""
        return f"{self.id}+{self.revision}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """A page of articles in order of publication (newest first, undated last); `next_cursor` None on the last."""

    items: tuple[Article, ...]
    next_cursor: str | None = None


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """The model's name, as the manifest gives it."""
        ...

    @property
    def sha256(self) -> str:
        """The hash of the weights."""
        ...

    @property
    def engine(self) -> str:
        """What runs the weights, and how precisely: engines of the same weights give nearly the same vectors."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens read of one text, special tokens included; the rest is cut."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without truncation, special tokens included."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of `texts`, shape (len(texts), dimension), L2-normalised."""
        ...


class Retriever(Protocol):
    """Finds the passages that may answer a question."""

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """At most `limit` passages, best first; empty where nothing matches."""
        ...


class Catalogue(Protocol):
    """The truth about a build: its articles, passages, sentences and quotations. Unknown ids are left out."""

    def article(self, article_id: str) -> Article | None:
        """The stored article."""
        ...

    def articles(self, article_ids: Sequence[str]) -> Mapping[str, Article]:
        """The stored articles by id."""
        ...

    def all_articles(self) -> Iterable[Article]:
        """Every stored article in the order in which it was read."""
        ...

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        """The stored passages by id."""
        ...

    def sentences(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[Span]]:
        """The sentences of each article, in order."""
        ...

    def quotations(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[Quotation]]:
        """The quotations of each article, in order."""
        ...

    def page(self, *, filters: Filters, limit: int, cursor: str | None = None) -> ArticlePage:
        """A page of articles. Raises `InvalidCursor` for a cursor that it did not give out."""
        ...

    def passage_ids(self, filters: Filters) -> Sequence[str]:
        """The passages of the articles that the filters keep, in storage order."""
        ...

    def count(self, filters: Filters) -> int:
        """How many articles the filters keep."""
        ...

    def undated(self, filters: Filters) -> int:
        """How many articles the filters would keep if they had a date; 0 where no day is given."""
        ...

    def outlets(self) -> Sequence[str]:
        """The outlets that the articles name, sorted."""
        ...

    def speakers(self) -> Sequence[str]:
        """Everyone to whom a quotation is given, sorted."""
        ...

    def versions(self, article_id: str) -> Sequence[Version]:
        """The earlier versions of an article, oldest first."""
        ...

    def copies_of(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """For each article the ids of its near copies, in order of publication; one that has none is left out."""
        ...


class PassageStore(Protocol):
    """What the retrievers ask of a catalogue: its passages by their place in storage."""

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        """The stored passages by id."""
        ...

    def passages_at(self, rows: Iterable[int]) -> Mapping[int, Passage]:
        """The stored passages by row."""
        ...

    def rows_of(self, passage_ids: Sequence[str]) -> Mapping[str, int]:
        """The rows of the stored passages by id."""
        ...

    def passage_rows(self, filters: Filters) -> Sequence[int]:
        """The rows of the passages that the filters keep."""
        ...

    def article_rows(self, filters: Filters) -> Sequence[int]:
        """The rows of the articles that the filters keep."""
        ...


class Vocabulary(Protocol):
    """How common words are in the passages."""

    @property
    def size(self) -> int:
        """The number of passages."""
        ...

    def frequency(self, word: str) -> int:
        """In how many passages a word (stemmed, whatever its case) occurs."""
        ...


@dataclass(frozen=True, slots=True)
class Activations:
    """How strongly pieces of text hold the terms of a question, as a learned sparse model expands it.

    `pieces` has the shape (pieces, terms), `weights` (terms,) are the question's own, `owners` (terms,) say which content
    word of the question each term belongs to (-1: to none), `words` how many content words there are.
    """

    pieces: Vectors
    weights: Vectors
    owners: NDArray[np.int64]
    words: int

    def score(self, rows: Sequence[int]) -> float:
        """How much of the question the pieces hold together: about 1 where all, 0 where nothing."""
        own = float(self.weights @ self.weights)
        return float(self.pieces[list(rows)].max(0) @ self.weights) / own if own and len(rows) else 0.0

    def weakest(self, rows: Sequence[int]) -> float:
        """How much of the question's least matched content word the pieces hold together, 0 to 1; 1 where it has none."""
        if not len(rows):
            return 0.0
        held = self.pieces[list(rows)].max(0) * self.weights
        shares = [
            held[mine].sum() / (self.weights[mine] ** 2).sum()
            for word in range(self.words)
            if (mine := self.owners == word).any()
        ]
        return float(min([1.0, *shares]))


class Expander(Protocol):
    """A learned sparse model: says which terms a question stands for, and how strongly pieces of text hold them."""

    def expand(self, question: str, pieces: Sequence[str]) -> Activations:
        """The activations of the pieces, in order."""
        ...


class Reranker(Protocol):
    """A cross-encoder: reads a question and a text together and says how well the text answers it."""

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """A logit for each text, in order: higher, it answers. A long text is cut at its beginning."""
        ...
