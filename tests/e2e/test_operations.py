"""Several services on one home and one Chroma server; a backup of them while they answer; real processes, real encoder."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running import Service, environment, run_service
from tests.fakes.archive import RECORDS, write_records
from tests.fakes.chroma_servers import run_chroma

QUESTION = {"question": "What did Edda Crane say?"}
LATER = {"question": "How many passengers were on board of the ferry to Sund?"}
VOLATILE = ("trace_id", "timings_ms")

pytestmark = [pytest.mark.encoder, pytest.mark.timeout(600)]


@dataclass(frozen=True, slots=True)
class World:
    """A folder with a home, its Chroma server, and two services on both."""

    folder: Path
    chroma: str
    one: Service
    other: Service


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both services, with an index of three articles that the first one built."""
    if not Path(sys.executable).with_name("chroma").exists():
        pytest.skip("the chroma program is not beside this Python")
    folder = tmp_path_factory.mktemp("world")
    write_records(folder / "archive.jsonl", RECORDS[:3])
    with ExitStack() as stack:
        chroma = stack.enter_context(run_chroma(folder))
        starting = [run_service(folder, DATELINE_CHROMA_URL=chroma) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            one, other = services = list(pool.map(stack.enter_context, starting))
        assert one.client.post("/v1/index/builds").status_code == 202
        one.wait_for("build done")
        other.wait_for("index opened")
        yield World(folder, chroma, one, other)
        for service in services:
            service.stop()


def lasting(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what is new each time."""
    return {name: value for name, value in answer.items() if name not in VOLATILE}


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    """A command of ours, started."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_one_adds_the_other_serves(world: World) -> None:
    """While one service adds an article the other answers every question, and it serves the article at its next look."""
    one, other = world.one.client, world.other.client
    for client in (one, other):
        ready = client.get("/health/ready").json()
        assert (ready["status"], ready["vectors"]) == ("ready", "ready")
    with ThreadPoolExecutor(1) as pool:
        adding = pool.submit(one.post, "/v1/articles", json=dict(RECORDS[3]))
        asked: list[httpx.Response] = []
        while not adding.done() or not asked:
            asked.append(other.post("/v1/ask", json=QUESTION))
        added = adding.result()
    assert [item["kind"] for item in added.json()["items"]] == ["created"]
    assert {answer.status_code for answer in asked} == {200}
    assert all("The river has beaten us" in answer.text for answer in asked)
    opened = world.other.wait_for("index opened")
    assert opened["build"] == added.json()["index_build"]
    answers = [client.post("/v1/ask", json=LATER).json() for client in (one, other)]
    assert lasting(answers[0]) == lasting(answers[1])
    assert "ferry" in {citation["article"]["id"] for citation in (*answers[1]["citations"], *answers[1]["closest"])}


def test_backup_and_restore(world: World) -> None:
    """A backup that is made while the services answer is restored into an empty home, where a service answers the same."""
    client = world.one.client
    backup = run(world.folder, "indexes", "backup", "backup.tar.gz", DATELINE_CHROMA_URL=world.chroma)
    asked = [client.post("/v1/ask", json=QUESTION)]
    while backup.poll() is None:
        asked.append(client.post("/v1/ask", json=QUESTION))
    said, complaints = backup.communicate()
    assert backup.returncode == 0, complaints
    assert said.startswith("backup.tar.gz: ")
    assert {answer.status_code for answer in asked} == {200}

    restoring = run(world.folder, "indexes", "restore", "backup.tar.gz", DATELINE_HOME="restored")
    _, complaints = restoring.communicate()
    assert restoring.returncode == 0, complaints
    with run_service(world.folder, DATELINE_HOME="restored") as service:
        before, after = (one.get("/v1/index").json() for one in (client, service.client))
        assert before["fingerprint"] == after["fingerprint"]
        assert before == after
        for question in (QUESTION, LATER):
            answers = [one.post("/v1/ask", json=question).json() for one in (client, service.client)]
            assert lasting(answers[0]) == lasting(answers[1])
        service.stop()
    shutil.rmtree(world.folder / "restored")
