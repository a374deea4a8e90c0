"""Reads the catalogue of a build: articles, passages, sentences and quotations in one SQLite file."""

import base64
import binascii
import json
import queue
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexes.errors import IndexDamaged, InvalidCursor
from indexes.filters import where
from indexes.fingerprints import fingerprint, hash_article
from indexes.types import Article, ArticlePage, Filters, Passage, Quotation, Span, Version

_ARTICLE = (
    "a.id, a.title, a.text, a.outlet, a.authors, a.published, a.published_basis, a.captured, a.url, a.language, a.section, "
    "a.updated, a.source, a.raw_sha256"
)
_PASSAGE = "p.row, p.id, a.id, p.ordinal, p.start, p.end, p.context, a.text"


class SqliteCatalogue:
    """A `Catalogue` in a file that nobody writes. Any number of threads may read at once.

    Connections are read-only and shared out one question at a time. Every method raises `IndexDamaged` for a file that
    SQLite cannot read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._closed = False
        self._outlets: tuple[str, ...] | None = None

    def close(self) -> None:
        """Free the file. A question that is still running finishes on a connection of its own."""
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def article(self, article_id: str) -> Article | None:
        """The stored article."""
        return self.articles([article_id]).get(article_id)

    def articles(self, article_ids: Sequence[str]) -> Mapping[str, Article]:
        """The stored articles by id."""
        rows = self._rows(f"SELECT {_ARTICLE} FROM articles a WHERE {_among('a.id')}", [_listed(article_ids)])  # noqa: S608
        return {row[0]: _article(row) for row in rows}

    def all_articles(self) -> Iterator[Article]:
        """Every article in the order in which it was read."""
        for (row,) in self._rows("SELECT row FROM articles ORDER BY row", []):
            for found in self._rows(f"SELECT {_ARTICLE} FROM articles a WHERE a.row = ?", [row]):  # noqa: S608
                yield _article(found)

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        """The stored passages by id."""
        found = self._passages(_among("p.id"), [_listed(passage_ids)])
        return {passage.id: passage for _, passage in found}

    def passages_at(self, rows: Iterable[int]) -> Mapping[int, Passage]:
        """The stored passages by row: their place in the vector file."""
        return dict(self._passages(_among("p.row"), [_listed(list(rows))]))

    def rows_of(self, passage_ids: Sequence[str]) -> Mapping[str, int]:
        """The rows of the stored passages by id."""
        statement = f"SELECT id, row FROM passages WHERE {_among('id')}"  # noqa: S608 - our own names
        return dict(self._rows(statement, [_listed(passage_ids)]))

    def all_rows(self) -> Iterator[tuple[str, int]]:
        """The id and the row of every passage."""
        yield from self._rows("SELECT id, row FROM passages", [])

    def sentences(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[Span]]:
        """The sentences of each article, in order."""
        found: dict[str, list[Span]] = {}
        for article_id, start, end in self._rows(
            "SELECT a.id, s.start, s.end FROM sentences s JOIN articles a ON a.row = s.article "  # noqa: S608
            f"WHERE {_among('a.id')} ORDER BY s.article, s.ordinal",
            [_listed(article_ids)],
        ):
            found.setdefault(article_id, []).append(Span(start, end))
        return found

    def quotations(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[Quotation]]:
        """The quotations of each article, in order."""
        found: dict[str, list[Quotation]] = {}
        for article_id, start, end, sentence_start, sentence_end, speaker, kind in self._rows(
            "SELECT a.id, q.start, q.end, q.sentence_start, q.sentence_end, q.speaker, q.kind "  # noqa: S608
            f"FROM quotations q JOIN articles a ON a.row = q.article WHERE {_among('a.id')} ORDER BY q.article, q.ordinal",
            [_listed(article_ids)],
        ):
            quotation = Quotation(
                article_id=article_id,
                start=start,
                end=end,
                sentence_start=sentence_start,
                sentence_end=sentence_end,
                speaker=speaker,
                kind=kind,
            )
            found.setdefault(article_id, []).append(quotation)
        return found

    def versions(self, article_id: str) -> Sequence[Version]:
        """The earlier versions of an article, oldest first."""
        rows = self._rows(
            "SELECT v.text_hash, v.title, v.published, v.updated, v.replaced FROM versions v JOIN articles a "
            "ON a.row = v.article WHERE a.id = ? ORDER BY v.ordinal",
            [article_id],
        )
        return [
            Version(text_hash=row[0], title=row[1], published=row[2], updated=row[3], replaced=row[4]) for row in rows
        ]

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order."""
        return [passage for _, passage in self._passages("a.id = ? ORDER BY p.ordinal", [article_id])]

    def passages_in_order(self) -> Iterator[tuple[int, int, Passage]]:
        """Every passage with its row and its article's row, article by article."""
        for article, article_id in self._rows("SELECT row, id FROM articles ORDER BY row", []):
            for row, passage in self._passages("a.id = ? ORDER BY p.row", [article_id]):
                yield row, article, passage

    def page(self, *, filters: Filters, limit: int, cursor: str | None = None) -> ArticlePage:
        """A page of articles. Raises `InvalidCursor` for a cursor that it did not give out."""
        condition, values = where(filters)
        if cursor is not None:
            published, article_id = _read_cursor(cursor)
            # Undated articles come last: there, published is the empty string.
            condition += " AND (coalesce(a.published, ''), a.id) < (?, ?)"
            values += [published, article_id]
        rows = self._rows(
            f"SELECT {_ARTICLE} FROM articles a WHERE {condition} "  # noqa: S608
            "ORDER BY coalesce(a.published, '') DESC, a.id DESC LIMIT ?",
            [*values, limit + 1],
        )
        items = tuple(_article(row) for row in rows[:limit])
        following = _cursor_after(items[-1]) if items and len(rows) > limit else None
        return ArticlePage(items=items, next_cursor=following)

    def passage_ids(self, filters: Filters) -> Sequence[str]:
        """The passages of the articles that the filters keep, in storage order."""
        return [row[0] for row in self._kept("p.id", filters)]

    def passage_rows(self, filters: Filters) -> Sequence[int]:
        """The rows of those passages."""
        return [row[0] for row in self._kept("p.row", filters)]

    def article_rows(self, filters: Filters) -> Sequence[int]:
        """The rows of the articles that the filters keep."""
        condition, values = where(filters)
        return [row[0] for row in self._rows(f"SELECT a.row FROM articles a WHERE {condition}", values)]  # noqa: S608

    def count(self, filters: Filters) -> int:
        """How many articles the filters keep."""
        condition, values = where(filters)
        return int(self._rows(f"SELECT count(*) FROM articles a WHERE {condition}", values)[0][0])  # noqa: S608

    def undated(self, filters: Filters) -> int:
        """How many articles the filters would keep if they had a date; 0 where no day is given."""
        if filters.published_from is None and filters.published_to is None:
            return 0
        condition, values = where(filters, days=False)
        found = self._rows(f"SELECT count(*) FROM articles a WHERE a.day IS NULL AND {condition}", values)  # noqa: S608
        return int(found[0][0])

    def outlets(self) -> Sequence[str]:
        """The outlets that the articles name, sorted; one spelling of each. They are read once: nobody writes the file."""
        if self._outlets is None:
            statement = (
                "SELECT min(outlet) FROM articles WHERE outlet IS NOT NULL GROUP BY outlet_key ORDER BY outlet_key"
            )
            self._outlets = tuple(row[0] for row in self._rows(statement, []))
        return self._outlets

    def speakers(self) -> Sequence[str]:
        """Everyone to whom a quotation is given, sorted."""
        rows = self._rows("SELECT DISTINCT speaker FROM quotations WHERE speaker IS NOT NULL ORDER BY speaker", [])
        return [row[0] for row in rows]

    def text_hashes(self) -> Mapping[str, tuple[str, str]]:
        """For every article id the hash of its text and the hash of everything that is stored of it."""
        return {row[0]: (row[1], row[2]) for row in self._rows("SELECT id, text_hash, content_hash FROM articles", [])}

    def encoded_hashes(self) -> Mapping[str, int]:
        """For the hash of every text that was encoded a row that holds its vector."""
        return dict(self._rows("SELECT encoded_hash, row FROM passages", []))

    def fingerprint(self) -> str:
        """The identity of the articles, computed from what is stored: see `cataloguing.fingerprint`."""
        return fingerprint((one.id, hash_article(one)) for one in self.all_articles())

    def counts(self) -> tuple[int, int]:
        """The numbers of articles and passages."""
        rows = self._rows("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)", [])
        return int(rows[0][0]), int(rows[0][1])

    def problems(self) -> list[str]:
        """What is wrong with the file: SQLite's own check, then every offset against its text."""
        found = [f"SQLite: {row[0]}" for row in self._rows("PRAGMA integrity_check(10)", []) if row[0] != "ok"]
        for table in ("passages", "sentences", "quotations"):  # versions have no offsets
            outside = self._rows(
                f"SELECT count(*) FROM {table} t LEFT JOIN articles a ON a.row = t.article "  # noqa: S608
                "WHERE a.row IS NULL OR t.start < 0 OR t.start >= t.end OR t.end > a.characters",
                [],
            )
            if outside[0][0]:
                found.append(f"{outside[0][0]} of the {table} lie outside their article's text")
        return found

    def copies_of(self, article_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """For each article the ids of its near copies, in order of publication; one that has none is left out."""
        found: dict[str, list[str]] = {}
        for article_id, other in self._rows(
            "SELECT a.id, b.id FROM articles a JOIN copies mine ON mine.article = a.row "  # noqa: S608
            "JOIN copies theirs ON theirs.copy_group = mine.copy_group AND theirs.article != mine.article "
            "JOIN articles b ON b.row = theirs.article "
            f"WHERE {_among('a.id')} ORDER BY a.row, b.published IS NULL, b.published, b.id",
            [_listed(article_ids)],
        ):
            found.setdefault(article_id, []).append(other)
        return found

    def signature(self, article_id: str) -> bytes:
        """What near copies of an article are told by; empty for an article that is not stored."""
        rows = self._rows(
            "SELECT c.signature FROM copies c JOIN articles a ON a.row = c.article WHERE a.id = ?", [article_id]
        )
        return bytes(rows[0][0]) if rows else b""

    def _kept(self, column: str, filters: Filters) -> list[tuple[Any, ...]]:
        condition, values = where(filters)
        return self._rows(
            f"SELECT {column} FROM passages p JOIN articles a ON a.row = p.article WHERE {condition} ORDER BY p.row",  # noqa: S608
            values,
        )

    def _passages(self, condition: str, values: list[object]) -> Iterator[tuple[int, Passage]]:
        rows = self._rows(
            f"SELECT {_PASSAGE} FROM passages p JOIN articles a ON a.row = p.article WHERE {condition}",  # noqa: S608
            values,
        )
        for row, passage_id, article_id, ordinal, start, end, context, text in rows:
            yield (
                row,
                Passage(
                    id=passage_id,
                    article_id=article_id,
                    ordinal=ordinal,
                    start=start,
                    end=end,
                    text=text[start:end],
                    context=context,
                ),
            )

    def _rows(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        try:
            with self._connection() as connection:
                return connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as problem:
            raise IndexDamaged(
                f"the catalogue {str(self._path)!r} cannot be read ({problem}); "
                "run `python -m indexes rollback`, or `python -m indexes build` to make it anew"
            ) from problem

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._idle.put(connection)


def _article(row: tuple[Any, ...]) -> Article:
    return Article(
        id=row[0],
        title=row[1],
        text=row[2],
        outlet=row[3],
        authors=tuple(json.loads(row[4])),
        published=row[5],
        published_basis=row[6],
        captured=row[7],
        url=row[8],
        language=row[9],
        section=row[10],
        updated=row[11],
        source=row[12],
        raw_sha256=row[13],
    )


def _among(column: str) -> str:
    """A condition for a list of any length: SQLite bounds the number of single values."""
    return f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own names


def _listed(values: Sequence[str] | Sequence[int]) -> str:
    return json.dumps(list(values))


def _cursor_after(article: Article) -> str:
    return base64.urlsafe_b64encode(json.dumps([article.published or "", article.id]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[str, str]:
    try:
        published, article_id = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error) as problem:
        raise InvalidCursor(f"{cursor!r} is not a cursor of this list; start again without one") from problem
    if not isinstance(published, str) or not isinstance(article_id, str):
        raise InvalidCursor(f"{cursor!r} is not a cursor of this list; start again without one")
    return published, article_id
