"""Backups: written while others read, restored only where they are sound."""

import hashlib
import io
import json
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from indexes.__main__ import main
from indexes.backups import CONTENTS, write_backup
from indexes.building import add_articles, build_index
from indexes.builds import current_folder, folder_of, kept_builds, lock_builds, read_current, read_manifest
from indexes.complaints import CASES, FOLDER, UNDECIDED, keep_report
from indexes.deleting import delete_articles
from indexes.errors import BackupDamaged, BackupFailed, BackupRefused, BuildLocked, IndexDamaged, IndexMissing
from indexes.forgetting import TRACES
from indexes.readers.reading import read_sources
from indexes.restoring import restore_backup
from indexes.settings import IndexSettings
from indexes.types import Filters
from indexes.wiring import open_index, verify_index
from tests.fakes.archive import RECORDS, write_records
from tests.fakes.encoders import HashingEncoder

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home and its backup: two builds, the second changed in place, traces, keys that are their owner's alone."""
    folder = tmp_path_factory.mktemp("made")
    settings = IndexSettings(home=folder / "home")
    archive = write_records(folder / "archive.jsonl", RECORDS[:3])
    for _ in range(2):
        build_index([archive], settings=settings, encoder=HashingEncoder())
    more = write_records(folder / "more.jsonl", RECORDS[3:])
    add_articles(read_sources([more]), settings=settings, encoder=HashingEncoder())
    with closing(sqlite3.connect(settings.home / TRACES)) as traces:
        traces.execute("CREATE TABLE traces (id TEXT PRIMARY KEY, created TEXT NOT NULL, trace TEXT NOT NULL)")
        traces.execute("INSERT INTO traces VALUES ('t_1', 'now', '{}')")
        traces.commit()
    keys = settings.home / "keys.json"
    keys.write_text('{"invented": "hash"}', encoding="utf-8")
    keys.chmod(0o600)
    write_backup(folder / "backup.tar.gz", settings=settings)
    return folder


@pytest.fixture
def settings(made: Path, tmp_path: Path) -> IndexSettings:
    """A copy of that home."""
    shutil.copytree(made / "home", tmp_path / "home")
    return IndexSettings(home=tmp_path / "home")


@pytest.fixture
def backup(made: Path, tmp_path: Path) -> Path:
    """A copy of its backup."""
    return Path(shutil.copy2(made / "backup.tar.gz", tmp_path / "backup.tar.gz"))


@pytest.fixture
def other(tmp_path: Path) -> IndexSettings:
    """Another home, still empty."""
    return IndexSettings(home=tmp_path / "other")


def nearest(settings: IndexSettings, question: str) -> list[str]:
    """The articles that are found by meaning and by words."""
    index = open_index(settings, encoder=HashingEncoder())
    try:
        found = index.retriever.retrieve(question, limit=3, filters=Filters())
        return [one.passage.article_id for one in found]
    finally:
        index.close()


def listing(home: Path) -> list[str]:
    """Every file of a home but the lock of its builds."""
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.name != "build.lock")


def test_restored_home(settings: IndexSettings, backup: Path, other: IndexSettings) -> None:
    """In an empty home the builds, the current one, the traces and the keys are what they were, and the same is found."""
    report = restore_backup(backup, settings=other)
    assert kept_builds(other.home) == kept_builds(settings.home)
    assert read_current(other.home) == read_current(settings.home)
    assert report.manifest == read_manifest(current_folder(settings.home))
    assert report.manifest.revision == 1
    for build in kept_builds(other.home):
        assert read_manifest(folder_of(other.home, build)) == read_manifest(folder_of(settings.home, build))
    assert verify_index(other) == []
    for question in ("the ferry to Sund", "mill workers", "loaves sold by noon"):
        assert nearest(other, question) == nearest(settings, question)
    keys = other.home / "keys.json"
    assert (keys.read_text(encoding="utf-8"), stat.S_IMODE(keys.stat().st_mode)) == ('{"invented": "hash"}', 0o600)
    with closing(sqlite3.connect(other.home / TRACES)) as traces:
        assert traces.execute("SELECT id FROM traces").fetchall() == [("t_1",)]
    assert not [name for name in listing(other.home) if name.startswith(".")]


def test_reports_are_backed_up(settings: IndexSettings, tmp_path: Path, other: IndexSettings) -> None:
    """What readers reported is in a backup, readable by its owner alone also when it is restored; reports that are there stay."""
    keep_report(settings.home, {"id": "r_1"}, decided=True)
    keep_report(settings.home, {"id": "r_2"}, decided=False)
    backup = write_backup(tmp_path / "reported.tar.gz", settings=settings).path
    keep_report(other.home, {"id": "r_3"}, decided=False)
    report = restore_backup(backup, settings=other)
    assert f"{FOLDER}/{CASES}" in report.files
    assert report.kept == (f"{FOLDER}/{UNDECIDED}",)
    folder = other.home / FOLDER
    assert [json.loads((folder / name).read_bytes())["id"] for name in (CASES, UNDECIDED)] == ["r_1", "r_3"]
    assert stat.S_IMODE((folder / CASES).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_files_of_an_editor(settings: IndexSettings, tmp_path: Path, other: IndexSettings) -> None:
    """Whatever an editor calls a file beside the builds or among the reports, a backup with it can be restored."""
    keep_report(settings.home, {"id": "r_1"}, decided=True)
    names = ["my notes, März.txt", f"{FOLDER}/old cases (März).jsonl", f"{FOLDER}/more.jsonl.gz"]
    for name in names:
        (settings.home / name).write_text("{}\n", encoding="utf-8")
    backup = write_backup(tmp_path / "named.tar.gz", settings=settings).path
    restore_backup(backup, settings=other)
    assert [(other.home / name).read_text(encoding="utf-8") for name in names] == ["{}\n"] * 3


def test_backup_while_others_read_and_write(settings: IndexSettings, tmp_path: Path, other: IndexSettings) -> None:
    """An index that is open, and traces that are being written, are backed up as they are at that moment."""
    index = open_index(settings, encoder=HashingEncoder())
    with closing(sqlite3.connect(settings.home / TRACES)) as traces:
        traces.execute("PRAGMA journal_mode = WAL")
        traces.execute("INSERT INTO traces VALUES ('t_2', 'now', '{}')")
        traces.commit()
        traces.execute("INSERT INTO traces VALUES ('t_3', 'now', '{}')")
        restored = write_backup(tmp_path / "open.tar.gz", settings=settings)
        traces.rollback()
    assert index.dense.retrieve("the ferry to Sund", limit=1, filters=Filters())[0].passage.article_id == "ferry"
    index.close()
    restore_backup(restored.path, settings=other)
    with closing(sqlite3.connect(other.home / TRACES)) as traces:
        assert traces.execute("SELECT id FROM traces").fetchall() == [("t_1",), ("t_2",)]


def test_archive(backup: Path, tmp_path: Path) -> None:
    """The archive is its owner's alone, holds plain files, and names each of them with its hash; no lock, no Chroma file."""
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []
    with tarfile.open(backup) as tar:
        members = tar.getmembers()
        contents = json.load(tar.extractfile(CONTENTS) or io.BytesIO())
    assert all(member.isreg() and (member.uid, member.gid, member.uname) == (0, 0, "") for member in members)
    names = {member.name for member in members}
    assert names == {*contents["files"], CONTENTS}
    assert not [name for name in names if "chroma" in name or name.endswith(".lock")]
    assert members[-1].name == CONTENTS


def test_folder_as_target(settings: IndexSettings, tmp_path: Path) -> None:
    """In a folder the backup gets a name with the build and the time."""
    (tmp_path / "backups").mkdir()
    path = write_backup(tmp_path / "backups", settings=settings).path
    assert path.name.startswith(f"dateline-{read_current(settings.home)}-")
    assert path.name.endswith("Z.tar.gz")


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("home/x.tar.gz", "lies inside"),
        ("home/builds", "lies inside"),
        ("there.tar.gz", "is there already"),
        ("nowhere/x.tar.gz", "is no folder"),
        ("x.zip", "ends in none of"),
    ],
)
def test_odd_targets(settings: IndexSettings, tmp_path: Path, target: str, says: str) -> None:
    """A place inside the home, a file that is there, a folder that is not, or another kind of archive is refused."""
    (tmp_path / "there.tar.gz").write_bytes(b"mine")
    with pytest.raises(BackupFailed, match=says):
        write_backup(tmp_path / target, settings=settings)
    assert (tmp_path / "there.tar.gz").read_bytes() == b"mine"


def test_nothing_to_back_up(tmp_path: Path) -> None:
    """Without an index there is no backup."""
    with pytest.raises(IndexMissing):
        write_backup(tmp_path / "x.tar.gz", settings=IndexSettings(home=tmp_path / "none"))
    assert not (tmp_path / "x.tar.gz").exists()


def test_damaged_index_is_not_backed_up(settings: IndexSettings, tmp_path: Path) -> None:
    """A build whose files are damaged is not worth a backup; the cure is named, and no archive is left."""
    (current_folder(settings.home) / "vectors.npy").write_bytes(b"")
    with pytest.raises(IndexDamaged, match="python -m indexes verify"):
        write_backup(tmp_path / "x.tar.gz", settings=settings)
    assert not list(tmp_path.glob("*x.tar.gz*"))


def test_no_half_backup(settings: IndexSettings, tmp_path: Path) -> None:
    """A backup that fails on its way has no name and leaves nothing; what a killed one left goes with the next."""
    left = tmp_path / ".x.tar.gz.unfinished-0000"
    left.write_bytes(b"half")
    (tmp_path / ".x.tar.gz.unfinished-1111").mkdir()

    def fail(step: str, done: int, total: int | None) -> None:
        if done == 3:
            raise OSError(28, "No space left on device")

    with pytest.raises(BackupFailed, match="is full"):
        write_backup(tmp_path / "x.tar.gz", settings=settings, progress=fail)
    assert not list(tmp_path.glob("*x.tar.gz*"))
    assert not left.exists()


def test_one_at_a_time(settings: IndexSettings, backup: Path, tmp_path: Path, other: IndexSettings) -> None:
    """While somebody builds or changes the index there is no backup and no restore."""
    with lock_builds(settings.home), pytest.raises(BuildLocked):
        write_backup(tmp_path / "x.tar.gz", settings=settings)
    with lock_builds(other.home), pytest.raises(BuildLocked):
        restore_backup(backup, settings=other)


def test_index_that_is_there(settings: IndexSettings, backup: Path) -> None:
    """An index that is there is not overwritten unless that is asked for."""
    before = listing(settings.home)
    with pytest.raises(BackupRefused, match="--force"):
        restore_backup(backup, settings=settings)
    assert listing(settings.home) == before


def test_force(settings: IndexSettings, backup: Path, tmp_path: Path) -> None:
    """With force the builds are those of the backup again; keys and traces that are there stay as they are."""
    delete_articles(["ferry"], settings=settings)
    build_index([write_records(tmp_path / "one.jsonl", RECORDS[:1])], settings=settings, encoder=HashingEncoder())
    (settings.home / "keys.json").write_text("{}", encoding="utf-8")
    report = restore_backup(backup, settings=settings, force=True)
    assert set(report.kept) == {"keys.json", TRACES}
    assert (settings.home / "keys.json").read_text(encoding="utf-8") == "{}"
    assert kept_builds(settings.home) == list(report.builds)
    assert nearest(settings, "the ferry to Sund")[0] == "ferry"
    assert verify_index(settings) == []


def test_force_mends_a_damaged_build(settings: IndexSettings, backup: Path) -> None:
    """A build that is damaged is replaced by that of the backup; one that is sound is left, because it may be open."""
    sound, damaged = (folder_of(settings.home, build) for build in kept_builds(settings.home))
    (damaged / "catalogue.sqlite").write_bytes(b"no")
    inode = (sound / "catalogue.sqlite").stat().st_ino
    restore_backup(backup, settings=settings, force=True)
    assert (sound / "catalogue.sqlite").stat().st_ino == inode
    assert verify_index(settings) == []


@contextmanager
def rewritten(backup: Path) -> Iterator[dict[str, bytes]]:
    """The files of an archive, to be changed; written back at the end."""
    with tarfile.open(backup) as tar:
        files = {one.name: (tar.extractfile(one) or io.BytesIO()).read() for one in tar.getmembers()}
    yield files
    with tarfile.open(backup, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def catalogue_in(files: dict[str, bytes]) -> str:
    """The name of a catalogue."""
    return next(name for name in files if name.endswith("catalogue.sqlite"))


def without(files: dict[str, bytes]) -> None:
    """Take a file out."""
    del files[catalogue_in(files)]


def flipped(files: dict[str, bytes]) -> None:
    """Change one byte."""
    content = bytearray(files[catalogue_in(files)])
    content[len(content) // 2] ^= 1
    files[catalogue_in(files)] = bytes(content)


def without_contents(files: dict[str, bytes]) -> None:
    """Take the list away."""
    del files[CONTENTS]


def more(files: dict[str, bytes]) -> None:
    """Put a file in that the list does not name."""
    files["more.txt"] = b"more"


def other_current(files: dict[str, bytes]) -> None:
    """Name a current build that is not there."""
    files[CONTENTS] = json.dumps({**json.loads(files[CONTENTS]), "current": "b_none"}).encode()


def outside(name: str) -> Change:
    """Put a file under a name that leads elsewhere."""

    def change(files: dict[str, bytes]) -> None:
        files[name] = b"x"

    return change


@pytest.mark.parametrize(
    "change",
    [
        without,
        flipped,
        without_contents,
        more,
        other_current,
        outside("../escaped"),
        outside("/tmp/escaped-dateline"),  # noqa: S108 - nothing is written there
        outside("builds/../../escaped"),
        outside("builds/b_x/../../escaped"),
        outside(".hidden"),
        outside("evals/x"),
    ],
)
def test_damaged_archives(backup: Path, other: IndexSettings, tmp_path: Path, change: Change) -> None:
    """An archive that is not whole, or holds what no backup holds, is refused, and nothing is changed."""
    with rewritten(backup) as files:
        change(files)
    with pytest.raises(BackupDamaged, match="nothing was changed"):
        restore_backup(backup, settings=other)
    assert listing(other.home) == []
    assert not list(tmp_path.rglob("*escaped*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_links_and_devices(backup: Path, other: IndexSettings, kind: bytes) -> None:
    """Links, devices, pipes and folders are no part of a backup."""
    with rewritten(backup) as files:
        pass
    with tarfile.open(backup, "w:gz") as tar:
        member = tarfile.TarInfo("current")
        member.type, member.linkname = kind, "/etc/passwd"
        tar.addfile(member)
        for name, content in files.items():
            plain = tarfile.TarInfo(name)
            plain.size = len(content)
            tar.addfile(plain, io.BytesIO(content))
    with pytest.raises(BackupDamaged, match="'current'"):
        restore_backup(backup, settings=other)
    assert listing(other.home) == []


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_cut_archives(settings: IndexSettings, backup: Path, share: float) -> None:
    """An archive that ends too soon is refused, and the index that is there stays as it was."""
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])
    before, current = listing(settings.home), read_current(settings.home)
    with pytest.raises(BackupDamaged):
        restore_backup(backup, settings=settings, force=True)
    assert (listing(settings.home), read_current(settings.home)) == (before, current)


def test_unsound_build(backup: Path, other: IndexSettings) -> None:
    """A build that passes the hashes but is not what its manifest says is refused."""
    with rewritten(backup) as files:
        contents = json.loads(files[CONTENTS])
        name = next(name for name in files if name.endswith("manifest.json"))
        files[name] = files[name].replace(b'"passages": ', b'"passages": 1')
        contents["files"][name] = [len(files[name]), hashlib.sha256(files[name]).hexdigest()]
        files[CONTENTS] = json.dumps(contents).encode()
    with pytest.raises(BackupDamaged, match="is not sound"):
        restore_backup(backup, settings=other)
    assert kept_builds(other.home) == []


def test_later_format(backup: Path, other: IndexSettings) -> None:
    """A backup of a form that this version does not read names the version that wrote it."""
    with rewritten(backup) as files:
        files[CONTENTS] = json.dumps({**json.loads(files[CONTENTS]), "format": 99, "dateline": "9.9"}).encode()
    with pytest.raises(BackupRefused, match=r"9\.9"):
        restore_backup(backup, settings=other)


def test_killed_restore(backup: Path, other: IndexSettings) -> None:
    """What a restore that was killed has left goes with the next one."""
    (other.home / ".restoring-0000" / "builds").mkdir(parents=True)
    restore_backup(backup, settings=other)
    assert not list(other.home.glob(".restoring-*"))


def test_commands(
    settings: IndexSettings,
    other: IndexSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The commands tell what they did, and failures on one line."""
    monkeypatch.setenv("DATELINE_HOME", str(settings.home))
    path = tmp_path / "b.tar.gz"
    assert main(["backup", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: 2 builds, ")
    assert main(["backup", str(path)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["restore", str(path)]) == 1
    assert "--force" in capsys.readouterr().err
    monkeypatch.setenv("DATELINE_HOME", str(other.home))
    assert main(["restore", str(path)]) == 0
    said = capsys.readouterr().out
    assert f"current build {read_current(settings.home)}: 4 articles" in said
    assert read_manifest(current_folder(settings.home)).fingerprint in said
    assert main(["restore", str(tmp_path / "none.tar.gz")]) == 1
    assert "is no file" in capsys.readouterr().err
