"""Turns texts into vectors with OpenVINO, without torch; a single question has a path of its own."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from indexes.graphs import Graph, Ids, Reader, make_inputs, name_engine, pool
from indexes.machines import count_cores
from indexes.quieting import quiet_engines
from indexes.types import Vectors

# A graph keeps what it worked out for a shape, so shapes are few: nothing is compiled while questions are answered.
_WIDTHS = (32, 64, 96, 128, 144, 160, 176, 192, 208, 224, 240, 256, 384, 512)
_QUESTION_WIDTHS = (8, 16, 24, 32, 48, 64)
_ROWS = (4, 2, 1)


class OpenVinoEncoder:
    """An `Encoder` from graphs of one model's weights. One call computes at a time; others wait.

    A single text of at most 64 tokens, which is what a question is, goes through `question`, on all cores; all else
    through `passages`, a batch on each core: cores that share one batch wait for each other. Raises OSError, RuntimeError or
    ValueError where a file cannot be loaded.
    """

    def __init__(self, weights: Path, *, name: str, sha256: str, passages: Graph, question: Graph) -> None:
        """Load the tokenizer from the folder of the weights, and the graphs."""
        self.name = name
        self.sha256 = sha256
        self.engine = name_engine("openvino", passages, question)
        self._reader = Reader(weights)
        self.max_tokens, self.dimension = self._reader.max_tokens, self._reader.dimension
        self._lock = threading.Lock()
        self._passages = _compile(passages, streams=count_cores())
        self._question = _compile(question, streams=1)[0]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without truncation, special tokens included."""
        return self._reader.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of `texts`, L2-normalised; texts of like length are computed together."""
        tokens = self._reader.read(texts)
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        with self._lock:
            if len(tokens) == 1 and len(tokens[0]) <= _QUESTION_WIDTHS[-1]:
                vectors[0] = _run(self._question, tokens, _fit(len(tokens[0]), _QUESTION_WIDTHS))[0]
                return vectors
            batches = deque(_batches([len(ids) for ids in tokens]))

            def compute(request: Any) -> None:  # noqa: ANN401 - the engine's request
                while (batch := _take(batches)) is not None:
                    rows, width = batch
                    vectors[rows] = _run(request, [tokens[row] for row in rows], width)

            with ThreadPoolExecutor(len(self._passages), thread_name_prefix="openvino") as threads:
                list(threads.map(compute, self._passages))
        return vectors


def find_capabilities() -> frozenset[str]:
    """The precisions that the processor computes with, as OpenVINO names them (`FP32`, `BF16`, …)."""
    quiet_engines()
    import openvino

    return frozenset(openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def _compile(graph: Graph, *, streams: int) -> list[Any]:
    """A request for each stream; the streams share the cores."""
    quiet_engines()
    import openvino

    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if graph.precision == "bf16" else "f32",
        "INFERENCE_NUM_THREADS": count_cores(),
        "NUM_STREAMS": streams,
        "ENABLE_CPU_PINNING": False,  # the language model wants the same cores
    }
    compiled = openvino.Core().compile_model(graph.path, "CPU", settings)
    return [compiled.create_infer_request() for _ in range(streams)]


def _run(request: Any, tokens: Sequence[Ids], width: int) -> Vectors:  # noqa: ANN401 - the engine's request
    """The vectors of texts that are computed together."""
    inputs = make_inputs(tokens, width)
    return pool(request.infer(inputs)[0], inputs["attention_mask"])


def _batches(lengths: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Rows that are computed together and their width, the longest first, so that little is padded."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    while order:
        count = next(rows for rows in _ROWS if rows <= len(order))
        yield order[:count], _fit(lengths[order[0]], _WIDTHS)
        order = order[count:]


def _take(batches: deque[tuple[list[int], int]]) -> tuple[list[int], int] | None:
    """The next batch; None where other cores have taken them all."""
    try:
        return batches.popleft()
    except IndexError:
        return None


def _fit(length: int, widths: Sequence[int]) -> int:
    """The least width that holds a text; the text's own where it is longer than all."""
    return next((width for width in widths if width >= length), length)
