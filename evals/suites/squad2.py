"""SQuAD 2.0 (Rajpurkar et al., ACL 2018): questions on one paragraph each, half of which it does not answer."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.errors import BadData
from evals.suites.lines import Record, find_file, read_document, read_records
from evals.suites.prints import fingerprint
from evals.types import GoldenQuestion, SuiteData

SUMMARY = "questions on one paragraph each, unanswerable ones included (SQuAD 2.0)"
NEEDS = "--data DIR with dev_sample.jsonl.gz (id, context, question, gold), or the official dev-v2.0.json"


def read_squad2(folder: Path) -> SuiteData:
    """The paragraphs as articles, and the questions, each put to its own paragraph. Raises `WrongUsage`, `BadData`."""
    path = find_file(folder, "dev_sample.jsonl.gz", "dev_sample.jsonl", "dev-v2.0.json")
    texts: dict[str, str] = {}
    questions = tuple(_official(read_document(path), texts) if path.suffix == ".json" else _lines(path, texts))
    if not questions:
        raise BadData(f"{path} holds no questions. Take the file again from its source.")
    articles: list[dict[str, Any]] = [{"id": key, "title": "Paragraph", "text": text} for text, key in texts.items()]
    return SuiteData(
        suite="squad2", sources=(), questions=questions, articles=tuple(articles), fingerprint=fingerprint(path)
    )


def _lines(path: Path, texts: dict[str, str]) -> Iterator[GoldenQuestion]:
    for record in read_records(path):
        gold = record.record("gold")
        answers = () if gold.fields.get("is_impossible") is True else gold.strings("answers")
        yield _question(record, record.string("context"), gold, answers, texts)


def _official(document: Record, texts: dict[str, str]) -> Iterator[GoldenQuestion]:
    for page in document.records("data"):
        for paragraph in page.records("paragraphs"):
            for asked in paragraph.records("qas"):
                answers = tuple(answer.string("text") for answer in asked.records("answers"))
                yield _question(asked, paragraph.string("context"), asked, answers, texts)


def _question(
    record: Record, context: str, judged: Record, answers: tuple[str, ...], texts: dict[str, str]
) -> GoldenQuestion:
    impossible = judged.fields.get("is_impossible")
    if not isinstance(impossible, bool):
        raise judged.fail("is_impossible", "is neither true nor false")
    if not impossible and not answers:
        raise judged.fail("answers", "is empty, although the question is answerable")
    place = texts.setdefault(context, f"squad-{hashlib.sha256(context.encode()).hexdigest()[:12]}")
    return GoldenQuestion(
        id=f"sq-{record.string('id')}",
        kind="unanswerable" if impossible else "answerable",
        text=record.string("question"),
        status="insufficient_evidence" if impossible else "answered",
        article_ids=() if impossible else (place,),
        gold_answers=() if impossible else tuple(dict.fromkeys(answers)),
        within=(place,),
    )
