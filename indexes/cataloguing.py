"""Writes the catalogue of a build that is being made."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

from indexes.filters import name_key
from indexes.splitting import encoded_text
from indexes.types import Article, Passage, Quotation, Span

_SCHEMA = """
CREATE TABLE articles (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL, characters INTEGER NOT NULL,
    outlet TEXT, outlet_key TEXT, authors TEXT NOT NULL, published TEXT, day TEXT, published_basis TEXT NOT NULL,
    captured TEXT, url TEXT, language TEXT, source TEXT, text_hash TEXT NOT NULL, content_hash TEXT NOT NULL
);
CREATE INDEX articles_by_outlet ON articles (outlet_key);
CREATE INDEX articles_by_day ON articles (day);
CREATE TABLE authors (
    article INTEGER NOT NULL REFERENCES articles (row), author_key TEXT NOT NULL, PRIMARY KEY (author_key, article)
) WITHOUT ROWID;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article INTEGER NOT NULL REFERENCES articles (row),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, context TEXT NOT NULL,
    encoded_hash TEXT NOT NULL
);
CREATE INDEX passages_by_article ON passages (article, ordinal);
CREATE TABLE sentences (
    article INTEGER NOT NULL REFERENCES articles (row), ordinal INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, PRIMARY KEY (article, ordinal)
) WITHOUT ROWID;
CREATE TABLE quotations (
    article INTEGER NOT NULL REFERENCES articles (row), ordinal INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, sentence_start INTEGER NOT NULL, sentence_end INTEGER NOT NULL, speaker TEXT,
    kind TEXT NOT NULL, PRIMARY KEY (article, ordinal)
) WITHOUT ROWID;
CREATE INDEX quotations_by_speaker ON quotations (speaker);
"""


class CatalogueWriter:
    """A new catalogue; nothing of it can be read before `close`. Rows are numbered from 0 in the order of adding."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        # The build's folder is thrown away as a whole when anything fails, so a journal would protect nothing.
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + _SCHEMA)
        self._articles = 0
        self._passages = 0

    def add(
        self,
        article: Article,
        *,
        passages: Sequence[Passage],
        sentences: Sequence[Span],
        quotations: Sequence[Quotation],
    ) -> None:
        """One article with all that was found in it."""
        row, self._articles = self._articles, self._articles + 1
        self._insert(
            "articles",
            [
                (
                    row,
                    article.id,
                    article.title,
                    article.text,
                    len(article.text),
                    article.outlet,
                    name_key(article.outlet) if article.outlet else None,
                    json.dumps(article.authors, ensure_ascii=False),
                    article.published,
                    article.day.isoformat() if article.day else None,
                    article.published_basis,
                    article.captured,
                    article.url,
                    article.language,
                    article.source,
                    hash_text(article.text),
                    hash_article(article),
                )
            ],
        )
        self._insert("authors", [(row, key) for key in {name_key(author) for author in article.authors}])
        self._insert(
            "passages",
            [
                (
                    self._passages + at,
                    passage.id,
                    row,
                    passage.ordinal,
                    passage.start,
                    passage.end,
                    passage.context,
                    hash_text(encoded_text(passage)),
                )
                for at, passage in enumerate(passages)
            ],
        )
        self._passages += len(passages)
        self._insert("sentences", [(row, ordinal, span.start, span.end) for ordinal, span in enumerate(sentences)])
        self._insert(
            "quotations",
            [
                (row, ordinal, one.start, one.end, one.sentence_start, one.sentence_end, one.speaker, one.kind)
                for ordinal, one in enumerate(quotations)
            ],
        )

    def finish(self) -> None:
        """Commit: from here on the file is complete."""
        self._connection.commit()
        self._connection.execute("PRAGMA optimize")

    def close(self) -> None:
        """Free the file, finished or not."""
        self._connection.close()

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - our own names


def hash_text(text: str) -> str:
    """The identity of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_article(article: Article) -> str:
    """The identity of everything that is stored of an article, but for the file it was read from."""
    stored = [value for name, value in zip(article.__slots__, astuple(article), strict=True) if name != "source"]
    return hash_text(json.dumps(stored, ensure_ascii=False))


def fingerprint(hashes: Iterator[tuple[str, str]]) -> str:
    """The identity of a corpus: of every article's id and text hash, whatever their order."""
    return hash_text("".join(f"{article_id}\0{text_hash}\n" for article_id, text_hash in sorted(hashes)))
