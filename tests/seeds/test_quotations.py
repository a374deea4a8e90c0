"""The quotations of real people in `seeds/world` are listed with their sources, and stand in them word for word."""

import gzip
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from indexes.readers.reading import read_sources
from indexes.types import Article

ROOT = Path(__file__).parents[2]
LISTS = Path(__file__).parent
LONGEST, RUN = 25, 12
"""Words that no quotation has, and that in a row are nowhere taken over outside of one."""


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


QUOTATIONS = read(LISTS / "quotations.jsonl")
SOURCES = {row["file"]: row["sources"] for row in read(LISTS / "sources.jsonl")}


def plain(text: str) -> str:
    """A text with one kind of quotation mark and of space, so that only words and signs count."""
    text = re.sub(r"[‘’ʼ`]", "'", re.sub(r"[“”«»„]", '"', text))
    return re.sub(r"\s+", " ", text).strip()


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", plain(text).lower())


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    """The stored articles of `seeds/world` by file."""
    found = [one for one in read_sources([ROOT / "seeds" / "world"]) if isinstance(one, Article)]
    return {f"seeds/world/{Path(one.source or '').name}": one for one in found}


@pytest.fixture(scope="module")
def sources() -> Mapping[str, str]:
    """The texts of the sources by id; skips where the public data is not there."""
    data = os.environ.get("DATELINE_EVAL_DATA")
    if data is None or not (Path(data) / "realtimeqa").is_dir():
        pytest.skip("DATELINE_EVAL_DATA names no folder with realtimeqa")
    wanted = {source for listed in SOURCES.values() for source in listed}
    return {name: text for name, text in _texts(Path(data)) if name in wanted}


def _texts(data: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((data / "realtimeqa").glob("articles_*.jsonl.gz")):
        year = re.sub(r"\D", "", path.name)
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                yield f"realtimeqa_{year}:{row['id']}", f"{row['title']}\n{row['text']}"
    for path in sorted((data.parent / "seeds").glob("*.txt")):
        yield f"owner:{path.stem}", path.read_text(encoding="utf-8")


def test_each_listed_quotation_stands_in_its_article(articles: dict[str, Article]) -> None:
    """And is a short one."""
    assert set(SOURCES) == set(articles)
    missing = [row["quote"] for row in QUOTATIONS if plain(row["quote"]) not in plain(articles[row["file"]].text)]
    assert missing == []
    assert [row["quote"] for row in QUOTATIONS if len(words(row["quote"])) >= LONGEST] == []
    assert [row for row in QUOTATIONS if row["source"] not in SOURCES[row["file"]]] == []


def test_no_quotation_is_missing_from_the_list(articles: dict[str, Article]) -> None:
    """What stands in quotation marks in an article, three words or more, is listed."""
    for file, article in articles.items():
        listed = [plain(row["quote"]) for row in QUOTATIONS if row["file"] == file]
        quoted = re.findall(r'"([^"]+)"', plain(f"{article.title}\n{article.text}"))
        unlisted = [one for one in quoted if len(words(one)) > 2 and not any(one in whole or whole in one for whole in listed)]
        assert unlisted == [], file


@pytest.mark.data
def test_each_quotation_stands_in_its_source(sources: Mapping[str, str]) -> None:
    """Word for word; an ellipsis stands for words that were left out, never for others."""
    wrong = []
    for row in QUOTATIONS:
        at, source = 0, plain(sources[row["source"]])
        for piece in re.split(r"…|\.\.\.", plain(row["quote"])):
            found = source.find(piece.strip(" ,"), at)
            at = found + len(piece) if found >= 0 else -1
            if at < 0:
                wrong.append((row["file"], row["quote"]))
                break
    assert wrong == []


@pytest.mark.data
def test_no_sentence_is_taken_over(articles: dict[str, Article], sources: Mapping[str, str]) -> None:
    """Outside of quotations no twelve words in a row are a source's."""
    for file, article in articles.items():
        told = re.sub(r'"[^"]+"', ' " ', plain(article.text))
        for source in SOURCES[file]:
            theirs = words(sources[source])
            runs = {tuple(theirs[at : at + RUN]) for at in range(len(theirs) - RUN + 1)}
            for piece in told.split('"'):
                ours = words(piece)
                taken = [ours[at : at + RUN] for at in range(len(ours) - RUN + 1) if tuple(ours[at : at + RUN]) in runs]
                assert taken == [], (file, source)
