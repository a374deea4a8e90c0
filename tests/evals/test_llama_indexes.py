"""Tests of LlamaIndex's quickstart as it is measured beside ours, with an encoder without weights."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from evals.errors import WrongUsage
from evals.llama_indexes import FOLDER, LlamaIndexed, _open_store, index_texts, open_llama_index
from indexes.types import Article, Filters, Retrieved, Vectors
from tests.evals.world import ARTICLES
from tests.fakes.encoders import HashingEncoder

ANY = Filters()
LONG = " ".join(f"In sentence {number} the ferry of Tarn reached pier {number} at dawn." for number in range(200))


def archive() -> Iterator[Article]:
    """The little archive, with one article that needs several nodes."""
    for key, text in {**ARTICLES, "tarn-ferry": LONG}.items():
        yield Article(id=key, title="Upper Tarn", text=text, outlet="Tarn Echo", published="2031-05-04T08:00:00Z")


class Noting(HashingEncoder):
    """Keeps the texts that it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Note the texts."""
        self.seen.extend(texts)
        return super().encode(texts)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the index is made once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Closes what a test opens."""
    with ExitStack() as stack:
        yield stack


def opened(name: str, home: Path, closing: ExitStack, *, encoder: HashingEncoder | None = None) -> LlamaIndexed:
    """The retriever over the archive."""
    encoder = encoder or HashingEncoder()
    return open_llama_index(name, articles=archive, encoder=encoder, home=home, build="b_1+0", closing=closing)


def places(hits: Sequence[Retrieved]) -> list[str]:
    """The nodes of the hits, in order."""
    return [hit.passage.id for hit in hits]


@pytest.mark.parametrize("name", ["llama_index", "llama_index_fusion"])
def test_it_finds_the_article_that_holds_the_words(name: str, home: Path, closing: ExitStack) -> None:
    """The best node is of the right article, each comes once, and no more come than asked for."""
    hits = opened(name, home, closing).retrieve("visitors of the village fair", limit=3, filters=ANY)
    assert hits[0].passage.article_id == "tarn-3"
    assert hits[0].passage.text == ARTICLES["tarn-3"]
    assert hits[0].passage.context == "Upper Tarn\nTarn Echo\n2031-05-04"
    assert len(hits) == len(set(places(hits))) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("name", ["llama_index", "llama_index_fusion"])
def test_articles_can_be_chosen(name: str, home: Path, closing: ExitStack) -> None:
    """Only nodes of the chosen articles come, all of them where there is room; another filter is refused."""
    peer = opened(name, home, closing)
    hits = peer.retrieve("visitors of the village fair", limit=50, filters=Filters(article_ids=("tarn-1", "tarn-2")))
    assert {hit.passage.article_id for hit in hits} == {"tarn-1", "tarn-2"}
    assert peer.retrieve("visitors of the village fair", limit=1, filters=ANY)[0].passage.article_id == "tarn-3"
    with pytest.raises(WrongUsage, match="without filters but article ids"):
        peer.retrieve("mill", limit=1, filters=Filters(outlets=("Tarn Echo",)))


def test_offsets_are_those_of_the_text(home: Path, closing: ExitStack) -> None:
    """A long article is several nodes of the default size that overlap; the stored text stands at their offsets."""
    peer = opened("llama_index", home, closing)
    hits = peer.retrieve("ferry pier dawn", limit=50, filters=Filters(article_ids=("tarn-ferry",)))
    nodes = sorted((hit.passage for hit in hits), key=lambda passage: passage.ordinal)
    assert len(nodes) > 2
    assert all(LONG[node.start : node.end] == node.text for node in nodes)
    assert all(one.end > other.start for one, other in pairwise(nodes))
    assert nodes[-1].end == len(LONG)


def test_fusion_is_by_reciprocal_ranks(home: Path, closing: ExitStack) -> None:
    """A node at rank 0 of both lists scores 2/60, as LlamaIndex counts, and nothing scores more."""
    hits = opened("llama_index_fusion", home, closing).retrieve("visitors of the fair", limit=4, filters=ANY)
    assert hits[0].score == pytest.approx(2 / 60)
    assert all(hit.score < 2 / 60 for hit in hits[1:])


def test_an_index_is_embedded_once(tmp_path: Path) -> None:
    """A second opening encodes nothing and ranks alike; one of another build replaces what there was."""
    first, second, third = HashingEncoder(), HashingEncoder(), HashingEncoder()
    with ExitStack() as closing:
        before = opened("llama_index", tmp_path, closing, encoder=first).retrieve("the mill", limit=9, filters=ANY)
    assert sum("Upper Tarn" in text for text in first.encoded) == len(before)
    with ExitStack() as closing:
        after = opened("llama_index", tmp_path, closing, encoder=second).retrieve("the mill", limit=9, filters=ANY)
    assert places(after) == places(before)
    assert second.encoded == ["the mill"]
    with ExitStack() as closing:
        open_llama_index("llama_index", articles=archive, encoder=third, home=tmp_path, build="b_2+0", closing=closing)
    assert third.encoded == first.encoded[: len(third.encoded)]
    assert [path.name[:5] for path in (tmp_path / FOLDER).iterdir() if path.is_dir()] == ["b_2+0"]


def test_an_index_that_was_not_finished_is_made_anew(tmp_path: Path) -> None:
    """After an encoder failed half way the next opening makes the whole index."""
    with pytest.raises(OSError, match="gone"), ExitStack() as closing:
        opened("llama_index", tmp_path, closing, encoder=HashingEncoder(failing=OSError("gone"), after=1))
    with ExitStack() as closing:
        hits = opened("llama_index", tmp_path, closing).retrieve("mill ferry fair", limit=50, filters=ANY)
    assert {hit.passage.article_id for hit in hits} == {*ARTICLES, "tarn-ferry"}


def test_without_articles_there_is_nothing_to_measure(tmp_path: Path, closing: ExitStack) -> None:
    """An empty index is refused, each time."""
    for _ in range(2):
        with pytest.raises(WrongUsage, match="no articles"):
            open_llama_index(
                "llama_index", articles=tuple, encoder=HashingEncoder(), home=tmp_path, build="b", closing=closing
            )


def test_texts_become_one_node_each(tmp_path: Path) -> None:
    """Texts are indexed as they are, in order, each encoded once and as a whole."""
    encoder = Noting()
    texts = [LONG, "The fair began.", "The fair began."]
    index_texts(texts, encoder, tmp_path / "new")
    assert encoder.seen == texts
    with ExitStack() as closing:
        store = _open_store(tmp_path / "new", closing)
        assert store._collection.count() == len(texts)


def test_a_missing_package_is_one_line(tmp_path: Path, closing: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the error says what to install."""
    monkeypatch.setitem(sys.modules, "llama_index.vector_stores.chroma", None)
    with pytest.raises(WrongUsage, match=r"extra 'peers'.*pip install .*\[peers\]") as caught:
        opened("llama_index", tmp_path, closing)
    assert "\n" not in str(caught.value)


ALONE = """
import sys
def guard(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise SystemExit(f"{event} {args!r}")
sys.addaudithook(guard)
from contextlib import ExitStack
from pathlib import Path
from indexes.quieting import quiet_engines
quiet_engines()
from indexes.types import Filters
from tests.evals.test_llama_indexes import opened
with ExitStack() as closing:
    peer = opened("llama_index_fusion", Path(sys.argv[1]), closing)
    print(peer.retrieve("visitors of the fair", limit=1, filters=Filters())[0].passage.article_id)
"""


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """Making an index and asking it opens no connection, also where the libraries' places for files are empty."""
    empty = str(tmp_path / "empty")
    environment = {**os.environ, "TIKTOKEN_CACHE_DIR": empty, "NLTK_DATA": empty}
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.stdout.split() == ["tarn-3"], done.stderr
