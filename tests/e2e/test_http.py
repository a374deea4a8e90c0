"""From seeds/ to answers over HTTP: a real build, the real encoder, the real server; no language model."""

import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

SEEDS = Path(__file__).parents[2] / "seeds"
ASKED = 8

pytestmark = [pytest.mark.encoder, pytest.mark.timeout(600)]


def _golden(status: str) -> list[dict[str, Any]]:
    """Golden questions of one status, taken evenly from all of them."""
    lines = [line for path in sorted(SEEDS.glob("questions*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    found = [one for line in lines if line.strip() and (one := json.loads(line))["status"] == status]
    return found[:: max(len(found) // ASKED, 1)][:ASKED]


def test_ready(service: httpx.Client) -> None:
    """The build that appeared is found without a restart, and its manifest is shown."""
    pause = threading.Event()
    while (ready := service.get("/health/ready")).status_code == 503:  # as long as it is being opened
        pause.wait(0.1)
    assert ready.status_code == 200, ready.text
    assert ready.json()["disk"].endswith(" MB free")
    index = service.get("/v1/index").json()
    assert (ready.json()["index"], ready.json()["llm"], ready.json()["mode"]) == (index["build"], "off", "quotes")
    assert index["articles"] >= 60
    assert index["passages"] >= index["articles"]


def test_golden_questions(service: httpx.Client) -> None:
    """Golden questions are mostly answered, and every citation stands at its offsets in the article that is shown."""
    answered, quotes = 0, 0
    questions = _golden("answered")
    for golden in questions:
        response = service.post("/v1/ask", json={"question": golden["question"]})
        assert response.status_code == 200, response.text
        body = response.json()
        assert (body["mode"], body["model"], body["answer"], body["claims"]) == ("quotes", None, "", [])
        answered += body["status"] != "insufficient_evidence"
        for citation in (*body["citations"], *body["closest"]):
            text = service.get(f"/v1/articles/{citation['article']['id']}").json()["text"]
            assert text[citation["start"] : citation["end"]] == citation["quote"]
            assert len(citation["quote"]) <= 500
            quotes += 1
    assert answered > len(questions) / 2
    assert quotes >= answered


def test_unanswerable_questions(service: httpx.Client) -> None:
    """Golden questions that the articles do not answer are mostly declined, each with a reason and nothing cited."""
    declined = 0
    questions = _golden("insufficient_evidence")
    for golden in questions:
        body = service.post("/v1/ask", json={"question": golden["question"]}).json()
        if body["status"] == "insufficient_evidence":
            declined += 1
            assert body["reason"]
            assert body["reason_code"]
            assert (body["citations"], body["claims"]) == ([], [])
            assert len(body["closest"]) <= 3
    assert declined > len(questions) / 2


def test_search(service: httpx.Client) -> None:
    """A search gives passages of the real index, at their offsets, with the scores of the retrievers."""
    question = _golden("answered")[0]["question"]
    body = service.post("/v1/search", json={"question": question, "limit": 5, "explain": True}).json()
    assert 1 <= len(body["passages"]) <= 5
    for passage in body["passages"]:
        text = service.get(f"/v1/articles/{passage['article']['id']}").json()["text"]
        assert text[passage["start"] : passage["end"]] == passage["text"]
    assert any(passage["scores"]["lexical"] is not None for passage in body["passages"])
    assert any(passage["scores"]["dense"] is not None for passage in body["passages"])


def test_articles(service: httpx.Client) -> None:
    """Following the cursor gives as many articles as the manifest counts, each once, newest first."""
    ids: list[str] = []
    days: list[str] = []
    cursor: str | None = None
    while True:
        body = service.get("/v1/articles", params={"limit": 17, **({"cursor": cursor} if cursor else {})}).json()
        ids += [article["id"] for article in body["items"]]
        days += [(article["published"] or "")[:10] for article in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert len(ids) == len(set(ids)) == service.get("/v1/index").json()["articles"]
    assert days == sorted(days, reverse=True)


def test_model_asked_for(service: httpx.Client) -> None:
    """Mode answer without a language model is a 503 with Retry-After."""
    response = service.post("/v1/ask", json={"question": "Who said what?", "mode": "answer"})
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"]
