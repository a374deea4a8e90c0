"""Turns texts into vectors with ONNX Runtime, without torch; as many texts at once as there are cores."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from indexes.graphs import Graph, Ids, Reader, make_inputs, name_engine, pool
from indexes.machines import count_cores
from indexes.quieting import quiet_engines
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
        self._cores = count_cores()
        self._passages = _open(passages, threads=1)
        self._question = _open(question, threads=self._cores)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without truncation, special tokens included."""
        return self._reader.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of `texts`, L2-normalised; the longest are computed first, so that no core waits for one."""
        tokens = self._reader.read(texts)
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        with self._lock:
            if len(tokens) == 1:
                vectors[0] = _run(self._question, tokens[0])
            elif tokens:
                order = sorted(range(len(tokens)), key=lambda row: -len(tokens[row]))
                with ThreadPoolExecutor(min(self._cores, len(order)), thread_name_prefix="onnx") as threads:
                    rows = threads.map(lambda row: _run(self._passages, tokens[row]), order)
                    for row, vector in zip(order, rows, strict=True):
                        vectors[row] = vector
        return vectors


def _open(graph: Graph, *, threads: int) -> Any:  # noqa: ANN401 - the engine's session
    quiet_engines()
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it keeps a plan of the memory for every length that it ever saw
    options.log_severity_level = 3  # errors
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the language model wants the same cores
    try:
        return onnxruntime.InferenceSession(graph.path, options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # its errors have no class in common but this
        raise RuntimeError(f"ONNX Runtime cannot open {str(graph.path)!r}: {problem}") from problem


def _run(session: Any, ids: Ids) -> Vectors:  # noqa: ANN401 - the engine's session
    """The vector of one text."""
    inputs = make_inputs([ids], len(ids))
    vectors = pool(session.run(None, inputs)[0], inputs["attention_mask"])
    return np.asarray(vectors[0], dtype=np.float32)
