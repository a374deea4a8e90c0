"""Keeps what is built from the encoder's weights, whole or not at all, and which of it this machine runs fastest."""

import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import sha256 as hash_bytes
from pathlib import Path
from typing import Any, TypeAlias

from filelock import FileLock

from indexes.children import run_child
from indexes.errors import EngineMissing
from indexes.machines import Machine
from indexes.sealing import is_whole, put

_log = logging.getLogger("dateline.indexes")

RECIPE = 1
"""How engines are built and compared here; raise it with every change of that, so that older ones are not taken."""
REFERENCE = "torch fp32"
"""The engine that needs nothing built, and whose vectors the others' are compared with."""


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of model that is built: its main file, the packages that make it, and the one that runs it."""

    file: str
    made_by: tuple[str, ...]
    run_by: str


MODELS: Mapping[str, Model] = {
    "openvino fp32": Model("model.xml", ("openvino",), "openvino"),
    "openvino int8": Model("model.xml", ("openvino", "nncf"), "openvino"),
    "onnx fp32": Model("model.onnx", ("onnx",), "onnxruntime"),
    "onnx int8": Model("model.onnx", ("onnx", "onnxruntime"), "onnxruntime"),
}
"""What is built of the weights, those first that others are made of."""


def model_of(engine: str) -> str:
    """The model that an engine other than the reference runs: bf16 is computed with the one at full precision."""
    return engine.replace("bf16", "fp32")


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured of one engine: passages a second, milliseconds a question."""

    passages_per_second: float
    question_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is there of the encoder's weights: the main file of each model, and what was measured of the engines.

    `speeds` are those within the bounds of quality (`torch fp32`, `openvino bf16`, …); `refused` says why others are not.
    """

    models: Mapping[str, Path]
    speeds: Mapping[str, Speed]
    refused: Mapping[str, str] = field(default_factory=dict)


_RUN = partial(run_child, "indexes.preparing")
Run: TypeAlias = Callable[[dict[str, Any]], None]
"""Carries out an order: writes the models of `build`, and `speeds` and `refused` into the file `answer`."""


class EngineStore:
    """The engines of one model's weights, in a folder beside the weights.

    `engines/<weights>-r<recipe>-` and the versions of the packages that made it is the folder of a model. It is moved into
    place when it is complete, and counts only while its files have the hashes that it names. What was measured lies
    beside them, and is measured again where that file is deleted.
    """

    def __init__(
        self, home: Path, weights: Path, *, sha256: str, machine: Machine, seeds: Path | None, run: Run = _RUN
    ) -> None:
        self._root = home / "engines"
        self._weights = weights
        self._sha256 = sha256
        self._machine = machine
        self._seeds = seeds
        self._run = run
        self._scratch = f".building-{sha256[:16]}-"

    def prepare(self) -> Prepared:
        """What is there, built and measured if it is not. Raises `EngineMissing`."""
        if all(self._machine.version(model.run_by) is None for model in MODELS.values()):
            raise EngineMissing("neither openvino nor onnxruntime is installed")
        try:
            found = self._find()
            if found is not None:
                return found
            self._root.mkdir(parents=True, exist_ok=True)
            with FileLock(self._root / f".{self._sha256[:16]}.lock"):
                return self._find() or self._build()
        except OSError as error:
            raise EngineMissing(
                f"the engines could not be kept in {str(self._root)!r} ({error.strerror or error})"
            ) from error

    def _folder(self, name: str) -> Path:
        versions = "-".join(f"{package}-{self._machine.version(package)}" for package in MODELS[name].made_by)
        return self._root / f"{self._sha256[:16]}-r{RECIPE}-{versions}"

    def _refuse(self, name: str) -> str | None:
        """Why a model is not built on this machine."""
        if name.endswith("int8") and not self._machine.int8:
            return "this processor multiplies 8-bit integers no faster"
        needed = (*MODELS[name].made_by, MODELS[name].run_by)
        return next((f"{one} is not installed" for one in needed if self._machine.version(one) is None), None)

    @property
    def _measured(self) -> Path:
        """The file of this machine's measurement: another processor, or another version, has another."""
        key = json.dumps(asdict(self._machine), sort_keys=True)
        return self._root / f"{self._sha256[:16]}-r{RECIPE}-{hash_bytes(key.encode()).hexdigest()[:12]}.json"

    def _find(self) -> Prepared | None:
        """What is there, None where anything is missing or damaged."""
        measured = _read_measured(self._measured)
        if measured is None:
            return None
        speeds, refused = measured
        whole = [name for name in MODELS if self._is_whole(name)]
        if any(model_of(engine) not in whole for engine in speeds if engine != REFERENCE):
            return None
        models = {name: self._folder(name) / MODELS[name].file for name in whole}
        return Prepared(models=models, speeds=speeds, refused=refused)

    def _is_whole(self, name: str) -> bool:
        return is_whole(self._folder(name), [MODELS[name].file])

    def _build(self) -> Prepared:
        """Have a child build what is missing, and measure; the caller holds the lock."""
        for left in self._root.glob(f"{self._scratch}*"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        refused = {name: why for name in MODELS if (why := self._refuse(name))}
        wanted = [name for name in MODELS if name not in refused]
        have = {name: self._folder(name) for name in wanted if self._is_whole(name)}
        with tempfile.TemporaryDirectory(dir=self._root, prefix=self._scratch, ignore_cleanup_errors=True) as beside:
            scratch = Path(beside)
            build = {name: scratch / name for name in wanted if name not in have}
            for folder in build.values():
                folder.mkdir()
            answer = scratch / "answer.json"
            _log.info("building and measuring the encoder's engines, once for this machine: a minute or so")
            self._run(
                {
                    "weights": str(self._weights.resolve()),
                    "seeds": str(self._seeds.resolve()) if self._seeds else None,
                    "have": {name: str(folder / MODELS[name].file) for name, folder in have.items()},
                    "build": {name: str(folder / MODELS[name].file) for name, folder in build.items()},
                    "answer": str(answer),
                }
            )
            for name, folder in build.items():
                if (folder / MODELS[name].file).is_file():
                    put(folder, self._folder(name))
            told = json.loads(answer.read_text(encoding="utf-8"))
            told["refused"] |= refused
            told["machine"] = asdict(self._machine)
            answer.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
            answer.replace(self._measured)
        found = self._find()
        if found is None:
            raise EngineMissing(f"the engines in {str(self._root)!r} are not whole after they were built")
        return found


def _read_measured(path: Path) -> tuple[dict[str, Speed], dict[str, str]] | None:
    """The speeds and refusals of a file, None where it is missing or damaged: then it is measured again."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        speeds = {
            str(name): Speed(float(one["passages_per_second"]), float(one["question_ms"]))
            for name, one in document["speeds"].items()
        }
        return speeds, {str(name): str(why) for name, why in document["refused"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
