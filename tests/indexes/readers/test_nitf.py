"""NITF documents become articles: the story without pictures, notes and tables, and what the head states."""

import pytest

from indexes.readers.drafts import Draft, Refusal
from indexes.readers.xml_files import read_xml
from tests.indexes.readers.news_documents import Story, nitf


def only(document: str) -> Draft:
    """The draft of a document."""
    (draft,) = read_xml(document.encode())
    assert isinstance(draft, Draft)
    return draft


def paragraphs(content: str) -> list[str]:
    """The paragraphs of a document whose body has this content."""
    return [paragraph for paragraph in only(nitf(Story(), content=content)).text.split("\n") if paragraph]


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (
            "<p>One <em>and</em> <person>Ada <name.family>Hall</name.family></person>.</p><p>Two.</p>",
            ["One and Ada Hall.", "Two."],
        ),
        ("<block><p>One.</p><block><p>Two.</p></block></block>", ["One.", "Two."]),
        ("<hl2>A subhead</hl2><p>One.</p>", ["A subhead", "One."]),
        ("<p>One.</p><media><media-reference/><media-caption><p>A bridge.</p></media-caption></media>", ["One."]),
        ("<p>One.</p><table><tr><td>1</td></tr></table><nitf-table><x>2</x></nitf-table>", ["One."]),
        ("<p>One.</p><note><body.content><p>Not for print.</p></body.content></note><fn><p>1</p></fn>", ["One."]),
        (
            "<ul><li>One</li><li>Two</li></ul><bq><block><p>Three.</p></block><credit>Ada Hall</credit></bq>",
            ["One", "Two", "Three.", "Ada Hall"],
        ),
        (
            "<p>One<br/>two, in <location>Narwick</location> on <chron norm='20310510'>Saturday</chron>.</p>",
            ["One", "two, in Narwick on Saturday."],
        ),
        ("<p>He said <q>we wait</q>.</p>", ["He said “we wait”."]),
        ("<p>He said <q>“we wait”</q>.</p>", ["He said “we wait”."]),
        ("<p>He said “<q>we wait</q>”.</p>", ["He said “we wait”."]),
        ("<p>A <unknown>word</unknown> stays.</p>", ["A word stays."]),
        ("<p>One.</p><!-- no --><?pi no?><p>Two.</p>", ["One.", "Two."]),
        ("words alone", ["words alone"]),
        ("<table><tr><td>Only a table.</td></tr></table>", ["Only a table."]),
    ],
)
def test_stories(content: str, read: list[str]) -> None:
    """Every word of the story stays, in its paragraphs; what stands beside it goes; quotations have their marks once."""
    assert paragraphs(content) == read


def test_only_an_abstract() -> None:
    """A document that has no more than an abstract is an article of it."""
    document = "<nitf><body><body.head><abstract><p>In brief.</p></abstract></body.head></body></nitf>"
    assert only(document).text.strip() == "In brief."
    both = nitf(Story(), content="<p>One.</p>").replace("<hedline>", "<abstract><p>In brief.</p></abstract><hedline>")
    assert only(both).text.strip() == "One."


@pytest.mark.parametrize(
    ("removed", "outlet"),
    [("", "The Narwick Courier"), ("pubdata", "Wire Service"), ("distributor", "Narwick Holdings")],
)
def test_outlets(removed: str, outlet: str) -> None:
    """The outlet is the publication, else the distributor, else who holds the copyright."""
    document = nitf(Story()).replace("<hedline>", "<distributor><org>Wire Service</org></distributor><hedline>")
    if removed:
        document = document.replace("<pubdata", "<x")
    if removed == "distributor":
        document = document.replace("distributor>", "x>")
    assert only(document).outlet == outlet


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("<byline>By Ada Hall</byline>", ("Ada Hall",)),
        ("<byline>By Ada Hall and Bo Lind, <byttl>Staff Writers</byttl></byline>", ("Ada Hall", "Bo Lind")),
        (
            "<byline><person>Ada Hall</person><byttl>Desk</byttl></byline><byline>Bo Lind</byline>",
            ("Ada Hall", "Bo Lind"),
        ),
        ("<byline><byttl>Sports Desk</byttl></byline>", ()),
        ("", ()),
    ],
)
def test_bylines(byline: str, authors: tuple[str, ...]) -> None:
    """The people of all bylines are the authors; what they are by trade is not a name."""
    document = nitf(Story())
    start, end = document.index("<byline>"), document.index("</byline>") + len("</byline>")
    assert only(document[:start] + byline + document[end:]).authors == authors


def test_dates() -> None:
    """The date of issue comes before that of the publication and of the release; a dateline only suggests one."""
    bare = nitf(Story()).replace("<date.issue", "<x").replace("<revision-history", "<y")
    assert only(bare).published is None
    released = bare.replace("<doc-id", '<date.release norm="20310512"/><doc-id')
    assert only(released).published == "2031-05-12"
    assert (
        only(released.replace("<pubdata", '<pubdata date.publication="20310511T060000+0200"')).published
        == "2031-05-11T04:00:00Z"
    )
    dateline = '<dateline><location>NARWICK</location><story.date norm="20310509">May 9</story.date></dateline>'
    draft = only(bare.replace("<hedline>", f"{dateline}<hedline>"))
    assert (draft.published, draft.hinted) == (None, "2031-05-09")


@pytest.mark.parametrize("status", ["withheld", "canceled", "embargoed"])
def test_what_is_held_back(status: str) -> None:
    """A document that its outlet holds back is refused with the status."""
    (refusal,) = read_xml(nitf(Story(), attributes=f'management-status="{status}"').encode())
    assert isinstance(refusal, Refusal)
    assert f"management-status is {status!r}" in refusal.reason


def test_nothing_but_the_root() -> None:
    """A document without anything in it is a draft without words, which is refused later as any other."""
    assert only("<nitf/>") == Draft(text="")
