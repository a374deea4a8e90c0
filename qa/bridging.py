"""Offers the retriever and the answerer as parts of LlamaIndex, so that its pipelines can use them.

    from qa.bridging import open_bridge

    with open_bridge() as dateline:
        response = dateline.query_engine().query("What did Lavrov say about Comey?")

LlamaIndex's global settings are neither read nor changed here.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from indexes.settings import IndexSettings
from indexes.types import Article, Catalogue, Filters
from indexes.wiring import open_index
from qa.answering import Answerer
from qa.errors import ModelUnavailable
from qa.footnotes import write_said
from qa.settings import QaSettings
from qa.types import Answer, Citation, LanguageModel, Mode, Question
from qa.wiring import open_answerer

_log = logging.getLogger("dateline.qa")
_NOT_READ = ("article_id", "start", "end", "published_basis", "url", "citation", "number")
"""Fields of a node that a language model or an embedding is not shown."""


class DatelineRetriever(BaseRetriever):  # type: ignore[misc]  # LlamaIndex has no types here
    """Finds passages. A node's text is `article.text[start:end]`, its `ref_doc_id` the article's id.

    `metadata` has `article_id`, `start`, `end` (code points), `title`, `outlet`, `published`, `published_basis`, `url`, as far
    as they are known. Questions of no or more than 2,000 characters raise `InvalidQuestion`.
    """

    def __init__(
        self, answerer: Answerer, catalogue: Catalogue, *, limit: int = 10, filters: Filters = Filters()
    ) -> None:
        super().__init__()
        self._answerer = answerer
        self._catalogue = catalogue
        self._limit = limit
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The passages, best first; the score is higher for the better."""
        asked = Question(text=query_bundle.query_str, mode="quotes", limit=self._limit, filters=self._filters)
        found = self._answerer.search(asked)
        articles = self._catalogue.articles(sorted({hit.passage.article_id for hit in found}))
        nodes = []
        for hit in found:
            passage, article = hit.passage, articles.get(hit.passage.article_id)
            if article is not None:  # else it was deleted just now
                node = _node(passage.id, passage.text, article, start=passage.start, end=passage.end)
                nodes.append(NodeWithScore(node=node, score=hit.score))
        return nodes

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The same, beside the event loop."""
        return await asyncio.to_thread(self._retrieve, query_bundle)


class DatelineQueryEngine(BaseQueryEngine):  # type: ignore[misc]  # the same
    """Answers, or declines. The response's text is the answer, its source nodes are the verified citations.

    `[1]` in the text is the first source node; each has its `speaker` and the fields of a retrieved node, and the gate's
    probability that the quotes answer as its score. `metadata` of the response has `status`, `reason`, `reason_code`, `mode`,
    `short_answer`, `model`, `index_build` and `trace_id`. Raises `InvalidQuestion`, and `ModelUnavailable` for mode `answer`
    without a language model.
    """

    def __init__(
        self, answerer: Answerer, *, mode: Mode | None = None, limit: int = 10, filters: Filters = Filters()
    ) -> None:
        super().__init__(callback_manager=None)
        self._answerer = answerer
        self._mode = mode
        self._limit = limit
        self._filters = filters

    def _get_prompt_modules(self) -> dict[str, Any]:
        """None: the prompt is Dateline's own."""
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response:
        """The answer as a response."""
        asked = Question(text=query_bundle.query_str, mode=self._mode, limit=self._limit, filters=self._filters)
        return _respond(self._answerer.answer(asked))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        """The same, beside the event loop."""
        return await asyncio.to_thread(self._query, query_bundle)


@dataclass(frozen=True, slots=True)
class Bridge:
    """An open build, and the parts of LlamaIndex that work with it. Any number of threads may use them at once."""

    answerer: Answerer
    catalogue: Catalogue

    def retriever(self, *, limit: int = 10, filters: Filters = Filters()) -> DatelineRetriever:
        """Finds up to `limit` passages (1 to 50) of the articles that the filters keep."""
        return DatelineRetriever(self.answerer, self.catalogue, limit=limit, filters=filters)

    def query_engine(
        self, *, mode: Mode | None = None, limit: int = 10, filters: Filters = Filters()
    ) -> DatelineQueryEngine:
        """Answers from up to `limit` passages; without a mode: `answer` where there is a language model, else `quotes`."""
        return DatelineQueryEngine(self.answerer, mode=mode, limit=limit, filters=filters)


@contextmanager
def open_bridge(*, settings: QaSettings | None = None, index_settings: IndexSettings | None = None) -> Iterator[Bridge]:
    """The current build, with the language model of the settings (`DATELINE_…`); a model that is missing is logged.

    Raises `IndexMissing`, `IndexMismatch`, `IndexDamaged`, `WeightsProblem`, `InvalidSettings`.
    """
    settings, places = settings or QaSettings(), index_settings or IndexSettings()
    with ExitStack() as closing:
        index = open_index(places)
        closing.callback(index.close)
        model = _open_model(settings, places)
        if model:
            closing.callback(model.close)
        answerer = open_answerer(index, settings=settings, model=model, index_settings=places)
        closing.callback(answerer.close)
        yield Bridge(answerer, index.catalogue)


def _open_model(settings: QaSettings, places: IndexSettings) -> LanguageModel | None:
    if settings.llm == "quotes":
        return None
    from qa.models.opening import open_model

    try:
        return open_model(settings, index_settings=places)
    except ModelUnavailable as problem:
        _log.warning("no language model, so the answers are quotes: %s", problem)
        return None


def _respond(answer: Answer) -> Response:
    return Response(
        response=write_said(answer),
        source_nodes=[NodeWithScore(node=_quoted(one), score=answer.score) for one in answer.citations],
        metadata={
            "status": answer.status,
            "reason": answer.reason,
            "reason_code": answer.reason_code,
            "mode": answer.mode,
            "short_answer": answer.short_answer,
            "model": answer.model,
            "index_build": answer.index_build,
            "trace_id": answer.trace_id,
        },
    )


def _quoted(citation: Citation) -> TextNode:
    about = {"citation": citation.id, "number": citation.number, "speaker": citation.speaker}
    return _node(citation.id, citation.quote, citation.article, start=citation.start, end=citation.end, about=about)


def _node(
    key: str, text: str, article: Article, *, start: int, end: int, about: Mapping[str, Any] | None = None
) -> TextNode:
    known = {
        "article_id": article.id,
        "start": start,
        "end": end,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published,
        "published_basis": article.published_basis,
        "url": article.url,
        **(about or {}),
    }
    return TextNode(
        id_=key,
        text=text,
        start_char_idx=start,
        end_char_idx=end,
        metadata={name: value for name, value in known.items() if value is not None},
        excluded_embed_metadata_keys=list(_NOT_READ),
        excluded_llm_metadata_keys=list(_NOT_READ),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)},
    )
