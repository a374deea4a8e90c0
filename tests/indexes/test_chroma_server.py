"""Vectors on a Chroma server: `DATELINE_CHROMA_URL`."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexes.building import add_articles, build_index, roll_back_index
from indexes.builds import kept_builds
from indexes.deleting import delete_articles
from indexes.dense import ChromaStore
from indexes.errors import BuildFailed, IndexDamaged
from indexes.readers.reading import read_sources
from indexes.settings import IndexSettings
from indexes.types import Filters
from indexes.wiring import open_index, verify_index
from tests.fakes.archive import write_records
from tests.fakes.encoders import HashingEncoder


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(name="server")
def fixture_server(tmp_path: Path) -> Iterator[str]:
    """The address of a Chroma server that answers."""
    port = free_port()
    program = Path(sys.executable).with_name("chroma")
    arguments: list[str | Path] = [
        program,
        "run",
        "--path",
        tmp_path / "server",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with (
        (tmp_path / "server.log").open("wb") as log,
        subprocess.Popen(arguments, stdout=log, stderr=log, env={"ANONYMIZED_TELEMETRY": "False"}) as server,
    ):
        try:
            pause = threading.Event()
            while not answers(port):
                assert server.poll() is None, (tmp_path / "server.log").read_text()
                pause.wait(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def answers(port: int) -> bool:
    """Whether something listens on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_vectors_on_a_server(server: str, tmp_path: Path) -> None:
    """A build's vectors go to the server, are found there, and are removed with the build."""
    settings = IndexSettings(home=tmp_path / "home", chroma_url=server, keep_builds=2)
    archive = write_records(tmp_path / "archive.jsonl")
    builds = [build_index([archive], settings=settings, encoder=HashingEncoder()).manifest.id for _ in range(3)]
    assert kept_builds(settings.home) == builds[1:]
    assert not (settings.home / "builds" / builds[2] / "chroma").exists()
    assert verify_index(settings) == []
    index = open_index(settings, encoder=HashingEncoder())
    assert index.dense.retrieve("the ferry to Sund", limit=1, filters=Filters())[0].passage.article_id == "ferry"
    index.close()
    with pytest.raises(IndexDamaged, match=builds[0]):
        ChromaStore.open(tmp_path, url=server, build=builds[0])


def test_changes_on_a_server(server: str, tmp_path: Path) -> None:
    """Adding, deleting and going back work as they do inside the process; each revision has its own collection."""
    settings = IndexSettings(home=tmp_path / "home", chroma_url=server)
    archive = write_records(tmp_path / "archive.jsonl")
    first = build_index([archive], settings=settings, encoder=HashingEncoder()).manifest.id
    build_index([archive], settings=settings, encoder=HashingEncoder())
    gull = {"id": "gull", "title": "Gull", "text": "A gull stole the wig of the organist."}
    added = add_articles(
        read_sources([write_records(tmp_path / "new.jsonl", [gull])]), settings=settings, encoder=HashingEncoder()
    )
    assert added.manifest.revision == 1
    assert verify_index(settings) == []
    assert nearest(settings, "a stolen wig") == "gull"
    report = delete_articles(["gull", "ferry"], settings=settings)
    assert (report.deleted, report.manifest.revision) == (("gull", "ferry"), 2)
    assert verify_index(settings) == []
    assert nearest(settings, "a stolen wig") != "gull"
    assert roll_back_index(settings) == f"{first}+1"
    assert verify_index(settings) == []
    assert nearest(settings, "the ferry to Sund") != "ferry"
    with pytest.raises(IndexDamaged):
        ChromaStore.open(tmp_path, url=server, build=first)


def nearest(settings: IndexSettings, question: str) -> str:
    """The article that is nearest in meaning, as the server says."""
    index = open_index(settings, encoder=HashingEncoder())
    try:
        return index.dense.retrieve(question, limit=1, filters=Filters())[0].passage.article_id
    finally:
        index.close()


def test_server_that_does_not_answer(tmp_path: Path) -> None:
    """A server that cannot be reached is named, with the cure; no build is made."""
    settings = IndexSettings(home=tmp_path / "home", chroma_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(BuildFailed, match="DATELINE_CHROMA_URL"):
        build_index([write_records(tmp_path / "archive.jsonl")], settings=settings, encoder=HashingEncoder())
    assert kept_builds(settings.home) == []
