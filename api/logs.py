"""Logs one line for each event, as JSON or for a person, with the id of the request; no question's text unless asked to."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

import structlog

_NOTED: ContextVar[dict[str, object] | None] = ContextVar("noted", default=None)
"""What the log line of the request will say besides: one dictionary, so that what a thread notes is seen outside of it."""


def install_logs(form: Literal["console", "json"], *, level: str = "info") -> None:
    """Send our log lines, and those of the libraries that log through `logging`, to standard error."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.types.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("dateline").setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def open_log(room: str) -> structlog.stdlib.BoundLogger:
    """The log of one room of the service."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger(f"dateline.{room}")
    return log


@contextmanager
def gather_notes() -> Iterator[dict[str, object]]:
    """What is noted while a request is worked on, in whatever thread that has its context."""
    noted: dict[str, object] = {}
    token = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(token)


def note(**facts: object) -> None:
    """Have the log line of the request say this too; outside of a request nothing happens."""
    noted = _NOTED.get()
    if noted is not None:
        noted.update(facts)
