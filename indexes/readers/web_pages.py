"""Reads `.html`: the article inside a web page, without what stands around it. Never asks the network."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

from lxml import etree, html  # type: ignore[import-untyped]

from indexes.errors import UnreadableSource
from indexes.readers.decoding import decode
from indexes.readers.drafts import Reading
from indexes.readers.page_metadata import read_metadata
from indexes.readers.page_paragraphs import EMPTY, mark_paragraphs, rename_empty_marks, write_out_quotations
from indexes.readers.page_surroundings import drop_pointers, drop_surroundings, find_tables_beside

LARGEST_PAGE = 16 * 1024 * 1024
MOST_ELEMENTS = 30_000
DEEPEST = 200
# The extractor's time grows with the square of the elements, first of all that of the second opinions which it asks for.
# Of 181 newspapers' pages none had more than 1,709 elements: larger pages are extracted without a second opinion, still
# larger ones without what stands around their story, or read as they are.
MOST_COMPARED = 2_500
MOST_EXTRACTED = 6_000

# The parser compares each attribute of a tag with all before it: this takes it about a second. The squares of the lengths
# of the tags of 181 newspapers' pages, in names, signs and values, add up to 14 million at most.
MOST_COMPARISONS = 2_000_000_000
_LONG_TAG = 2_000

# A tag with all that is in it, `>` in quotes included; an open quotation mark is a character like any other.
_TAG = re.compile(r"""<[A-Za-z](?:[^>=]++|=\s*"[^"]*"|=\s*'[^']*'|=)*+""")
_VALUE = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
_PIECE = re.compile(r"[^\s/=]+|=")
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 4096
_BLOCK = re.compile(
    r"address|article|aside|blockquote|body|center|dd|details|div|dl|dt|fieldset|figure|footer|"
    r"form|h1|h2|h3|h4|h5|h6|head|header|hr|item|li|list|main|nav|ol|p|pre|quote|row|"
    r"section|summary|table|td|th|tr|ul",
)
# The parser takes characters that a tree may not hold, written out or as a reference; moving such text raises an error.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:0*([0-9]{1,5})(?![0-9])|[xX]0*([0-9a-fA-F]{1,4})(?![0-9a-fA-F]));?")
# Each run of white space that is not one space already: most are.
_WIDE = re.compile(r"[^\S ]\s*| \s+")
_BREAKS = frozenset({"br", "lb"})
_CELLS = frozenset({"cell"})
_SILENT = re.compile(
    r"audio|button|canvas|embed|form|head|iframe|input|noscript|object|script|select|style|svg|"
    r"template|textarea|video",
)
# Nothing in these is read as text, and they make up a good part of today's pages.
_UNREAD = ("script", "style", "svg", "template", "canvas", "link", "meta")
_LONGEST_NAME = 1_000
_HTML_TAG = re.compile(
    r"<(?:!--|/?(?:a|abbr|article|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr"
    r"|i|iframe|img|ins|li|mark|ol|p|pre|q|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|th|tr"
    r"|tt|u|ul|video)(?=[\s/>]))",
    re.IGNORECASE,
)
_SHORTEST_FALLBACK = 200
_SHORTEST_STATED = 400
_LONGEST_STATED = 500_000
_SHINGLE = 4


def read_web_page(content: bytes) -> Iterator[Reading]:
    """The one article of a web page. Raises `UnreadableSource`."""
    if len(content) > LARGEST_PAGE:
        raise UnreadableSource(f"a web page of {len(content) >> 20} MiB; at most {LARGEST_PAGE >> 20} MiB are read")
    declared = _DECLARED.search(content[:_DECLARED_WITHIN])
    text = decode(content, declared=declared[1].decode("ascii", "replace") if declared else None)
    tree = _parsed(text)
    about = read_metadata(tree, comments=text)
    yield replace(about, text=_told(_main_text(tree), about.text))


def text_of_markup(markup: str) -> str:
    """The words of a piece of HTML, a paragraph for each block; the piece itself where it is none."""
    try:
        return _block_text(_parsed(f"<div>{markup}</div>"))
    except UnreadableSource:
        return markup


def story_of_markup(markup: str) -> str:
    """The story in a piece of HTML, a paragraph for each block: no captions, no tables but those that hold the story.

    Where nothing in it is a tag of HTML, its characters as they are meant (`&amp;` is `&`). Raises `UnreadableSource`.
    """
    if len(markup) > LARGEST_PAGE:
        raise UnreadableSource(f"markup of {len(markup):,} characters: at most {LARGEST_PAGE:,} are read")
    if not _HTML_TAG.search(markup):
        return unescape(markup)
    tree = _parsed(f"<div>{markup}</div>")
    drop_surroundings(tree)
    tables = find_tables_beside(tree)
    whole = _block_text(tree) if tables else ""
    for table in tables:
        if table.getparent() is not None:
            table.drop_tree()
    return _block_text(tree) or whole


def _parsed(text: str) -> Any:  # noqa: ANN401 - lxml has no types
    tags = (tag[0] for tag in _TAG.finditer(text) if tag.end() - tag.start() >= _LONG_TAG)
    if sum(_pieces(tag) ** 2 for tag in tags) > MOST_COMPARISONS:
        raise UnreadableSource("a web page with tens of thousands of attributes in one tag: not read")
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_pis=True, remove_comments=True)
    try:
        tree = html.document_fromstring(_REFERENCE.sub(_allowed, _FORBIDDEN.sub(_blank, text)).encode(), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise UnreadableSource(f"not a web page: {error}") from None
    depth = elements = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > DEEPEST or elements > MOST_ELEMENTS:
            what = f"nested more than {DEEPEST} deep" if depth > DEEPEST else f"of more than {MOST_ELEMENTS:,} elements"
            raise UnreadableSource(f"a web page {what}: not read")
    write_out_quotations(tree)
    etree.strip_tags(tree, "q")
    return tree


def _allowed(reference: re.Match[str]) -> str:
    """The reference, or a space where it stands for a character that no tree may hold: an empty text could make a new one."""
    decimal, sixteenth = reference.groups()
    number = int(decimal) if decimal else int(sixteenth, 16)
    return " " if _FORBIDDEN.match(chr(number)) else reference[0]


def _blank(character: re.Match[str]) -> str:
    """What stands in for a character that no tree may hold: nothing, or a space where it parts words."""
    return " " if character[0] in "\v\f" else ""


def _pieces(tag: str) -> int:
    """How many names, equals signs and unquoted values are in a tag: at least as many as it has attributes."""
    return sum(1 for _ in _PIECE.finditer(_VALUE.sub("= ", tag)))


def _main_text(tree: Any) -> str:  # noqa: ANN401 - lxml has no types
    etree.strip_elements(tree, *_UNREAD, with_tail=False)
    _shorten_names(tree)
    rename_empty_marks(tree)
    etree.strip_tags(tree, EMPTY)
    drop_surroundings(tree)
    mark_paragraphs(tree)
    drop_pointers(tree)
    story = _story(tree)
    found = next((_extracted(root) for root in (tree, story) if _elements(root) <= MOST_EXTRACTED), "")
    if len(found) >= _SHORTEST_FALLBACK:
        return found
    # Pages with a few sentences only: the extractor expects more.
    whole = _block_text(story)
    return whole if len(whole) > len(found) else found


def _shorten_names(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Class names of a million characters keep the extractor's patterns busy for minutes."""
    for element in tree.iter():
        for name in ("class", "id", "style"):
            if len(element.get(name, "")) > _LONGEST_NAME:
                element.set(name, element.get(name)[:_LONGEST_NAME])


def _told(found: str, stated: str) -> str:
    """The text that was found, or the one that the page's metadata state where that is another, or none was found.

    Some pages are put together by the browser, and hold their story in the metadata only.
    """
    if len(stated) < _SHORTEST_STATED:
        return found
    stated = text_of_markup(stated) if "</" in stated else stated
    wanted, had = _shingles(stated[:_LONGEST_STATED]), _shingles(found)
    return stated if len(wanted & had) * 2 < len(wanted) else found


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return set(zip(*(words[start:] for start in range(_SHINGLE)), strict=False))


def _extracted(root: Any) -> str:  # noqa: ANN401 - lxml has no types
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        document = trafilatura.bare_extraction(
            root,
            include_comments=False,
            favor_precision=True,
            with_metadata=False,
            fast=_elements(root) > MOST_COMPARED,
        )
    except Exception as error:  # noqa: BLE001 - hostile pages meet three libraries here; one page never stops a build
        raise UnreadableSource(f"no article could be taken out of the page: {type(error).__name__}: {error}") from None
    body = getattr(document, "body", None)
    return "" if body is None else _block_text(body)


def _story(tree: Any) -> Any:  # noqa: ANN401 - lxml has no types
    """The element that holds the story: the only `<article>`, else `<main>`, else the whole page."""
    for path in ("//article", "//main", "//body"):
        found = tree.xpath(path)
        if len(found) == 1:
            return found[0]
    return tree


def _elements(root: Any) -> int:  # noqa: ANN401 - lxml has no types
    return sum(1 for _ in root.iter())


def _block_text(root: Any) -> str:  # noqa: ANN401 - lxml has no types
    """The text of an element: blocks are apart by blank lines, line breaks are kept, other white space is one space."""
    words: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "script"
        start = event == "start"
        # The extractor calls a heading "head": that is text, while the head of a page is not.
        if _SILENT.fullmatch(tag) and not (tag == "head" and root.tag != "html"):
            silent += 1 if start else -1
        elif not silent and start and tag in _BREAKS:
            words.append("\n")
        elif not silent and _BLOCK.fullmatch(tag):
            words.append("\n\n")
        elif not silent and tag in _CELLS:
            words.append(" ")
        text = element.text if start else element.tail
        if text and not silent and (start or element is not root):
            words.append(_WIDE.sub(" ", text))
    return re.sub(r" *\n *", "\n", "".join(words)).strip()
