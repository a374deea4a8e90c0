"""Opens what a run puts its questions to: the suite's index, the retriever or the answerer, the language model."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from evals.errors import WrongUsage
from evals.indexing import prepare_index, sources_of, suite_settings
from evals.memory import answer_from_memory
from evals.progress import follow, follow_build
from evals.settings import EvalSettings
from evals.suites.listing import Listed
from evals.types import EvalMode, RetrieverName, Setup, Subject, SuiteData
from indexes.settings import IndexSettings
from indexes.types import Article, Encoder, Filters, Retriever

if TYPE_CHECKING:
    from indexes.building import BuildReport
    from indexes.wiring import Index


class Opener(Protocol):
    """Opens a subject and closes it again. The product has one; tests put another in its place."""

    def __call__(self, data: SuiteData, setup: Setup) -> AbstractContextManager[Subject]:
        """The subject, open until the block ends."""
        ...


@contextmanager
def open_subject(data: SuiteData, setup: Setup) -> Iterator[Subject]:
    """The subject over the suite's own index, which is built first where it must be, or over the current build.

    Raises `DatelineError`.
    """
    with ExitStack() as closing:
        settings, index = _open_index(data)
        closing.callback(index.close)
        answerer, model = None, None
        if setup.mode != "retrieval":
            from qa.settings import QaSettings
            from qa.wiring import open_answerer

            answers = QaSettings()
            if setup.mode == "answer":
                from qa.models.opening import open_model

                model = open_model(answers)
                closing.callback(model.close)
            answerer = open_answerer(index, settings=answers, model=model, index_settings=settings)
            closing.callback(answerer.close)
            answerer.warm_up()  # as the service does when it opens a build
        opened = partial(_open_retriever, index=index, home=settings.home, closing=closing)
        yield Subject(
            answerer=answerer,
            retriever=opened(setup.retriever),
            beside={name: opened(name) for name in setup.beside},
            catalogue=index.catalogue,
            index_build=index.manifest.name,
            encoder=index.manifest.encoder,
            model=model.name if model else None,
            closed_book=partial(answer_from_memory, model=model) if model and setup.closed_book else None,
        )


def _open_index(data: SuiteData) -> tuple[IndexSettings, "Index"]:
    """The index that the questions are put to, with its settings."""
    from indexes.wiring import open_index

    if not data.sources and not data.articles:
        settings = IndexSettings()
        return settings, open_index(settings)
    settings = suite_settings(data, IndexSettings())
    return settings, prepare_index(data, settings, build=lambda home: _build(data, home), open_built=open_index)


def _open_retriever(name: RetrieverName, *, index: "Index", home: Path, closing: ExitStack) -> Retriever:
    """A retriever by name: one of the index, or another over its passages or articles."""
    ours: dict[str, Retriever] = {"fused": index.retriever, "dense": index.dense, "lexical": index.lexical}
    if name in ours:
        return ours[name]
    if name == "bm25s":
        from evals.peers import Bm25s

        return Bm25s(list(index.catalogue.passages(index.catalogue.passage_ids(Filters())).values()))
    from evals.llama_indexes import open_llama_index

    return open_llama_index(
        name,
        articles=index.catalogue.all_articles,
        encoder=index.encoder,
        home=home,
        build=index.manifest.name,
        closing=closing,
        follow=partial(follow, label="LlamaIndex: embed"),
    )


def _build(data: SuiteData, settings: IndexSettings) -> "BuildReport":
    """Build the data's index with progress shown."""
    from indexes.building import build_index

    with follow_build() as progress:
        return build_index(sources_of(data, settings), settings=settings, progress=progress)


def build_once(data: SuiteData) -> tuple[int, int]:
    """Build the data's index from nothing in a folder that is removed afterwards; its articles and passages."""
    settings = IndexSettings()
    (settings.home / "evals").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=settings.home / "evals") as home:
        manifest = _build(data, settings.model_copy(update={"home": Path(home)})).manifest
    return manifest.articles, manifest.passages


def time_beside(sources: Sequence[Path]) -> dict[str, float]:
    """How long an index of these articles takes, ours and LlamaIndex's of the same passages. Raises `DatelineError`."""
    from evals.beside import time_both

    return time_both(sources, IndexSettings())


def open_engines() -> Mapping[str, Encoder]:
    """The encoder that the settings name, on each engine that can be had here."""
    from indexes.encoders import open_engines

    return open_engines(IndexSettings())


def read_texts(data: SuiteData) -> list[str]:
    """The texts of the data's articles."""
    from indexes.readers.reading import read_sources

    return [one.text for one in read_sources(data.sources) if isinstance(one, Article)]


def find_data(suite: Listed, data: Path | None) -> Path:
    """The folder of a suite's data: the one given, `seeds`, or the suite's below `DATELINE_EVAL_DATA`."""
    if data is not None:
        return data
    if suite.name == "seeds":
        return IndexSettings().seeds
    public = EvalSettings().eval_data
    if public is None:
        raise WrongUsage(f"suite {suite.name!r} needs {suite.needs}.")
    return public / suite.name


def home() -> Path:
    """`DATELINE_HOME`."""
    return IndexSettings().home


def reports_folder(suite: Listed, mode: EvalMode) -> Path:
    """Where a run's reports go if it is not told."""
    return home() / "evals" / "reports" / f"{suite.name}-{mode}"
