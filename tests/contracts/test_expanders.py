"""What every expander does: the learned sparse model, and the fake that stands in for it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexes.settings import IndexSettings
from indexes.types import Activations, Expander
from qa.wiring import open_expander
from tests.fakes.reading import WordExpander

QUESTION = "How many people work at the mill in Tarnby?"
RIGHT = "The mill in Tarnby gives work to 212 people."
WRONG = "It was one night of frost."
PIECES = [WRONG, RIGHT, "", "word " * 2000, RIGHT]


@pytest.fixture(scope="module", params=["fake", pytest.param("learned", marks=pytest.mark.encoder)], name="expander")
def fixture_expander(request: pytest.FixtureRequest) -> Expander:
    """Each implementation in turn."""
    return WordExpander() if request.param == "fake" else open_expander(IndexSettings())


def shape(found: Activations, pieces: int) -> None:
    """Check that the arrays belong together."""
    terms = len(found.weights)
    assert found.pieces.shape == (pieces, terms)
    assert found.owners.shape == (terms,)
    assert found.pieces.dtype == np.float32
    assert (found.pieces >= 0).all()
    assert (found.owners < found.words).all()


def test_a_row_for_each_piece_in_order(expander: Expander) -> None:
    """The same piece gets the same row wherever it stands, and the piece with the words a higher score."""
    found = expander.expand(QUESTION, PIECES)
    shape(found, len(PIECES))
    assert found.pieces[1] == pytest.approx(found.pieces[4], abs=1e-3)
    assert found.score([1]) > max(found.score([0]), found.score([2]), found.score([3]))
    assert found.weakest([1]) > found.weakest([0])


def test_company_and_memory_change_nothing(expander: Expander) -> None:
    """A piece is read alone, and a second time like the first."""
    alone = expander.expand(QUESTION, [RIGHT]).pieces[0]
    assert alone == pytest.approx(expander.expand(QUESTION, PIECES).pieces[1], abs=5e-3)
    assert alone == pytest.approx(expander.expand(QUESTION, [RIGHT]).pieces[0], abs=1e-6)


@pytest.mark.parametrize("question", ["", " ", "?", "the of and", "word " * 3000, "Ж 中 \U0001f300"])
def test_any_question(expander: Expander, question: str) -> None:
    """A question without words, or of thousands, is read all the same; no pieces give no rows."""
    shape(expander.expand(question, PIECES), len(PIECES))
    shape(expander.expand(question, []), 0)


@given(text=st.text(max_size=80))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text(expander: Expander, text: str) -> None:
    """Whatever a piece holds, its score is a number, and a piece without any text holds nothing."""
    found = expander.expand(QUESTION, [text, ""])
    shape(found, 2)
    assert np.isfinite(found.score([0]))
    assert found.score([]) == 0.0
    assert found.weakest([]) == 0.0


def test_many_threads(expander: Expander) -> None:
    """Threads that expand at once get what one gets alone."""
    alone = expander.expand(QUESTION, PIECES).pieces
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: expander.expand(QUESTION, PIECES), range(8)):
            assert found.pieces == pytest.approx(alone, abs=1e-3)
