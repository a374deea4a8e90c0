"""Near copies of a text are told from updates, from other stories, and from what an outlet prints below everything."""

import os
import random
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.errors import IndexDamaged
from indexes.near_copies import PERMUTATIONS, Signature, are_copies, near, shingles_of, signature_of

DISCLAIMER = (
    "Readers who sign up for the evening letter of the Velle Courier get the day in five minutes. "
    "The Courier is edited in Velle and printed at Tarnby; its editors follow the press code of the valley, and errors "
    "are mended on page two. No part of this page may be copied without the written leave of the publisher. "
    "Letters reach the editors by post at Mill Lane, or at the counter from nine to noon. "
)


def invent(words: int, *, seed: int) -> str:
    """A text of so many invented words, in sentences of a dozen."""
    chance = random.Random(seed)  # noqa: S311 - invented words, no secret
    drawn = ["".join(chance.choices("aeiouklmnrst", k=chance.randint(3, 8))) for _ in range(words)]
    return " ".join(word + ("." if place % 12 == 11 else "") for place, word in enumerate(drawn))


def same(one: str, other: str) -> bool:
    """Whether two texts are copies; asked both ways, and of their signatures, which must never rule out a copy."""
    first, second = shingles_of(one), shingles_of(other)
    found = are_copies(first, second)
    assert are_copies(second, first) is found
    signature, against = signature_of(one), signature_of(other)
    likely = near(signature, np.array([against.shingles]), against.array.reshape(1, -1))
    assert likely[0] or not found
    return found


STORY = invent(400, seed=1)
KNOWN = [374158845, 836096653, 1978836285, 705817334]
"""The first values of the signature of “The mill at Upper Tarn will close in May.”"""


def test_a_copy_under_another_headline_is_a_copy() -> None:
    """A dateline, a credit line, other quotation marks and other capitals do not hide a copy."""
    story = STORY + " “Nobody asked the village,” said Bram Oster."
    other = "TARNBY (NNA) - " + story.replace("“", '"').replace("”", '"').upper() + "\n\nReporting by Lise Holt"
    assert same(story, other)


def test_a_story_cut_to_its_first_half_is_a_copy() -> None:
    """Half of a story is a copy of the whole; a teaser of a quarter is not."""
    words = STORY.split()
    assert same(STORY, " ".join(words[:200]))
    assert not same(STORY, " ".join(words[:100]))


def test_an_update_is_no_copy() -> None:
    """A story of which 60 in 100 words are new is a story of its own, be it as long as the old one or longer."""
    words = STORY.split()
    assert not same(STORY, invent(240, seed=2) + " " + " ".join(words[:160]))
    assert not same(STORY, invent(600, seed=2) + " " + STORY)


def test_other_stories_are_no_copies() -> None:
    """Two texts that have nothing in common are no copies."""
    assert not same(STORY, invent(400, seed=3))


def test_what_an_outlet_prints_below_everything_makes_no_copies() -> None:
    """Lines that all articles of an outlet share are not what is compared, even where they outweigh the news."""
    for words in (15, 30, 60, 120):
        assert not same(invent(words, seed=4) + " " + DISCLAIMER, invent(words, seed=5) + " " + DISCLAIMER)
        assert not same(DISCLAIMER + invent(words, seed=4), DISCLAIMER + invent(words, seed=5))


def test_short_texts_are_copies_where_nearly_all_is_the_same() -> None:
    """A notice with another figure is another notice; with another mark it is the same."""
    notice = (
        "The bank of Velle lent the mills 1.5 million crowns on Monday, its governor said in a note to the council."
    )
    assert same(notice, notice.replace(",", " -"))
    assert not same(notice, notice.replace("1.5 million", "two million"))
    assert not same(notice, " ".join(notice.split()[:12]))


@pytest.mark.parametrize("text", ["", " \n\t", "…!?", "\x00"])
def test_a_text_without_words_is_no_copy(text: str) -> None:
    """Nothing is a copy of nothing."""
    assert signature_of(text).shingles == 0
    assert not same(text, text)
    assert not same(text, STORY)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None)
def test_being_copies_goes_both_ways(one: str, other: str) -> None:
    """Whatever the two texts, the answer does not depend on their order, and a text with words is a copy of itself."""
    assert not same(one, other) or signature_of(one).shingles > 0
    assert same(one, one) is (signature_of(one).shingles > 0)


@given(st.integers(0, 10_000), st.integers(80, 300), st.integers(0, 10_000))
@settings(deadline=None, max_examples=30)
def test_a_house_style_changes_little(seed: int, words: int, other: int) -> None:
    """A text is a copy of itself with a word changed here and there, and none of an unrelated one."""
    drawn = invent(words, seed=seed).split()
    for place in range(20, words, 60):
        drawn[place] = "changed"
    assert same(invent(words, seed=seed), " ".join(drawn))
    assert not same(invent(words, seed=seed), invent(words, seed=10_001 + other))


@given(st.text(max_size=200))
@settings(deadline=None)
def test_a_signature_comes_back_from_its_bytes(text: str) -> None:
    """A stored signature is the one that was stored, and takes 516 bytes."""
    signature = signature_of(text)
    assert Signature.from_bytes(signature.to_bytes()) == signature
    assert len(signature.to_bytes()) == 516
    assert signature.array.shape == (PERMUTATIONS,)


def test_bytes_that_are_no_signature_are_refused() -> None:
    """A signature of another length is damage, with what to do about it."""
    with pytest.raises(IndexDamaged, match="7 bytes instead of 516"):
        Signature.from_bytes(b"damaged")


def test_signatures_are_the_same_in_every_process() -> None:
    """Another process, with another seed of Python's own hashes, makes the same signature."""
    script = "from indexes.near_copies import signature_of as s; print(s('The mill at Upper Tarn will close.').to_bytes().hex())"
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {signature_of("The mill at Upper Tarn will close.").to_bytes().hex()}


def test_signatures_stay_what_they_are() -> None:
    """The signature of a known text has not changed: all stored ones would be worthless."""
    signature = signature_of("The mill at Upper Tarn will close in May.")
    assert signature.shingles == 6
    assert signature.array[:4].tolist() == KNOWN


@pytest.mark.parametrize(
    "text",
    ["tarn " * 400_000, " ".join(map(str, range(1_000_000))), "x" * 2_000_000, "ﷺ " * 700_000],
    ids=["one word", "a million words", "no blank", "letters that become many"],
)
def test_hostile_texts_are_read_in_bounded_time_and_memory(text: str) -> None:
    """What is read of a text has an end: a second, and some tens of megabytes, are enough for any."""
    signature_of("the first one loads the library")
    tracemalloc.start()
    begun = time.process_time()
    signature = signature_of(text)
    taken = time.process_time() - begun
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0 < signature.shingles <= 20_000
    assert taken < 10
    assert peak < 120_000_000
