"""Engines are built once, whole or not at all, and measured once for each machine."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexes.children import run_child
from indexes.engines import MODELS, EngineStore, Prepared, Speed
from indexes.errors import EngineMissing
from indexes.machines import Machine

MACHINE = Machine(processor="Abacus 3", cores=2, int8=True, versions=(("openvino", "1.0"), ("nncf", "2.0")))
EVERY = (*MACHINE.versions, ("onnx", "3.0"), ("onnxruntime", "4.0"))
FP32, INT8 = "openvino fp32", "openvino int8"
MODEL = MODELS[FP32].file
SPEEDS = {
    "torch fp32": Speed(20.0, 28.0),
    FP32: Speed(40.0, 4.0),
    INT8: Speed(70.0, 16.0),
    "onnx fp32": Speed(41.0, 6.0),
    "onnx int8": Speed(60.0, 5.0),
}


class Builder:
    """Carries out orders without engines; `before` is called between the files of a model, `int8` says if that works."""

    def __init__(self, *, int8: bool = True, before: Callable[[], None] = lambda: None) -> None:
        self.orders: list[dict[str, Any]] = []
        self._int8 = int8
        self._before = before

    def __call__(self, order: dict[str, Any]) -> None:
        """Write two files for each model, and the answer."""
        self.orders.append(order)
        refused = {}
        for name, path in order["build"].items():
            if name == INT8 and not self._int8:
                refused[name] = "could not be built (no space)"
                continue
            Path(path).write_text(f"graph of {name}", encoding="utf-8")
            self._before()
            Path(path).with_suffix(".bin").write_bytes(name.encode() * 100)
        there = {"torch fp32", *order["have"], *order["build"]} - set(refused)
        speeds = {name: vars_of(speed) for name, speed in SPEEDS.items() if name in there}
        Path(order["answer"]).write_text(json.dumps({"speeds": speeds, "refused": refused}), encoding="utf-8")


def vars_of(speed: Speed) -> dict[str, float]:
    """A speed as the file holds it."""
    return {"passages_per_second": speed.passages_per_second, "question_ms": speed.question_ms}


def make_store(folder: Path, run: Callable[[dict[str, Any]], None], machine: Machine = MACHINE) -> EngineStore:
    """A store in a folder of its own."""
    return EngineStore(folder / "home", folder / "weights", sha256="a" * 64, machine=machine, seeds=None, run=run)


def left_over(folder: Path) -> list[str]:
    """What is neither an engine, nor a measurement, nor a lock."""
    return [path.name for path in (folder / "home" / "engines").glob(".building-*")]


def test_built_once(tmp_path: Path) -> None:
    """The first use builds and measures every model, each in a folder of its own; the second finds them all."""
    builder = Builder()
    machine = replace(MACHINE, versions=EVERY)
    first = make_store(tmp_path, builder, machine).prepare()
    assert first.speeds == SPEEDS
    graphs = {name: path.read_text(encoding="utf-8") for name, path in first.models.items()}
    assert graphs == {name: f"graph of {name}" for name in MODELS}
    assert make_store(tmp_path, builder, machine).prepare() == first
    assert len(builder.orders) == 1
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("name", [MODEL, "model.bin", "files.json"])
@pytest.mark.parametrize("how", ["changed", "cut", "gone"])
def test_a_damaged_model_is_built_again(tmp_path: Path, name: str, how: str) -> None:
    """A model with a file that is changed, cut short or gone is built again; the sound one beside it is kept."""
    builder = Builder()
    model = make_store(tmp_path, builder).prepare().models[INT8]
    path = model.parent / name
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if how == "cut" else content[:-4] + b"}!!!")
    assert make_store(tmp_path, builder).prepare().models[INT8] == model
    assert path.read_bytes() == content
    assert [sorted(order["build"]) for order in builder.orders] == [[FP32, INT8], [INT8]]


@pytest.mark.parametrize("content", ["", "[]", '{"speeds": 3}', '{"speeds": {"torch fp32": {}}, "refused": {}}'])
def test_a_damaged_measurement_is_made_again(tmp_path: Path, content: str) -> None:
    """A file of measurements that cannot be read is made again, without building anything."""
    builder = Builder()
    store = make_store(tmp_path, builder)
    first = store.prepare()
    measured = next((tmp_path / "home" / "engines").glob("*.json"))
    measured.write_text(content, encoding="utf-8")
    assert store.prepare() == first
    assert builder.orders[1]["build"] == {}


def test_each_machine_is_measured(tmp_path: Path) -> None:
    """Another processor in the same home is measured anew on the same files; both measurements are kept."""
    builder = Builder()
    for machine in (MACHINE, replace(MACHINE, processor="Abacus 4"), MACHINE):
        make_store(tmp_path, builder, machine).prepare()
    assert [sorted(order["build"]) for order in builder.orders] == [[FP32, INT8], []]


def test_a_killed_process_leaves_nothing(tmp_path: Path) -> None:
    """A build that ends half-way leaves no model behind, and what it left is swept by the next one."""

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_store(tmp_path, Builder(before=stop)).prepare()
    root = tmp_path / "home" / "engines"
    assert [path for path in root.iterdir() if path.is_dir()] == []
    stale = root / f".building-{'a' * 16}-killed"
    stale.mkdir()
    (stale / MODEL).write_text("half", encoding="utf-8")
    make_store(tmp_path, Builder()).prepare()
    assert left_over(tmp_path) == []


def test_two_at_once(tmp_path: Path) -> None:
    """Of several that need the engines at once, one builds and all find them."""
    builder = Builder()
    start = threading.Barrier(4)

    def prepare(_: int) -> Prepared:
        start.wait()
        return make_store(tmp_path, builder).prepare()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(prepare, range(4)))
    assert len(builder.orders) == 1
    assert all(one == found[0] for one in found)


def test_no_8_bits_without_nncf(tmp_path: Path) -> None:
    """Without nncf full precision is there, and each refusal says what is missing."""
    found = make_store(tmp_path, Builder(), replace(MACHINE, versions=(("openvino", "1.0"),))).prepare()
    assert list(found.models) == [FP32]
    assert found.refused[INT8] == "nncf is not installed"
    assert found.refused["onnx fp32"] == "onnx is not installed"


def test_no_8_bits_where_they_are_no_faster(tmp_path: Path) -> None:
    """On a processor without 8-bit dot products no 8-bit model is built."""
    builder = Builder()
    found = make_store(tmp_path, builder, replace(MACHINE, int8=False)).prepare()
    assert sorted(builder.orders[0]["build"]) == [FP32]
    assert INT8 in found.refused


def test_8_bits_that_cannot_be_built(tmp_path: Path) -> None:
    """Where the 8-bit model cannot be built, full precision serves, and it is not tried at every start."""
    builder = Builder(int8=False)
    found = make_store(tmp_path, builder).prepare()
    assert make_store(tmp_path, builder).prepare() == found
    assert list(found.models) == [FP32]
    assert found.refused[INT8] == "could not be built (no space)"
    assert len(builder.orders) == 1


def test_openvino_is_missing(tmp_path: Path) -> None:
    """Without OpenVINO the models of ONNX Runtime are there."""
    found = make_store(tmp_path, Builder(), replace(MACHINE, versions=EVERY[2:])).prepare()
    assert list(found.models) == ["onnx fp32", "onnx int8"]
    assert found.refused[FP32] == "openvino is not installed"


def test_nothing_that_runs_models(tmp_path: Path) -> None:
    """Without OpenVINO and ONNX Runtime nothing is tried, and the error says so."""
    builder = Builder()
    with pytest.raises(EngineMissing, match="neither openvino nor onnxruntime is installed"):
        make_store(tmp_path, builder, replace(MACHINE, versions=())).prepare()
    assert builder.orders == []


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """A home that is no folder is reported with its path."""
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    with pytest.raises(EngineMissing, match="engines"):
        make_store(tmp_path, Builder()).prepare()


def test_an_answer_that_is_missing(tmp_path: Path) -> None:
    """A child that does nothing leaves no engine, and that is reported."""
    with pytest.raises(EngineMissing):
        make_store(tmp_path, lambda order: None).prepare()


def test_a_child_that_fails(tmp_path: Path) -> None:
    """A child that fails is reported by the last line that it wrote."""
    with pytest.raises(EngineMissing, match="weights"):
        run_child("indexes.preparing", {"answer": str(tmp_path / "answer.json")})
