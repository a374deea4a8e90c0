"""What fuzzing stands on: sound documents to begin from, and a check that finds what it should."""

import dataclasses
from pathlib import Path

import pytest

from indexes.types import Article
from tests.fuzzing.checking import check
from tests.fuzzing.formats import FORMATS


@pytest.mark.parametrize("name", FORMATS)
def test_sound_documents(name: str, tmp_path: Path) -> None:
    """Fuzzing a format begins from documents that are read as articles."""
    kind = FORMATS[name]
    documents = kind.begin()
    assert documents
    for document in documents[:5]:
        results = check(kind, document, folder=tmp_path)
        assert results
        assert all(isinstance(result, Article) for result in results), results


def test_what_the_check_finds(tmp_path: Path) -> None:
    """A file that takes longer than it may, or gives more than its one article, is found."""
    with pytest.raises(AssertionError, match="seconds"):
        check(FORMATS["txt"], b"Words.", folder=tmp_path, seconds=0)
    single = dataclasses.replace(FORMATS["jsonl"], several=False)
    with pytest.raises(AssertionError, match="2 results"):
        check(single, b'{"text": "One."}\n{"text": "Two."}\n', folder=tmp_path)
