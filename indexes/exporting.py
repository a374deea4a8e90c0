"""Turns the encoder's weights into an OpenVINO graph; done once, in a process of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexes.quieting import quiet_engines

Change = Callable[[Any], Any]


def export_model(weights: Path, path: Path) -> None:
    """Write the graph at full precision: two inputs of shape (texts, tokens), the last hidden states out."""
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
    openvino.save_model(graph, path, compress_to_fp16=False)


def rewrite_model(graph: Path, path: Path, change: Change) -> None:
    """Write what `change` makes of a graph."""
    quiet_engines()
    import openvino

    openvino.save_model(change(openvino.Core().read_model(graph)), path, compress_to_fp16=False)
