"""The practice archive: fiction that models are trained and weights are fitted on, and nothing is measured on."""

from dataclasses import replace
from pathlib import Path

from evals.suites.golden import read_golden_questions
from evals.suites.lines import find_file
from evals.suites.prints import fingerprint
from evals.types import SuiteData

FOLDER = Path(__file__).parents[1] / "practice"
TRAINED, FITTED = "abcdef", "gh"
"""The regions that the cross-encoder in service is trained on, and those that what rests on its scores is fitted on."""


def read_practice(folder: Path = FOLDER) -> SuiteData:
    """The questions of all regions and the articles to index. Raises `WrongUsage`, `BadData`."""
    articles = find_file(folder, "articles.jsonl")
    return SuiteData(
        suite="practice",
        sources=(articles,),
        questions=read_golden_questions(find_file(folder, "questions.jsonl")),
        fingerprint=fingerprint(folder),
    )


def of_regions(data: SuiteData, regions: str) -> SuiteData:
    """The data with the questions of these regions."""
    return replace(data, questions=tuple(question for question in data.questions if question.id[0] in regions))
