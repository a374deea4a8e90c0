"""Sentences: what the engine gets right, each repair, and what holds for every text."""

import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings

from indexes.sentences import LONGEST_QUOTATION, split_sentences
from tests.strategies import news_texts

SECONDS = 8.0
"""Several times what it takes; by the square it would be far more."""


def cut(text: str, *, language: str | None = None) -> list[str]:
    """The sentences as they are read."""
    return [span.of(text) for span in split_sentences(text, language=language)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("Dr. Orr and Lt. Gen. Toll spoke. It rained.", ["Dr. Orr and Lt. Gen. Toll spoke.", "It rained."]),
        ("It rose 3.5 per cent. Then it fell.", ["It rose 3.5 per cent.", "Then it fell."]),
        ("“We lost,” he said. “We go on.”", ["“We lost,” he said.", "“We go on.”"]),
    ],
)
def test_ordinary_sentences(text: str, sentences: list[str]) -> None:
    """Full stops of titles and figures end no sentence."""
    assert cut(text) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "“No!” Mr. Toll said.",
        "“Is it over?” he asked.",
        "“Is it over?” Ms. Orr, the harbour master, asked reporters.",
        "“Never!” shouted the crowd on the quay.",
        '"Why us?" Mayor Ida Brandt asked.',
    ],
)
def test_attribution_after_a_shout(text: str) -> None:
    """A quotation that ends in ! or ? stays with the words that say whose it is."""
    assert cut(f"It rained. {text} Then it stopped.") == ["It rained.", text, "Then it stopped."]


def test_new_sentence_after_a_shout() -> None:
    """A sentence of its own after a shouted quotation is not taken for its attribution."""
    text = "The crowd cried “No!” The union said it would fight on."
    assert cut(text) == ["The crowd cried “No!”", "The union said it would fight on."]


@pytest.mark.parametrize(
    "text",
    [
        "They meet at 5 p.m. Tuesday on the quay.",
        "Doors open at 8 a.m. GMT.",
        "Gate No. 4 is shut.",
        "See p. 12 of it.",
    ],
)
def test_abbreviation_before_a_capital(text: str) -> None:
    """A time before its day, and a number after “No.”, stay in one sentence."""
    assert cut(text) == [text]


@pytest.mark.parametrize("word", ["May", "me", "no", "Marrow & Co", "Washington DC"])
def test_word_that_looks_like_an_abbreviation(word: str) -> None:
    """A sentence ends before a quotation also where its last word could be an abbreviation."""
    assert cut(f"It is all about {word}. “We lost,” she said.") == [f"It is all about {word}.", "“We lost,” she said."]


def test_time_at_the_end_of_a_sentence() -> None:
    """A time that ends a sentence still ends it."""
    assert cut("They left at 5 p.m. The quay was empty.") == ["They left at 5 p.m.", "The quay was empty."]


def test_short_quotation_of_several_sentences() -> None:
    """A quotation of several sentences stays whole while an answer could quote it whole."""
    assert cut("“It is done. We go home.” He left.") == ["“It is done. We go home.”", "He left."]


def test_long_quotation_is_cut_inside() -> None:
    """A quotation longer than an answer may quote is cut at its own sentence ends; its marks stay with its words."""
    first, last = "“We waited at the gate until the lamps went out.", "Then we went home.” she said."
    middle = ["Nobody came to tell us anything at all that night."] * 12
    text = " ".join([first, *middle, last])
    assert len(text) > LONGEST_QUOTATION
    assert cut(text) == [first, *middle, last]


def test_quotation_that_opens_inside_a_long_one() -> None:
    """An opening mark goes with the sentence that it opens, also where the engine hid it."""
    filler = "It went on like that for hours and nobody wrote it down. "
    text = "“" + filler * 10 + "“Stop,” he told us.”"
    assert cut(text)[-1] == "“Stop,” he told us.”"


def test_lines_and_section_marks() -> None:
    """A line break ends a sentence, so that a section mark is none of the next one."""
    assert cut("– Tense days –\nIn Tarnby, it rained.") == ["– Tense days –", "In Tarnby, it rained."]


def test_wrapped_lines() -> None:
    """Lines that were wrapped at a fixed width are one paragraph; the next block is another."""
    text = (
        "The council of Upper Tarn met on Monday evening to\n"
        "talk about the mill, which Ida Brandt wants to\n"
        "keep. Nobody voted. The mayor left before the end\n"
        "of the meeting.\n\nRain followed"
    )
    assert cut(text) == [
        "The council of Upper Tarn met on Monday evening to\ntalk about the mill, which Ida Brandt wants to\nkeep.",
        "Nobody voted.",
        "The mayor left before the end\nof the meeting.",
        "Rain followed",
    ]


@pytest.mark.parametrize("language", ["de", "pt-BR", "xx", "", "日本語", None])
def test_any_language_tag(language: str | None) -> None:
    """Every tag is taken, also one that nobody knows."""
    assert cut("Ja. Nein!", language=language) == ["Ja.", "Nein!"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u2028\t"])
def test_blank_text(text: str) -> None:
    """A blank text has no sentences."""
    assert split_sentences(text) == []


def test_half_a_character() -> None:
    """A lone surrogate is no reason to fail."""
    assert cut("It rained \ud800 hard. So what?") == ["It rained \ud800 hard.", "So what?"]


def test_long_paragraphs_are_cut_as_short_ones() -> None:
    """A paragraph that the engine is given in pieces has the sentences of its parts, wherever the pieces end."""
    part = "Dr. Orr rose at 5 a.m. on Monday. “We lost,” he said. “We go on. We win.” It rained, etc. all day."
    assert cut(" ".join([part] * 900)) == cut(part) * 900


@pytest.mark.parametrize("mark", ["“", "„", "‘", "``"])
def test_marks_that_never_close(mark: str) -> None:
    """A text of marks that only open takes time by its length, not by its square."""
    began = time.process_time()
    (whole,) = split_sentences(f"{mark}a " * 100_000)
    assert whole.start == 0
    assert time.process_time() - began < SECONDS


@given(news_texts)
@example("“ “ “")
@example("a" * 700 + " “b.” “C d.” e")
@settings(deadline=None, max_examples=300)
def test_sentences_cover_the_text(text: str) -> None:
    """Sentences are in order, do not overlap, begin and end on no white space, and leave only white space out."""
    spans = split_sentences(text)
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert span.of(text) == span.of(text).strip()
    for before, after in pairwise(spans):
        assert before.end <= after.start
    covered = "".join(span.of(text) for span in spans)
    assert "".join(covered.split()) == "".join(text.split())
