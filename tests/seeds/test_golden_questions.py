"""Tests of the golden questions and the articles that they are asked of, as the index stores them."""

from collections import Counter
from pathlib import Path

import pytest

from evals.metrics import occurrences
from evals.suites.golden import read_golden_questions
from evals.types import GoldenQuestion
from indexes.readers.reading import read_sources
from indexes.types import Article, Outcome

SEEDS = Path(__file__).parents[2] / "seeds"
KINDS = {"said_about", "who_said", "when", "where", "number", "several_articles", "comparison", "temporal", "fact"}


@pytest.fixture(scope="module")
def sources() -> list[Article | Outcome]:
    """What reading seeds/ gives."""
    return list(read_sources([SEEDS]))


@pytest.fixture(scope="module")
def articles(sources: list[Article | Outcome]) -> dict[str, Article]:
    """The stored articles by id."""
    return {source.id: source for source in sources if isinstance(source, Article)}


@pytest.fixture(scope="module")
def questions() -> tuple[GoldenQuestion, ...]:
    """The golden questions; reading them refuses double ids and bad fields."""
    return read_golden_questions(SEEDS / "questions.jsonl")


def test_every_file_is_read(sources: list[Article | Outcome], articles: dict[str, Article]) -> None:
    """No seed file is rejected, no two articles share an id, and there are at least 60."""
    assert [source for source in sources if isinstance(source, Outcome)] == []
    assert len(sources) == len(articles) >= 60


def test_every_article_has_200_to_700_words(articles: dict[str, Article]) -> None:
    """The stored text, without headline and boilerplate, has the length of a news article."""
    lengths = {article.source: len(article.text.split()) for article in articles.values()}
    assert {source: length for source, length in lengths.items() if not 200 <= length <= 700} == {}


def test_formats_are_mixed(articles: dict[str, Article]) -> None:
    """Each format that a new clone should prove is there."""
    endings = {Path((article.source or "").partition("#")[0]).suffix for article in articles.values()}
    assert endings >= {".txt", ".md", ".html", ".json", ".jsonl"}


def test_there_are_enough_questions(questions: tuple[GoldenQuestion, ...]) -> None:
    """At least 120, of these 30 unanswerable, of these 12 where another person said it; every kind is asked."""
    unanswerable = [question for question in questions if not question.answerable]
    assert len(questions) >= 120
    assert len(unanswerable) >= 30
    assert sum(question.reason_code == "other_speaker" for question in unanswerable) >= 12
    assert {question.kind for question in questions} == KINDS


def test_every_unanswerable_question_says_why(questions: tuple[GoldenQuestion, ...]) -> None:
    """The reason is one that the product can give, and no answerable question has one."""
    reasons = {"topic_absent", "not_mentioned", "other_speaker"}
    wrong = [one.id for one in questions if (one.reason_code in reasons) == one.answerable]
    assert wrong == []


def test_article_ids_are_stored_articles(questions: tuple[GoldenQuestion, ...], articles: dict[str, Article]) -> None:
    """Every id names a seed article, and every answerable question names one."""
    assert {key for question in questions for key in question.article_ids} <= set(articles)
    assert [question.id for question in questions if question.answerable and not question.article_ids] == []


def test_every_gold_quote_is_in_its_articles(
    questions: tuple[GoldenQuestion, ...], articles: dict[str, Article]
) -> None:
    """Character by character, in the stored text of one of the question's articles."""
    missing = [
        (question.id, quote)
        for question in questions
        for quote in question.gold_quotes
        if not any(quote in articles[key].text for key in question.article_ids)
    ]
    assert missing == []


def test_every_other_quote_is_somewhere(questions: tuple[GoldenQuestion, ...], articles: dict[str, Article]) -> None:
    """Also-valid and wrong quotes occur in an article: a typing error would make them worthless."""
    missing = [
        (question.id, quote)
        for question in questions
        for quote in (*question.also_valid, *question.wrong_quotes)
        if not any(occurrences(article.text, quote) for article in articles.values())
    ]
    assert missing == []


def test_no_quote_is_right_and_wrong(questions: tuple[GoldenQuestion, ...]) -> None:
    """No wrong quote is a gold or also-valid one of the same question."""
    assert [question.id for question in questions if set(question.accepted) & set(question.wrong_quotes)] == []


def test_half_of_the_questions_are_set_aside(questions: tuple[GoldenQuestion, ...]) -> None:
    """Each question is in one half; halves have the same share of every status and reason, give or take a few."""
    assert all(question.split in {"dev", "held_out"} for question in questions)
    halves = Counter(question.split for question in questions)
    assert abs(halves["dev"] - halves["held_out"]) <= len(questions) * 0.05
    for group in {(question.status, question.reason_code) for question in questions}:
        counts = Counter(one.split for one in questions if (one.status, one.reason_code) == group)
        assert abs(counts["dev"] - counts["held_out"]) <= 3, group
