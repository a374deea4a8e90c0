"""Expands questions and texts into weighted terms with a small learned sparse model (SPLADE)."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexes.graphs import LOGITS, STATES, load_tokenizer, make_inputs
from indexes.sessions import SCORING, Session, share_out
from indexes.types import Activations, Vectors
from indexes.words import STOPWORDS, Word, find_words

_ALIKE = 8
"""Pieces of about the same length that are computed together."""
_MAX_TOKENS = 128
_KEPT = 8192
"""Pieces whose states are kept: at 35 tokens of 128 half-precision numbers, about 75 MB."""


class SparseExpander:
    """An `Expander`: a term's activation is max over a text's tokens of log(1 + relu(logit)) (Formal et al. 2021).

    Only the terms that the question activates are computed, so that a text costs two small layers and no product with
    the whole vocabulary; the states of pieces seen lately are kept. Texts are cut after 128 tokens.
    """

    def __init__(self, graphs: Path, weights: Path) -> None:
        """Open the graphs in a folder, and from the folder of the weights the tokenizer and what the states are multiplied with.

        Raises RuntimeError or OSError where a file cannot be opened or lacks something.
        """
        from safetensors import SafetensorError, safe_open

        self._states = Session(graphs / STATES)
        self._logits = Session(graphs / LOGITS)
        self._tokenizer = load_tokenizer(weights)
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        try:
            with safe_open(weights / "model.safetensors", "np") as tensors:
                self._decoder: Vectors = tensors.get_tensor("bert.embeddings.word_embeddings.weight").astype(np.float32)
                self._bias: Vectors = tensors.get_tensor("cls.predictions.bias").astype(np.float32)
        except SafetensorError as problem:
            raise RuntimeError(f"the weights in {str(weights)!r} cannot be read: {problem}") from problem
        self._kept: OrderedDict[str, NDArray[np.float16]] = OrderedDict()
        self._lock = threading.Lock()

    def expand(self, question: str, pieces: Sequence[str]) -> Activations:
        """See `Expander`. A blank question has no terms."""
        with self._lock:
            terms, weights, owners, words = self._read(question)
            matrix, bias = self._decoder[terms].T, self._bias[terms]
            found = np.zeros((len(pieces), len(terms)), dtype=np.float32)
            # One piece at a time: of a larger product numpy's threads would take the cores, and hold them for a while.
            for row, states in enumerate(self._remember(pieces)):
                found[row] = _activate((states.astype(np.float32) @ matrix).max(0) + bias)
            return Activations(found, weights, np.asarray(owners, dtype=np.int64), words)

    def _read(self, question: str) -> tuple[NDArray[np.int64], Vectors, list[int], int]:
        """The terms that a question activates, their weights, the content word of each, and how many those are."""
        encoding = self._tokenizer.encode(question)
        logits = self._logits.run(make_inputs([encoding.ids], len(encoding.ids)))[0]
        strengths = _activate(logits.max(0))
        terms = np.nonzero(strengths > 0)[0] if question.strip() else np.zeros(0, dtype=np.int64)
        content = [word for word in find_words(question) if word.stem not in STOPWORDS]
        places = [_place_of(offsets, content) for offsets in encoding.offsets]
        return terms, strengths[terms], [places[int(token)] for token in logits[:, terms].argmax(0)], len(content)

    def _remember(self, pieces: Sequence[str]) -> list[NDArray[np.float16]]:
        """The transformed last states of each piece, those of pieces seen lately from memory."""
        missing = [piece for piece in dict.fromkeys(pieces) if piece not in self._kept]
        for piece, states in zip(missing, self._compute(missing), strict=True):
            self._kept[piece] = states
        found = []
        for piece in pieces:
            self._kept.move_to_end(piece)
            found.append(self._kept[piece])
        while len(self._kept) > max(_KEPT, len(pieces)):
            self._kept.popitem(last=False)
        return found

    def _compute(self, pieces: Sequence[str]) -> list[NDArray[np.float16]]:
        """The transformed last states of pieces, those of about the same length together."""
        rows = [row.ids for row in self._tokenizer.encode_batch(list(pieces))]
        order = sorted(range(len(rows)), key=lambda at: -len(rows[at]))
        batches = [order[first : first + _ALIKE] for first in range(0, len(order), _ALIKE)]

        def compute(batch: int) -> list[NDArray[np.float16]]:
            own = [rows[at] for at in batches[batch]]
            states = self._states.run(make_inputs(own, len(own[0])))
            return [one[: len(ids)].astype(np.float16) for one, ids in zip(states, own, strict=True)]

        computed = share_out(compute, [len(rows[batch[0]]) * len(batch) for batch in batches], SCORING)
        found = dict(zip(order, (one for batch in computed for one in batch), strict=True))
        return [found[at] for at in range(len(rows))]


def _activate(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.log1p(np.maximum(logits, 0))


def _place_of(offsets: tuple[int, int], words: Sequence[Word]) -> int:
    """Which of the words a token belongs to, -1 where none."""
    return next((at for at, word in enumerate(words) if word.start <= offsets[0] < offsets[1] <= word.end), -1)
