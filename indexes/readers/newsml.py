"""Reads NewsML-G2: the text items of a document or a message, each with what it says about itself."""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from indexes.dates import read_stated
from indexes.errors import UnreadableSource
from indexes.identities import readable_url
from indexes.readers.drafts import Draft, Reading, Refusal, authors_of, language_of, name_of
from indexes.readers.nitf import draft_of_nitf
from indexes.readers.trees import child, children, language_in, line_of, local_name, markup_of
from indexes.readers.versions import Issue, issue_of, keep_newest, version_of
from indexes.readers.web_pages import story_of_markup

_ITEMS = frozenset({"newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem"})
_HELD_BACK = {
    "withheld": "withheld by its outlet (pubStatus is 'withheld')",
    "canceled": "cancelled by its outlet (pubStatus is 'canceled')",
    "cancelled": "cancelled by its outlet (pubStatus is 'cancelled')",
}
_OTHER_CLASSES = frozenset({"animation", "audio", "event", "graphic", "icon", "picture", "planning", "video"})
_HTML = frozenset({"html", "body", "article", "section", "div", "p"})


def read_newsml(root: Element) -> Iterator[Reading]:
    """The items of a NewsML-G2 document, numbered where it is a message. Raises `UnreadableSource`."""
    if local_name(root) != "newsMessage":
        yield _issue(root, part=None).reading
        return
    items = [item for item in children_of_sets(root) if local_name(item) in _ITEMS]
    if not items:
        raise UnreadableSource("a NewsML-G2 message without items: nothing to index")
    yield from keep_newest(_issue(item, part=part) for part, item in enumerate(items, start=1))


def children_of_sets(message: Element) -> Iterator[Element]:
    """Everything in the `itemSet`s of a message."""
    return (item for items in children(message, "itemSet") for item in items)


def _issue(item: Element, *, part: int | None) -> Issue:
    meta = child(item, "itemMeta")
    reason = _refused(item, meta)
    try:
        if reason is None:
            return issue_of(_draft(item, meta, part=part), version=item.get("version"))
    except UnreadableSource as error:
        reason = str(error)
    return Issue(
        reading=Refusal(reason=reason or "", part=part),
        id=_id(item),
        version=version_of(item.get("version")),
        time=_time(meta, "versionCreated"),
    )


def _refused(item: Element, meta: Element | None) -> str | None:
    """Why an item holds no text that may be used."""
    if local_name(item) != "newsItem":
        return f"a {local_name(item)} holds no text of its own: give the news items that it lists"
    held_back = _HELD_BACK.get(_code(child(meta, "pubStatus")).lower())
    if held_back:
        return held_back
    kind = _code(child(meta, "itemClass")).lower()
    return f"a news item of the class {kind!r}: only texts are indexed" if kind in _OTHER_CLASSES else None


def _draft(item: Element, meta: Element | None, *, part: int | None) -> Draft:
    content = child(item, "contentMeta")
    inside = _inside(item)
    titles = _titles(meta, content, inside)
    published = _time(meta, "firstCreated") or _time(content, "contentCreated") or _time(meta, "versionCreated")
    updated = _time(meta, "versionCreated") or _time(content, "contentModified")
    tag = child(content, "language")
    guid = _id(item)
    return replace(
        inside,
        title=titles[0] if titles else None,
        headlines=tuple(titles[1:]),
        id=guid or inside.id,
        outlet=_outlet(item, meta, content) or inside.outlet,
        authors=_authors(content) or inside.authors,
        published=published or inside.published,
        updated=(updated if updated != published else None) or inside.updated,
        url=_url(meta) or readable_url(guid or ""),
        language=language_of(tag.get("tag") if tag is not None else None)
        or inside.language
        or language_of(language_in(item)),
        section=_section(content) or inside.section,
        part=part,
    )


def _inside(item: Element) -> Draft:
    """What the first content with words says. Raises `UnreadableSource` where there is none."""
    found: Draft | None = None
    elsewhere = False
    for content in children(item, "contentSet"):
        for form in content:
            elsewhere = elsewhere or local_name(form) == "remoteContent"
            draft = _of_form(form)
            if draft is not None and draft.text.strip():
                return draft
            found = found or draft
    if found is None and elsewhere:
        raise UnreadableSource("its text is in another file (remoteContent): give that file")
    return found or Draft(text="")


def _of_form(form: Element) -> Draft | None:
    """One form of the content; None for what is neither text, HTML nor NITF."""
    if local_name(form) == "inlineData":
        kind = form.get("contenttype", "text/plain").lower()
        words = "".join(form.itertext())
        is_text = kind.startswith("text/") and not form.get("encoding")
        return Draft(text=story_of_markup(words) if "html" in kind else words) if is_text else None
    root = next(iter(form), None) if local_name(form) == "inlineXML" else None
    if root is not None and local_name(root) == "nitf":
        return draft_of_nitf(root)
    if root is None or local_name(root) not in _HTML:
        return None
    body = child(root, "body") if local_name(root) == "html" else None
    return Draft(text=story_of_markup(markup_of(form if body is None else body)), language=language_in(root))


def _titles(meta: Element | None, content: Element | None, inside: Draft) -> list[str]:
    """The headline, then its other forms: the main one is that without a role."""
    headlines = sorted(children(content, "headline"), key=lambda headline: headline.get("role") is not None)
    lines = [*map(line_of, headlines), line_of(child(meta, "title")), inside.title or "", *inside.headlines]
    return list(dict.fromkeys(line for line in lines if line))


def _outlet(item: Element, meta: Element | None, content: Element | None) -> str | None:
    """Who wrote the text, else who provides it, else whom to credit for it or who owns it."""
    parties = [
        *children(content, "infoSource"),
        child(meta, "provider"),
        child(content, "creditline"),
        child(item, "rightsInfo", "copyrightHolder"),
    ]
    return name_of([name for party in parties if party is not None and (name := _party(party))])


def _party(party: Element) -> str:
    """The name of a person or an organisation: named, written, or as its code says."""
    named = child(party, "name")
    if named is not None:
        return line_of(named)
    code = _code(party)
    return line_of(party) or party.get("literal") or (code if code.isalpha() else "")


def _authors(content: Element | None) -> tuple[str, ...]:
    creators = [_named(creator) for creator in children(content, "creator") if not _is_organisation(creator)]
    return authors_of([name for name in creators if name], [line_of(by) for by in children(content, "by")])


def _named(creator: Element) -> str:
    named = child(creator, "name")
    return line_of(named) if named is not None else line_of(creator) or creator.get("literal") or ""


def _is_organisation(creator: Element) -> bool:
    kinds = [creator.get("type") or "", *(kind.get("qcode") or "" for kind in children(creator, "type"))]
    return any(kind.rpartition(":")[2] in {"organisation", "organization"} for kind in kinds)


def _section(content: Element | None) -> str | None:
    """The first subject that is named: what the item is filed under."""
    return name_of([line_of(child(subject, "name")) for subject in children(content, "subject")])


def _url(meta: Element | None) -> str | None:
    """Where the text stands on the web: a link to a page that is the item itself."""
    for link in children(meta, "link"):
        rel = (link.get("rel") or "").rpartition(":")[2].lower()
        is_page = rel in {"canonical", "permalink", "alternate"} or (
            not rel and "html" in (link.get("contenttype") or "").lower()
        )
        url = readable_url(link.get("href") or "") if is_page else None
        if url:
            return url
    return None


def _id(item: Element) -> str | None:
    return (item.get("guid") or "").strip() or None


def _time(about: Element | None, name: str) -> str | None:
    return read_stated(line_of(child(about, name)))


def _code(element: Element | None) -> str:
    """What a code or an address of a concept ends in: `usable` of `stat:usable`."""
    if element is None:
        return ""
    value = element.get("qcode") or element.get("uri") or element.get("literal") or element.text or ""
    return value.replace("/", ":").rpartition(":")[2].strip()
