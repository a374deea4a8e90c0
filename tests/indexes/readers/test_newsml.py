"""NewsML-G2 items become articles, one outcome for each item of a message."""

from pathlib import Path

import pytest

from indexes.readers.drafts import Draft, Reading, Refusal
from indexes.readers.reading import read_sources
from indexes.readers.xml_files import read_xml
from indexes.types import Article, Outcome
from tests.indexes.readers.news_documents import NAR, Story, news_item, news_message, nitf


def readings(document: str) -> list[Reading]:
    """What a document holds."""
    return list(read_xml(document.encode()))


def only(document: str) -> Draft:
    """The draft of the only item."""
    (draft,) = readings(document)
    assert isinstance(draft, Draft)
    return draft


def reason(document: str) -> str:
    """Why the only item is no article."""
    (refusal,) = readings(document)
    assert isinstance(refusal, Refusal)
    return refusal.reason


PLAIN = '<inlineData contenttype="text/plain">One &lt;SRD&gt;.\n\nTwo.</inlineData>'
HTML = '<inlineData contenttype="text/html"><![CDATA[<p>One &lt;SRD&gt;.</p><p>Two.</p>]]></inlineData>'


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        HTML,
        "<inlineData>One &lt;SRD&gt;.\n\nTwo.</inlineData>",
        f'<remoteContent href="http://127.0.0.1:9/x"/>{PLAIN}',
        f"<inlineXML/>{PLAIN}{HTML}",
        f'<inlineXML contenttype="application/xml"><sports-content>7:2</sports-content></inlineXML>{PLAIN}',
        f'<inlineData contenttype="text/plain" encoding="base64">T25lLg==</inlineData>{HTML}',
        "<inlineXML><div><p>One &lt;SRD&gt;.</p><figure><figcaption>A bridge.</figcaption></figure><p>Two.</p></div></inlineXML>",
        "<inlineXML><p>One &lt;SRD&gt;.</p><p>Two.</p></inlineXML>",
        '<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>One &lt;SRD&gt;.<p>Two.</p></body></html></inlineXML>',
        f"<inlineXML>{nitf(Story(), content='<p>One &lt;SRD&gt;.</p><p>Two.</p>')}</inlineXML>",
    ],
)
def test_contents(content: str) -> None:
    """The first content that is text, HTML or NITF, and has words, is the story; others are passed over."""
    text = only(news_item(Story(), content=content)).text
    assert [paragraph for paragraph in text.split("\n") if paragraph] == ["One <SRD>.", "Two."]


def test_prefixes() -> None:
    """Elements are known by their names, whatever the prefix of their namespace, and without one."""
    expected = only(news_item(Story()))
    assert only(news_item(Story(), xmlns="")) == expected
    prefixed = news_item(Story(), xmlns=f' xmlns:n="{NAR}"', content="<n:inlineData>One.</n:inlineData>")
    for name in ("newsItem", "contentSet", "itemMeta", "firstCreated", "contentMeta", "headline"):
        prefixed = prefixed.replace(f"<{name}", f"<n:{name}").replace(f"</{name}", f"</n:{name}")
    draft = only(prefixed)
    assert (draft.text, draft.title, draft.published) == ("One.", expected.title, expected.published)


def test_what_the_content_says_where_the_item_is_silent() -> None:
    """Headline, byline and dates of the NITF inside an item are taken where the item itself gives none."""
    bare = f'<newsItem guid="g"><contentSet><inlineXML>{nitf(Story())}</inlineXML></contentSet></newsItem>'
    draft = only(bare)
    assert (draft.id, draft.title, draft.authors) == ("g", Story().title, (Story().author,))
    assert (draft.published, draft.outlet, draft.language) == (Story().published, Story().outlet, "en-GB")


@pytest.mark.parametrize(
    ("before", "after", "outlet"),
    [
        ("<infoSource>", "<x>", "wire hub"),
        ("", "", "The Narwick Courier"),
        ('<provider literal="wire hub"/>', '<provider qcode="nprov:TNA"/>', "The Narwick Courier"),
    ],
)
def test_outlets(before: str, after: str, outlet: str) -> None:
    """The outlet is the source of the information, else the provider."""
    document = news_item(Story()).replace(before, after).replace(before.replace("<", "</"), after.replace("<", "</"))
    assert only(document).outlet == outlet


def test_provider_by_its_code() -> None:
    """A provider that is given as a code alone is named by it."""
    document = '<newsItem guid="g"><itemMeta><provider qcode="nprov:TNA"/></itemMeta><contentSet/></newsItem>'
    assert only(document).outlet == "TNA"


def test_authors() -> None:
    """Creators are the authors, organisations among them apart; else the byline says who."""
    item = news_item(Story())
    organisation = item.replace("<creator><name>", '<creator><type qcode="cpnat:organisation"/><name>')
    assert only(organisation.replace(", Staff Writer", " and Bo Lind")).authors == ("Ada Hall", "Bo Lind")
    assert only(item.replace("<creator>", "<creator><name>Bo Lind</name></creator><creator>")).authors == (
        "Bo Lind",
        "Ada Hall",
    )


def test_addresses() -> None:
    """A link to the page of the item is its address, else its identifier where that is a web address."""
    link = '<link rel="irel:canonical" href="https://courier.example/bridge"/><link rel="irel:seeAlso" href="https://b.example/"/>'
    assert only(news_item(Story()).replace("<pubStatus", f"{link}<pubStatus")).url == "https://courier.example/bridge"
    assert only(news_item(Story(id="https://courier.example/i/3"))).url == "https://courier.example/i/3"
    assert only(news_item(Story())).url is None


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (news_item(Story(), status="withheld"), "withheld by its outlet (pubStatus is 'withheld')"),
        (news_item(Story(), status="canceled"), "cancelled by its outlet (pubStatus is 'canceled')"),
        (news_item(Story(), item_class="picture"), "a news item of the class 'picture': only texts are indexed"),
        (news_item(Story(), content='<remoteContent href="x"/>'), "its text is in another file (remoteContent)"),
        (
            news_item(Story(), content="<inlineData contenttype='text/html'>" + "&lt;b&gt;" * 300 + "</inlineData>"),
            "nested",
        ),
        (f'<packageItem xmlns="{NAR}" guid="p"/>', "a packageItem holds no text of its own"),
    ],
)
def test_refusals(document: str, expected: str) -> None:
    """An item that is held back, is no text, or has its text elsewhere, says so."""
    assert expected in reason(document)


def test_status_as_an_address() -> None:
    """A status that is written as an address counts as one that is written as a code."""
    item = news_item(Story()).replace('qcode="stat:usable"', 'uri="http://cv.iptc.org/newscodes/pubstatusg2/canceled"')
    assert "cancelled" in reason(item)


def test_message(tmp_path: Path) -> None:
    """Each item of a message has one outcome: a package and a picture too, and an item without words."""
    package = '<packageItem guid="p"><itemRef residref="one"/></packageItem>'
    items = [
        news_item(Story(id="one")) + package,
        news_item(Story(id="two"), item_class="picture"),
        news_item(Story(id="three"), content="<inlineXML/>"),
        news_item(Story(id="four", paragraphs=["Other words."])),
    ]
    (tmp_path / "m.xml").write_text(news_message(*items))
    results = list(read_sources([tmp_path / "m.xml"]))
    assert [type(result) for result in results] == [Article, Outcome, Outcome, Outcome, Article]
    assert [(result.source or "").rpartition("#")[2] for result in results] == list("12345")
    assert "no words in the text" in str(results[3])


def test_versions() -> None:
    """Of several versions of an item in a message the newest is kept; cancelled, it takes the older ones back."""
    versions = [news_item(Story(version=version, paragraphs=[f"Version {version}."])) for version in (9, 10, 1)]
    given = readings(news_message(*versions))
    assert [type(reading) for reading in given] == [Refusal, Draft, Refusal]
    assert isinstance(given[0], Refusal)
    assert given[0].reason == f"an older version of {Story().id!r} in the same file: #2 is kept"
    gone = news_item(Story(version=11), status="canceled")
    assert [type(reading) for reading in readings(news_message(*versions, gone))] == [Refusal] * 4
