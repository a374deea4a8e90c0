"""Printed lines become paragraphs; only hyphens at line ends and lines that repeat on the pages are left out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.readers.hyphens import Hyphens, join_lines
from indexes.readers.printed_pages import Line, read_pages

FILL = ["The council of the town met on Monday and talked about the bridge over"] * 4


def joined(*lines: str) -> str:
    """One paragraph of these lines, which are all of the text."""
    return join_lines(lines, own=Hyphens(lines))


def page(*lines: str, x: float = 60, y: float = 700, size: float = 10) -> list[Line]:
    """Lines one below the other; two spaces in front of a line are an indent, an empty one is a gap."""
    return [
        Line(line.strip(), x + 10 * line.startswith("  "), y - 12 * row, size) for row, line in enumerate(lines) if line
    ]


def paragraphs(*pages: list[Line]) -> list[str]:
    """The paragraphs of pages."""
    return read_pages(pages).text.split("\n\n")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("the gov\u00ad", "ernment"), "the government"),
        (("the government said: the gov-", "ernment"), "the government said: the government"),
        (("a well-known man, a well-", "known man"), "a well-known man, a well-known man"),
        (("a self-", "employed man"), "a self-employed man"),
        (("an oil-", "rich state"), "an oil-rich state"),
        (("the Press-", "Enterprise said"), "the Press-Enterprise said"),
        (("the 18-", "year-old"), "the 18-year-old"),
        (("two-", "and three-year plans"), "two- and three-year plans"),
        (("a state-of-", "the-art plan"), "a state-of-the-art plan"),
        (("a DC-", "themed film, an e-", "mail"), "a DC-themed film, an e-mail"),
        (("he said -", "and went"), "he said - and went"),
        (("he   said", "", "so"), "he said so"),
    ],
)
def test_hyphens(lines: tuple[str, ...], words: str) -> None:
    """A hyphen that parts a word at a line's end goes; one that belongs to the word stays."""
    assert joined(*lines) == words


def test_hyphens_of_a_text_that_breaks_words() -> None:
    """Where several lines of a text break words, so does the line of which nothing else is known."""
    breaking = ["the neigh-", "bourhood had its reconstruc-", "tion and more"]
    assert joined(*breaking) == "the neighbourhood had its reconstruction and more"
    assert joined("the neigh-", "bourhood") == "the neigh-bourhood"


def test_words_that_stand_alone() -> None:
    """Two halves that the text also has as words of their own keep their hyphen."""
    lines = ["a budget for paint and cutting it, a budget-", "cutting plan, the neigh-", "bourhood, the ta-", "ble"]
    assert "budget-cutting plan, the neighbourhood, the table" in joined(*lines)


WORDS = st.lists(st.text(alphabet="abcé-‐\u00ad'", min_size=1, max_size=8), min_size=1, max_size=12)


@given(WORDS)
def test_nothing_but_hyphens_goes(words: list[str]) -> None:
    """Joining lines takes away hyphens and white space, never a letter."""
    assert re.sub(r"[\s\u00ad‐-]", "", joined(*words)) == re.sub(r"[\s\u00ad‐-]", "", "".join(words))


def test_gaps_and_indents() -> None:
    """A gap, or an indent after a full stop, begins a paragraph; a line that goes on does not."""
    gaps = page("One line of the first,", "its end.", "", "Second one.")
    assert paragraphs(gaps) == ["One line of the first, its end.", "Second one."]
    indents = page(
        *FILL[:2], "the canal and the road to the harbour.", "  Second one is as long as all the others are", "here."
    )
    assert [text[:10] for text in paragraphs(indents)] == ["The counci", "Second one"]


def test_short_last_lines() -> None:
    """Without gap and indent, a short line that ends a sentence ends its paragraph."""
    lines = page(*FILL[:2], "the canal.", *FILL[:2], "the road.")
    assert [text[-6:] for text in paragraphs(lines)] == ["canal.", " road."]


def test_lists() -> None:
    """Each point of a list is a paragraph with all its lines."""
    lines = page(
        "The plan:", "• a new bridge over the canal and the road", "  to the mill", "• a school", "1. One.", "2. Two."
    )
    assert paragraphs(lines) == [
        "The plan:",
        "• a new bridge over the canal and the road to the mill",
        "• a school 1. One.",
        "2. Two.",
    ]


def test_around_a_picture() -> None:
    """A sentence that goes on below a picture is one paragraph."""
    assert paragraphs(page("The bridge over the", "", "", "", "", "canal is closed.")) == [
        "The bridge over the canal is closed."
    ]


def test_big_first_letter() -> None:
    """A big first letter is put before its word, or left apart where it is a word itself."""
    start = [Line("T", 60, 676, 36)]
    assert paragraphs(start + page("he bridge is closed.", x=80)) == ["The bridge is closed."]
    apart = [Line("A", 60, 676, 36)]
    assert paragraphs(apart + page("man said that the man", "had gone.", x=80)) == ["A man said that the man had gone."]


def numbered(number: int, *lines: str) -> list[Line]:
    """A page with a head, a foot and its number."""
    return [Line("The Canal Courier", 60, 800, 8), *page(*lines), Line(f"– {number} –", 290, 30, 8)]


def test_furniture() -> None:
    """Heads and page numbers go, also on two pages; a line in the middle that is the same on all pages stays."""
    first = ("One.", "", "Two.", "", "Same.", "", "Three.", "", "Four.")
    second = ("Five.", "", "Six.", "", "Same.", "", "Seven.", "", "Eight.")
    kept = " ".join(paragraphs(numbered(7, *first), numbered(8, *second)))
    assert kept == " ".join(line for line in (*first, *second) if line)
    assert paragraphs(numbered(1, "Words.")) == ["The Canal Courier", "Words.", "– 1 –"]
    alone = [*page("Words."), Line("Page 1 of 1", 60, 20, 8)]
    assert paragraphs(alone) == ["Words."]


def test_numbers_that_are_no_page_numbers() -> None:
    """A number that does not rise from page to page stays, alone and behind words."""
    pages = [[*page(f"They scored {number}"), Line(str(number), 60, 30, 10)] for number in (12, 5, 77)]
    assert "They scored 77" in paragraphs(*pages)
    assert "77" in paragraphs(*pages)


def test_a_headline_is_no_running_head() -> None:
    """The headline of the first page stays where the others repeat it as a running head."""
    first = [Line("Bridge closed", 60, 760, 24), *page(*FILL, "the canal.")]
    others = [[Line("Bridge closed", 60, 800, 8), *page(*FILL, f"the canal {number}.")] for number in "abcd"]
    printed = read_pages([first, *others])
    assert printed.headline == "Bridge closed"
    assert printed.text.count("Bridge closed") == 1


def test_only_furniture() -> None:
    """Where everything repeats, everything stays: better than nothing."""
    assert paragraphs(*[page("For sale.") for _ in range(3)]) == ["For sale."] * 3


def test_no_headline() -> None:
    """Where all letters are of one size nothing is a headline; nothing at all is an empty text."""
    assert read_pages([page("Words of it.", "More.")]).headline is None
    assert read_pages([]).text == ""
    assert read_pages([[], []]).headline is None


NUMBERS = st.floats(min_value=-1e4, max_value=1e4, allow_nan=False)
LINES = st.builds(Line, st.text(max_size=8), NUMBERS, NUMBERS, st.floats(min_value=0, max_value=100))


@given(st.lists(st.lists(LINES, max_size=6), max_size=4))
def test_any_lines(pages: list[list[Line]]) -> None:
    """Wherever lines stand, every letter of the text was printed, in the order in which it was."""
    printed = re.sub(r"[\s\u00ad‐-]", "", "".join(line.text for lines in pages for line in lines))
    letters = iter(printed)
    assert all(letter in letters for letter in re.sub(r"[\s\u00ad‐-]", "", read_pages(pages).text))
