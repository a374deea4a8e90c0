"""Reads IPTC ninjs, the news industry's JSON: generations 1 (`body_text`), 2 (`bodies`) and 3 (`versionCreated`)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from indexes.cleaning import clean_line
from indexes.dates import read_stated
from indexes.errors import UnreadableSource
from indexes.identities import readable_url
from indexes.readers.drafts import Draft, Refusal, authors_of, language_of, name_of
from indexes.readers.versions import Issue, issue_of, version_of
from indexes.readers.web_pages import story_of_markup

_HELD_BACK = {"withheld": "withheld by its outlet", "canceled": "cancelled by its outlet"}
_TEXTS = frozenset({"text", "composite", "component"})
_OTHER_TYPES = frozenset({"audio", "video", "picture", "graphic", "planning", "event"})
# Names that only ninjs has. Others call a text `text`, `body` or `content`.
_OWN_NAMES = frozenset({"versioncreated", "firstcreated", "pubstatus", "bodies", "headlines", "representationtype"})
_PLAIN_NAMES = frozenset({"text", "body", "content", "articlebody"})
# Bodies by what stands behind `body_`, or by their role or media type: markup keeps paragraphs apart, plain text may not.
_MARKUP = re.compile(r"html", re.IGNORECASE)
_OTHER_MARKUP = re.compile(r"nitf|xml\b|json|markdown|rtf|\b(?:image|audio|video)/", re.IGNORECASE)
_MOST_FORMS = 50


def is_ninjs(record: Mapping[str, object]) -> bool:
    """Whether a record is ninjs: it says so, or it has an identifier and fields that only ninjs has."""
    fields = _fields(record)
    standard = fields.get("standard")
    if isinstance(standard, dict) and standard.get("name") == "ninjs":
        return True
    if not isinstance(fields.get("uri"), str) or _PLAIN_NAMES & fields.keys():
        return False
    kind = fields.get("type")
    typed = isinstance(kind, str) and kind in _TEXTS | _OTHER_TYPES and "headline" in fields
    return typed or bool(_OWN_NAMES & fields.keys()) or any(_is_body(name) for name in record)


def read_ninjs(record: Mapping[str, object], *, part: int | None) -> Issue:
    """The article of a record, or why it is none: held back by its outlet, no text, or not as ninjs has it."""
    fields = _fields(record)
    uri = fields.get("uri")
    try:
        _check(fields)
        return issue_of(_draft(record, fields, part=part), version=fields.get("version"))
    except UnreadableSource as error:
        return Issue(
            reading=Refusal(reason=str(error), part=part),
            id=uri if isinstance(uri, str) else None,
            version=version_of(fields.get("version")),
            time=read_stated(fields.get("versioncreated")),
        )


def _fields(record: Mapping[str, object]) -> dict[str, object]:
    """The fields by their names in small letters: generation 3 writes `versionCreated`, the others `versioncreated`."""
    return {re.sub(r"[\W_]", "", str(name)).lower(): value for name, value in record.items() if value is not None}


def _is_body(name: object) -> bool:
    return isinstance(name, str) and name.lower().startswith("body_")


def _check(fields: Mapping[str, object]) -> None:
    """Raises `UnreadableSource` where a record is not an article that may be used, with the field and its value."""
    _expect(fields, ("uri", "pubstatus", "type", "headline", "byline", "by", "language"), str, "text")
    _expect(fields, ("bodies", "headlines", "infosources"), list, "a list")
    _expect(fields, ("version",), str | int, "text or a whole number")
    if not str(fields.get("uri", "")).strip():
        raise UnreadableSource("not valid ninjs: no `uri`: every item has its identifier there")
    status, kind = str(fields.get("pubstatus", "usable")).lower(), str(fields.get("type", "text")).lower()
    if status in _HELD_BACK:
        raise UnreadableSource(f"{_HELD_BACK[status]} (`pubstatus` is {status!r})")
    if status != "usable":
        raise UnreadableSource(
            f"not valid ninjs: `pubstatus` is {status[:40]!r}; usable, withheld or canceled is expected"
        )
    if kind in _OTHER_TYPES:
        raise UnreadableSource(f"an item of the type {kind!r}: only texts are indexed")
    if kind not in _TEXTS:
        raise UnreadableSource(f"not valid ninjs: `type` is {kind[:40]!r}; text is expected")


def _expect(fields: Mapping[str, object], names: Sequence[str], kind: type | object, what: str) -> None:
    for name in names:
        value = fields.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, kind)):  # type: ignore[arg-type]
            raise UnreadableSource(
                f"not valid ninjs: `{name}` is of the kind {type(value).__name__}; {what} is expected"
            )


def _draft(record: Mapping[str, object], fields: Mapping[str, object], *, part: int | None) -> Draft:
    titles = _titles(fields)
    uri = str(fields["uri"]).strip()
    first, this = read_stated(fields.get("firstcreated")), read_stated(fields.get("versioncreated"))
    published = first or this or read_stated(fields.get("contentcreated"))
    return Draft(
        text=_text(record, fields),
        title=titles[0] if titles else None,
        headlines=tuple(titles[1:]),
        id=uri,
        outlet=name_of([fields.get(name) for name in ("infosources", "infosource", "source", "copyrightholder")]),
        authors=authors_of(fields.get("byline"), fields.get("by"), _writers(fields.get("people"))),
        published=published,
        updated=this if this != published else None,
        url=_url(fields) or readable_url(uri),
        language=language_of(fields.get("language")),
        section=name_of([fields.get(name) for name in ("section", "subjects", "subject")]),
        part=part,
    )


def _titles(fields: Mapping[str, object]) -> list[str]:
    """The headline, then its other forms: of several the main one is that of the role `main`, or without a role."""
    listed = [form for form in _objects(fields.get("headlines")) if isinstance(form.get("value"), str)]
    listed.sort(key=lambda form: form.get("role") not in {None, "", "main"})
    values = [fields.get("headline"), *(form["value"] for form in listed), fields.get("title")]
    lines = (clean_line(story_of_markup(value)) for value in values if isinstance(value, str))
    return list(dict.fromkeys(line for line in lines if line))


def _text(record: Mapping[str, object], fields: Mapping[str, object]) -> str:
    """The body, marked up before plain. Raises `UnreadableSource` where a body is no text or there is none."""
    forms = [*_named_bodies(record), *_listed_bodies(fields)]
    forms = [form for form in forms if _MARKUP.search(form[0]) or not _OTHER_MARKUP.search(form[0])]
    forms.sort(key=lambda form: _MARKUP.search(form[0]) is None)
    for kind, body in forms:
        text = story_of_markup(body) if _MARKUP.search(kind) else body
        if text.strip():
            return text
    raise UnreadableSource("no words in its bodies (`body_text`, `body_xhtml`, `bodies`): nothing to index")


def _named_bodies(record: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if _is_body(name) and value is not None:
            if not isinstance(value, str):
                reason = f"not valid ninjs: `{name[:40]}` is of the kind {type(value).__name__}; text is expected"
                raise UnreadableSource(reason)
            yield name, value


def _listed_bodies(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for body in _objects(fields.get("bodies")):
        about = _fields(body)
        value = about.get("value")
        if not isinstance(value, str):
            raise UnreadableSource("not valid ninjs: a body without a `value` of text")
        yield f"{about.get('contenttype') or about.get('role') or ''}", value


def _objects(value: object) -> list[Mapping[str, object]]:
    return [form for form in value[:_MOST_FORMS] if isinstance(form, dict)] if isinstance(value, list) else []


def _writers(people: object) -> list[object]:
    """Those of the people who wrote the item; the others are whom it is about."""
    roles = {"author", "byline", "creator", "writer", "reporter"}
    return [person.get("name") for person in _objects(people) if {person.get("rel"), person.get("role")} & roles]


def _url(fields: Mapping[str, object]) -> str | None:
    """Where the text stands on the web: said, or as a rendition that is a page."""
    renditions = fields.get("renditions")
    forms = list(renditions.values())[:_MOST_FORMS] if isinstance(renditions, dict) else renditions
    values = [fields.get(name) for name in ("canonicalurl", "url", "link")]
    for form in _objects(forms):
        about = _fields(form)
        if "html" in str(about.get("contenttype") or about.get("mimetype") or "")[:100]:
            values.append(about.get("href"))
    return next((url for value in values if isinstance(value, str) and (url := readable_url(value))), None)
