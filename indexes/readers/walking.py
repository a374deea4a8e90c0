"""Finds the files to read, in a stable order, each with the name by which it is known in any clone."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from indexes.types import Outcome

# Documentation and golden questions lie beside articles; they are none.
NOT_ARTICLES = (
    "readme*",
    "license*",
    "questions*.jsonl",
    "questions*.jsonl.gz",
    "quotations.jsonl",
    "sources.jsonl",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. `name` is its path from the folder given, that folder's own name first: `seeds/local/a.md`."""

    path: Path
    name: str


def find_files(paths: Sequence[Path]) -> Iterator[Found | Outcome]:
    """The files at and below the paths, each once, or a `rejected` outcome for what may not be read.

    Folders are walked by name. Hidden files, documentation and golden questions are passed over, unless they are
    given themselves. A file given by itself is named from the working directory where it lies below that, so that it
    has the name that its folder would have given it (`seeds/local/a.md`), else from the folder it lies in.
    """
    seen: set[Path] = set()
    names: set[str] = set()
    for path in paths:
        whole = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the link that was given
        found = _walk(whole) if whole.is_dir() else iter([Found(whole, _file_name(whole))])
        for item in found:
            if isinstance(item, Outcome):
                yield item
                continue
            target = item.path.resolve()
            if target in seen:
                continue
            seen.add(target)
            name = item.name if item.name not in names else _printable(target.as_posix())
            names.add(name)
            yield Found(item.path, name)


def _walk(folder: Path) -> Iterator[Found | Outcome]:
    root = folder.resolve()
    base = folder.name or root.name
    refused: list[OSError] = []
    for place, folders, files in os.walk(root, onerror=refused.append):
        while refused:
            yield _unlisted(refused.pop(), root, base)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted([*files, *(name for name in folders if Path(place, name).is_symlink())]):
            path = Path(place, name)
            if _is_passed_over(name):
                continue
            known_as = _name(path, root, base)
            if path.is_symlink():
                reason = _refused_link(path, root)
                if reason:
                    yield Outcome(source=known_as, kind="rejected", reason=reason)
                    continue
                if path.is_dir() or _is_walked(path.resolve().relative_to(root)):
                    continue
            yield Found(path, known_as)
    while refused:
        yield _unlisted(refused.pop(), root, base)


def _unlisted(error: OSError, root: Path, base: str) -> Outcome:
    path = Path(os.fsdecode(error.filename)) if error.filename else root
    reason = f"folder cannot be listed: {error.strerror or error}; check its permissions"
    return Outcome(source=_name(path, root, base), kind="rejected", reason=reason)


def _refused_link(path: Path, root: Path) -> str | None:
    """Why a link is not followed; None where it leads to something inside the folder."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere: remove it, or put its file in place"
    return None if target.is_relative_to(root) else "a link that leads out of the folder: give its target as well"


def _is_walked(inside: Path) -> bool:
    """Whether the walk comes to this file by itself."""
    return not any(part.startswith(".") for part in inside.parts) and not _is_passed_over(inside.name)


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or any(fnmatch(name.lower(), pattern) for pattern in NOT_ARTICLES)


def _file_name(path: Path) -> str:
    here = Path.cwd()
    if path.is_relative_to(here) and len(path.relative_to(here).parts) > 1:
        return _printable(path.relative_to(here).as_posix())
    return _printable(Path(path.parent.name, path.name).as_posix())


def _name(path: Path, root: Path, base: str) -> str:
    return _printable(Path(base, path.relative_to(root)).as_posix())


def _printable(name: str) -> str:
    """A name that can be printed and stored: file names may hold any bytes."""
    return "".join("\ufffd" if unicodedata.category(character)[0] == "C" else character for character in name)
