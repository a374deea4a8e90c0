"""Keeps vectors as they are made, so that a build that is killed need not encode them again."""

import hashlib
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from indexes.types import Vectors

FOLDER = "encoded"
_HASH = 32
_CHECK = 4


class VectorJournal:
    """Vectors by the hash of the text that they were made of, in one file that only grows.

    Each record is the hash, the vector, and a checksum of both: what was being written when the process was killed is cut
    off when the file is opened again. One process writes it at a time: the one that holds the lock of the builds.
    """

    def __init__(self, home: Path, *, weights: str, dimension: int) -> None:
        self._path = home / FOLDER / f"{hashlib.sha256(weights.encode()).hexdigest()[:16]}-{dimension}.journal"
        self._dimension = dimension
        self._record = _HASH + 4 * dimension + _CHECK
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+b")
        self._places = self._read()

    def __len__(self) -> int:
        return len(self._places)

    def find(self, text_hash: str) -> Vectors | None:
        """The vector of the text with that SHA-256 (hexadecimal), None where it is not there."""
        place = self._places.get(bytes.fromhex(text_hash))
        if place is None:
            return None
        self._file.seek(place + _HASH)
        return np.frombuffer(self._file.read(4 * self._dimension), dtype="<f4").astype(np.float32)

    def add(self, text_hashes: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors, shape (len(text_hashes), dimension). Raises `OSError` where the disk is full."""
        place = self._file.seek(0, 2)
        records = []
        for text_hash, vector in zip(text_hashes, vectors, strict=True):
            content = bytes.fromhex(text_hash) + np.ascontiguousarray(vector, dtype="<f4").tobytes()
            records.append(content + zlib.crc32(content).to_bytes(_CHECK, "little"))
            self._places[content[:_HASH]] = place
            place += self._record
        self._file.write(b"".join(records))
        self._file.flush()

    def close(self) -> None:
        """Free the file; what is in it stays."""
        self._file.close()

    def _read(self) -> dict[bytes, int]:
        """Where the vector of each hash is; the file ends after its last whole record from here on."""
        places: dict[bytes, int] = {}
        self._file.seek(0)
        place = 0
        while len(record := self._file.read(self._record)) == self._record:
            if zlib.crc32(record[:-_CHECK]).to_bytes(_CHECK, "little") != record[-_CHECK:]:
                break
            places[record[:_HASH]] = place
            place += self._record
        self._file.truncate(place)
        return places


def remove_journals(home: Path) -> None:
    """Remove all journals: a finished build has the vectors itself, and a deleted article must leave none."""
    folder = home / FOLDER
    for path in folder.glob("*.journal") if folder.is_dir() else ():
        path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
