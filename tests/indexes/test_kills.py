"""Builds, additions and deletes that are killed at random moments. `DATELINE_KILLS=100` kills each kind that often."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from indexes.building import add_articles, build_index
from indexes.builds import current_folder, kept_builds, read_manifest
from indexes.deleting import delete_articles
from indexes.readers.reading import read_sources
from indexes.settings import IndexSettings
from indexes.wiring import open_index, verify_index
from tests.fakes.archive import settings_at, write_records
from tests.fakes.encoders import HashingEncoder

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("DATELINE_KILLS", "10"))
CHANGES = int(os.environ.get("DATELINE_KILLS", "3"))
ANCHORS = max(40, CHANGES + 10)

# The timer's signal ends the process where it is, as a kill does: nothing in Python or in an engine hears of it.
DOOMED = """
import signal, sys
from pathlib import Path
import chromadb, numpy, tantivy
from indexes.building import add_articles, build_index
from indexes.deleting import delete_articles
from indexes.readers.reading import read_sources
from indexes.settings import IndexSettings
from tests.fakes.encoders import HashingEncoder

home, archive, what, seconds = sys.argv[1:]
settings, encoder = IndexSettings(home=Path(home)), HashingEncoder()
signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.setitimer(signal.ITIMER_REAL, float(seconds))
if what == "build":
    build_index([Path(archive)], settings=settings, encoder=encoder)
elif what == "add":
    add_articles(read_sources([Path(archive)]), settings=settings, encoder=encoder)
else:
    delete_articles([what], settings=settings)
"""


def doom(settings: IndexSettings, archive: Path, what: str, seconds: float) -> bool:
    """Let a process do something and kill it after so long; whether it was killed, rather than done."""
    command = [sys.executable, "-c", DOOMED, str(settings.home), str(archive), what, f"{seconds:.4f}"]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    assert code in {0, -signal.SIGALRM}
    return code != 0


def notes(count: int, word: str) -> Sequence[Mapping[str, object]]:
    """Short articles that differ."""
    return [
        {
            "id": f"{word}{n}",
            "title": f"{word} {n}",
            "text": f"The {word} of gate {n} weighs {n * 7} stones. Rain fell.",
        }
        for n in range(count)
    ]


@pytest.fixture(name="settings")
def fixture_settings(tmp_path: Path) -> IndexSettings:
    """A home with a build of forty articles, or as many as are deleted and some more."""
    settings = settings_at(tmp_path / "home")
    build_index(
        [write_records(tmp_path / "old.jsonl", notes(ANCHORS, "anchor"))], settings=settings, encoder=HashingEncoder()
    )
    return settings


@pytest.mark.timeout(60 + 20 * KILLS)
def test_builds_killed_at_any_moment(settings: IndexSettings, tmp_path: Path) -> None:
    """Whenever a build is killed, the current build is there and sound; at last it is as if nothing had happened."""
    archive = write_records(tmp_path / "new.jsonl", notes(400, "barrel"))
    begun = time.perf_counter()
    undisturbed = build_index([archive], settings=settings_at(tmp_path / "calm"), encoder=HashingEncoder())
    longest, chance = time.perf_counter() - begun, random.Random(7)  # noqa: S311 - moments, not secrets
    before, killed = read_manifest(current_folder(settings.home)), 0
    for _ in range(KILLS):
        if doom(settings, archive, "build", chance.uniform(0, longest)):
            killed += 1
            current = read_manifest(current_folder(settings.home))
            assert current == before or current.fingerprint == undisturbed.manifest.fingerprint
        assert verify_index(settings) == []
    report = build_index([archive], settings=settings, encoder=HashingEncoder())
    assert report.manifest.fingerprint == undisturbed.manifest.fingerprint
    assert (
        read_manifest(current_folder(settings.home)).fingerprint
        == undisturbed.manifest.fingerprint
        != before.fingerprint
    )
    assert (report.manifest.articles, report.manifest.passages) == (400, undisturbed.manifest.passages)
    assert verify_index(settings) == []
    assert sorted(entry.name for entry in (settings.home / "builds").iterdir()) == kept_builds(settings.home)
    assert not (settings.home / "encoded").exists()
    assert killed


@pytest.mark.timeout(60 + 40 * CHANGES)
def test_changes_killed_at_any_moment(settings: IndexSettings, tmp_path: Path) -> None:
    """Whenever an addition or a delete is killed, the index is as before or as after, and the next command finishes it."""
    archive = write_records(tmp_path / "new.jsonl", notes(3, "candle"))
    begun = time.perf_counter()
    add_articles(read_sources([archive]), settings=settings, encoder=HashingEncoder())
    delete_articles(["anchor0"], settings=settings)
    longest, chance = time.perf_counter() - begun, random.Random(11)  # noqa: S311 - moments, not secrets
    for number in range(1, CHANGES + 1):
        write_records(
            tmp_path / "new.jsonl", [{"id": "drum", "title": "Drum", "text": f"Drum {number} has {number} skins."}]
        )
        doom(settings, archive, "add", chance.uniform(0, longest / 2))
        assert verify_index(settings) == []
        assert read_manifest(current_folder(settings.home)).articles >= ANCHORS + 3 - number
        gone = f"anchor{number}"
        doom(settings, archive, gone, chance.uniform(0, longest / 2))
        index = open_index(settings, encoder=HashingEncoder())
        there = index.catalogue.article(gone) is not None
        index.close()
        assert verify_index(settings) == []
        if there:
            delete_articles([gone], settings=settings)
        assert not [path for path in settings.home.rglob("*") if path.is_file() and says(path, number)]
    write_records(tmp_path / "new.jsonl", [{"id": "drum", "title": "Drum", "text": "The last drum has no skins."}])
    report = add_articles(read_sources([archive]), settings=settings, encoder=HashingEncoder())
    assert (report.manifest.articles, verify_index(settings)) == (ANCHORS + 3 - CHANGES, [])
    assert sorted(entry.name for entry in (settings.home / "builds").iterdir()) == kept_builds(settings.home)


def says(path: Path, number: int) -> bool:
    """Whether a file holds the sentence of a deleted article."""
    return f"The anchor of gate {number} weighs {number * 7} stones".encode() in path.read_bytes()
