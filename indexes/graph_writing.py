"""Writes a model of torch's as an ONNX file, by torch's older exporter, which needs one package more where the newer needs three."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

OPSET = 17


def write_graph(model: Any, path: Path, *, inputs: Sequence[str], output: str) -> None:  # noqa: ANN401 - a torch module
    """Write what a module in evaluation mode computes: its inputs are token numbers of shape (texts, tokens)."""
    import torch

    torch.onnx.export(
        model.eval(),
        tuple(torch.ones(2, 32, dtype=torch.long) for _ in inputs),
        path,
        input_names=list(inputs),
        output_names=[output],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in (*inputs, output)},
        opset_version=OPSET,
        dynamo=False,
    )
