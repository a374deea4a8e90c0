"""What a file says about one article, before it is cleaned; field names in common use, read loosely."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeAlias

from indexes.cleaning import clean_line
from indexes.dates import read_stated
from indexes.errors import UnreadableSource
from indexes.identities import readable_url
from indexes.saved_pages import split_names

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "articlebody"),
    "title": ("title", "headline"),
    "published": ("published", "publishedat", "date", "datepublished", "publishdate", "pubdate", "publicationdate"),
    "outlet": ("outlet", "source", "publisher"),
    "author": ("author", "authors", "byline"),
    "url": ("url", "link"),
    "language": ("language", "lang", "inlanguage"),
    "updated": ("updated", "updatedat", "modified", "datemodified"),
    "section": ("section", "category", "articlesection"),
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LONGEST_NAME = 200
_MOST_AUTHORS = 50
_DEEPEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One article as its file gives it. `part` is its ordinal (a line, an item) where a file holds several.

    `published` is a date that the file states, `hinted` one that it only suggests; `updated` is when the story last
    changed, where the file states another date than that of publication, `section` the part of the paper it stood in.
    `headlines` are further forms of the title, to take off the text; `raw_sha256` is the hash of the file or line read.
    """

    text: str
    title: str | None = None
    id: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    hinted: str | None = None
    captured: str | None = None
    url: str | None = None
    language: str | None = None
    updated: str | None = None
    section: str | None = None
    headlines: tuple[str, ...] = ()
    raw_sha256: str | None = None
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A part of a file that cannot be read, and why."""

    reason: str
    part: int | None = None


Reading: TypeAlias = Draft | Refusal


def with_raw(reading: Reading, raw: bytes) -> Reading:
    """The reading with the hash of the bytes that it was read from, where it has none yet."""
    if isinstance(reading, Refusal) or reading.raw_sha256:
        return reading
    return replace(reading, raw_sha256=sha256(raw).hexdigest())


def draft_of(fields: Mapping[str, object], *, text: str | None = None, part: int | None = None) -> Draft:
    """A draft of loose fields; `text` where it stands outside of them (below front matter).

    Letter case, `_` and `-` in names do not matter. A field that makes no sense (a date that can be read two ways, an
    address that is none) is left out. Raises `UnreadableSource` where there is no field with the text.
    """
    values = {re.sub(r"[\W_]", "", str(name)).lower(): value for name, value in fields.items()}
    body = text if text is not None else _first(_texts(values, "text"))
    if body is None:
        names = "`text`, `body`, `content` or `articleBody`"
        raise UnreadableSource(f"no field {names} with words in it: name the article's text so")
    published = next((day for value in _of(values, "published") if (day := read_stated(value))), None)
    updated = next((day for value in _of(values, "updated") if (day := read_stated(value))), None)
    return Draft(
        text=body,
        title=_first(clean_line(title) for title in _texts(values, "title")),
        id=_id_of(values.get("id")),
        outlet=_first(name for value in _of(values, "outlet") for name in _names(value) if not readable_url(name)),
        authors=authors_of(*_of(values, "author")),
        published=published,
        captured=day_of(values.get("captured")),
        url=_first(url for value in _of(values, "url") if isinstance(value, str) and (url := readable_url(value))),
        language=next((code for value in _of(values, "language") if (code := language_of(value))), None),
        updated=updated if updated != published else None,
        section=_first(name for value in _of(values, "section") for name in _names(value)),
        part=part,
    )


def language_of(value: object) -> str | None:
    """A language code such as `en` or `pt-BR`; None for anything else."""
    code = value.strip().replace("_", "-") if isinstance(value, str) else ""
    return code if _LANGUAGE.fullmatch(code) else None


def authors_of(*values: object) -> tuple[str, ...]:
    """The people in the first of the values that names any: text, an object with `name`, or a list of these."""
    for value in values:
        people = [person for name in _names(value) if not readable_url(name) for person in split_names(name)]
        if people:
            return tuple(dict.fromkeys(people))[:_MOST_AUTHORS]
    return ()


def name_of(value: object) -> str | None:
    """The first name in a value: text, an object with `name`, or a list of these."""
    return _first(_names(value))


def day_of(value: object) -> str | None:
    """The day of a stated date."""
    stated = read_stated(value)
    return stated[:10] if stated else None


def _of(values: Mapping[str, object], field: str) -> list[object]:
    return [values[name] for name in _FIELDS[field] if values.get(name) is not None]


def _texts(values: Mapping[str, object], field: str) -> Iterable[str]:
    return (text for value in _of(values, field) if (text := _text_of(value)).strip())


def _text_of(value: object, *, depth: int = 0) -> str:
    """Text, a list of paragraphs, or an object that holds the text (`rendered`, as WordPress exports it)."""
    match value:
        case str():
            return value
        case list() if depth < _DEEPEST:
            return "\n\n".join(_text_of(item, depth=depth + 1) for item in value)
        case dict() if depth < _DEEPEST:
            return _text_of(value.get("rendered") or value.get("text") or "", depth=depth + 1)
        case _:
            return ""


def _names(value: object, *, depth: int = 0) -> list[str]:
    match value:
        case str():
            name = clean_line(value)
            return [name] if 0 < len(name) <= _LONGEST_NAME else []
        case list() | tuple() if depth < _DEEPEST:
            return [name for item in value[:_MOST_AUTHORS] for name in _names(item, depth=depth + 1)]
        case dict() if depth < _DEEPEST:
            return _names(value.get("name"), depth=depth + 1)
        case _:
            return []


def _id_of(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        return str(value).strip() or None
    except ValueError:
        # An integer of more than 4,300 digits: Python will not write it.
        return None


def _first(values: Iterable[str]) -> str | None:
    return next((value for value in values if value), None)
