"""Keeps builds: made beside the others, complete before they count, made current by one atomic step."""

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from indexes.errors import BuildFailed, BuildLocked, DatelineError, IndexDamaged, IndexMissing, UnknownBuild
from indexes.types import Manifest

SCHEMA_VERSION = 2
"""Raised when the files of a build change in a way that an older reader would misread."""

_BUILDS = "builds"
_CURRENT = "current"
_MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished-"
_LEFT = ".left-"
_DROPPED = ".dropped-"
_LOCK = "build.lock"
_HOLDER = "build.lock.json"
_MOST_LEFT = 3


def read_current(home: Path) -> str | None:
    """The current build, as `kept_builds` names it; None where there is none."""
    try:
        return (home / _CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise IndexDamaged(
            f"{str(home / _CURRENT)!r} cannot be read ({problem.strerror}); check its permissions"
        ) from problem


def folder_of(home: Path, build: str) -> Path:
    """The folder of a kept build, named with its revision (`b_…+2`) or by its id alone. Raises `UnknownBuild`."""
    kept = kept_builds(home)
    found = build.removesuffix("+0")
    if found not in kept:
        found = next((one for one in kept if _id_of(one) == build), "")
    if not found:
        raise UnknownBuild(f"there is no build {build!r}; kept builds: {', '.join(kept) or 'none'}")
    return home / _BUILDS / found


def current_folder(home: Path) -> Path:
    """The folder of the current build. Raises `IndexMissing` or `IndexDamaged`."""
    build = read_current(home)
    if build is None:
        raise IndexMissing(f"there is no index in {str(home)!r}; run `python -m indexes build`")
    try:
        return folder_of(home, build)
    except UnknownBuild as problem:
        raise IndexDamaged(
            f"the current build {build!r} is gone from {str(home)!r}; run `python -m indexes rollback` or "
            "`python -m indexes build`"
        ) from problem


def kept_builds(home: Path) -> list[str]:
    """The complete builds, oldest first: `b_…`, or `b_…+2` after two changes in place; one revision of each."""
    current = read_current(home)
    latest: dict[str, str] = {}
    for name in sorted(_complete(home), key=_order):
        # While a change takes its place, two revisions are there for a moment: the one that is current counts.
        if latest.get(_id_of(name)) != current or current is None:
            latest[_id_of(name)] = name
    return list(latest.values())


def folder_name(manifest: Manifest) -> str:
    """The name of a build's folder: its id, with the revision after the first change in place."""
    return manifest.name.removesuffix("+0")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a build. Raises `IndexDamaged`."""
    path = folder / _MANIFEST
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(**{**fields, "sources": tuple(fields["sources"])})
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise IndexDamaged(
            f"the manifest {str(path)!r} cannot be read ({problem}); run `python -m indexes rollback` or "
            "`python -m indexes build`"
        ) from problem


def make_current(home: Path, build: str) -> str:
    """Point at a kept build, in one step that either happens or does not; gives its name. Raises `UnknownBuild`."""
    name = build if build in _complete(home) else folder_of(home, build).name
    _point_at(home, name)
    return name


def roll_back(home: Path, build: str | None = None) -> str:
    """Make a build current: the one named, else the one before the current one. Raises `UnknownBuild`."""
    if build is None:
        kept, current = kept_builds(home), read_current(home)
        before = [one for one in kept if current is None or _order(one) < _order(current)]
        if not before:
            raise UnknownBuild(f"there is no build before the current one ({current!r}) to go back to")
        build = before[-1]
    return make_current(home, build)


@contextmanager
def lock_builds(home: Path) -> Iterator[None]:
    """One builder at a time. Raises `BuildLocked`, which says who holds the lock, or `BuildFailed`."""
    lock = FileLock(home / _LOCK)
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout as problem:
        raise BuildLocked(f"another build is running{_holder(home)}; wait until it is done") from problem
    except OSError as problem:
        raise BuildFailed(_explain(problem, home)) from problem
    try:
        holder = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        (home / _HOLDER).write_text(json.dumps(holder), encoding="utf-8")
        yield
    finally:
        (home / _HOLDER).unlink(missing_ok=True)
        lock.release()


@contextmanager
def new_build(home: Path, *, revising: str | None = None) -> Iterator[tuple[str, Path]]:
    """The name of a new build and an empty folder for it, removed again unless `finish` was called on it.

    `revising` names a build that this one is the next revision of. Raises `BuildFailed` for whatever the file system or
    an engine refuses; the current build is not touched.
    """
    build = (
        _next_revision(home, revising) if revising else f"b_{datetime.now(UTC):%Y%m%dT%H%M%S%f}_{secrets.token_hex(3)}"
    )
    folder = home / _BUILDS / f"{_UNFINISHED}{build}"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield build, folder
    except DatelineError:
        raise
    except Exception as problem:
        raise BuildFailed(_explain(problem, home)) from problem
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def finish(home: Path, build: str, folder: Path, manifest: Manifest, *, keep: int, current: bool = True) -> list[str]:
    """Write the manifest, give the folder its name, make it current, and drop what it replaces.

    That is every other revision of the build, and the oldest builds beyond `keep`. With `current=False` it takes the place
    of another revision that is not current. Gives the builds that are kept.
    """
    with (folder / _MANIFEST).open("w", encoding="utf-8") as stream:
        json.dump(asdict(manifest), stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    sync_files(folder)
    folder.rename(home / _BUILDS / build)
    _sync(home / _BUILDS)
    if current:
        _point_at(home, build)
    drop_old_builds(home, keep=keep)
    return kept_builds(home)


def drop_old_builds(home: Path, *, keep: int) -> None:
    """Remove revisions whose place another one has taken, and the oldest builds beyond `keep`, never the current one."""
    kept, current = kept_builds(home), read_current(home)
    wanted = {*kept[-keep:], current}
    for name in _complete(home):
        if name not in wanted:
            drop_build(home, name)


def set_aside_unfinished(home: Path) -> list[Path]:
    """The folders that builds that were killed left behind, oldest first: what is in them need not be done again.

    The largest three stay, which had come furthest: a build that is killed again and again must not fill the disk. The
    caller holds the lock, and calls `remove_unfinished` when its own build is complete.
    """
    folder = home / _BUILDS
    for entry in folder.glob(f"{_UNFINISHED}*") if folder.is_dir() else ():
        entry.rename(folder / f"{_LEFT}{entry.name.removeprefix(_UNFINISHED)}-{secrets.token_hex(4)}")
    by_size = sorted(folder.glob(f"{_LEFT}*") if folder.is_dir() else (), key=disk_use)
    for entry in by_size[:-_MOST_LEFT]:
        shutil.rmtree(entry, ignore_errors=True)
    return sorted(by_size[-_MOST_LEFT:], key=lambda left: left.stat().st_mtime)


def remove_unfinished(home: Path) -> None:
    """Remove what builds that were killed left behind, and old ones whose removal was killed; the caller holds the lock."""
    folder, complete = home / _BUILDS, set(_complete(home))
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name.startswith((_UNFINISHED, _LEFT, _DROPPED)) or (
            entry.name.startswith("b_") and entry.name not in complete
        ):
            shutil.rmtree(entry, ignore_errors=True)


def disk_use(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def drop_build(home: Path, name: str) -> None:
    """Remove a build: in one step it is none any more, so that a removal that is killed leaves no half of one."""
    build = home / _BUILDS / name
    beside = build.with_name(f"{_DROPPED}{build.name}-{secrets.token_hex(4)}")
    with suppress(OSError):  # else it stays a whole one, and the next build removes it
        build.rename(beside)
        shutil.rmtree(beside, ignore_errors=True)


def _point_at(home: Path, name: str) -> None:
    beside = home / f".{_CURRENT}-{secrets.token_hex(4)}"
    try:
        with beside.open("w", encoding="utf-8") as stream:
            stream.write(f"{name}\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(home / _CURRENT)
        _sync(home)
    finally:
        beside.unlink(missing_ok=True)


def _complete(home: Path) -> list[str]:
    """The folders with a manifest, several revisions of a build included."""
    folder = home / _BUILDS
    if not folder.is_dir():
        return []
    return [entry.name for entry in folder.iterdir() if entry.name.startswith("b_") and (entry / _MANIFEST).is_file()]


def _id_of(name: str) -> str:
    return name.partition("+")[0]


def _order(name: str) -> tuple[str, int]:
    """Builds by their time, revisions by their number."""
    build, _, revision = name.partition("+")
    return build, int(revision) if revision.isdecimal() else 0


def _next_revision(home: Path, build: str) -> str:
    """A revision that no folder has: one that was killed before it became current may have the next number."""
    last = max(_order(name)[1] for name in [build, *_complete(home)] if _id_of(name) == _id_of(build))
    return f"{_id_of(build)}+{last + 1}"


def _explain(problem: Exception, home: Path) -> str:
    """The cause and the cure. Engines tell of a full disk in words of their own."""
    serves = "there is no index yet"
    with suppress(IndexDamaged):
        serves = f"build {read_current(home)!r} still serves" if read_current(home) else serves
    full = isinstance(problem, OSError) and problem.errno in {errno.ENOSPC, errno.EDQUOT}
    if full or any(words in str(problem).lower() for words in ("disk is full", "no space left", "disk full")):
        return (
            f"the disk of {str(home)!r} is full, so the build was undone and {serves}; "
            "free some space or set DATELINE_HOME to another disk, then build again"
        )
    if isinstance(problem, OSError):
        cause = f"{problem.strerror or problem}: {str(problem.filename or home)!r}"
        return f"the build was undone ({cause}) and {serves}; check the folder's permissions, then build again"
    cause = f"{type(problem).__name__}: {problem}"
    return f"the build was undone ({cause}) and {serves}; run it again with --debug to see where it failed"


def _holder(home: Path) -> str:
    try:
        holder = json.loads((home / _HOLDER).read_text(encoding="utf-8"))
        return f" (process {holder['pid']}, since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return ""


def sync_files(folder: Path) -> None:
    """Have every file below a folder on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
