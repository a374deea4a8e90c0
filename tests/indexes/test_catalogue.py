"""The catalogue: what is written is what is read."""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.catalogue import SqliteCatalogue
from indexes.cataloguing import CatalogueWriter
from indexes.errors import IndexDamaged, InvalidCursor
from indexes.fingerprints import fingerprint, hash_article, hash_text
from indexes.sentences import split_sentences
from indexes.splitting import split_article
from indexes.types import Article, Filters, Quotation
from tests.fakes.encoders import HashingEncoder
from tests.strategies import articles

ENCODER = HashingEncoder(max_tokens=32)


def write(path: Path, stored: Sequence[Article]) -> SqliteCatalogue:
    """A catalogue of the articles; the first word of each is a quotation of its first author."""
    with closing(CatalogueWriter(path)) as writer:
        for article in stored:
            sentences = split_sentences(article.text)
            first = sentences[0]
            quotation = Quotation(
                article_id=article.id,
                start=first.start,
                end=first.start + 1,
                sentence_start=first.start,
                sentence_end=first.end,
                speaker=article.authors[0] if article.authors else None,
                kind="direct",
            )
            writer.add(
                article,
                passages=split_article(article, sentences, encoder=ENCODER),
                sentences=sentences,
                quotations=[quotation],
            )
        writer.finish()
    return SqliteCatalogue(path)


@given(st.lists(articles, max_size=5, unique_by=lambda article: article.id))
@settings(deadline=None, max_examples=40)
def test_everything_comes_back(stored: list[Article]) -> None:
    """Articles, passages, sentences and quotations are read as they were written, and nothing is wrong with them."""
    with TemporaryDirectory() as folder, closing(write(Path(folder) / "c.sqlite", stored)) as catalogue:
        ids = [article.id for article in stored]
        assert catalogue.articles([*ids, "unknown"]) == {article.id: article for article in stored}
        assert list(catalogue.all_articles()) == stored
        assert catalogue.sentences(ids) == {article.id: split_sentences(article.text) for article in stored}
        passages = [
            one for article in stored for one in split_article(article, split_sentences(article.text), encoder=ENCODER)
        ]
        assert list(catalogue.passage_ids(Filters())) == [passage.id for passage in passages]
        assert catalogue.passages([passage.id for passage in passages]) == {one.id: one for one in passages}
        assert catalogue.passages_at(range(len(passages) + 1)) == dict(enumerate(passages))
        assert catalogue.rows_of([passage.id for passage in passages]) == {
            passage.id: row for row, passage in enumerate(passages)
        }
        assert {key: len(found) for key, found in catalogue.quotations(ids).items()} == dict.fromkeys(ids, 1)
        assert catalogue.counts() == (len(stored), len(passages))
        assert catalogue.problems() == []


@given(st.lists(articles, max_size=8, unique_by=lambda article: article.id), st.integers(1, 3))
@settings(deadline=None, max_examples=25)
def test_pages(stored: list[Article], limit: int) -> None:
    """Pages hold every article once, newest first, those without a date last."""
    with TemporaryDirectory() as folder, closing(write(Path(folder) / "c.sqlite", stored)) as catalogue:
        seen: list[Article] = []
        page = catalogue.page(filters=Filters(), limit=limit)
        seen.extend(page.items)
        while page.next_cursor is not None:
            assert len(page.items) == limit
            page = catalogue.page(filters=Filters(), limit=limit, cursor=page.next_cursor)
            seen.extend(page.items)
        published = [article.published or "" for article in seen]
        assert published == sorted(published, reverse=True)
        assert sorted(article.id for article in seen) == sorted(article.id for article in stored)


@pytest.fixture(name="catalogue")
def fixture_catalogue(tmp_path: Path) -> SqliteCatalogue:
    """Three articles."""
    return write(
        tmp_path / "c.sqlite",
        [
            Article(
                id="a", title="A", text="One. Two.", outlet="Tarn  Post", authors=("Ada Brun",), published="2031-03-02"
            ),
            Article(id="b", title="B", text="Three.", outlet="tarn post", published="2031-03-02T23:59:59Z"),
            Article(id="c", title="C", text="Four.", outlet="Été", authors=("Nils Moe", "ADA BRUN")),
        ],
    )


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(), "abc"),
        (Filters(outlets=("TARN POST",)), "ab"),
        (Filters(outlets=("E\u0301TE\u0301",)), "c"),
        (Filters(authors=("ada brun",)), "ac"),
        (Filters(authors=("ada brun",), published_from=date(2031, 1, 1)), "a"),
        (Filters(article_ids=("b", "z")), "b"),
        (Filters(published_from=date(2031, 3, 2), published_to=date(2031, 3, 2)), "ab"),
        (Filters(published_to=date(2031, 3, 1)), ""),
        (Filters(outlets=("%",)), ""),
    ],
)
def test_filters(catalogue: SqliteCatalogue, filters: Filters, ids: str) -> None:
    """Names match whatever the case and the encoding of accents, days are inclusive, undated articles have no day."""
    page = catalogue.page(filters=filters, limit=10)
    assert {article.id for article in page.items} == set(ids)
    rows = catalogue.article_rows(filters)
    assert {"abc"[row] for row in rows} == set(ids)
    assert len(catalogue.passage_ids(filters)) == len(catalogue.passage_rows(filters)) == len(ids)
    catalogue.close()


def test_undated(catalogue: SqliteCatalogue) -> None:
    """Articles that only lack a day are counted where a day is asked for."""
    assert catalogue.undated(Filters()) == 0
    assert catalogue.undated(Filters(published_from=date(2031, 1, 1))) == 1
    assert catalogue.undated(Filters(published_from=date(2031, 1, 1), outlets=("Tarn Post",))) == 0
    catalogue.close()


def test_names(catalogue: SqliteCatalogue) -> None:
    """Each outlet is named once, whatever its spellings; speakers are sorted."""
    assert len(catalogue.outlets()) == 2
    assert list(catalogue.speakers()) == ["Ada Brun", "Nils Moe"]
    assert catalogue.article("nobody") is None
    catalogue.close()


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "W10=", "bnVsbA==", "WzEsMl0=", "é", "e30="])
def test_cursor_that_no_page_gave(catalogue: SqliteCatalogue, cursor: str) -> None:
    """A made-up cursor is refused."""
    with pytest.raises(InvalidCursor, match="start again"):
        catalogue.page(filters=Filters(), limit=1, cursor=cursor)
    catalogue.close()


def test_many_threads_and_a_close(catalogue: SqliteCatalogue) -> None:
    """Threads read at once, and a question that is still running after `close` is answered."""
    with ThreadPoolExecutor(8) as pool:
        assert all(found is not None for found in pool.map(lambda _: catalogue.article("a"), range(200)))
    catalogue.close()
    catalogue.close()
    assert catalogue.article("a") is not None


def test_nobody_writes(catalogue: SqliteCatalogue) -> None:
    """The connections of a reader cannot write."""
    with (
        catalogue._connection() as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM articles")
    catalogue.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to look like one " * 100])
def test_damaged_file(tmp_path: Path, content: bytes) -> None:
    """A file that is no catalogue is named, with the cure."""
    path = tmp_path / "c.sqlite"
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match="python -m indexes"):
        SqliteCatalogue(path).article("a")


def test_offsets_outside_the_text(tmp_path: Path) -> None:
    """An offset that lies outside its text is found."""
    path = tmp_path / "c.sqlite"
    catalogue = write(path, [Article(id="a", title="A", text="One. Two.")])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sentences SET end = 99 WHERE ordinal = 1")
        connection.commit()
    assert catalogue.problems() == ["1 of the sentences lie outside their article's text"]
    catalogue.close()


def test_hashes() -> None:
    """An article's hash covers what is stored of it but its file; a corpus is the same in any order."""
    article = Article(id="a", title="A", text="One.", source="x.txt")
    assert hash_article(article) == hash_article(Article(id="a", title="A", text="One.", source="y.txt"))
    assert hash_article(article) != hash_article(Article(id="a", title="B", text="One."))
    pairs = [("a", hash_text("1")), ("b", hash_text("2"))]
    assert fingerprint(iter(pairs)) == fingerprint(reversed(pairs)) != fingerprint(iter(pairs[:1]))


def test_copies_come_back_in_order_of_publication(tmp_path: Path) -> None:
    """An article's copies are the others of its group, the earliest first, undated last; one without any is left out."""
    stored = [
        Article(id=name, title="", text="Words.", published=day)
        for name, day in (("c", None), ("b", "2031-03-02"), ("a", "2031-03-01"), ("d", "2031-03-03"))
    ]
    path = tmp_path / "c.sqlite"
    with closing(CatalogueWriter(path)) as writer:
        for article in stored:
            writer.add(article, passages=[], sentences=[], quotations=[], signature=article.id.encode())
        writer.group({"d": "x"})
        writer.group({"a": "a", "b": "a", "c": "a"})
        assert writer.groups() == {"a": "a", "b": "a", "c": "a"}
        assert writer.signatures() == {"a": b"a", "b": b"b", "c": b"c", "d": b"d"}
        writer.finish()
    with closing(SqliteCatalogue(path)) as catalogue:
        assert catalogue.copies_of(["c", "d", "unknown", "b"]) == {"c": ["a", "b"], "b": ["a", "c"]}
        assert catalogue.copies_of([]) == {}
        assert (catalogue.signature("b"), catalogue.signature("unknown")) == (b"b", b"")
