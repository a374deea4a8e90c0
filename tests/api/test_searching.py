"""POST /v1/search."""

import pytest

from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import FakeOpener


def test_passages(client: Client) -> None:
    """Passages come best first, stand at their offsets, and name their article as citations do."""
    response = client.post("/v1/search", json={"question": "frost and apples of Tarnby"})
    body = response.json()
    assert response.status_code == 200
    assert list(body) == ["passages"]
    assert body["passages"][0]["article"]["id"] == "orchard/frost"
    scores = [passage["score"] for passage in body["passages"]]
    assert scores == sorted(scores, reverse=True)
    for passage in body["passages"]:
        assert list(passage) == ["id", "text", "start", "end", "score", "article"]
        text = client.get(f"/v1/articles/{passage['article']['id']}").json()["text"]
        assert text[passage["start"] : passage["end"]] == passage["text"]


def test_explain(client: Client) -> None:
    """With explain each passage tells the score of each retriever, null where it did not find the passage."""
    passages = client.post("/v1/search", json={"question": "frost", "explain": True}).json()["passages"]
    assert [passage["scores"] for passage in passages] == [{"dense": None, "lexical": 1.0}]


def test_limit_and_filters(client: Client) -> None:
    """No more passages than asked for come back, and only of the articles that the filters keep."""
    asked = {"question": "frost apples Tarnby bell pump", "limit": 1}
    assert len(client.post("/v1/search", json=asked).json()["passages"]) == 1
    for filters, ids in [
        ({"outlet": ["tarnby post"]}, ["pump-house"]),
        ({"author": ["Nils Moe"]}, ["orchard/frost"]),
        ({"article_id": ["undated"]}, ["undated"]),
        ({"published": {"to": "2023-05-31"}}, ["orchard/frost"]),
        ({"outlet": ["Nobody's Paper"]}, []),
    ]:
        body = client.post("/v1/search", json={**asked, "limit": 50, "filters": filters}).json()
        assert [passage["article"]["id"] for passage in body["passages"]] == ids


@pytest.mark.parametrize("field", ["mode", "stream", "history"])
def test_fields_of_ask(client: Client, field: str) -> None:
    """What only a question to be answered has is not a field of a search."""
    problem = check_problem(client.post("/v1/search", json={"question": "x", field: None}), 422, "invalid-body")
    assert problem["errors"][0]["field"] == field


def test_no_index(open_client: Open, opener: FakeOpener) -> None:
    """Without an index a search is a 503 that names the command to run."""
    opener.mark = None
    problem = check_problem(open_client().post("/v1/search", json={"question": "x"}), 503, "no-index")
    assert "python -m indexes build" in problem["detail"]
