"""The practice archive: every gold quote stands in an article, and nothing of the seeds is in it."""

import json
from pathlib import Path
from typing import Any

from evals.suites.practice import FITTED, TRAINED, of_regions, read_practice

ROOT = Path(__file__).parents[2]
PRACTICE = ROOT / "evals" / "practice"


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_gold_quote_stands_in_an_article() -> None:
    """Character for character, and short enough to be cited."""
    texts = [article["text"] for article in read(PRACTICE / "articles.jsonl")]
    quotes = {quote for question in read(PRACTICE / "questions.jsonl") for quote in question["gold_quotes"]}
    assert [quote for quote in quotes if len(quote) > 500 or not any(quote in text for text in texts)] == []


def test_ids_are_unique_and_known() -> None:
    """Each question is about an article of the archive."""
    articles = [article["id"] for article in read(PRACTICE / "articles.jsonl")]
    questions = read(PRACTICE / "questions.jsonl")
    assert len(set(articles)) == len(articles)
    assert len({question["id"] for question in questions}) == len(questions)
    assert {question["about"] for question in questions} == set(articles)


def test_no_golden_question_is_in_it() -> None:
    """What is measured is not trained on."""
    golden = {question["question"].casefold() for question in read(ROOT / "seeds" / "questions.jsonl")}
    assert golden.isdisjoint(question["question"].casefold() for question in read(PRACTICE / "questions.jsonl"))


def test_regions_that_train_are_not_fitted_on() -> None:
    """The two sets have no region in common, and each has questions with and without an answer."""
    data = read_practice()
    assert not set(TRAINED) & set(FITTED)
    for regions in (TRAINED, FITTED):
        questions = of_regions(data, regions).questions
        assert {question.id[0] for question in questions} == set(regions)
        assert {question.answerable for question in questions} == {True, False}
