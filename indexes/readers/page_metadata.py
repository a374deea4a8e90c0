"""Reads what a web page states about its article: JSON-LD, Open Graph and other `<meta>`, canonical link, bylines."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from indexes.cleaning import clean_line
from indexes.identities import readable_url
from indexes.readers.drafts import Draft, authors_of, language_of, name_of
from indexes.readers.page_dates import find_captured, find_hint, find_printed, find_published, find_updated
from indexes.readers.page_headlines import find_titles

_ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|Report)$")
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement")
_SECTION = ("article:section", "parsely-section", "dc.subject.section")
_DEEPEST = 6
_LONGEST_JSON = 2_000_000
_MOST_SCRIPTS = 200
_MOST_AUTHORS = 5
_LONGEST_AUTHOR = 60
_MOST_PIECES = 10


def read_metadata(tree: Any, *, comments: str) -> Draft:  # noqa: ANN401 - lxml has no types
    """All but the text, which is what JSON-LD gives as the article's body, or empty. `comments` is the page's source."""
    metas = _metas(tree)
    stated = next(_articles(tree), {})
    outlet = name_of(stated.get("publisher")) or metas.get("og:site_name") or metas.get("application-name")
    title, others = find_titles(tree, metas, stated, outlet)
    published, hinted = find_published(tree, metas, stated), None
    if not published:
        published, hinted = find_printed(tree, title)
        hinted = hinted or find_hint(tree, stated, metas)
    updated = find_updated(tree, metas, stated)
    body = stated.get("articleBody")
    return Draft(
        text=body if isinstance(body, str) else "",
        title=title,
        headlines=others,
        outlet=_plain(outlet).removeprefix("@") if outlet else None,
        authors=authors_of(
            stated.get("author"), metas.get("author"), metas.get("parsely-author"), metas.get("article:author")
        )
        or _bylined(tree),
        published=published,
        hinted=hinted,
        captured=find_captured(comments),
        url=_url(tree, metas, stated),
        language=language_of(tree.get("lang")) or language_of(stated.get("inLanguage")),
        updated=updated if updated and updated[:10] >= (published or "")[:10] else None,
        section=_section(metas, stated),
    )


def _section(metas: Mapping[str, str], stated: Mapping[str, object]) -> str | None:
    """The part of the paper that the page names."""
    named = (stated.get("articleSection"), *(metas.get(name) for name in _SECTION))
    return next((_plain(section) for value in named if (section := name_of(value))), None)


def _bylined(tree: Any) -> tuple[str, ...]:  # noqa: ANN401 - lxml has no types
    """The people whom links or microdata mark as authors."""
    names: list[str] = []
    for element in tree.iter():
        microdata = (element.get("itemprop") or "").strip().lower() == "author"
        if microdata or "author" in (element.get("rel") or "").lower().split():
            inner = next((inside for inside in element.iter() if inside.get("itemprop") == "name"), element)
            name = clean_line(inner.get("content") or "".join(islice(inner.itertext(), _MOST_PIECES)))
            if 0 < len(name) <= _LONGEST_AUTHOR and not any(map(str.isdigit, name)):
                names.append(name)
        if len(names) >= _MOST_AUTHORS:
            break
    return authors_of(names)


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
    left = _LONGEST_JSON
    scripts = (script for script in tree.iter("script") if "ld+json" in (script.get("type") or "").lower())
    for script in islice(scripts, _MOST_SCRIPTS):
        source = (script.text or "").strip()
        left -= len(source)
        if left < 0:
            return
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
