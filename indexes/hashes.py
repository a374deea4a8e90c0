"""Hashes weights files, and remembers by size and time of change which ones were hashed already."""

import contextlib
import hashlib
import json
import os
from pathlib import Path

CHUNK = 1 << 20
_STAMPS = ".verified.json"


def read_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Stamps:
    """The hashes of a folder's files as they were when last read: `.verified.json` beside them.

    A gigabyte takes seconds to hash. A file whose size and time of change are those of its stamp is not read again.
    """

    def __init__(self, folder: Path) -> None:
        """Read the stamps; none, or damaged ones, only mean that files are hashed again."""
        self._file = folder / _STAMPS
        self._known: dict[str, list[int | str]] = {}
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(self._file.read_text(encoding="utf-8"))
            self._known = known if isinstance(known, dict) else {}

    def sha256(self, path: Path, *, fresh: bool = False) -> str:
        """The hash of a file of the folder; `fresh` reads the file whatever its stamp says."""
        name = path.relative_to(self._file.parent).as_posix()
        stat = path.stat()
        match self._known.get(name):
            case [stat.st_size, stat.st_mtime_ns, str(known)] if not fresh:
                return known
        found = read_sha256(path)
        self.remember(path, found)
        return found

    def remember(self, path: Path, sha256: str) -> None:
        """Stamp a file that was hashed while it was written."""
        stat = path.stat()
        name = path.relative_to(self._file.parent).as_posix()
        self._known[name] = [stat.st_size, stat.st_mtime_ns, sha256]
        beside = self._file.with_name(f"{_STAMPS}.{os.getpid()}")
        # A cache that cannot be written to is still a cache: the next start hashes again.
        with contextlib.suppress(OSError):
            beside.write_text(json.dumps(self._known, indent=1), encoding="utf-8")
            beside.replace(self._file)
