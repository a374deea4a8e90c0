"""Reads the days of a web page: when its story was published, when it last changed, when the page was saved."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from indexes.cleaning import clean_line
from indexes.dates import days_in, read_day_line, read_stated

_PUBLISHED = (
    "article:published_time",
    "article:published",
    "og:published_time",
    "datepublished",
    "published",
    "published_time",
    "pub_date",
    "pub-date",
    "publish-date",
    "publish_date",
    "publication_date",
    "publication-date",
    "pubdate",
    "pdate",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "date",
)
_UPDATED = (
    "article:modified_time",
    "article:modified",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "lastmod",
)
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:date-?published|published(?:-?(?:date|on|at))?|publish-?date|pub-?date)(?:$|[\s_-])",
    re.IGNORECASE,
)
_SAVED = re.compile(
    # SingleFile and the Wayback Machine write into the page when they kept it.
    r"<!--[^>]{0,400}?saved date:\s*(?P<singlefile>[^\n]{1,80})|FILE ARCHIVED ON (?P<wayback>[^\n]{1,60}?) AND",
)
_SAVED_WITHIN = 20_000
_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]*$")
_BESIDE = frozenset({"figure", "figcaption", "aside", "nav", "footer", "script", "style"})
_MOST_TIMES = 50
_MOST_LINES = 120
_LONGEST_LINE = 120
_LONG_PARAGRAPH = 80


def find_published(
    tree: Any,  # noqa: ANN401 - lxml has no types
    metas: Mapping[str, str],
    stated: Mapping[str, object],
) -> str | None:
    """The date that the page states as that of publication, in JSON-LD, `<meta>` or a marked element."""
    values: list[object] = [stated.get("datePublished"), *(metas.get(name) for name in _PUBLISHED)]
    values += _marked(tree, "datepublished")
    for element in islice(tree.iter("time"), _MOST_TIMES):
        about = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        if "publi" in about or element.get("pubdate") is not None:
            values.append(element.get("datetime") or element.text_content())
    named = (each for each in tree.iter("span", "div", "p", "abbr") if _NAMED.search(each.get("class") or ""))
    values += [element.get("title") or _line(element) for element in islice(named, _MOST_TIMES)]
    return _first(values) or _labelled(tree)


def find_updated(
    tree: Any,  # noqa: ANN401 - lxml has no types
    metas: Mapping[str, str],
    stated: Mapping[str, object],
) -> str | None:
    """The date that the page states as that of the last change."""
    values = [stated.get("dateModified"), *(metas.get(name) for name in _UPDATED), *_marked(tree, "datemodified")]
    return _first(values)


def find_printed(tree: Any, title: str | None) -> tuple[str | None, str | None]:  # noqa: ANN401 - lxml has no types
    """The days around the headline: the one that is labelled as that of publication, and the only one there is.

    Between the headline and the first paragraph newspapers print when a story appeared. Where several days stand there
    and none is labelled, nothing tells which it is.
    """
    days: dict[str, None] = {}
    for line, moment in _lines_below(tree, title):
        if moment:
            days[moment] = None
            continue
        printed = read_day_line(line)
        if printed and printed.label == "updated":
            continue
        if printed and printed.day and printed.label == "published":
            return printed.day.isoformat(), None
        for day in days_in(line):
            days[day.isoformat()] = None
    moments = list(days)
    return None, moments[0] if len({moment[:10] for moment in moments}) == 1 else None


def find_hint(tree: Any, stated: Mapping[str, object], metas: Mapping[str, str]) -> str | None:  # noqa: ANN401 - lxml has no types
    """The one time that the article's own part of the page marks, or when the page was made: likely, though not said."""
    stories = tree.xpath("//article") or tree.xpath("//main")
    if len(stories) == 1:
        times = {read_stated(element.get("datetime")) for element in islice(stories[0].iter("time"), _MOST_TIMES)}
        if len(times) == 1 and (only := next(iter(times))):
            return only
    return _first([stated.get("dateCreated"), metas.get("datecreated")])


def find_captured(source: str) -> str | None:
    """The day on which a tool says that it saved the page; tools write it at the top or at the end."""
    match = _SAVED.search(source[:_SAVED_WITHIN]) or _SAVED.search(source[-_SAVED_WITHIN:])
    days: Sequence[date] = days_in(match["singlefile"] or match["wayback"]) if match else ()
    return days[0].isoformat() if days else None


def _labelled(tree: Any) -> str | None:  # noqa: ANN401 - lxml has no types
    """The only day on the page that a line such as `Published: May 3, 2024` names."""
    days = set()
    texts = (clean_line(element.text) for element in tree.iter() if 0 < len(element.text or "") <= _LONGEST_LINE)
    for line in texts:
        if line[:1].isalpha() and (printed := read_day_line(line)) and printed.day and printed.label == "published":
            days.add(printed.day)
    return days.pop().isoformat() if len(days) == 1 else None


def _marked(tree: Any, name: str) -> list[object]:  # noqa: ANN401 - lxml has no types
    """What elements hold that are marked with a microdata name, whatever they are."""
    found = (element for element in tree.iter() if (element.get("itemprop") or "").strip().lower() == name)
    return [
        element.get("content") or element.get("datetime") or element.get("title") or _line(element)
        for element in islice(found, _MOST_TIMES)
    ]


def _lines_below(tree: Any, title: str | None) -> Iterator[tuple[str, str | None]]:  # noqa: ANN401 - lxml has no types
    """The short lines below the headline, down to the first long paragraph; with the instant that a `<time>` states."""
    below = False
    lines = 0
    for element in tree.iter():
        if not below:
            below = bool(title) and element.tag not in {"title", "script", "style"} and _is_title(element, title or "")
            continue
        if any(each.tag in _BESIDE for each in (element, *islice(element.iterancestors(), 3))):
            continue
        lines += 1
        line = _line(element)
        own = len(clean_line(element.text or ""))
        if lines > _MOST_LINES or own >= _LONG_PARAGRAPH or (element.tag == "p" and len(line) >= _LONG_PARAGRAPH):
            return
        if element.tag == "time" and (moment := read_stated(element.get("datetime"))):
            yield line, moment
        elif line and len(line) <= _LONGEST_LINE and not _SENTENCE.search(line) and any(map(str.isdigit, line)):
            yield line, None


def _is_title(element: Any, title: str) -> bool:  # noqa: ANN401 - lxml has no types
    if element.tag != "h1" and not (element.text or "").strip():
        return False
    return _line(element, longest=2 * len(title) + 100).casefold() == title.casefold()


def _line(element: Any, *, longest: int = 2 * _LONGEST_LINE) -> str:  # noqa: ANN401 - lxml has no types
    """The first words of an element."""
    words: list[str] = []
    length = 0
    for text in element.itertext():
        words.append(text)
        length += len(text)
        if length > longest:
            break
    return clean_line("".join(words)[: longest + 1])


def _first(values: Sequence[object]) -> str | None:
    return next((day for value in values if (day := read_stated(value))), None)
