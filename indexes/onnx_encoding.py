"""Turns texts into vectors with ONNX Runtime, without torch; as many texts at once as there are cores."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from indexes.graphs import Graph, Ids, Reader, make_inputs, name_engine, pool
from indexes.machines import count_cores
from indexes.sessions import Session, share_out
from indexes.types import Vectors


class OnnxEncoder:
    """An `Encoder` from graphs of one model's weights. One call computes at a time; others wait.

    Each text is computed by itself, at its own length: nothing is padded, and its vector does not depend on what is encoded
    beside it (8 bits are scaled for a whole input). The runtime compiles nothing, so any length is as good as another. Of
    several texts each takes one core, through `passages`; a single one, which is what a question is, takes them all,
    through `question`.
    Raises OSError, RuntimeError or ValueError where a file cannot be loaded.
    """

    def __init__(self, weights: Path, *, name: str, sha256: str, passages: Graph, question: Graph) -> None:
        """Load the tokenizer from the folder of the weights, and the graphs."""
        self.name = name
        self.sha256 = sha256
        self.engine = name_engine("onnx", passages, question)
        self._reader = Reader(weights)
        self.max_tokens, self.dimension = self._reader.max_tokens, self._reader.dimension
        self._lock = threading.Lock()
        self._passages = Session(passages.path)
        self._question = Session(question.path, threads=count_cores())

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without truncation, special tokens included."""
        return self._reader.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of `texts`, L2-normalised."""
        tokens = self._reader.read(texts)
        with self._lock:
            if len(tokens) == 1:
                rows = [_run(self._question, tokens[0])]
            else:
                # Threads of its own: a question must not wait for the articles that are being indexed.
                with ThreadPoolExecutor(count_cores(), thread_name_prefix="onnx") as threads:
                    lengths = [len(ids) for ids in tokens]
                    rows = share_out(lambda row: _run(self._passages, tokens[row]), lengths, threads)
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dimension)


def _run(session: Session, ids: Ids) -> Vectors:
    """The vector of one text."""
    inputs = make_inputs([ids], len(ids))
    vectors = pool(session.run(inputs), inputs["attention_mask"])
    return np.asarray(vectors[0], dtype=np.float32)
