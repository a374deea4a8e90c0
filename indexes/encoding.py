"""Turns texts into vectors with a sentence-transformers model on this machine."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexes.errors import WeightsDamaged
from indexes.quieting import quiet_engines
from indexes.types import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class SentenceEncoder:
    """An `Encoder` from a folder of weights. One call computes at a time; others wait.

    The model is loaded by the first call that needs it; the tokenizer alone is enough to count tokens.
    """

    def __init__(self, folder: Path, *, name: str, sha256: str) -> None:
        self.name = name
        self.sha256 = sha256
        self.engine = "torch fp32"
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """Tokens read of one text, special tokens included."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without truncation, special tokens included."""
        if not texts:
            return []
        model = self._model
        with self._lock:
            encodings = _fast_tokenizer(model)(list(texts), truncation=False, padding=False, verbose=False)
        return [len(ids) for ids in encodings["input_ids"]]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of `texts`, L2-normalised; the engine sorts by length, so that little is padded."""
        model = self._model
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = model.encode(
                list(texts),
                batch_size=_BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    @property
    def _model(self) -> "SentenceTransformer":
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = _load(self._folder)
        return self._loaded


def _load(folder: Path) -> "SentenceTransformer":
    quiet_engines()
    from sentence_transformers import SentenceTransformer  # seconds and 400 MB: only where a model is really used
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # a quarter of a second needs no bar
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, RuntimeError) as problem:
        raise WeightsDamaged(
            f"the encoder in {str(folder)!r} cannot be loaded ({problem}); run `python -m indexes weights --repair`"
        ) from problem


def _fast_tokenizer(model: "SentenceTransformer") -> Any:  # noqa: ANN401 - the engine gives no type
    return model.tokenizer
