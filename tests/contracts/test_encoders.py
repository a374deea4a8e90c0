"""What every encoder does: the reference encoder, its faster engines, and the fake that stands in for it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from indexes.types import Encoder
from tests.engines import open_engine
from tests.fakes.encoders import HashingEncoder

TEXTS = ["The mill will close in May.", "", "Nobody was hurt 😀.", "word " * 2000, "The mill will close in May."]


REAL = ("torch fp32", "openvino fp32", "openvino int8", "onnx fp32", "onnx int8")


@pytest.fixture(
    scope="module", params=["fake", *(pytest.param(name, marks=pytest.mark.encoder) for name in REAL)], name="encoder"
)
def fixture_encoder(request: pytest.FixtureRequest) -> Encoder:
    """Each implementation in turn."""
    return HashingEncoder() if request.param == "fake" else open_engine(request.param)


def nearly(encoder: Encoder) -> float:
    """By how much the numbers of a vector may differ with the texts that are computed beside it: 8 bits round."""
    return 2e-2 if "int8" in encoder.engine else 1e-5


def test_unit_vectors_in_order(encoder: Encoder) -> None:
    """Each text gets a unit vector of the encoder's dimension in its place; the same text gets the same."""
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.allclose(vectors[0], vectors[4], atol=nearly(encoder))
    assert np.allclose(vectors[2], encoder.encode([TEXTS[2]])[0], atol=nearly(encoder))


def test_no_texts(encoder: Encoder) -> None:
    """No texts give no rows and no tokens."""
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert encoder.count_tokens([]) == []


def test_tokens_without_truncation(encoder: Encoder) -> None:
    """Tokens are counted beyond what is read, special tokens included; an empty text has only those."""
    counts = encoder.count_tokens(TEXTS)
    special = encoder.count_tokens([""])[0]
    assert counts[1] == special >= 0
    assert counts[3] >= 2000 > encoder.max_tokens
    assert counts[0] == counts[4] > special


def test_likeness(encoder: Encoder) -> None:
    """Texts about the same thing are nearer than texts about different things."""
    mill, same, other = encoder.encode(["The mill will close.", "The mill is to close soon.", "A ferry sank at sea."])
    assert mill @ same > mill @ other


def test_identity(encoder: Encoder) -> None:
    """An encoder says which weights it is, and what runs them."""
    assert encoder.name
    assert encoder.engine
    assert len(encoder.sha256) == 64


def test_many_threads(encoder: Encoder) -> None:
    """Threads that encode at once get what one gets alone."""
    alone = encoder.encode(TEXTS[:3])
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: encoder.encode(TEXTS[:3]), range(8)):
            assert np.allclose(vectors, alone, atol=1e-5)
