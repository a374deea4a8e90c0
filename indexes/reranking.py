"""Scores texts against a question with the learned sparse scorer (SPLADE): words weighted and expanded by a small model."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexes.quieting import quiet_engines
from indexes.types import Vectors
from indexes.words import STOPWORDS, Word, find_words

_BATCH = 32
_MAX_TOKENS = 128
_KEPT = 4096
"""Texts whose states are kept: at 45 tokens of 128 half-precision numbers, about 50 MB."""


class SparseScorer:
    """A `Scorer`: the weight that a text gives to the question's expanded terms, as a share of the question's own.

    A text's term weight is max over its tokens of log(1 + relu(logit)) (Formal et al. 2021, SPLADE). Only the terms
    that the question activates are computed, so that a text costs two small layers and no vocabulary-wide product.
    Texts are cut after 128 tokens.
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

    def score(self, question: str, texts: Sequence[str]) -> Vectors:
        """See `Scorer`. An empty question or text scores 0."""
        scores = np.zeros(len(texts), dtype=np.float32)
        if not texts or not question.strip():
            return scores
        torch = self._torch
        with self._lock, torch.inference_mode():
            terms, weights = self._expand(question)
            own = float((weights * weights).sum())
            if own <= 0:
                return scores
            decoder = self._head.decoder
            matrix, bias = decoder.weight[terms], decoder.bias[terms]
            for first in range(0, len(texts), _BATCH):
                rows = texts[first : first + _BATCH]
                states = self._states(rows)
                padded = torch.nn.utils.rnn.pad_sequence(states, batch_first=True).float()
                found = torch.log1p(torch.relu(padded @ matrix.T + bias))
                for row, state in enumerate(states):
                    found[row, len(state) :] = 0
                scores[first : first + len(rows)] = ((found.amax(1) @ weights) / own).numpy()
        return scores

    def align(self, question: str, texts: Sequence[str]) -> Vectors:
        """See `Aligner`: the share of each word's expanded terms that a text has, at most 1."""
        if not texts or not question.strip():
            return np.zeros((len(texts), 0), dtype=np.float32)
        torch = self._torch
        with self._lock, torch.inference_mode():
            terms, weights, owners = self._expand_words(question)
            words = sorted(set(owners.tolist()) - {-1})
            if not words:
                return np.zeros((len(texts), 0), dtype=np.float32)
            masks = torch.stack([(owners == word).float() * weights for word in words])
            own = (masks * weights).sum(1)
            decoder = self._head.decoder
            matrix, bias = decoder.weight[terms], decoder.bias[terms]
            rows = []
            for state in self._states(texts):
                found = torch.log1p(torch.relu(state.float() @ matrix.T + bias)).amax(0)
                rows.append(torch.clamp((masks @ found) / own, max=1.0))
            aligned: Vectors = torch.stack(rows).numpy()
        return aligned

    def _expand_words(self, question: str) -> tuple[Any, Any, Any]:
        """The terms that a question activates, their weights, and the content word of each (-1: of a function word)."""
        torch = self._torch
        encoding = self._tokenizer.encode(question)
        hidden, _ = self._hidden([encoding.ids])
        logits = torch.log1p(torch.relu(self._head.decoder(hidden)))[0]
        weights, tokens = logits.max(0)
        terms = torch.nonzero(weights > 0)[:, 0]
        content = {place for place, word in enumerate(find_words(question)) if word.stem not in STOPWORDS}
        places = [_place_of(offsets, find_words(question)) for offsets in encoding.offsets]
        owners = torch.tensor([place if place in content else -1 for place in places])
        return terms, weights[terms], owners[tokens[terms]]

    def _states(self, texts: Sequence[str]) -> list[Any]:
        """The transformed last states of each text, those of texts seen lately from memory."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if missing:
            encoded = [row.ids for row in self._tokenizer.encode_batch(missing)]
            order = sorted(range(len(missing)), key=lambda i: len(encoded[i]))
            for first in range(0, len(order), _BATCH):
                rows = order[first : first + _BATCH]
                hidden, _ = self._hidden([encoded[row] for row in rows])
                for row, states in zip(rows, hidden, strict=True):
                    self._kept[missing[row]] = states[: len(encoded[row])].half().clone()
        found = []
        for text in texts:
            self._kept.move_to_end(text)
            found.append(self._kept[text])
        while len(self._kept) > max(_KEPT, len(texts)):
            self._kept.popitem(last=False)
        return found

    def _expand(self, question: str) -> tuple[Any, Any]:
        """The vocabulary terms that a question activates and their weights."""
        torch = self._torch
        hidden, mask = self._hidden([self._tokenizer.encode(question).ids])
        logits = self._head.decoder(hidden)
        weights = (torch.log1p(torch.relu(logits)) * mask[..., None]).amax(1)[0]
        terms = torch.nonzero(weights > 0)[:, 0]
        return terms, weights[terms]

    def _hidden(self, encoded: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """The transformed last states of token rows, padded, with their mask."""
        torch = self._torch
        width = max(len(ids) for ids in encoded)
        ids = torch.zeros(len(encoded), width, dtype=torch.long)
        mask = torch.zeros(len(encoded), width)
        for row, tokens in enumerate(encoded):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        states = self._body(input_ids=ids, attention_mask=mask).last_hidden_state
        return self._head.transform(states), mask


def _place_of(offsets: tuple[int, int], words: Sequence[Word]) -> int:
    """Which word of the question a token belongs to, -1 where none."""
    return next((at for at, word in enumerate(words) if word.start <= offsets[0] < offsets[1] <= word.end), -1)
