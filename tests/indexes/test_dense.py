"""Vectors: Chroma and the vector file give the same scores, and neither is trusted blindly."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from indexes.building import build_index
from indexes.catalogue import SqliteCatalogue
from indexes.dense import STORE, VECTORS, ChromaStore, Dense, VectorFile, VectorWriter
from indexes.errors import IndexDamaged
from indexes.reusing import CATALOGUE
from indexes.types import Filters
from tests.fakes.archive import settings_at, write_records
from tests.fakes.encoders import HashingEncoder

MANY = [
    {
        "id": f"a{number}",
        "title": f"Story {number}",
        "text": f"Word{number} and mill{number % 7} in Tarnby.",
        "outlet": f"O{number % 3}",
    }
    for number in range(60)
]

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from indexes.dense import ChromaStore
store = ChromaStore.open(Path(sys.argv[1]))
print("held" if store is not None else "refused", flush=True)
sys.stdin.read()
"""


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: Path) -> Path:
    """The folder of a build of sixty articles."""
    settings = settings_at(tmp_path / "home")
    report = build_index([write_records(tmp_path / "many.jsonl", MANY)], settings=settings, encoder=HashingEncoder())
    return settings.home / "builds" / report.manifest.id


@pytest.fixture(name="catalogue")
def fixture_catalogue(folder: Path) -> Iterator[SqliteCatalogue]:
    """The build's catalogue."""
    with closing(SqliteCatalogue(folder / CATALOGUE)) as catalogue:
        yield catalogue


def test_store_and_file_agree(folder: Path, catalogue: SqliteCatalogue) -> None:
    """Chroma finds the passages that exact scoring finds, with the same scores."""
    with closing(
        Dense(
            vectors=VectorFile(folder / VECTORS),
            store=ChromaStore.open(folder),
            encoder=HashingEncoder(),
            passages=catalogue,
        )
    ) as stored:
        exact = Dense(vectors=VectorFile(folder / VECTORS), store=None, encoder=HashingEncoder(), passages=catalogue)
        for question in ("word3", "mill2 in Tarnby", "story word59"):
            one = stored.retrieve(question, limit=1, filters=Filters())
            other = exact.retrieve(question, limit=60, filters=Filters())
            assert one[0].score == pytest.approx(other[0].score, abs=1e-5)
            scores = exact.scores_of(question, [hit.passage for hit in other])
            assert scores == {hit.passage.id: pytest.approx(hit.score) for hit in other}


def test_filter_that_keeps_most(folder: Path, catalogue: SqliteCatalogue) -> None:
    """On a large archive Chroma is asked for more and sifted; where it gave too few, the exact scores decide."""
    filters = Filters(outlets=("o1",))
    with closing(
        Dense(
            vectors=VectorFile(folder / VECTORS),
            store=ChromaStore.open(folder),
            encoder=HashingEncoder(),
            passages=catalogue,
            exact_rows=10,
        )
    ) as stored:
        exact = Dense(vectors=VectorFile(folder / VECTORS), store=None, encoder=HashingEncoder(), passages=catalogue)
        for limit in (1, 5, 40):
            one = stored.retrieve("mill4 word4", limit=limit, filters=filters)
            other = exact.retrieve("mill4 word4", limit=limit, filters=filters)
            assert {hit.passage.article_id for hit in one} <= {f"a{number}" for number in range(1, 60, 3)}
            assert [hit.score for hit in one] == pytest.approx([hit.score for hit in other], abs=1e-5)


def test_question_is_encoded_once(folder: Path, catalogue: SqliteCatalogue) -> None:
    """The same question is not encoded again."""
    encoder = HashingEncoder()
    retriever = Dense(vectors=VectorFile(folder / VECTORS), store=None, encoder=encoder, passages=catalogue)
    for _ in range(3):
        retriever.retrieve("mill4", limit=2, filters=Filters())
    assert encoder.encoded == ["mill4"]


def test_second_process_does_without_chroma(folder: Path) -> None:
    """While another process has the folder open there is no store, so that nothing hangs; afterwards there is."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert ChromaStore.open(folder) is None
        holder.communicate("")
    store = ChromaStore.open(folder)
    assert store is not None
    store.close()


def test_one_process_opens_twice(folder: Path) -> None:
    """The same process may open a build twice, and each is closed on its own."""
    one, two = ChromaStore.open(folder), ChromaStore.open(folder)
    assert one is not None
    assert two is not None
    one.close()
    assert len(two) == 60
    two.close()


def test_closing_frees_the_lock(folder: Path) -> None:
    """After `close` another process may open the folder."""
    store = ChromaStore.open(folder)
    assert store is not None
    store.close()
    done = subprocess.run(
        [sys.executable, "-c", HOLDER, str(folder)], cwd=ROOT, input="", capture_output=True, text=True, check=True
    )
    assert done.stdout == "held\n"


def test_store_holds_no_documents(folder: Path) -> None:
    """Chroma holds ids and vectors and nothing else."""
    store = ChromaStore.open(folder)
    assert store is not None
    found = store._collection.get(limit=2)
    assert [*(found["documents"] or []), *(found["metadatas"] or [])] == [None] * 4
    store.close()


@pytest.mark.parametrize("damage", ["missing", "garbage"])
def test_damaged_store(folder: Path, damage: str) -> None:
    """A store that cannot be opened is named, with the cure, and the lock is free again."""
    database = folder / STORE / "chroma.sqlite3"
    if damage == "missing":
        (folder / STORE).rename(folder / "elsewhere")
    else:
        database.write_bytes(b"\xff" * 4096)
    for _ in range(2):
        with pytest.raises(IndexDamaged, match="python -m indexes verify"):
            ChromaStore.open(folder)


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00garbage", b"x" * 100])
def test_damaged_vector_file(tmp_path: Path, content: bytes) -> None:
    """A vector file that cannot be read is named, with the cure."""
    path = tmp_path / VECTORS
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match="python -m indexes verify"):
        VectorFile(path)


def test_truncated_vector_file(folder: Path) -> None:
    """A vector file that was cut short is refused when it is opened, not while a question is answered."""
    path = folder / VECTORS
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(IndexDamaged):
        VectorFile(path)


def test_vectors_that_are_none(tmp_path: Path) -> None:
    """Rows that are no unit vectors, and a wrong shape or number, are found; zeros stand where a passage went."""
    vectors = HashingEncoder().encode(["a", "b", "c"])
    vectors[1] /= 2
    with closing(VectorWriter(tmp_path, rows=3, dimension=64)) as writer:
        writer.add(["p1", "p2", "p3"], vectors)
    file = VectorFile(tmp_path / VECTORS)
    assert "no unit vectors" in file.problems(passages=3, dimension=64)[0]
    assert "shape" in file.problems(passages=4, dimension=64)[0]
    (tmp_path / "b").mkdir()
    with closing(VectorWriter(tmp_path / "b", rows=3, dimension=64)) as writer:
        writer.keep(tmp_path / VECTORS, gone=[1])
    changed = VectorFile(tmp_path / "b" / VECTORS)
    assert not changed.at(1).any()
    assert changed.problems(passages=2, dimension=64) == []
    assert "2 vectors instead of 3" in changed.problems(passages=3, dimension=64)[0]


def test_nearest_is_exact(tmp_path: Path) -> None:
    """The vector file gives exact scores in order, of a subset too; among equals the lower row comes first."""
    np.save(tmp_path / VECTORS, np.asarray([[1, 0], [0, 1], [1, 0], [0.6, 0.8]], dtype=np.float32))
    file = VectorFile(tmp_path / VECTORS)
    vector = np.asarray([1, 0], dtype=np.float32)
    assert [row for row, _ in file.nearest(vector, limit=3)] == [0, 2, 3]
    assert file.nearest(vector, limit=9, rows=[1, 3]) == [(3, pytest.approx(0.6)), (1, 0.0)]
    assert file.nearest(vector, limit=9, rows=[]) == []
