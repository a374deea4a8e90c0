"""An encoder without weights: each stem of a text lights one of a few dimensions."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from indexes.types import Vectors
from indexes.words import STOPWORDS, find_words

_TOKEN = re.compile(r"\w+|[^\w\s]")
_SPECIAL = 2


class HashingEncoder:
    """An `Encoder` by which texts with the same words are near each other; the same in every process.

    `failing` is raised by `encode` once `after` texts were encoded. `encoded` holds every text it was given.
    """

    def __init__(
        self,
        *,
        name: str = "hashing",
        sha256: str = "0" * 64,
        dimension: int = 64,
        max_tokens: int = 96,
        failing: Exception | None = None,
        after: int = 0,
    ) -> None:
        self.name = name
        self.engine = "hashing"
        self.sha256 = sha256
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.encoded: list[str] = []
        self._failing = failing
        self._after = after

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words and punctuation marks, and two special tokens."""
        return [len(_TOKEN.findall(text)) + _SPECIAL for text in texts]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row for each text; a text without words lights the first dimension."""
        if self._failing is not None and len(self.encoded) + len(texts) > self._after:
            raise self._failing
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for stem in {word.stem for word in find_words(text)} - STOPWORDS:
                vectors[row, int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4]) % self.dimension] += 1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
            vectors[row] /= np.linalg.norm(vectors[row])
        return vectors
