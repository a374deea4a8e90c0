"""Any folder of articles with golden questions on them."""

from pathlib import Path

from evals.suites.golden import read_golden_questions
from evals.suites.lines import find_file
from evals.suites.prints import fingerprint
from evals.types import SuiteData

SUMMARY = "golden questions on articles of your own"
NEEDS = (
    "--data DIR with articles.jsonl(.gz) (id, title, text, …) and questions.jsonl(.gz) (id, kind, question, status,\n"
    "  article_ids, gold_quotes, also_valid, gold_answers, speaker, wrong_quotes, reason_code, split)"
)


def read_quotes(folder: Path) -> SuiteData:
    """The articles to index and the questions. Raises `WrongUsage`, `BadData`."""
    articles = find_file(folder, "articles.jsonl.gz", "articles.jsonl")
    questions = find_file(folder, "questions.jsonl.gz", "questions.jsonl")
    return SuiteData(
        suite="quotes",
        sources=(articles,),
        questions=read_golden_questions(questions),
        fingerprint=fingerprint(articles, questions),
    )
