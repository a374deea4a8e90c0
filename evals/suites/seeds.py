"""The project's own golden questions on the articles that a new clone starts from."""

from pathlib import Path

from evals.suites.golden import read_golden_questions
from evals.suites.lines import find_file
from evals.suites.prints import fingerprint
from evals.types import SuiteData

SUMMARY = "our golden questions on seeds/"
NEEDS = "nothing: seeds/ is part of the project (--data DIR for another copy of it)"


def read_seeds(folder: Path) -> SuiteData:
    """The questions of `questions.jsonl` and the folder itself to index. Raises `WrongUsage`, `BadData`."""
    questions = find_file(folder, "questions.jsonl")
    return SuiteData(
        suite="seeds",
        sources=(folder,),
        questions=read_golden_questions(questions),
        fingerprint=fingerprint(folder),
    )
