"""An answerer over three invented articles: it finds by shared words, quotes whole sentences, and declines the rest."""

import base64
import hashlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from api.serving import Opened
from indexes.errors import DatelineError, InvalidCursor
from indexes.types import Article, ArticlePage, Filters, Manifest, Passage, Quotation, Retrieved, Span, Version
from qa.errors import Abandoned, ModelUnavailable
from qa.types import Answer, Audience, Citation, Claim, ClaimVerified, Question

ARTICLES = (
    Article(
        id="pump-house",
        title="Pump house reopens",
        text=(
            "The pump house at Tarnby 🏭 reopened on Monday after nine weeks. "
            "“We changed every valve — all forty of them,” said engineer Marit Osk. "
            "The repair cost 212,000 crowns."
        ),
        outlet="Tarnby Post",
        authors=("Lise Holt",),
        published="2023-06-05",
        published_basis="stated",
        url="https://example.org/pump-house",
        language="en",
        source="invented/pump-house.txt",
    ),
    Article(
        id="orchard/frost",
        title="Frost takes a third of the apples",
        text="Growers in the Velle valley lost a third of their apples to frost. “It was one night,” said Jon Reke.",
        outlet="Velle Courier",
        authors=("Ada Brun", "Nils Moe"),
        published="2023-05-02T06:30:00Z",
        published_basis="inferred",
        captured="2023-08-01",
    ),
    Article(id="undated", title="The bell of Tarnby", text="The bell of Tarnby was cast from two older bells."),
)
"""Invented: no place, person or outlet in them exists."""

MANIFEST = Manifest(
    id="b_fake",
    revision=0,
    schema_version=1,
    created="2024-01-01T00:00:00Z",
    encoder="shared-words",
    encoder_sha256="0" * 64,
    dimension=1,
    splitter="whole",
    fingerprint="f" * 16,
    articles=len(ARTICLES),
    passages=len(ARTICLES),
    sources=("invented",),
    outcomes={"created": len(ARTICLES)},
)
_COMMON = frozenset(
    re.findall(r"\w+", "the a an of at in on to was were is did what who how many said say about from and it")
)


def _words(text: str) -> set[str]:
    """Without the commonest, and without the s of a plural."""
    return {word.removesuffix("s") for word in set(re.findall(r"\w+", text.lower())) - _COMMON}


def _keeps(article: Article, filters: Filters) -> bool:
    day = article.day
    if filters.published_from and (day is None or day < filters.published_from):
        return False
    if filters.published_to and (day is None or day > filters.published_to):
        return False
    if filters.outlets and (article.outlet or "").lower() not in {name.lower() for name in filters.outlets}:
        return False
    if filters.authors and not {a.lower() for a in article.authors} & {a.lower() for a in filters.authors}:
        return False
    return not filters.article_ids or article.id in filters.article_ids


@dataclass(slots=True)
class ShelfCatalogue:
    """A catalogue of articles on a shelf; each article is one passage."""

    shelf: Sequence[Article] = ARTICLES
    copies: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def article(self, article_id: str) -> Article | None:
        """The article, if it is on the shelf."""
        return self.articles([article_id]).get(article_id)

    def articles(self, article_ids: Sequence[str]) -> Mapping[str, Article]:
        """Those that are on the shelf."""
        return {article.id: article for article in self.shelf if article.id in article_ids}

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        """Each article is one passage."""
        found = (_passage(article) for article in self.shelf)
        return {passage.id: passage for passage in found if passage.id in passage_ids}

    def sentences(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[Span]]:
        """The sentences of each article."""
        return {key: _sentences(article.text) for key, article in self.articles(article_ids).items()}

    def quotations(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[Quotation]]:
        """No quotation is looked for."""
        return dict.fromkeys(self.articles(article_ids), ())

    def page(self, *, filters: Filters, limit: int, cursor: str | None = None) -> ArticlePage:
        """Newest first, undated last; the cursor is the encoded place of the next article."""
        kept = [article for article in self.shelf if _keeps(article, filters)]
        kept.sort(key=lambda article: article.published or "", reverse=True)
        try:
            place = int(base64.urlsafe_b64decode(cursor).decode()) if cursor else 0
        except ValueError as error:
            raise InvalidCursor(f"{cursor!r} is no cursor: leave it out.") from error
        items = tuple(kept[place : place + limit])
        more = place + limit < len(kept)
        following = base64.urlsafe_b64encode(str(place + limit).encode()).decode() if more else None
        return ArticlePage(items=items, next_cursor=following)

    def passage_ids(self, filters: Filters) -> Sequence[str]:
        """Of the articles that are kept."""
        return [_passage(article).id for article in self.shelf if _keeps(article, filters)]

    def count(self, filters: Filters) -> int:
        """How many articles the filters keep."""
        return sum(_keeps(article, filters) for article in self.shelf)

    def undated(self, filters: Filters) -> int:
        """Articles without a date, where a day is asked for."""
        dated = filters.published_from or filters.published_to
        return sum(article.day is None for article in self.shelf) if dated else 0

    def outlets(self) -> Sequence[str]:
        """All outlets."""
        return sorted({article.outlet for article in self.shelf if article.outlet})

    def speakers(self) -> Sequence[str]:
        """Nobody."""
        return []

    def versions(self, article_id: str) -> Sequence[Version]:
        """Nothing was ever replaced."""
        return []

    def all_articles(self) -> Sequence[Article]:
        """All of them."""
        return list(self.shelf)

    def copies_of(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Those that it was told of."""
        return {one: self.copies[one] for one in article_ids if one in self.copies}


def _passage(article: Article) -> Passage:
    text = article.text
    key = f"{article.id}:0"
    return Passage(id=key, article_id=article.id, ordinal=0, start=0, end=len(text), text=text, context=article.title)


def _sentences(text: str) -> list[Span]:
    return [Span(one.start(), one.end()) for one in re.finditer(r"\S.*?[.”](?=\s|$)", text)]


@dataclass(frozen=True, slots=True)
class FakeBegun:
    """Quotes, or a refusal."""

    answer: Answer

    @property
    def asks_model(self) -> bool:
        """Whether a claim is wanted."""
        return self.answer.mode == "answer" and bool(self.answer.citations)


@dataclass(slots=True)
class SharedWordsAnswerer:
    """Answers with the sentence that shares most words with the question.

    `llm` is the state of its language model. `raising` is raised in place of an answer, and
    `searching` takes the place of its search. While `gate` is not set, an
    answer waits for it; `begun` is released once for each answer that is composed, `abandoned` once for each that was given
    up. `failing` is raised in place of composing.
    """

    catalogue: ShelfCatalogue = field(default_factory=ShelfCatalogue)
    llm: str = "ready"
    raising: Exception | None = None
    searching: Callable[[Question], tuple[Retrieved, ...]] | None = None
    gate: threading.Event | None = None
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    abandoned: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    failing: Exception | None = None
    understood: list[str] = field(default_factory=list)
    """The threads that understood a question."""
    asked: list[Question] = field(default_factory=list)
    closed: int = 0

    def asks_model_first(self, question: Question) -> bool:
        """Where it has a history and there is a model."""
        return bool(question.history) and question.mode != "quotes" and self.llm == "ready"

    def understand(self, question: Question, *, audience: Audience | None = None) -> str:
        """The question behind the one before it."""
        self.understood.append(threading.current_thread().name)
        return " ".join([*(turn.question for turn in question.history), question.text])

    def begin(self, question: Question, *, understood: str | None = None) -> "FakeBegun":
        """Quotes; declined where no word is shared."""
        self.asked.append(question)
        if understood:
            question = replace(question, text=understood)
        if self.raising:
            raise self.raising
        if question.mode == "answer" and self.llm != "ready":
            raise ModelUnavailable("There is no language model at /opt/secret/model.gguf.")
        mode = question.mode or ("answer" if self.llm == "ready" else "quotes")
        shared: dict[str, Any] = {
            "mode": mode,
            "undated_left_out": self.catalogue.undated(question.filters),
            "index_build": MANIFEST.name,
            "model": "shared-words" if mode == "answer" else None,
            "trace_id": "t_fake",
            "timings_ms": {"retrieve": 0.4, "total": 1.6},
            "passages": self.search(question),
        }
        citations = self._cite(question)
        if not citations:
            return FakeBegun(
                Answer(
                    status="insufficient_evidence",
                    reason="No article shares a word.",
                    reason_code="topic_absent",
                    **shared,
                )
            )
        return FakeBegun(Answer(status="answered", citations=citations, **shared))

    def finish(self, begun: "FakeBegun", *, audience: Audience | None = None) -> Answer:
        """A claim where there is a model. It goes on waiting for the gate while its audience is there."""
        self.begun.release()
        while self.gate and not self.gate.wait(0.01):
            if audience and audience.gone():
                self.abandoned.release()
                raise Abandoned("Nobody waits for the answer.")
        if self.failing:
            raise self.failing
        if not begun.asks_model:
            return begun.answer
        first = begun.answer.citations[0]
        said = f"It says: {first.quote}"
        if audience:
            audience.tell(ClaimVerified(said, (first,)))
        return replace(
            begun.answer,
            answer=f"{said} [1]",
            short_answer=first.quote,
            claims=(Claim(text=said, citations=(1,)),),
        )

    def search(self, question: Question) -> tuple[Retrieved, ...]:
        """The articles that share a word, most words first."""
        if self.searching:
            return self.searching(question)
        kept = self.catalogue.passages(self.catalogue.passage_ids(question.filters)).values()
        scores = ((float(len(_words(one.text) & _words(question.text))), one) for one in kept)
        found = [Retrieved(passage=one, score=score, lexical=score) for score, one in scores if score]
        return tuple(sorted(found, key=lambda one: -one.score)[: question.limit])

    def parts(self) -> dict[str, str]:
        """The state of each part."""
        return {"encoder": "shared-words", "llm": self.llm}

    def close(self) -> None:
        """Count that it was closed."""
        self.closed += 1

    def _cite(self, question: Question) -> tuple[Citation, ...]:
        found = []
        for one in self.search(question)[:3]:
            article = self.catalogue.article(one.passage.article_id)
            assert article is not None
            sentences = _sentences(article.text)
            best = max(sentences, key=lambda span: len(_words(span.of(article.text)) & _words(question.text)))
            found.append((article, best))
        return tuple(
            Citation(
                number=number,
                id="c_" + hashlib.sha256(f"{article.id}{span.start}".encode()).hexdigest()[:12],
                quote=span.of(article.text),
                start=span.start,
                end=span.end,
                speaker=None,
                article=article,
                also=tuple(self.catalogue.articles(self.catalogue.copies.get(article.id, ())).values()),
            )
            for number, (article, span) in enumerate(found, start=1)
        )


@dataclass(slots=True)
class FakeOpener:
    """Opens an answerer under a mark that a test changes; `failing` is raised in place of opening."""

    answerer: SharedWordsAnswerer = field(default_factory=SharedWordsAnswerer)
    mark: str | None = "b_fake+0"
    failing: Exception | None = None
    unreadable: DatelineError | None = None
    make: Callable[[str], SharedWordsAnswerer] | None = None
    probes: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def current(self) -> str | None:
        """The mark, unless it is `unreadable`."""
        if self.unreadable:
            raise self.unreadable
        return self.mark

    def open(self) -> Opened:
        """The answerer, named after the mark."""
        assert self.mark is not None
        self.opened.append(self.mark)
        if self.failing:
            raise self.failing
        answerer = self.make(self.mark) if self.make else self.answerer
        build, _, revision = self.mark.partition("+")
        manifest = Manifest(
            **{name: getattr(MANIFEST, name) for name in MANIFEST.__slots__ if name not in {"id", "revision"}},
            id=build,
            revision=int(revision or 0),
        )
        return Opened(
            manifest=manifest,
            catalogue=answerer.catalogue,
            answerer=answerer,
            close=answerer.close,
            disk_bytes=1_234,
            probes=self.probes,
        )


class OddError(DatelineError):
    """An error that no table knows."""
