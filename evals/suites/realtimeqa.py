"""RealTime QA (Kasai et al., NeurIPS 2023): weekly news quizzes, asked of the news articles of those weeks."""

import hashlib
from datetime import date
from pathlib import Path

from evals.errors import BadData, WrongUsage
from evals.suites.lines import Record, find_file, read_records, require_some
from evals.suites.prints import fingerprint
from evals.types import GoldenQuestion, SuiteData

SUMMARY = "weekly news quizzes over an archive of news (RealTime QA)"
NEEDS = (
    "--data DIR with questions.jsonl.gz (id, question, answer, question_date, support_ids) and articles*.jsonl.gz\n"
    "  (id, title, text, url, publish_date); questions whose support is in none of the articles given are left out"
)
_QUOTES = "\"'“”‘’"


def read_realtimeqa(folder: Path) -> SuiteData:
    """The articles to index and the questions that some of them support. Raises `WrongUsage`, `BadData`.

    The support is silver: articles retrieved for the question in which the answer occurs. Copies of a text count as its
    first article, under which they are indexed.
    """
    questions = find_file(folder, "questions.jsonl.gz", "questions.jsonl")
    archives = tuple(sorted((*folder.glob("articles*.jsonl.gz"), *folder.glob("articles*.jsonl"))))
    if not archives:
        raise WrongUsage(
            f"{str(folder)!r} holds no articles*.jsonl.gz. `python -m evals list` names what a suite needs."
        )
    stored = _stored_ids(archives)
    read = require_some(questions, [_read_question(record, stored) for record in read_records(questions)])
    kept = tuple(question for question in read if question.article_ids)
    if not kept:
        raise BadData(
            f"{questions}: no question is supported by an article of {folder}. Give the articles of its weeks."
        )
    left_out = len(read) - len(kept)
    return SuiteData(
        suite="realtimeqa",
        sources=archives,
        questions=kept,
        fingerprint=fingerprint(questions, *archives),
        notes=(f"{left_out} of {len(read)} questions left out: no article given supports them",) if left_out else (),
    )


def _stored_ids(archives: tuple[Path, ...]) -> dict[str, str]:
    """For each id in the files the one under which its text is indexed: that of the first article with the same text."""
    first: dict[str, str] = {}
    stored: dict[str, str] = {}
    for path in archives:
        for record in read_records(path):
            print_ = hashlib.sha256(" ".join(record.string("text").split()).encode()).hexdigest()
            stored[record.string("id")] = first.setdefault(print_, record.string("id"))
    return stored


def _read_question(record: Record, stored: dict[str, str]) -> GoldenQuestion:
    support = record.strings("support_ids")
    answers = tuple(answer.strip(_QUOTES) for answer in record.strings("answer"))
    if not answers:
        raise record.fail("answer", "is empty")
    return GoldenQuestion(
        id=f"rt-{record.string('id')}",
        kind="quiz",
        text=record.string("question"),
        status="answered",
        article_ids=tuple(dict.fromkeys(stored[key] for key in support if key in stored)),
        gold_answers=answers,
        asked=_day(record),
    )


def _day(record: Record) -> date | None:
    written = record.optional("question_date")
    if written is None:
        return None
    try:
        return date.fromisoformat(written.replace("/", "-"))
    except ValueError as error:
        raise record.fail("question_date", f"is {written!r}, not a day such as 2024/01/31") from error
