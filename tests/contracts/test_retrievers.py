"""What every retriever does: by meaning, by words, fused, without Chroma, and the fake that stands in for them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from indexes.building import build_index
from indexes.types import Article, Filters, Retriever
from indexes.wiring import Index, open_index
from tests.fakes.archive import RECORDS, settings_at, write_records
from tests.fakes.encoders import HashingEncoder
from tests.fakes.reading import SharedWords

QUESTION = "Who said the river has beaten the mill?"


@pytest.fixture(scope="module", name="index")
def fixture_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The little archive, built with the encoder that needs no weights."""
    home: Path = tmp_path_factory.mktemp("contracts")
    settings = settings_at(home / "home")
    build_index([write_records(home / "archive.jsonl")], settings=settings, encoder=HashingEncoder())
    index = open_index(settings, encoder=HashingEncoder())
    yield index
    index.close()


@pytest.fixture(params=["dense", "lexical", "fused", "fake"], name="retriever")
def fixture_retriever(request: pytest.FixtureRequest, index: Index) -> Retriever:
    """Each implementation in turn."""
    shelf = [
        Article(
            id=record["id"],
            title=record["title"],
            text=record["text"],
            outlet=record.get("outlet"),
            published=record.get("published"),
        )
        for record in RECORDS
    ]
    retrievers: dict[str, Retriever] = {
        "dense": index.dense,
        "lexical": index.lexical,
        "fused": index.retriever,
        "fake": SharedWords(shelf),
    }
    return retrievers[request.param]


def found(retriever: Retriever, filters: Filters, *, question: str = "mill village ferry", limit: int = 10) -> set[str]:
    """The ids of the articles that were found."""
    hits = retriever.retrieve(question, limit=limit, filters=filters)
    return {hit.passage.article_id for hit in hits}


def test_best_first(retriever: Retriever) -> None:
    """The passage that answers comes first, scores fall, and no passage comes twice."""
    hits = retriever.retrieve(QUESTION, limit=10, filters=Filters())
    assert hits[0].passage.article_id == "mill-1"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits)


def test_limit(retriever: Retriever) -> None:
    """No more passages come than were asked for; a smaller limit gives the first of a larger one."""
    assert list(retriever.retrieve(QUESTION, limit=1, filters=Filters())) == list(
        retriever.retrieve(QUESTION, limit=3, filters=Filters())[:1]
    )


@pytest.mark.parametrize("question", ["", "   ", "?!", "– “”"])
def test_question_without_words(retriever: Retriever, question: str) -> None:
    """A question without words finds nothing, or at least fails at nothing."""
    assert len(retriever.retrieve(question, limit=3, filters=Filters())) <= 3


@pytest.mark.parametrize(
    "question",
    [
        'body:mill AND "unclosed',
        "title:(((",
        "mill~9 -village +* ^",
        "'; DROP TABLE passages; --",
        "\ud800 mill \x00",
        "mill " * 2000,
        "a\\",
    ],
)
def test_question_is_no_query_language(retriever: Retriever, question: str) -> None:
    """Whatever a question holds is words to look for."""
    assert len(retriever.retrieve(question, limit=3, filters=Filters())) <= 3


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(outlets=("TARN post",)), {"mill-1", "fair"}),
        (Filters(outlets=("Tarn Post", "Velle Courier")), {"mill-1", "mill-2", "fair"}),
        (Filters(article_ids=("ferry",)), {"ferry"}),
        (Filters(published_from=date(2031, 3, 4)), {"mill-2", "fair"}),
        (Filters(published_to=date(2031, 3, 4)), {"mill-1", "mill-2"}),
        (Filters(published_from=date(2031, 3, 4), published_to=date(2031, 3, 4)), {"mill-2"}),
        (Filters(outlets=("Velle Courier",), published_to=date(2031, 3, 3)), set()),
        (Filters(outlets=("nobody",)), set()),
        (Filters(article_ids=("nothing",)), set()),
    ],
)
def test_filters(retriever: Retriever, filters: Filters, kept: set[str]) -> None:
    """Only passages of the articles that the filters keep are found, and all of those that match."""
    question = "mill village fair ferry"
    everything = found(retriever, Filters(), question=question)
    assert everything == {"mill-1", "mill-2", "fair", "ferry"}
    assert found(retriever, filters, question=question) == kept


def test_many_threads(retriever: Retriever) -> None:
    """Threads that ask at once get what one gets alone."""
    alone = list(retriever.retrieve(QUESTION, limit=5, filters=Filters()))
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: list(retriever.retrieve(QUESTION, limit=5, filters=Filters())), range(40))
        assert all(answer == alone for answer in answers)
