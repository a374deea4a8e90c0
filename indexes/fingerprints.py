"""Gives texts, articles and whole archives an identity that changes when they do."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import astuple
from datetime import UTC, datetime

from indexes.types import Article, Version


def hash_text(text: str) -> str:
    """The identity of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_article(article: Article) -> str:
    """The identity of everything that is stored of an article, but for where and how it was read."""
    where = {"source", "raw_sha256"}
    stored = [value for name, value in zip(article.__slots__, astuple(article), strict=True) if name not in where]
    return hash_text(json.dumps(stored, ensure_ascii=False))


def fingerprint(hashes: Iterator[tuple[str, str]]) -> str:
    """The identity of a corpus: of every article's id and text hash, whatever their order."""
    return hash_text("".join(f"{article_id}\0{text_hash}\n" for article_id, text_hash in sorted(hashes)))


def version_of(article: Article) -> Version:
    """What is kept of an article that a newer version replaces today."""
    return Version(
        text_hash=hash_text(article.text),
        title=article.title,
        published=article.published,
        updated=article.updated,
        replaced=datetime.now(UTC).date().isoformat(),
    )
