"""Places of an article on the pages: the words around a quote, and a place marked in a text, to the code point."""

import re
from html import unescape
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from api.page.addresses import Form, article_address
from api.page.places import find_context, read_place, split_paragraphs
from api.page.rendering import render
from indexes.types import Article, Span
from tests.strategies import news_texts

BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


@st.composite
def places(draw: st.DrawFn) -> tuple[str, Span]:
    """A text with a place in it."""
    text = draw(news_texts.filter(bool))
    start = draw(st.integers(0, len(text) - 1))
    return text, Span(start, draw(st.integers(start + 1, len(text))))


@given(places())
def test_paragraphs_are_the_text(found: tuple[str, Span]) -> None:
    """Each paragraph stands where it says, together they are all but white space, and what is marked is the place."""
    text, place = found
    covered = 0
    for paragraph in split_paragraphs(text, place):
        words = "".join(piece.text for piece in paragraph.pieces)
        assert text[paragraph.start : paragraph.start + len(words)] == words
        assert not BREAKS.search(words)
        assert not text[covered : paragraph.start].strip()
        covered = paragraph.start + len(words)
        marked = [piece.text for piece in paragraph.pieces if piece.marked]
        inside = Span(max(place.start, paragraph.start), min(place.end, covered))
        assert "".join(marked) == (text[inside.start : inside.end] if inside.start < inside.end else "")
    assert not text[covered:].strip()


@given(places())
def test_marks_on_the_page(found: tuple[str, Span]) -> None:
    """In the HTML, read as a browser does, exactly `text[start:end]` is marked, but for what only breaks lines."""
    text, place = found
    page = render(
        "article.jinja",
        here="/articles",
        article=Article(id="a", title="T", text=text),
        versions=(),
        paragraphs=split_paragraphs(text, place),
        place=place,
        lost=False,
    )
    body = page[page.index('id="text"') : page.index("<footer class")]
    marked = "".join(unescape(one) for one in re.findall(r"<mark[^>]*>(.*?)</mark>", body, re.DOTALL))
    shown = place.of(text).replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert "".join(marked.split()) == "".join(shown.split())


@given(places(), st.integers(0, 60))
def test_context(found: tuple[str, Span], around: int) -> None:
    """The context is a run of the text with the quote inside, no longer than asked for, and says where it is cut."""
    text, place = found
    context = find_context(text, place.start, place.end, around=around)
    assert context.quote == place.of(text)
    first, last = place.start - len(context.before), place.end + len(context.after)
    assert text[first:last] == context.before + context.quote + context.after
    assert max(len(context.before), len(context.after)) <= around
    assert (context.before_cut, context.after_cut) == (first > 0, last < len(text))


def test_context_keeps_words_whole() -> None:
    """A context begins and ends between words, counts an astral character as one, and shows all of a short text."""
    text = "🦉 owls of the northern isles sing at dusk and dawn 🗼"
    start = text.index("isles")
    context = find_context(text, start, start + 5, around=14)
    assert (context.before, context.quote, context.after) == ("the northern ", "isles", " sing at dusk")
    whole = find_context(text, start, start + 5)
    assert whole.before + whole.quote + whole.after == text
    assert not whole.before_cut
    assert not whole.after_cut


@pytest.mark.parametrize(
    "given_", [None, "", "3", "3-", "-3", "3-3", "9-4", "a-b", "1-2-3", " 1-2", "1-2 ", "٣-٤", "1" * 10 + "-2"]
)
def test_no_place(given_: str | None) -> None:
    """What is no range of code points names no place."""
    assert read_place(given_) is None


def test_place() -> None:
    """A range of code points is a place."""
    assert read_place("4-14") == Span(4, 14)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_addresses_of_articles(article_id: str) -> None:
    """Whatever an id holds, its address is one path with nothing that could end it, and leads back to the id."""
    address = article_address(article_id, 3, 9)
    path, _, rest = address.partition("?")
    assert rest == "c=3-9#c=3-9"
    assert re.fullmatch(r"/articles/[A-Za-z0-9_.~%-]+", path)
    assert unquote(path.removeprefix("/articles/")) == article_id


def test_form() -> None:
    """Empty fields and unknown ones do not count; what is there becomes a question in `quotes` mode."""
    form = Form.read(
        QueryParams("q=+Who%3F+&outlet=&outlet=A&outlet=B&author=&from=2031-01-02&to=&limit=&mode=answer&x=1")
    )
    assert form.is_filtered
    question = form.to_ask().to_question()
    assert (question.text, question.mode, question.limit) == ("Who?", "quotes", 10)
    assert question.filters.outlets == ("A", "B")
    assert str(question.filters.published_from) == "2031-01-02"
    assert not Form.read(QueryParams("q=Who%3F&mode=quotes")).is_filtered
