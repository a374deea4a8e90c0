"""Builds: complete before they count, one current, the last few kept, whatever goes wrong."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexes.builds import (
    current_folder,
    finish,
    kept_builds,
    lock_builds,
    make_current,
    new_build,
    read_current,
    read_manifest,
    remove_unfinished,
    roll_back,
    set_aside_unfinished,
)
from indexes.errors import BuildFailed, BuildLocked, IndexDamaged, IndexMissing, UnknownBuild
from indexes.types import Manifest

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from indexes.builds import lock_builds
with lock_builds(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def make(home: Path, *, keep: int = 3) -> str:
    """A build with one small file."""
    with lock_builds(home), new_build(home) as (build, folder):
        (folder / "content").write_text("words", encoding="utf-8")
        finish(home, build, folder, manifest_of(build), keep=keep)
    return build


def revise(home: Path, name: str, *, current: bool = True) -> str:
    """The next revision of a build."""
    with lock_builds(home), new_build(home, revising=name) as (revised, folder):
        finish(home, revised, folder, manifest_of(name), keep=3, current=current)
    return revised


def manifest_of(build: str) -> Manifest:
    """A manifest of that id."""
    return Manifest(
        id=build,
        revision=0,
        schema_version=1,
        created="2031-01-01T00:00:00Z",
        encoder="e",
        encoder_sha256="0",
        dimension=2,
        splitter="s",
        fingerprint="f",
        articles=1,
        passages=1,
        sources=("x",),
        outcomes={"created": 1},
    )


def test_build_becomes_current(tmp_path: Path) -> None:
    """A finished build is current, its id has the prefix, its manifest reads as it was written."""
    build = make(tmp_path)
    assert build.startswith("b_")
    assert read_current(tmp_path) == build
    assert read_manifest(current_folder(tmp_path)) == manifest_of(build)
    assert manifest_of(build).name == f"{build}+0"


def test_last_builds_are_kept(tmp_path: Path) -> None:
    """The oldest builds beyond the number to keep are removed; ids are in order of time."""
    builds = [make(tmp_path, keep=2) for _ in range(4)]
    assert builds == sorted(builds)
    assert kept_builds(tmp_path) == builds[-2:]


def test_rollback(tmp_path: Path) -> None:
    """Going back makes the build before current, then the one before that; a named one directly."""
    one, two, three = (make(tmp_path) for _ in range(3))
    assert roll_back(tmp_path) == read_current(tmp_path) == two
    assert roll_back(tmp_path) == read_current(tmp_path) == one
    with pytest.raises(UnknownBuild, match="no build before"):
        roll_back(tmp_path)
    assert roll_back(tmp_path, three) == read_current(tmp_path) == three


@pytest.mark.parametrize("build", ["b_unknown", "../elsewhere", "", "b_"])
def test_unknown_build(tmp_path: Path, build: str) -> None:
    """A build that is not kept cannot become current; the message names those that are."""
    kept = make(tmp_path)
    with pytest.raises(UnknownBuild, match=kept):
        make_current(tmp_path, build)
    assert read_current(tmp_path) == kept


def test_no_build(tmp_path: Path) -> None:
    """Without a build the cure is to make one."""
    assert kept_builds(tmp_path) == []
    assert read_current(tmp_path) is None
    with pytest.raises(IndexMissing, match="python -m indexes build"):
        current_folder(tmp_path)


def test_current_build_gone(tmp_path: Path) -> None:
    """A pointer to a build that was removed by hand is told apart from no index."""
    build = make(tmp_path)
    (tmp_path / "builds" / build / "manifest.json").unlink()
    with pytest.raises(IndexDamaged, match="python -m indexes rollback"):
        current_folder(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "b_x"}', '{"sources": []}', "\x00"])
def test_damaged_manifest(tmp_path: Path, content: str) -> None:
    """A manifest that cannot be read is named, with the cure."""
    build = make(tmp_path)
    (tmp_path / "builds" / build / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(IndexDamaged, match="python -m indexes"):
        read_manifest(current_folder(tmp_path))


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "full"),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), "full"),
        (RuntimeError("database or disk is full"), "full"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "permissions"),
        (RuntimeError("engine broke"), "--debug"),
    ],
)
def test_failure_leaves_the_last_build(tmp_path: Path, problem: Exception, words: str) -> None:
    """Whatever fails while building: nothing half-made stays, the last build is current, cause and cure are told."""
    build = make(tmp_path)

    def fail() -> None:
        with new_build(tmp_path) as (_, folder):
            (folder / "half").write_text("made", encoding="utf-8")
            raise problem

    with pytest.raises(BuildFailed, match=words) as caught:
        fail()
    assert build in str(caught.value)
    assert read_current(tmp_path) == build
    assert [entry.name for entry in (tmp_path / "builds").iterdir()] == [build]


def test_failure_of_the_first_build(tmp_path: Path) -> None:
    """Where there was no build, the message does not promise one."""
    with pytest.raises(BuildFailed, match="there is no index yet"), new_build(tmp_path):
        raise OSError(errno.ENOSPC, "full")


def test_leftovers_of_a_killed_build(tmp_path: Path) -> None:
    """What a killed build left behind is no build; it is set aside for the next one, and removed when that is complete."""
    left = tmp_path / "builds" / ".unfinished-b_killed"
    left.mkdir(parents=True)
    (left / "half").write_text("made", encoding="utf-8")
    assert kept_builds(tmp_path) == []
    aside = set_aside_unfinished(tmp_path)
    assert [(folder / "half").read_text(encoding="utf-8") for folder in aside] == ["made"]
    assert set_aside_unfinished(tmp_path) == aside
    build = make(tmp_path)
    remove_unfinished(tmp_path)
    assert [entry.name for entry in (tmp_path / "builds").iterdir()] == [build]


def test_leftovers_of_many_killed_builds(tmp_path: Path) -> None:
    """However often a build is killed, no more than the three leftovers that came furthest stay on the disk."""
    for size in (50, 10, 40, 20, 30):
        left = tmp_path / "builds" / f".unfinished-b_{size}"
        left.mkdir(parents=True)
        (left / "half").write_bytes(bytes(size))
        assert len(set_aside_unfinished(tmp_path)) <= 3
    aside = set_aside_unfinished(tmp_path)
    assert {(folder / "half").stat().st_size for folder in aside} == {50, 40, 30}
    assert {path.name for path in (tmp_path / "builds").iterdir()} == {folder.name for folder in aside}


def test_removal_that_was_killed(tmp_path: Path) -> None:
    """What the killed removal of an old build left is no build, and goes with the next one."""
    build = make(tmp_path)
    for name in (".dropped-b_1-0a", "b_2"):
        (tmp_path / "builds" / name).mkdir()
        (tmp_path / "builds" / name / "catalogue.sqlite").write_text("words", encoding="utf-8")
    assert kept_builds(tmp_path) == [build]
    assert set_aside_unfinished(tmp_path) == []
    remove_unfinished(tmp_path)
    assert [entry.name for entry in (tmp_path / "builds").iterdir()] == [build]


def test_revision_takes_the_place_of_its_build(tmp_path: Path) -> None:
    """A revision is another folder that becomes current; the one before it goes, and the id goes on naming the build."""
    one, two = make(tmp_path), make(tmp_path)
    assert revise(tmp_path, two) == f"{two}+1" == read_current(tmp_path)
    assert revise(tmp_path, f"{two}+1") == f"{two}+2" == read_current(tmp_path)
    assert kept_builds(tmp_path) == [one, f"{two}+2"]
    assert roll_back(tmp_path) == one
    assert roll_back(tmp_path, two) == f"{two}+2"
    assert roll_back(tmp_path, f"{one}+0") == one
    with pytest.raises(UnknownBuild):
        roll_back(tmp_path, f"{two}+1")


def test_revision_of_a_build_that_is_not_current(tmp_path: Path) -> None:
    """Another build than the current one can be revised: which one is current stays."""
    one, two = make(tmp_path), make(tmp_path)
    revise(tmp_path, one, current=False)
    assert kept_builds(tmp_path) == [f"{one}+1", two]
    assert read_current(tmp_path) == two


def test_revision_that_was_killed_before_it_was_current(tmp_path: Path) -> None:
    """A complete revision that nothing points at does not count, and the next one has a number of its own."""
    build = make(tmp_path)
    revise(tmp_path, build)
    (tmp_path / "builds" / f"{build}+1").rename(tmp_path / "builds" / f"{build}+2")
    again = make_revision_current_by_hand(tmp_path, build)
    assert kept_builds(tmp_path) == [again]
    assert revise(tmp_path, again) == f"{build}+3"
    assert sorted(entry.name for entry in (tmp_path / "builds").iterdir()) == [f"{build}+3"]


def make_revision_current_by_hand(home: Path, build: str) -> str:
    """The first revision, beside a later one that was never made current."""
    first = home / "builds" / build
    first.mkdir()
    (first / "manifest.json").write_text((home / "builds" / f"{build}+2" / "manifest.json").read_text())
    (home / "current").write_text(build)
    return build


def test_one_builder_at_a_time(tmp_path: Path) -> None:
    """A second builder is told who builds and since when; after the first is done it may."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BuildLocked, match=rf"process {holder.pid}, since 20"), lock_builds(tmp_path):
            pass
        holder.communicate("")
    with lock_builds(tmp_path):
        pass


def test_lock_of_a_killed_builder(tmp_path: Path) -> None:
    """The lock of a builder that was killed is free."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.kill()
    make(tmp_path)


def test_home_that_cannot_be_made(tmp_path: Path) -> None:
    """A home that cannot be made is one line, not a traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BuildFailed, match="permissions"), lock_builds(tmp_path / "file" / "home"):
        pass
