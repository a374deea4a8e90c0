"""Reads RSS and Atom: each item of a feed is an article, its full content before its teaser."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from indexes.cleaning import clean_line
from indexes.dates import read_stated
from indexes.errors import UnreadableSource
from indexes.identities import readable_url
from indexes.readers.drafts import Draft, Reading, Refusal, authors_of, language_of, name_of
from indexes.readers.trees import child, language_in, line_of, local_name, markup_of
from indexes.readers.versions import Issue, issue_of, keep_newest
from indexes.readers.web_pages import story_of_markup

_ATOM = "http://www.w3.org/2005/Atom"
# Prefixes may be anything: the namespace says what an element is. All others are of no concern (pictures, podcasts).
_NAMESPACES = {
    "": "",
    _ATOM: "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
}
_CONTENTS = ("content:encoded", "content", "xhtml:body", "xhtml:div", "summary", "description", "dc:description")
_PUBLISHED = ("pubdate", "published", "issued", "dc:date", "dc:issued", "dc:created")
_UPDATED = ("updated", "modified", "dc:modified")
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_MAIL_AND_NAME = re.compile(r"[^\s@]+@\S+\s*\((?P<name>[^()]+)\)|(?P<other>[^<>@]+?)\s*<[^<>]*@[^<>]*>")
_LONGEST_AUTHOR = 300
_MOST_OF_A_KIND = 50


@dataclass(frozen=True, slots=True)
class _Fields:
    """The elements directly inside an item or a channel, by what they are; a few of each."""

    element: Element
    named: Mapping[str, Sequence[Element]]

    def all(self, *names: str) -> Iterator[Element]:
        """The elements of the names, in the order of the names."""
        return (element for name in names for element in self.named.get(name, ()))

    def lines(self, *names: str) -> Iterator[str]:
        """What these elements say, where they say anything."""
        return (line for element in self.all(*names) if (line := line_of(element)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """What a feed says for all its items, read once: there may be many of them."""

    name: str
    outlet: str | None
    authors: tuple[str, ...]
    language: str | None


def read_feed(root: Element) -> Iterator[Reading]:
    """The articles of a feed, numbered; an item without words is left to be refused. Raises `UnreadableSource`."""
    is_atom = local_name(root) == "feed"
    inside = child(root, "channel")
    channel = root if is_atom or inside is None else inside
    kind = "entry" if is_atom else "item"
    # RSS 1.0 has its items beside the channel, RSS 2.0 inside of it.
    places = [channel] if channel is root else [channel, root]
    items = [item for place in places for item in place if local_name(item) == kind]
    if not items:
        raise UnreadableSource("a feed without items: nothing to index")
    feed = _feed(_fields(channel), root)
    yield from keep_newest(_issue(item, feed, part) for part, item in enumerate(items, start=1))


def _feed(channel: _Fields, root: Element) -> _Feed:
    persons = [line_of(child(author, "name")) for author in channel.all("author")]
    titles = [_line(title) for title in channel.all("title", "dc:title")]
    languages = (*channel.lines("language", "dc:language"), language_in(root))
    return _Feed(
        name=next(channel.lines("link", "id", "title"), "feed"),
        outlet=name_of([*titles, *channel.lines("dc:publisher")]),
        # Only Atom gives the author of a feed to its entries; RSS names an editor.
        authors=authors_of(persons) if local_name(root) == "feed" else (),
        language=next((code for value in languages if (code := language_of(value))), None),
    )


def _issue(element: Element, feed: _Feed, part: int) -> Issue:
    item = _fields(element)
    url, identity = _url(item), _id(item, feed)
    try:
        text = _story(item)
    except UnreadableSource as error:
        return Issue(reading=Refusal(reason=f"the content of the item is {error}", part=part), id=identity or url)
    published, updated = _stated(item, _PUBLISHED), _stated(item, _UPDATED)
    languages = (*item.lines("dc:language"), language_in(element), feed.language)
    draft = Draft(
        text=text,
        title=next((title for element in item.all("title", "dc:title") if (title := _line(element))), None),
        id=identity,
        outlet=_outlet(item) or feed.outlet,
        authors=_authors(item) or feed.authors,
        published=published or updated,
        updated=updated if published and updated != published else None,
        url=url,
        language=next((code for value in languages if (code := language_of(value))), None),
        section=name_of([*_categories(item), *item.lines("dc:subject")]),
        part=part,
    )
    return issue_of(draft)


def _fields(element: Element) -> _Fields:
    own = element.tag.rpartition("}")[0]
    named: dict[str, list[Element]] = {}
    for inner in element:
        namespace, _, name = inner.tag.rpartition("}")
        # Feeds have been given many namespaces; what shares that of its item is the feed's own.
        prefix = "" if namespace == own else _NAMESPACES.get(namespace.lstrip("{"))
        if prefix is not None:
            kept = named.setdefault(prefix + name.lower(), [])
            if len(kept) < _MOST_OF_A_KIND:
                kept.append(inner)
    return _Fields(element, named)


def _story(item: _Fields) -> str:
    """The first content with words in it. Raises `UnreadableSource`."""
    return next((text for content in item.all(*_CONTENTS) if (text := _words(content)).strip()), "")


def _words(content: Element) -> str:
    """The words of a content: HTML by default in RSS, as its type says in Atom."""
    if len(content):
        return story_of_markup(markup_of(content))
    text = content.text or ""
    if not content.tag.startswith("{http://www.w3.org/2005/Atom}"):
        return story_of_markup(text)
    kind = content.get("type", "text").lower()
    if kind in {"text", "text/plain"}:
        return text
    return story_of_markup(text) if "html" in kind else ""


def _line(title: Element) -> str:
    """A title as one line; markup and entities in it are read as in a content."""
    try:
        return clean_line(_words(title))
    except UnreadableSource:
        return line_of(title)


def _id(item: _Fields, feed: _Feed) -> str | None:
    """The item's guid; one that is no address is known in its own feed only, so the feed stands before it."""
    guid = next(item.lines("guid", "id"), None) or clean_line(item.element.get(_ABOUT, ""))
    if not guid or ":" in guid:
        return guid or None
    return f"{feed.name}:{guid}"


def _url(item: _Fields) -> str | None:
    """The page of the article: its link, else its guid where that is one."""
    values = [*item.lines("feedburner:origlink", "link")]
    values += [
        link.get("href", "") for link in item.all("link") if link.get("rel", "alternate").lower() in {"", "alternate"}
    ]
    values += [line_of(guid) for guid in item.all("guid") if guid.get("isPermaLink", "true").lower() != "false"]
    values += item.lines("id")
    return next((url for value in values if (url := readable_url(value))), None)


def _outlet(item: _Fields) -> str | None:
    """Where the item was first published, in a feed that gathers those of others."""
    # RSS names the source in the element, Atom in a title inside of it.
    sources = [line_of(child(source, "title")) or line_of(source) for source in item.all("source")]
    return name_of([*sources, *item.lines("dc:publisher")])


def _authors(item: _Fields) -> tuple[str, ...]:
    values = [*item.lines("dc:creator")]
    values += [line_of(child(author, "name")) if len(author) else line_of(author) for author in item.all("author")]
    return authors_of([name for value in values if (name := _person(value))])


def _person(value: str) -> str:
    """The name in `ada@courier.example (Ada Hall)`; none in an address alone."""
    if len(value) > _LONGEST_AUTHOR or "@" not in value:
        return value
    match = _MAIL_AND_NAME.fullmatch(value)
    return (match["name"] or match["other"]).strip() if match else ""


def _categories(item: _Fields) -> Iterator[str]:
    for category in item.all("category"):
        yield line_of(category) or category.get("label") or category.get("term") or ""


def _stated(fields: _Fields, names: Sequence[str]) -> str | None:
    return next((day for line in fields.lines(*names) if (day := read_stated(line))), None)
