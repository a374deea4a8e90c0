"""Tells whether two texts print one story: in full, in nearly the same words, or cut short at its end."""

import re
import struct
import unicodedata
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.errors import IndexDamaged

PERMUTATIONS = 128
"""Values of a signature: an estimate of what two texts share errs by about .04."""
_SEED = 1
"""Of the permutations. Another one makes all stored signatures worthless."""
_WORDS = 4
"""Words of a shingle."""
_CHARACTERS, _MOST = 200_000, 20_000
"""Characters and words of a text that are read: a long article has a tenth of it."""
_CONTAINED = 0.8
"""Share of the shorter text's shingles that a copy has: an update of the story has less."""
_CUT = 0.45
"""Share of the longer text that the shorter one comes to: a story cut to its first half passes, a teaser does not."""
_SHORT, _NEARLY_ALL = 60, 0.9
"""Below so many shingles a text is a copy only of one that shares nearly all of both."""
_PIECES, _OF_EACH = 4, 0.5
"""Pieces of the shorter text, of each of which half is in the longer: lines that an outlet prints below everything are not."""
_MARGIN = 0.2
"""What an estimate may err by: beyond two standard errors where the shorter text is half of the longer."""
_PRIME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Signature:
    """A text's MinHash, the same on every machine: `values` are 128 unsigned integers of 32 bits, little-endian.

    `shingles` counts the text's different runs of four words; a text without a word has none, and is no copy of anything.
    """

    shingles: int
    values: bytes

    @property
    def array(self) -> NDArray[np.uint32]:
        """The values, shape (128,)."""
        return np.frombuffer(self.values, dtype="<u4")

    def to_bytes(self) -> bytes:
        """516 bytes to be stored."""
        return struct.pack("<I", self.shingles) + self.values

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Signature":
        """What `to_bytes` made. Raises `IndexDamaged` for bytes of another length."""
        if len(stored) != 4 + 4 * PERMUTATIONS:
            raise IndexDamaged(
                f"a stored signature has {len(stored)} bytes instead of {4 + 4 * PERMUTATIONS}; "
                "run `python -m indexes build` to make the index anew"
            )
        return cls(int.from_bytes(stored[:4], "little"), stored[4:])


@dataclass(frozen=True, slots=True)
class Shingles:
    """The runs of four words of a text, as hashes: `ordered` as they follow each other, `unique` sorted, each once."""

    ordered: NDArray[np.uint32]
    unique: NDArray[np.uint32]


def signature_of(text: str) -> Signature:
    """The signature of a text's words, whatever their case and the marks between them."""
    from datasketch import MinHash

    unique = shingles_of(text).unique
    sketch = MinHash(num_perm=PERMUTATIONS, seed=_SEED, hashfunc=int, permutations=_permutations(), scheme="affine32")
    sketch.update_batch(unique.tolist())
    return Signature(len(unique), sketch.hashvalues.astype("<u4").tobytes())


def shingles_of(text: str) -> Shingles:
    """The shingles of a text; one of fewer than four words is a single shingle."""
    plain = unicodedata.normalize("NFKC", text[:_CHARACTERS]).casefold()[:_CHARACTERS]
    words = re.findall(r"\w+", plain)[:_MOST]
    hashes = np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words], dtype=np.uint64)
    count = max(len(hashes) - _WORDS + 1, min(len(hashes), 1))
    mixed = np.zeros(count, dtype=np.uint64)
    for place in range(min(_WORDS, len(hashes))):
        mixed = (mixed ^ hashes[place : place + count]) * _PRIME
        mixed ^= mixed >> np.uint64(29)
    ordered = (mixed >> np.uint64(32)).astype(np.uint32)
    return Shingles(ordered, np.unique(ordered))


def are_copies(one: Shingles, other: Shingles) -> bool:
    """Whether two texts are near copies, to the letter of the rules above; the order of the two does not matter."""
    shorter, longer = sorted((one, other), key=lambda text: len(text.unique))
    least, most = len(shorter.unique), len(longer.unique)
    if not least or least < _CUT * most:
        return False
    shared = len(np.intersect1d(shorter.unique, longer.unique, assume_unique=True))
    if least < _SHORT:
        return shared >= _NEARLY_ALL * (least + most - shared)
    if shared < _CONTAINED * least:
        return False
    return _is_spread(shorter, longer) or (least == most and _is_spread(longer, shorter))


def near(one: Signature, shingles: NDArray[np.int64], values: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of many signatures are near enough to `one` for a closer look at the texts.

    `shingles` has the shape (signatures,), `values` (signatures, 128).
    """
    shorter, longer = np.minimum(one.shingles, shingles), np.maximum(one.shingles, shingles)
    alike = (values == one.array).mean(axis=1)
    shared = alike / (1 + alike) * (shorter + longer)
    nearly_all = shared >= (_NEARLY_ALL - _MARGIN) * (shorter + longer - shared)
    contained = shared >= (_CONTAINED - _MARGIN) * shorter
    comparable = (shorter > 0) & (shorter >= _CUT * longer)
    found: NDArray[np.bool_] = comparable & np.where(shorter < _SHORT, nearly_all, contained)
    return found


def _is_spread(shorter: Shingles, longer: Shingles) -> bool:
    """Whether every piece of the shorter text is in the longer one by half."""
    held = np.isin(shorter.ordered, longer.unique)
    return all(piece.mean() >= _OF_EACH for piece in np.array_split(held, _PIECES) if len(piece))


@lru_cache(maxsize=1)
def _permutations() -> Any:  # noqa: ANN401 - the library's own
    """Those of the seed, made once: making them takes longer than a short text does."""
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, seed=_SEED, scheme="affine32").permutations
