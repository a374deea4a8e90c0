"""The trace of an answer over HTTP: whose it is, and who may see it."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.keys import KeyFile
from api.settings import ApiSettings
from api.trace_schemas import Trace
from api.wiring import Builds
from indexes.forgetting import TRACES, forget_traces
from indexes.settings import IndexSettings
from qa.askers import asked_by
from qa.settings import QaSettings
from qa.traces import Traces
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive
from tests.qa.test_traces import ARTICLE, CANDIDATE, record


def bearer(secret: str) -> dict[str, str]:
    """The header that a key is sent in."""
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def traces(tmp_path: Path) -> Traces:
    """The file of the traces, as the answering side keeps it."""
    return Traces(tmp_path / TRACES)


@pytest.fixture
def builds(tmp_path: Path, traces: Traces) -> Builds:
    """The builds of a home in which nothing is indexed any more: only traces are left."""
    return Builds(IndexSettings(home=tmp_path), QaSettings(), model=None, model_state="off")


def test_a_trace_is_shown(tmp_path: Path, builds: Builds, traces: Traces) -> None:
    """Without keys every trace is shown, with question, parts, candidates and what speaks for them, though no build serves."""
    record(traces, "t_1")
    with TestClient(create_app(builds, ApiSettings(home=tmp_path)), base_url="http://localhost") as client:
        check_problem(client.get("/v1/index"), 503, "no-index")
        response = client.get("/v1/answers/t_1")
    assert response.status_code == 200, response.text
    trace = Trace.model_validate(response.json())
    assert (trace.id, trace.asker, trace.status, trace.index_build) == ("t_1", None, "answered", "b_x+0")
    assert trace.question.text == "When did the pump house reopen?"
    assert [part.kind for part in trace.parts] == ["when"]
    candidate = trace.candidates[trace.question.text][0]
    assert (candidate.article_id, candidate.start, candidate.end) == (ARTICLE.id, 0, 44)
    assert candidate.features["cover_rest"] == CANDIDATE.features.cover_rest == 0.5
    assert [citation.article_id for citation in trace.citations] == [ARTICLE.id]
    assert [claim.citations for claim in trace.claims] == [[1]]


@pytest.mark.parametrize("trace_id", ["t_unknown", "x", "t_1'--", "%00", "é", "t_1%2Fx", "x" * 5_000])
def test_an_unknown_trace(tmp_path: Path, builds: Builds, traces: Traces, trace_id: str) -> None:
    """An id that no answer has is a 404, whatever it looks like."""
    record(traces, "t_1")
    with TestClient(create_app(builds, ApiSettings(home=tmp_path)), base_url="http://localhost") as client:
        response = client.get(f"/v1/answers/{trace_id}")
    assert response.status_code == 404
    assert len(response.content) < 20_000


def test_no_trace_is_kept(tmp_path: Path) -> None:
    """Where traces are off, or none was ever kept, the answer is a 404, and no file is made."""
    builds = Builds(IndexSettings(home=tmp_path), QaSettings(), model=None, model_state="off")
    assert builds.find_trace("t_1") is None
    assert not (tmp_path / TRACES).exists()
    (tmp_path / TRACES).touch()
    assert builds.find_trace("t_1") is None


def test_for_the_one_who_asked(tmp_path: Path, builds: Builds, traces: Traces) -> None:
    """The key that asked and `admin` see a trace; to others, also under the old key's name, it does not exist."""
    keys = KeyFile(tmp_path)
    (asker, mine), (_, other), (_, editor) = keys.add("a", ["ask"]), keys.add("b", ["ask"]), keys.add("c", ["admin"])
    with asked_by(asker.id):
        record(traces, "t_1")
    record(traces, "t_nobody")
    with TestClient(create_app(builds, ApiSettings(home=tmp_path)), base_url="http://localhost") as client:

        def ask_for(trace_id: str, secret: str) -> Any:  # noqa: ANN401 - a response of the test client
            return client.get(f"/v1/answers/{trace_id}", headers=bearer(secret))

        assert ask_for("t_1", mine).json()["asker"] == asker.id
        assert ask_for("t_1", editor).status_code == 200
        hidden = check_problem(ask_for("t_1", other), 404, "unknown-answer")
        missing = check_problem(ask_for("t_2", other), 404, "unknown-answer")
        for document in (hidden, missing):
            del document["request_id"]
        assert {**hidden, "instance": "", "detail": hidden["detail"].replace("t_1", "t_2")} == {
            **missing,
            "instance": "",
        }
        check_problem(ask_for("t_nobody", mine), 404, "unknown-answer")
        assert ask_for("t_nobody", editor).status_code == 200
        check_problem(client.get("/v1/answers/t_1"), 401, "no-key")
        keys.revoke("a")
        _, heir = keys.add("a", ["ask"])
        check_problem(ask_for("t_1", heir), 404, "unknown-answer")


def test_the_asker_comes_along(tmp_path: Path) -> None:
    """Whoever asks is known where the answer is made, in the thread of either mode, and nobody is without a key."""
    keys = KeyFile(tmp_path)
    askers: list[str | None] = []

    class Noting(SharedWordsAnswerer):
        """Notes who asks."""

        def finish(self, begun: Any, *, audience: Any = None) -> Any:  # noqa: ANN401 - as the answerer's
            from qa.askers import current_asker

            askers.append(current_asker())
            return SharedWordsAnswerer.finish(self, begun, audience=audience)

    opened = TestClient(create_app(FakeArchive(Noting()), ApiSettings(home=tmp_path)), base_url="http://localhost")
    with opened as client:
        for mode in ("answer", "quotes"):
            client.post("/v1/ask", json={"question": "valves", "mode": mode})
        key, secret = keys.add("a", ["ask"])
        for mode in ("answer", "quotes"):
            client.post("/v1/ask", json={"question": "valves", "mode": mode}, headers=bearer(secret))
    assert askers == [None, None, key.id, key.id]


def test_a_deleted_article_takes_the_trace_along(tmp_path: Path, builds: Builds, traces: Traces) -> None:
    """Once an article is deleted, the traces that tell of it are a 404, whoever asked."""
    with asked_by("k_0123456789abcdef"):
        record(traces, "t_1")
    with TestClient(create_app(builds, ApiSettings(home=tmp_path)), base_url="http://localhost") as client:
        assert client.get("/v1/answers/t_1").status_code == 200
        assert forget_traces(tmp_path, [ARTICLE.id]) == 1
        check_problem(client.get("/v1/answers/t_1"), 404, "unknown-answer")


def test_a_trace_from_before_keys(open_client: Open, opener: FakeArchive, tmp_path: Path) -> None:
    """A trace that says nothing of who asked is for everybody without keys, and for `admin` with them."""
    kept = {
        "id": "t_old",
        "created": "2026-01-01T00:00:00.000+00:00",
        "question": {
            "text": "What?",
            "mode": None,
            "limit": 10,
            "filters": {
                "outlets": [],
                "authors": [],
                "article_ids": [],
                "published_from": "2026-01-01",
                "published_to": None,
            },
            "history": [{"question": "Who?", "answer": "Nobody."}],
            "reference_date": "2026-01-02",
        },
        "read": {"text": "What?", "parts": [], "outlets": [], "compares": False},
        "passages": [],
        "candidates": {
            "What": [{"article_id": "a", "start": 0, "end": 1, "speaker": None, "score": 0.1, "features": [0.5]}]
        },
        "status": "insufficient_evidence",
        "reason_code": "topic_absent",
        "claims": [],
        "citations": [],
        "score": 0.1,
        "dropped": 0,
        "index_build": "b_x+0",
        "model": None,
        "timings_ms": {"total": 1.6},
    }
    opener.traces["t_old"] = kept
    client: Client = open_client(home=tmp_path)
    shown = client.get("/v1/answers/t_old").json()
    assert (shown["asker"], shown["timings_ms"]) == (None, {"total": 2})
    assert shown["candidates"]["What"][0]["features"] == {}
    assert shown["question"]["filters"]["published_from"] == "2026-01-01"
    keys = KeyFile(tmp_path)
    check_problem(client.get("/v1/answers/t_old", headers=bearer(keys.add("a", ["ask"])[1])), 404, "unknown-answer")
    assert client.get("/v1/answers/t_old", headers=bearer(keys.add("b", ["admin"])[1])).status_code == 200
