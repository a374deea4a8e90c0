"""Restores a backup: unpacked beside, checked, and only then made current; one that is damaged changes nothing."""

import errno
import json
import re
import secrets
import shutil
import tarfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from indexes.backups import BUILDS, CONTENTS, CURRENT, FORMAT, Contents
from indexes.builds import (
    SCHEMA_VERSION,
    drop_build,
    folder_name,
    kept_builds,
    make_current,
    read_current,
    read_manifest,
    remove_unfinished,
    sync_files,
)
from indexes.checking import find_problems
from indexes.complaints import FOLDER as REPORTED
from indexes.deleting import hold_builds
from indexes.dense import ChromaStore
from indexes.errors import BackupDamaged, BackupRefused, IndexDamaged
from indexes.hashes import read_sha256
from indexes.journals import remove_journals
from indexes.settings import IndexSettings
from indexes.types import Manifest
from indexes.writing import Progress, Target, silent, write_store

_SCRATCH = ".restoring-"
# A file at the top or among the reports, which people name as they like, or one below a build; none leads out of the folder.
_NAME = re.compile(rf"(?:{REPORTED}/)?[^./\\\0][^/\\\0]*|builds/b_[\w+]+(/\.?\w[\w.-]*)+", re.ASCII)
_LARGEST_CONTENTS = 64_000_000
_ROOM_LEFT = 50_000_000


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored: the current build's manifest, all builds, and the files beside them; `kept` were there already."""

    manifest: Manifest
    builds: tuple[str, ...]
    files: tuple[str, ...]
    kept: tuple[str, ...]


def restore_backup(
    archive: Path, *, settings: IndexSettings, force: bool = False, progress: Progress | None = None
) -> RestoreReport:
    """Restore the builds of a backup and make its current build current.

    With `force` they take the place of the builds that are there. Traces, keys and whatever else lies beside the builds are
    restored where there are none: what is there is newer, and a key that was revoked since must not come back. Raises
    `BackupRefused` where an index is there, or this version or disk cannot hold it, `BackupDamaged`, and `BuildLocked`.
    """
    if not archive.is_file():
        raise BackupRefused(f"{str(archive)!r} is no file; give the archive that `python -m indexes backup` wrote")
    tell = progress or silent
    home = settings.home
    with hold_builds(settings, progress):
        there = kept_builds(home)
        if (there or read_current(home)) and not force:
            raise BackupRefused(
                f"there is an index in {str(home)!r} already ({read_current(home)!r}); set DATELINE_HOME to an empty folder, "
                "or give --force to have the backup take its place"
            )
        for left in home.glob(f"{_SCRATCH}*"):  # of a restore that was killed
            shutil.rmtree(left, ignore_errors=True)
        scratch = home / f"{_SCRATCH}{secrets.token_hex(4)}"
        scratch.mkdir(mode=0o700)
        try:
            contents = _unpack(archive, scratch, tell)
            _check_files(archive, scratch, contents, tell)
            manifests = {build: _complete(archive, scratch, build, settings, tell) for build in contents.builds}
            return _take_in(scratch, contents, manifests, settings, there)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _unpack(archive: Path, scratch: Path, tell: Progress) -> Contents:
    """Unpack plain files with plain names, and nothing else. Raises `BackupDamaged`, `BackupRefused`."""
    if not hasattr(tarfile, "data_filter"):
        raise BackupRefused("this Python unpacks archives without a filter; use Python 3.11.4 or newer")
    room = shutil.disk_usage(scratch).free - _ROOM_LEFT
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for done, member in enumerate(tar, start=1):
                room -= member.size
                if not member.isfile() or not _NAME.fullmatch(member.name) or (scratch / member.name).exists():
                    raise _damaged(archive, f"it holds {member.name[:80]!r}, which no backup holds")
                if room < 0:
                    raise _without_room(archive, scratch)
                tar.extract(member, scratch, filter="data")
                tell("unpack", done, None)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as problem:
        if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
            raise _without_room(archive, scratch) from problem
        raise _damaged(archive, f"it cannot be unpacked: {problem}") from problem
    return _read_contents(archive, scratch)


def _read_contents(archive: Path, scratch: Path) -> Contents:
    path = scratch / CONTENTS
    try:
        fields = json.loads(path.read_bytes()[:_LARGEST_CONTENTS])
        if fields["format"] != FORMAT:
            raise BackupRefused(
                f"{str(archive)!r} was written by Dateline {fields.get('dateline')!r} in a form that this version does not "
                "read; restore it with that version"
            )
        files = {str(name): (int(size), str(sha256)) for name, (size, sha256) in fields["files"].items()}
        builds = tuple(str(build) for build in fields["builds"])
        return Contents(**{**fields, "files": files, "builds": builds})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise _damaged(archive, f"its list of contents cannot be read: {problem}") from problem


def _check_files(archive: Path, scratch: Path, contents: Contents, tell: Progress) -> None:
    """Every file is the one that was backed up, and none is missing or too many."""
    found = {path.relative_to(scratch).as_posix() for path in scratch.rglob("*") if path.is_file()} - {CONTENTS}
    wrong = sorted(found ^ set(contents.files))
    if wrong or contents.current not in contents.builds:
        raise _damaged(archive, f"its files are not those of its list: {wrong[0] if wrong else contents.current!r}")
    for done, (name, (size, sha256)) in enumerate(contents.files.items(), start=1):
        path = scratch / name
        if path.stat().st_size != size or read_sha256(path) != sha256:
            raise _damaged(archive, f"{name!r} is not the file that was backed up")
        tell("check", done, len(contents.files))


def _complete(archive: Path, scratch: Path, build: str, settings: IndexSettings, tell: Progress) -> Manifest:
    """Make the files that a backup is without, and check all of the build."""
    folder = scratch / BUILDS / build
    try:
        manifest = read_manifest(folder)
        if folder_name(manifest) != build:
            raise _damaged(archive, f"build {build!r} calls itself {manifest.name!r}")
        if manifest.schema_version != SCHEMA_VERSION:
            raise BackupRefused(
                f"build {build!r} has schema {manifest.schema_version}, this version reads {SCHEMA_VERSION}; restore it with "
                "the version that wrote it, or build anew"
            )
        write_store(Target(folder=folder, build=build, url=settings.chroma_url), passages=manifest.passages, tell=tell)
    except IndexDamaged as problem:
        raise _damaged(archive, str(problem)) from problem
    problems = find_problems(folder, manifest, settings)
    if problems:
        raise _damaged(archive, f"build {build!r} is not sound: {problems[0]}")
    return manifest


def _take_in(
    scratch: Path, contents: Contents, manifests: dict[str, Manifest], settings: IndexSettings, there: Sequence[str]
) -> RestoreReport:
    """Let what was checked take its place; the builds first, then `current`, which is one step."""
    home = settings.home
    sync_files(scratch)
    (home / BUILDS).mkdir(exist_ok=True)
    for build, manifest in manifests.items():
        if build in there:
            if not _differs(home / BUILDS / build, manifest, settings):
                continue  # a service may have it open
            drop_build(home, build)
        (scratch / BUILDS / build).rename(home / BUILDS / build)
    make_current(home, contents.current)
    beside = [name for name in contents.files if not name.startswith(f"{BUILDS}/") and name != CURRENT]
    kept = tuple(name for name in beside if (home / name).exists())
    for name in beside:
        if name not in kept:
            (home / name).parent.mkdir(mode=0o700, exist_ok=True)
            (scratch / name).rename(home / name)
    for build in there:
        if build not in manifests:
            drop_build(home, build)
    if settings.chroma_url:
        ChromaStore.drop(settings.chroma_url, kept=contents.builds)
    remove_unfinished(home)
    remove_journals(home)
    restored = tuple(name for name in beside if name not in kept)
    return RestoreReport(manifests[contents.current], contents.builds, restored, kept)


def _differs(folder: Path, manifest: Manifest, settings: IndexSettings) -> bool:
    """Whether a build that is there under the same name is damaged, or is not the same."""
    with suppress(IndexDamaged):
        return read_manifest(folder) != manifest or bool(find_problems(folder, manifest, settings))
    return True


def _without_room(archive: Path, scratch: Path) -> BackupRefused:
    return BackupRefused(
        f"there is not enough room in {str(scratch.parent)!r} for {str(archive)!r}; free some, or set DATELINE_HOME to another disk"
    )


def _damaged(archive: Path, cause: str) -> BackupDamaged:
    return BackupDamaged(f"{str(archive)!r} is no sound backup ({cause}); nothing was changed, use another one")
