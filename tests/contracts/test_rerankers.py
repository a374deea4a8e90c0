"""What every cross-encoder does: the trained one, and the fake that stands in for it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexes.errors import WeightsDamaged
from indexes.pins import ENCODER
from indexes.scorers import ADAPTERS, open_cross_encoder
from indexes.settings import IndexSettings
from indexes.types import Reranker
from indexes.weights import find_weights
from qa.wiring import open_reranker
from tests.fakes.reading import WordReranker

QUESTION = "How many people work at the mill in Tarnby?"
RIGHT = "Mill to close | Marit Osk |  | “The mill in Tarnby gives work to 212 people, and they work well,” Osk said."
WRONG = "Frost takes the apples | Jon Reke | It was cold. | “It was one night,” said Jon Reke."
TEXTS = [WRONG, RIGHT, "", "word " * 2000, RIGHT]


@pytest.fixture(scope="module", params=["fake", pytest.param("trained", marks=pytest.mark.encoder)], name="reranker")
def fixture_reranker(request: pytest.FixtureRequest) -> Reranker:
    """Each implementation in turn."""
    return WordReranker() if request.param == "fake" else open_reranker(IndexSettings())


def test_a_logit_for_each_text_in_order(reranker: Reranker) -> None:
    """The same text gets the same logit wherever it stands, and the text that answers a higher one."""
    logits = reranker.score(QUESTION, TEXTS)
    assert len(logits) == len(TEXTS)
    assert logits[1] == pytest.approx(logits[4], abs=1e-3)
    assert logits[1] > max(logits[0], logits[2], logits[3])


def test_company_changes_nothing(reranker: Reranker) -> None:
    """A text is read alone: what else is scored with it does not matter."""
    assert reranker.score(QUESTION, [RIGHT])[0] == pytest.approx(reranker.score(QUESTION, TEXTS)[1], abs=1e-3)


def test_no_texts(reranker: Reranker) -> None:
    """No texts give no logits."""
    assert list(reranker.score(QUESTION, [])) == []


@pytest.mark.parametrize("question", ["", "?", "word " * 3000])
def test_any_question(reranker: Reranker, question: str) -> None:
    """A question without words, or of thousands, is read all the same."""
    assert len(reranker.score(question, [RIGHT, ""])) == 2


def test_many_threads(reranker: Reranker) -> None:
    """Threads that score at once get what one gets alone."""
    alone = reranker.score(QUESTION, TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for logits in pool.map(lambda _: reranker.score(QUESTION, TEXTS), range(8)):
            assert logits == pytest.approx(alone, abs=1e-3)


@pytest.mark.encoder
def test_the_end_of_a_long_text_is_read() -> None:
    """The quote stands at the end, so a long text loses its beginning."""
    reranker = open_reranker(IndexSettings())
    long, other = reranker.score(QUESTION, ["filler " * 400 + RIGHT, "filler " * 400 + WRONG])
    assert long > other


@pytest.mark.encoder
def test_other_adapters_are_refused(tmp_path: Path) -> None:
    """A file that is not the pinned one is not loaded, nor is a missing one."""
    weights = find_weights(ENCODER, IndexSettings())
    changed = tmp_path / "adapters.safetensors"
    changed.write_bytes(ADAPTERS.read_bytes()[:-1] + b"\x01")
    for path in (changed, tmp_path / "none.safetensors"):
        with pytest.raises(WeightsDamaged, match="is missing or is not the file that belongs to this version"):
            open_cross_encoder(weights, tmp_path, adapters=path)
