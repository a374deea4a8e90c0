"""Words: BM25 over the same stems that questions and answers have."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from indexes.building import build_index
from indexes.catalogue import SqliteCatalogue
from indexes.errors import IndexDamaged
from indexes.lexical import FOLDER, Lexical
from indexes.reusing import CATALOGUE
from indexes.types import Filters
from tests.fakes.archive import settings_at, write_records
from tests.fakes.encoders import HashingEncoder


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: Path) -> Path:
    """The folder of a build of the little archive."""
    settings = settings_at(tmp_path / "home")
    report = build_index([write_records(tmp_path / "archive.jsonl")], settings=settings, encoder=HashingEncoder())
    return settings.home / "builds" / report.manifest.id


@pytest.fixture(name="lexical")
def fixture_lexical(folder: Path) -> Iterator[Lexical]:
    """Its word index."""
    with ExitStack() as stack:
        catalogue = SqliteCatalogue(folder / CATALOGUE)
        stack.callback(catalogue.close)
        lexical = Lexical(folder, passages=catalogue)
        stack.callback(lexical.close)
        yield lexical


@pytest.mark.parametrize(
    ("question", "best"),
    [("visitor", "fair"), ("CAFES", "fair"), ("Crane's", "mill-1"), ("44 worker", "mill-2"), ("Sund ferries", "ferry")],
)
def test_words_in_any_form(lexical: Lexical, question: str, best: str) -> None:
    """A word is found in whatever form, case, or accent it is asked."""
    assert lexical.retrieve(question, limit=1, filters=Filters())[0].passage.article_id == best


def test_headline_and_outlet_count(lexical: Lexical) -> None:
    """A word that stands only in the headline or the outlet's name is found too."""
    assert lexical.retrieve("crowds", limit=1, filters=Filters())[0].passage.article_id == "fair"
    assert lexical.retrieve("Velle", limit=1, filters=Filters())[0].passage.article_id == "mill-2"


def test_function_words(lexical: Lexical) -> None:
    """Function words find nothing beside others, and are looked for where there is nothing else."""
    by_content = lexical.retrieve("the ferry", limit=9, filters=Filters())
    assert [hit.passage.article_id for hit in by_content] == ["ferry"]
    assert len(lexical.retrieve("the", limit=9, filters=Filters())) > 1


def test_vocabulary(lexical: Lexical) -> None:
    """The vocabulary knows in how many passages a word occurs, as it is written or as its stem."""
    assert lexical.size == 4
    assert lexical.frequency("mill") == 2
    assert lexical.frequency("Visitors") == lexical.frequency("visitor") == 1
    assert lexical.frequency("nobody") == lexical.frequency("nobodi") == 2
    assert lexical.frequency("dragon") == lexical.frequency("") == 0


@pytest.mark.parametrize("damage", ["missing", "garbage"])
def test_damaged_index(folder: Path, damage: str) -> None:
    """A word index that cannot be opened is named, with the cure."""
    if damage == "missing":
        (folder / FOLDER).rename(folder / "elsewhere")
    else:
        (folder / FOLDER / "meta.json").write_text("{", encoding="utf-8")
    catalogue = SqliteCatalogue(folder / CATALOGUE)
    with pytest.raises(IndexDamaged, match="python -m indexes verify"):
        Lexical(folder, passages=catalogue)
