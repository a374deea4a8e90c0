"""Finds the headline of a web page: the `<h1>` that is like its title or metadata, else what those state."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from indexes.cleaning import clean_line

_SEPARATOR = re.compile(r"\s+[|–—·»-]\s+")
_WORD = re.compile(r"\w+")
_MOST_HEADINGS = 50
_LONGEST_HEADING = 300
# Words in both, of the words in either: an outlet behind the title, or other words for a search engine, take half away.
_ALIKE = 0.3
_LONGEST_OUTLET = 4


def find_titles(
    tree: Any,  # noqa: ANN401 - lxml has no types
    metas: Mapping[str, str],
    stated: Mapping[str, object],
    outlet: str | None,
) -> tuple[str | None, tuple[str, ...]]:
    """The headline as a reader sees it, and its other forms on the page. `stated` is what JSON-LD says."""
    headline = stated.get("headline")
    title = _plain(tree.findtext(".//title") or "")
    given = [
        _plain(headline) if isinstance(headline, str) else "",
        _plain(metas.get("og:title", "")),
        title,
        _plain(metas.get("twitter:title", "")),
    ]
    headings = _headings(tree)
    heading = _heading(headings, [form for form in given if form], outlet)
    forms = [heading, *(_without_outlet(form, heading, outlet) for form in given)]
    first = next((form for form in forms if form), headings[0] if headings else None)
    if first == title and not any(given[:2]) and not heading:
        first = _without_last(title)
    # Further headings stand above other parts of the page: they are no form of this one.
    others = [*forms, *given, *(headings if len(headings) == 1 else ())]
    return first, tuple(dict.fromkeys(form for form in others if form and form != first))


def _headings(tree: Any) -> list[str]:  # noqa: ANN401 - lxml has no types
    headings = []
    for _, element in zip(range(_MOST_HEADINGS), tree.iter("h1"), strict=False):
        heading = clean_line(element.text_content())
        if 0 < len(heading) <= _LONGEST_HEADING:
            headings.append(heading)
    return list(dict.fromkeys(headings))


def _heading(headings: Sequence[str], forms: Sequence[str], outlet: str | None) -> str:
    """The heading that is most like a title that is stated; empty where none is much like one."""
    named = clean_line(outlet or "").casefold()
    if not forms:
        return headings[0] if len(headings) == 1 else ""
    titles = [words for form in forms if (words := _words(_without_last(form)))]
    likeness = {
        heading: max((len(words & title) / len(words | title) for title in titles), default=0.0)
        for heading in headings
        if (words := _words(heading)) and heading.casefold() != named
    }
    best = max(likeness, key=lambda heading: likeness[heading], default="")
    return best if best and likeness[best] >= _ALIKE else ""


def _words(line: str) -> set[str]:
    return set(_WORD.findall(line.casefold()))


def _without_outlet(form: str, heading: str, outlet: str | None) -> str:
    """A title without the outlet's name behind it: `Bridge reopens | The Courier`."""
    if heading and form.startswith(heading) and _SEPARATOR.match(form[len(heading) :]):
        return heading
    *parts, last = _SEPARATOR.split(form)
    is_outlet = parts and outlet and last.casefold() == clean_line(outlet).casefold()
    return form[: form.rindex(last)].rstrip(" |–—·»-") if is_outlet else form


def _without_last(title: str) -> str:
    """A page's title without what stands behind its last dash or bar, if that is shorter: most likely the outlet."""
    *parts, last = _SEPARATOR.split(title)
    story = title[: title.rindex(last)].rstrip(" |–—·»-") if parts else ""
    return story if len(last.split()) <= _LONGEST_OUTLET and len(last) < len(story) else title


def _plain(text: str) -> str:
    return clean_line(html.unescape(text))
