"""An index that is changed: articles added, replaced and deleted, builds killed and resumed, nothing done twice."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from indexes.building import add_articles, build_index, roll_back_index
from indexes.builds import current_folder, kept_builds, lock_builds, read_current, read_manifest
from indexes.catalogue import SqliteCatalogue
from indexes.complaints import CASES, FOLDER, UNDECIDED, keep_report
from indexes.deleting import delete_articles
from indexes.errors import BuildFailed, BuildLocked, IndexDamaged, IndexMismatch, IndexMissing, UnknownBuild
from indexes.forgetting import EVALUATIONS, TRACES, read_pending, write_pending
from indexes.readers.reading import read_sources
from indexes.reusing import CATALOGUE
from indexes.settings import IndexSettings
from indexes.types import Filters
from indexes.wiring import open_index, verify_index
from tests.fakes.archive import RECORDS, settings_at, write_records
from tests.fakes.encoders import HashingEncoder

ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
from pathlib import Path
from indexes.building import build_index
from indexes.settings import IndexSettings
from tests.fakes.encoders import HashingEncoder

home, archive, step, number = sys.argv[1:]

def kill(told, done, total):
    if told == step and done >= int(number):
        os.kill(os.getpid(), signal.SIGKILL)

build_index([Path(archive)], settings=IndexSettings(home=Path(home)), encoder=HashingEncoder(), progress=kill)
"""

GULL = {
    "id": "gull",
    "title": "Gull steals a wig",
    "text": "A gull stole the zweibrugger wig of organist Odo Varn. “It was my grandmother’s,” said Odo Varn on Friday.",
    "outlet": "Tarn Post",
    "published": "2031-07-01",
}


def add(settings: IndexSettings, path: Path, *records: Mapping[str, object]) -> Sequence[str]:
    """Add records; the kinds of outcome."""
    report = add_articles(read_sources([write_records(path, records)]), settings=settings, encoder=HashingEncoder())
    return [outcome.kind for outcome in report.outcomes]


def build(settings: IndexSettings, path: Path, records: Sequence[Mapping[str, object]] = RECORDS) -> str:
    """A build of the records; its name."""
    report = build_index([write_records(path, records)], settings=settings, encoder=HashingEncoder())
    return report.manifest.name


def found(settings: IndexSettings, question: str) -> list[str]:
    """The articles that a question finds, by words and by meaning."""
    index = open_index(settings, encoder=HashingEncoder())
    try:
        return [hit.passage.article_id for hit in index.retriever.retrieve(question, limit=20, filters=Filters())]
    finally:
        index.close()


def files_with(home: Path, needle: bytes) -> list[str]:
    """The files below a folder in which these bytes stand."""
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and needle in path.read_bytes()]


@pytest.fixture(name="settings")
def fixture_settings(tmp_path: Path) -> IndexSettings:
    """A home of its own."""
    return settings_at(tmp_path / "home")


@pytest.fixture(name="archive")
def fixture_archive(tmp_path: Path) -> Path:
    """Where the records of a test are written."""
    return tmp_path / "archive.jsonl"


def test_an_added_article_is_found(settings: IndexSettings, archive: Path) -> None:
    """An article that is added is in the next revision of the current build, which is sound; only it was encoded."""
    name = build(settings, archive)
    encoder = HashingEncoder()
    report = add_articles(read_sources([write_records(archive, [GULL])]), settings=settings, encoder=encoder)
    assert report.manifest.name == name.replace("+0", "+1")
    assert report.encoded == len(encoder.encoded) == 1
    assert (report.manifest.articles, report.manifest.outcomes) == (5, {"created": 1})
    assert kept_builds(settings.home) == [report.manifest.name] == [read_current(settings.home)]
    assert verify_index(settings) == []
    assert found(settings, "Who said that a wig was stolen?")[0] == "gull"
    assert found(settings, "ferry to Sund")[0] == "ferry"


def test_a_replaced_article_is_what_it_is_now(settings: IndexSettings, archive: Path) -> None:
    """A replaced article is found by its new words and no longer by the old ones; what it was is in its chain."""
    build(settings, archive)
    newer = {**RECORDS[3], "text": "The ferry was sold to a circus.", "updated": "2031-08-01"}
    assert add(settings, archive, newer) == ["replaced"]
    assert verify_index(settings) == []
    index = open_index(settings, encoder=HashingEncoder())
    assert index.lexical.retrieve("passengers", limit=5, filters=Filters()) == []
    assert index.lexical.retrieve("circus", limit=5, filters=Filters())[0].passage.article_id == "ferry"
    assert isinstance(index.catalogue, SqliteCatalogue)
    (version,) = index.catalogue.versions("ferry")
    assert (version.title, version.updated) == ("Ferry breaks down", None)
    index.close()
    assert add(settings, archive, {**newer, "text": "The circus sank."}) == ["replaced"]
    with_chain = SqliteCatalogue(current_folder(settings.home) / CATALOGUE)
    assert len(with_chain.versions("ferry")) == 2
    with_chain.close()


def test_nothing_new_is_no_revision(settings: IndexSettings, archive: Path) -> None:
    """Adding what is there, or a copy of it under another id, changes nothing and says so."""
    name = build(settings, archive)
    assert add(settings, archive, RECORDS[0], {**RECORDS[1], "id": "copy"}, {"id": "empty"}) == [
        "unchanged",
        "duplicate_of",
        "rejected",
    ]
    assert read_manifest(current_folder(settings.home)).name == name


def test_adding_makes_the_first_build(settings: IndexSettings, archive: Path) -> None:
    """Where there is no index, adding makes one."""
    assert add(settings, archive, GULL) == ["created"]
    assert found(settings, "wig") == ["gull"]


def test_adding_with_another_encoder(settings: IndexSettings, archive: Path) -> None:
    """A build is not changed with vectors of other weights."""
    build(settings, archive)
    records = read_sources([write_records(archive, [GULL])])
    with pytest.raises(IndexMismatch, match="weights"):
        add_articles(records, settings=settings, encoder=HashingEncoder(sha256="1" * 64))


def test_changes_wait_for_nobody(settings: IndexSettings, archive: Path) -> None:
    """While somebody builds, adding, deleting and going back are refused, with who builds."""
    build(settings, archive)
    with lock_builds(settings.home):
        for change in (
            lambda: add(settings, archive, GULL),
            lambda: delete_articles(["ferry"], settings=settings),
            lambda: roll_back_index(settings),
        ):
            with pytest.raises(BuildLocked, match=str(os.getpid())):
                change()


def test_a_build_of_a_few_changes_keeps_the_rest(settings: IndexSettings, archive: Path) -> None:
    """A build in which little changed encodes the change only, and its fingerprint is that of a build from nothing."""
    many = [*RECORDS, *({"id": f"n{n}", "title": f"Note {n}", "text": f"Note {n} is short."} for n in range(12))]
    build(settings, archive, many)
    changed = [*many[1:], {**GULL}]
    encoder = HashingEncoder()
    report = build_index([write_records(archive, changed)], settings=settings, encoder=encoder)
    assert (report.encoded, len(encoder.encoded), report.left_out) == (1, 1, 1)
    assert (report.manifest.revision, report.manifest.articles) == (0, 16)
    assert verify_index(settings) == []
    assert "mill-1" not in found(settings, "The river has beaten us")
    other = IndexSettings(home=settings.home.parent / "other")
    fresh = build_index([archive], settings=other, encoder=HashingEncoder())
    assert fresh.manifest.fingerprint == report.manifest.fingerprint
    assert found(other, "wig of the organist") == found(settings, "wig of the organist")


def test_deleting_leaves_nothing(settings: IndexSettings, archive: Path) -> None:
    """No byte of a deleted article's text, words, people or vector is left in any build; going back does not bring it."""
    first = build(settings, archive, [*RECORDS, GULL])
    build(settings, archive, [*RECORDS, GULL, {"id": "tide", "title": "Tide", "text": "The tide was late."}])
    add(settings, archive, {"id": "moon", "title": "Moon", "text": "The moon was full."})
    vector = HashingEncoder().encode([f"{GULL['title']} | {GULL['outlet']} | {GULL['published']}\n{GULL['text']}"])[0]
    needles = [b"zweibrugger", b"Odo Varn", b"grandmother", vector.astype("<f4").tobytes()]
    assert all(files_with(settings.home, needle) for needle in needles)
    report = delete_articles(["gull", "nowhere", "gull"], settings=settings)
    assert (report.deleted, report.unknown) == (("gull",), ("nowhere",))
    assert report.manifest.articles == 6
    assert [files_with(settings.home, needle) for needle in needles] == [[], [], [], []]
    assert verify_index(settings) == []
    assert found(settings, "moon")[0] == "moon"
    assert found(settings, "ferry to Sund")[0] == "ferry"
    assert roll_back_index(settings).startswith(first.removesuffix("+0"))
    assert verify_index(settings) == []
    assert "gull" not in found(settings, "Gull steals a wig")
    assert found(settings, "ferry to Sund")[0] == "ferry"


def test_deleting_removes_traces(settings: IndexSettings, archive: Path) -> None:
    """Traces that name a deleted article, or repeat it in question or conversation, go also from the free pages of their file."""
    build(settings, archive, [*RECORDS, GULL])
    path = settings.home / TRACES
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE traces (id TEXT PRIMARY KEY, created TEXT NOT NULL, trace TEXT NOT NULL)")
        for trace_id, article in (("t_1", "gull"), ("t_2", "ferry")):
            trace = json.dumps({"claims": [f"words of {article}"], "citations": [{"article_id": article}]})
            connection.execute("INSERT INTO traces VALUES (?, '2031', ?)", (trace_id, trace))
        for trace_id, said in (("t_3", str(GULL["text"])), ("t_4", "A gull stole a wig.")):
            question = {"text": "And then?", "history": [{"question": "What happened?", "answer": said}]}
            connection.execute(
                "INSERT INTO traces VALUES (?, '2031', ?)", (trace_id, json.dumps({"question": question}))
            )
        for trace_id, asked in (("t_5", f"Who wrote “{GULL['text']}”?"), ("t_6", "Who lost a wig?")):
            connection.execute(
                "INSERT INTO traces VALUES (?, '2031', ?)",
                (trace_id, json.dumps({"question": {"text": asked, "history": []}})),
            )
    connection.close()
    delete_articles(["gull"], settings=settings)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT id FROM traces").fetchall() == [("t_2",), ("t_4",), ("t_6",)]
    connection.close()
    assert b"zweibrugger" not in path.read_bytes()
    assert b"words of gull" not in path.read_bytes()


def test_deleting_removes_reports(settings: IndexSettings, archive: Path) -> None:
    """What readers reported goes with an article that it cites or quotes, from every file of the folder; the rest stays."""
    build(settings, archive, [*RECORDS, GULL])
    quote = "A gull stole the zweibrugger wig of organist Odo Varn."
    reports: list[tuple[bool, dict[str, object]]] = [
        (True, {"gold_quotes": [quote], "article_ids": ["gull"]}),
        (True, {"note": f"Nobody found: {quote.lower()}"}),
        (False, {"trace": {"passages": [{"article_id": "gull"}], "claims": ["Odo Varn lost a wig."]}}),
        (True, {"gold_quotes": ["The ferry broke down"], "article_ids": ["ferry"]}),
        (False, {"note": "Another gull."}),
    ]
    for number, (decided, fields) in enumerate(reports):
        keep_report(settings.home, {"id": f"r_{number}", **fields}, decided=decided)
    folder = settings.home / FOLDER
    by_hand = {"mine.jsonl~": f"{quote}\n".encode(), "old.jsonl.gz": gzip.compress(f'"{quote}"\n"gulls"\n'.encode())}
    for name, content in by_hand.items():
        (folder / name).write_bytes(content)
    (folder / f".{CASES}.unfinished").write_text(quote, encoding="utf-8")
    page = settings.home / EVALUATIONS / "own-quotes" / "report.html"
    under_way = settings.home / "evals" / "unfinished" / "0123.jsonl"
    for path in (page, under_way):
        path.parent.mkdir(parents=True)
        path.write_text(quote, encoding="utf-8")
    delete_articles(["gull"], settings=settings)
    needles = [b"zweibrugger", b"Odo Varn", b'"gull"']
    assert [files_with(folder, needle) for needle in needles] == [[], [], []]
    assert [files_with(settings.home, needle) for needle in needles[:2]] == [[], []]
    assert gzip.decompress((folder / "old.jsonl.gz").read_bytes()) == b'"gulls"\n'
    left = [json.loads(line)["id"] for name in (CASES, UNDECIDED) for line in (folder / name).read_bytes().splitlines()]
    assert left == ["r_3", "r_4"]


def test_an_interrupted_delete_takes_the_reports_along(settings: IndexSettings, archive: Path) -> None:
    """A delete that was killed before it came to the reports is finished with them, by whatever changes the index next."""
    build(settings, archive, [*RECORDS, GULL])
    keep_report(settings.home, {"id": "r_1", "note": str(GULL["text"])}, decided=True)
    write_pending(settings.home, ["gull"])
    add(settings, archive, {"id": "tide", "title": "Tide", "text": "The tide was late."})
    assert files_with(settings.home, b"zweibrugger") == []


@pytest.mark.parametrize("damage", [slice(0, 15), slice(12, None)], ids=["cut short", "no archive"])
def test_reports_that_cannot_be_read(settings: IndexSettings, archive: Path, damage: slice) -> None:
    """A damaged file among the reports is told by a delete, which goes on once it is mended."""
    build(settings, archive, [*RECORDS, GULL])
    folder = settings.home / FOLDER
    folder.mkdir()
    damaged = folder / "old.jsonl.gz"
    damaged.write_bytes(gzip.compress(b'"gulls"')[damage])
    with pytest.raises(BuildFailed, match="cannot be searched"):
        delete_articles(["gull"], settings=settings)
    damaged.write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff")  # begins as an archive does
    with pytest.raises(BuildFailed, match="cannot be searched"):
        delete_articles(["gull"], settings=settings)
    damaged.unlink()
    delete_articles(["gull"], settings=settings)
    assert files_with(settings.home, b"zweibrugger") == []


def test_deleting_everything(settings: IndexSettings, archive: Path) -> None:
    """An index whose last article was deleted is empty and sound, finds nothing, and takes articles again."""
    build(settings, archive, [GULL])
    assert delete_articles(["gull"], settings=settings).manifest.articles == 0
    assert verify_index(settings) == []
    assert found(settings, "wig") == []
    assert add(settings, archive, RECORDS[0]) == ["created"]
    assert found(settings, "mill") == ["mill-1"]


def test_deleting_what_is_not_there(settings: IndexSettings, archive: Path) -> None:
    """An id that no build has changes nothing; without an index there is nothing to delete from."""
    with pytest.raises(IndexMissing):
        delete_articles(["gull"], settings=settings)
    name = build(settings, archive)
    report = delete_articles(["gull"], settings=settings)
    assert (report.deleted, report.unknown, report.manifest.name) == ((), ("gull",), name)


def test_a_delete_that_was_killed_is_finished(settings: IndexSettings, archive: Path) -> None:
    """A delete that was noted and not carried out is finished by whoever opens or changes the index next."""
    build(settings, archive, [*RECORDS, GULL])
    write_pending(settings.home, ["gull"])
    assert "gull" not in found(settings, "Gull steals a wig")
    assert read_pending(settings.home) == []
    assert files_with(settings.home, b"zweibrugger") == []
    write_pending(settings.home, ["ferry"])
    with pytest.raises(UnknownBuild):
        roll_back_index(settings)
    assert "ferry" not in found(settings, "ferry to Sund")


def test_deleted_vectors_are_in_no_journal(settings: IndexSettings, archive: Path) -> None:
    """What a killed build left for the next one is removed by a delete: it may hold what is deleted."""
    build(settings, archive)
    write_records(archive, [*RECORDS, GULL])
    assert kill(settings, archive, "encode", 1) == -9
    assert files_with(settings.home, b"zweibrugger")
    delete_articles(["ferry"], settings=settings)
    assert files_with(settings.home, b"zweibrugger") == []
    assert not (settings.home / "encoded").exists()


def kill(settings: IndexSettings, archive: Path, step: str, number: int) -> int:
    """Kill a build when a step has come to a number; its exit code."""
    command = [sys.executable, "-c", KILLED, str(settings.home), str(archive), step, str(number)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


@pytest.mark.parametrize(("step", "number"), [("read", 3), ("split", 200), ("encode", 256)])
def test_a_killed_build_is_resumed(settings: IndexSettings, archive: Path, step: str, number: int) -> None:
    """A build that is killed leaves the current one sound; the next one does not do its finished work again."""
    name = build(settings, archive)
    many = [{"id": f"n{n}", "title": f"Note {n}", "text": f"Note {n} is about the number {n}."} for n in range(400)]
    write_records(archive, many)
    assert kill(settings, archive, step, number) == -9
    assert read_manifest(current_folder(settings.home)).name == name
    assert verify_index(settings) == []
    encoder = HashingEncoder()
    report = build_index([archive], settings=settings, encoder=encoder)
    assert report.encoded == len(encoder.encoded) == (400 - 256 if step == "encode" else 400)
    assert verify_index(settings) == []
    assert not (settings.home / "encoded").exists()
    assert sorted(entry.name for entry in (settings.home / "builds").iterdir()) == kept_builds(settings.home)
    other = build_index([archive], settings=settings_at(settings.home / "other"), encoder=HashingEncoder())
    assert other.manifest.fingerprint == report.manifest.fingerprint


def test_texts_taken_apart_are_not_taken_apart_again(settings: IndexSettings, archive: Path) -> None:
    """What a killed build has found in texts is copied: tokens are counted for the rest only."""
    many = [{"id": f"n{n}", "title": f"Note {n}", "text": f"Note {n} is about the number {n}."} for n in range(200)]
    write_records(archive, many)
    kill(settings, archive, "split", 150)

    class Counting(HashingEncoder):
        counted = 0

        def count_tokens(self, texts: Sequence[str]) -> list[int]:
            Counting.counted += 1
            return super().count_tokens(texts)

    build_index([archive], settings=settings, encoder=Counting())
    per_article = Counting.counted / 200
    Counting.counted = 0
    build_index([archive], settings=settings_at(settings.home / "other"), encoder=Counting())
    assert per_article < 0.5 * Counting.counted / 200


def test_a_newer_version_takes_the_place_of_an_older_one(settings: IndexSettings, archive: Path) -> None:
    """Of two versions of one article the newer is indexed, in whatever order they come; the older one is in its chain."""
    older = {**GULL, "text": "A gull stole a hat.", "updated": "2031-07-01T08:00:00Z"}
    newer = {**GULL, "updated": "2031-07-02T08:00:00Z"}
    for home, records, kinds in (
        ("a", [older, newer], ["rejected", "replaced"]),
        ("b", [newer, older], ["created", "rejected"]),
    ):
        place = settings_at(settings.home / home)
        report = build_index([write_records(archive, records)], settings=place, encoder=HashingEncoder())
        assert [outcome.kind for outcome in report.outcomes] == kinds
        assert any("older version" in (outcome.reason or "") for outcome in report.outcomes)
        catalogue = SqliteCatalogue(current_folder(place.home) / CATALOGUE)
        article, versions = catalogue.article("gull"), catalogue.versions("gull")
        catalogue.close()
        assert article is not None
        assert "zweibrugger" in article.text
        assert [version.updated for version in versions] == ["2031-07-01T08:00:00Z"]


def test_near_copies_are_grouped_as_articles_come_and_go(settings: IndexSettings, archive: Path) -> None:
    """A copy that is added is a copy of what is stored; one that is deleted is a copy of nothing any more."""
    story = " ".join(f"Sentence {n} of the story tells of gate {n * 7} and of boat {n * 13}." for n in range(20))
    wire = {"id": "wire", "title": "Gates", "text": story}
    build(settings, archive, [*RECORDS, wire])

    def copies() -> Mapping[str, Sequence[str]]:
        catalogue = SqliteCatalogue(current_folder(settings.home) / CATALOGUE)
        try:
            return catalogue.copies_of(["wire", "print", "late"])
        finally:
            catalogue.close()

    assert copies() == {}
    add(settings, archive, {"id": "print", "title": "Boats", "text": f"{story} The end."})
    assert copies() == {"wire": ["print"], "print": ["wire"]}
    build(settings, archive, [*RECORDS, {**wire, "id": "late", "text": f"{story} More later."}, wire])
    assert copies() == {"wire": ["late"], "late": ["wire"]}
    delete_articles(["wire"], settings=settings)
    assert copies() == {}


def test_damaged_base(settings: IndexSettings, archive: Path) -> None:
    """A build whose catalogue cannot be read is not changed; the cure is named."""
    build(settings, archive)
    (current_folder(settings.home) / CATALOGUE).write_bytes(b"\xff" * 512)
    with pytest.raises(IndexDamaged, match="python -m indexes"):
        add(settings, archive, GULL)
    with pytest.raises(IndexDamaged, match="python -m indexes"):
        delete_articles(["ferry"], settings=settings)


def test_zero_rows_are_never_found(settings: IndexSettings, archive: Path) -> None:
    """Rows whose passages went hold zeros, and no search gives them."""
    build(settings, archive, [*RECORDS, GULL])
    delete_articles(["gull"], settings=settings)
    index = open_index(settings, encoder=HashingEncoder())
    hits = index.dense.retrieve("xyzzy plugh", limit=20, filters=Filters())
    assert {hit.passage.article_id for hit in hits} <= {str(record["id"]) for record in RECORDS}
    index.close()
    assert not np.load(current_folder(settings.home) / "vectors.npy")[-1].any()
