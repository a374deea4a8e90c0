"""Expands questions and texts into weighted terms with a small learned sparse model (SPLADE)."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexes.quieting import quiet_engines
from indexes.types import Activations
from indexes.words import STOPWORDS, Word, find_words

_BATCH = 32
_MAX_TOKENS = 128
_KEPT = 8192
"""Pieces whose states are kept: at 35 tokens of 128 half-precision numbers, about 75 MB."""


class SparseExpander:
    """An `Expander`: a term's activation is max over a text's tokens of log(1 + relu(logit)) (Formal et al. 2021).

    Only the terms that the question activates are computed, so that a text costs two small layers and no product with
    the whole vocabulary; the states of pieces seen lately are kept. Texts are cut after 128 tokens.
    """

    def __init__(self, weights: Path) -> None:
        """Load the model from a folder with `config.json`, `model.safetensors` and `tokenizer.json`."""
        quiet_engines()
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModelForMaskedLM
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._torch = torch
        self._tokenizer: Any = Tokenizer.from_file(str(weights / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        model: Any = AutoModelForMaskedLM.from_pretrained(weights, local_files_only=True, use_safetensors=True)
        model.eval()
        self._body, self._head = model.bert, model.cls.predictions
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def expand(self, question: str, pieces: Sequence[str]) -> Activations:
        """See `Expander`. A blank question has no terms."""
        torch = self._torch
        with self._lock, torch.inference_mode():
            terms, weights, owners, words = self._terms(question)
            decoder = self._head.decoder
            matrix, bias = decoder.weight[terms].T, decoder.bias[terms]
            found = np.zeros((len(pieces), len(terms)), dtype=np.float32)
            for first in range(0, len(pieces), _BATCH):
                states = self._states(pieces[first : first + _BATCH])
                products = torch.nn.utils.rnn.pad_sequence(states, batch_first=True).float() @ matrix
                for row, state in enumerate(states):
                    products[row, len(state) :] = -torch.inf
                logits = products.amax(1) + bias
                found[first : first + _BATCH] = torch.log1p(torch.relu(logits)).numpy()
            return Activations(found, weights.numpy(), np.asarray(owners, dtype=np.int64), words)

    def _terms(self, question: str) -> tuple[Any, Any, list[int], int]:
        """The terms that a question activates, their weights, the content word of each, and how many those are."""
        torch = self._torch
        encoding = self._tokenizer.encode(question)
        logits = self._head.decoder(self._hidden([encoding.ids]))
        highest, tokens = logits[0].max(0)
        strengths = torch.log1p(torch.relu(highest))
        terms = torch.nonzero(strengths > 0)[:, 0] if question.strip() else torch.zeros(0, dtype=torch.long)
        content = [word for word in find_words(question) if word.stem not in STOPWORDS]
        places = [_place_of(offsets, content) for offsets in encoding.offsets]
        return terms, strengths[terms], [places[int(tokens[term])] for term in terms], len(content)

    def _states(self, pieces: Sequence[str]) -> list[Any]:
        """The transformed last states of each piece, those of pieces seen lately from memory."""
        missing = [piece for piece in dict.fromkeys(pieces) if piece not in self._kept]
        if missing:
            encoded = [row.ids for row in self._tokenizer.encode_batch(missing)]
            for row, states in enumerate(self._hidden(encoded)):
                self._kept[missing[row]] = states[: len(encoded[row])].half().clone()
        found = []
        for piece in pieces:
            self._kept.move_to_end(piece)
            found.append(self._kept[piece])
        while len(self._kept) > max(_KEPT, len(pieces)):
            self._kept.popitem(last=False)
        return found

    def _hidden(self, encoded: Sequence[Sequence[int]]) -> Any:  # noqa: ANN401 - the engine's tensor
        """The transformed last states of token rows, padded."""
        torch = self._torch
        width = max(len(ids) for ids in encoded)
        ids = torch.zeros(len(encoded), width, dtype=torch.long)
        mask = torch.zeros(len(encoded), width)
        for row, tokens in enumerate(encoded):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        return self._head.transform(self._body(input_ids=ids, attention_mask=mask).last_hidden_state)


def _place_of(offsets: tuple[int, int], words: Sequence[Word]) -> int:
    """Which of the words a token belongs to, -1 where none."""
    return next((at for at, word in enumerate(words) if word.start <= offsets[0] < offsets[1] <= word.end), -1)
