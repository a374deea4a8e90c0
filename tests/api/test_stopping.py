"""A stop: open requests finish, then the service ends, whatever hangs."""

import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.api.documents import check_problem
from tests.api.test_server import Server, Start
from tests.api.test_server import start as _start

start = _start
pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """The pipe that answers wait at."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@contextmanager
def asked(server: Server, pipe: Path, mode: str) -> Iterator[tuple[Future[httpx.Response], int]]:
    """A question that is being answered, and the end of the pipe that holds its answer back."""
    with ThreadPoolExecutor(1) as pool, httpx.Client(base_url=server.address, trust_env=False, timeout=60) as client:
        pending = pool.submit(client.post, "/v1/ask", json={"question": "How many valves?", "mode": mode})
        yield pending, os.open(pipe, os.O_WRONLY)  # opens once the answer is being worked on


def wait_until_closed(server: Server) -> None:
    """Until nobody is let in any more."""
    pause = threading.Event()
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=60).close()
        except OSError:
            return
        pause.wait(0.01)


@pytest.mark.parametrize("mode", ["answer", "quotes"])
def test_open_requests_finish(start: Start, pipe: Path, mode: str) -> None:
    """At SIGTERM nobody else is let in, a question that is being answered gets its answer, and the service ends with 0."""
    server = start(FAKE_HOLD=str(pipe), DATELINE_SHUTDOWN_SECONDS="60")
    with asked(server, pipe, mode) as (pending, held):
        server.process.send_signal(signal.SIGTERM)
        wait_until_closed(server)
        assert server.process.poll() is None
        os.close(held)
        assert pending.result(60).json()["status"] == "answered"
    assert server.process.wait(60) == 0


@pytest.mark.parametrize("mode", ["answer", "quotes"])
def test_what_hangs_is_left(start: Start, pipe: Path, mode: str) -> None:
    """A question that hangs is told to come back after DATELINE_SHUTDOWN_SECONDS; the service ends with 0, and says why."""
    server = start(FAKE_HOLD=str(pipe), FAKE_CLOSING="0.2", DATELINE_SHUTDOWN_SECONDS="0")
    with asked(server, pipe, mode) as (pending, held):
        code, logged = server.stop()
        assert code == 0
        assert "ended without waiting any longer" in logged
        assert "Traceback" not in logged
        problem = check_problem(pending.result(60), 503, "too-busy")
        assert "is stopping" in problem["detail"]
        os.close(held)


def test_a_stream_is_told_of_the_stop(start: Start, pipe: Path) -> None:
    """A stream that hangs ends with an error that says so, not in the middle; nothing is logged as a failure."""
    server = start(FAKE_HOLD=str(pipe), FAKE_CLOSING="0.2", DATELINE_SHUTDOWN_SECONDS="1")
    body = {"question": "How many valves?", "mode": "answer", "stream": True}
    with (
        httpx.Client(base_url=server.address, trust_env=False, timeout=60) as client,
        client.stream("POST", "/v1/ask", json=body) as response,
    ):
        lines = response.iter_lines()
        while next(lines) != "event: quotes":
            pass
        held = os.open(pipe, os.O_WRONLY)
        server.process.send_signal(signal.SIGTERM)
        rest = list(lines)
        os.close(held)
    names = [line.removeprefix("event: ") for line in rest if line.startswith("event: ")]
    assert names == ["error"]
    problem = json.loads(next(line for line in reversed(rest) if line.startswith("data: ")).removeprefix("data: "))
    assert problem["type"] == "/docs#problem-too-busy"
    assert "is stopping" in problem["detail"]
    code, logged = server.stop()
    assert code == 0
    assert "Traceback" not in logged
