"""POST /v1/ask with `stream`: events while the answer is made."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from api import streaming
from api.app import create_app
from api.settings import ApiSettings
from indexes.errors import IndexDamaged
from qa.errors import ModelFailed
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import OddError, SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch
from tests.fakes.events import read_events
from tests.fakes.listening import listening

VALVES = {"question": "How many valves were changed?"}


def ask(client: Client, **asked: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - fields of the request
    """The events of an answer."""
    response = client.post("/v1/ask", json={**VALVES, **asked, "stream": True})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["cache-control"] == "no-store"
    return list(read_events(response.text.splitlines()))


def test_an_answer_comes_in_steps(client: Client) -> None:
    """Passages, quotes, each claim with its citations, and the whole answer, the same as without a stream."""
    events = ask(client)
    assert [name for name, _ in events] == ["passages", "quotes", "claim", "final"]
    (_, passages), (_, quotes), (_, claim), (_, final) = events
    whole = client.post("/v1/ask", json=VALVES).json()
    assert final == whole
    assert passages == client.post("/v1/search", json=VALVES).json()
    assert quotes == {"citations": whole["citations"]}
    assert claim == {"text": whole["claims"][0]["text"], "citations": whole["citations"][:1]}


def test_quotes_need_no_claims(client: Client) -> None:
    """In quotes mode the quotes are the answer."""
    assert [name for name, _ in ask(client, mode="quotes")] == ["passages", "quotes", "final"]


def test_a_declined_question_has_no_quotes(client: Client) -> None:
    """What is declined comes without quotes and claims, and takes no slot."""
    events = ask(client, question="Penguins?")
    assert [name for name, _ in events] == ["passages", "final"]
    assert events[-1][1]["status"] == "insufficient_evidence"


def test_what_is_wrong_before_the_first_event_has_its_status(client: Client, answerer: SharedWordsAnswerer) -> None:
    """A client learns from the status line that there will be no answer."""
    answerer.raising = IndexDamaged("/srv/index is torn")
    response = client.post("/v1/ask", json={**VALVES, "stream": True})
    check_problem(response, 503, "index-damaged")
    check_problem(client.post("/v1/ask", json={"question": "", "stream": True}), 422, "invalid-body")
    answerer.raising = None
    answerer.llm = "missing"
    check_problem(client.post("/v1/ask", json={**VALVES, "stream": True, "mode": "answer"}), 503, "no-language-model")


@pytest.mark.parametrize(
    ("error", "slug", "status"),
    [(ModelFailed("it stuttered"), "language-model-failed", 502), (OddError("/srv"), "internal", 500)],
)
def test_what_goes_wrong_later_is_an_event(
    client: Client, answerer: SharedWordsAnswerer, logs: list[dict[str, Any]], error: Exception, slug: str, status: int
) -> None:
    """The quotes stay; a problem document ends the stream, and no path of ours is in it."""
    answerer.failing = error
    events = ask(client)
    assert [name for name, _ in events] == ["passages", "quotes", "error"]
    problem = events[-1][1]
    assert (problem["type"], problem["status"]) == (f"/docs#problem-{slug}", status)
    assert problem["request_id"]
    assert "/srv" not in json.dumps(problem)
    assert any(line.get("kind") == slug for line in logs)


def test_a_full_queue_is_told_at_once(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """Nothing is looked up for one who would not get a slot."""
    client = open_client(answer_slots=1, answer_queue=0)
    answerer.gate = threading.Event()
    waiting = threading.Thread(target=client.post, args=("/v1/ask",), kwargs={"json": VALVES})
    waiting.start()
    assert answerer.begun.acquire(timeout=30)
    check_problem(client.post("/v1/ask", json={**VALVES, "stream": True}), 503, "too-busy")
    assert len(answerer.asked) == 1
    answerer.gate.set()
    waiting.join(30)


def test_a_follow_up_that_takes_the_model_waits_for_its_turn(client: Client, answerer: SharedWordsAnswerer) -> None:
    """It is understood in a slot of the language model; one that does not take it is understood at once."""
    history = [{"question": "How many valves were changed?", "answer": "Forty."}]
    names = [name for name, _ in ask(client, question="By whom?", history=history)]
    assert names == ["passages", "quotes", "claim", "final"]
    assert answerer.understood[-1].startswith("slot")
    ask(client, question="By whom?", history=history, mode="quotes")
    assert not answerer.understood[-1].startswith("slot")


@contextmanager
def served(answerer: SharedWordsAnswerer, **settings: Any) -> Iterator[tuple[FastAPI, str]]:  # noqa: ANN401
    """The service on a real connection."""
    app = create_app(FakeArchive(answerer), ApiSettings(**settings), watch=SteppedWatch())
    with listening(app) as address:
        yield app, address


def test_a_client_that_leaves_frees_the_slot(answerer: SharedWordsAnswerer) -> None:
    """Within two seconds the one slot is the next client's; the quotes had come before the model began."""
    answerer.gate = threading.Event()
    with served(answerer, answer_slots=1, answer_queue=0) as (_, address), httpx.Client(base_url=address) as client:
        with client.stream("POST", "/v1/ask", json={**VALVES, "stream": True}) as response:
            names = [name for name, _ in _until(response, "quotes")]
            assert names == ["passages", "quotes"]
            assert answerer.begun.acquire(timeout=30)
        assert answerer.abandoned.acquire(timeout=2)
        answerer.gate.set()
        assert _answered(client)


def test_a_client_that_leaves_without_a_stream_frees_the_slot(answerer: SharedWordsAnswerer) -> None:
    """So does one that waits for the whole answer and gives up."""
    answerer.gate = threading.Event()
    with served(answerer, answer_slots=1, answer_queue=0) as (_, address):
        place = urlsplit(address)
        with closing(http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)) as hasty:
            hasty.request("POST", "/v1/ask", json.dumps(VALVES), {"Content-Type": "application/json"})
            assert answerer.begun.acquire(timeout=30)
        assert answerer.abandoned.acquire(timeout=2)


def test_one_that_waits_in_the_queue_may_leave(answerer: SharedWordsAnswerer) -> None:
    """It is taken out of the queue, and never begins."""
    answerer.gate = threading.Event()
    with served(answerer, answer_slots=1, answer_queue=1) as (_, address), httpx.Client(base_url=address) as client:
        with client.stream("POST", "/v1/ask", json={**VALVES, "stream": True}) as first:
            assert answerer.begun.acquire(timeout=30)
            with client.stream("POST", "/v1/ask", json={**VALVES, "stream": True}) as second:
                assert [name for name, _ in _until(second, "quotes")] == ["passages", "quotes"]
            answerer.gate.set()
            assert [name for name, _ in _until(first, "final")][-1] == "final"
        assert _answered(client)
    assert not answerer.abandoned.acquire(blocking=False)


def test_a_silent_stream_is_kept_alive(answerer: SharedWordsAnswerer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment comes while nothing else does, so that no proxy gives the connection up."""
    monkeypatch.setattr(streaming.stream, "__kwdefaults__", {"wording": None, "ping_seconds": 0.01})
    answerer.gate = threading.Event()
    with (
        served(answerer) as (_, address),
        httpx.Client(base_url=address) as client,
        client.stream("POST", "/v1/ask", json={**VALVES, "stream": True}) as response,
    ):
        names = []
        for name, _ in read_events(response.iter_lines()):
            names.append(name)
            if names.count("") == 2:
                answerer.gate.set()
    assert names[:3] == ["passages", "quotes", ""]
    assert [name for name in names if name][-2:] == ["claim", "final"]


def test_a_connection_that_is_cut_frees_the_slot(answerer: SharedWordsAnswerer) -> None:
    """Also where the client's machine just vanishes."""
    answerer.gate = threading.Event()
    with served(answerer, answer_slots=1) as (_, address):
        url = httpx.URL(address)
        body = json.dumps({**VALVES, "stream": True}).encode()
        head = f"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection((url.host, url.port or 0)) as connection:
            connection.sendall(head.encode() + body)
            assert answerer.begun.acquire(timeout=30)
        assert answerer.abandoned.acquire(timeout=2)


def _until(response: httpx.Response, last: str) -> Iterator[tuple[str, Any]]:
    for name, data in read_events(response.iter_lines()):
        yield name, data
        if name == last:
            return


def _answered(client: httpx.Client) -> bool:
    return bool(client.post("/v1/ask", json=VALVES).json()["status"] == "answered")
