"""Markdown: fields from front matter, words without markup."""

import pytest

from indexes.readers.drafts import Draft
from indexes.readers.markdown_files import read_markdown


def draft_of_file(content: str) -> Draft:
    """The one draft of a file."""
    (reading,) = read_markdown(content.encode())
    assert isinstance(reading, Draft)
    return reading


def test_front_matter() -> None:
    """Front matter gives the fields; dates that YAML reads itself are read too."""
    draft = draft_of_file(
        "---\nid: bridge-01\ntitle: “No bridge”\nsource: The Courier\nauthor: [Ada Hall, Bo Lind]\n"
        "published: 2024-03-01T18:15:00+01:00\nurl: https://a.example/x\nlang: en\n---\n\nOne.\n\nTwo.\n",
    )
    assert (draft.id, draft.title, draft.outlet) == ("bridge-01", "“No bridge”", "The Courier")
    assert (draft.authors, draft.published) == (("Ada Hall", "Bo Lind"), "2024-03-01T17:15:00Z")
    assert (draft.url, draft.language, draft.text) == ("https://a.example/x", "en", "One.\n\nTwo.")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("A *very* **bold** plan, 5 * 3 * 2 and snake_case_word.", "A very bold plan, 5 * 3 * 2 and snake_case_word."),
        ("One\nline.", "One line."),
        ("## A subhead\n\nWords.", "A subhead\n\nWords."),
        ("See [the report](https://a.example/) and ![a photo](x.jpg).", "See the report and ."),
        ("> “We go,” he [sic] said.", "“We go,” he [sic] said."),
        ("* One\n* Two", "One\n\nTwo"),
        ("3. Third\n4. Fourth", "3. Third\n\n4. Fourth"),
        ("Oil <SRD> rose<br>by <b>3</b>.<!-- note -->", "Oil <SRD> roseby 3."),
        ("A --- B... 'c' \"d\"", "A --- B... 'c' \"d\""),
        ("One.\n\n---\n\nTwo.", "One.\n\nTwo."),
    ],
)
def test_markup(markup: str, words: str) -> None:
    """Markup goes, words and punctuation stay as they are written."""
    assert draft_of_file(markup).text == words


def test_title_from_heading() -> None:
    """Without a title in front matter the first heading is it; one in front matter comes first."""
    assert draft_of_file("# Bridge *closed*\n\nWords.").title == "Bridge closed"
    assert draft_of_file("---\ntitle: Other\n---\n# Bridge closed\n\nWords.").title == "Other"
    assert draft_of_file("Words.\n\n# Later").title is None


def test_rule_at_the_top() -> None:
    """A line of dashes at the top that nothing closes is a rule, not front matter."""
    assert draft_of_file("---\n\nWords.").text == "Words."
