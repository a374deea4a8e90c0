"""Reads golden questions (contract §4, `quotes`) and checks each field."""

from pathlib import Path
from typing import cast, get_args

from evals.suites.lines import Record, read_records, require_some
from evals.types import GoldenQuestion, Split
from qa.types import Status

STATUSES: tuple[str, ...] = get_args(Status)
SPLITS: tuple[str, ...] = get_args(Split)


def read_golden_questions(path: Path) -> tuple[GoldenQuestion, ...]:
    """The questions in the order of the file. Raises `BadData` for a bad field, a double id or an empty file."""
    questions: list[GoldenQuestion] = []
    places: dict[str, str] = {}
    for record in read_records(path):
        question = _read_question(record)
        if question.id in places:
            raise record.fail("id", f"is {question.id!r}, which {places[question.id]} has too")
        places[question.id] = record.place
        questions.append(question)
    return require_some(path, questions)


def _read_question(record: Record) -> GoldenQuestion:
    status = cast("Status", record.one_of("status", STATUSES))
    split = cast("Split", record.one_of("split", SPLITS)) if record.optional("split") else None
    question = GoldenQuestion(
        id=record.string("id"),
        kind=record.string("kind"),
        text=record.string("question"),
        status=status,
        article_ids=record.strings("article_ids"),
        gold_quotes=record.strings("gold_quotes"),
        also_valid=record.strings("also_valid"),
        gold_answers=record.strings("gold_answers"),
        speaker=record.optional("speaker"),
        wrong_quotes=record.strings("wrong_quotes"),
        reason_code=record.optional("reason_code"),
        split=split,
    )
    if not question.answerable and question.gold_quotes:
        raise record.fail("gold_quotes", "is not empty, although the status is 'insufficient_evidence'")
    if question.answerable and not (question.gold_quotes or question.article_ids):
        raise record.fail("gold_quotes", f"is empty and so is 'article_ids', although the status is {status!r}")
    return question
