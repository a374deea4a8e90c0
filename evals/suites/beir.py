"""Any data set in BEIR's layout (Thakur et al., NeurIPS 2021): texts, questions, and judgments of which texts answer."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.errors import BadData, WrongUsage
from evals.suites.lines import Record, find_file, read_records
from evals.suites.prints import fingerprint
from evals.suites.time_collection import holds_time, read_time
from evals.types import GoldenQuestion, SuiteData

SUMMARY = "rankings against judgments, any data set in BEIR's layout"
NEEDS = (
    "--data DIR with corpus.jsonl(.gz) (_id, title, text), queries.jsonl(.gz) (_id, text) and qrels/test.tsv\n"
    "  (query-id, corpus-id, score; the first of qrels/*.tsv where there is no test.tsv), or the TIME\n"
    "  collection's docs.jsonl(.gz) (n, date, text) and queries.jsonl(.gz) (id, query, relevant_n)"
)
_COLUMNS = 3


def read_beir(folder: Path) -> SuiteData:
    """The corpus as articles, and the questions that have a relevant text. Raises `WrongUsage`, `BadData`.

    A text that is blank is its title; one without either, as some corpora hold, is left out, and counts as not found.
    """
    if holds_time(folder):
        return read_time(folder)
    corpus = find_file(folder, "corpus.jsonl.gz", "corpus.jsonl")
    queries = find_file(folder, "queries.jsonl.gz", "queries.jsonl")
    judged = _judgments_file(folder)
    corpus_ids: set[str] = set()
    articles = []
    for record in read_records(corpus):
        article = _read_article(record)
        if article["id"] in corpus_ids:
            raise record.fail("_id", f"is {article['id']!r}, as that of an earlier line")
        corpus_ids.add(article["id"])
        if article["text"]:
            articles.append(article)
    grades: dict[str, dict[str, int]] = {}
    for place, question_id, article_id, grade in _read_judgments(judged):
        if article_id not in corpus_ids:
            raise BadData(
                f"{place}: field 'corpus-id' is {article_id!r}, which {corpus.name} does not hold. Correct it."
            )
        if grade > 0:
            grades.setdefault(question_id, {})[article_id] = grade
    questions = tuple(
        _question(record, grades[record.string("_id")])
        for record in read_records(queries)
        if record.string("_id") in grades
    )
    if not questions:
        raise BadData(f"{judged} judges no question of {queries.name}. Take the files again from their source.")
    return SuiteData(
        suite="beir",
        sources=(),
        questions=questions,
        articles=tuple(articles),
        notes=_left_out(len(corpus_ids) - len(articles), corpus.name),
        fingerprint=fingerprint(corpus, queries, judged),
    )


def _judgments_file(folder: Path) -> Path:
    found = [folder / "qrels" / "test.tsv", *sorted((folder / "qrels").glob("*.tsv"))]
    for path in found:
        if path.is_file():
            return path
    raise WrongUsage(f"{str(folder)!r} holds no qrels/test.tsv. `python -m evals list` names what a suite needs.")


def _read_article(record: Record) -> dict[str, Any]:
    title = _words(record, "title") if record.fields.get("title") is not None else ""
    return {"id": record.string("_id"), "title": title, "text": _words(record, "text") or title}


def _words(record: Record, field: str) -> str:
    """A text that must be there, but may be blank."""
    value = record.fields.get(field)
    return "" if isinstance(value, str) and not value.strip() else record.string(field)


def _left_out(number: int, name: str) -> tuple[str, ...]:
    return (f"{number} of the texts of {name} are blank and left out",) if number else ()


def _read_judgments(path: Path) -> Iterator[tuple[str, str, str, int]]:
    """Place, question, text and grade of each line; a first line of headings is left out."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{path} cannot be read: {error}. Take the file again from its source.") from error
    for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
        if not row or (number == 1 and row[-1].strip() == "score"):
            continue
        place = f"{path}:{number}"
        if len(row) != _COLUMNS:
            raise BadData(f"{place}: {len(row)} columns, not query-id, corpus-id and score. Correct the file.")
        try:
            yield place, row[0], row[1], int(row[2])
        except ValueError as error:
            raise BadData(f"{place}: field 'score' is {row[2]!r}, not a whole number. Correct the file.") from error


def _question(record: Record, grades: dict[str, int]) -> GoldenQuestion:
    return GoldenQuestion(
        id=f"be-{record.string('_id')}",
        kind="query",
        text=record.string("text"),
        status="answered",
        article_ids=tuple(grades),
        grades=tuple(grades.values()),
    )
