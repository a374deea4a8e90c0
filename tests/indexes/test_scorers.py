"""The scorers' graphs are written once, whole or not at all, and compute what torch does."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock, Timeout
from hypothesis import given
from hypothesis import strategies as st

from indexes.errors import EngineMissing
from indexes.graph_writing import load_body
from indexes.graphs import load_tokenizer
from indexes.pairs import encode_pair
from indexes.pins import ENCODER, EXPANDER
from indexes.scorer_exporting import main as write_here
from indexes.scorer_exporting import merge, pool_pairs
from indexes.scorers import ADAPTERS, Scorer, find_graphs, open_cross_encoder, open_sparse_model
from indexes.sessions import Session, share_out
from indexes.settings import IndexSettings
from indexes.weights import find_weights
from tests.packaging.sources import ROOT

FILES = ("states.onnx", "logits.onnx")
QUESTION = "How many people work at the mill in Tarnby?"
TEXTS = (
    "Mill to close | Marit Osk |  | “The mill in Tarnby gives work to 212 people, and they work well,” Osk said.",
    "Frost takes the apples | Jon Reke | It was cold. | “It was one night,” said Jon Reke.",
    "",
    "word " * 400,
)


class Writer:
    """Carries out orders without engines; `before` is called before the second file, which may be left out."""

    def __init__(self, *, before: Callable[[], None] = lambda: None, files: int = len(FILES)) -> None:
        self.orders: list[dict[str, Any]] = []
        self._before = before
        self._files = files

    def __call__(self, order: dict[str, Any]) -> None:
        """Write the files."""
        self.orders.append(order)
        for at, name in enumerate(FILES[: self._files]):
            if at:
                self._before()
            (Path(order["folder"]) / name).write_text(f"graph {at}", encoding="utf-8")


@pytest.fixture(name="weights")
def fixture_weights(tmp_path: Path) -> Path:
    """A folder of weights, as far as they are hashed."""
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def find(weights: Path, home: Path, write: Writer, *, adapters: Path | None = None) -> dict[str, str]:
    """What is in the folder of the graphs."""
    with find_graphs(Scorer("scorer", FILES, weights, adapters), home, write=write) as folder:
        return {name: (folder / name).read_text(encoding="utf-8") for name in FILES}


def test_graphs_are_written_once(weights: Path, tmp_path: Path) -> None:
    """The second time they are found; nothing else is left in the folder."""
    write = Writer()
    first = find(weights, tmp_path / "home", write)
    assert find(weights, tmp_path / "home", write) == first == {"states.onnx": "graph 0", "logits.onnx": "graph 1"}
    assert len(write.orders) == 1
    assert [path.name for path in (tmp_path / "home" / "engines").iterdir() if path.name.startswith(".building")] == []


def test_other_weights_and_adapters_have_graphs_of_their_own(weights: Path, tmp_path: Path) -> None:
    """What a graph is written from is what it is found by."""
    write, adapters = Writer(), tmp_path / "adapters"
    adapters.write_bytes(b"adapters")
    find(weights, tmp_path / "home", write)
    find(weights, tmp_path / "home", write, adapters=adapters)
    (weights / "model.safetensors").write_bytes(b"others!")
    find(weights, tmp_path / "home", write)
    assert [order["adapters"] for order in write.orders] == [None, str(adapters.resolve()), None]


@pytest.mark.parametrize("content", ["graph X", "graph 0 of somebody else"])
def test_a_damaged_graph_is_written_again(weights: Path, tmp_path: Path, content: str) -> None:
    """A file that is not what it was when it was written is not opened, even if its size and time of change are the same."""
    write = Writer()
    find(weights, tmp_path / "home", write)
    path = next((tmp_path / "home" / "engines").glob("*/states.onnx"))
    before = path.stat()
    path.write_text(content, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert find(weights, tmp_path / "home", write)["states.onnx"] == "graph 0"
    assert len(write.orders) == 2


def test_a_killed_writer_leaves_nothing_behind(weights: Path, tmp_path: Path) -> None:
    """What was written half is not found, and is gone after the next time."""

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find(weights, tmp_path / "home", Writer(before=die))
    engines = tmp_path / "home" / "engines"
    assert list(engines.glob("*/states.onnx")) == []
    find(weights, tmp_path / "home", Writer())
    left = engines / f".building-{next(engines.glob('scorer-*')).name}-killed"
    left.mkdir()
    next(engines.glob("*/states.onnx")).unlink()
    find(weights, tmp_path / "home", Writer())
    assert not left.exists()


def test_several_that_need_them_at_once(weights: Path, tmp_path: Path) -> None:
    """One writes, which nobody else may meanwhile, and all find the same."""

    def be_alone() -> None:
        lock = next((tmp_path / "home" / "engines").glob(".scorer*.lock"))
        with pytest.raises(Timeout), FileLock(lock, timeout=0):
            pass

    write = Writer(before=be_alone)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: find(weights, tmp_path / "home", write), range(8)))
    assert len(write.orders) == 1
    assert found == [found[0]] * 8


def test_a_home_that_keeps_nothing(weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The graphs are written for this once, and the log says that they cannot be kept."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "engines").write_text("a file in the way", encoding="utf-8")
    write = Writer()
    with caplog.at_level(logging.WARNING, logger="dateline.indexes"):
        assert find(weights, home, write)["logits.onnx"] == "graph 1"
    assert "the graphs of the scorer are written at every start" in caplog.text
    assert not Path(write.orders[0]["folder"]).exists()


def test_a_full_disk(weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the writer finds no room in the home, it writes elsewhere for this once."""
    home = tmp_path / "home"

    class Full(Writer):
        """Has no room in the home."""

        def __call__(self, order: dict[str, Any]) -> None:
            """Fail there."""
            if Path(order["folder"]).is_relative_to(home):
                raise EngineMissing("No space left on device")
            super().__call__(order)

    with caplog.at_level(logging.WARNING, logger="dateline.indexes"):
        assert find(weights, home, Full())["logits.onnx"] == "graph 1"
    assert "cannot be kept (No space left on device)" in caplog.text


def test_graphs_that_are_not_written(weights: Path, tmp_path: Path) -> None:
    """A writer that leaves one out leaves none, and that is reported with what to do."""
    with pytest.raises(EngineMissing, match=r"logits\.onnx were not written.*make room"):
        find(weights, tmp_path / "home", Writer(files=1))
    assert list((tmp_path / "home" / "engines").glob("*/*")) == []


def test_graphs_that_cannot_be_opened(weights: Path, tmp_path: Path) -> None:
    """What the runtime says of them is reported as what it is: weights that cannot be used."""
    with (
        pytest.raises(EngineMissing, match="the graphs of the scorer cannot be had"),
        find_graphs(Scorer("scorer", FILES, weights), tmp_path / "home", write=Writer()) as folder,
    ):
        Session(folder / "logits.onnx")


def test_a_writer_that_fails(tmp_path: Path) -> None:
    """The last line of what it says is what is reported."""
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(EngineMissing, match=r"could not be made \(.*model_type"):
        open_sparse_model(folder, tmp_path / "home")


@pytest.mark.encoder
def test_the_cross_encoder_computes_what_torch_does(tmp_path: Path) -> None:
    """The graph's logits are those of the layers with the adapters merged, computed padded by torch."""
    torch = pytest.importorskip("torch")
    safetensors = pytest.importorskip("safetensors.torch")
    weights = find_weights(ENCODER, IndexSettings())
    added = safetensors.load_file(ADAPTERS)
    body = load_body(weights)
    merge(body, added)
    with torch.inference_mode():
        tokenizer = load_tokenizer(weights)
        pooled = pool_pairs(body, [encode_pair(tokenizer, QUESTION, text) for text in TEXTS])
        expected = pooled @ added["head.weight"].float()[0] + added["head.bias"].float()
    assert open_cross_encoder(weights, tmp_path).score(QUESTION, TEXTS) == pytest.approx(expected.tolist(), abs=1e-4)


@pytest.mark.encoder
def test_the_sparse_model_computes_what_torch_does(tmp_path: Path) -> None:
    """The terms of the question, their weights, and the activations are those of the whole model, piece by piece."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    weights = find_weights(EXPANDER, IndexSettings())
    model = transformers.AutoModelForMaskedLM.from_pretrained(weights, local_files_only=True).eval()
    tokenizer = load_tokenizer(weights)

    def activate(text: str) -> Any:  # noqa: ANN401 - the engine's tensor
        ids = torch.tensor([tokenizer.encode(text).ids[:127]])
        if ids.shape[1] == 127:
            ids = torch.cat([ids, torch.tensor([[tokenizer.token_to_id("[SEP]")]])], 1)
        with torch.inference_mode():
            return torch.log1p(torch.relu(model(input_ids=ids).logits[0])).amax(0).numpy()

    own = activate(QUESTION)
    found = open_sparse_model(weights, tmp_path).expand(QUESTION, TEXTS)
    terms = np.nonzero(own > 0)[0]
    assert found.weights == pytest.approx(own[terms], abs=1e-4)
    assert found.pieces == pytest.approx(np.stack([activate(text)[terms] for text in TEXTS]), abs=5e-3)


@pytest.mark.encoder
def test_a_service_scores_without_torch(tmp_path: Path) -> None:
    """Once the graphs are there, a question is read and scored without loading what they are written with."""
    code = (
        "import sys; from indexes.settings import IndexSettings; from qa.wiring import open_expander, open_reranker\n"
        "places = IndexSettings(); open_reranker(places).score('Who?', ['He.', 'She.'])\n"
        "open_expander(places).expand('Who?', ['He.'])\n"
        "print(sorted({'torch', 'transformers', 'onnx', 'sentence_transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.encoder
def test_graphs_are_written_into_their_folder(tmp_path: Path) -> None:
    """Nothing but the two files, which can be opened."""
    weights = find_weights(EXPANDER, IndexSettings())
    write_here({"weights": str(weights), "adapters": None, "folder": str(tmp_path)})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_a_file_that_is_no_graph(tmp_path: Path) -> None:
    """The error names the file that cannot be opened."""
    path = tmp_path / "model.onnx"
    path.write_text("no graph", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"ONNX Runtime cannot open '.*model\.onnx'"):
        Session(path)


@given(lengths=st.lists(st.integers(0, 500), max_size=40))
def test_work_is_shared_out_in_order(lengths: list[int]) -> None:
    """Whatever takes longest is begun first, and what comes back stands where it belongs; the threads do all of it."""
    begun: list[int] = []

    def work(at: int) -> tuple[int, int]:
        assert threading.current_thread().name.startswith("shared")
        begun.append(lengths[at])
        return at, lengths[at]

    with ThreadPoolExecutor(1, thread_name_prefix="shared") as threads:
        assert share_out(work, lengths, threads) == list(enumerate(lengths))
    assert begun == sorted(lengths, reverse=True)


def test_work_is_done_at_once() -> None:
    """As many at a time as there are threads: each of two waits for the other here."""
    barrier = threading.Barrier(2, timeout=30)
    with ThreadPoolExecutor(2) as threads:
        assert sorted(share_out(lambda _: barrier.wait(), [1, 1], threads)) == [0, 1]


def test_work_that_fails_is_reported() -> None:
    """What one of them raises is raised."""
    with pytest.raises(ZeroDivisionError), ThreadPoolExecutor(2) as threads:
        share_out(lambda at: 1 // at, [1, 1, 1], threads)
