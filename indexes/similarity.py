"""Scores texts against a question by the cosine of their vectors; vectors of texts seen lately are kept in memory."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from indexes.types import Encoder, Vectors

_KEPT = 16_384
"""Texts whose vectors are kept: of 384 numbers each, about 25 MB."""


class SimilarityScorer:
    """A `Scorer` by the vectors of an encoder: cosines, those below 0 counted as 0."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def score(self, question: str, texts: Sequence[str]) -> Vectors:
        """See `Scorer`."""
        if not texts or not question.strip():
            return np.zeros(len(texts), dtype=np.float32)
        rows = self._vectors([question, *texts])
        scores: Vectors = np.maximum(rows[1:] @ rows[0], 0.0)
        return scores

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= dict(zip(missing, self._encoder.encode(missing), strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = known[text]
                self._kept.move_to_end(text)
            while len(self._kept) > max(_KEPT, len(texts)):
                self._kept.popitem(last=False)
        return np.stack([known[text] for text in texts])
