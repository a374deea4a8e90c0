"""Reads `.eml`: newsletters and press releases as they were mailed. Attachments are not read, opened or unpacked."""

import codecs
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.feedparser import BytesFeedParser
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from typing import TYPE_CHECKING

from indexes.cleaning import clean_line
from indexes.dates import read_stated
from indexes.errors import UnreadableSource
from indexes.readers.articles import LONGEST_TEXT
from indexes.readers.decoding import decode
from indexes.readers.drafts import Draft, Reading, language_of
from indexes.readers.mail_texts import Told, bare_subject, read_text, unfold
from indexes.readers.senders import read_sender
from indexes.readers.web_pages import read_web_page

if TYPE_CHECKING:
    _EmailPolicy = EmailPolicy[EmailMessage]
else:
    _EmailPolicy = EmailPolicy

LONGEST_SECONDS = 30.0
DEEPEST = 50
MOST_PARTS = 1000
MOST_HEADERS = 20_000
MOST_LINES = 1_000_000
_LONGEST_HEADER = 2000
_CHUNK = 8192
_LONGEST_STUB = 300
_FULLER = 2
# Encodings whose bytes all look like UTF-8, or that can be told from it by their name alone.
_NAMED_FIRST = ("iso2022", "hz", "utf_7", "utf-7", "utf_16", "utf-16", "utf_32", "utf-32")
_HEADERS = ("from", "subject", "date", "message-id", "to", "received", "content-type")


class _Policy(_EmailPolicy):
    """The standard library's rules, with an end to how long headers may be and how many: reading them takes long."""

    def __init__(self) -> None:
        super().__init__()
        # A policy lets nothing be set but what it declares.
        object.__setattr__(self, "_seen", [])

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """See `EmailPolicy`."""
        self._seen.append(None)
        if len(self._seen) > MOST_HEADERS:
            raise UnreadableSource(f"a mail of more than {MOST_HEADERS:,} headers: not read")
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]

    _seen: list[None]


@dataclass(slots=True)
class _Bodies:
    """The parts of a mail that are its text, in each form that it has."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    language: str | None = None


def read_mail(content: bytes, *, seconds: float = LONGEST_SECONDS) -> Iterator[Reading]:
    """The one article of a mail. Raises `UnreadableSource`, also where reading takes more than `seconds`."""
    if content.startswith(b"From ") and b"\n\nFrom " in content.replace(b"\r\n", b"\n"):
        raise UnreadableSource("a mailbox of several mails: save each as a file of its own")
    try:
        draft = _read(_parsed(content, seconds))
    except UnreadableSource:
        raise
    except RecursionError:
        raise UnreadableSource(f"a mail nested more than {DEEPEST} deep: not read") from None
    except Exception as error:  # noqa: BLE001 - the library has rules for headers that hostile ones break; one file never stops a build
        what = clean_line(f"{type(error).__name__}: {error}")[:200]
        raise UnreadableSource(f"not a readable mail ({what}): save its text as a file") from None
    yield draft


def _parsed(content: bytes, seconds: float) -> EmailMessage:
    if max(content.count(b"\n"), content.count(b"\r")) > MOST_LINES:
        raise UnreadableSource(f"a mail of more than {MOST_LINES:,} lines: save its text as a file")
    # Time of the processor, so that a busy machine refuses nothing more.
    end = time.thread_time() + seconds
    parser: BytesFeedParser[EmailMessage] = BytesFeedParser(EmailMessage, policy=_Policy())
    view = memoryview(content)
    for start in range(0, len(view), _CHUNK):
        if time.thread_time() >= end:
            raise UnreadableSource(
                f"a mail that takes longer than {seconds:g} seconds to read: save its text as a file"
            )
        parser.feed(bytes(view[start : start + _CHUNK]))
    message = parser.close()
    if not any(name in message for name in _HEADERS):
        raise UnreadableSource("not a mail: it has none of the headers From, Subject and Date")
    return message


def _read(message: EmailMessage) -> Draft:
    subject = _header(message, "subject")
    answers = "in-reply-to" in message and not _header(message, "list-unsubscribe")
    bodies = _bodies_of(message)
    told = _text_of(bodies, subject=subject, answers=answers)
    name, address = _sender(message, told)
    outlet, authors = read_sender(name, address)
    day = read_stated(_header(message, "date"))
    # What is passed on was published when it was first sent; the day on which it was passed on only suggests that.
    published = read_stated(told.head.get("date")) if told.head else day
    return Draft(
        text=told.text,
        title=bare_subject(subject) or bare_subject(told.head.get("subject", "")) or None,
        id=_header(message, "message-id").strip("<> ") or None,
        outlet=outlet,
        authors=authors,
        published=published,
        hinted=day,
        language=bodies.language,
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header's value, decoded, in one line; empty where it is missing or makes no sense."""
    try:
        return clean_line(str(message.get(name, "")))
    except Exception:  # noqa: BLE001 - the library fails on some broken headers; the mail's text is there all the same
        return ""


def _sender(message: EmailMessage, told: Told) -> tuple[str, str]:
    """Display name and address of who sent the mail, or the mail that it passes on."""
    if told.head:
        return parseaddr(told.head.get("from", "")[:_LONGEST_HEADER])
    try:
        header = message.get("from")
        addresses: tuple[Address, ...] = header.addresses if isinstance(header, AddressHeader) else ()
    except Exception:  # noqa: BLE001 - as above
        addresses = ()
    # Without quotation marks, "Ada Hall, The Canal Courier <news@…>" reads as two senders.
    names = [one.display_name or ("" if one.domain else one.username) for one in addresses]
    mailbox = next((one.addr_spec for one in addresses if one.domain), "")
    return ", ".join(name for name in names if name), mailbox


def _bodies_of(message: EmailMessage) -> _Bodies:
    bodies = _Bodies()
    waiting: list[tuple[object, int]] = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_PARTS:
            what = f"nested more than {DEEPEST} deep" if depth > DEEPEST else f"of more than {MOST_PARTS:,} parts"
            raise UnreadableSource(f"a mail {what}: not read")
        if not isinstance(part, EmailMessage) or part.is_attachment() or part.get_filename():
            continue
        bodies.language = bodies.language or language_of(_header(part, "content-language"))
        if part.get_content_maintype() == "multipart":
            inside = part.get_payload()
            waiting.extend((child, depth + 1) for child in reversed(inside if isinstance(inside, list) else []))
        elif part.get_content_type() == "text/plain":
            bodies.plain.append(_plain(part))
        elif part.get_content_type() == "text/html":
            bodies.html.append(_decoded(part))
    return bodies


def _plain(part: EmailMessage) -> str:
    text = _decoded(part)
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    return unfold(text, joins_words=str(part.get_param("delsp", "")).lower() == "yes")


def _decoded(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    declared = _charset(part)
    text: str | None = None
    if declared and declared.startswith(_NAMED_FIRST):
        try:
            text = content.decode(declared)
        except UnicodeError:
            text = None
    text = decode(content, declared=declared) if text is None else text
    if part.get_content_subtype() == "plain" and len(text) > LONGEST_TEXT:
        raise UnreadableSource(
            f"a mail of {len(text):,} characters; at most {LONGEST_TEXT:,} are indexed: split it into articles",
        )
    return text


def _charset(part: EmailMessage) -> str | None:
    """The encoding that a part names, by the name that Python has for it; Latin-1 stands for Windows' form of it."""
    try:
        name = codecs.lookup(part.get_content_charset() or "").name
    except (LookupError, ValueError):
        return None
    return "cp1252" if name in {"iso8859-1", "ascii"} else name


def _text_of(bodies: _Bodies, *, subject: str, answers: bool) -> Told:
    """The text, without what was quoted: the plain form, or the HTML where the plain one is missing or a stub."""
    plain = "\n\n".join(bodies.plain)
    told = read_text(plain, subject=subject, answers=answers)
    if len(told.text.strip()) > _LONGEST_STUB or not bodies.html:
        if not plain.strip():
            raise UnreadableSource("a mail without text (attachments are not read): save its text as a file of its own")
        return told
    try:
        pages = [reading for markup in bodies.html for reading in read_web_page(markup.encode(errors="replace"))]
    except UnreadableSource:
        if plain.strip():
            return told
        raise
    text = "\n\n".join(page.text for page in pages if isinstance(page, Draft))
    fuller = read_text(text, subject=subject, answers=answers)
    return fuller if not plain.strip() or len(fuller.text) >= _FULLER * len(told.text.strip()) else told
