"""Turns the encoder's weights into an OpenVINO graph; done once, in a process of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexes.quieting import quiet_engines

MODEL = "model.xml"
INPUTS = ("input_ids", "attention_mask")

Change = Callable[[Any], Any]


def export_model(weights: Path, folder: Path) -> Path:
    """Write the graph at full precision into `folder`: two inputs of shape (texts, tokens), the last hidden states out."""
    quiet_engines()
    import openvino
    import torch
    from transformers import AutoModel

    class Body(torch.nn.Module):
        """The model without its pooler, with tensors in and out."""

        def __init__(self, model: Any) -> None:  # noqa: ANN401 - the engine gives no type
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401 - tensors
            return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    model = AutoModel.from_pretrained(weights, local_files_only=True, use_safetensors=True).eval()
    example = (torch.ones(2, 32, dtype=torch.long), torch.ones(2, 32, dtype=torch.long))
    graph = openvino.convert_model(Body(model), example_input=example, input=[[-1, -1], [-1, -1]])
    return _save(graph, folder)


def rewrite_model(path: Path, folder: Path, change: Change) -> Path:
    """Write into `folder` what `change` makes of a graph."""
    quiet_engines()
    import openvino

    return _save(change(openvino.Core().read_model(path)), folder)


def _save(graph: Any, folder: Path) -> Path:  # noqa: ANN401 - the engine's graph
    import openvino

    path = folder / MODEL
    openvino.save_model(graph, path, compress_to_fp16=False)
    return path
