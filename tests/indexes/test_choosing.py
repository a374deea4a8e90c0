"""The fastest engine within quality runs; where none can be had, torch does, and the log says why."""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.choosing import ChosenEncoder, choose_encoder, pick
from indexes.engines import Speed
from indexes.errors import EngineMissing
from indexes.pins import ENCODER, PINNED
from indexes.settings import IndexSettings
from indexes.types import Encoder
from tests.fakes.encoders import HashingEncoder

PINNED_MODEL = next(file.sha256 for file in PINNED[ENCODER].files if file.path == "model.safetensors")
OTHER = "b" * 64


@pytest.mark.parametrize(
    ("rates", "chosen"),
    [
        ({"torch fp32": (21, 28), "openvino fp32": (30, 4)}, ("openvino fp32", "openvino fp32")),
        ({"openvino fp32": (30, 4), "openvino int8": (73, 16)}, ("openvino int8", "openvino fp32")),
        ({"openvino fp32": (30, 11), "openvino bf16": (55, 6)}, ("openvino bf16", "openvino bf16")),
        ({"openvino fp32": (30, 4), "openvino bf16": (32, 3.9)}, ("openvino fp32", "openvino fp32")),
        ({"torch fp32": (50, 28), "openvino fp32": (30, 4)}, ("torch fp32", "torch fp32")),
        ({"openvino fp32": (30, 4), "onnx fp32": (40, 5)}, ("onnx fp32", "onnx fp32")),
        ({"openvino fp32": (40, 4), "onnx fp32": (42, 5)}, ("openvino fp32", "openvino fp32")),
        (
            {"openvino fp32": (30, 4), "openvino int8": (73, 3), "onnx fp32": (40, 2), "onnx int8": (75, 2)},
            ("openvino int8", "openvino int8"),
        ),
    ],
)
def test_the_fastest(rates: Mapping[str, tuple[float, float]], chosen: tuple[str, str]) -> None:
    """Passages and questions get the fastest engines of one backend; of two about as fast, the more precise one."""
    assert pick({name: Speed(*rate) for name, rate in rates.items()}, backend="auto") == chosen


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_a_backend_asked_for(backend: str) -> None:
    """Where a backend is asked for by name, no faster one is chosen."""
    speeds = {"torch fp32": Speed(50, 1), "openvino fp32": Speed(30, 4), "onnx fp32": Speed(29, 4)}
    assert pick(speeds, backend=backend) == (f"{backend} fp32", f"{backend} fp32")


@pytest.mark.parametrize(("backend", "told"), [("auto", "engine but torch"), ("onnx", "engine of onnx")])
def test_nothing_is_good_enough(backend: str, told: str) -> None:
    """Where every engine that may be chosen is refused, that is reported."""
    speeds = {"torch fp32": Speed(50, 1)} | ({"openvino fp32": Speed(30, 4)} if backend == "onnx" else {})
    with pytest.raises(EngineMissing, match=told):
        pick(speeds, backend=backend)


@given(
    st.dictionaries(
        st.sampled_from(["openvino fp32", "openvino bf16", "openvino int8", "onnx fp32", "onnx int8"]),
        st.builds(Speed, st.floats(0.1, 1e3), st.floats(0.1, 1e3)),
        min_size=1,
    )
)
def test_never_much_slower_than_the_best(speeds: Mapping[str, Speed]) -> None:
    """What is chosen was measured, and is within a fifth of the fastest; a question's among those of its backend."""
    passages, question = pick(speeds, backend="auto")
    assert speeds[passages].passages_per_second * 1.21 >= max(one.passages_per_second for one in speeds.values())
    alike = [one.question_ms for name, one in speeds.items() if name.split()[0] == passages.split()[0]]
    assert speeds[question].question_ms <= 1.21 * min(alike) + 1e-9


def test_chosen_once() -> None:
    """Nothing is chosen before it is needed, and threads that need it at once get one and the same."""
    made: list[Encoder] = []

    def choose() -> Encoder:
        made.append(HashingEncoder(dimension=32, max_tokens=77))
        return made[-1]

    encoder = ChosenEncoder(choose, name="invented", sha256=OTHER)
    assert (encoder.name, encoder.sha256, made) == ("invented", OTHER, [])
    with ThreadPoolExecutor(4) as pool:
        shapes = list(pool.map(lambda _: encoder.encode(["The mill closed."]).shape, range(8)))
    assert shapes == [(1, 32)] * 8
    assert len(made) == 1
    assert (encoder.engine, encoder.dimension, encoder.max_tokens) == ("hashing", 32, 77)
    assert encoder.count_tokens(["one two"]) == [4]


def test_torch_asked_for(tmp_path: Path) -> None:
    """Where torch is asked for, nothing else is built or looked at."""
    settings = IndexSettings(weights_home=tmp_path, encoder_backend="torch", encoder_path=None)
    assert choose_encoder(tmp_path, name=ENCODER, sha256=PINNED_MODEL, settings=settings).engine == "torch fp32"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("backend", ["auto", "openvino", "onnx"])
def test_other_weights(tmp_path: Path, caplog: pytest.LogCaptureFixture, backend: str) -> None:
    """Weights that are not the pinned ones run on torch; who asked for something else is told so."""
    settings = IndexSettings(weights_home=tmp_path, encoder_backend=backend, encoder_path=None)
    assert choose_encoder(tmp_path, name="owner/other", sha256=OTHER, settings=settings).engine == "torch fp32"
    assert (f"{backend} runs" in caplog.text) == (backend != "auto")


@pytest.mark.parametrize("backend", ["auto", "openvino", "onnx"])
def test_what_cannot_be_built(tmp_path: Path, caplog: pytest.LogCaptureFixture, backend: str) -> None:
    """Where the engines cannot be kept, torch runs the weights, and one line of the log says why."""
    (tmp_path / "engines").write_text("a file in the way", encoding="utf-8")
    settings = IndexSettings(weights_home=tmp_path, encoder_backend=backend, encoder_path=None, seeds=tmp_path / "no")
    encoder = choose_encoder(tmp_path, name=ENCODER, sha256=PINNED_MODEL, settings=settings)
    with caplog.at_level(logging.WARNING):
        assert encoder.engine == "torch fp32"
    assert "runs on torch, which is slower: the engines could not be kept" in caplog.text
