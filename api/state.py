"""What lives as long as the service, and how a route gets at it."""

import asyncio
from pathlib import Path
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request
from starlette.types import ASGIApp

from api.archives import Archive
from api.changing import Changes
from api.limits import Slots
from api.metrics import Metrics
from api.probing import Probing
from api.serving import Serving


class State(TypedDict):
    """The state of the lifespan."""

    serving: Serving
    slots: Slots
    changes: Changes
    archive: Archive
    home: Path
    """`DATELINE_HOME`."""
    origins: frozenset[str]
    """Origins whose pages may call the service."""
    metrics: Metrics
    probing: Probing
    mcp: ASGIApp
    stopping: asyncio.Event
    """Set shortly before requests that are still open are cut off: a stream ends with a word of it."""


def _serving(request: Request) -> Serving:
    return cast("Serving", request.state.serving)


def _slots(request: Request) -> Slots:
    return cast("Slots", request.state.slots)


def _changes(request: Request) -> Changes:
    return cast("Changes", request.state.changes)


def _archive(request: Request) -> Archive:
    return cast("Archive", request.state.archive)


def _home(request: Request) -> Path:
    return cast("Path", request.state.home)


def _metrics(request: Request) -> Metrics:
    return cast("Metrics", request.state.metrics)


def _probing(request: Request) -> Probing:
    return cast("Probing", request.state.probing)


ServingOf = Annotated[Serving, Depends(_serving)]
SlotsOf = Annotated[Slots, Depends(_slots)]
ChangesOf = Annotated[Changes, Depends(_changes)]
ArchiveOf = Annotated[Archive, Depends(_archive)]
HomeOf = Annotated[Path, Depends(_home)]
ProbingOf = Annotated[Probing, Depends(_probing)]
MetricsOf = Annotated[Metrics, Depends(_metrics)]
