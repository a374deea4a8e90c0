"""Writes the catalogue of a build that is being made, from nothing or into a copy of another build's."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from indexes.filters import name_key
from indexes.fingerprints import hash_article, hash_text
from indexes.splitting import encoded_text
from indexes.types import Article, Passage, Quotation, Span, Version

_SCHEMA = """
CREATE TABLE articles (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL, characters INTEGER NOT NULL,
    outlet TEXT, outlet_key TEXT, authors TEXT NOT NULL, published TEXT, day TEXT, published_basis TEXT NOT NULL,
    captured TEXT, url TEXT, language TEXT, section TEXT, updated TEXT, source TEXT, raw_sha256 TEXT,
    text_hash TEXT NOT NULL, content_hash TEXT NOT NULL
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
CREATE TABLE versions (
    article INTEGER NOT NULL REFERENCES articles (row), ordinal INTEGER NOT NULL, text_hash TEXT NOT NULL,
    title TEXT NOT NULL, published TEXT, updated TEXT, replaced TEXT NOT NULL, PRIMARY KEY (article, ordinal)
) WITHOUT ROWID;
CREATE TABLE copies (
    article INTEGER PRIMARY KEY REFERENCES articles (row), copy_group TEXT, signature BLOB NOT NULL
);
CREATE INDEX copies_by_group ON copies (copy_group) WHERE copy_group IS NOT NULL;
"""
_OF_ARTICLES = ("authors", "passages", "sentences", "quotations", "versions", "copies")
_COMMIT_EVERY = 64


class CatalogueWriter:
    """A catalogue that is being written. Rows are numbered on from the last one, in the order of adding.

    What was added is committed every now and then, so that a process that is killed leaves a file that can be read.
    """

    def __init__(self, path: Path) -> None:
        is_new = not path.exists()
        self._connection = sqlite3.connect(path, isolation_level=None)
        # The build counts only once its folder has its name: a crash of the machine may take this file with it.
        self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")
        if is_new:
            self._connection.executescript(_SCHEMA)
        self._articles = self._next("articles")
        self._passages = self._next("passages")
        self._added = 0
        self._connection.execute("BEGIN")

    @property
    def next_article(self) -> int:
        """The row of the next article."""
        return self._articles

    def start_passages_at(self, row: int) -> None:
        """Number passages on from a row that no passage has had: the vector file keeps the place of those that went."""
        self._passages = max(self._passages, row)

    def add(
        self,
        article: Article,
        *,
        passages: Sequence[Passage],
        sentences: Sequence[Span],
        quotations: Sequence[Quotation],
        versions: Sequence[Version] = (),
        signature: bytes = b"",
    ) -> None:
        """One article with all that was found in it, its earlier versions, oldest first, and what near copies are told by."""
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
                    article.section,
                    article.updated,
                    article.source,
                    article.raw_sha256,
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

        self._insert(
            "versions",
            [
                (row, ordinal, one.text_hash, one.title, one.published, one.updated, one.replaced)
                for ordinal, one in enumerate(versions)
            ],
        )
        self._insert("copies", [(row, None, signature)])
        self._added += 1
        if self._added % _COMMIT_EVERY == 0:
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")

    def remove(self, article_ids: Sequence[str]) -> tuple[list[int], list[str], list[int]]:
        """Remove articles with all that belongs to them: their rows, and their passages' ids and rows."""
        listed = json.dumps(list(article_ids))
        articles = [
            row
            for (row,) in self._connection.execute(
                "SELECT row FROM articles WHERE id IN (SELECT value FROM json_each(?))", (listed,)
            )
        ]
        rows = json.dumps(articles)
        passages = self._connection.execute(
            "SELECT id, row FROM passages WHERE article IN (SELECT value FROM json_each(?)) ORDER BY row", (rows,)
        ).fetchall()
        for table in _OF_ARTICLES:
            self._connection.execute(
                f"DELETE FROM {table} WHERE article IN (SELECT value FROM json_each(?))",  # noqa: S608 - our own names
                (rows,),
            )
        self._connection.execute("DELETE FROM articles WHERE row IN (SELECT value FROM json_each(?))", (rows,))
        return articles, [one[0] for one in passages], [one[1] for one in passages]

    def signatures(self) -> Mapping[str, bytes]:
        """The signature of every article by its id."""
        return dict(
            self._connection.execute(
                "SELECT a.id, c.signature FROM copies c JOIN articles a ON a.row = c.article WHERE c.signature != x''"
            )
        )

    def groups(self) -> Mapping[str, str]:
        """The group of every article that has near copies, by the article's id."""
        return dict(
            self._connection.execute(
                "SELECT a.id, c.copy_group FROM copies c JOIN articles a ON a.row = c.article "
                "WHERE c.copy_group IS NOT NULL"
            )
        )

    def text_of(self, article_id: str) -> str:
        """The text of an article that is stored."""
        row = self._connection.execute("SELECT text FROM articles WHERE id = ?", (article_id,)).fetchone()
        return str(row[0])

    def group(self, groups: Mapping[str, str]) -> None:
        """Write down which articles are near copies of each other; those that are not named are of none."""
        self._connection.execute("UPDATE copies SET copy_group = NULL WHERE copy_group IS NOT NULL")
        self._connection.executemany(
            "UPDATE copies SET copy_group = ? WHERE article = (SELECT row FROM articles WHERE id = ?)",
            [(group, article_id) for article_id, group in groups.items()],
        )

    def finish(self) -> None:
        """Commit: from here on the file is complete, and stands alone."""
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA optimize")
        self._connection.execute("PRAGMA journal_mode = DELETE")

    def finish_without_traces(self) -> None:
        """Commit, and write the file anew, so that nothing that was removed is left in its free pages."""
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.execute("VACUUM")

    def close(self) -> None:
        """Free the file, finished or not."""
        self._connection.close()

    def _next(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT coalesce(max(row) + 1, 0) FROM {table}").fetchone()[0])  # noqa: S608 - our own names

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - our own names
