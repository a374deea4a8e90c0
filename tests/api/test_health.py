"""GET /health/live, GET /health/ready, GET /v1/index."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from api.probing import Probing
from api.readiness import look
from api.serving import Serving
from indexes.errors import IndexMismatch
from qa.errors import ModelUnavailable
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import FakeOpener, OddError, SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch


@pytest.fixture
def hang() -> Iterator[threading.Event]:
    """What a part waits for that hangs; it is set at the end."""
    event = threading.Event()
    yield event
    event.set()


def test_live(open_client: Open, opener: FakeOpener) -> None:
    """The process is live without an index."""
    opener.mark = None
    response = open_client().get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})


def test_ready(client: Client) -> None:
    """A service that answers questions is ready, with the state of each part."""
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "index": "b_fake+0",
        "encoder": "shared-words",
        "llm": "ready",
        "mode": "answer",
    }


def test_ready_without_model(client: Client, answerer: SharedWordsAnswerer) -> None:
    """With the language model missing the service is ready and says what is missing, without a path."""
    answerer.llm = "missing: /home/someone/weights/model.gguf was not found; run `python -m indexes weights`"
    response = client.get("/health/ready")
    body = response.json()
    assert (response.status_code, body["status"], body["mode"]) == (200, "ready", "quotes")
    assert body["llm"] == "missing: …/model.gguf was not found; run `python -m indexes weights`"


def test_not_ready_without_index(open_client: Open, opener: FakeOpener) -> None:
    """Without an index the service is not ready, and the answer names the cure."""
    opener.mark = None
    problem = check_problem(open_client().get("/health/ready"), 503, "not-ready")
    assert problem["index"] == "no-index"
    assert "python -m indexes build" in problem["detail"]


def test_not_ready_with_a_broken_part(
    client: Client, answerer: SharedWordsAnswerer, logs: list[dict[str, Any]]
) -> None:
    """Readiness asks the index itself: when the search fails, the service is not ready, and the log says why."""

    def fail(question: object) -> NoReturn:
        raise OSError("the disk at /srv/x is gone")

    answerer.searching = fail
    response = client.get("/health/ready")
    check_problem(response, 503, "not-ready")
    assert "/srv" not in response.text
    assert any("the disk at" in line.get("exception", "") for line in logs)


def test_ready_on_the_last_good_build(client: Client, opener: FakeOpener, watch: SteppedWatch) -> None:
    """When a newer build cannot be opened the last good one serves, and readiness says so."""
    opener.failing = IndexMismatch("the build was made with encoder 'x'; build again")
    opener.mark = "b_newer+0"
    watch.step()
    body = client.get("/health/ready").json()
    assert body["status"] == "ready"
    assert body["index"].startswith("b_fake+0; the current build is not served: the build was made with encoder 'x'")
    assert client.get("/v1/index").json()["build"] == "b_fake+0"


def test_parts_are_asked(open_client: Open, opener: FakeArchive) -> None:
    """Each part that answers depend on is asked anew; one that cannot be reached is told, and questions are answered still."""
    states: dict[str, str | Exception] = {"disk": "ready: 9 MB free", "vectors": "ready", "llm": "ready"}

    def ask(name: str) -> str:
        state = states[name]
        if isinstance(state, Exception):
            raise state
        return state

    opener.probes = {name: partial(ask, name) for name in states}
    client = open_client()
    body = client.get("/health/ready").json()
    assert (body["disk"], body["vectors"], body["llm"]) == ("ready: 9 MB free", "ready", "ready")
    states["llm"] = ModelUnavailable("no server answers at 'http://10.0.0.9/v1'; start it")
    states["vectors"] = OSError("/srv/x is odd")
    response = client.get("/health/ready")
    body = response.json()
    assert (response.status_code, body["status"]) == (200, "ready")
    assert body["llm"] == "unreachable: no server answers at 'http://10.0.0.9/v1'; start it"
    assert body["vectors"] == "unreachable: OSError"


def test_parts_of_an_index_that_was_just_opened() -> None:
    """Where the look itself opens the index, the parts that come with it are told as well."""
    serving = Serving(FakeOpener(probes={"disk": lambda: "ready: 9 MB free"}))
    assert serving.peek() is None
    assert look(serving, Probing(seconds=30)).parts["disk"] == "ready: 9 MB free"
    serving.close()


def test_hanging_part(open_client: Open, opener: FakeArchive, hang: threading.Event) -> None:
    """A part that hangs is told as unreachable after seconds, however often it is asked, and is asked once only."""
    asked = []

    def wait() -> str:
        asked.append(True)
        hang.wait(60)
        return "ready"

    opener.probes = {"vectors": wait}
    client = open_client(ready_seconds=0.05)
    for _ in range(3):
        body = client.get("/health/ready").json()
        assert (body["status"], body["vectors"]) == ("ready", "unreachable: no answer within 0.05 seconds")
    assert len(asked) == 1


def test_hanging_index(client: Client, open_client: Open, answerer: SharedWordsAnswerer, hang: threading.Event) -> None:
    """An index that hangs makes the service not ready within seconds; once it answers, the service is ready again."""
    answerer.searching = lambda _: (hang.wait(60), ())[1]
    slow = open_client(ready_seconds=0.05)
    problem = check_problem(slow.get("/health/ready"), 503, "not-ready")
    assert problem["index"] == "no-answer"
    assert slow.get("/health/live").status_code == 200
    hang.set()
    assert client.get("/health/ready").status_code == 200


def test_manifest(client: Client) -> None:
    """The manifest of the current build is shown whole, with the name that answers give it."""
    body = client.get("/v1/index").json()
    asked = client.post("/v1/ask", json={"question": "valves"}).json()
    assert body["build"] == asked["index_build"] == "b_fake+0"
    assert (body["articles"], body["passages"], body["outcomes"]) == (3, 3, {"created": 3})


def test_manifest_without_index(open_client: Open, opener: FakeOpener) -> None:
    """Without an index there is no manifest: 503."""
    opener.mark = None
    check_problem(open_client().get("/v1/index"), 503, "no-index")


def test_unknown_error_at_opening(open_client: Open, opener: FakeOpener, tmp_path: Path) -> None:
    """An engine that fails at opening leaves the service up, with a 503 that holds no path."""
    opener.failing = OSError(f"cannot map {tmp_path}/vectors")
    response = open_client().post("/v1/ask", json={"question": "x"})
    check_problem(response, 503, "index-damaged")
    assert str(tmp_path) not in response.text


def test_unmapped_error_at_opening(open_client: Open, opener: FakeOpener) -> None:
    """An error of ours that no table knows is a 500 without its message."""
    opener.failing = OddError("odd")
    check_problem(open_client().post("/v1/ask", json={"question": "x"}), 500, "internal")
