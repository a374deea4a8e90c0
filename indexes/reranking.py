"""Reads a question and a text together and says how well the text answers: a small cross-encoder (Nogueira & Cho 2019)."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexes.errors import WeightsDamaged
from indexes.hashes import read_sha256
from indexes.quieting import quiet_engines

ADAPTERS = Path(__file__).with_name("reranker.safetensors")
ADAPTERS_SHA256 = "a6308bc34befee70de3766e08381a0c63dbf6b29672bd8859693e498d8e10930"
"""What was trained on `evals/practice`: low-rank adapters (LoRA, Hu et al. 2021) and a head."""
SCALE = 2.0
"""What the product of an adapter’s matrices is multiplied by."""
_QUESTION, _BOTH = 40, 150
"""Most tokens of a question, and of question and text together without the three special ones."""


class CrossEncoder:
    """A `Reranker`: the pinned encoder's layers with our adapters merged into them. One call computes at a time."""

    def __init__(self, weights: Path, adapters: Path = ADAPTERS, *, sha256: str = ADAPTERS_SHA256) -> None:
        """Load from the encoder's folder and the adapters' file. Raises `WeightsDamaged` for a file of another hash."""
        if not adapters.is_file() or read_sha256(adapters) != sha256:
            raise WeightsDamaged(
                f"{str(adapters)!r} is missing or is not the file that belongs to this version; install again"
            )
        from safetensors.torch import load_file

        self._model = load_body(weights)
        self._tokenizer = load_tokenizer(weights)
        added = load_file(adapters)
        self._merge(added)
        self._head, self._bias = added["head.weight"].float()[0], float(added["head.bias"])
        self._lock = threading.Lock()

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker`."""
        if not texts:
            return []
        import torch

        rows = [encode_pair(self._tokenizer, question, text) for text in texts]
        with self._lock, torch.inference_mode():
            pooled = pool(self._model, rows)
            return [float(logit) for logit in pooled @ self._head + self._bias]

    def _merge(self, added: Mapping[str, Any]) -> None:
        """Add each adapter to the matrix that it belongs to."""
        import torch

        with torch.no_grad():
            for name in added:
                if name.endswith(".a"):
                    inner = self._model.get_submodule(name.removesuffix(".a"))
                    outer = added[name.removesuffix("a") + "b"]
                    inner.weight += SCALE * outer.float() @ added[name].float()


def load_body(weights: Path) -> Any:  # noqa: ANN401 - the engine's model
    """The encoder's transformer, without its pooling."""
    quiet_engines()
    from transformers import AutoModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return AutoModel.from_pretrained(weights, local_files_only=True, use_safetensors=True).float().eval()


def load_tokenizer(weights: Path) -> Any:  # noqa: ANN401 - the engine's tokenizer
    """The encoder's tokenizer, which neither pads nor cuts."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def encode_pair(tokenizer: Any, question: str, text: str) -> tuple[list[int], int]:  # noqa: ANN401 - the engine's
    """`[CLS] question [SEP] text [SEP]` as ids, and how many of them are the question's. A long text is cut at its left."""
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:_QUESTION]
    held = tokenizer.encode(text, add_special_tokens=False).ids[-(_BOTH - len(asked)) :]
    return [first, *asked, last, *held, last], len(asked) + 2


def pool(model: Any, rows: Sequence[tuple[Sequence[int], int]]) -> Any:  # noqa: ANN401 - the engine's model and tensor
    """The first state beside the mean of all states: (pairs, 2 x width)."""
    import torch

    width = max(len(ids) for ids, _ in rows)
    ids, mask, types = np.zeros((3, len(rows), width), dtype=np.int64)
    for row, (tokens, asked) in enumerate(rows):
        ids[row, : len(tokens)], mask[row, : len(tokens)], types[row, asked : len(tokens)] = tokens, 1, 1
    there = torch.from_numpy(mask).to(model.device)
    states = model(
        input_ids=torch.from_numpy(ids).to(model.device),
        attention_mask=there,
        token_type_ids=torch.from_numpy(types).to(model.device),
    ).last_hidden_state
    mean = (states * there[..., None]).sum(1) / there.sum(1, keepdim=True)
    return torch.cat([states[:, 0], mean], 1)
