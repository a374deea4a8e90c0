"""Tests of reading the TIME collection."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from evals.errors import BadData
from evals.suites.beir import read_beir

DOCUMENT: dict[str, Any] = {"n": 1, "text_id": "017", "date": "01/04/63", "page": "020", "text": "THE MILL CLOSED ."}
QUERY: dict[str, Any] = {"id": 7, "query": "CLOSING OF MILLS", "relevant_n": [1, 9]}


def write(folder: Path, document: dict[str, Any] = DOCUMENT, query: dict[str, Any] = QUERY) -> Path:
    """A second article, the one given, and the query."""
    other = {**DOCUMENT, "n": 2, "date": "08/30 63", "text": "RAIN ."}
    for name, rows in (("docs", [other, document]), ("queries", [query])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def test_articles_and_queries_are_read(tmp_path: Path) -> None:
    """As data of the suite `beir`, with the day of the issue; a judged article that is not there still counts."""
    data = read_beir(write(tmp_path))
    assert data.suite == "beir"
    assert [article["published"] for article in data.articles] == ["1963-08-30", "1963-01-04"]
    assert data.articles[1] == {"id": "1", "title": "", "text": "THE MILL CLOSED .", "published": "1963-01-04"}
    (question,) = data.questions
    assert (question.id, question.text, question.article_ids) == ("be-7", "CLOSING OF MILLS", ("1", "9"))


@pytest.mark.parametrize(
    ("document", "query", "said"),
    [
        ({"n": "1"}, {}, "docs.jsonl:2: field 'n' is '1', not a whole number"),
        ({"n": 2}, {}, "docs.jsonl:2: field 'n' is 2, as that of an earlier line"),
        ({"date": "13/40/63"}, {}, "docs.jsonl:2: field 'date' is '13/40/63', not MM/DD/YY"),
        ({"text": ""}, {}, "docs.jsonl:2: field 'text' is ''"),
        ({}, {"relevant_n": 1}, "queries.jsonl:1: field 'relevant_n' is 1, not a list"),
        ({}, {"relevant_n": ["1"]}, "queries.jsonl:1: field 'relevant_n' is ['1'], not a list of numbers"),
        ({}, {"relevant_n": []}, "judges no query"),
        ({}, {"id": None}, "queries.jsonl:1: field 'id' is None"),
    ],
)
def test_a_bad_field_is_named(tmp_path: Path, document: dict[str, Any], query: dict[str, Any], said: str) -> None:
    """File, line and field."""
    with pytest.raises(BadData) as raised:
        read_beir(write(tmp_path, DOCUMENT | document, QUERY | query))
    assert said in str(raised.value)


@pytest.mark.data
def test_the_collection_itself_is_read() -> None:
    """423 articles, and the 79 of its 83 queries that have a relevant one."""
    folder = Path(os.environ.get("DATELINE_EVAL_DATA", "absent")) / "time_1963"
    if not folder.is_dir():
        pytest.skip("needs time_1963 below DATELINE_EVAL_DATA")
    data = read_beir(folder)
    assert (len(data.articles), len(data.questions)) == (423, 79)
