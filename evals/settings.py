"""The settings of evaluations: `DATELINE_…` in the environment, or `dateline.toml`."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from indexes.settings import Settings


class EvalSettings(Settings):
    """Where public evaluation data are."""

    eval_data: Path | None = Field(
        None, description="Folder with one folder of public data for each evaluation suite; `--data` goes before it."
    )

    @field_validator("eval_data")
    @classmethod
    def _expand(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else path


class JudgeSettings(Settings):
    """Which language model judges answers where `--judge` is asked for."""

    judge_base_url: str = Field(
        "", pattern=r"^(https?://\S+)?$", description="Address of an OpenAI-compatible server that `--judge` asks."
    )
    judge_model: str = Field("", description="Name of the judging model there.")
    judge_api_key: SecretStr = Field(SecretStr(""), description="Key for it; empty where it asks for none.")
    judge_timeout_s: float = Field(120.0, gt=0, le=3600, description="Seconds after which a judgement is given up.")
