"""What ONNX Runtime computes for a text depends on nothing but the text, and what is wrong with a file is told."""

import threading
from pathlib import Path

import numpy as np
import pytest

from indexes.graphs import Graph
from indexes.machines import count_cores
from indexes.onnx_encoding import OnnxEncoder
from indexes.sessions import SCORING
from tests.engines import SETTINGS, open_engine, prepare

WEIGHTS = SETTINGS.weights_home / SETTINGS.encoder
TEXTS = ["The mill will close in May.", "", "long " * 300, "Who spoke of the mill?", *["The ferry sank at sea."] * 9]


@pytest.mark.encoder
@pytest.mark.parametrize("name", ["onnx fp32", "onnx int8"])
def test_what_is_beside_a_text_does_not_matter(name: str) -> None:
    """A text's vector is the same among many others as by itself, with 8 bits too."""
    encoder = open_engine(name)
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert np.allclose(encoder.encode(TEXTS), alone, atol=1e-5)


@pytest.mark.encoder
def test_questions_may_have_a_precision_of_their_own() -> None:
    """Passages and questions run on the models that they are given, and the engine's name tells both."""
    models = prepare(int8=True).models
    graphs = {"passages": Graph(models["onnx int8"], "int8"), "question": Graph(models["onnx fp32"], "fp32")}
    mixed = OnnxEncoder(WEIGHTS, name="mixed", sha256="", **graphs)
    assert mixed.engine == "onnx int8, questions fp32"
    assert np.allclose(mixed.encode(TEXTS[:2]), open_engine("onnx int8").encode(TEXTS[:2]), atol=1e-5)
    assert np.allclose(mixed.encode(TEXTS[:1]), open_engine("onnx fp32").encode(TEXTS[:1]), atol=1e-5)


@pytest.mark.encoder
@pytest.mark.parametrize("content", [None, b"no graph"])
def test_a_file_that_cannot_be_opened(tmp_path: Path, content: bytes | None) -> None:
    """A model that is missing or damaged is an error that names its file."""
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    graph = Graph(path, "fp32")
    with pytest.raises(RuntimeError, match=r"model\.onnx"):
        OnnxEncoder(WEIGHTS, name="none", sha256="", passages=graph, question=graph)


@pytest.mark.encoder
def test_indexing_and_scoring_do_not_wait_for_each_other() -> None:
    """While everything that scores is busy, passages are encoded."""
    encoder, free = open_engine("onnx fp32"), threading.Event()
    try:
        for _ in range(count_cores()):
            SCORING.submit(free.wait, 60)
        assert len(encoder.encode(["One text.", "Another text.", "A third."])) == 3
    finally:
        free.set()
