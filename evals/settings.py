"""The settings of evaluations: `DATELINE_…` in the environment, or `dateline.toml`."""

from pathlib import Path

from pydantic import Field, field_validator

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
