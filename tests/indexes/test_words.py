"""Words: the one analysis of questions, passages and answers."""

import pytest
from hypothesis import given, settings

from indexes.words import STOPWORDS, find_words, stem_of
from tests.strategies import news_texts


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("320,000 deaths", ["320000", "death"]),
        ("3.5 per cent", ["3.5", "per", "cent"]),
        ("1,234,567.8", ["1234567.8"]),
        ("2022/23", ["2022", "23"]),
        ("The U.S.’s ships", ["the", "us", "ship"]),
        ("5 p.m.", ["5", "pm"]),
        ("Brandt’s mill, the workers' union", ["brandt", "mill", "the", "worker", "union"]),
        ("O’Brien doesn't", ["obrien", "doesnt"]),
        ("de-escalation", ["de", "escal"]),
        ("Café CAFE\u0301S", ["cafe", "cafe"]),
        ("4th F-16s", ["4th", "f", "16s"]),
        ("東京", ["東", "京"]),
        ("— … “”", []),
    ],
)
def test_stems(text: str, stems: list[str]) -> None:
    """Figures stay whole, possessives and accents go, parts of hyphenated words are words."""
    assert [word.stem for word in find_words(text)] == stems


def test_place_of_a_word() -> None:
    """A word knows where it stands; the possessive stays outside."""
    word = find_words("So Brandt’s")[1]
    assert (word.text, word.start, word.end) == ("Brandt", 3, 9)


def test_stop_words_are_stems() -> None:
    """Stop words are compared as stems, and “us” is none, because it is also the U.S."""
    assert {stem_of("because"), stem_of("WAS"), "the"} <= STOPWORDS
    assert "us" not in STOPWORDS


@given(news_texts)
@settings(deadline=None)
def test_words_stand_where_they_say(text: str) -> None:
    """Every word is at its place in the text, in order, and has a stem without white space."""
    at = 0
    for word in find_words(text):
        assert text[word.start : word.end] == word.text
        assert word.start >= at
        assert word.stem
        assert word.stem == "".join(word.stem.split())
        at = word.end
