"""Turns a question and a text into the tokens that a cross-encoder reads together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
Pair = tuple[list[int], int]
"""Token ids, and how many of the first are the question's."""
_QUESTION, _BOTH = 40, 150
"""Most tokens of a question, and of question and text together without the three special ones."""


def load_tokenizer(weights: Path) -> Any:  # noqa: ANN401 - the engine's tokenizer
    """The tokenizer in a folder of weights, which neither pads nor cuts."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def encode_pair(tokenizer: Any, question: str, text: str) -> Pair:  # noqa: ANN401 - the engine's
    """`[CLS] question [SEP] text [SEP]` as ids, and how many of them are the question's. A long text is cut at its left."""
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:_QUESTION]
    held = tokenizer.encode(text, add_special_tokens=False).ids[-(_BOTH - len(asked)) :]
    return [first, *asked, last, *held, last], len(asked) + 2


def make_pairs(rows: Sequence[Pair]) -> dict[str, NDArray[np.int64]]:
    """What the model reads: ids, which of them are no padding, and which are the text's; each of shape (pairs, width)."""
    width = max(len(ids) for ids, _ in rows)
    ids, mask, types = np.zeros((3, len(rows), width), dtype=np.int64)
    for row, (tokens, asked) in enumerate(rows):
        ids[row, : len(tokens)], mask[row, : len(tokens)], types[row, asked : len(tokens)] = tokens, 1, 1
    return dict(zip(INPUTS, (ids, mask, types), strict=True))
