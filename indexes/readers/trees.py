"""Finds elements of an XML tree by their local names, and writes the story in it as HTML."""

import html
from collections.abc import Container, Iterator, Mapping
from xml.etree.ElementTree import Element

from indexes.cleaning import clean_line

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_KEPT = ("class", "id", "role")
_VOID = frozenset({"br", "hr", "img", "wbr"})


def local_name(element: Element) -> str:
    """The element's name without its namespace: prefixes may be anything, and some feeds get the namespace wrong."""
    return element.tag.rpartition("}")[2]


def children(element: Element | None, *path: str) -> Iterator[Element]:
    """All elements on a path of names below an element, in order; none below None."""
    if element is None:
        return
    first, *rest = path
    for child in element:
        if local_name(child) == first:
            if rest:
                yield from children(child, *rest)
            else:
                yield child


def child(element: Element | None, *path: str) -> Element | None:
    """The first element on a path of names below an element."""
    return next(children(element, *path), None)


def line_of(element: Element | None) -> str:
    """All words in an element as one line; empty for None."""
    return "" if element is None else clean_line("".join(element.itertext()))


def language_in(element: Element | None) -> str | None:
    """The language that an element says its words are in."""
    return None if element is None else element.get(_LANGUAGE) or element.get("lang")


def markup_of(element: Element, *, renamed: Mapping[str, str] | None = None, dropped: Container[str] = ()) -> str:
    """What is inside an element, as HTML: names without namespaces, of the attributes those that say what a part is.

    `renamed` maps names to those of HTML; elements named in `dropped` are left out, the text after them stays.
    """
    pieces: list[str] = []
    _write(element, pieces, renamed or {}, dropped)
    return "".join(pieces)


def _write(element: Element, pieces: list[str], renamed: Mapping[str, str], dropped: Container[str]) -> None:
    pieces.append(html.escape(element.text or "", quote=False))
    for inner in element:
        name = local_name(inner)
        if name not in dropped:
            tag = renamed.get(name, name)
            about = "".join(f' {key}="{html.escape(inner.get(key, ""))}"' for key in _KEPT if inner.get(key))
            pieces.append(f"<{tag}{about}>")
            if tag not in _VOID:
                _write(inner, pieces, renamed, dropped)
                pieces.append(f"</{tag}>")
        pieces.append(html.escape(inner.tail or "", quote=False))
