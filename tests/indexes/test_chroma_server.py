"""Vectors on a Chroma server: `DATELINE_CHROMA_URL`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexes.backups import write_backup
from indexes.building import add_articles, build_index, roll_back_index
from indexes.builds import kept_builds
from indexes.deleting import delete_articles
from indexes.dense import ChromaStore
from indexes.errors import BuildFailed, IndexDamaged
from indexes.readers.reading import read_sources
from indexes.restoring import restore_backup
from indexes.settings import IndexSettings
from indexes.types import Filters
from indexes.wiring import open_index, verify_index
from tests.fakes.archive import write_records
from tests.fakes.chroma_servers import free_port, run_chroma
from tests.fakes.encoders import HashingEncoder


@pytest.fixture(name="server")
def fixture_server(tmp_path: Path) -> Iterator[str]:
    """The address of a Chroma server that answers."""
    with run_chroma(tmp_path) as url:
        yield url


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


def test_server_that_goes_away(server: str, tmp_path: Path) -> None:
    """An index that is open answers from the vector file when its collection is gone: another process has changed the index."""
    settings = IndexSettings(home=tmp_path / "home", chroma_url=server)
    build_index([write_records(tmp_path / "archive.jsonl")], settings=settings, encoder=HashingEncoder())
    index = open_index(settings, encoder=HashingEncoder())
    ChromaStore.drop(server, kept=[])
    found = index.dense.retrieve("the ferry to Sund", limit=1, filters=Filters())
    assert found[0].passage.article_id == "ferry"
    index.close()


def test_restore_to_a_server(server: str, tmp_path: Path) -> None:
    """A restored build gets its vectors on the server: those that are whole there are used, half of them are made anew."""
    settings = IndexSettings(home=tmp_path / "home")
    build = build_index([write_records(tmp_path / "archive.jsonl")], settings=settings, encoder=HashingEncoder())
    backup = write_backup(tmp_path / "backup.tar.gz", settings=settings).path
    other = IndexSettings(home=tmp_path / "other", chroma_url=server)
    half = ChromaStore.open(tmp_path, url=server, build=build.manifest.id, create=1)
    assert half is not None
    half.add(["odd"], np.ones((1, 64), dtype=np.float32))
    half.close()
    restore_backup(backup, settings=other)
    assert verify_index(other) == []
    assert not (other.home / "builds" / build.manifest.id / "chroma").exists()
    assert nearest(other, "the ferry to Sund") == "ferry"
    shutil.rmtree(other.home)
    steps: list[str] = []
    restore_backup(backup, settings=other, progress=lambda step, done, total: steps.append(step))
    assert "store" not in steps
    assert verify_index(other) == []


def test_restore_without_the_server(tmp_path: Path) -> None:
    """Where the server does not answer nothing is restored, and the server is named with the cure."""
    settings = IndexSettings(home=tmp_path / "home")
    build_index([write_records(tmp_path / "archive.jsonl")], settings=settings, encoder=HashingEncoder())
    backup = write_backup(tmp_path / "backup.tar.gz", settings=settings).path
    other = IndexSettings(home=tmp_path / "other", chroma_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(BuildFailed, match="DATELINE_CHROMA_URL"):
        restore_backup(backup, settings=other)
    assert kept_builds(other.home) == []
