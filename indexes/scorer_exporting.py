"""Writes the cross-encoder and the sparse model as ONNX files; done once, in a process of its own."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from indexes.graph_writing import load_body, write_graph
from indexes.graphs import INPUTS, LOGITS, STATES
from indexes.pairs import PAIR_INPUTS, Pair, make_pairs
from indexes.quieting import quiet_engines

SCALE = 2.0
"""What the product of an adapter’s matrices is multiplied by."""


def main(order: Mapping[str, Any]) -> None:
    """Write the graphs into the `folder`: of the `weights` with the `adapters` where those are named, else of the sparse model."""
    warnings.simplefilter("ignore")  # the engines' own, about each other
    weights, folder = Path(order["weights"]), Path(order["folder"])
    if order["adapters"]:
        export_cross_encoder(weights, Path(order["adapters"]), folder)
    else:
        export_sparse_model(weights, folder)


def export_cross_encoder(weights: Path, adapters: Path, folder: Path) -> None:
    """The encoder's layers with the adapters merged into them, and the head: a logit for each pair of `indexes.pairs`."""
    import torch
    from safetensors.torch import load_file

    class Scores(torch.nn.Module):
        """From token ids to logits."""

        def __init__(self, body: Any, head: Any, bias: float) -> None:  # noqa: ANN401 - the engine's
            super().__init__()
            self.body, self.head, self.bias = body, torch.nn.Parameter(head), bias

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:  # noqa: ANN401 - tensors
            read = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
            return pool(self.body, read) @ self.head + self.bias

    added = load_file(adapters)
    body = load_body(weights)
    merge(body, added)
    scores = Scores(body, added["head.weight"].float()[0], float(added["head.bias"]))
    write_graph(scores, folder / LOGITS, inputs=PAIR_INPUTS, output="logits")


def export_sparse_model(weights: Path, folder: Path) -> None:
    """The sparse model, and all of it but its product with the vocabulary: two inputs of shape (texts, tokens)."""
    quiet_engines()
    import torch
    from transformers import AutoModelForMaskedLM

    class States(torch.nn.Module):
        """From token ids to what is multiplied with the vocabulary."""

        def __init__(self, model: Any) -> None:  # noqa: ANN401 - the engine gives no type
            super().__init__()
            self.body, self.transform = model.bert, model.cls.predictions.transform

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401 - tensors
            return self.transform(self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state)

    class Logits(torch.nn.Module):
        """From token ids to logits of the whole vocabulary."""

        def __init__(self, states: States, decoder: Any) -> None:  # noqa: ANN401 - the engine gives no type
            super().__init__()
            self.states, self.decoder = states, decoder

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401 - tensors
            return self.decoder(self.states(input_ids, attention_mask))

    model = AutoModelForMaskedLM.from_pretrained(
        weights, local_files_only=True, use_safetensors=True, attn_implementation="eager"
    ).float()
    states = States(model)
    write_graph(states, folder / STATES, inputs=INPUTS, output="states")
    write_graph(Logits(states, model.cls.predictions.decoder), folder / LOGITS, inputs=INPUTS, output="logits")


def merge(body: Any, added: Mapping[str, Any]) -> None:  # noqa: ANN401 - the engine's model and tensors
    """Add each adapter to the matrix that it belongs to."""
    import torch

    with torch.no_grad():
        for name in added:
            if name.endswith(".a"):
                inner = body.get_submodule(name.removesuffix(".a"))
                inner.weight += SCALE * added[name.removesuffix("a") + "b"].float() @ added[name].float()


def pool_pairs(model: Any, rows: Sequence[Pair]) -> Any:  # noqa: ANN401 - the engine's model and tensor
    """The first state of each pair beside the mean of all states: (pairs, 2 x width)."""
    import torch

    return pool(model, {name: torch.from_numpy(one).to(model.device) for name, one in make_pairs(rows).items()})


def pool(model: Any, inputs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the engine's model and tensors
    """The same of tensors."""
    import torch

    states, there = model(**inputs).last_hidden_state, inputs["attention_mask"]
    mean = (states * there[..., None]).sum(1) / there.sum(1, keepdim=True)
    return torch.cat([states[:, 0], mean], 1)
