"""A quoted span that differs from the stored words in marks only gets the stored words back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.quotations import quoted_spans
from qa.restoring import restore_quotes

QUOTE = "“Nobody was hurt…  we’re lucky – for now,” harbour master Quist said. ‘It’s over,’ she added."


@pytest.mark.parametrize(
    ("written", "restored"),
    [
        (
            "Quist said: “Nobody was hurt...  we're lucky - for now.”",
            "Quist said: “Nobody was hurt…  we’re lucky – for now”",
        ),
        ('Quist said: "nobody was hurt… we\'re lucky"', 'Quist said: "Nobody was hurt…  we’re lucky"'),
        ("Quist said: “We’re lucky — for now,” and left.", "Quist said: “we’re lucky – for now” and left."),
        ("Quist said: “Nobody was hurt”.", "Quist said: “Nobody was hurt”."),
    ],
)
def test_marks_are_restored(written: str, restored: str) -> None:
    """Straight marks, dots for an ellipsis, white space and capitals give way to what is stored."""
    assert restore_quotes(written, ["Something else.", QUOTE]) == restored


@pytest.mark.parametrize("written", ["Quist said: “Everybody was hurt.”", "Quist said nothing.", "", "“”", "“.”"])
def test_other_words_stay(written: str) -> None:
    """Words that no quote holds are left for verification to refuse."""
    assert restore_quotes(written, [QUOTE]) == written


@settings(deadline=None)
@given(st.text(alphabet="aB “”\"'’….,-–", max_size=40), st.text(alphabet="aB “”\"'’….,-–", max_size=40))
def test_verbatim_spans_are_never_changed(written: str, quote: str) -> None:
    """A text whose quoted spans are verbatim already comes back as it was."""
    if all(span.of(written) in quote for span in quoted_spans(written)):
        assert restore_quotes(written, [quote]) == written
