"""Turns a question and a text into the tokens that a cross-encoder reads together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.graphs import INPUTS, make_inputs

TYPES = "token_type_ids"
PAIR_INPUTS = (*INPUTS, TYPES)
Pair = tuple[list[int], int]
"""Token ids, and how many of the first are the question's."""
_QUESTION, _BOTH = 40, 150
"""Most tokens of a question, and of question and text together without the three special ones."""


def encode_pair(tokenizer: Any, question: str, text: str) -> Pair:  # noqa: ANN401 - the engine's
    """`[CLS] question [SEP] text [SEP]` as ids, and how many of them are the question's. A long text is cut at its left."""
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:_QUESTION]
    held = tokenizer.encode(text, add_special_tokens=False).ids[-(_BOTH - len(asked)) :]
    return [first, *asked, last, *held, last], len(asked) + 2


def make_pairs(rows: Sequence[Pair]) -> dict[str, NDArray[np.int64]]:
    """What the model reads: ids, which of them are no padding, and which are the text's; each of shape (pairs, width)."""
    inputs = make_inputs([ids for ids, _ in rows], max(len(ids) for ids, _ in rows))
    types = np.zeros_like(inputs["input_ids"])
    for row, (ids, asked) in enumerate(rows):
        types[row, asked : len(ids)] = 1
    return inputs | {TYPES: types}
