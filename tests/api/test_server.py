"""The real server, in a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.keys import KeyFile
from tests.api.documents import check_problem

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Server:
    """A running service: what it printed first, where it is, and its process."""

    printed: list[str]
    address: str
    process: subprocess.Popen[str]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """The exit code and what it logged."""
        self.process.send_signal(number)
        _, logged = self.process.communicate(timeout=60)
        return self.process.returncode, logged

    @property
    def port(self) -> int:
        """The port that it took."""
        return int(self.address.rpartition(":")[2])


Start = Callable[..., Server]


@contextmanager
def _started(folder: Path, settings: dict[str, str], arguments: list[str]) -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.service", *arguments],
        cwd=folder,
        env=_environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        printed = [process.stdout.readline().rstrip()]
        match = re.search(r"http://\S+(?= )", printed[0])
        assert match, process.communicate(timeout=60)
        yield Server(printed, match[0], process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=60)


def _environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts services on free ports; what still runs at the end is killed."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start_(*arguments: str, **settings: str) -> Server:
            return stack.enter_context(_started(tmp_path, settings, ["--port", "0", *arguments]))

        yield start_


def test_start_ask_stop(start: Start) -> None:
    """The service prints where it is, answers there, and ends with 0 when it is asked to stop."""
    server = start()
    assert server.address.startswith("http://127.0.0.1:")
    with httpx.Client(base_url=server.address, trust_env=False) as client:
        body = client.post("/v1/ask", json={"question": "How many valves?"}).json()
        citation = body["citations"][0]
        text = client.get(f"/v1/articles/{citation['article']['id']}").json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        response = client.get("/nowhere")
        check_problem(response, 404, "not-found")
        assert "server" not in response.headers
    code, logged = server.stop()
    assert code == 0
    assert "valves" not in logged
    assert "Traceback" not in logged


def test_interrupt(start: Start) -> None:
    """Ctrl-C is a stop like any other: 0, and no traceback."""
    code, logged = start().stop(signal.SIGINT)
    assert code == 0
    assert "Traceback" not in logged


def test_json_logs(start: Start) -> None:
    """With DATELINE_LOG_FORMAT=json every line on standard error is a JSON object with its request id."""
    server = start(DATELINE_LOG_FORMAT="json")
    with httpx.Client(base_url=server.address, trust_env=False) as client:
        client.get("/health/live", headers={"X-Request-Id": "one"})
        client.post("/v1/ask", content=b"{", headers={"Content-Type": "application/json", "X-Request-Id": "two"})
    _, logged = server.stop()
    lines = [json.loads(line) for line in logged.splitlines()]
    answered = {line["request_id"]: line for line in lines if line["event"] == "answered"}
    assert {key: line["status"] for key, line in answered.items()} == {"one": 200, "two": 400}
    assert set(answered["one"]) >= {"level", "timestamp", "method", "path", "ms"}


def test_banner(start: Start) -> None:
    """At the start the service tells the address, the mode, the build, the language model, and how many keys there are."""
    server = start()
    assert server.process.stdout
    lines = [server.process.stdout.readline() for _ in range(5)]
    assert [line.split(":")[0].strip() for line in lines] == ["mode", "index", "encoder", "language model", "API keys"]
    assert "b_fake+0 (3 articles, 3 passages)" in lines[1]
    assert "none: whoever uses this machine" in lines[4]


def test_banner_without_model(start: Start) -> None:
    """A missing language model is told loudly, with what became of it."""
    server = start(FAKE_LLM="missing: the weights could not be had; run `python -m indexes weights`")
    assert server.process.stdout
    lines = [server.process.stdout.readline() for _ in range(5)]
    assert "mode: quotes" in lines[0]
    assert "!!! NO LANGUAGE MODEL: the weights could not be had; run `python -m indexes weights`" in lines[3]


def test_start_without_index(start: Start) -> None:
    """Without an index the service starts, says so loudly, and answers 503."""
    server = start(FAKE_BUILD="")
    assert server.process.stdout
    assert "!!! NO INDEX: There is no index: run `python -m indexes build`" in server.process.stdout.readline()
    with httpx.Client(base_url=server.address, trust_env=False) as client:
        assert client.get("/health/live").status_code == 200
        check_problem(client.get("/health/ready"), 503, "not-ready")
        check_problem(client.post("/v1/ask", json={"question": "x"}), 503, "no-index")


def test_port_in_use(start: Start, tmp_path: Path) -> None:
    """A port that is taken is one line on standard error and exit code 1."""
    port = str(start().port)
    ended = _run(tmp_path, "--port", port)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert f"Port {port} on 127.0.0.1" in ended.stderr
    assert "--port" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "says"),
    [
        (["--host", "0.0.0.0"], {}, 1, "API key"),  # noqa: S104
        ([], {"DATELINE_HOST": "::"}, 1, "python -m api keys add"),
        ([], {"DATELINE_REQUIRE_KEY": "true"}, 1, "API key"),
        ([], {"DATELINE_CORS_ORIGINS": "*"}, 1, "DATELINE_CORS_ORIGINS"),
        ([], {"DATELINE_PORT": "many"}, 1, "DATELINE_PORT"),
        ([], {"DATELINE_LOG_FORMAT": "xml"}, 1, "DATELINE_LOG_FORMAT"),
        (["--port", "70000"], {}, 2, "'70000' is no port"),
        (["--nope"], {}, 2, "--nope"),
    ],
)
def test_refusals(tmp_path: Path, arguments: list[str], settings: dict[str, str], code: int, says: str) -> None:
    """What the service cannot start with is told in one line without a traceback; wrong usage is exit code 2."""
    ended = _run(tmp_path, *arguments, **settings)
    assert ended.returncode == code
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
    if code == 1:
        assert ended.stderr.count("\n") == 1


def test_help(tmp_path: Path) -> None:
    """--help tells the options and ends with 0."""
    ended = _run(tmp_path, "--help")
    assert ended.returncode == 0
    assert "--host" in ended.stdout
    assert "--port" in ended.stdout


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.fakes.service", *arguments],
        cwd=folder,
        env=_environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
def test_large_body(start: Start, chunked: bool) -> None:
    """A body of 3 MB is a 413 problem that the client gets to read, and the service goes on."""
    server = start()
    body = b'{"question": "' + b"x" * 3_000_000 + b'"}'
    pieces = (body[place : place + 65_536] for place in range(0, len(body), 65_536))
    headers = {"Content-Type": "application/json"}
    with httpx.Client(base_url=server.address, trust_env=False) as client:
        response = client.post("/v1/ask", content=pieces if chunked else body, headers=headers)
        check_problem(response, 413, "body-too-large")
        assert client.post("/v1/ask", json={"question": "valves"}).status_code == 200


def test_million_characters(start: Start) -> None:
    """A question of a million characters is a 422 that names the limit."""
    with httpx.Client(base_url=start().address, trust_env=False) as client:
        problem = check_problem(client.post("/v1/ask", json={"question": "x" * 1_000_000}), 422, "invalid-body")
    assert "2,000" in problem["detail"]


def _raw(server: Server, request: bytes) -> bytes:
    """What the server answers to these bytes until it closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(request)
        answer = b""
        while received := connection.recv(65_536):
            answer += received
        return answer


def test_slow_body(start: Start) -> None:
    """A body that does not arrive in time is a 408."""
    server = start(DATELINE_BODY_SECONDS="0.2")
    head = b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n"
    answer = _raw(server, head + b"Connection: close\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"/docs#problem-body-too-slow" in answer


def test_raw_requests(start: Start) -> None:
    """A request without a Host header, with a strange one, or with strange bytes is a 4xx."""
    server = start()
    for request, status in [
        (b"GET / HTTP/1.0\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", b"421"),
        (b"GET /%ff%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
        (b"GET /v1/articles?outlet=%ff%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"200"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", b"400"),
        (b"nonsense\r\n\r\n", b"400"),
    ]:
        assert _raw(server, request).split(b" ")[1] == status, request


def test_keys_off_loopback(start: Start, tmp_path: Path) -> None:
    """Off loopback the service starts once there is a key, knows at once which are added and revoked, and logs none of them."""
    added = _run(tmp_path, "keys", "add", "desk")
    assert added.returncode == 0, added.stderr
    first = added.stdout.strip()
    server = start("--host", "0.0.0.0", "--debug", DATELINE_LOG_FORMAT="json")  # noqa: S104
    keys = KeyFile(tmp_path / ".dateline")
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:

        def ask(secret: str | None) -> httpx.Response:
            headers = {"Authorization": f"Bearer {secret}"} if secret else {}
            return client.post("/v1/ask", json={"question": "How many valves?"}, headers=headers)

        check_problem(ask(None), 401, "no-key")
        assert ask(first).status_code == 200
        _, second = keys.add("night", ["admin"])
        assert ask(second).status_code == 200
        keys.revoke("desk")
        check_problem(ask(first), 401, "wrong-key")
        wrong = "dl_" + "w" * 43
        check_problem(ask(wrong), 401, "wrong-key")
        keys.revoke("night")
        for secret in (None, first, second):
            assert ask(secret).status_code == 401
        assert client.get("/health/ready").status_code == 200
    answer = _raw(
        server,
        b"GET /v1/index HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
    )
    assert answer.split(b" ")[1] == b"401"
    code, logged = server.stop()
    assert code == 0
    lines = [json.loads(line) for line in logged.splitlines()]
    assert {line.get("key") for line in lines if line["event"] == "answered"} == {"desk", "night", None}
    for secret in (first, second, wrong):
        assert secret.removeprefix("dl_")[:12] not in logged
