"""Canonical text: white space may change and invisible characters may go, words may not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.cleaning import clean_line, clean_text, paragraphs_of

WORDS = st.sampled_from(["a", "The", "mayor", "said:", "“No.”", "self-", "employed", "…", "–", "is", "x" * 45, "ends."])
BREAKS = st.sampled_from([" ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\n    ", "\u2029", "\u200b", "\0", "\x85"])
TEXTS = st.one_of(st.text(), st.lists(st.one_of(WORDS, BREAKS)).map("".join))

WRAPPED = """The council of the small harbour town decided on Monday evening that
the bridge over the canal will stay closed until the end of the year,
because the money is missing.
The mayor called it a sad day for everybody who has to cross the water
twice a day to reach school or work."""


def is_subsequence(part: str, whole: str) -> bool:
    """Whether the characters of one text occur in another in this order."""
    characters = iter(whole)
    return all(character in characters for character in part)


@settings(deadline=None)
@given(TEXTS)
def test_cleaning_twice(text: str) -> None:
    """Cleaning a cleaned text changes nothing."""
    once = clean_text(text)
    assert clean_text(once) == once


@settings(deadline=None)
@given(TEXTS)
def test_cleaning_only_removes(text: str) -> None:
    """But for white space, a cleaned text is made of the original's characters in their order."""
    cleaned = clean_text(text)
    assert is_subsequence("".join(cleaned.split()), text)
    # A word that a line's end had divided behind its hyphen is one word again.
    line = clean_line(text)
    assert all(word in line or word in line.replace("- ", "-") for word in cleaned.split())


@settings(deadline=None)
@given(TEXTS)
def test_canonical_form(text: str) -> None:
    """Paragraphs are single lines without spaces at their ends, apart by exactly one blank line."""
    for paragraph in paragraphs_of(clean_text(text)):
        assert paragraph
        assert paragraph == " ".join(paragraph.split())


@settings(deadline=None)
@given(TEXTS)
def test_cleaned_text_can_be_stored(text: str) -> None:
    """A cleaned text can be written as UTF-8, even where the original held lone surrogates."""
    clean_text(text + "\ud800").encode()


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("“It’s over…” she said — ‘twice’.", "“It’s over…” she said — ‘twice’."),
        ("cafe\u0301 \ufb01ve", "cafe\u0301 \ufb01ve"),
        ("  One.  \r\n\r\n\r\n\tTwo. \n", "One.\n\nTwo."),
        ("12\u00a0000\u2009km", "12 000 km"),
        ("\ufeffA\0 mi\u00adnute\u200b", "A minute"),
        (
            "One long enough line that is a paragraph.\nAnd another one.",
            "One long enough line that is a paragraph.\n\nAnd another one.",
        ),
        ("", ""),
        (" \n\t\u00a0\n", ""),
    ],
)
def test_examples(raw: str, clean: str) -> None:
    """Quotation marks, ellipses and composed characters stay; spaces become plain; invisible characters go."""
    assert clean_text(raw) == clean


def test_hard_wrapped_lines_are_joined() -> None:
    """Lines that were broken to fit a width become paragraphs again; a short last line ends its paragraph."""
    paragraphs = paragraphs_of(clean_text(WRAPPED))
    assert [paragraph[:8] for paragraph in paragraphs] == ["The coun", "The mayo"]
    assert "Monday evening that the bridge" in paragraphs[0]


def test_indent_begins_a_paragraph() -> None:
    """In wrapped text an indented line begins a paragraph even where the line before it is full."""
    text = WRAPPED.replace(
        "because the money is missing.\nThe", "because the money is missing and nobody has found any so far.\n    The"
    )
    assert len(paragraphs_of(clean_text(text))) == 2


def test_hyphen_at_a_line_end() -> None:
    """A word that was parted at its own hyphen is whole again."""
    text = (
        "The council of the small harbour town decided that nobody who is self-\n"
        "employed in the harbour has to pay for the bridge, whatever the mayor\n"
        "may say about it."
    )
    assert "self-employed" in clean_text(text)


def test_one_line_a_paragraph() -> None:
    """Lines that end their sentences are paragraphs of their own, however short they are."""
    dialogue = (
        "“Will you pay for the bridge over the canal?”\n“No.”\n“Why?”\n“Because nobody told me that it was mine.”"
    )
    assert clean_text(dialogue) == dialogue.replace("\n", "\n\n")
