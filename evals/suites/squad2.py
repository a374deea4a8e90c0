"""SQuAD 2.0 (Rajpurkar et al., ACL 2018): questions on one paragraph each, half of which it does not answer."""

from collections.abc import Iterator
from pathlib import Path

from evals.suites.lines import Record, find_file, read_document, read_records, require_some
from evals.suites.passages import Passages
from evals.suites.prints import fingerprint
from evals.types import GoldenQuestion, SuiteData

SUMMARY = "questions on one paragraph each, unanswerable ones included (SQuAD 2.0)"
NEEDS = "--data DIR with dev_sample.jsonl.gz (id, context, question, gold), or the official dev-v2.0.json"


def read_squad2(folder: Path) -> SuiteData:
    """The paragraphs as articles, and the questions, each put to its own paragraph. Raises `WrongUsage`, `BadData`."""
    path = find_file(folder, "dev_sample.jsonl.gz", "dev_sample.jsonl", "dev-v2.0.json")
    texts = Passages("squad", title="Paragraph")
    questions = tuple(_official(read_document(path), texts) if path.suffix == ".json" else _lines(path, texts))
    return SuiteData(
        suite="squad2",
        sources=(),
        questions=require_some(path, questions),
        articles=texts.articles,
        fingerprint=fingerprint(path),
    )


def _lines(path: Path, texts: Passages) -> Iterator[GoldenQuestion]:
    for record in read_records(path):
        gold = record.record("gold")
        answers = () if gold.fields.get("is_impossible") is True else gold.strings("answers")
        yield _question(record, record.string("context"), gold, answers, texts)


def _official(document: Record, texts: Passages) -> Iterator[GoldenQuestion]:
    for page in document.records("data"):
        for paragraph in page.records("paragraphs"):
            for asked in paragraph.records("qas"):
                answers = tuple(answer.string("text") for answer in asked.records("answers"))
                yield _question(asked, paragraph.string("context"), asked, answers, texts)


def _question(
    record: Record, context: str, judged: Record, answers: tuple[str, ...], texts: Passages
) -> GoldenQuestion:
    impossible = judged.fields.get("is_impossible")
    if not isinstance(impossible, bool):
        raise judged.fail("is_impossible", "is neither true nor false")
    if not impossible and not answers:
        raise judged.fail("answers", "is empty, although the question is answerable")
    place = texts.add(context)
    return GoldenQuestion(
        id=f"sq-{record.string('id')}",
        kind="unanswerable" if impossible else "answerable",
        text=record.string("question"),
        status="insufficient_evidence" if impossible else "answered",
        article_ids=() if impossible else (place,),
        gold_answers=() if impossible else tuple(dict.fromkeys(answers)),
        within=(place,),
    )
