"""Loads models for export, and writes them as ONNX files by torch's older exporter: it needs one package more, the newer three."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from indexes.quieting import quiet_engines

_OPSET = 17


def load_body(weights: Path) -> Any:  # noqa: ANN401 - the engine's model
    """The encoder's transformer, without its pooling."""
    quiet_engines()
    from transformers import AutoModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = AutoModel.from_pretrained(weights, local_files_only=True, use_safetensors=True, attn_implementation="eager")
    return model.float().eval()


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
        opset_version=_OPSET,
        dynamo=False,
    )
