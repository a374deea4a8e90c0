"""Opens the two scorers, the cross-encoder and the sparse model, from graphs that are written once from their weights."""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256 as hash_bytes
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from filelock import FileLock

from indexes.children import run_child
from indexes.errors import EngineMissing, WeightsDamaged, WeightsMissing
from indexes.expanding import SparseExpander
from indexes.graphs import LOGITS, STATES
from indexes.hashes import read_sha256
from indexes.machines import find_version
from indexes.pins import ENCODER, EXPANDER
from indexes.reranking import CrossEncoder
from indexes.sealing import is_whole, put
from indexes.settings import IndexSettings
from indexes.types import Expander, Reranker
from indexes.weights import find_weights, hash_weights

_log = logging.getLogger("dateline.indexes")

ADAPTERS = Path(__file__).with_name("reranker.safetensors")
ADAPTERS_SHA256 = "a6308bc34befee70de3766e08381a0c63dbf6b29672bd8859693e498d8e10930"
"""What was trained on `evals/practice`: low-rank adapters (LoRA, Hu et al. 2021) and a head."""
_RECIPE = 1
"""How graphs are written; raise it with every change of what they compute, so that older ones are not taken."""

Write: TypeAlias = Callable[[dict[str, Any]], None]
"""Carries out an order of `indexes.scorer_exporting`. Raises `EngineMissing`."""


_WRITE = partial(run_child, "indexes.scorer_exporting")


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model that judges quotes: its name, the files of its graphs, and what they are written from."""

    name: str
    files: tuple[str, ...]
    weights: Path
    adapters: Path | None = None

    @property
    def order(self) -> dict[str, Any]:
        """What writes the graphs is told, but for the folder."""
        adapters = str(self.adapters.resolve()) if self.adapters else None
        return {"weights": str(self.weights.resolve()), "adapters": adapters}

    def folder(self, home: Path) -> Path:
        """Where its graphs are kept, by what they depend on: weights, adapters, what writes them. Raises `WeightsMissing`, OSError."""
        parts = [str(_RECIPE), hash_weights(self.weights), read_sha256(self.adapters) if self.adapters else ""]
        parts += [f"{package} {find_version(package)}" for package in ("torch", "transformers", "onnx")]
        key = hash_bytes("\n".join(parts).encode()).hexdigest()[:16]
        return home / "engines" / f"{self.name}-{key}"


def _cross_encoder(weights: Path, adapters: Path = ADAPTERS) -> Scorer:
    return Scorer("cross-encoder", (LOGITS,), weights, adapters)


def _sparse_model(weights: Path) -> Scorer:
    return Scorer("sparse-model", (STATES, LOGITS), weights)


def open_cross_encoder(
    weights: Path, home: Path, *, adapters: Path = ADAPTERS, sha256: str = ADAPTERS_SHA256
) -> Reranker:
    """The encoder's layers with our adapters. Raises `WeightsDamaged` for a file of another hash, and `EngineMissing`."""
    if not adapters.is_file() or read_sha256(adapters) != sha256:
        raise WeightsDamaged(
            f"{str(adapters)!r} is missing or is not the file that belongs to this version; install again"
        )
    with find_graphs(_cross_encoder(weights, adapters), home) as graphs:
        return CrossEncoder(graphs, weights)


def open_sparse_model(weights: Path, home: Path) -> Expander:
    """The learned sparse model. Raises `EngineMissing`."""
    with find_graphs(_sparse_model(weights), home) as graphs:
        return SparseExpander(graphs, weights)


def write_graphs(settings: IndexSettings) -> list[Path]:
    """Have the graphs of both here: their folders. Raises `WeightsProblem`."""
    scorers = (_cross_encoder(find_weights(ENCODER, settings)), _sparse_model(find_weights(EXPANDER, settings)))
    with ExitStack() as stack:
        return [stack.enter_context(find_graphs(one, settings.weights_home)) for one in scorers]


def has_graphs(settings: IndexSettings) -> bool:
    """Whether the graphs of both are kept and whole. Nothing is fetched or written."""
    home = settings.weights_home
    try:
        return all(
            is_whole(one.folder(home), one.files, fresh=True)
            for one in (_cross_encoder(home / ENCODER), _sparse_model(home / EXPANDER))
        )
    except (OSError, WeightsMissing):
        return False


@contextmanager
def find_graphs(scorer: Scorer, home: Path, *, write: Write = _WRITE) -> Iterator[Path]:
    """The folder with the graphs of a scorer, in `engines/` of the home of the weights; written if it is not whole.

    Where nothing can be kept there, they are written beside for this once. Raises `EngineMissing` where they cannot be
    written at all, or where they cannot be opened within.
    """
    folder = scorer.folder(home)
    try:
        with ExitStack() as stack:
            try:
                _keep(scorer, folder, write)
            except (OSError, EngineMissing) as error:
                _log.warning(
                    "the graphs of the %s are written at every start: they cannot be kept (%s)", scorer.name, error
                )
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="dateline-", ignore_cleanup_errors=True)))
                _make(scorer, folder, write)
            yield folder
    except (OSError, RuntimeError, EngineMissing) as error:
        raise EngineMissing(
            f"the graphs of the {scorer.name} cannot be had ({error}); make room in {str(home)!r}, or run "
            "`python -m indexes weights --repair`"
        ) from error


def _keep(scorer: Scorer, folder: Path, write: Write) -> None:
    """Write the graphs into their place, unless they are there and whole."""
    if is_whole(folder, scorer.files, fresh=True):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{scorer.name}.lock"):
        if is_whole(folder, scorer.files, fresh=True):  # by another process meanwhile
            return
        _log.info("writing the graphs %s, once: a few seconds", folder.name)
        scratch = f".building-{folder.name}-"
        for left in folder.parent.glob(f"{scratch}*"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(dir=folder.parent, prefix=scratch, ignore_cleanup_errors=True) as beside:
            new = Path(beside) / "new"
            new.mkdir()
            _make(scorer, new, write)
            put(new, folder)


def _make(scorer: Scorer, folder: Path, write: Write) -> None:
    write(scorer.order | {"folder": str(folder)})
    if missing := [file for file in scorer.files if not (folder / file).is_file()]:
        raise EngineMissing(f"the graphs {', '.join(missing)} were not written")
