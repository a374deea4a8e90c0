"""The parts that answering reads from, in memory: articles, a retriever and a scorer by shared words, a vocabulary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from indexes.copy_groups import group_copies
from indexes.near_copies import signature_of
from indexes.quotations import find_quotations
from indexes.sentences import split_sentences
from indexes.types import Activations, Article, ArticlePage, Filters, Passage, Quotation, Retrieved, Span, Version
from indexes.words import STOPWORDS, find_words
from qa.answering import Sources
from qa.question import content_stems


def stems_of(text: str) -> set[str]:
    """The stems of a text without function words."""
    return {word.stem for word in find_words(text)} - STOPWORDS


def keeps(article: Article, filters: Filters) -> bool:
    """Whether an article passes the filters; one without a date passes no day."""
    day = article.day
    if filters.published_from and (day is None or day < filters.published_from):
        return False
    if filters.published_to and (day is None or day > filters.published_to):
        return False
    if filters.outlets and (article.outlet or "").lower() not in {name.lower() for name in filters.outlets}:
        return False
    return not filters.article_ids or article.id in filters.article_ids


def passage_of(article: Article) -> Passage:
    """The article as one passage."""
    return Passage(
        id=f"{article.id}:0",
        article_id=article.id,
        ordinal=0,
        start=0,
        end=len(article.text),
        text=article.text,
        context=article.title,
    )


@dataclass(frozen=True, slots=True)
class ReadCatalogue:
    """A catalogue of a few articles, each one passage; sentences and quotations are found when asked for."""

    shelf: Sequence[Article]

    def article(self, article_id: str) -> Article | None:
        """The article, if it is on the shelf."""
        return self.articles([article_id]).get(article_id)

    def articles(self, article_ids: Sequence[str]) -> Mapping[str, Article]:
        """Those that are on the shelf."""
        return {article.id: article for article in self.shelf if article.id in article_ids}

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        """Those of the articles on the shelf."""
        found = [passage_of(article) for article in self.shelf]
        return {passage.id: passage for passage in found if passage.id in passage_ids}

    def sentences(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[Span]]:
        """The sentences of each article."""
        return {key: split_sentences(article.text) for key, article in self.articles(article_ids).items()}

    def quotations(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[Quotation]]:
        """Who said what in each article."""
        found = self.articles(article_ids)
        return {key: find_quotations(article, split_sentences(article.text)) for key, article in found.items()}

    def page(self, *, filters: Filters, limit: int, cursor: str | None = None) -> ArticlePage:
        """The first page, which is the only one."""
        return ArticlePage(items=tuple(article for article in self.shelf if keeps(article, filters))[:limit])

    def passage_ids(self, filters: Filters) -> Sequence[str]:
        """Those of the articles that are kept."""
        return [passage_of(article).id for article in self.shelf if keeps(article, filters)]

    def count(self, filters: Filters) -> int:
        """How many articles the filters keep."""
        return sum(keeps(article, filters) for article in self.shelf)

    def undated(self, filters: Filters) -> int:
        """Articles without a date, where a day is asked for."""
        dated = filters.published_from or filters.published_to
        return sum(article.day is None for article in self.shelf) if dated else 0

    def outlets(self) -> Sequence[str]:
        """The outlets on the shelf."""
        return sorted({article.outlet for article in self.shelf if article.outlet})

    def speakers(self) -> Sequence[str]:
        """Everyone who is quoted."""
        quoted = self.quotations([article.id for article in self.shelf]).values()
        return sorted({quotation.speaker for found in quoted for quotation in found if quotation.speaker})

    def versions(self, article_id: str) -> Sequence[Version]:
        """Nothing was ever replaced."""
        return []

    def all_articles(self) -> Sequence[Article]:
        """All of them."""
        return list(self.shelf)

    def copies_of(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """The other articles of each one's group, in order of publication."""
        signatures = [(article.id, signature_of(article.text)) for article in self.shelf]
        texts = {article.id: article.text for article in self.shelf}
        groups = group_copies(signatures, read=texts.__getitem__)
        ordered = sorted(self.shelf, key=lambda one: (one.published is None, one.published or "", one.id))
        return {
            own: [one.id for one in ordered if one.id != own and groups.get(one.id) == groups[own]]
            for own in article_ids
            if own in groups
        }


@dataclass(slots=True)
class SharedWords:
    """A retriever: the share of a question's words that an article has. It remembers what it was asked."""

    shelf: Sequence[Article]
    asked: list[tuple[str, int, Filters]] = field(default_factory=list)

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """Articles with a word of the question, the fullest first."""
        self.asked.append((question, limit, filters))
        wanted = stems_of(question)
        hits = []
        for article in self.shelf:
            shared = wanted & stems_of(f"{article.title} {article.text}")
            if shared and keeps(article, filters):
                share = len(shared) / len(wanted)
                hits.append(Retrieved(passage=passage_of(article), score=share, dense=share, lexical=share))
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


@dataclass(frozen=True, slots=True)
class ShelfVocabulary:
    """A vocabulary: in how many articles a stem stands."""

    shelf: Sequence[Article]

    @property
    def size(self) -> int:
        """The number of articles."""
        return len(self.shelf)

    def frequency(self, word: str) -> int:
        """The articles that have the stem."""
        return sum(word in stems_of(f"{article.title} {article.text}") for article in self.shelf)


class WordExpander:
    """An expander without a model: the terms of a question are its content words, each as itself."""

    def expand(self, question: str, pieces: Sequence[str]) -> Activations:
        """1 where a piece has the word."""
        wanted = content_stems(question)
        rows = [[float(stem in stems_of(piece)) for stem in wanted] for piece in pieces]
        return Activations(
            pieces=np.asarray(rows, dtype=np.float32).reshape(len(pieces), len(wanted)),
            weights=np.ones(len(wanted), dtype=np.float32),
            owners=np.arange(len(wanted)),
            words=len(wanted),
        )


class WordReranker:
    """A cross-encoder without a model: a text answers as far as it has the question's content words."""

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """From -2.9 (none of the words) to 3.1 (all of them); never 0, which is kept for what was not read."""
        wanted = set(content_stems(question))
        return [6 * len(wanted & stems_of(text)) / max(len(wanted), 1) - 2.9 for text in texts]


def sources_over(shelf: Sequence[Article]) -> Sources:
    """What answering needs, over articles in memory; no part of it needs weights."""
    return Sources(
        build="b_memory+0",
        retriever=SharedWords(shelf),
        catalogue=ReadCatalogue(shelf),
        vocabulary=ShelfVocabulary(shelf),
        expander=WordExpander(),
        reranker=WordReranker(),
        encoder="shared-words",
    )
