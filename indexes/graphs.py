"""What is the same around every engine's graph: texts into the tokens before it, its states into vectors after it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexes.quieting import quiet_engines
from indexes.types import Vectors

Precision: TypeAlias = Literal["fp32", "bf16", "int8"]
Ids: TypeAlias = Sequence[int]

INPUTS = ("input_ids", "attention_mask")
STATES, LOGITS = "states.onnx", "logits.onnx"
"""Files of the scorers: from tokens to states, and to logits."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A model file and the precision that it is computed with."""

    path: Path
    precision: Precision


def name_engine(backend: str, passages: Graph, question: Graph) -> str:
    """What runs the weights, in words."""
    own, other = passages.precision, question.precision
    return f"{backend} {own}" if own == other else f"{backend} {own}, questions {other}"


def load_tokenizer(weights: Path) -> Any:  # noqa: ANN401 - the engine's tokenizer
    """The tokenizer in a folder of weights, which neither pads nor cuts."""
    quiet_engines()
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


class Reader:
    """Reads texts as the model does, with the tokenizer in the folder of its weights.

    Raises OSError, ValueError or KeyError where a file of the folder is missing or is not what it should be.
    """

    def __init__(self, weights: Path) -> None:
        """Load the tokenizer, and what the model reads of a text and makes of it."""
        config = json.loads((weights / "config.json").read_text(encoding="utf-8"))
        sentence = json.loads((weights / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self.max_tokens = int(sentence["max_seq_length"])
        self.dimension = int(config["hidden_size"])
        self._tokenizer = load_tokenizer(weights)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without truncation, special tokens included."""
        return [len(row.ids) for row in self._tokenizer.encode_batch(list(texts))]

    def read(self, texts: Sequence[str]) -> list[Ids]:
        """The tokens of each text that the model reads: the first ones, and the special one at the end."""
        return [self._cut(row.ids) for row in self._tokenizer.encode_batch(list(texts))]

    def _cut(self, ids: list[int]) -> Ids:
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], ids[-1]]


def make_inputs(tokens: Sequence[Ids], width: int) -> dict[str, NDArray[np.int64]]:
    """What a graph reads: rows of token ids, and which of them are no padding; both of shape (rows, width)."""
    ids = np.zeros((len(tokens), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, own in enumerate(tokens):
        ids[row, : len(own)] = own
        mask[row, : len(own)] = 1
    return dict(zip(INPUTS, (ids, mask), strict=True))


def pool(states: NDArray[np.float32], mask: NDArray[np.int64]) -> Vectors:
    """The mean of the states of each row's tokens, at length 1; `states` are of shape (rows, width, dimension)."""
    weights = mask.astype(np.float32)
    means = np.einsum("rth,rt->rh", states, weights) / weights.sum(axis=1, keepdims=True)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(lengths, 1e-12), dtype=np.float32)
