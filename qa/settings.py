"""Reads the settings of answering: which language model writes, and what is kept of an answer."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from indexes.settings import Settings


class ModelSettings(Settings):
    """Which language model writes answers, and what it may cost."""

    llm: Literal["local", "quotes", "openai-compatible"] = Field(
        "local",
        description="`local` (embedded llama.cpp), `quotes` (no LLM) or `openai-compatible`; `local` needs weights.",
    )
    llm_base_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Address of an OpenAI-compatible server (Ollama, vLLM, llama-server, a provider), up to `/v1`.",
    )
    llm_model: str = Field("", description="Name of the model on the OpenAI-compatible server.")
    llm_api_key: SecretStr = Field(
        SecretStr(""), description="Key for the OpenAI-compatible server; empty where it asks for none."
    )
    llm_path: Path | None = Field(
        None, description="GGUF file that the local LLM runs instead of the fetched weights; it is not checked."
    )
    llm_threads: int = Field(
        0, ge=0, le=512, description="Threads of the local LLM; 0: one for each core that the process may use."
    )
    llm_context: int = Field(
        2048, ge=512, le=131_072, description="Tokens of prompt and reply that the local LLM holds."
    )
    llm_timeout_s: float = Field(
        120.0, gt=0, le=3600, description="Seconds after which a language model's reply is given up."
    )

    @field_validator("llm_path")
    @classmethod
    def _expand(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else path


class QaSettings(ModelSettings):
    """How questions are answered."""

    traces: bool = Field(default=True, description="Whether each answer's trace is kept in `DATELINE_HOME`.")
