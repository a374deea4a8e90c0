"""Shingles: how much of a true text was taken out of a page."""

import pytest

from evals.shingles import overlap, shingles

TRUE = "The mill at Upper Tarn closes."


@pytest.mark.parametrize(
    ("text", "precision", "recall"),
    [
        (TRUE, 1.0, 1.0),
        ("The mill, at Upper—Tarn: closes!", 1.0, 1.0),
        ("The mill at Upper Tarn", 1.0, 2 / 3),
        ("Home Sport The mill at Upper Tarn closes", 3 / 5, 1.0),
        ("the mill at upper tarn closes", 0.0, 0.0),
        ("", None, 0.0),
    ],
)
def test_overlap(text: str, precision: float | None, recall: float) -> None:
    """Four words in a row count, whatever stands between words; letter case does matter."""
    found = overlap(text, TRUE)
    assert (found.precision, found.recall) == (precision, recall)


def test_each_occurrence_counts() -> None:
    """A text that is taken out twice is surplus the second time."""
    found = overlap("One two three four. One two three four.", "One two three four.")
    assert (found.shared, found.surplus, found.missing) == (1, 4, 0)


def test_few_words_are_one_shingle() -> None:
    """A text of fewer than four words is one shingle; one without words has none."""
    assert shingles("Two words") == {("Two", "words"): 1}
    assert not shingles("— … —")
    assert overlap("A word", "").recall is None
