"""Quotation marks: what pairs there are, and what holds for every text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.quoting import find_quoted, quoted_spans
from tests.strategies import news_texts


def quoted(text: str) -> list[str]:
    """What stands between the marks."""
    return [span.of(text) for span in quoted_spans(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“It is late,” she said. “Go.”", ["It is late,", "Go."]),
        ('He said "it\'s 5 o\'clock" and "don\'t".', ["it's 5 o'clock", "don't"]),
        ("‘I have bought her a heart,’ he said of the workers’ boat.", ["I have bought her a heart,"]),
        ("‘We’ll pay the workers’ wages,’ he said. ‘Soon.’", ["We’ll pay the workers’ wages,", "Soon."]),
        ("'It's the workers' pay,' he said.", ["It's the workers' pay,"]),
        ("“He said ‘go’ and I went,” she said.", ["He said ‘go’ and I went,"]),
        ("‘He said “go” and I went,’ she said.", ["He said “go” and I went,"]),
        ("the ‘90s, the workers’ pay and rock ’n’ roll", []),
        ('“Opened curly, closed straight," he said.', ["Opened curly, closed straight,"]),
        ("„Es ist spät“, sagte er. «Non», dit-elle.", ["Es ist spät", "Non"]),
        ("“One line\nruns on,” he said.", ["One line\nruns on,"]),
        ('a board of 6" and one of 8" by the wall', []),
        ("“” and “x”", ["x"]),
        ("", []),
    ],
)
def test_pairs(text: str, found: list[str]) -> None:
    """Double and single marks, curly and straight, pair up; apostrophes, years and inches do not."""
    assert quoted(text) == found


@pytest.mark.parametrize("mark", ["“", '"', "‘"])
def test_a_quotation_of_several_paragraphs(mark: str) -> None:
    """A mark left open closes with its paragraph where the next one opens with a mark, and says so."""
    close = {"“": "”", '"': '"', "‘": "’"}[mark]
    text = f"{mark}It went on all night.\n\n{mark}Then it stopped,{close} he said."
    first, second = find_quoted(text)
    assert (first.runs_on, second.runs_on) == (True, False)
    assert text[first.start : first.end] == "It went on all night."


@settings(deadline=None)
@given(st.text() | st.text(alphabet="“”‘’\"' aBs.,\n") | news_texts)
def test_every_pair_lies_inside_the_text(text: str) -> None:
    """Pairs hold something, do not overlap, and lie in order inside the text."""
    end = 0
    for pair in find_quoted(text):
        assert end <= pair.outer_start < pair.start < pair.end <= pair.outer_end <= len(text)
        end = pair.outer_end


@pytest.mark.parametrize(
    "piece",
    ["“", "”", '"', "'", "‘", "“a” ", '"a" ', "'a ", "‘a ", "x'", "s' a ", ":'", ":': : : : : ", "“a\n", '"a\n'],
)
def test_long_texts_take_time_in_proportion(piece: str) -> None:
    """A hundred thousand characters of marks are read within seconds, however busy the machine."""
    text = piece * (100_000 // len(piece))
    started = time.thread_time()
    find_quoted(text)
    assert time.thread_time() - started < 8
