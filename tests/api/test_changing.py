"""POST /v1/articles and DELETE /v1/articles/{id}."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.archive_schemas import NewArticles
from api.changing import Changes
from api.errors import TooBusy
from api.serving import Serving
from indexes.errors import BuildFailed, BuildLocked, IndexDamaged
from indexes.types import Article, Outcome
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import ARTICLES, SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch

NEW = {
    "id": "weir",
    "title": "Weir at Tarnby to be rebuilt",
    "text": "The weir at Tarnby will be rebuilt next spring. “It has leaked for years,” said miller Edda Crane.",
    "outlet": "Tarnby Post",
    "author": ["Lise Holt", "Nils Moe"],
    "published": "2023-07-01",
    "url": "https://example.org/weir",
    "language": "en",
}
BARE = {
    "title": "Bees swarm in Velle",
    "text": "A swarm of bees settled on the town hall of Velle. Nobody was stung.",
}


def test_add_one(client: Client) -> None:
    """An article that was added is stored with all its fields and found by the next question, in the build that is named."""
    response = client.post("/v1/articles", json=NEW)
    assert response.status_code == 200, response.text
    assert response.json() == {
        "items": [{"source": "http#1", "kind": "created", "article_id": "weir", "reason": None}],
        "index_build": "b_fake+1",
    }
    stored = client.get("/v1/articles/weir").json()
    assert {name: stored[name] for name in NEW} == NEW
    assert (stored["published_basis"], stored["captured"]) == ("stated", None)
    assert client.get("/v1/index").json()["build"] == "b_fake+1"
    asked = client.post("/v1/ask", json={"question": "Who leaked at the weir?"}).json()
    assert asked["citations"][0]["article"]["id"] == "weir"


def test_add_many(client: Client) -> None:
    """A list gets one outcome for each of its articles, in order, whatever becomes of them."""
    copy = {"title": "The same again", "text": BARE["text"], "id": "copy"}
    furniture = {"title": "Nothing", "text": "\u200b …", "id": "nothing"}
    body = client.post("/v1/articles", json=[NEW, BARE, copy, furniture, {**NEW, "title": "Another headline"}]).json()
    assert [one["kind"] for one in body["items"]] == ["created", "created", "duplicate_of", "rejected", "replaced"]
    assert [one["source"] for one in body["items"]] == [f"http#{number}" for number in range(1, 6)]
    assert body["items"][2]["article_id"] == body["items"][1]["article_id"]
    assert "no words" in body["items"][3]["reason"]
    assert client.get("/v1/articles/weir").json()["title"] == "Another headline"


def test_same_thing_twice(client: Client) -> None:
    """An article without id and address is known again by its words: sent twice it is stored once."""
    first = client.post("/v1/articles", json=BARE).json()["items"][0]
    again = client.post("/v1/articles", json=[NEW, BARE]).json()["items"][1]
    assert (first["kind"], again["kind"]) == ("created", "unchanged")
    assert first["article_id"] == again["article_id"]
    assert len(client.get("/v1/articles").json()["items"]) == len(ARTICLES) + 2


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"text": ""}, "text", "too short"),
        ({"text": " \n\t"}, "text", "blank"),
        ({"text": None}, "text", "string"),
        ({"title": ""}, "title", "too short"),
        ({"title": "x" * 501}, "title", "501"),
        ({"id": " "}, "id", "blank"),
        ({"id": "x" * 201}, "id", "at most 200"),
        ({"id": 7}, "id", "string"),
        ({"outlet": "https://example.org"}, "outlet", "address"),
        ({"outlet": "x" * 201}, "outlet", "at most 200"),
        ({"author": ["Ada Brun", ""]}, "author", "short"),
        ({"author": 7}, "author", "string"),
        ({"author": ["x"] * 51}, "author", "too many"),
        ({"published": "03/04/2023"}, "published", "2024-03-05"),
        ({"published": "soon"}, "published", "2024-03-05"),
        ({"published": 1_700_000_000}, "published", "string"),
        ({"url": "example.org/a"}, "url", "https://"),
        ({"url": "javascript:alert(1)"}, "url", "https://"),
        ({"language": "English, mostly"}, "language", "en"),
        ({"captured": "2023-01-01"}, "captured", "not a field"),
        ({"body": "x"}, "body", "not a field"),
    ],
)
@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_invalid_articles(client: Client, change: dict[str, Any], field: str, says: str, *, many: bool) -> None:
    """A field that does not validate, unknown ones included, is a 422 that names it and its place; nothing is stored."""
    article = {**NEW, **change}
    response = client.post("/v1/articles", json=[BARE, article] if many else article)
    problem = check_problem(response, 422, "invalid-body")
    names = [error["field"] for error in problem["errors"]]
    assert all(name.startswith(f"1.{field}" if many else field) for name in names), names
    assert any(says in error["message"] for error in problem["errors"]), problem["errors"]
    assert client.get("/v1/index").json()["build"] == "b_fake+0"


@pytest.mark.parametrize("body", [[], None, "text", 7, {}, [[]], [None], {"articles": [BARE]}])
def test_invalid_bodies(client: Client, body: object) -> None:
    """What is neither an article nor a list of at least one is a 422."""
    check_problem(client.post("/v1/articles", json=body), 422, "invalid-body")


def test_too_many_articles(client: Client) -> None:
    """More than 1,000 articles at once are a 422 that names the limit."""
    problem = check_problem(client.post("/v1/articles", json=[BARE] * 1001), 422, "invalid-body")
    assert "1,000" in problem["detail"]


def test_too_long_text(open_client: Open) -> None:
    """A text of more than two million characters is a 422 that names the limit and does not repeat the text."""
    response = open_client().post("/v1/articles", json={**BARE, "text": "x" * 2_000_001})
    problem = check_problem(response, 422, "invalid-body")
    assert problem["errors"] == [
        {"field": "text", "message": "has 2,000,001 characters; at most 2,000,000 are accepted"}
    ]


def test_large_bodies(open_client: Open) -> None:
    """Articles may be larger than questions, up to a limit of their own; every other route keeps its limit."""
    client = open_client(max_body_bytes=2048, max_articles_bytes=8192)
    fits, over = {**BARE, "text": "word " * 1000}, {**BARE, "text": "word " * 2000}
    assert client.post("/v1/articles", json=fits).status_code == 200
    problem = check_problem(client.post("/v1/articles", json=over), 413, "body-too-large")
    assert "8,192" in problem["detail"]
    check_problem(client.post("/v1/ask", json={"question": "x" * 3000}), 413, "body-too-large")
    check_problem(client.post("/v1/index/rollback", json={"build": "x" * 3000}), 413, "body-too-large")
    check_problem(client.request("DELETE", "/v1/articles/weir", content=b"x" * 3000), 413, "body-too-large")


def test_first_articles(open_client: Open, opener: FakeArchive) -> None:
    """Where there is no index the first articles make one."""
    opener.mark = None
    client = open_client()
    assert client.get("/v1/articles").status_code == 503
    assert client.post("/v1/articles", json=NEW).json()["index_build"] == "b_first+0"
    assert [one["id"] for one in client.get("/v1/articles").json()["items"]] == ["weir"]


def test_nothing_to_index(open_client: Open, opener: FakeArchive) -> None:
    """Where there is no index and nothing can be indexed, it is a 422 that says why."""
    opener.mark = None
    problem = check_problem(open_client().post("/v1/articles", json={**NEW, "text": "…"}), 422, "nothing-indexed")
    assert "no words" in problem["detail"]


def test_delete(client: Client) -> None:
    """A removed article is gone from the next request on; the answer has no body; a second removal is a 404."""
    response = client.delete("/v1/articles/pump-house")
    assert (response.status_code, response.content) == (204, b"")
    assert "content-type" not in response.headers
    check_problem(client.get("/v1/articles/pump-house"), 404, "unknown-article")
    asked = client.post("/v1/ask", json={"question": "How many valves?"}).json()
    assert asked["status"] == "insufficient_evidence"
    check_problem(client.delete("/v1/articles/pump-house"), 404, "unknown-article")


def test_delete_reaches_kept_builds(client: Client) -> None:
    """What was removed is not there again after going back."""
    client.delete("/v1/articles/orchard%2Ffrost")
    assert client.post("/v1/index/rollback").json()["build"] == "b_before+1"
    assert "orchard/frost" not in [one["id"] for one in client.get("/v1/articles").json()["items"]]


@pytest.mark.parametrize("key", ["nobody", "a%00b", "%F0%9F%8F%AD", "%ff", "..%2f..%2fetc%2fpasswd", "x" * 5000])
def test_delete_unknown(client: Client, key: str) -> None:
    """An id that is not stored is a 404 problem, whatever its characters."""
    check_problem(client.delete(f"/v1/articles/{key}"), 404, "unknown-article")


def test_delete_without_index(open_client: Open, opener: FakeArchive) -> None:
    """Without an index nothing can be removed: 503."""
    opener.mark = None
    check_problem(open_client().delete("/v1/articles/pump-house"), 503, "no-index")


def _changes(client: Client) -> list[Any]:
    return [
        client.post("/v1/articles", json=NEW),
        client.delete("/v1/articles/pump-house"),
        client.post("/v1/index/rollback"),
        client.post("/v1/index/builds"),
    ]


def test_locked(client: Client, opener: FakeArchive) -> None:
    """While somebody builds, also from the command line, a change is a 409 that says who, and when to try again."""
    opener.held = BuildLocked("another build is running (process 71, since 2031-01-01T00:00:00); wait until it is done")
    for response in _changes(client):
        problem = check_problem(response, 409, "build-running")
        assert "process 71" in problem["detail"]
        assert response.headers["retry-after"] == "5"
    opener.held = None
    assert client.delete("/v1/articles/pump-house").status_code == 204


def test_failed_change(client: Client, opener: FakeArchive, logs: list[dict[str, Any]]) -> None:
    """A change that fails is a 500 that says that all is as it was, without a path; the log has the cause."""
    opener.held = BuildFailed("the disk of '/srv/dateline' is full, so the build was undone")
    for response in _changes(client):
        problem = check_problem(response, 500, "build-failed")
        assert "as it was" in problem["detail"]
        assert "/srv" not in response.text
    assert any("/srv/dateline" in str(line.get("error")) for line in logs)
    assert client.get("/v1/index").json()["build"] == "b_fake+0"


def test_change_that_cannot_be_opened(client: Client, opener: FakeArchive, watch: SteppedWatch) -> None:
    """Where the changed build cannot be opened the last good one serves, and readiness says so."""
    opener.failing = IndexDamaged("a file is missing; build again")
    assert client.post("/v1/articles", json=NEW).json()["index_build"] == "b_fake+1"
    assert client.get("/v1/articles/weir").status_code == 404
    assert "the current build is not served" in client.get("/health/ready").json()["index"]


def test_one_change_at_a_time(client: Client, opener: FakeArchive) -> None:
    """Changes that come together are made one after the other; meanwhile questions are answered, and no build starts."""
    opener.gate = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(client.post, "/v1/articles", json=NEW)
        assert opener.adding.acquire(timeout=30)
        second = pool.submit(client.post, "/v1/articles", json=BARE)
        assert client.post("/v1/ask", json={"question": "valves"}).json()["index_build"] == "b_fake+0"
        problem = check_problem(client.post("/v1/index/builds"), 409, "build-running")
        assert "Articles are being changed" in problem["detail"]
        assert not opener.adding.acquire(blocking=False)
        opener.gate.set()
        builds = {one.result(30).json()["index_build"] for one in (first, second)}
    assert builds == {"b_fake+1", "b_fake+2"}


@pytest.mark.parametrize("place", ["https://evil.example", "null", "http://localhost:81", "http://[", "http://"])
def test_other_sites(client: Client, opener: FakeArchive, place: str) -> None:
    """A page of another site changes nothing, not even with a request that has no body: 403."""
    for method, path in [
        ("POST", "/v1/articles"),
        ("DELETE", "/v1/articles/pump-house"),
        ("POST", "/v1/index/builds"),
        ("POST", "/v1/index/rollback"),
    ]:
        check_problem(client.request(method, path, headers={"Origin": place}), 403, "foreign-origin")
    assert (opener.mark, opener.runs) == ("b_fake+0", [])


def test_own_page(client: Client) -> None:
    """A page of this service may change something."""
    assert client.delete("/v1/articles/undated", headers={"Origin": "http://localhost"}).status_code == 204


@pytest.mark.parametrize("path", ["/v1/articles", "/v1/index/builds", "/v1/index/rollback"])
def test_unsupported_media(client: Client, opener: FakeArchive, path: str) -> None:
    """A body that is not sent as JSON is a 415 and changes nothing."""
    response = client.post(path, content=b"{}", headers={"Content-Type": "text/plain"})
    check_problem(response, 415, "unsupported-media-type")
    assert (opener.mark, opener.runs) == ("b_fake+0", [])


def _waiting(archive: FakeArchive, *, waiting: int, seconds: float) -> Changes:
    return Changes(archive, Serving(archive), waiting=waiting, seconds=seconds)


def _read() -> list[Article | Outcome]:
    return list(NewArticles.model_validate(BARE).read())


def test_slow_change(answerer: SharedWordsAnswerer) -> None:
    """A change that takes too long goes on without its client; the next ones wait for it, up to a number of them."""
    archive = FakeArchive(answerer, gate=threading.Event())
    changes = _waiting(archive, waiting=0, seconds=0.01)
    with pytest.raises(TooBusy, match="goes on: GET /v1/index"):
        asyncio.run(changes.add(_read))
    with pytest.raises(TooBusy, match="1 changes"):
        asyncio.run(changes.add(_read))
    assert archive.gate
    archive.gate.set()
    changes.close()
