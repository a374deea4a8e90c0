"""Writes a backup: one archive with the kept builds, traces, readers' reports and what else lies in a home, while reads go on."""

import errno
import hashlib
import importlib.metadata
import io
import json
import os
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from indexes.builds import current_folder, folder_of, kept_builds, read_manifest
from indexes.checking import glance
from indexes.complaints import FOLDER as REPORTED
from indexes.deleting import hold_builds
from indexes.dense import STORE
from indexes.errors import BackupFailed, IndexDamaged
from indexes.settings import IndexSettings
from indexes.writing import Progress, silent

FORMAT = 1
CONTENTS = "backup.json"
CURRENT, BUILDS = "current", "builds"
_SUFFIXES = (".tar.gz", ".tgz")
_SQLITE = b"SQLite format 3\0"
_LEFT_OUT = (".lock", "-wal", "-shm", "-journal")
_LOCKS = frozenset({"build.lock", "build.lock.json", "deleting.json"})
_COMPRESSION = 5


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that was written: where, of which builds, how many files, and its own bytes."""

    path: Path
    builds: tuple[str, ...]
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What the archive says of itself, in its last file: every other file with its size and its SHA-256."""

    format: int
    dateline: str
    created: str
    current: str
    builds: tuple[str, ...]
    files: dict[str, tuple[int, str]]


def write_backup(target: Path, *, settings: IndexSettings, progress: Progress | None = None) -> BackupReport:
    """Write `target` (`….tar.gz`, or a folder in which it gets a name of its own), readable by its owner alone.

    Nothing is built or changed meanwhile; questions are answered. Vectors are in it once, without Chroma's files or those of a
    Chroma server: a restore makes these anew. It has its name when it is complete. Raises `IndexMissing`, `IndexDamaged`,
    `BuildLocked`, and `BackupFailed`.
    """
    with hold_builds(settings, progress):
        folder = current_folder(settings.home)
        path = _place(target, settings.home, folder.name)
        builds = tuple(kept_builds(settings.home))
        for build in builds:
            _require_sound(folder_of(settings.home, build))
        found = _files(settings.home, builds)
        with _unfinished(path) as stream:
            files = _write(stream, found, path, progress or silent)
            contents = Contents(
                format=FORMAT,
                dateline=importlib.metadata.version("dateline-qa"),
                created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
                current=folder.name,
                builds=builds,
                files=files.hashes,
            )
            files.finish(contents)
        return BackupReport(path, builds, len(contents.files), path.stat().st_size)


def _place(target: Path, home: Path, build: str) -> Path:
    """Where the archive will lie. Raises `BackupFailed`."""
    if target.is_dir():
        target = target / f"dateline-{build}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    if not target.name.endswith(_SUFFIXES):
        raise BackupFailed(f"{str(target)!r} is no folder that is there and ends in none of {', '.join(_SUFFIXES)}")
    if target.exists():
        raise BackupFailed(f"{str(target)!r} is there already; give another name, or remove it first")
    if not target.parent.is_dir():
        raise BackupFailed(f"{str(target.parent)!r} is no folder; make it, or give another")
    if target.parent.resolve().is_relative_to(home.resolve()):
        raise BackupFailed(f"{str(target)!r} lies inside {str(home)!r}; give a place outside, best on another disk")
    return target


def _require_sound(folder: Path) -> None:
    problems = glance(folder, read_manifest(folder))
    if problems:
        raise IndexDamaged(
            f"build {folder.name!r} is damaged ({problems[0]}), so it is not worth a backup; run `python -m indexes verify`, "
            "or build again"
        )


def _files(home: Path, builds: tuple[str, ...]) -> list[tuple[Path, str]]:
    """The files of a backup, each with its name in the archive."""
    found = [(home / CURRENT, CURRENT)]
    for build in builds:
        folder = home / BUILDS / build
        inside = (path for path in sorted(folder.rglob("*")) if path.relative_to(folder).parts[0] != STORE)
        found += [(path, path.relative_to(home).as_posix()) for path in inside if _is_wanted(path)]
    beside = (path for path in sorted(home.iterdir()) if path.name not in {CURRENT, *_LOCKS} and path.name[0] != ".")
    reported = (path for path in sorted((home / REPORTED).glob("*")) if path.name[0] != ".")
    named = [(path, path.relative_to(home).as_posix()) for path in (*beside, *reported)]
    return found + [(path, name) for path, name in named if _is_wanted(path)]


def _is_wanted(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.name.endswith(_LEFT_OUT)


@contextmanager
def _unfinished(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its name at the end, or is removed. Raises `BackupFailed`."""
    for left in path.parent.glob(f"{_unfinished_name(path)}*"):  # of a backup that was killed; we hold the lock
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    beside = path.with_name(f"{_unfinished_name(path)}{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.rename(path)
    except (OSError, sqlite3.Error) as problem:
        raise BackupFailed(_explain(problem, path)) from problem
    finally:
        beside.unlink(missing_ok=True)


def _unfinished_name(path: Path) -> str:
    """What the names of everything begin with that is not finished."""
    return f".{path.name}.unfinished-"


def _explain(problem: Exception, path: Path) -> str:
    full = isinstance(problem, OSError) and problem.errno in {errno.ENOSPC, errno.EDQUOT}
    if full or "disk is full" in str(problem):
        return f"the disk of {str(path.parent)!r} is full, so there is no backup; free some space or give another place"
    return f"the backup cannot be written ({problem}), so there is none; check {str(path.parent)!r} and try again"


class _Archive:
    """An archive that is being written, and what is in it so far."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w:gz", compresslevel=_COMPRESSION)  # noqa: SIM115 - see `finish`
        self.hashes: dict[str, tuple[int, str]] = {}

    def add(self, path: Path, name: str, *, like: Path | None = None) -> None:
        """A file under a name, with the permissions of `like`."""
        with path.open("rb") as stream:
            stat = (like or path).stat()
            self._put(
                name,
                stream,
                size=os.fstat(stream.fileno()).st_size,
                mode=stat.st_mode & 0o777,
                changed=int(stat.st_mtime),
            )

    def finish(self, contents: Contents) -> None:
        """What is in it, as its last file; nothing is added after that."""
        document = json.dumps(asdict(contents), ensure_ascii=False, indent=1).encode()
        now = int(datetime.now(UTC).timestamp())
        self._put(CONTENTS, io.BytesIO(document), size=len(document), mode=0o600, changed=now)
        self._tar.close()

    def _put(self, name: str, stream: IO[bytes], *, size: int, mode: int, changed: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, mode, changed
        hashing = _Hashing(stream)
        self._tar.addfile(member, hashing)
        self.hashes[name] = (size, hashing.digest.hexdigest())


class _Hashing(io.RawIOBase):
    """A stream whose bytes are hashed while they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        some = self._stream.read(size)
        self.digest.update(some)
        return some


def _write(stream: IO[bytes], found: list[tuple[Path, str]], place: Path, tell: Progress) -> _Archive:
    archive = _Archive(stream)
    for done, (path, name) in enumerate(found, start=1):
        if _is_sqlite(path):
            with tempfile.TemporaryDirectory(prefix=_unfinished_name(place), dir=place.parent) as folder:
                copy = Path(folder) / "copy.sqlite"
                _copy_database(path, copy)
                archive.add(copy, name, like=path)
        else:
            archive.add(path, name)
        tell("back up", done, len(found))
    return archive


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_SQLITE)) == _SQLITE


def _copy_database(path: Path, copy: Path) -> None:
    """A copy of one moment, however many write to the original."""
    with (
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
