"""A user's own golden questions on the index that is there."""

from pathlib import Path

from evals.suites.golden import read_golden_questions
from evals.suites.lines import find_file
from evals.suites.prints import fingerprint
from evals.types import SuiteData

SUMMARY = "your own golden questions on your current index, which is not touched"
NEEDS = (
    "--data DIR with questions.jsonl(.gz): id, kind, question, status; and gold_quotes or article_ids where the index\n"
    "  answers; also gold_answers, also_valid, speaker, wrong_quotes, reason_code, split"
)


def read_own(folder: Path) -> SuiteData:
    """The questions; without articles, so that they are put to the current build. Raises `WrongUsage`, `BadData`."""
    questions = find_file(folder, "questions.jsonl.gz", "questions.jsonl")
    return SuiteData(
        suite="own", sources=(), questions=read_golden_questions(questions), fingerprint=fingerprint(questions)
    )
