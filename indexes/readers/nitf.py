"""Reads NITF: the headline, the bylines, the dates and the story of one article."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from indexes.dates import read_stated
from indexes.readers.drafts import Draft, Reading, Refusal, authors_of, language_of, name_of
from indexes.readers.trees import child, children, language_in, line_of, local_name, markup_of
from indexes.readers.web_pages import story_of_markup

_HELD_BACK = {
    "withheld": "withheld by its outlet (management-status is 'withheld')",
    "canceled": "cancelled by its outlet (management-status is 'canceled')",
    "cancelled": "cancelled by its outlet (management-status is 'cancelled')",
    "embargoed": "embargoed (management-status is 'embargoed'): give it again once it may be published",
}
_BLOCKS = {"block": "div", "bq": "blockquote", "hl1": "h2", "hl2": "h2", "nitf-table": "table", "credit": "p"}
# What stands beside the story: pictures with their captions, notes, rights, figures in columns.
_BESIDE = frozenset({"media", "fn", "note", "copyrite", "datasource"})
_MARKS = frozenset("“”„«»‹›‘\"'")


def read_nitf(root: Element) -> Iterator[Reading]:
    """The one article of a NITF document. Raises `UnreadableSource`."""
    status = _attribute(root, "management-status", "head", "docdata") or ""
    held_back = _HELD_BACK.get(status.strip().lower())
    yield Refusal(reason=held_back) if held_back else draft_of_nitf(root)


def draft_of_nitf(root: Element) -> Draft:
    """What a `nitf` element says, its management status apart. Raises `UnreadableSource`."""
    head, about = child(root, "head"), child(root, "body", "body.head")
    titles = [line_of(element) for element in (*children(about, "hedline", "hl1"), *children(head, "title"))]
    titles = list(dict.fromkeys(title for title in titles if title))
    published = _published(root)
    return Draft(
        text=_story(root),
        title=titles[0] if titles else None,
        headlines=tuple(titles[1:]),
        id=(_attribute(root, "id-string", "head", "docdata", "doc-id") or "").strip() or None,
        outlet=_outlet(root),
        authors=_authors(root),
        published=published,
        hinted=read_stated(_attribute(root, "norm", "body", "body.head", "dateline", "story.date")),
        updated=_updated(root, published),
        language=language_of(language_in(root)) or language_of(language_in(child(root, "body"))),
        section=name_of(_attribute(root, "position.section", "head", "pubdata")),
    )


def _story(root: Element) -> str:
    """The body; the abstract where the document has no more."""
    contents = list(children(root, "body", "body.content")) or list(children(root, "body", "body.head", "abstract"))
    for content in contents:
        _take_marked_quotations(content)
    pieces = (markup_of(content, renamed=_BLOCKS, dropped=_BESIDE) for content in contents)
    return story_of_markup("".join(f"<div>{piece}</div>" for piece in pieces))


def _take_marked_quotations(content: Element) -> None:
    """Makes `<q>` plain where its quotation marks are written: only those that are not are to be drawn."""
    for parent in content.iter():
        before = parent.text or ""
        for inner in parent:
            if local_name(inner) == "q":
                words = "".join(inner.itertext()).strip()
                if words[:1] in _MARKS or before.rstrip()[-1:] in _MARKS:
                    inner.tag = "span"
            before = inner.tail or ""


def _outlet(root: Element) -> str | None:
    """The publication; else who distributes the text; else who holds its rights."""
    distributor = child(root, "body", "body.head", "distributor")
    organisation = child(distributor, "org")
    return name_of(
        [
            _attribute(root, "name", "head", "pubdata"),
            line_of(organisation if organisation is not None else distributor),
            _attribute(root, "holder", "head", "docdata", "doc.copyright"),
            line_of(child(root, "body", "body.head", "rights", "rights.owner")),
        ],
    )


def _authors(root: Element) -> tuple[str, ...]:
    people: list[str] = []
    for byline in children(root, "body", "body.head", "byline"):
        named = [line_of(person) for person in byline.iter() if local_name(person) == "person"]
        # `byttl` is what the author is: "Staff Writer".
        words = [byline.text or ""]
        for inner in byline:
            words += ["" if local_name(inner) == "byttl" else "".join(inner.itertext()), inner.tail or ""]
        people.extend(name for value in (named or ["".join(words).strip(" \n\t,;")]) for name in authors_of(value))
    return authors_of(people)


def _published(root: Element) -> str | None:
    stated = (
        _attribute(root, "norm", "head", "docdata", "date.issue"),
        _attribute(root, "date.publication", "head", "pubdata"),
        _attribute(root, "norm", "head", "docdata", "date.release"),
    )
    return next((day for value in stated if (day := read_stated(value))), None)


def _updated(root: Element, published: str | None) -> str | None:
    """The day of the last revision that the document lists."""
    revisions = [read_stated(revision.get("norm")) for revision in children(root, "head", "revision-history")]
    last = max((day for day in revisions if day), default=None)
    return last if last != published else None


def _attribute(root: Element, name: str, *path: str) -> str | None:
    """An attribute of the first element on the path that has it."""
    return next((value for element in children(root, *path) if (value := element.get(name))), None)
