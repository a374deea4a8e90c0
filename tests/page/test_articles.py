"""Articles in the browser: the place that the address names is marked by code points, with scripts and without."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.fakes.answering import ARTICLES
from tests.page.conftest import Reader
from tests.page.stories import HEBREW, LONG, MARKUP


def at(article_id: str, words: str, text: str) -> tuple[str, int, int]:
    """The address of an article with the place of some words, and the place."""
    start = text.index(words)
    return f"/articles/{quote(article_id, safe='')}", start, start + len(words)


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "unscripted"])
def test_marked_behind_an_astral_character(reader: Reader, scripted: bool) -> None:
    """Behind a character that JavaScript counts twice the very words are marked, and are in sight."""
    path, start, end = at(LONG.id, "Fog stood at 58 metres", LONG.text)
    page = reader.open(f"{path}?c={start}-{end}#c={start}-{end}", java_script_enabled=scripted)
    mark = page.locator("mark")
    expect(mark).to_have_text("Fog stood at 58 metres")
    expect(mark).to_be_in_viewport()


def test_marked_over_paragraphs(reader: Reader) -> None:
    """A place may go over paragraphs; another place in the address moves the mark, and a place that is none removes it."""
    text = MARKUP.text
    start, end = text.index("tags"), text.index("a 🦉 &") + 1
    page = reader.open(f"/articles/markup#c={start}-{end}")
    expect(page.locator("mark")).to_have_count(2)
    assert "".join(page.locator("mark").all_text_contents()) == text[start:end].replace("\n", "")
    page.evaluate("location.hash = '#c=4-11'")
    expect(page.locator("mark")).to_have_text("gazette")
    assert "".join(page.locator("#text p").all_text_contents()) == text.replace("\n", "")
    page.evaluate("location.hash = '#c=4000-4010'")
    expect(page.locator("#no-place")).to_be_visible()
    expect(page.locator("mark")).to_have_count(0)


@pytest.mark.parametrize("fragment", ["#c=", "#c=9-4", "#c=a-b", "#c=-1-4", "#main", "#c=1-99999999999999", "#%"])
def test_odd_fragments(reader: Reader, fragment: str) -> None:
    """A fragment that names no place leaves the article as it is."""
    page = reader.open(f"/articles/pump-house{fragment}")
    expect(page.locator("#text p")).to_have_text(ARTICLES[0].text)
    expect(page.locator("mark")).to_have_count(0)


def test_hostile_articles(reader: Reader) -> None:
    """Markup in headline, text, outlet and address of an article is shown as text, in the article and in a citation."""
    page = reader.open("/articles/markup")
    expect(page.locator("h1")).to_have_text(MARKUP.title)
    assert page.locator("#text p").all_text_contents() == MARKUP.text.replace("\n\n", "\n").split("\n")
    expect(page.get_by_role("link", name="javascript")).to_have_count(0)
    page.goto("/?q=Which+headlines+does+the+gazette+print%3F")
    expect(page.locator(".claim").first).to_be_visible()
    expect(page.locator(".citation .quote").first).to_contain_text("<")
    page.locator(".citation .quote").first.hover()
    expect(page.locator(".citation .card").first).to_be_visible()
    assert page.evaluate("window.harmed") is None


def test_right_to_left(reader: Reader) -> None:
    """A Hebrew article, and its quote in an answer, read from right to left in the middle of an English page."""
    page = reader.open(f"/articles/{quote(HEBREW.id, safe='')}")
    for place in ("h1", "#text p >> nth=0"):
        assert page.locator(place).evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert page.locator("body").evaluate("one => getComputedStyle(one).direction") == "ltr"
    assert page.locator("#text").get_attribute("lang") == "he"
    page.goto(f"/?q={quote('הנמלה של תל ארנון')}")
    expect(page.locator(".claim")).to_have_count(1)
    for place in (".asked", ".citation blockquote", ".citation .card .context"):
        assert page.locator(place).first.evaluate("one => getComputedStyle(one).direction") == "rtl"
    expect(page.locator(".note")).to_contain_text("(he) are not measured")
