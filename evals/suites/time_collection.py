"""Reads the TIME collection (423 articles of 1963, 83 queries), in the form of `docs.jsonl` and `queries.jsonl`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.errors import BadData
from evals.suites.lines import Record, find_file, read_records
from evals.suites.prints import fingerprint
from evals.types import GoldenQuestion, SuiteData

_DOCUMENTS = ("docs.jsonl.gz", "docs.jsonl")


def holds_time(folder: Path) -> bool:
    """Whether the folder has this form."""
    return any((folder / name).is_file() for name in _DOCUMENTS)


def read_time(folder: Path) -> SuiteData:
    """The articles, and the queries that have a relevant one, as data of the suite `beir`. Raises `WrongUsage`, `BadData`."""
    documents = find_file(folder, *_DOCUMENTS)
    queries = find_file(folder, "queries.jsonl.gz", "queries.jsonl")
    articles: dict[str, Mapping[str, Any]] = {}
    for record in read_records(documents):
        key = str(_whole(record, "n"))
        if key in articles:
            raise record.fail("n", f"is {key}, as that of an earlier line")
        articles[key] = {"id": key, "title": "", "text": record.string("text"), "published": _day(record)}
    questions = [_question(record) for record in read_records(queries)]
    judged = tuple(question for question in questions if question.article_ids)
    if not judged:
        raise BadData(f"{queries} judges no query. Take the file again from its source.")
    return SuiteData(
        suite="beir",
        sources=(),
        questions=judged,
        articles=tuple(articles.values()),
        fingerprint=fingerprint(documents, queries),
    )


def _question(record: Record) -> GoldenQuestion:
    """The query. An article that the collection judges and does not hold counts as not found, as in trec_eval."""
    relevant = record.fields.get("relevant_n")
    if not isinstance(relevant, list) or not all(isinstance(number, int) for number in relevant):
        raise record.fail("relevant_n", f"is {relevant!r}, not a list of numbers")
    return GoldenQuestion(
        id=f"be-{_whole(record, 'id')}",
        kind="query",
        text=record.string("query"),
        status="answered",
        article_ids=tuple(dict.fromkeys(str(number) for number in relevant)),
    )


def _whole(record: Record, field: str) -> int:
    value = record.fields.get(field)
    if not isinstance(value, int) or isinstance(value, bool):
        raise record.fail(field, f"is {value!r}, not a whole number" if field in record.fields else "is missing")
    return value


def _day(record: Record) -> str:
    """The day of an issue: month/day/year in two digits each; one article of the collection has a space for a stroke."""
    stated = record.string("date")
    try:
        day = datetime.strptime(stated.replace(" ", "/"), "%m/%d/%y").replace(tzinfo=UTC)
    except ValueError as error:
        raise record.fail("date", f"is {stated!r}, not MM/DD/YY") from error
    return f"19{day:%y-%m-%d}"
