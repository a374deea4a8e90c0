"""A page saved as text: furniture goes, the story stays, dates are told apart."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.cleaning import clean_text, paragraphs_of
from indexes.readers.reading import read_sources
from indexes.saved_pages import read_page, split_names
from indexes.types import Article

STRAIGHT = "The mayor of Calder met her treasurer on Wednesday to talk about the town's missing money, an aide said."
LEAD = STRAIGHT.replace("'", "’")
NEXT = "Nobody knows where the money went, and the town's auditors have begun to ask."
LAST = "“We shall find it,” she told reporters after the meeting."
CAPTION = (
    "CALDER, NS – MARCH 6: The mayor (L) and the treasurer shake hands before their meeting at the town hall March 6, "
    "2024 in Calder. They talked about money. Ada Hall/Getty Images/AFP"
)
PAGE = (
    f"Friday, 3rd May 2024\nBreaking News:\n\nCalder’s mayor meets treasurer\n\n{STRAIGHT}\n\n{CAPTION}\n\n{LEAD}\n\n"
    f"{NEXT}\n\n– ‘Empty drawers’ –\n{LAST}"
)


def test_saved_page() -> None:
    """Page date, banner, headline, caption, repeated lead and section marks go; the curly lead stays."""
    page = read_page(PAGE)
    assert page.title == "Calder’s mayor meets treasurer"
    assert page.text == f"{LEAD}\n\n{NEXT}\n\n{LAST}"
    assert page.outlet is None
    assert page.authors == ()


def test_saved_page_dates() -> None:
    """The date above the headline is when the page was saved; the agency's caption dates the story, as inferred."""
    page = read_page(PAGE)
    assert page.captured == "2024-05-03"
    assert (page.published, page.published_basis) == ("2024-03-06", "inferred")


@pytest.mark.parametrize(
    "change",
    [("Wednesday", "Saturday"), ("shake hands", "shake hands in a file photo"), ("March 6, 2024", "spring")],
)
def test_caption_that_does_not_date(change: tuple[str, str]) -> None:
    """A caption does not date a story of another weekday, nor an old picture, nor without a year."""
    page = read_page(PAGE.replace(*change))
    assert (page.published, page.published_basis) == (None, "unknown")
    assert page.captured == "2024-05-03"


def test_story_is_not_newer_than_its_page() -> None:
    """A day after the page was saved cannot be the story's."""
    assert read_page(PAGE.replace("Friday, 3rd May 2024", "Friday, 1st March 2024")).published is None


def test_page_date_is_never_the_story_s() -> None:
    """Without any other date a page's own date leaves the story undated."""
    page = read_page(f"Friday, 3rd May 2024\n\nMayor meets treasurer\n\n{NEXT}\n\n{LAST}")
    assert (page.captured, page.published, page.published_basis) == ("2024-05-03", None, "unknown")


@pytest.mark.parametrize(
    ("dateline", "published"),
    [
        ("CALDER, March 6, 2024 (Wire) — ", "2024-03-06"),
        ("CALDER, May 2 (Wire) — ", "2024-05-02"),
        ("CALDER, March 6 (Wire) — ", None),
    ],
)
def test_datelines(dateline: str, published: str | None) -> None:
    """A dateline dates the story; without a year only where the page was saved within a week. It stays in the text."""
    page = read_page(f"Friday, 3rd May 2024\n\nMayor meets treasurer\n\n{dateline}{NEXT}\n\n{LAST}")
    assert page.published == published
    assert page.text.startswith(dateline)


@pytest.mark.parametrize(
    ("line", "published", "basis"),
    [
        ("Published: 6 March 2024", "2024-03-06", "stated"),
        ("6 March 2024", "2024-03-06", "inferred"),
        ("Last updated: 6 March 2024", None, "unknown"),
    ],
)
def test_date_below_the_headline(line: str, published: str | None, basis: str) -> None:
    """Below the headline a date is the story's: stated where it says so, else inferred; an update is another thing."""
    page = read_page(f"Mayor meets treasurer\n\nCalder Courier\n{line}\nBy Ada Hall and Bo Lind\n\n{NEXT}\n\n{LAST}")
    assert (page.published, page.published_basis) == (published, basis)
    assert (page.outlet, page.authors) == ("Calder Courier", ("Ada Hall", "Bo Lind"))
    assert page.text == f"{NEXT}\n\n{LAST}"


def test_given_title() -> None:
    """Where the title is known, its line and the furniture above it are taken off, whatever its quotation marks."""
    page = read_page(
        f"World news\n\nLIVE\n\nCALDER'S MAYOR MEETS TREASURER\n\n{NEXT}", title="Calder’s mayor meets treasurer"
    )
    assert page.title == "Calder’s mayor meets treasurer"
    assert page.text == NEXT


def test_date_under_a_given_title() -> None:
    """Under a title from elsewhere a date could be the page's or the story's: neither is claimed."""
    page = read_page(f"Friday, 3rd May 2024\n\n{NEXT}\n\n{LAST}", title="Mayor meets treasurer")
    assert (page.captured, page.published) == (None, None)
    assert page.text == f"{NEXT}\n\n{LAST}"


def test_no_headline() -> None:
    """A first line that is a sentence belongs to the story; the title is made of its first words."""
    page = read_page(f"{LEAD}\n\n{NEXT}")
    assert page.text == f"{LEAD}\n\n{NEXT}"
    assert page.title == LEAD
    assert read_page(LEAD + LEAD).title.endswith("…")


def test_only_furniture() -> None:
    """A text of nothing but furniture is kept: better a caption than nothing; one without letters is empty."""
    assert read_page(CAPTION).text == CAPTION
    assert read_page("* * *\n\n---").text == ""
    assert read_page("Headline only").text == "Headline only"


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "Read more: The baths open again",
        "* * *",
        "- Empty drawers -",
        "Ada Hall/Getty Images",
        "The town hall in May. Photograph: Ada Hall",
        "FILE PHOTO: The town hall in 2019",
        "(AP Photo/Bo Lind)",
    ],
)
def test_furniture_in_the_story(line: str) -> None:
    """Captions, credits, section marks and pointers to other stories go wherever they stand."""
    assert read_page(f"{LEAD}\n\n{line}\n\n{NEXT}", title="T").text == f"{LEAD}\n\n{NEXT}"


@pytest.mark.parametrize(
    "line",
    [
        "“No.”",
        "He told the agency AFP.",
        "The either/or question stays open, said AP.",
        "By Monday it was gone.",
        "Live music was heard.",
        "– Yes, she said, and left.",
        "It cost 3/4 of a crown. Reuters",
        "1 March 2024 was a Friday.",
    ],
)
def test_what_stays(line: str) -> None:
    """Short sentences that only resemble furniture stay."""
    assert line in read_page(f"{LEAD}\n\n{line}\n\n{NEXT}", title="T").text


FURNITURE = st.sampled_from(
    [
        "Friday, 3rd May 2024",
        "Breaking News:",
        "Calder’s mayor meets treasurer",
        STRAIGHT,
        LEAD,
        CAPTION,
        NEXT,
        LAST,
        "– Empty drawers –",
        "By Ada Hall",
        "Calder Courier",
        "Advertisement",
        "***",
        "Published: 6 March 2024",
        "T",
    ],
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(FURNITURE, st.text(max_size=30)), max_size=9), st.one_of(st.none(), st.just("T")))
def test_only_paragraphs_go(paragraphs: list[str], title: str | None) -> None:
    """What is left is whole paragraphs in their order, and a title wherever there is text."""
    raw = "\n\n".join(paragraphs)
    page = read_page(raw, title=title)
    assert page.title or not page.text
    rest = iter(" ".join(line.split()) for line in paragraphs_of(clean_text(raw)))
    assert all(any(kept == other for other in rest) for kept in page.text.split("\n\n") if page.text)


@settings(deadline=None, max_examples=300)
@given(st.lists(FURNITURE, max_size=9), st.one_of(st.none(), st.just("T")))
def test_reading_again(paragraphs: list[str], title: str | None) -> None:
    """A text from which the furniture was taken has none left (its title being a headline, not its first words)."""
    page = read_page("\n\n".join([*paragraphs, "The story goes on."]), title=title)
    if not page.text.startswith(page.title):
        assert read_page(page.text, title=page.title).text == page.text


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Hall", ("Ada Hall",)),
        ("Ada Hall, Bo Lind and Cy Ross", ("Ada Hall", "Bo Lind", "Cy Ross")),
        ("Hall, Ada", ("Hall, Ada",)),
        ("", ()),
    ],
)
def test_split_names(byline: str, names: tuple[str, ...]) -> None:
    """A byline is taken apart at commas and ands, but no name is."""
    assert split_names(byline) == names


@pytest.mark.data
def test_owner_s_document() -> None:
    """The owner's document has its headline, one lead, no furniture, and honest dates."""
    data = os.environ.get("DATELINE_EVAL_DATA")
    folder = Path(data).parent / "seeds" if data else None
    if folder is None or not folder.is_dir():
        pytest.skip("DATELINE_EVAL_DATA does not lead to the owner's document")
    (article,) = read_sources([folder])
    assert isinstance(article, Article)
    assert article.title == "Russia’s Lavrov meets Tillerson ahead of Trump talks"
    assert (article.published, article.published_basis, article.captured) == ("2017-05-10", "inferred", "2023-02-03")
    assert (article.outlet, article.authors, article.url) == (None, (), None)
    assert article.text.startswith("Russian Foreign Minister Sergei Lavrov met Wednesday")
    assert article.text.count("ahead of rare Oval Office talks") == 1
    for gone in ("Breaking News", "3rd February", "Getty", "–", "'", "Russia’s Lavrov meets"):
        assert gone not in article.text
