"""Web pages: the story without its surroundings, and what the page states about it."""

import socket
import time
from pathlib import Path

import pytest

from indexes.errors import UnreadableSource
from indexes.readers.drafts import Draft
from indexes.readers.reading import read_sources
from indexes.readers.web_pages import LARGEST_PAGE, MOST_ELEMENTS, read_web_page, text_of_markup
from indexes.types import Article

STORY = [
    "The bridge over the canal stays closed until the end of the year, the town council decided on Monday evening.",
    "“We have looked at every screw,” said Orla Finch, the town’s engineer. “Half of them look back at us…”",
    "The repair will cost 2.4 million crowns, twice as much as the council had been told in the spring of last year.",
    "School buses take the road by the mill. The detour is eleven kilometres long and passes three level crossings.",
]
LD = """<script type="application/ld+json">
{"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "x"},
{"@type": ["NewsArticle"], "headline": "Bridge stays closed", "datePublished": "2024-03-01T18:15:00+01:00",
"author": [{"@type": "Person", "name": "Ada Hall"}, {"name": "Bo Lind"}],
"publisher": {"name": "The Canal Courier"}}]}</script>"""
OPEN_GRAPH = """<meta property="og:title" content="Bridge stays closed | The Canal Courier">
<meta property="og:site_name" content="The Canal Courier"><meta property="article:published_time" content="2024-03-01">
<meta name="author" content="Ada Hall">"""


def page(head: str = "", *, before: str = "", inside: str = "", lang: str = ' lang="en-GB"') -> bytes:
    """A page as newspapers make them."""
    paragraphs = "\n".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    return f"""<!DOCTYPE html><html{lang}><head><meta charset="utf-8">
<title>Bridge stays closed | The Canal Courier</title>
<link rel="canonical" href="https://courier.example/bridge">{head}</head><body>
<div id="cookie-notice" role="dialog">We use cookies. <button>Accept</button></div>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
<main>{before}<article><h1>Bridge stays closed</h1><div class="share"><a href="#">Share</a> <a href="#">Print</a></div>
<figure><img src="x.jpg" alt=""><figcaption>The bridge in May. Photograph: Ada Hall</figcaption></figure>
{inside}{paragraphs}</article>
<aside><h2>Read more</h2><ul><li><a href="/a">Mill reopens</a></li><li><a href="/b">Bus fares rise</a></li></ul></aside>
</main>
<footer><p>© 2023 The Canal Courier, printed 5 May 2023. All rights reserved.</p></footer></body></html>""".encode()


def article_of_page(content: bytes, folder: Path) -> Article:
    """The article of a page."""
    (folder / "a.html").write_bytes(content)
    (result,) = read_sources([folder / "a.html"])
    assert isinstance(result, Article)
    return result


@pytest.mark.parametrize("head", [LD, OPEN_GRAPH, LD + OPEN_GRAPH, ""])
def test_only_the_story(head: str, tmp_path: Path) -> None:
    """Navigation, notices, share bars, captions, other stories and the footer go; every word of the story stays."""
    article = article_of_page(page(head), tmp_path)
    assert article.text.split("\n\n") == STORY
    assert article.title == "Bridge stays closed"


def test_json_ld(tmp_path: Path) -> None:
    """JSON-LD states date, authors and outlet."""
    article = article_of_page(page(LD), tmp_path)
    assert (article.published, article.published_basis) == ("2024-03-01T17:15:00Z", "stated")
    assert (article.authors, article.outlet) == (("Ada Hall", "Bo Lind"), "The Canal Courier")
    assert (article.url, article.language) == ("https://courier.example/bridge", "en-GB")


def test_open_graph(tmp_path: Path) -> None:
    """Open Graph and other metadata state date, author and outlet."""
    article = article_of_page(page(OPEN_GRAPH), tmp_path)
    assert (article.published, article.published_basis) == ("2024-03-01", "stated")
    assert (article.authors, article.outlet) == (("Ada Hall",), "The Canal Courier")


def test_no_date_is_invented(tmp_path: Path) -> None:
    """A date in the footer, or in a story beside this one, dates nothing."""
    article = article_of_page(page(before='<div><time datetime="2022-01-01">x</time></div>'), tmp_path)
    assert (article.published, article.published_basis) == (None, "unknown")


def test_marked_times(tmp_path: Path) -> None:
    """The one time in the article's own part is likely its date; marked as publication it states it."""
    hinted = article_of_page(page(inside='<time datetime="2024-03-02">Saturday</time>'), tmp_path)
    assert (hinted.published, hinted.published_basis) == ("2024-03-02", "inferred")
    stated = article_of_page(page(inside='<time class="published" datetime="2024-03-02">Saturday</time>'), tmp_path)
    assert (stated.published, stated.published_basis) == ("2024-03-02", "stated")


def test_saved_with_a_tool(tmp_path: Path) -> None:
    """Tools that save pages write when they did: that is the day of capture."""
    saved = b"<!--\n Page saved with SingleFile \n url: https://a.example/x \n saved date: Fri May 03 2024 10:00:00 -->"
    assert article_of_page(page().replace(b"<head>", b"<head>" + saved), tmp_path).captured == "2024-05-03"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("o\x01ld\x1a bolts\fand\vrails", "old bolts and rails"),
        ("&#1;old&#x1F; bolts &#000012;and&#xFFFE; rails", "old bolts and rails"),
        ("&#\x011;old &#&#1;1;bolts", "old &# 1;bolts"),
        ("old\ufffe\uffff bol&#116;s &#8211; &#x1F600; rails", "old bolts – 😀 rails"),
    ],
)
def test_characters_that_no_tree_holds(written: str, read: str, tmp_path: Path) -> None:
    """Control characters, written out or as references, are left out wherever they stand, and break nothing."""
    beside = f'<figure title="{written}"><figcaption>{written}</figcaption></figure>{written} were counted.'
    content = page(inside=f"<p>{written} were there.{beside}</p>").replace(
        b"Bridge stays", f"Bridge {written}".encode()
    )
    text = article_of_page(content, tmp_path).text
    assert f"{read} were there." in text
    assert f"{read} were counted." in text
    assert not set(text) & set("\x01\f\v\ufffe\uffff")


@pytest.mark.parametrize("ld", ["{broken", "[" * 5000, "null", '{"@type": "NewsArticle", "headline": 7, "author": 3}'])
def test_broken_json_ld(ld: str, tmp_path: Path) -> None:
    """Broken JSON-LD is passed over."""
    article = article_of_page(page(f'<script type="application/ld+json">{ld}</script>{OPEN_GRAPH}'), tmp_path)
    assert (article.title, article.outlet) == ("Bridge stays closed", "The Canal Courier")


def test_old_encoding(tmp_path: Path) -> None:
    """A page in the encoding that it declares is read with every quotation mark."""
    content = page().decode().replace("utf-8", "windows-1252").encode("cp1252")
    assert article_of_page(content, tmp_path).text.split("\n\n") == STORY


def test_short_page(tmp_path: Path) -> None:
    """A page of one sentence is an article too."""
    content = (
        b"<html><body><nav>Home</nav><article><h1>Flood</h1><p>The water is <q>gone</q>.</p></article></body></html>"
    )
    article = article_of_page(content, tmp_path)
    assert (article.title, article.text) == ("Flood", "The water is “gone”.")


def test_line_breaks_and_inline_markup(tmp_path: Path) -> None:
    """Line breaks part paragraphs; markup inside of a paragraph does not."""
    more = "<p>First verse of the song,<br><br>second <em>verse</em> of <a href='/x'>the song</a>.</p>"
    article = article_of_page(page(inside=more), tmp_path)
    assert article.text.startswith("First verse of the song,\n\nsecond verse of the song.\n\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"x" * (LARGEST_PAGE + 1), "MiB"), (b"<p>" * (MOST_ELEMENTS + 1), "elements"), (b"<b>" * 1000 + b"x", "nested")],
)
def test_hostile_pages(content: bytes, reason: str) -> None:
    """Pages that are too big, too deep or of too many elements are refused with the reason."""
    with pytest.raises(UnreadableSource, match=reason):
        list(read_web_page(content))


def test_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Reading a page with addresses all over opens no connection."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    content = b'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd">' + page(
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"><base href="http://127.0.0.1:9/">',
        inside='<iframe src="http://127.0.0.1:9/x"></iframe>',
    )
    assert article_of_page(content, tmp_path).text.split("\n\n") == STORY


def test_text_of_markup() -> None:
    """A piece of HTML becomes paragraphs."""
    text = text_of_markup("<p>One &amp; two</p><ul><li>Three</li></ul><script>no</script>tail")
    assert text.split() == ["One", "&", "two", "Three", "tail"]


def test_reading_gives_a_draft() -> None:
    """A page is one draft with further forms of its headline."""
    (draft,) = read_web_page(page(OPEN_GRAPH))
    assert isinstance(draft, Draft)
    assert "Bridge stays closed | The Canal Courier" in draft.headlines


def test_loose_words_are_paragraphs(tmp_path: Path) -> None:
    """Old pages part their paragraphs by line breaks; what stands before the first break is kept, and so are marks."""
    loose = "<br><br>".join([f"{STORY[0]} <em>So it is.</em>", *STORY[1:]])
    content = f"<html><body><div class='content'><h1>Bridge</h1>{loose}</div></body></html>".encode()
    assert article_of_page(content, tmp_path).text.split("\n\n") == [f"{STORY[0]} So it is.", *STORY[1:]]


def test_words_behind_an_empty_mark(tmp_path: Path) -> None:
    """An anchor without words inside a paragraph takes nothing away from it."""
    last = "The town hall tells of the next steps on Friday, when the council has its last meeting before the summer."
    content = page(inside=f'<p><span id="more-12"></span>{last}</p>')
    assert last in article_of_page(content, tmp_path).text


def test_pointers_go(tmp_path: Path) -> None:
    """A block that begins as `Don't miss` and consists of links goes; one that only mentions a link stays."""
    more = (
        "<p><strong>DON'T MISS</strong><br><a href='/a'>Mill reopens after the flood</a> [NEWS] "
        "<a href='/b'>Bus fares rise in the valley</a></p>"
        "<p>More on this was told by <a href='/c'>the engineer</a> to those who had come to the town hall on Monday.</p>"
    )
    text = article_of_page(page(inside=more), tmp_path).text
    assert "Mill reopens" not in text
    assert "More on this was told by the engineer" in text


def test_popups_go(tmp_path: Path) -> None:
    """What shows only under a pointer is no part of the sentence that it belongs to."""
    more = (
        "<p>The mayor <span class='rollover-block'><a href='/a'>Mayor sings in the choir</a></span>is glad of it.</p>"
    )
    assert "The mayor is glad of it." in article_of_page(page(inside=more), tmp_path).text


def test_a_story_in_the_metadata_only(tmp_path: Path) -> None:
    """Where a browser would have put the page together, the body that JSON-LD states is the text."""
    body = "\\n\\n".join(STORY)
    ld = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script>'
    content = f"<html><head>{ld}<title>Bridge</title></head><body><div id='app'>Loading…</div></body></html>".encode()
    assert article_of_page(content, tmp_path).text.split("\n\n") == STORY
    shorter = page(ld.replace(body, "Other words. " * 20))
    assert article_of_page(shorter, tmp_path).text.split("\n\n") == STORY


def test_updated_and_section() -> None:
    """When a story last changed and where it stood are read from JSON-LD or `<meta>`; a change is no earlier than it."""
    meta = (
        '<meta property="article:modified_time" content="2024-03-02"><meta property="article:section" content="Town">'
    )
    (draft,) = read_web_page(page(OPEN_GRAPH + meta))
    assert isinstance(draft, Draft)
    assert (draft.updated, draft.section) == ("2024-03-02", "Town")
    (draft,) = read_web_page(page(OPEN_GRAPH + meta.replace("2024-03-02", "2024-02-01")))
    assert isinstance(draft, Draft)
    assert draft.updated is None


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<div>Posted: Fri 6:45 PM, Mar 1, 2024</div>", ("2024-03-01", "stated")),
        ("<div class='byline'>Ada Hall | March 1, 2024</div>", ("2024-03-01", "inferred")),
        ("<div>March 1, 2024</div><div>March 2, 2024</div>", (None, "unknown")),
        ("<span class='date date-published'>1 March 2024</span>", ("2024-03-01", "stated")),
        ("<div>Updated: March 1, 2024</div>", (None, "unknown")),
    ],
)
def test_printed_days(inside: str, expected: tuple[str | None, str], tmp_path: Path) -> None:
    """A day printed between headline and story dates it: labelled it is stated, alone it is inferred."""
    article = article_of_page(page(inside=inside), tmp_path)
    assert (article.published, article.published_basis) == expected


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        (
            '<meta property="og:title" content="Why the bridge stays closed">',
            "Bridge stays closed",
            "Bridge stays closed",
        ),
        ('<meta property="og:title" content="Bridge stays closed">', "The Canal Courier", "Bridge stays closed"),
        ("", "My account", "Bridge stays closed"),
    ],
)
def test_headlines(head: str, heading: str, title: str, tmp_path: Path) -> None:
    """The heading that is like the page's title is the headline; another heading is not."""
    content = page(head).replace(b"<h1>Bridge stays closed</h1>", f"<h1>{heading}</h1>".encode())
    assert article_of_page(content, tmp_path).title == title


def test_authors_in_links(tmp_path: Path) -> None:
    """Where no metadata name the authors, a link that is marked as theirs does."""
    article = article_of_page(page(inside='<a rel="author" href="/hall">Ada Hall</a>'), tmp_path)
    assert article.authors == ("Ada Hall",)


def test_many_attributes() -> None:
    """A tag of so many attributes that the parser would compare them for minutes is refused at once."""
    many = " ".join(f"a{number}=1" for number in range(100_000))
    for tag in (f"<p {many}>x</p>", f'<p a=">" {many}>x</p>', f"<p {many}"):
        with pytest.raises(UnreadableSource, match="attributes"):
            list(read_web_page(tag.encode()))


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td>x</td></tr></table>" * 4_000,
        '<div class="share">' * 150 + f"<p>{STORY[0]}</p>" * 8_000,
        f"<p>{STORY[0]}</p>" * 12_000,
        f'<p class="{"x-" * 1_000_000}">{STORY[0]}</p>',
        "<!--" * 500_000,
        '<script type="application/ld+json">[' + "{}," * 100_000 + "{}]</script>" * 20,
        "<article>" + '<time class="published" datetime="le 10 jour 2017">x</time>' * 10_000 + "</article>",
        "<p>" + "<i></i>x " * 20_000 + "</p>",
    ],
    ids=["tables", "nested", "paragraphs", "names", "comments", "json", "times", "empty"],
)
@pytest.mark.timeout(60)
def test_pages_that_take_long(body: str, tmp_path: Path) -> None:
    """Pages that are made to keep the extractor busy come to an end: as an article, or refused."""
    (tmp_path / "a.html").write_text(f"<html><head><title>t</title></head><body>{body}</body></html>")
    started = time.process_time()
    assert len(list(read_sources([tmp_path / "a.html"]))) == 1
    assert time.process_time() - started < 10
