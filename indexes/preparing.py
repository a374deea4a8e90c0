"""Builds the encoder's engines and measures them, in a process of its own: it imports what a service must not."""

import json
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexes.encoding import SentenceEncoder
from indexes.engines import REFERENCE
from indexes.errors import EngineMissing
from indexes.exporting import export_model, rewrite_model
from indexes.graphs import Graph, Reader, make_inputs
from indexes.machines import count_cores
from indexes.onnx_encoding import OnnxEncoder
from indexes.onnx_exporting import export_onnx, quantize_onnx
from indexes.openvino_encoding import OpenVinoEncoder, find_capabilities
from indexes.quantizing import quantize
from indexes.samples import read_samples
from indexes.types import Encoder, Vectors

MEAN = 0.995
"""Least mean cosine between an engine's vectors and the reference's."""
LEAST = 0.98
"""Least cosine of any one text: an engine that fails on some kind of text is refused however good the mean is.

Of the seeds' 199 passages and 249 questions the least were .989 and .986 with 8 bits, and as many gold articles are found.
"""

_LONGEST = 4
_TIMES = 2
"""As often each core gets the longest samples when passages are timed: engines share them out."""
_ROUNDS = 3
_SECONDS = 1.0
_CALIBRATING = 0.67
"""Share of the samples that 8 bits are calibrated on; the rest, which they have not seen, are compared."""


def main(order: Mapping[str, Any]) -> None:
    """Carry out an order (see `indexes.engines.Run`)."""
    warnings.simplefilter("ignore")  # the engines' own, about each other
    weights = Path(order["weights"])
    samples = read_samples(Path(order["seeds"]) if order["seeds"] else None)
    cut = round(len(samples) * _CALIBRATING)
    models = {name: Path(path) for name, path in order["have"].items()}
    refused: dict[str, str] = {}
    for name, path in order["build"].items():
        try:
            _build(name, weights, models, Path(path), samples[:cut])
            models[name] = Path(path)
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            Path(path).unlink(missing_ok=True)
            refused[name] = f"could not be built ({error})"
    if not models:
        raise EngineMissing("; ".join(f"{name} {why}" for name, why in refused.items()))
    speeds, unlike = measure(open_engines(weights, models), samples[cut:])
    answer = {"speeds": speeds, "refused": refused | unlike}
    Path(order["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def _build(name: str, weights: Path, models: Mapping[str, Path], path: Path, texts: Sequence[str]) -> None:
    """Build one model, from the weights or from the same one at full precision."""
    full = models.get(name.replace("int8", "fp32"))
    if name.endswith("int8") and full is None:
        raise ValueError("the model at full precision is missing")
    if full is None:
        (export_model if name.startswith("openvino") else export_onnx)(weights, path)
    elif name.startswith("openvino"):
        reader = Reader(weights)
        examples = [make_inputs([ids], len(ids)) for ids in reader.read(texts)]  # each by itself, as it is read
        rewrite_model(full, path, lambda model: quantize(model, examples))
    else:
        quantize_onnx(full, path)


def open_engines(weights: Path, models: Mapping[str, Path]) -> dict[str, Callable[[], Encoder]]:
    """How each engine is opened, the reference first."""

    def opens(kind: type[OpenVinoEncoder | OnnxEncoder], graph: Graph) -> Callable[[], Encoder]:
        return lambda: kind(weights, name=weights.name, sha256="", passages=graph, question=graph)

    engines: dict[str, Callable[[], Encoder]] = {
        REFERENCE: lambda: SentenceEncoder(weights, name=weights.name, sha256="")
    }
    if "openvino fp32" in models:
        engines["openvino fp32"] = opens(OpenVinoEncoder, Graph(models["openvino fp32"], "fp32"))
        if "BF16" in find_capabilities():
            engines["openvino bf16"] = opens(OpenVinoEncoder, Graph(models["openvino fp32"], "bf16"))
    if "openvino int8" in models:
        engines["openvino int8"] = opens(OpenVinoEncoder, Graph(models["openvino int8"], "int8"))
    if "onnx fp32" in models:
        engines["onnx fp32"] = opens(OnnxEncoder, Graph(models["onnx fp32"], "fp32"))
    if "onnx int8" in models:
        engines["onnx int8"] = opens(OnnxEncoder, Graph(models["onnx int8"], "int8"))
    return engines


def measure(
    engines: Mapping[str, Callable[[], Encoder]], texts: Sequence[str]
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """The speed of each engine whose vectors are those of the first, and why the others are refused."""
    by_length = sorted(texts, key=len)
    question, passages = by_length[0], by_length[-_LONGEST:] * (_TIMES * count_cores())
    reference: Vectors | None = None
    speeds, refused = {}, {}
    for name, open_engine in engines.items():
        try:
            encoder = open_engine()
            vectors = encoder.encode(texts)
        except (OSError, RuntimeError, ValueError) as error:
            if reference is None:
                raise
            refused[name] = f"could not be run ({error})"
            continue
        reference = vectors if reference is None else reference
        problem = compare(vectors, reference)
        if problem is not None:
            refused[name] = problem
            continue
        encoder.encode([question])
        encoder.encode(passages)
        speeds[name] = {
            "passages_per_second": round(len(passages) / _time(encoder, passages), 2),
            "question_ms": round(_time(encoder, [question]) * 1000, 3),
        }
    return speeds, refused


def compare(vectors: Vectors, reference: Vectors) -> str | None:
    """What is wrong with vectors of the same texts; None where they are as good as the reference's."""
    cosines = np.einsum("ij,ij->i", vectors, reference)
    mean, least = float(cosines.mean()), float(cosines.min())
    if mean >= MEAN and least >= LEAST:
        return None
    return f"its vectors differ: cosine {mean:.4f} in the mean and {least:.4f} at least, not {MEAN} and {LEAST}"


def _time(encoder: Encoder, texts: Sequence[str]) -> float:
    """Seconds of the fastest of a few calls: what else the machine does only makes a call slower."""
    fastest, spent = float("inf"), 0.0
    for _ in range(_ROUNDS if len(texts) > 1 else _ROUNDS * 5):
        started = time.perf_counter()
        encoder.encode(texts)
        took = time.perf_counter() - started
        fastest, spent = min(fastest, took), spent + took
        if spent > _SECONDS:
            break
    return fastest
