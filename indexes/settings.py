"""Reads settings from the environment (`DATELINE_…`) and from `dateline.toml` in the working directory."""

import tomllib
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from indexes.errors import InvalidSettings

PREFIX = "DATELINE_"
FILE = "dateline.toml"


class Settings(BaseSettings):
    """What each package's settings have in common: where values come from, and one line for a bad one.

    The environment wins over the file. An empty variable counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        toml_file=FILE,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - the fields of the subclass
        """Read the sources. Raises `InvalidSettings`."""
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise InvalidSettings(_explain(type(self), error)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            message = f"{FILE} is not valid TOML: {error}. Correct it, or set {PREFIX}… in the environment."
            raise InvalidSettings(message) from error
        except OSError as error:
            message = f"{FILE} cannot be read: {error.strerror}. Correct it, or set {PREFIX}… in the environment."
            raise InvalidSettings(message) from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read: one file is enough
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


class IndexSettings(Settings):
    """Where the index and its weights live, and what encodes the passages."""

    home: Path = Field(Path(".dateline"), description="Folder of builds, traces, API keys and evaluation indexes.")
    seeds: Path = Field(Path("seeds"), description="Files that `python -m indexes build` reads when it is given none.")
    keep_builds: int = Field(3, ge=1, le=100, description="Number of builds that are kept to go back to.")
    chroma_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Address of a Chroma server that holds the vectors; empty: Chroma runs inside the process.",
    )
    encoder: str = Field(
        "all-minilm-l6-v2",
        min_length=1,
        description="Model that turns passages into vectors; with `DATELINE_WEIGHTS_HUB` also `owner/model`.",
    )
    encoder_path: Path | None = Field(
        None, description="Folder of encoder weights to use instead of fetched ones; they are not checked."
    )
    encoder_backend: Literal["auto", "openvino", "onnx", "torch"] = Field(
        "auto",
        description="What runs the encoder: `openvino`, `onnx`, `torch`, or `auto`: the fastest whose vectors are as good.",
    )
    # The two that qa reads too, here for what set-up has to fetch.
    llm: Literal["local", "quotes", "openai-compatible"] = Field(
        "local",
        description="`local` (embedded llama.cpp), `quotes` (no LLM) or `openai-compatible`; `local` needs weights.",
    )
    llm_path: Path | None = Field(
        None, description="GGUF file that the local LLM runs instead of the fetched weights; it is not checked."
    )
    weights_home: Path = Field(
        default_factory=lambda: user_cache_path("dateline", appauthor=False) / "weights",
        description="Folder of fetched weights, shared by all clones; default: `dateline/weights` in the user's cache.",
    )
    weights_hub: bool = Field(
        default=False, description="Whether weights that the package index lacks may be fetched from a model hub."
    )

    @property
    def needs_llm_weights(self) -> bool:
        """Whether a language model's weights have to be fetched."""
        return self.llm == "local" and self.llm_path is None

    @field_validator("home", "seeds", "encoder_path", "llm_path", "weights_home")
    @classmethod
    def _expand(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else path


def _explain(kind: type[Settings], error: ValidationError) -> str:
    """Every bad setting with its value and what is wrong with it, on one line."""
    parts = []
    for problem in error.errors():
        name = str(problem["loc"][0]) if problem["loc"] else ""
        field = kind.model_fields.get(name)
        secret = field is not None and "SecretStr" in repr(field.annotation)
        value = "hidden" if secret or isinstance(problem["input"], SecretStr) else repr(problem["input"])
        parts.append(f"{PREFIX}{name.upper()} is {value}: {problem['msg']}")
    return f"{'; '.join(parts)}. Correct it in the environment or in {FILE}."
