"""Chooses which engine runs the encoder's weights: the fastest on this machine whose vectors are as good."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from indexes.encoding import SentenceEncoder
from indexes.engines import REFERENCE, EngineStore, Prepared, Speed, model_of
from indexes.errors import EngineMissing
from indexes.graphs import Graph, Precision
from indexes.machines import Machine, describe_machine
from indexes.onnx_encoding import OnnxEncoder
from indexes.openvino_encoding import OpenVinoEncoder
from indexes.pins import ENCODER, PINNED
from indexes.settings import IndexSettings
from indexes.types import Encoder, Vectors

_log = logging.getLogger("dateline.indexes")

_WORTH = 1.1
"""How many times faster a less precise engine must be to be preferred."""
_ENGINES: Mapping[str, tuple[str, Precision]] = {
    "openvino fp32": ("openvino", "fp32"),
    "onnx fp32": ("onnx", "fp32"),
    "openvino bf16": ("openvino", "bf16"),
    "openvino int8": ("openvino", "int8"),
    "onnx int8": ("onnx", "int8"),
}
"""Backend and precision of each engine but torch, the most precise first."""
_PINNED_MODEL = next(file.sha256 for file in PINNED[ENCODER].files if file.path == "model.safetensors")


class ChosenEncoder:
    """An `Encoder` that is chosen, and loaded, by the first call that needs it; it stays the same from then on."""

    def __init__(self, choose: Callable[[], Encoder], *, name: str, sha256: str) -> None:
        self.name = name
        self.sha256 = sha256
        self._choose = choose
        self._lock = threading.Lock()
        self._chosen: Encoder | None = None

    @property
    def engine(self) -> str:
        """What runs the weights."""
        return self._encoder.engine

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._encoder.dimension

    @property
    def max_tokens(self) -> int:
        """Tokens read of one text, special tokens included."""
        return self._encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without truncation, special tokens included."""
        return self._encoder.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of `texts`, L2-normalised."""
        return self._encoder.encode(texts)

    @property
    def _encoder(self) -> Encoder:
        if self._chosen is None:
            with self._lock:
                if self._chosen is None:
                    self._chosen = self._choose()
        return self._chosen


def choose_encoder(weights: Path, *, name: str, sha256: str, settings: IndexSettings) -> Encoder:
    """The encoder of a folder of weights on the engine that the settings ask for; what cannot be had is logged.

    Weights other than the pinned ones run on torch: that another model is pooled as ours is cannot be told for sure.
    """
    reference = SentenceEncoder(weights, name=name, sha256=sha256)
    if settings.encoder_backend == "torch":
        return reference
    if settings.encoder_path is not None or sha256 != _PINNED_MODEL:
        if settings.encoder_backend != "auto":
            _log.warning("encoder %r runs on torch: %s runs %r only", name, settings.encoder_backend, ENCODER)
        return reference

    def choose() -> Encoder:
        try:
            prepared = open_store(weights, sha256=sha256, settings=settings).prepare()
            for engine, why in prepared.refused.items():
                _log.info("encoder engine %s is not used: %s", engine, why)
            passages, question = pick(prepared.speeds, backend=settings.encoder_backend)
            return reference if passages == REFERENCE else open_engine(weights, prepared, passages, question, reference)
        except (EngineMissing, OSError, RuntimeError, ValueError) as problem:
            _log.warning("encoder %r runs on torch, which is slower: %s", name, problem)
            return reference

    return ChosenEncoder(choose, name=name, sha256=sha256)


def open_store(weights: Path, *, sha256: str, settings: IndexSettings, machine: Machine | None = None) -> EngineStore:
    """Where the engines of these weights are kept, for this machine or another."""
    seeds = settings.seeds if settings.seeds.exists() else None
    machine = machine or describe_machine()
    return EngineStore(settings.weights_home, weights, sha256=sha256, machine=machine, seeds=seeds)


def pick(speeds: Mapping[str, Speed], *, backend: str) -> tuple[str, str]:
    """The engine for passages and the one for a question, of one backend. Raises `EngineMissing`.

    `backend` is `openvino`, `onnx`, or `auto`. Of two that are about as fast the more precise one. Torch only where it is
    clearly faster at passages: it takes three times as long for a question, which somebody waits for.
    """
    ours = [engine for engine, (own, _) in _ENGINES.items() if engine in speeds and backend in ("auto", own)]
    if not ours:
        which = "engine but torch" if backend == "auto" else f"engine of {backend}"
        raise EngineMissing(f"no {which} gives vectors that are good enough here")
    passages = _fastest({engine: speeds[engine].passages_per_second for engine in ours})
    alike = [engine for engine in ours if _ENGINES[engine][0] == _ENGINES[passages][0]]
    question = _fastest({engine: 1.0 / speeds[engine].question_ms for engine in alike})
    fastest = speeds[passages].passages_per_second
    if backend == "auto" and REFERENCE in speeds and speeds[REFERENCE].passages_per_second > fastest * _WORTH:
        return REFERENCE, REFERENCE
    return passages, question


def open_each(weights: Path, *, name: str, sha256: str, settings: IndexSettings) -> dict[str, Encoder]:
    """The encoder on each engine that may be chosen here, questions and passages alike. Raises `EngineMissing`."""
    reference = SentenceEncoder(weights, name=name, sha256=sha256)
    engines: dict[str, Encoder] = {reference.engine: reference}
    if sha256 == _PINNED_MODEL and settings.encoder_path is None:
        prepared = open_store(weights, sha256=sha256, settings=settings).prepare()
        offered = [engine for engine in _ENGINES if engine in prepared.speeds]
        engines |= {engine: open_engine(weights, prepared, engine, engine, reference) for engine in offered}
    return engines


def open_engine(weights: Path, prepared: Prepared, passages: str, question: str, reference: Encoder) -> Encoder:
    """The encoder on two engines of one backend. Raises OSError, RuntimeError, ValueError."""

    def graph(engine: str) -> Graph:
        return Graph(prepared.models[model_of(engine)], _ENGINES[engine][1])

    kind = OnnxEncoder if _ENGINES[passages][0] == "onnx" else OpenVinoEncoder
    return kind(
        weights,
        name=reference.name,
        sha256=reference.sha256,
        passages=graph(passages),
        question=graph(question),
    )


def _fastest(rates: Mapping[str, float]) -> str:
    """The fastest of some, with the more precise ones first."""
    best = next(iter(rates))
    for engine, rate in rates.items():
        if rate > rates[best] * _WORTH:
            best = engine
    return best
