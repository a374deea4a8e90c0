"""The life of an index over HTTP: the real server, builds in real processes, the real encoder; no language model."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from api.keys import KeyFile
from indexes.builds import lock_builds, read_current
from tests.e2e.running import GUARD, run_service
from tests.fakes.archive import RECORDS, write_records

QUESTION = {"question": "What did Edda Crane say?"}

pytestmark = [pytest.mark.encoder, pytest.mark.timeout(600)]


def _current(client: httpx.Client) -> str:
    build: str = client.get("/v1/index").json()["build"]
    return build


def test_builds_and_rollback(tmp_path: Path) -> None:
    """A service without an index builds one, moves to the next while it answers, goes back, and lets others build."""
    write_records(tmp_path / "archive.jsonl", RECORDS[:2])
    with run_service(tmp_path) as service:
        client = service.client
        assert client.post("/v1/ask", json=QUESTION).status_code == 503
        where = client.post("/v1/index/builds").headers["location"]
        service.wait_for("build done")
        job = client.get(where).json()
        assert (job["state"], job["articles_done"], job["outcomes"]["created"]) == ("done", 2, 2)
        first = _current(client)
        assert job["build"] == first

        write_records(tmp_path / "archive.jsonl")
        where = client.post("/v1/index/builds").headers["location"]
        refused = client.post("/v1/index/builds")
        assert (refused.status_code, refused.json()["title"]) == (409, "The index is being built or changed")
        answers = []
        while client.get(where).json()["state"] in {"queued", "running"}:
            answers.append(client.post("/v1/ask", json=QUESTION))
        assert answers
        assert {answer.status_code for answer in answers} == {200}
        second = _current(client)
        assert client.get(where).json()["build"] == second
        assert {answer.json()["index_build"] for answer in answers} <= {first, second}
        assert all("The river has beaten us" in answer.text for answer in answers)
        assert client.get("/v1/index").json()["articles"] == 4

        assert client.post("/v1/index/rollback").json()["build"] == first == _current(client)
        assert client.post("/v1/ask", json=QUESTION).json()["index_build"] == first
        assert client.post("/v1/index/rollback", json={"build": second}).json()["build"] == second == _current(client)
        assert [one["build"] for one in client.get("/v1/index/builds").json()["items"]] == [second, first]

        with lock_builds(tmp_path / "home"):
            for path in ("/v1/index/builds", "/v1/index/rollback"):
                locked = client.post(path)
                assert locked.status_code == 409
                assert f"process {os.getpid()}" in locked.json()["detail"]
        service.stop()


def test_stop_while_building(tmp_path: Path) -> None:
    """A service that is asked to end while it builds ends its build too, and the index stays as it was."""
    write_records(tmp_path / "archive.jsonl")
    with run_service(tmp_path) as service:
        assert service.client.post("/v1/index/builds").status_code == 202
        service.stop()
        service.wait_for("build failed")
    assert read_current(tmp_path / "home") is None
    with lock_builds(tmp_path / "home"):
        pass


def test_failed_build(tmp_path: Path) -> None:
    """Seeds that are not there are the error of the job, which shows no path of the server but the last part."""
    with run_service(tmp_path) as service:
        where = service.client.post("/v1/index/builds").headers["location"]
        service.wait_for("build failed")
        job = service.client.get(where).json()
        assert job["state"] == "failed"
        assert job["error"] == "'archive.jsonl' does not exist: give files or folders that do"
        service.stop()


def test_articles_come_and_go(tmp_path: Path) -> None:
    """An article that is added is quoted by the next answer; once removed it is gone, from traces and the build before too."""
    write_records(tmp_path / "archive.jsonl", RECORDS[1:])
    with run_service(tmp_path) as service:
        client = service.client
        added = client.post("/v1/articles", json=dict(RECORDS[0])).json()
        assert [one["kind"] for one in added["items"]] == ["created"]
        assert added["index_build"] == _current(client)
        client.post("/v1/index/builds")
        service.wait_for("build done")
        assert client.get("/v1/articles/mill-1").status_code == 404
        assert [one["kind"] for one in client.post("/v1/articles", json=dict(RECORDS[0])).json()["items"]] == [
            "created"
        ]
        assert [one["kind"] for one in client.post("/v1/articles", json=dict(RECORDS[0])).json()["items"]] == [
            "unchanged"
        ]
        answer = client.post("/v1/ask", json=QUESTION).json()
        trace = client.get(f"/v1/answers/{answer['trace_id']}").json()
        assert (trace["index_build"], trace["status"]) == (answer["index_build"], answer["status"])
        keys = KeyFile(tmp_path / "home")
        (asker, secret), (_, other) = keys.add("asker", ["ask"]), keys.add("other", ["ask"])
        mine, theirs = ({"Authorization": f"Bearer {one}"} for one in (secret, other))
        asked = client.post("/v1/ask", json=QUESTION, headers=mine).json()["trace_id"]
        assert client.get(f"/v1/answers/{asked}", headers=mine).json()["asker"] == asker.id
        assert client.get(f"/v1/answers/{asked}", headers=theirs).status_code == 404
        assert client.get(f"/v1/answers/{asked}").status_code == 401
        assert (keys.revoke("asker"), keys.revoke("other")) == (1, 0)
        quotes = [*answer["citations"], *answer["closest"]]
        assert "mill-1" in [one["article"]["id"] for one in quotes]
        assert answer["index_build"] == _current(client)
        text = client.get("/v1/articles/mill-1").json()["text"]
        assert all(
            text[one["start"] : one["end"]] == one["quote"] for one in quotes if one["article"]["id"] == "mill-1"
        )
        changed = {**RECORDS[0], "text": "The mill at Upper Tarn stays open after all."}
        assert [one["kind"] for one in client.post("/v1/articles", json=changed).json()["items"]] == ["replaced"]
        stored = client.get("/v1/articles/mill-1").json()
        assert stored["text"] == changed["text"]
        assert [one["title"] for one in stored["versions"]] == [RECORDS[0]["title"]]
        assert client.get(f"/v1/answers/{answer['trace_id']}").status_code == 200
        assert client.delete("/v1/articles/mill-1").status_code == 204
        assert client.get(f"/v1/answers/{answer['trace_id']}").status_code == 404
        assert client.get("/v1/articles/mill-1").status_code == 404
        assert client.delete("/v1/articles/mill-1").status_code == 404
        assert client.post("/v1/index/rollback").status_code == 200
        assert client.get("/v1/articles/mill-1").status_code == 404
        assert "river" not in client.post("/v1/ask", json=QUESTION).text
        service.stop()


def test_connections_would_be_seen(tmp_path: Path) -> None:
    """What is held against every service here works: a process that looks beyond loopback is stopped, and told of."""
    kept = tmp_path / "connections"
    environment = {**os.environ, "PYTHONPATH": str(GUARD), "DATELINE_TEST_CONNECTIONS": str(kept)}
    for work in ("socket.create_connection(('192.0.2.1', 80), 0.1)", "socket.getaddrinfo('news.example', 80)"):
        command = [sys.executable, "-c", f"import socket; {work}"]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert "ConnectionRefusedError" in ended.stderr
    assert "192.0.2.1" in kept.read_text()
    assert "news.example" in kept.read_text()
