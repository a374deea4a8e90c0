"""Reads `.xml`, `.rss` and `.atom`: parses without trust, looks at the root, hands on to the format's reader."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml.common import EntitiesForbidden, ExternalReferenceForbidden
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from indexes.cleaning import clean_line
from indexes.errors import UnreadableSource
from indexes.readers.decoding import decode
from indexes.readers.drafts import Reading
from indexes.readers.feeds import read_feed
from indexes.readers.newsml import read_newsml
from indexes.readers.nitf import read_nitf
from indexes.readers.trees import local_name

MOST_ELEMENTS = 500_000
DEEPEST = 200
# An attribute of a news item is a name, a code, a date; a longer one holds a picture, and is left out.
LONGEST_ATTRIBUTE = 10_000
# Of the document, and of the markup that it holds as text: each takes time.
MOST_TAGS = 2_000_000
MOST_REFERENCES = 4_000_000
# The parser keeps all attributes of an element before it hands them over.
_MOST_ATTRIBUTES = 10_000
_LONG_TAG = re.compile(r"<[^\W\d][^<]{100000,}")

_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']\s*([\w.:-]{1,40})""")
_DECLARED_WITHIN = 200
# What is declared so has curly quotation marks in it, which only Windows' encoding has.
_WINDOWS = frozenset({"iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252"})
# Python knows encodings that no document has, and some of them take hours. UTF-16 shows itself.
_OLD_ENCODING = re.compile(r"(?:iso[-_]?8859|windows-|cp\d|koi8|gb|big5|shift|euc|mac|tis)")
_UTF_16_WITHOUT_MARK = {b"<\0?\0": b"\xff\xfe", b"\0<\0?": b"\xfe\xff"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+")
_REFERENCE = re.compile(
    # What is not closed reaches to the end: many openings would otherwise each be searched to the end.
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?:(?:#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{0,31});)?",
    re.DOTALL,
)
_XML_NAMES = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
_LONGEST_NAME = 60

_READERS: Mapping[str, Callable[[Element], Iterator[Reading]]] = {
    "newsItem": read_newsml,
    "newsMessage": read_newsml,
    "packageItem": read_newsml,
    "nitf": read_nitf,
    "rss": read_feed,
    "RDF": read_feed,
    "feed": read_feed,
}
_SUPPORTED = "NewsML-G2 (newsItem, newsMessage), NITF (nitf), RSS (rss, RDF) and Atom (feed)"


def read_xml(content: bytes) -> Iterator[Reading]:
    """The articles of a NewsML-G2 or NITF document, or of a feed. Raises `UnreadableSource`."""
    root = parse_xml(content)
    reader = _READERS.get(local_name(root))
    if reader is None:
        name = clean_line(local_name(root))[:_LONGEST_NAME]
        hint = "; a web page is read where it ends in .html" if name.lower() == "html" else ""
        raise UnreadableSource(f"XML with the root <{name}> holds no articles; supported: {_SUPPORTED}{hint}")
    return reader(root)


def parse_xml(content: bytes) -> Element:
    """The root of a document. No DTD is fetched; a document that defines entities is refused.

    What feeds often get wrong is put right, never a word: entities that only HTML knows, a bare `&`, control characters.
    Raises `UnreadableSource`.
    """
    declared = _DECLARED.search(content[:_DECLARED_WITHIN])
    marked = _UTF_16_WITHOUT_MARK.get(content[:4], b"") + content
    text = decode(marked, declared=_old_encoding(declared[1]) if declared else None).lstrip("\ufeff \t\r\n")
    if not text:
        raise UnreadableSource("an empty file: save the XML document in it")
    if text.count("<") + text.count("&lt;") > MOST_TAGS:
        raise UnreadableSource(f"XML with more than {MOST_TAGS:,} tags: split it")
    if text.count("&") > MOST_REFERENCES:
        raise UnreadableSource(f"XML with more than {MOST_REFERENCES:,} character references: split it")
    text = _FORBIDDEN.sub("", _REFERENCE.sub(_resolved, text))
    for tag in _LONG_TAG.finditer(text):
        if text.count("=", *tag.span()) > _MOST_ATTRIBUTES:
            raise UnreadableSource(f"an XML element with more than {_MOST_ATTRIBUTES:,} attributes: not read")
    return _parsed(text)


def _old_encoding(declared: bytes) -> str | None:
    """The encoding to try where a document is not UTF-8; None where it cannot be the one that is declared."""
    name = declared.decode("ascii").lower()
    if name in _WINDOWS:
        return "cp1252"
    return name if _OLD_ENCODING.match(name) else None


def _resolved(reference: re.Match[str]) -> str:
    """A character reference as XML may have it; anything else as it stands."""
    found = reference[0]
    if found[0] != "&" or found in _XML_NAMES:
        return found
    if found == "&":
        return "&amp;"
    return html.escape(html.unescape(found))


def _parsed(text: str) -> Element:
    parser = DefusedXMLParser(target=_BoundedBuilder(len(text)))
    try:
        parser.feed(text)
        root = parser.close()
    except (EntitiesForbidden, ExternalReferenceForbidden):
        reason = "XML that defines entities, which could fill memory or read other files: remove them from its DOCTYPE"
        raise UnreadableSource(reason) from None
    except (ParseError, UnicodeError, ValueError) as error:
        raise UnreadableSource(f"not well-formed XML: {clean_line(str(error))}; export it again, whole") from None
    if not isinstance(root, Element):
        raise UnreadableSource("not well-formed XML: no element in it; export it again, whole")
    return root


class _BoundedBuilder:
    """Builds a tree of at most so many elements, so deep, with attributes no longer than the document is."""

    def __init__(self, length: int) -> None:
        self._builder = TreeBuilder()
        self._depth = self._elements = 0
        self._left = length

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
            deep = self._depth > DEEPEST
            what = f"nested more than {DEEPEST} deep" if deep else f"of more than {MOST_ELEMENTS:,} elements"
            raise UnreadableSource(f"XML {what}: not read")
        self._left -= sum(map(len, attributes.values()))
        if self._left < 0:
            # A DTD can give every element attributes of its own, as entities give it text.
            raise UnreadableSource("XML whose DOCTYPE makes it larger than its file: remove the DOCTYPE")
        self._builder.start(tag, {name: value for name, value in attributes.items() if len(value) <= LONGEST_ATTRIBUTE})

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def data(self, text: str) -> None:
        self._builder.data(text)

    def close(self) -> Element:
        return self._builder.close()
