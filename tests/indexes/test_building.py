"""An index as a whole: built from files, opened, checked, repaired; and what happens when something breaks."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexes.building import BuildReport, build_index, repair_index
from indexes.builds import current_folder, kept_builds, read_current
from indexes.errors import (
    BuildFailed,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    NothingIndexed,
    UnreadableSource,
    WeightsMissing,
)
from indexes.settings import IndexSettings
from indexes.types import Filters
from indexes.wiring import Index, open_index, verify_index
from tests.fakes.archive import RECORDS, settings_at, write_records
from tests.fakes.encoders import HashingEncoder

ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
from pathlib import Path
from indexes.settings import IndexSettings
from indexes.building import build_index
from tests.fakes.encoders import HashingEncoder

class Killed(HashingEncoder):
    def encode(self, texts):
        os.kill(os.getpid(), signal.SIGKILL)

build_index([Path(sys.argv[2])], settings=IndexSettings(home=Path(sys.argv[1])), encoder=Killed(sha256="1" * 64))
"""


@pytest.fixture(name="settings")
def fixture_settings(tmp_path: Path) -> IndexSettings:
    """A home of its own."""
    return settings_at(tmp_path / "home")


@pytest.fixture(name="archive")
def fixture_archive(tmp_path: Path) -> Path:
    """The little archive as a file."""
    return write_records(tmp_path / "archive.jsonl")


@pytest.fixture(name="report")
def fixture_report(settings: IndexSettings, archive: Path) -> BuildReport:
    """A first build."""
    return build_index([archive], settings=settings, encoder=HashingEncoder())


@pytest.fixture(name="index")
def fixture_index(report: BuildReport, settings: IndexSettings) -> Iterator[Index]:
    """That build, opened."""
    index = open_index(settings, encoder=HashingEncoder())
    yield index
    index.close()
    index.close()


def kinds(report: BuildReport) -> Sequence[str]:
    """The kinds of outcome, in reading order."""
    return [outcome.kind for outcome in report.outcomes]


def entries(settings: IndexSettings) -> list[str]:
    """What lies in the folder of builds."""
    return sorted(entry.name for entry in (settings.home / "builds").iterdir())


def damage(path: Path) -> None:
    """Overwrite a file, or everything in a folder, with noise."""
    for file in path.rglob("*") if path.is_dir() else [path]:
        if file.is_file():
            file.write_bytes(b"\xff" * 512)


def test_manifest(report: BuildReport, archive: Path) -> None:
    """The manifest says what the build is made of."""
    manifest = report.manifest
    assert (manifest.articles, manifest.encoder, manifest.dimension) == (4, "hashing", 64)
    assert manifest.sources == (str(archive),)
    assert manifest.outcomes == {"created": 4}
    assert manifest.created.endswith("Z")
    assert report.encoded == manifest.passages > 0


def test_opened_index(index: Index) -> None:
    """An opened build finds passages, knows their sentences and who said what."""
    hit = index.retriever.retrieve("Who said the river has beaten us?", limit=1, filters=Filters())[0]
    article = index.catalogue.article("mill-1")
    assert article is not None
    assert hit.passage.article_id == "mill-1"
    assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
    assert len(index.catalogue.sentences(["mill-1"])["mill-1"]) == 2
    assert "Edda Crane" in index.catalogue.speakers()
    assert index.vocabulary.size == index.manifest.passages


def test_near_copies_are_known(settings: IndexSettings, tmp_path: Path) -> None:
    """A story that two outlets print, one under a line of its own, is indexed twice and known to be one."""
    story = " ".join(
        f"On day {day} the mill ground {day * 7} sacks of corn for baker number {day}." for day in range(20)
    )
    records = [
        {"id": "wire", "title": "Mill", "text": story, "outlet": "Tarn Post", "published": "2031-03-02"},
        {"id": "copy", "title": "Corn", "text": f"Our mill. {story}", "outlet": "Sund Bell", "published": "2031-03-03"},
        RECORDS[0],
    ]
    report = build_index([write_records(tmp_path / "a.jsonl", records)], settings=settings, encoder=HashingEncoder())
    assert kinds(report) == ["created"] * 3
    index = open_index(settings, encoder=HashingEncoder())
    assert index.catalogue.copies_of(["wire", "copy", "mill-1"]) == {"wire": ["copy"], "copy": ["wire"]}
    index.close()


def test_building_again(report: BuildReport, settings: IndexSettings, tmp_path: Path) -> None:
    """What did not change is unchanged and not encoded again; what is gone from the files is gone from the index."""
    changed = [
        {**RECORDS[0], "text": "The mill stays open."},
        *RECORDS[1:3],
        {"id": "new", "title": "N", "text": "New."},
    ]
    encoder = HashingEncoder()
    again = build_index([write_records(tmp_path / "archive.jsonl", changed)], settings=settings, encoder=encoder)
    assert kinds(again) == ["replaced", "unchanged", "unchanged", "created"]
    assert again.encoded == len(encoder.encoded) == 2
    index = open_index(settings, encoder=HashingEncoder())
    assert index.catalogue.article("ferry") is None
    hit = index.dense.retrieve("Café tables in the rain", limit=1, filters=Filters())[0]
    assert hit.passage.article_id == "fair"
    index.close()


def test_other_weights_encode_everything(report: BuildReport, settings: IndexSettings, archive: Path) -> None:
    """Vectors of other weights are never reused."""
    encoder = HashingEncoder(sha256="1" * 64)
    again = build_index([archive], settings=settings, encoder=encoder)
    assert again.encoded == again.manifest.passages
    assert again.manifest.fingerprint == report.manifest.fingerprint


def test_rejected_and_copies(settings: IndexSettings, tmp_path: Path) -> None:
    """A bad line, a copy and a taken id are outcomes of their own; the rest is indexed."""
    path = write_records(
        tmp_path / "mixed.jsonl",
        [*RECORDS, {**RECORDS[0], "id": "copy"}, {**RECORDS[1], "text": "Other words."}, {"id": "empty", "title": "E"}],
    )
    path.write_text(path.read_text(encoding="utf-8") + "{not json\n", encoding="utf-8")
    report = build_index([path], settings=settings, encoder=HashingEncoder())
    assert kinds(report) == [*["created"] * 4, "duplicate_of", "rejected", "rejected", "rejected"]
    assert all(outcome.reason for outcome in report.outcomes[4:])
    assert report.manifest.articles == 4


def test_progress(settings: IndexSettings, archive: Path) -> None:
    """Each step tells how far it is."""
    told: list[tuple[str, int, int | None]] = []
    build_index([archive], settings=settings, encoder=HashingEncoder(), progress=lambda *step: told.append(step))
    assert [step for step in told if step[0] == "split"] == [("split", number, 4) for number in range(1, 5)]
    assert told[0] == ("read", 1, None)
    assert told[-1] == ("encode", 4, 4)


def test_nothing_to_index(report: BuildReport, settings: IndexSettings, tmp_path: Path) -> None:
    """A folder without articles, or with rejected ones only, changes nothing."""
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NothingIndexed, match="no articles"):
        build_index([empty], settings=settings, encoder=HashingEncoder())
    with pytest.raises(NothingIndexed, match="nothing could be indexed"):
        build_index([write_records(tmp_path / "bad.jsonl", [{"id": "x"}])], settings=settings, encoder=HashingEncoder())
    with pytest.raises(UnreadableSource, match="does not exist"):
        build_index([tmp_path / "nowhere"], settings=settings, encoder=HashingEncoder())
    assert read_current(settings.home) == report.manifest.id


@pytest.mark.parametrize(
    "problem", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), MemoryError(), RuntimeError("engine broke")]
)
def test_build_that_fails_half_way(index: Index, settings: IndexSettings, archive: Path, problem: Exception) -> None:
    """A build that fails leaves nothing behind; the build before is current, sound, and still answers."""
    encoder = HashingEncoder(sha256="1" * 64, failing=problem)
    with pytest.raises(BuildFailed, match="undone"):
        build_index([archive], settings=settings, encoder=encoder)
    assert entries(settings) == [index.manifest.id]
    assert verify_index(settings) == []
    assert index.retriever.retrieve("ferry", limit=1, filters=Filters())


def test_full_disk_of_an_engine(report: BuildReport, settings: IndexSettings, archive: Path) -> None:
    """A disk that is full when SQLite writes is told as a full disk."""
    encoder = HashingEncoder(sha256="1" * 64, failing=sqlite3.OperationalError("database or disk is full"))
    with pytest.raises(BuildFailed, match="free some space"):
        build_index([archive], settings=settings, encoder=encoder)
    assert read_current(settings.home) == report.manifest.id


def test_build_that_is_killed(report: BuildReport, settings: IndexSettings, archive: Path) -> None:
    """A build that is killed leaves the build before in service; the next build removes what it left."""
    killed = subprocess.run([sys.executable, "-c", KILLED, str(settings.home), str(archive)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert read_current(settings.home) == report.manifest.id
    assert verify_index(settings) == []
    assert len(entries(settings)) == 2
    again = build_index([archive], settings=settings, encoder=HashingEncoder())
    assert kinds(again) == ["unchanged"] * 4
    assert entries(settings) == kept_builds(settings.home)


def test_weights_that_cannot_be_had(settings: IndexSettings, archive: Path, tmp_path: Path) -> None:
    """Without an encoder the weights' own error is told, and nothing is built."""
    wanting = IndexSettings(home=settings.home, encoder_path=tmp_path / "nowhere")
    with pytest.raises(WeightsMissing):
        build_index([archive], settings=wanting)
    assert kept_builds(settings.home) == []


def test_no_index(settings: IndexSettings) -> None:
    """Without a build the cure is to make one."""
    for use in (open_index, verify_index, repair_index):
        with pytest.raises(IndexMissing, match="python -m indexes build"):
            use(settings)


@pytest.mark.parametrize(
    ("encoder", "words"),
    [(HashingEncoder(name="other"), "'other'"), (HashingEncoder(sha256="1" * 64), "weights")],
)
def test_other_encoder(report: BuildReport, settings: IndexSettings, encoder: HashingEncoder, words: str) -> None:
    """A build of another encoder, or of other weights, is refused with both values and the cure."""
    with pytest.raises(IndexMismatch, match=words) as caught:
        open_index(settings, encoder=encoder)
    assert "python -m indexes build" in str(caught.value)


@pytest.mark.parametrize("name", ["schema_version", "splitter"])
def test_build_of_another_version(report: BuildReport, settings: IndexSettings, name: str) -> None:
    """A build with another schema or splitter is refused with both values."""
    path = current_folder(settings.home) / "manifest.json"
    text = path.read_text(encoding="utf-8")
    value = getattr(report.manifest, name)
    path.write_text(text.replace(f'"{name}": {value!r}'.replace("'", '"'), f'"{name}": 999'), encoding="utf-8")
    with pytest.raises(IndexMismatch, match="999"):
        open_index(settings, encoder=HashingEncoder())


@pytest.mark.parametrize("part", ["catalogue.sqlite", "vectors.npy", "words", "chroma", "manifest.json"])
@pytest.mark.parametrize("how", ["noise", "removed"])
def test_damaged_part(report: BuildReport, settings: IndexSettings, part: str, how: str) -> None:
    """A part that is damaged or missing is found, refused with a cure, and the build before can take its place."""
    build_index([Path(report.manifest.sources[0])], settings=settings, encoder=HashingEncoder())
    path = current_folder(settings.home) / part
    if how == "noise":
        damage(path)
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with pytest.raises(IndexDamaged, match="python -m indexes"):
        open_index(settings, encoder=HashingEncoder()).retriever.retrieve("ferry", limit=1, filters=Filters())
    if part != "manifest.json":
        assert verify_index(settings)


@pytest.mark.parametrize("part", ["vectors.npy", "words", "chroma"])
def test_repair(report: BuildReport, settings: IndexSettings, part: str) -> None:
    """What can be made from the articles is made anew; the new build is sound and has the same articles."""
    damage(current_folder(settings.home) / part)
    repaired = repair_index(settings, encoder=HashingEncoder())
    assert kinds(repaired) == ["unchanged"] * 4
    assert repaired.encoded == (repaired.manifest.passages if part == "vectors.npy" else 0)
    assert repaired.manifest.fingerprint == report.manifest.fingerprint
    assert repaired.manifest.sources == report.manifest.sources
    assert verify_index(settings) == []


def test_beyond_repair(report: BuildReport, settings: IndexSettings) -> None:
    """A damaged catalogue cannot be repaired from; the message says what can be done."""
    damage(current_folder(settings.home) / "catalogue.sqlite")
    with pytest.raises(IndexDamaged, match="python -m indexes rollback"):
        repair_index(settings, encoder=HashingEncoder())


def test_changed_text_is_found(report: BuildReport, settings: IndexSettings) -> None:
    """An article that was changed behind the index's back is found by its hash."""
    with sqlite3.connect(current_folder(settings.home) / "catalogue.sqlite") as connection:
        connection.execute("UPDATE articles SET text = replace(text, '44', '45')")
    connection.close()
    assert verify_index(settings) == ["the articles are not those of the manifest"]


def test_damaged_build_before_is_no_hindrance(report: BuildReport, settings: IndexSettings, archive: Path) -> None:
    """A new build does without a build before that cannot be read."""
    damage(current_folder(settings.home) / "catalogue.sqlite")
    again = build_index([archive], settings=settings, encoder=HashingEncoder())
    assert kinds(again) == ["created"] * 4
    assert verify_index(settings) == []


@pytest.mark.encoder
def test_with_the_reference_encoder(settings: IndexSettings, archive: Path) -> None:
    """With the reference encoder a question is answered that shares no word with its passage."""
    build_index([archive], settings=settings)
    index = open_index(settings)
    assert index.manifest.encoder == "all-minilm-l6-v2"
    hit = index.dense.retrieve("Which vessel had engine trouble?", limit=1, filters=Filters())[0]
    assert hit.passage.article_id == "ferry"
    index.close()
