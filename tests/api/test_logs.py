"""The log line of a request."""

import contextvars
import threading
from typing import Any

from api.logs import gather_notes, note
from tests.api.conftest import Client, Open
from tests.fakes.answering import SharedWordsAnswerer

QUESTION = {"question": "What became of the valves?"}


def answered(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of requests."""
    return [line for line in logs if line["event"] == "answered"]


def test_one_line(client: Client, logs: list[dict[str, Any]]) -> None:
    """Each request has one line with its id, method, route, status and time; an answer's line has the id of its trace."""
    client.post("/v1/ask", json=QUESTION, headers={"X-Request-Id": "one"})
    client.get("/v1/articles/orchard/frost", headers={"X-Request-Id": "two"})
    first, second = answered(logs)
    assert (first["request_id"], first["method"], first["route"], first["status"]) == ("one", "POST", "/v1/ask", 200)
    assert (first["trace_id"], first["outcome"], first["mode"]) == ("t_fake", "answered", "answer")
    assert first["ms"] >= 0
    assert (second["route"], second["path"]) == ("/v1/articles/{article_id:path}", "/v1/articles/orchard/frost")
    assert "trace_id" not in second


def test_streamed_answers(client: Client, logs: list[dict[str, Any]]) -> None:
    """The line of an answer that was streamed has the id of its trace too, and no word of the question."""
    client.post("/v1/ask", json={**QUESTION, "stream": True})
    (line,) = answered(logs)
    assert (line["route"], line["status"], line["trace_id"]) == ("/v1/ask", 200, "t_fake")
    assert "valves" not in str(logs)


def test_questions_are_not_logged(client: Client, answerer: SharedWordsAnswerer, logs: list[dict[str, Any]]) -> None:
    """No line holds a word of a question, whatever became of it."""
    client.post("/v1/ask", json=QUESTION)
    client.post("/v1/ask", json={**QUESTION, "mode": "quotes"})
    client.post("/v1/search", json=QUESTION)
    client.post("/v1/ask", json={**QUESTION, "odd": 1})
    answerer.raising = OSError("the disk is gone")
    client.post("/v1/ask", json=QUESTION)
    assert len(answered(logs)) == 5
    assert "valves" not in str(logs)


def test_questions_are_logged_where_asked_for(open_client: Open, logs: list[dict[str, Any]]) -> None:
    """With DATELINE_LOG_QUESTIONS=true the line of an answer holds the question."""
    open_client(log_questions=True).post("/v1/ask", json=QUESTION)
    assert [line["question"] for line in answered(logs)] == [QUESTION["question"]]


def test_failed_request(client: Client, answerer: SharedWordsAnswerer, logs: list[dict[str, Any]]) -> None:
    """A request that ends in an unknown error has its line too, beside that of the error."""
    answerer.raising = OSError("the disk is gone")
    client.post("/v1/ask", json=QUESTION)
    assert [line["event"] for line in logs if line.get("request_id")] == ["failed", "answered"]
    assert answered(logs)[0]["status"] == 500


def test_notes_cross_threads() -> None:
    """What is noted in a thread with the request's context is seen outside of it, and nothing where there is no request."""
    note(lost=True)
    with gather_notes() as noted:
        thread = threading.Thread(target=contextvars.copy_context().run, args=(lambda: note(kept=True),))
        thread.start()
        thread.join()
    note(lost=True)
    assert noted == {"kept": True}
