"""Builds the encoder's engines and measures them, in a process of its own: it imports what a service must not."""

import json
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexes.encoding import SentenceEncoder
from indexes.engines import MODEL
from indexes.exporting import export_model, rewrite_model
from indexes.openvino_encoding import Graph, OpenVinoEncoder, find_capabilities, make_inputs, read_shape
from indexes.quantizing import quantize
from indexes.samples import read_samples
from indexes.types import Encoder, Vectors

MEAN = 0.995
"""Least mean cosine between an engine's vectors and the reference's."""
LEAST = 0.98
"""Least cosine of any one text: an engine that fails on some kind of text is refused however good the mean is.

Of the seeds' 199 passages and 249 questions the least were .989 and .986 with 8 bits, and as many gold articles are found.
"""

_PASSAGES = 4
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
    graphs = {precision: Path(folder) / MODEL for precision, folder in order["have"].items()}
    refused: dict[str, str] = {}
    build = {precision: Path(folder) for precision, folder in order["build"].items()}
    if "fp32" in build:
        graphs["fp32"] = export_model(weights, build["fp32"])
    if "int8" in build:
        try:
            graphs["int8"] = _build_int8(weights, graphs["fp32"], build["int8"], samples[:cut])
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            (build["int8"] / MODEL).unlink(missing_ok=True)
            refused["openvino int8"] = f"could not be built ({error})"
    speeds, unlike = measure(open_engines(weights, graphs), samples[cut:])
    answer = {"speeds": speeds, "refused": refused | unlike}
    Path(order["answer"]).write_text(json.dumps(answer), encoding="utf-8")


def open_engines(weights: Path, graphs: Mapping[str, Path]) -> dict[str, Callable[[], Encoder]]:
    """How each engine is opened, the reference first."""

    def open_openvino(graph: Graph) -> Encoder:
        return OpenVinoEncoder(weights, name=weights.name, sha256="", passages=graph, question=graph)

    engines: dict[str, Callable[[], Encoder]] = {
        "torch fp32": lambda: SentenceEncoder(weights, name=weights.name, sha256=""),
        "openvino fp32": lambda: open_openvino(Graph(graphs["fp32"], "fp32")),
    }
    if "BF16" in find_capabilities():
        engines["openvino bf16"] = lambda: open_openvino(Graph(graphs["fp32"], "bf16"))
    if "int8" in graphs:
        engines["openvino int8"] = lambda: open_openvino(Graph(graphs["int8"], "int8"))
    return engines


def measure(
    engines: Mapping[str, Callable[[], Encoder]], texts: Sequence[str]
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """The speed of each engine whose vectors are those of the first, and why the others are refused."""
    by_length = sorted(texts, key=len)
    question, passages = by_length[0], by_length[-_PASSAGES:]
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
            "passages_per_second": round(_PASSAGES / _time(encoder, passages), 2),
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


def _build_int8(weights: Path, graph: Path, folder: Path, texts: Sequence[str]) -> Path:
    """Calibrate on texts, each by itself, as the tokenizer cuts them."""
    from tokenizers import Tokenizer

    tokenizer: Any = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(read_shape(weights)[0])
    rows = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    examples = [make_inputs([ids], len(ids)) for ids in rows]
    return rewrite_model(graph, folder, lambda model: quantize(model, examples))


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
