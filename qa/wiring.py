"""Puts an answerer together from an opened index and the settings: the only file that names qa's engines."""

from functools import lru_cache
from pathlib import Path

from indexes.settings import IndexSettings
from indexes.similarity import SimilarityScorer
from indexes.types import Aligner
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
        encoder=index.manifest.encoder,
    )
    return Answerer(
        sources,
        scorer=open_scorer(places),
        nearness=SimilarityScorer(index.encoder),
        model=model,
        model_state=model_state or ("ready" if model else "off"),
        traces=Traces(places.home / "traces.sqlite") if settings.traces else None,
    )


def open_scorer(settings: IndexSettings) -> Aligner:
    """The learned sparse scorer, loaded once a process. Raises `WeightsProblem`."""
    from indexes.pins import SCORER
    from indexes.weights import find_weights

    return _load_scorer(find_weights(SCORER, settings))


@lru_cache(maxsize=1)
def _load_scorer(weights: Path) -> Aligner:
    from indexes.reranking import SparseScorer

    return SparseScorer(weights)
