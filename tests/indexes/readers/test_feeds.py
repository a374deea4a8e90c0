"""Feeds become articles: an item is one, with its full content, or with its teaser where there is no more."""

import time
from pathlib import Path

import pytest

from indexes.readers.drafts import Draft, Reading, Refusal
from indexes.readers.reading import read_sources
from indexes.readers.xml_files import read_xml
from indexes.types import Article, Outcome
from tests.indexes.readers.news_documents import Story, atom, rss, rss_item

FEED = "https://courier.example/"


def readings(document: str) -> list[Reading]:
    """What a feed holds."""
    return list(read_xml(document.encode()))


def only(document: str) -> Draft:
    """The draft of the only item."""
    (draft,) = readings(document)
    assert isinstance(draft, Draft)
    return draft


def item(inside: str) -> Draft:
    """The draft of an item of RSS with this in it."""
    return only(rss(Story(), f"<item>{inside}</item>"))


def entry(content: str) -> list[str]:
    """The paragraphs of an entry of Atom with this content."""
    return [paragraph for paragraph in only(atom(Story(), content=content)).text.split("\n") if paragraph]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<description>A teaser.</description>", "A teaser."),
        (
            "<description>A teaser.</description><content:encoded>All &lt;b&gt;of&lt;/b&gt; it.</content:encoded>",
            "All of it.",
        ),
        ("<content:encoded> </content:encoded><description>A teaser.</description>", "A teaser."),
        ("<description>&lt;p&gt;Caf&amp;eacute; &amp;amp; bar&lt;/p&gt;</description>", "Café & bar"),
        ("<description><p xmlns=''>Not <b>escaped</b>.</p></description>", "Not escaped."),
        ("<description>3 &lt; 4 &amp; Standard Oil &lt;SRD&gt;</description>", "3 < 4 & Standard Oil <SRD>"),
        ("<description>Â£3 Ã© – as it is written</description>", "Â£3 Ã© – as it is written"),
        ("<m:description xmlns:m='http://search.yahoo.com/mrss/'>A caption.</m:description>", ""),
        ("<title>Only a title</title>", ""),
    ],
)
def test_contents_of_rss(content: str, text: str) -> None:
    """The full content comes before the teaser, HTML becomes words, and no word is changed."""
    assert item(content).text.strip() == text


@pytest.mark.parametrize(
    ("content", "paragraphs"),
    [
        ("<a:content>3 &lt; 4 &amp;amp; 5</a:content>", ["3 < 4 &amp; 5"]),
        ('<a:content type="html">One &amp;amp; &lt;b&gt;two&lt;/b&gt;</a:content>', ["One & two"]),
        (
            '<a:content type="xhtml"><d:div xmlns:d="http://www.w3.org/1999/xhtml"><d:p>One</d:p><d:p>Two</d:p></d:div></a:content>',
            ["One", "Two"],
        ),
        ('<a:content type="image/png">iVBORw0KGgo=</a:content><a:summary>A teaser.</a:summary>', ["A teaser."]),
        ('<a:content src="http://127.0.0.1:9/x"/><a:summary>A teaser.</a:summary>', ["A teaser."]),
        ("", []),
    ],
)
def test_contents_of_atom(content: str, paragraphs: list[str]) -> None:
    """Text, HTML and XHTML are read as their types say; what is elsewhere or a picture is passed over."""
    assert entry(content) == paragraphs


def test_a_namespace_of_its_own() -> None:
    """A feed whose elements are all in a namespace that nobody knows is read as any other."""
    feed = '<rss xmlns="http://b.example/rss"><channel><title>C</title><item><title>T</title><description>Words.'
    draft = only(f"{feed}</description></item></channel></rss>")
    assert (draft.title, draft.text, draft.outlet) == ("T", "Words.", "C")


def test_furniture_in_contents() -> None:
    """Captions, tables of figures and share bars are not part of the text."""
    markup = (
        '<figure><img src="x"/><figcaption>A bridge.</figcaption></figure><p>One.</p><table><tr><td>1</td></tr></table>'
        '<div class="share"><a href="#">Share</a></div><p>Two.</p><script>var x</script>'
    )
    assert item(f"<content:encoded><![CDATA[{markup}]]></content:encoded>").text.split() == ["One.", "Two."]


def test_a_table_that_holds_the_story() -> None:
    """A table that lays out whole paragraphs is the story and stays."""
    paragraph = "<p>" + "The council said on Monday that the bridge would have to wait for another year. " * 2 + "</p>"
    markup = f"<table><tr><td>{paragraph * 3}</td></tr></table><p>More.</p>"
    assert item(f"<description><![CDATA[{markup}]]></description>").text.count("The council said") == 6


@pytest.mark.parametrize(
    ("inside", "identity", "url"),
    [
        ("<guid isPermaLink='false'>g7</guid><link>https://a.example/7</link>", f"{FEED}:g7", "https://a.example/7"),
        ("<guid>https://a.example/8</guid>", "https://a.example/8", "https://a.example/8"),
        ("<guid isPermaLink='false'>https://a.example/9</guid>", "https://a.example/9", None),
        ("<link>https://a.example/10?utm_source=rss</link>", None, "https://a.example/10?utm_source=rss"),
        ("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='https://a.example/feed'/>", None, None),
        (
            "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' href='https://a.example/11'/>",
            None,
            "https://a.example/11",
        ),
        ("<link>/12</link><guid isPermaLink='false'> </guid>", None, None),
    ],
)
def test_identities(inside: str, identity: str | None, url: str | None) -> None:
    """The guid is the identity, with its feed's before it where it is no address; the link, or a guid that is one, the address."""
    draft = item(f"{inside}<description>Words.</description>")
    assert (draft.id, draft.url) == (identity, url)


@pytest.mark.parametrize(
    ("inside", "authors"),
    [
        ("<author>ada@courier.example (Ada Hall)</author>", ("Ada Hall",)),
        ("<author>Ada Hall &lt;ada@courier.example&gt;</author>", ("Ada Hall",)),
        ("<author>desk@courier.example</author>", ()),
        ("<dc:creator>Ada Hall</dc:creator><dc:creator>By Bo Lind</dc:creator>", ("Ada Hall", "Bo Lind")),
        ("<author>" + "a" * 500_000 + "</author>", ()),
        ("<author>" + "a@" * 200_000 + "</author>", ()),
    ],
)
def test_authors_of_rss(inside: str, authors: tuple[str, ...]) -> None:
    """Names are taken out of addresses of mail; an address alone is nobody's name."""
    assert item(f"{inside}<description>Words.</description>").authors == authors


def test_authors_of_atom() -> None:
    """An entry without an author has that of its feed."""
    document = atom(Story()).replace("<a:author>", "<a:x>").replace("</a:author>", "</a:x>")
    assert only(document).authors == ()
    assert only(document.replace("<a:entry>", "<a:author><a:name>Cy Ross</a:name></a:author><a:entry>")).authors == (
        "Cy Ross",
    )


def test_outlets() -> None:
    """The source that an item names comes before the feed that it stands in."""
    source = '<source url="https://b.example/feed">The Velle Post</source><description>Words.</description>'
    assert item(source).outlet == "The Velle Post"
    assert item("<description>Words.</description>").outlet == Story().outlet
    gathered = "<a:source><a:title>The Velle Post</a:title><a:updated>2031-01-01</a:updated></a:source>"
    assert only(atom(Story(), content=f"<a:summary>Words.</a:summary>{gathered}")).outlet == "The Velle Post"


def test_dates() -> None:
    """A date that only says when an entry changed last is that of its publication; what makes no sense is left out."""
    document = atom(Story()).replace("a:published>", "a:x>")
    assert (only(document).published, only(document).updated) == (Story().updated, None)
    assert item("<pubDate>Sat, 10 May 2031 09:15:00 GMT</pubDate>").published == "2031-05-10T09:15:00Z"
    assert item("<pubDate>soon</pubDate><dc:date>2031-05-10</dc:date>").published == "2031-05-10"
    assert item("<pubDate>" + "1 " * 500_000 + "</pubDate>").published is None


def test_titles() -> None:
    """Markup and entities in titles are read as a reader of the feed sees them."""
    assert (
        item("<title>Bridge &amp;#8217;s &lt;b&gt;end&lt;/b&gt;&amp;nbsp;&amp;amp; more</title>").title
        == "Bridge ’s end & more"
    )
    assert only(atom(Story(title="a <b> & &amp;"))).title == "a <b> & &amp;"


def test_versions() -> None:
    """Of two versions of an item in a feed the newer is kept, wherever it stands; of two copies the first."""
    old, new = rss_item(Story(updated="2031-05-10T10:00:00Z")), rss_item(Story(paragraphs=["New."]))
    for items, kept in (((old, new), 1), ((new, old), 0), ((new, new), 0)):
        given = readings(rss(Story(), *items))
        assert [isinstance(reading, Draft) for reading in given].index(True) == kept
        assert isinstance(given[1 - kept], Refusal)


def test_a_bomb_in_an_item() -> None:
    """An item whose markup would take long to read is refused by itself, and the others are read."""
    deep, many = "&lt;b&gt;" * 1000, "&lt;b&gt;x&lt;/b&gt;" * 40_000
    items = [
        f"<item><guid>{n}</guid><description>{text}</description></item>"
        for n, text in enumerate([deep, many, "Words."])
    ]
    first, second, third = readings(rss(Story(), *items))
    assert isinstance(first, Refusal)
    assert "nested more than 200 deep" in first.reason
    assert isinstance(second, Refusal)
    assert "more than 30,000 elements" in second.reason
    assert isinstance(third, Draft)
    assert (third.text, third.part) == ("Words.", 3)


def test_many_items(tmp_path: Path) -> None:
    """A feed of ten thousand items, every tenth without words, gives one outcome for each."""
    items = (
        f"<item><guid>g{number}</guid><title>T</title>{f'<description>Words {number}.</description>' if number % 10 else ''}</item>"
        for number in range(10_000)
    )
    (tmp_path / "a.rss").write_text(rss(Story(), *items))
    results = list(read_sources([tmp_path / "a.rss"]))
    assert len(results) == 10_000
    assert sum(isinstance(result, Article) for result in results) == 9_000
    refused = [result for result in results if isinstance(result, Outcome)]
    assert {result.reason for result in refused} == {"no words in the text: nothing to index"}
    assert refused[1].source == f"{tmp_path.name}/a.rss#11"


def test_a_bomb_in_the_channel() -> None:
    """What a channel says is read once, however long it is and however many items there are."""
    items = "".join(f"<item><guid>g{number}</guid><description>Words.</description></item>" for number in range(3000))
    long = "x" * 1_000_000
    document = rss(Story(language=long), items).replace("<title>", f"<title>{'&lt;b&gt;x&lt;/b&gt;' * 9000} ", 1)
    started = time.monotonic()
    drafts = readings(document)
    assert time.monotonic() - started < 60
    assert {(draft.outlet, draft.language) for draft in drafts if isinstance(draft, Draft)} == {(None, None)}


def test_many_elements_of_a_kind() -> None:
    """An item with a hundred thousand categories is an article of its first ones."""
    categories = "".join(f"<category>c{number}</category>" for number in range(100_000))
    draft = item(f"{categories}<description>Words.</description>")
    assert (draft.section, draft.text) == ("c0", "Words.")


def test_a_guid_of_two_feeds_is_two_articles() -> None:
    """What two feeds number alike are two articles."""
    one, other = (
        f"<rss><channel><title>{name}</title><link>https://{name}.example/</link><item><guid isPermaLink='false'>1001</guid>"
        f"<description>Words of the {name}.</description></item></channel></rss>"
        for name in ("courier", "post")
    )
    ids = [draft.id for feed in (one, other) for draft in read_xml(feed.encode()) if isinstance(draft, Draft)]
    assert ids == ["https://courier.example/:1001", "https://post.example/:1001"]
