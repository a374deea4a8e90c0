"""Reads what a web page states about its article: JSON-LD, Open Graph and other `<meta>`, canonical link, `<h1>`."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from indexes.cleaning import clean_line
from indexes.dates import days_in, read_stated
from indexes.identities import readable_url
from indexes.readers.drafts import Draft, authors_of, language_of, name_of

_ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|Report)$")
_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "publish-date",
    "publish_date",
    "publication_date",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "date",
)
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement")
_SAVED = re.compile(
    # SingleFile and the Wayback Machine write into the page when they kept it.
    r"<!--[^>]{0,400}?saved date:\s*(?P<singlefile>[^\n]{1,80})|FILE ARCHIVED ON (?P<wayback>[^\n]{1,60}?) AND",
)
_SEPARATOR = re.compile(r"\s+[|–—·»-]\s+")
_DEEPEST = 6
_LONGEST_JSON = 2_000_000


def read_metadata(tree: Any, *, comments: str) -> Draft:  # noqa: ANN401 - lxml has no types
    """All but the text: a draft whose `text` is empty. `comments` is the page's source."""
    metas = _metas(tree)
    stated = next(_articles(tree), {})
    outlet = name_of(stated.get("publisher")) or metas.get("og:site_name") or metas.get("application-name")
    title, others = _titles(tree, metas, stated, outlet)
    return Draft(
        text="",
        title=title,
        headlines=others,
        outlet=_plain(outlet) if outlet else None,
        authors=authors_of(stated.get("author"), metas.get("author"), metas.get("parsely-author")),
        published=_published(tree, metas, stated),
        hinted=_hinted(tree),
        captured=_captured(comments),
        url=_url(tree, metas, stated),
        language=language_of(tree.get("lang")) or language_of(stated.get("inLanguage")),
    )


def _metas(tree: Any) -> dict[str, str]:  # noqa: ANN401 - lxml has no types
    """The first content of each named `<meta>`, by its name in lower case."""
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = clean_line(element.get("content") or "")
        for attribute in ("property", "name", "itemprop"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                metas.setdefault(name, content)
    return metas


def _articles(tree: Any) -> Iterator[Mapping[str, object]]:  # noqa: ANN401 - lxml has no types
    """The articles that JSON-LD describes, in order."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        source = (script.text or "")[:_LONGEST_JSON].strip()
        source = re.sub(r"^(?:<!--|/\*.{0,20}?\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)\s*", "", source)
        try:
            document, _ = json.JSONDecoder(strict=False).raw_decode(source)
        except (ValueError, RecursionError):
            continue
        yield from _articles_in(document)


def _articles_in(value: object, *, depth: int = 0) -> Iterator[Mapping[str, object]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _articles_in(item, depth=depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        names = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(name, str) and _ARTICLE_TYPES.search(name) for name in names):
            yield value
        for container in _CONTAINERS:
            yield from _articles_in(value.get(container), depth=depth + 1)


def _titles(
    tree: Any,  # noqa: ANN401 - lxml has no types
    metas: Mapping[str, str],
    stated: Mapping[str, object],
    outlet: str | None,
) -> tuple[str | None, tuple[str, ...]]:
    """The headline, and its other forms on the page."""
    headings = [clean_line(element.text_content()) for element in tree.iter("h1")]
    heading = headings[0] if len(set(headings)) == 1 else ""
    headline = stated.get("headline")
    given = [
        _plain(headline) if isinstance(headline, str) else "",
        _plain(metas.get("og:title", "")),
        heading,
        _plain(tree.findtext(".//title") or ""),
        _plain(metas.get("twitter:title", "")),
    ]
    forms = [_without_outlet(form, heading, outlet) for form in given]
    title = next((form for form in forms if form), None)
    return title, tuple(dict.fromkeys(form for form in [*forms, *given, *headings] if form and form != title))


def _without_outlet(form: str, heading: str, outlet: str | None) -> str:
    """A title without the outlet's name behind it: `Bridge reopens | The Courier`."""
    if heading and form.startswith(heading) and _SEPARATOR.match(form[len(heading) :]):
        return heading
    *parts, last = _SEPARATOR.split(form)
    is_outlet = parts and outlet and last.casefold() == clean_line(outlet).casefold()
    return form[: form.rindex(last)].rstrip(" |–—·»-") if is_outlet else form


def _published(
    tree: Any,  # noqa: ANN401 - lxml has no types
    metas: Mapping[str, str],
    stated: Mapping[str, object],
) -> str | None:
    values: list[object] = [stated.get("datePublished"), *(metas.get(name) for name in _PUBLISHED)]
    for element in tree.iter("time"):
        about = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        if "publi" in about or element.get("pubdate") is not None:
            values.append(element.get("datetime") or element.text_content())
    return next((day for value in values if (day := read_stated(value))), None)


def _hinted(tree: Any) -> str | None:  # noqa: ANN401 - lxml has no types
    """The one time that the article's own part of the page marks: likely, though not said, its publication."""
    stories = tree.xpath("//article") or tree.xpath("//main")
    if len(stories) != 1:
        return None
    times = {read_stated(element.get("datetime")) for element in stories[0].iter("time")}
    return next(iter(times)) if len(times) == 1 else None


def _captured(comments: str) -> str | None:
    match = _SAVED.search(comments)
    days: Sequence[date] = days_in(match["singlefile"] or match["wayback"]) if match else ()
    return days[0].isoformat() if days else None


def _url(
    tree: Any,  # noqa: ANN401 - lxml has no types
    metas: Mapping[str, str],
    stated: Mapping[str, object],
) -> str | None:
    page = stated.get("mainEntityOfPage")
    values = [
        *(element.get("href") for element in tree.iter("link") if "canonical" in (element.get("rel") or "").lower()),
        metas.get("og:url"),
        stated.get("url"),
        page.get("@id") if isinstance(page, dict) else page,
    ]
    return next((url for value in values if isinstance(value, str) and (url := readable_url(value))), None)


def _plain(text: str) -> str:
    return clean_line(html.unescape(text))
