"""POST /v1/ask."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from api import examples
from indexes.errors import IndexDamaged
from indexes.types import Filters
from qa.errors import InvalidQuestion, ModelFailed
from qa.types import Question, Turn
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import FakeOpener, OddError, SharedWordsAnswerer

FIELDS = [
    "status", "mode", "answer", "short_answer", "claims", "citations", "closest", "reason", "reason_code",
    "undated_left_out", "index_build", "model", "trace_id", "cached", "timings_ms",
]  # fmt: skip


def test_answer(client: Client) -> None:
    """An answer has the fields of the contract, in its order, and claims that point at citations."""
    response = client.post("/v1/ask", json={"question": "How many valves were changed?"})
    body = response.json()
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert list(body) == FIELDS
    assert (body["status"], body["mode"], body["model"]) == ("answered", "answer", "shared-words")
    assert body["claims"][0]["citations"] == [1]
    assert body["citations"][0]["article"] == {
        "id": "pump-house",
        "title": "Pump house reopens",
        "outlet": "Tarnby Post",
        "author": "Lise Holt",
        "published": "2023-06-05",
        "published_basis": "stated",
        "captured": None,
        "url": "https://example.org/pump-house",
    }
    assert body["timings_ms"] == {"retrieve": 0, "total": 2}


@pytest.mark.parametrize("question", ["How many valves were changed?", "Who lost apples to frost?", "bell of Tarnby"])
@pytest.mark.parametrize("mode", ["answer", "quotes"])
def test_citations_are_verbatim(client: Client, question: str, mode: str) -> None:
    """What a citation quotes stands at its offsets in the article that the service shows."""
    citations = client.post("/v1/ask", json={"question": question, "mode": mode}).json()["citations"]
    assert citations
    for citation in citations:
        text = client.get(f"/v1/articles/{citation['article']['id']}").json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_other_printings(client: Client, answerer: SharedWordsAnswerer) -> None:
    """A citation names the other articles that have its words, without their text; the list is empty where none has."""
    asked = {"question": "How many valves were changed?", "mode": "quotes"}
    assert client.post("/v1/ask", json=asked).json()["citations"][0]["also"] == []
    answerer.catalogue.copies = {"pump-house": ["orchard/frost", "undated"]}
    citation = client.post("/v1/ask", json=asked).json()["citations"][0]
    assert list(citation) == ["number", "id", "quote", "start", "end", "speaker", "article", "also"]
    assert citation["also"] == [
        {
            "id": "orchard/frost",
            "title": "Frost takes a third of the apples",
            "outlet": "Velle Courier",
            "published": "2023-05-02T06:30:00Z",
            "published_basis": "inferred",
            "url": None,
        },
        {
            "id": "undated",
            "title": "The bell of Tarnby",
            "outlet": None,
            "published": None,
            "published_basis": "unknown",
            "url": None,
        },
    ]


def test_declined(client: Client) -> None:
    """A declined question is a 200 with a reason, its code, and nothing cited."""
    response = client.post("/v1/ask", json={"question": "Penguins?"})
    body = response.json()
    assert response.status_code == 200
    assert (body["status"], body["reason_code"]) == ("insufficient_evidence", "topic_absent")
    assert (body["answer"], body["short_answer"], body["claims"], body["citations"]) == ("", "", [], [])


def test_quotes_mode(client: Client) -> None:
    """In quotes mode nothing is composed and no model is named."""
    body = client.post("/v1/ask", json={"question": "valves", "mode": "quotes"}).json()
    assert (body["mode"], body["model"], body["answer"], body["claims"]) == ("quotes", None, "", [])
    assert body["citations"]


def test_mode_follows_the_model(client: Client, answerer: SharedWordsAnswerer) -> None:
    """A question without a mode is answered with quotes where there is no language model."""
    answerer.llm = "missing: the weights could not be had"
    assert client.post("/v1/ask", json={"question": "valves"}).json()["mode"] == "quotes"
    assert client.post("/v1/ask", json={"question": "valves", "mode": None}).json()["mode"] == "quotes"


def test_answer_without_model(client: Client, answerer: SharedWordsAnswerer) -> None:
    """Mode answer, asked for with the model missing, is a 503 that says what to do and shows no path."""
    answerer.llm = "missing: the weights could not be had"
    response = client.post("/v1/ask", json={"question": "valves", "mode": "answer"})
    problem = check_problem(response, 503, "no-language-model")
    assert "quotes" in problem["detail"]
    assert "/opt/" not in response.text
    assert response.headers["retry-after"]


def test_everything_arrives(client: Client, answerer: SharedWordsAnswerer) -> None:
    """Every field of the request reaches the answerer."""
    client.post("/v1/ask", json={**examples.ASK, "limit": 7, "mode": "quotes"})
    assert answerer.asked == [
        Question(
            text="What did Brandow say about the rudder?",
            mode="quotes",
            limit=7,
            filters=Filters(
                outlets=("Skarn Observer",), published_from=date(2024, 3, 1), published_to=date(2024, 3, 31)
            ),
            history=(Turn(question="Does the ferry sail?", answer="Not before Friday."),),
            reference_date=date(2024, 3, 6),
        )
    ]


def test_numbers_are_json_numbers(client: Client, answerer: SharedWordsAnswerer) -> None:
    """JSON knows one kind of number: 7.0 is a whole one."""
    assert client.post("/v1/ask", json={"question": "valves", "limit": 7.0}).status_code == 200
    assert answerer.asked[0].limit == 7


def test_undated_left_out(client: Client) -> None:
    """The number of articles that a date filter leaves out for want of a date is told."""
    filters = {"published": {"from": "2023-01-01"}}
    body = client.post("/v1/ask", json={"question": "valves", "filters": filters}).json()
    assert body["undated_left_out"] == 1


INVALID: list[tuple[Any, str, str]] = [
    ({}, "question", "required"),
    ({"question": ""}, "question", "at least 1"),
    ({"question": " \n\t "}, "question", "blank"),
    ({"question": "x" * 2001}, "question", "2,001 characters; at most 2,000"),
    ({"question": "x" * 1_000_000}, "question", "1,000,000 characters; at most 2,000"),
    ({"question": "a\x00b"}, "question", "NUL"),
    ({"question": 5}, "question", "string"),
    ({"question": None}, "question", "string"),
    ({"question": "x", "limit": 0}, "limit", "greater than or equal to 1, not 0"),
    ({"question": "x", "limit": 51}, "limit", "less than or equal to 50, not 51"),
    ({"question": "x", "limit": 5.5}, "limit", "integer"),
    ({"question": "x", "limit": "5"}, "limit", "integer"),
    ({"question": "x", "limit": True}, "limit", "integer"),
    ({"question": "x", "stream": "yes"}, "stream", "boolean"),
    ({"question": "x", "mode": "poem"}, "mode", "'answer' or 'quotes', not 'poem'"),
    ({"question": "x", "top_k": 3}, "top_k", "not a field"),
    ({"question": "x", "filters": {"source": ["AFP"]}}, "filters.source", "not a field"),
    ({"question": "x", "filters": {"outlet": "AFP"}}, "filters.outlet", "list"),
    ({"question": "x", "filters": {"published": {"from": "2024-02-30"}}}, "filters.published.from", "calendar"),
    ({"question": "x", "filters": {"published": {"from": "2 May 2024"}}}, "filters.published.from", "YYYY-MM-DD"),
    ({"question": "x", "filters": {"published": {"to": 20240502}}}, "filters.published.to", "YYYY-MM-DD"),
    ({"question": "x", "filters": {"published": {"from": "2024-02-03", "to": "2024-02-01"}}}, "filters.published", "a"),
    ({"question": "x", "history": [{"question": "y"}]}, "history.0.answer", "required"),
    ({"question": "x", "reference_date": "yesterday"}, "reference_date", "YYYY-MM-DD"),
    (["question"], "body", "JSON object"),
    ("question", "body", "JSON object"),
    (None, "body", "required"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field", "says"), INVALID, ids=range(len(INVALID)))
def test_invalid(client: Client, answerer: SharedWordsAnswerer, body: object, field: str, says: str) -> None:
    """A body that does not validate is a 422 that names the field and what is wrong, and asks nothing."""
    response = client.post("/v1/ask", json=body)
    problem = check_problem(response, 422, "invalid-body")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert says in problem["errors"][0]["message"]
    assert says in problem["detail"]
    assert len(response.content) < 2_000
    assert answerer.asked == []


def test_all_invalid_fields_are_listed(client: Client) -> None:
    """Every bad field is in the list of errors."""
    problem = check_problem(client.post("/v1/ask", json={"q": "x", "limit": 0}), 422, "invalid-body")
    assert {error["field"] for error in problem["errors"]} == {"question", "q", "limit"}


def test_longest_question(client: Client) -> None:
    """Exactly 2,000 characters are accepted, counted as code points."""
    assert client.post("/v1/ask", json={"question": "🏭" * 2000}).status_code == 200


def test_no_body(client: Client) -> None:
    """A request without a body is a 422 that says that one is needed."""
    problem = check_problem(client.post("/v1/ask"), 422, "invalid-body")
    assert problem["errors"] == [{"field": "body", "message": "is required"}]


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (InvalidQuestion("the question asks for what cannot be"), 422, "invalid-question"),
        (ModelFailed("the model returned nothing"), 502, "language-model-failed"),
        (IndexDamaged("/srv/dateline/builds/b_1/catalogue.sqlite is gone"), 503, "index-damaged"),
        (OddError("an odd thing at /srv/secret"), 500, "internal"),
        (RuntimeError("an odd thing at /srv/secret"), 500, "internal"),
        (RecursionError("too deep at /srv/secret"), 500, "internal"),
    ],
)
def test_errors_of_the_core(
    client: Client,
    answerer: SharedWordsAnswerer,
    logs: list[dict[str, Any]],
    error: Exception,
    status: int,
    slug: str,
) -> None:
    """An error of the core is the problem of its class: no path leaves, and the log has what happened."""
    answerer.raising = error
    response = client.post("/v1/ask", json={"question": "valves"})
    problem = check_problem(response, status, slug)
    assert "/srv" not in response.text
    if status >= 500:
        lines = [line for line in logs if line["level"] in {"warning", "error"}]
        assert str(error) in f"{lines[0].get('error')} {lines[0].get('exception')}"
        assert lines[0]["request_id"] == problem["request_id"]
        assert status != 500 or "Traceback" in lines[0]["exception"]


def test_slots(open_client: Open, opener: FakeOpener, answerer: SharedWordsAnswerer) -> None:
    """Beyond the slots and the queue a question is a 503 with Retry-After; quotes and the rest still work."""
    client = open_client(answer_slots=1, answer_queue=1)
    answerer.gate = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(client.post, "/v1/ask", json={"question": "valves", "mode": "answer"})
        assert answerer.begun.acquire(timeout=30)
        answers = [first]
        # The second one waits for the slot; whether it does yet is seen from the service alone.
        slots = client.app_state["slots"]
        answers.append(pool.submit(client.post, "/v1/ask", json={"question": "valves", "mode": "answer"}))
        while slots.taken < 2:
            pass
        response = client.post("/v1/ask", json={"question": "valves", "mode": "answer"})
        problem = check_problem(response, 503, "too-busy")
        assert int(response.headers["retry-after"]) > 0
        assert "2 questions" in problem["detail"]
        assert client.get("/health/live").status_code == 200
        answerer.gate.set()
        assert [answer.result().status_code for answer in answers] == [200, 200]
    assert slots.taken == 0
    assert client.post("/v1/ask", json={"question": "valves", "mode": "answer"}).status_code == 200


def test_answer_takes_too_long(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """An answer that takes too long is a 503; it is ended, and its slot is free again."""
    client = open_client(answer_slots=1, answer_queue=0, answer_seconds=0.05)
    answerer.gate = threading.Event()
    problem = check_problem(client.post("/v1/ask", json={"question": "valves"}), 503, "too-busy")
    assert "0.05 seconds" in problem["detail"]
    assert answerer.abandoned.acquire(timeout=30)
    assert client.app_state["slots"].taken == 0
    answerer.gate.set()
    assert client.post("/v1/ask", json={"question": "valves"}).status_code == 200
