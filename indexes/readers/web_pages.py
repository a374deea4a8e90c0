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

LARGEST_PAGE = 16 * 1024 * 1024
# The extractor's time grows with the square of the elements; newspapers' pages have one or two thousand.
MOST_ELEMENTS = 20_000
DEEPEST = 200

_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 4096
_BLOCK = re.compile(
    r"address|article|aside|blockquote|body|center|dd|details|div|dl|dt|fieldset|figure|footer|"
    r"form|h1|h2|h3|h4|h5|h6|head|header|hr|item|li|list|main|nav|ol|p|pre|quote|row|"
    r"section|summary|table|td|th|tr|ul",
)
# Each run of white space that is not one space already: most are.
_WIDE = re.compile(r"[^\S ]\s*| \s+")
_BREAKS = frozenset({"br", "lb"})
_CELLS = frozenset({"cell"})
_SILENT = re.compile(
    r"audio|button|canvas|embed|form|head|iframe|input|noscript|object|script|select|style|svg|"
    r"template|textarea|video",
)
# What a reader does not take for the story. Class names are matched as whole words.
_BESIDE = ("nav", "figcaption", "button", "dialog")
_BESIDE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:caption|wp-caption|share|sharing|social|cookies?|consent|newsletter|related|read-?more|promo|advert"
    r"(?:isement)?|breadcrumbs?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"<(?:!--|/?(?:a|abbr|article|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr"
    r"|i|iframe|img|ins|li|mark|ol|p|pre|q|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|th|tr"
    r"|tt|u|ul|video)(?=[\s/>]))",
    re.IGNORECASE,
)
_LONG_PARAGRAPH = 80
_FEWEST_PARAGRAPHS = 3
_SHORTEST_FALLBACK = 200


def read_web_page(content: bytes) -> Iterator[Reading]:
    """The one article of a web page. Raises `UnreadableSource`."""
    if len(content) > LARGEST_PAGE:
        raise UnreadableSource(f"a web page of {len(content) >> 20} MiB; at most {LARGEST_PAGE >> 20} MiB are read")
    declared = _DECLARED.search(content[:_DECLARED_WITHIN])
    text = decode(content, declared=declared[1].decode("ascii", "replace") if declared else None)
    tree = _parsed(text)
    about = read_metadata(tree, comments=text)
    yield replace(about, text=_main_text(tree))


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
    if not _TAG.search(markup):
        return unescape(markup)
    tree = _parsed(f"<div>{markup}</div>")
    _drop_beside(tree)
    tables = [table for table in tree.iter("table") if not _holds_story(table)]
    whole = _block_text(tree) if tables else ""
    for table in tables:
        if table.getparent() is not None:
            table.drop_tree()
    return _block_text(tree) or whole


def _parsed(text: str) -> Any:  # noqa: ANN401 - lxml has no types
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_pis=True, remove_comments=True)
    try:
        tree = html.document_fromstring(text.replace("\0", "").encode(), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise UnreadableSource(f"not a web page: {error}") from None
    depth = elements = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > DEEPEST or elements > MOST_ELEMENTS:
            what = f"nested more than {DEEPEST} deep" if depth > DEEPEST else f"of more than {MOST_ELEMENTS:,} elements"
            raise UnreadableSource(f"a web page {what}: not read")
    for element in list(tree.iter("q")):
        _write_out_quotation(element)
    etree.strip_tags(tree, "q")
    return tree


def _write_out_quotation(element: Any) -> None:  # noqa: ANN401 - lxml has no types
    """A browser draws the marks of `<q>`; they are part of what the reader sees."""
    element.text = "“" + (element.text or "")
    if len(element):
        element[-1].tail = (element[-1].tail or "") + "”"
    else:
        element.text += "”"


def _main_text(tree: Any) -> str:  # noqa: ANN401 - lxml has no types
    _drop_beside(tree)
    found = _extracted(tree)
    if len(found) >= _SHORTEST_FALLBACK:
        return found
    # Pages with a few sentences only: the extractor expects more.
    whole = _block_text(_story(tree))
    return whole if len(whole) > len(found) else found


def _extracted(tree: Any) -> str:  # noqa: ANN401 - lxml has no types
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        document = trafilatura.bare_extraction(tree, include_comments=False, favor_precision=True, with_metadata=False)
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


def _drop_beside(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Takes captions, share bars, notices and lists of stories out of the tree, but nothing that holds a story."""
    for element in list(tree.iter()):
        tag, named = element.tag, _BESIDE_WORDS.search(f"{element.get('class', '')} {element.get('id', '')}")
        beside = tag in _BESIDE or (
            (named or element.get("role") in {"dialog", "navigation"})
            and tag not in {"html", "body", "article", "main"}
            and not _holds_story(element)
        )
        if beside and element.getparent() is not None:
            element.drop_tree()


def _holds_story(element: Any) -> bool:  # noqa: ANN401 - lxml has no types
    """Whether an element has the headline or several long paragraphs in it, whatever its name says."""
    if element.xpath("boolean(.//article or .//h1)"):
        return True
    long = (1 for paragraph in element.iter("p") if len(paragraph.text_content()) >= _LONG_PARAGRAPH)
    return sum(long) >= _FEWEST_PARAGRAPHS


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
