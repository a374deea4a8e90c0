"""Reads the settings of the service from the environment (`DATELINE_…`) and from `dateline.toml`."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from indexes.settings import Settings

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*)(:\d{1,5})?", re.ASCII)


class ApiSettings(Settings):
    """Where the service listens, and what bounds a request."""

    home: Path = Field(Path(".dateline"), description="Folder of builds, traces, API keys and evaluation indexes.")
    host: str = Field(
        "127.0.0.1", min_length=1, description="Address that the service listens on; off loopback it needs an API key."
    )
    port: int = Field(8000, ge=0, le=65535, description="Port that the service listens on; 0 takes a free one.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        description="Names, separated by commas, that a request's `Host` header may have; `DATELINE_HOST` is added.",
    )
    require_key: bool = Field(
        default=False, description="Whether requests need an API key on loopback too, even while there is none."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins, separated by commas, whose pages may call the service (`https://news.example`)."
    )
    rate_requests: int = Field(
        3000, ge=0, description="Requests in a minute of one key, or address without keys; more are a 429; 0: no limit."
    )
    rate_at_once: int = Field(24, ge=1, description="Requests at once of one key, or address; more are a 429.")
    rate_answers: int = Field(
        5,
        ge=1,
        description="Questions of one key that the language model works on or that wait for it; more are a 429.",
    )
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Bytes of a request body that are read; more is a 413.")
    max_articles_bytes: int = Field(
        16_777_216, ge=1024, description="The same for `POST /v1/articles`, which may bring many articles."
    )
    body_seconds: float = Field(10, gt=0, description="Seconds in which a request body must arrive; longer is a 408.")
    max_requests: int = Field(64, ge=1, description="Requests that are worked on at once; more are a 503.")
    answer_slots: int = Field(
        2, ge=1, description="Questions that the language model works on at once; others wait for their turn."
    )
    answer_queue: int = Field(8, ge=0, description="Questions that may wait for a slot; more are a 503.")
    answer_seconds: float = Field(180, gt=0, description="Seconds, the wait included, after which `answer` is a 503.")
    ready_seconds: float = Field(3, gt=0, description="Seconds in which all parts must answer `GET /health/ready`.")
    shutdown_seconds: int = Field(10, ge=0, description="Seconds that open requests get to finish at a stop.")
    log_format: Literal["console", "json"] = Field("console", description="Form of the log lines on standard error.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_questions: bool = Field(
        default=False, description="Whether the log line of an answer holds the question's text."
    )
    otlp_endpoint: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Address of an OpenTelemetry collector (OTLP over HTTP) that gets spans; empty: none; needs the extra `otel`.",
    )

    @field_validator("home")
    @classmethod
    def _expand(cls, path: Path) -> Path:
        return path.expanduser()

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin: write https://name or https://name:port, and no *")
        return origins

    @field_validator("allowed_hosts", "cors_origins", mode="before")
    @classmethod
    def _split(cls, names: Any) -> Any:  # noqa: ANN401 - whatever the environment or the file holds
        return tuple(name.strip() for name in names.split(",") if name.strip()) if isinstance(names, str) else names
