"""Puts an answerer together from an opened index and the settings: the only file that names qa's engines."""

from functools import lru_cache
from pathlib import Path

from indexes.forgetting import TRACES
from indexes.settings import IndexSettings
from indexes.types import Expander, Reranker
from indexes.wiring import Index
from qa.answering import Answerer, Sources
from qa.settings import QaSettings
from qa.traces import Traces
from qa.types import LanguageModel


def open_answerer(
    index: Index,
    *,
    settings: QaSettings,
    model: LanguageModel | None = None,
    model_state: str | None = None,
    index_settings: IndexSettings | None = None,
) -> Answerer:
    """An answerer over an opened index, with traces in `DATELINE_HOME`. The index and the model stay their opener's.

    `model_state` says what became of the model: `ready`, `off` or `missing: why`. Raises `WeightsProblem`.
    """
    places = index_settings or IndexSettings()
    sources = Sources(
        build=index.manifest.name,
        retriever=index.retriever,
        catalogue=index.catalogue,
        vocabulary=index.vocabulary,
        expander=open_expander(places),
        reranker=open_reranker(places),
        encoder=index.manifest.encoder,
    )
    return Answerer(
        sources,
        model=model,
        model_state=model_state or ("ready" if model else "off"),
        traces=Traces(places.home / TRACES) if settings.traces else None,
    )


def open_expander(settings: IndexSettings) -> Expander:
    """The learned sparse model, loaded once a process. Raises `WeightsProblem`."""
    from indexes.pins import EXPANDER
    from indexes.weights import find_weights

    return _load_expander(find_weights(EXPANDER, settings), settings.weights_home)


def open_reranker(settings: IndexSettings) -> Reranker:
    """The cross-encoder, loaded once a process. Raises `WeightsProblem`."""
    from indexes.pins import ENCODER
    from indexes.weights import find_weights

    return _load_reranker(find_weights(ENCODER, settings), settings.weights_home)


@lru_cache(maxsize=1)
def _load_expander(weights: Path, home: Path) -> Expander:
    from indexes.scorers import open_sparse_model

    return open_sparse_model(weights, home)


@lru_cache(maxsize=1)
def _load_reranker(weights: Path, home: Path) -> Reranker:
    from indexes.scorers import open_cross_encoder

    return open_cross_encoder(weights, home)
