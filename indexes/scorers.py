"""Opens the two scorers, the cross-encoder and the sparse model, from graphs that are written once from their weights."""

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
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


def _write(order: dict[str, Any]) -> None:
    run_child("indexes.scorer_exporting", order)


def open_cross_encoder(
    weights: Path, home: Path, *, adapters: Path = ADAPTERS, sha256: str = ADAPTERS_SHA256
) -> Reranker:
    """The encoder's layers with our adapters. Raises `WeightsDamaged` for a file of another hash, and `EngineMissing`."""
    if not adapters.is_file() or read_sha256(adapters) != sha256:
        raise WeightsDamaged(
            f"{str(adapters)!r} is missing or is not the file that belongs to this version; install again"
        )
    with find_graphs("cross-encoder", weights, home, [LOGITS], adapters=adapters) as graphs:
        return CrossEncoder(graphs, weights)


def open_sparse_model(weights: Path, home: Path) -> Expander:
    """The learned sparse model. Raises `EngineMissing`."""
    with find_graphs("sparse model", weights, home, [STATES, LOGITS]) as graphs:
        return SparseExpander(graphs, weights)


def write_graphs(settings: IndexSettings) -> tuple[Path, Path]:
    """Have the graphs of both here: their folders. Raises `WeightsProblem`."""
    home, encoder, sparse = settings.weights_home, find_weights(ENCODER, settings), find_weights(EXPANDER, settings)
    with (
        find_graphs("cross-encoder", encoder, home, [LOGITS], adapters=ADAPTERS) as one,
        find_graphs("sparse model", sparse, home, [STATES, LOGITS]) as other,
    ):
        return one, other


def has_graphs(settings: IndexSettings) -> bool:
    """Whether the graphs of both are kept and whole. Nothing is fetched or written."""
    home = settings.weights_home
    wanted = (("cross-encoder", ENCODER, [LOGITS], ADAPTERS), ("sparse model", EXPANDER, [STATES, LOGITS], None))
    try:
        return all(
            is_whole(_folder(name, home / weights, home, adapters), files, fresh=True)
            for name, weights, files, adapters in wanted
        )
    except (OSError, WeightsMissing):
        return False


@contextmanager
def find_graphs(
    name: str, weights: Path, home: Path, files: Sequence[str], *, adapters: Path | None = None, write: Write = _write
) -> Iterator[Path]:
    """The folder with the graphs of a scorer, in `engines/` of the home of the weights; written if it is not whole.

    Where nothing can be kept there, they are written beside for this once. Raises `EngineMissing` where they cannot be
    written at all, or where they cannot be opened within.
    """
    order = {"weights": str(weights.resolve()), "adapters": str(adapters.resolve()) if adapters else None}
    folder = _folder(name, weights, home, adapters)
    with ExitStack() as stack:
        try:
            try:
                if not is_whole(folder, files, fresh=True):
                    folder.parent.mkdir(parents=True, exist_ok=True)
                    with FileLock(folder.parent / f".{name.replace(' ', '-')}.lock"):
                        if not is_whole(folder, files, fresh=True):
                            _keep(folder, files, order, write)
            except (OSError, EngineMissing) as error:
                _log.warning("the graphs of the %s are written at every start: they cannot be kept (%s)", name, error)
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="dateline-", ignore_cleanup_errors=True)))
                _make(folder, files, order, write)
            yield folder
        except (OSError, RuntimeError, EngineMissing) as error:
            raise EngineMissing(
                f"the graphs of the {name} cannot be had ({error}); make room in {str(home)!r}, or run "
                "`python -m indexes weights --repair`"
            ) from error


def _keep(folder: Path, files: Sequence[str], order: dict[str, Any], write: Write) -> None:
    """Write the graphs into their place; the caller holds the lock."""
    _log.info("writing the graphs %s, once: a few seconds", folder.name)
    scratch = f".building-{folder.name}-"
    for left in folder.parent.glob(f"{scratch}*"):  # of a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=folder.parent, prefix=scratch, ignore_cleanup_errors=True) as beside:
        new = Path(beside) / "new"
        new.mkdir()
        _make(new, files, order, write)
        put(new, folder)


def _make(folder: Path, files: Sequence[str], order: dict[str, Any], write: Write) -> None:
    write(order | {"folder": str(folder)})
    if missing := [file for file in files if not (folder / file).is_file()]:
        raise EngineMissing(f"the graphs {', '.join(missing)} were not written")


def _folder(name: str, weights: Path, home: Path, adapters: Path | None) -> Path:
    """Where graphs are kept, by what they depend on: weights, adapters, and what writes them. Raises `WeightsMissing`, OSError."""
    parts = [str(_RECIPE), hash_weights(weights), read_sha256(adapters) if adapters else ""]
    parts += [f"{package} {find_version(package)}" for package in ("torch", "transformers", "onnx")]
    key = hash_bytes("\n".join(parts).encode()).hexdigest()[:16]
    return home / "engines" / f"{name.replace(' ', '-')}-{key}"
