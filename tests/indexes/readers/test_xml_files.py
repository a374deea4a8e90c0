"""XML is read without trust: nothing is fetched, nothing grows, and what is no article says so."""

import contextlib
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexes.errors import UnreadableSource
from indexes.readers.drafts import Draft, Refusal
from indexes.readers.reading import read_sources
from indexes.readers.xml_files import DEEPEST, LONGEST_ATTRIBUTE, MOST_ELEMENTS, MOST_TAGS, parse_xml, read_xml
from indexes.types import Article, Outcome
from tests.indexes.readers.news_documents import DOCUMENTS, Story, atom, news_item, nitf, rss, rss_item

XML_DOCUMENTS = [document for ending, document in DOCUMENTS.values() if not ending.startswith(".json")]
SENTENCE = "“We wait,” said the café’s owner… naïvely – for £3."


def feed_of(description: str) -> str:
    """A feed whose one item has a description."""
    return f"<rss version='2.0'><channel><item><title>T</title>{description}</item></channel></rss>"


def only(content: bytes) -> Draft:
    """The draft of the only article."""
    (draft,) = read_xml(content)
    assert isinstance(draft, Draft)
    return draft


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("declared", ["", "UTF-8", "utf-16", "ISO-8859-1", "no-such-thing"])
def test_encodings(encoding: str, declared: str) -> None:
    """A document is read with every mark, whatever encoding it is in, and whatever it says that it is in."""
    named = f' encoding="{declared}"' if declared else ""
    document = f'<?xml version="1.0"{named}?>{feed_of(f"<description>{SENTENCE}</description>")}'
    assert only(document.encode(encoding)).text == SENTENCE


def test_old_western_encoding_with_quotation_marks() -> None:
    """What is declared as ISO-8859-1 and holds the curly quotation marks of Windows keeps them."""
    content = b'<?xml version="1.0" encoding="iso-8859-1"?><nitf><body><body.content><p>\x93No,\x94 she said.</p>'
    assert only(content + b"</body.content></body></nitf>").text == "“No,” she said."


def test_a_declared_encoding() -> None:
    """An old encoding that is no Western one is read where it is declared."""
    content = f'<?xml version="1.0" encoding="ISO-8859-2"?>{feed_of("<description>Zażółć gęślą jaźń.</description>")}'
    assert only(content.encode("iso-8859-2")).text == "Zażółć gęślą jaźń."


def test_an_encoding_that_no_document_has() -> None:
    """An encoding that Python knows and documents do not have is not tried: decoding it could take hours."""
    content = f'<?xml version="1.0" encoding="punycode"?>{feed_of(f"<description>{SENTENCE * 3}</description>")}'
    assert "owner" in only(content.encode("cp1252")).text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("caf&eacute;&nbsp;&ndash; &hellip;", "café\u00a0– …"),
        ("Hall & Sons, R&D", "Hall & Sons, R&D"),
        ("&#8220;No&#x201D; &#147;&#148;", "“No” “”"),
        ("3 &lt; 4 &amp; 5", "3 < 4 & 5"),
        ("no &such; thing", "no &such; thing"),
        ("a\x01b&#1;c", "abc"),
        ("<![CDATA[Hall & Sons &amp; Co]]>", "Hall & Sons & Co"),
    ],
)
def test_what_feeds_get_wrong(written: str, read: str) -> None:
    """Entities of HTML, a bare `&` and control characters do not make a document unreadable, and no word is lost."""
    assert only(feed_of(f"<description>{written} </description>").encode()).text.strip() == read


def test_a_dtd_is_ignored() -> None:
    """A DOCTYPE that names a DTD, as NITF documents do, changes nothing."""
    doctype = '<?xml version="1.0"?><!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.6//EN" "http://127.0.0.1:9/nitf.dtd">'
    assert only(nitf(Story(), doctype=doctype).encode()) == only(nitf(Story()).encode())


def test_long_attributes() -> None:
    """An attribute that is longer than a name, such as a picture written out, is left out."""
    root = parse_xml(f'<rss a="{"x" * (LONGEST_ATTRIBUTE + 1)}" b="y"/>'.encode())
    assert root.attrib == {"b": "y"}


ENTITIES = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty file"),
        (" \n", "empty file"),
        ("words", "not well-formed XML"),
        ("<rss>", "not well-formed XML"),
        (rss(Story(), rss_item(Story()))[:-100], "not well-formed XML"),
        ("<rss><channel></rss>", "not well-formed XML: mismatched tag"),
        ("<x:rss/>", "not well-formed XML: unbound prefix"),
        (ENTITIES + "<rss>&c;</rss>", "defines entities"),
        ('<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss>&a;</rss>', "defines entities"),
        ('<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1:9/">%a;]><rss/>', "defines entities"),
        ('<!DOCTYPE rss [<!NOTATION n SYSTEM "n"><!ENTITY a SYSTEM "a" NDATA n>]><rss/>', "defines entities"),
        ('<!DOCTYPE r [<!ATTLIST p a CDATA "' + "y" * 9000 + '">]><r>' + "<p/>" * 99 + "</r>", "larger than its file"),
        ("<rss>" * 100_000, f"nested more than {DEEPEST} deep"),
        ("<rss " + " ".join(f'a{number}="1"' for number in range(20_000)) + "/>", "more than 10,000 attributes"),
        ("<rss " + " ".join(f'a{number}=">"' for number in range(20_000)) + "/>", "more than 10,000 attributes"),
        ("<rss>" + "<a/>" * MOST_ELEMENTS + "</rss>", "of more than 500,000 elements"),
        ("<rss>" + "&lt;b&gt;" * MOST_TAGS + "</rss>", "more than 2,000,000 tags"),
        ("<rss>" + "&" * 4_000_001 + "</rss>", "more than 4,000,000 character references"),
        (
            "<!DOCTYPE html><html><body><p>Words.</p></body></html>",
            "the root <html> holds no articles; supported: News",
        ),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", "a web page is read where it ends in .html"),
        ("<NewsML Version='1.2'/>", "the root <NewsML> holds no articles; supported: NewsML-G2 (newsItem"),
        (f"<{'x' * 9000}/>", "xxx> holds no articles"),
        ("<rss><channel><title>T</title></channel></rss>", "a feed without items"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'/>", "a feed without items"),
        ("<newsMessage/>", "a NewsML-G2 message without items"),
    ],
)
def test_refusals(content: str, reason: str) -> None:
    """What cannot be read says why, in one short line."""
    with pytest.raises(UnreadableSource) as refusal:
        list(read_xml(content.encode()))
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize("opening", ["<!--", "<![CDATA[", "<a ", "<?x", "<!DOCTYPE a [", "&#1", "<rss a='"])
def test_openings_without_end(opening: str) -> None:
    """A million openings that nothing closes are refused in seconds."""
    started = time.monotonic()
    with pytest.raises(UnreadableSource):
        list(read_xml(("<rss>" + opening * 1_000_000).encode()))
    assert time.monotonic() - started < 60


def test_binary_data() -> None:
    """Binary data and NUL bytes are refused as such."""
    for content in (b"\0" * 100, bytes(range(256)) * 4, b"PK\3\4" + b"\0\1" * 99):
        with pytest.raises(UnreadableSource):
            list(read_xml(content))


def test_a_bad_file_beside_good_ones(tmp_path: Path) -> None:
    """A document that cannot be read is one rejected outcome, and those beside it are read."""
    (tmp_path / "a.xml").write_text(nitf(Story()))
    (tmp_path / "b.rss").write_text("<rss>")
    (tmp_path / "c.atom").write_text(atom(Story(id="c")))
    results = list(read_sources([tmp_path]))
    assert [type(result) for result in results] == [Article, Outcome, Article]


PIECES = st.one_of(
    st.sampled_from(XML_DOCUMENTS),
    st.sampled_from(
        "<rss> </rss> <channel> </channel> <item> </item> <feed> <entry> <nitf> <body> <body.content> <p> </p> <newsItem "
        "guid=''> <contentSet> <inlineXML> <inlineData> <title/> <link/> <q> </q> <![CDATA[ ]]> <!-- --> &amp; &lt;b&gt; "
        "&nbsp; & &#0; &#xD800; <?xml?> <!DOCTYPE\xa0rss> xmlns='x' \x00 \ufeff \ud800 “ </".split()
    ),
    st.text(max_size=20),
)


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(PIECES, max_size=12).map("".join).map(lambda text: text.encode(errors="surrogatepass")),
        st.tuples(st.sampled_from(XML_DOCUMENTS), st.integers(0, 2000), st.integers(0, 400), st.binary(max_size=9)).map(
            lambda drawn: drawn[0].encode()[: drawn[1]] + drawn[3] + drawn[0].encode()[drawn[1] + drawn[2] :]
        ),
    )
)
@example(b"<rss><channel><item/></channel></rss>")
@example(b"<newsItem/>")
@example(b"<nitf/>")
@example(b"<rss><!-- -->&#xFFFE;</rss>")
def test_any_bytes(content: bytes) -> None:
    """Whatever bytes a document has, it gives articles or reasons: no other error leaves the reader."""
    with contextlib.suppress(UnreadableSource):
        assert all(isinstance(reading, Draft | Refusal) for reading in read_xml(content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xml")
        path.write_bytes(content)
        results = list(read_sources([path]))
    assert results
    assert all(isinstance(result, Article) or (result.kind == "rejected" and result.reason) for result in results)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp", "Zs"]), min_size=1, max_size=12
)
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=5)


@settings(deadline=None, max_examples=100)
@given(PARAGRAPHS)
@example(["Ã© Â£ <b> & &amp; ]]> “x”"])
def test_texts_come_through(paragraphs: list[str]) -> None:
    """Any words in any of the formats are read as they were written, paragraph for paragraph."""
    story = Story(paragraphs=paragraphs)
    plain = "\n\n".join(paragraphs)
    for document in (nitf(story), news_item(story), atom(story)):
        assert [part for part in only(document.encode()).text.split("\n") if part] == paragraphs
    safe = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    typed = atom(story, content=f'<a:content type="text">{safe}</a:content>')
    assert only(typed.encode()).text == plain
