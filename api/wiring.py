"""Opens the builds of DATELINE_HOME and the language model for the service: the only file that names them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from api.archives import Added
from api.building import Run
from api.checks.disks import ask_disk
from api.probing import Remembered
from api.processes import BuildProcess
from api.serving import Opened
from indexes.building import add_articles, roll_back_index
from indexes.builds import disk_use, folder_of, kept_builds, lock_builds, read_current, read_manifest
from indexes.complaints import forget_reports
from indexes.deleting import delete_articles
from indexes.errors import BuildFailed, IndexDamaged, UnknownArticle, UnknownBuild, WeightsProblem
from indexes.forgetting import TRACES, forget_traces
from indexes.reaching import require_store
from indexes.settings import IndexSettings
from indexes.types import Article, Encoder, Manifest, Outcome
from indexes.wiring import open_index
from qa.errors import ModelUnavailable
from qa.models.remote import RemoteModel
from qa.settings import QaSettings
from qa.traces import read_trace
from qa.types import LanguageModel
from qa.wiring import open_answerer


@dataclass(slots=True, eq=False)
class _Gone:
    """The articles that were deleted since a build was opened: an answer under way may still tell of them.

    Two of them are never equal: builds are closed in any order, and each takes its own along.
    """

    articles: list[str] = field(default_factory=list)


class Builds:
    """The builds of DATELINE_HOME, with one language model and one encoder for all of them."""

    def __init__(
        self, index_settings: IndexSettings, settings: QaSettings, *, model: LanguageModel | None, model_state: str
    ) -> None:
        self._index_settings = index_settings
        self._settings = settings
        self._model = model
        self._model_state = model_state
        self._encoder: Encoder | None = None
        self._gone: list[_Gone] = []
        """One for each open build."""

    def current(self) -> str | None:
        """The build that `current` points at."""
        return read_current(self._index_settings.home)

    def open(self) -> Opened:
        """The current build with its answerer, warmed up. Raises `IndexProblem` or `WeightsProblem`."""
        index = open_index(self._index_settings, encoder=self._encoder)
        self._encoder = index.encoder
        try:
            answerer = open_answerer(
                index,
                settings=self._settings,
                model=self._model,
                model_state=self._model_state,
                index_settings=self._index_settings,
            )
            answerer.warm_up()
        except BaseException:
            index.close()
            raise

        gone = _Gone()
        self._gone.append(gone)

        def close() -> None:
            answerer.close()
            index.close()
            self._gone.remove(gone)
            if gone.articles:
                forget_traces(self._index_settings.home, gone.articles)
                forget_reports(self._index_settings.home, gone.articles)

        return Opened(
            manifest=index.manifest,
            catalogue=index.catalogue,
            answerer=answerer,
            close=close,
            disk_bytes=self._bytes_of(index.manifest.name),
            probes=self._probes(),
        )

    def _bytes_of(self, build: str) -> int:
        try:
            return disk_use(folder_of(self._index_settings.home, build))
        except (OSError, UnknownBuild):  # another process has changed the index since
            return 0

    def _probes(self) -> dict[str, Callable[[], str]]:
        """What answers depend on besides the index."""
        settings = self._index_settings
        probes: dict[str, Callable[[], str]] = {"disk": partial(ask_disk, settings.home)}
        if settings.chroma_url:
            probes["vectors"] = partial(_ask_store, settings.chroma_url)
        if isinstance(self._model, RemoteModel):
            model = self._model
            probes["llm"] = Remembered(partial(_ask_model, model))
        return probes

    def require_free(self) -> None:
        """Raises `BuildLocked` while somebody builds or changes the index, also from the command line."""
        with lock_builds(self._index_settings.home):
            pass

    def start_build(self) -> Run:
        """`python -m indexes build` of the configured seeds, in a process of its own. Raises `BuildFailed`."""
        try:
            return BuildProcess()
        except OSError as error:
            raise BuildFailed(f"the build cannot be started ({error}); make room for one more process") from error

    def kept(self) -> Sequence[Manifest]:
        """The manifests of the builds that are kept, oldest first; a damaged one is left out."""
        home = self._index_settings.home
        found = []
        for build in kept_builds(home):
            with suppress(IndexDamaged, UnknownBuild):  # the latter where it was dropped just now
                found.append(read_manifest(folder_of(home, build)))
        return found

    def roll_back(self, build: str | None) -> Manifest:
        """Make a kept build current. Raises `UnknownBuild`, `BuildLocked`, `IndexDamaged`."""
        name = roll_back_index(self._index_settings, build)
        return read_manifest(folder_of(self._index_settings.home, name))

    def add(self, found: Sequence[Article | Outcome]) -> Added:
        """Add or replace articles in the current build. Raises `BuildLocked`, `BuildFailed`, `WeightsProblem`."""
        report = add_articles(found, settings=self._index_settings, encoder=self._encoder)
        return Added(build=report.manifest.name, outcomes=report.outcomes)

    def find_trace(self, trace_id: str) -> Mapping[str, Any] | None:
        """The trace of an answer, whichever build gave it; also while no build can be opened."""
        return read_trace(self._index_settings.home / TRACES, trace_id)

    def delete(self, article_id: str) -> None:
        """Remove an article from every kept build, and from traces. Raises `UnknownArticle`, and what `add` raises."""
        report = delete_articles([article_id], settings=self._index_settings)
        if article_id in report.unknown:
            raise UnknownArticle(f"No article has the id {article_id!r}: GET /v1/articles lists those that are stored.")
        for gone in tuple(self._gone):  # meanwhile others may be closed
            gone.articles.append(article_id)


def _ask_store(url: str) -> str:
    require_store(url)
    return "ready"


def _ask_model(model: RemoteModel) -> str:
    model.list_models()
    return "ready"


@contextmanager
def open_builds() -> Iterator[Builds]:
    """The builds that the settings name; the language model stays open until the end."""
    index_settings, settings = IndexSettings(), QaSettings()
    model, state = _open_model(settings, index_settings)
    try:
        yield Builds(index_settings, settings, model=model, model_state=state)
    finally:
        if model:
            model.close()


def _open_model(settings: QaSettings, index_settings: IndexSettings) -> tuple[LanguageModel | None, str]:
    """The language model and its state: a service without one still quotes."""
    if settings.llm == "quotes":
        return None, "off"
    from qa.models.opening import open_model

    try:
        return open_model(settings, index_settings=index_settings), "ready"
    except (ModelUnavailable, WeightsProblem) as error:
        return None, f"missing: {error}"
