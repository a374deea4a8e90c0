"""The real encoder, loaded once, for the tests that are marked `encoder`."""

import pytest

from indexes.encoders import open_encoder
from indexes.settings import IndexSettings
from indexes.types import Encoder


@pytest.fixture(scope="session")
def real_encoder() -> Encoder:
    """The reference encoder from the user's cache."""
    return open_encoder(IndexSettings())
