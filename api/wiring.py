"""Opens the builds of DATELINE_HOME and the language model for the service: the only file that names them."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.serving import Opened
from indexes.builds import read_current
from indexes.errors import WeightsProblem
from indexes.settings import IndexSettings
from indexes.types import Encoder
from indexes.wiring import open_index
from qa.errors import ModelUnavailable
from qa.settings import QaSettings
from qa.types import LanguageModel
from qa.wiring import open_answerer


class Builds:
    """The current build of DATELINE_HOME, with one language model and one encoder for all builds."""

    def __init__(
        self, index_settings: IndexSettings, settings: QaSettings, *, model: LanguageModel | None, model_state: str
    ) -> None:
        self._index_settings = index_settings
        self._settings = settings
        self._model = model
        self._model_state = model_state
        self._encoder: Encoder | None = None

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

        def close() -> None:
            answerer.close()
            index.close()

        return Opened(manifest=index.manifest, catalogue=index.catalogue, answerer=answerer, close=close)


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
