"""A service over the fake answerer, and a client that calls it."""

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch

Client = TestClient
Open = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of the machine, and no dateline.toml, reaches a test."""
    import os

    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, Any]]]:
    """The log lines of a test."""
    structlog.reset_defaults()
    lines: list[dict[str, Any]] = []

    def keep(_: object, name: str, line: MutableMapping[str, Any]) -> str:
        lines.append({"level": name, **line})
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.format_exc_info, keep],
        cache_logger_on_first_use=False,
    )
    yield lines
    structlog.reset_defaults()


@pytest.fixture
def answerer() -> SharedWordsAnswerer:
    """The fake answerer, with its language model ready."""
    return SharedWordsAnswerer()


@pytest.fixture
def opener(answerer: SharedWordsAnswerer) -> FakeArchive:
    """The archive, which opens the fake answerer."""
    return FakeArchive(answerer)


@pytest.fixture
def watch() -> SteppedWatch:
    """The watch over the current build, which looks when a test steps it."""
    return SteppedWatch()


@pytest.fixture
def open_client(opener: FakeArchive, watch: SteppedWatch) -> Iterator[Open]:
    """Starts a service with settings of its own, which counts no requests unless it is told to."""
    clients: list[TestClient] = []

    def open_(**settings: Any) -> TestClient:  # noqa: ANN401 - the fields of ApiSettings
        client = TestClient(
            create_app(opener, ApiSettings(**{"rate_requests": 0, **settings}), watch=watch),
            base_url="http://localhost",
        )
        client.__enter__()
        clients.append(client)
        return client

    yield open_
    for client in reversed(clients):
        client.__exit__(None, None, None)


@pytest.fixture
def client(open_client: Open) -> TestClient:
    """A service with default settings."""
    return open_client()
