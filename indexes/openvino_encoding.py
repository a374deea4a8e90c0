"""Turns texts into vectors with OpenVINO, without torch; a single question has a path of its own."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexes.machines import count_cores
from indexes.quieting import quiet_engines
from indexes.types import Vectors

Precision: TypeAlias = Literal["fp32", "bf16", "int8"]

# A graph keeps what it worked out for a shape, so shapes are few: nothing is compiled while questions are answered.
_WIDTHS = (32, 64, 96, 128, 192, 256, 384, 512)
_QUESTION_WIDTHS = (8, 16, 24, 32, 48, 64)
_ROWS = (8, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Graph:
    """A model file and the precision that it is computed with."""

    path: Path
    precision: Precision


class OpenVinoEncoder:
    """An `Encoder` from graphs of one model's weights. One call computes at a time; others wait.

    A single text of at most 64 tokens, which is what a question is, goes through `question`; all else through
    `passages`. Raises OSError, RuntimeError or ValueError where a file cannot be loaded.
    """

    def __init__(self, weights: Path, *, name: str, sha256: str, passages: Graph, question: Graph) -> None:
        """Load the tokenizer from the folder of the weights, and the graphs."""
        quiet_engines()
        from tokenizers import Tokenizer

        self.name = name
        self.sha256 = sha256
        own, other = passages.precision, question.precision
        self.engine = f"openvino {own}" if own == other else f"openvino {own}, questions {other}"
        self.max_tokens, self.dimension = read_shape(weights)
        self._tokenizer: Any = Tokenizer.from_file(str(weights / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._lock = threading.Lock()
        self._passages = _compile(passages)
        self._question = self._passages if question == passages else _compile(question)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without truncation, special tokens included."""
        return [len(row.ids) for row in self._tokenizer.encode_batch(list(texts))]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of `texts`, L2-normalised; texts of like length are computed together."""
        tokens = [self._cut(row.ids) for row in self._tokenizer.encode_batch(list(texts))]
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        with self._lock:
            if len(tokens) == 1 and len(tokens[0]) <= _QUESTION_WIDTHS[-1]:
                vectors[0] = _run(self._question, tokens, _fit(len(tokens[0]), _QUESTION_WIDTHS))[0]
                return vectors
            for rows, width in _batches([len(ids) for ids in tokens]):
                vectors[rows] = _run(self._passages, [tokens[row] for row in rows], width)
        return vectors

    def _cut(self, ids: list[int]) -> list[int]:
        """The tokens that are read: the first ones, and the special one at the end."""
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], ids[-1]]


def read_shape(weights: Path) -> tuple[int, int]:
    """The tokens that a model reads of a text, and the length of its vectors. Raises OSError, ValueError, KeyError."""
    config = json.loads((weights / "config.json").read_text(encoding="utf-8"))
    sentence = json.loads((weights / "sentence_bert_config.json").read_text(encoding="utf-8"))
    return int(sentence["max_seq_length"]), int(config["hidden_size"])


def make_inputs(tokens: Sequence[Sequence[int]], width: int) -> dict[str, NDArray[np.int64]]:
    """What a graph reads: rows of token ids, and which of them are no padding; both of shape (rows, width)."""
    ids = np.zeros((len(tokens), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, own in enumerate(tokens):
        ids[row, : len(own)] = own
        mask[row, : len(own)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def find_capabilities() -> frozenset[str]:
    """The precisions that the processor computes with, as OpenVINO names them (`FP32`, `BF16`, …)."""
    quiet_engines()
    import openvino

    return frozenset(openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def _compile(graph: Graph) -> Any:  # noqa: ANN401 - the engine's request
    import openvino

    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if graph.precision == "bf16" else "f32",
        "INFERENCE_NUM_THREADS": count_cores(),
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,  # the language model wants the same cores
    }
    return openvino.Core().compile_model(graph.path, "CPU", settings).create_infer_request()


def _run(request: Any, tokens: Sequence[Sequence[int]], width: int) -> Vectors:  # noqa: ANN401 - the engine's request
    """The mean of the states of each row's tokens, at length 1."""
    inputs = make_inputs(tokens, width)
    states = request.infer(inputs)[0]
    mask = inputs["attention_mask"].astype(np.float32)
    means = np.einsum("rth,rt->rh", states, mask) / mask.sum(axis=1, keepdims=True)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(lengths, 1e-12), dtype=np.float32)


def _batches(lengths: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Rows that are computed together and their width, the longest first, so that little is padded."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    while order:
        count = next(rows for rows in _ROWS if rows <= len(order))
        yield order[:count], _fit(lengths[order[0]], _WIDTHS)
        order = order[count:]


def _fit(length: int, widths: Sequence[int]) -> int:
    """The least width that holds a text; the text's own where it is longer than all."""
    return next((width for width in widths if width >= length), length)
