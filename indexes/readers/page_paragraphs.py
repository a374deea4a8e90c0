"""Rewrites a page's tree so that each paragraph is a `<p>` and each mark that a browser draws is written out."""

from collections.abc import Iterator
from typing import Any, TypeAlias

EMPTY = "empty"

_Run: TypeAlias = "list[Any]"
"""Neighbours inside an element: pieces of text (`str`) and elements."""

_HOLDERS = ("div", "section", "article", "main", "td", "center", "blockquote")
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd mark q s samp small span strike "
    "strong sub sup time tt u var wbr".split()
)
_EMPTY_MARKS = ("span", "a", "b", "i", "em", "strong", "font", "ins", "u")


def rename_empty_marks(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Gives marks without words (`<span id="more-1">`) the name `EMPTY`, so that they can be stripped all at once.

    Inside a sentence they make extractors lose what comes after.
    """
    for element in tree.iter(*_EMPTY_MARKS):
        if not len(element) and not (element.text or "").strip():
            element.tag = EMPTY


def mark_paragraphs(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Makes paragraphs of words that stand loose between line breaks.

    Old pages part their paragraphs by `<br><br>`, and extractors lose what stands before the first.
    """
    for element in list(tree.iter(*_HOLDERS)):
        if element.find("br") is not None and _has_loose_words(element):
            _part(element)


def write_out_quotations(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """A browser draws the marks of `<q>`; they are part of what the reader sees."""
    for element in list(tree.iter("q")):
        element.text = "“" + (element.text or "")
        if len(element):
            element[-1].tail = (element[-1].tail or "") + "”"
        else:
            element.text += "”"


def _has_loose_words(element: Any) -> bool:  # noqa: ANN401 - lxml has no types
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _part(element: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Puts each run of words between two line breaks, or beside a block, into a paragraph."""
    runs = list(_runs(element))
    for child in list(element):
        element.remove(child)
    element.text = None
    for run in runs:
        if isinstance(run, list):
            if any(piece.strip() if isinstance(piece, str) else piece.tag != "br" for piece in run):
                element.append(_paragraph(element, run))
        else:
            run.tail = "\n"
            element.append(run)


def _runs(element: Any) -> Iterator[Any]:  # noqa: ANN401 - lxml has no types
    """What an element holds: runs of words, and the blocks between them. Two line breaks in a row end a run."""
    run: _Run = [element.text or ""]
    breaks = 0
    for child in element:
        tail = child.tail or ""
        if child.tag == "br":
            breaks += 1
            if breaks > 1:
                yield run
                run = []
            else:
                run.append(child)
        elif _is_inline(child):
            breaks = 0
            run.append(child)
        else:
            breaks = 0
            yield run
            yield child
            run = []
        if tail.strip():
            breaks = 0
        run.append(tail)
    yield run


def _is_inline(element: Any) -> bool:  # noqa: ANN401 - lxml has no types
    return element.tag in _INLINE and all(inside.tag in _INLINE for inside in element.iter())


def _paragraph(element: Any, run: _Run) -> Any:  # noqa: ANN401 - lxml has no types
    while run and not isinstance(run[0], str) and run[0].tag == "br":
        run = run[1:]
    paragraph = element.makeelement("p")
    paragraph.tail = "\n"
    last: Any = None
    for piece in run:
        if not isinstance(piece, str):
            piece.tail = None
            paragraph.append(piece)
            last = piece
        elif last is None:
            paragraph.text = (paragraph.text or "") + piece
        else:
            last.tail = (last.tail or "") + piece
    return paragraph
