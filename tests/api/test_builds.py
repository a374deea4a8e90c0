"""POST and GET /v1/index/builds, GET /v1/index/builds/{id}, POST /v1/index/rollback."""

from typing import Any

import pytest

from indexes.errors import IndexMismatch
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.changing import FakeArchive, wait_for_builds

FIELDS = [
    "id",
    "state",
    "created",
    "step",
    "articles_done",
    "articles_total",
    "passages_per_second",
    "seconds_left",
    "outcomes",
    "left_out",
    "error",
    "build",
]


def _list(client: Client) -> list[dict[str, Any]]:
    body = client.get("/v1/index/builds").json()
    assert list(body) == ["items", "next_cursor"]
    assert body["next_cursor"] is None
    items: list[dict[str, Any]] = body["items"]
    assert all(list(item) == FIELDS for item in items)
    return items


def test_build(client: Client, opener: FakeArchive) -> None:
    """A build is accepted with the address of its progress; when it is done its build serves already."""
    response = client.post("/v1/index/builds")
    assert response.status_code == 202
    job = response.json()
    assert (job["state"], list(job)) == ("queued", FIELDS)
    where = response.headers["location"]
    assert where == f"/v1/index/builds/{job['id']}"
    opener.runs[0].tell({"step": "split", "done": 2, "total": 8})
    shown = client.get(where).json()
    assert (shown["state"], shown["step"], shown["articles_done"], shown["articles_total"]) == (
        "running",
        "split",
        2,
        8,
    )
    opener.finish_build("b_made+0", left_out=2)
    done = client.get(where).json()
    assert (done["state"], done["build"], done["outcomes"], done["left_out"]) == ("done", "b_made+0", {"created": 3}, 2)
    assert client.get("/v1/index").json()["build"] == "b_made+0"


@pytest.mark.parametrize("body", [None, b"{}", b"null"])
def test_bodies(client: Client, opener: FakeArchive, body: bytes | None) -> None:
    """A build needs no body; an empty object is one too."""
    headers = {"Content-Type": "application/json"} if body else {}
    assert client.post("/v1/index/builds", content=body, headers=headers).status_code == 202
    opener.finish_build("b_made+0")


@pytest.mark.parametrize("body", [{"paths": ["/etc"]}, [], "seeds", 1])
def test_invalid_bodies(client: Client, opener: FakeArchive, body: object) -> None:
    """A build takes no fields, least of all paths: 422."""
    check_problem(client.post("/v1/index/builds", json=body), 422, "invalid-body")
    assert opener.runs == []


def test_one_at_a_time(client: Client, opener: FakeArchive) -> None:
    """While a build runs, another build or a change is a 409 that names it; questions are answered all the time."""
    job = client.post("/v1/index/builds").json()
    for response in (
        client.post("/v1/index/builds"),
        client.post("/v1/articles", json={"title": "Fair", "text": "The fair is over."}),
        client.delete("/v1/articles/pump-house"),
        client.post("/v1/index/rollback"),
    ):
        problem = check_problem(response, 409, "build-running")
        assert job["id"] in problem["detail"]
        assert response.headers["retry-after"] == "5"
    assert client.post("/v1/ask", json={"question": "valves"}).status_code == 200
    opener.finish_build("b_made+0")
    assert client.delete("/v1/articles/pump-house").status_code == 204
    assert len(opener.runs) == 1


def test_failed_build(client: Client, opener: FakeArchive) -> None:
    """A build that failed says why, without paths; the build before serves, and another build may start."""
    where = client.post("/v1/index/builds").headers["location"]
    opener.runs[0].finish(1, "dateline: the disk of '/srv/dateline' is full, so the build was undone")
    wait_for_builds()
    failed = client.get(where).json()
    assert (failed["state"], failed["build"]) == ("failed", None)
    assert failed["error"] == "the disk of '…/dateline' is full, so the build was undone"
    assert client.get("/v1/index").json()["build"] == "b_fake+0"
    assert client.post("/v1/index/builds").status_code == 202
    opener.finish_build("b_made+0")


def test_stop_while_building(open_client: Open, opener: FakeArchive) -> None:
    """When the service ends, the build that it started ends with it."""
    client = open_client()
    client.post("/v1/index/builds")
    client.__exit__(None, None, None)
    assert opener.runs[0].stopped == 1
    assert opener.mark == "b_fake+0"
    client.__enter__()


def test_list(client: Client, opener: FakeArchive) -> None:
    """The list has the jobs, then the kept builds that none of them made, newest first, each under a name to go back to."""
    assert [(one["id"], one["state"], one["build"]) for one in _list(client)] == [
        ("b_fake", "done", "b_fake+0"),
        ("b_before", "done", "b_before+0"),
    ]
    job = client.post("/v1/index/builds").json()
    assert [one["id"] for one in _list(client)] == [job["id"], "b_fake", "b_before"]
    opener.finish_build("b_made+0")
    assert [(one["id"], one["build"]) for one in _list(client)] == [
        (job["id"], "b_made+0"),
        ("b_fake", "b_fake+0"),
        ("b_before", "b_before+0"),
    ]


def test_list_after_a_change(client: Client, opener: FakeArchive) -> None:
    """A build to which articles were added is listed by the name that it has now, whether a job made it or not."""
    client.post("/v1/index/builds")
    opener.finish_build("b_made+0")
    client.delete("/v1/articles/undated")
    assert [one["build"] for one in _list(client)] == ["b_made+1", "b_fake+1", "b_before+1"]


def test_list_without_index(open_client: Open, opener: FakeArchive) -> None:
    """Without an index the list is empty, and a build can be asked for."""
    opener.mark, opener.marks = None, []
    client = open_client()
    assert _list(client) == []
    assert client.post("/v1/index/builds").status_code == 202
    opener.finish_build("b_made+0")
    assert client.get("/v1/index").json()["build"] == "b_made+0"


@pytest.mark.parametrize("build", ["b_before", "b_before+0"])
def test_kept_build(client: Client, build: str) -> None:
    """A kept build is shown under its id and under its name."""
    shown = client.get(f"/v1/index/builds/{build}").json()
    assert (shown["id"], shown["state"], shown["build"], shown["articles_done"]) == (
        "b_before",
        "done",
        "b_before+0",
        3,
    )


@pytest.mark.parametrize("build", ["j_unknown", "b_unknown", "x" * 3000, "%00", "%ff", "b_before+7"])
def test_unknown_build(client: Client, build: str) -> None:
    """A build that is neither kept nor remembered is a 404 that names the list."""
    problem = check_problem(client.get(f"/v1/index/builds/{build}"), 404, "unknown-build")
    assert "GET /v1/index/builds" in problem["detail"]


def test_roll_back(client: Client) -> None:
    """Going back answers with the manifest of the build before, which serves from then on."""
    response = client.post("/v1/index/rollback")
    assert response.status_code == 200
    assert response.json() == client.get("/v1/index").json()
    assert response.json()["build"] == "b_before+0"


def test_roll_back_to_each(client: Client, opener: FakeArchive) -> None:
    """Every build that the list shows can be made current by the name that the list gives it."""
    client.post("/v1/index/builds")
    opener.finish_build("b_made+0")
    for one in _list(client):
        response = client.post("/v1/index/rollback", json={"build": one["build"]})
        assert response.json()["build"] == one["build"]
        assert client.get("/v1/index").json()["build"] == one["build"]


def test_roll_back_too_far(client: Client) -> None:
    """Before the oldest build there is none: 404, and the oldest one goes on serving."""
    client.post("/v1/index/rollback", json={})
    problem = check_problem(client.post("/v1/index/rollback", json={}), 404, "unknown-build")
    assert "no build before" in problem["detail"]
    assert client.get("/v1/index").json()["build"] == "b_before+0"


def test_roll_back_to_unknown_build(client: Client) -> None:
    """A build that is not kept is a 404 that names those that are."""
    problem = check_problem(client.post("/v1/index/rollback", json={"build": "b_gone"}), 404, "unknown-build")
    assert "b_before+0" in problem["detail"]


@pytest.mark.parametrize("body", [{"id": "b_before"}, {"build": ""}, {"build": 7}, [], {"build": "x" * 101}])
def test_invalid_rollbacks(client: Client, body: object) -> None:
    """A body that does not validate is a 422, and nothing changes."""
    check_problem(client.post("/v1/index/rollback", json=body), 422, "invalid-body")
    assert client.get("/v1/index").json()["build"] == "b_fake+0"


def test_roll_back_to_a_build_of_other_settings(client: Client, opener: FakeArchive) -> None:
    """Where the build that one went back to cannot serve, the answer says why, and the last good one serves."""
    opener.failing = IndexMismatch("the index was built with encoder 'x'; build again")
    check_problem(client.post("/v1/index/rollback"), 503, "index-mismatch")
    assert client.get("/v1/index").json()["build"] == "b_fake+0"
