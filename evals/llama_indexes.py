"""LlamaIndex's quickstart over the same articles, with the same encoder: an index of its own, to be measured beside ours."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from evals.errors import WrongUsage
from evals.peers import refuse_filters
from indexes.types import Article, Encoder, Filters, Passage, Retrieved

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

FOLDER = "llama_index"
"""Where the indexes of LlamaIndex lie in the home of the suite."""

RECIPE = 1
"""Raised with each change of what an index is made of."""

NAMES = {"llama_index": False, "llama_index_fusion": True}
"""The retrievers that there are: by vectors alone, and fused with BM25."""

_MADE = "made"
_COLLECTION = "quickstart"
_BATCH = 256
_PACKAGES = ("llama_index", "bm25s", "Stemmer", "chromadb")
# LlamaIndex brings these files; where the user has a place for them that lacks one, its libraries would fetch it.
_PLACES = ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR", "NLTK_DATA")

Follow = Callable[[Sequence[Sequence[Any]]], Iterable[Sequence[Any]]]
"""Passes batches of nodes on one by one while it shows how far the work is."""


class LlamaIndexed:
    """A `Retriever` by LlamaIndex's `VectorStoreIndex`, or by its `QueryFusionRetriever` over that and its BM25.

    Its passages are LlamaIndex's nodes: about 1,024 tokens of its own tokenizer, 200 of them shared with the next one.
    The encoder reads of each what it reads of any text, and no more.
    """

    def __init__(self, store: Any, encoder: Encoder, *, fused: bool) -> None:  # noqa: ANN401 - an untyped package's
        from llama_index.core import VectorStoreIndex

        self._index = VectorStoreIndex.from_vector_store(store, embed_model=_embedding(encoder))
        self._words = _by_words(store) if fused else None
        self._lock = Lock()

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """At most `limit` nodes, best first. Of filters only `article_ids` is known; others raise `WrongUsage`."""
        refuse_filters(filters, "LlamaIndex")
        if limit < 1 or not question.strip():
            return []
        with self._lock:  # its stemmer takes one text at a time, and depth and choice are its retriever's state
            found = self._retriever(limit, filters.article_ids).retrieve(question)
        hits = [_hit(node.node, float(node.score or 0.0)) for node in found]
        return [hit for hit in hits if not filters or hit.passage.article_id in filters.article_ids][:limit]

    def _retriever(self, limit: int, article_ids: tuple[str, ...]) -> Any:  # noqa: ANN401 - an untyped package's
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

        chosen = None
        if article_ids:
            wanted = MetadataFilter(key="ref_doc_id", value=list(article_ids), operator=FilterOperator.IN)
            chosen = MetadataFilters(filters=[wanted])
        by_meaning = self._index.as_retriever(similarity_top_k=limit, filters=chosen)
        if self._words is None:
            return by_meaning
        corpus = self._words.corpus
        self._words.similarity_top_k = min(limit, len(corpus))
        self._words.corpus_weight_mask = [int(node["ref_doc_id"] in article_ids) for node in corpus] if chosen else None
        return QueryFusionRetriever(
            [by_meaning, self._words],
            llm=MockLLM(),  # never asked: the question is the only query
            mode="reciprocal_rerank",
            similarity_top_k=limit,
            num_queries=1,
            use_async=False,
        )


def open_llama_index(
    name: str,
    *,
    articles: Callable[[], Iterable[Article]],
    encoder: Encoder,
    home: Path,
    build: str,
    closing: ExitStack,
    follow: Follow = iter,
) -> LlamaIndexed:
    """One of `NAMES` over an index that is kept below `home` under the build's name; made first where there is none.

    It is closed with `closing`. Raises `WrongUsage` where LlamaIndex is not installed, where another process has the index
    open, and where there are no articles.
    """
    with _installed(name):
        folder = home / FOLDER / f"{build}-{version('llama-index-core')}-{RECIPE}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        closing.enter_context(_alone(folder.parent))
        made = folder / _MADE
        if not made.exists():
            for earlier in folder.parent.iterdir():
                if earlier.is_dir():
                    shutil.rmtree(earlier)
        store = _open_store(folder, closing)
        if not made.exists():
            _fill(store, list(articles()), encoder, follow)
            made.touch()
        return LlamaIndexed(store, encoder, fused=NAMES[name])


def index_texts(texts: Sequence[str], encoder: Encoder, folder: Path) -> None:
    """Index texts as they are, one node each, with LlamaIndex's defaults, in a new Chroma collection below a folder.

    Raises `WrongUsage` where LlamaIndex is not installed.
    """
    with _installed("llama_index"), ExitStack() as closing:
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.core.schema import TextNode

        storage = StorageContext.from_defaults(vector_store=_open_store(folder, closing))
        nodes = [TextNode(text=text, id_=str(number)) for number, text in enumerate(texts)]
        VectorStoreIndex(nodes, storage_context=storage, embed_model=_embedding(encoder))


@contextmanager
def _installed(name: str) -> Iterator[None]:
    """Say what to install where a package is missing."""
    try:
        yield
    except ImportError as missing:
        if (missing.name or "").split(".")[0] not in _PACKAGES:
            raise
        raise WrongUsage(
            f"{name} needs packages of the extra 'peers' ({missing.name} is missing). "
            "Run `pip install -c requirements.lock -e '.[peers]'` in the project's folder."
        ) from missing


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process has an index in this folder open: Chroma can hang where two do (issue 7040)."""
    lock = FileLock(folder / "lock", is_singleton=True, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout as taken:
        raise WrongUsage(f"another run measures LlamaIndex in {str(folder)!r}. Wait until it is done.") from taken
    try:
        yield
    finally:
        lock.release()


def _open_store(folder: Path, closing: ExitStack) -> Any:  # noqa: ANN401 - an untyped package's
    """LlamaIndex's Chroma store, as its documentation opens it, told to report nothing."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client: Any = chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False))
    closing.callback(client.close)
    collection: Collection = client.get_or_create_collection(_COLLECTION, embedding_function=None)
    return ChromaVectorStore(chroma_collection=collection)


def _fill(store: Any, articles: Sequence[Article], encoder: Encoder, follow: Follow) -> None:  # noqa: ANN401 - the same
    """Split, embed and store the articles."""
    from llama_index.core import StorageContext, VectorStoreIndex

    nodes = _split(articles)
    if not nodes:
        raise WrongUsage("the index holds no articles, so there is nothing to rank. Give a suite with articles.")
    index = VectorStoreIndex(
        [], storage_context=StorageContext.from_defaults(vector_store=store), embed_model=_embedding(encoder)
    )
    for batch in follow([nodes[start : start + _BATCH] for start in range(0, len(nodes), _BATCH)]):
        index.insert_nodes(batch)


def _split(articles: Sequence[Article]) -> list[Any]:
    """The nodes of the default splitter. Offsets that do not hold (it takes the first place of equal texts) are dropped."""
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.schema import Document

    with _own_files():
        splitter = SentenceSplitter(id_func=_node_id)
        documents = [Document(text=one.text, id_=one.id, metadata=_metadata(one)) for one in articles]
        nodes: list[Any] = splitter.get_nodes_from_documents(documents)
    texts = {one.id: one.text for one in articles}
    for node in nodes:
        start, end = node.start_char_idx, node.end_char_idx
        if start is None or texts[node.ref_doc_id][start:end] != node.text:
            node.start_char_idx = node.end_char_idx = None
    return nodes


def _node_id(number: int, document: Any) -> str:  # noqa: ANN401 - an untyped package's
    return f"{document.node_id}#{number}"


def _metadata(article: Article) -> dict[str, str]:
    """What LlamaIndex writes before the text that it encodes: what our passages have in their context line."""
    stated: Mapping[str, str | None] = {
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published and article.published[:10],
    }
    return {name: value for name, value in stated.items() if value}


def _by_words(store: Any) -> Any:  # noqa: ANN401 - an untyped package's
    from llama_index.retrievers.bm25 import BM25Retriever

    nodes = store.get_nodes(None)
    return BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=len(nodes))


def _embedding(encoder: Encoder) -> Any:  # noqa: ANN401 - an untyped package's
    """Our encoder as LlamaIndex knows encoders."""
    from llama_index.core.embeddings import BaseEmbedding

    encode = partial(_encode, encoder)

    class Encoded(BaseEmbedding):  # type: ignore[misc]  # an untyped package's
        """The encoder of the index."""

        def _get_text_embedding(self, text: str) -> list[float]:
            return encode([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return encode(texts)

        def _get_query_embedding(self, query: str) -> list[float]:
            return encode([query])[0]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return encode([query])[0]

    return Encoded(model_name=encoder.name, embed_batch_size=_BATCH)


def _encode(encoder: Encoder, texts: Sequence[str]) -> list[list[float]]:
    rows: list[list[float]] = encoder.encode(texts).tolist()
    return rows


@contextmanager
def _own_files() -> Iterator[None]:
    """LlamaIndex's tokenizer and sentence splitter are read from the files that it brings; nothing is fetched."""
    kept = {name: os.environ.pop(name) for name in _PLACES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _hit(node: Any, score: float) -> Retrieved:  # noqa: ANN401 - an untyped package's
    article_id, number = node.node_id.rsplit("#", 1)
    text = node.text
    start = node.start_char_idx or 0
    passage = Passage(
        id=node.node_id,
        article_id=article_id,
        ordinal=int(number),
        start=start,
        end=start + len(text),
        text=text,
        context="\n".join(str(value) for value in node.metadata.values()),
    )
    return Retrieved(passage=passage, score=score)
