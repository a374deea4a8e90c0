"""Any data set in BEIR's layout (Thakur et al., NeurIPS 2021): texts, questions, and judgments of which texts answer."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.errors import BadData, WrongUsage
from evals.suites.lines import Record, find_file, read_records
from evals.suites.prints import fingerprint
from evals.types import GoldenQuestion, SuiteData

SUMMARY = "rankings against judgments, any data set in BEIR's layout"
NEEDS = (
    "--data DIR with corpus.jsonl(.gz) (_id, title, text), queries.jsonl(.gz) (_id, text) and qrels/test.tsv\n"
    "  (query-id, corpus-id, score; the first of qrels/*.tsv where there is no test.tsv)"
)
_COLUMNS = 3


def read_beir(folder: Path) -> SuiteData:
    """The corpus as articles, and the questions that have a relevant text. Raises `WrongUsage`, `BadData`."""
    corpus = find_file(folder, "corpus.jsonl.gz", "corpus.jsonl")
    queries = find_file(folder, "queries.jsonl.gz", "queries.jsonl")
    judged = _judgments_file(folder)
    articles = tuple(_read_article(record) for record in read_records(corpus))
    known = {str(article["id"]) for article in articles}
    grades: dict[str, dict[str, int]] = {}
    for place, question_id, article_id, grade in _read_judgments(judged):
        if article_id not in known:
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
        articles=articles,
        fingerprint=fingerprint(corpus, queries, judged),
    )


def _judgments_file(folder: Path) -> Path:
    found = [folder / "qrels" / "test.tsv", *sorted((folder / "qrels").glob("*.tsv"))]
    for path in found:
        if path.is_file():
            return path
    raise WrongUsage(f"{str(folder)!r} holds no qrels/test.tsv. `python -m evals list` names what a suite needs.")


def _read_article(record: Record) -> dict[str, Any]:
    return {"id": record.string("_id"), "title": record.optional("title") or "", "text": record.string("text")}


def _read_judgments(path: Path) -> Iterator[tuple[str, str, str, int]]:
    """Place, question, text and grade of each line; a first line of headings is left out."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{path} cannot be read: {error}. Take the file again from its source.") from error
    for number, row in enumerate(csv.reader(lines, delimiter="\t"), start=1):
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
