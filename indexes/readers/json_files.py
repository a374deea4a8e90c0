"""Reads `.json` (an article, or a list of them) and JSON Lines (an article a line, also compressed with gzip)."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Protocol

from indexes.errors import UnreadableSource
from indexes.readers.decoding import decode
from indexes.readers.drafts import Draft, Reading, Refusal, draft_of, with_raw
from indexes.readers.ninjs import is_ninjs, read_ninjs
from indexes.readers.versions import Issue, keep_newest
from indexes.readers.web_pages import text_of_markup

LONGEST_LINE = 64 * 1024 * 1024
LARGEST_UNPACKED = 8 * 1024 * 1024 * 1024
# News text shrinks to a third or a fifth. What unpacks to a hundred times its size is made to fill memory or disk.
_HIGHEST_RATIO = 100
_RATIO_FROM = 64 * 1024 * 1024
_GZIP_MARK = b"\x1f\x8b"


_MARKUP = re.compile(r"</(?:p|div|h[1-6]|ul|ol|blockquote)\s*>|<br\s*/?>|<p(?:\s[^<>]*)?>", re.IGNORECASE)


class _Readable(Protocol):
    """What has lines of bytes: a file, packed or not."""

    def readline(self, size: int, /) -> bytes:
        """The next line, or `size` bytes of it."""
        ...


def read_json(content: bytes) -> Iterator[Reading]:
    """The articles of a JSON document: an object, a list of objects, or an object with a list `articles`.

    Of several versions of a ninjs item in a list the newest is the article.

    Raises `UnreadableSource` where the document as a whole cannot be read.
    """
    document = _parsed(decode(content))
    if isinstance(document, dict) and isinstance(document.get("articles"), list) and "text" not in document:
        document = document["articles"]
    if isinstance(document, list):
        yield from keep_newest(_record(item, part=ordinal) for ordinal, item in enumerate(document, start=1))
    else:
        yield _record(document, part=None).reading


def read_json_lines(file: BinaryIO) -> Iterator[Reading]:
    """The articles of a JSON Lines file, line by line; a bad line is refused and the rest goes on.

    Raises `UnreadableSource` where reading cannot go on: damaged compression, or a file made to unpack without end.
    """
    if file.read(2) == _GZIP_MARK:
        file.seek(0)
        lines = _unpacked_lines(file)
    else:
        file.seek(0)
        lines = _lines(file)
    for number, line in enumerate(lines, start=1):
        if line is None:
            yield Refusal(reason=f"a line of more than {LONGEST_LINE >> 20} MiB: one article a line", part=number)
        elif line.strip():
            try:
                yield with_raw(_record(_parsed(decode(line)), part=number).reading, line)
            except UnreadableSource as error:
                yield Refusal(reason=str(error), part=number)


def _parsed(text: str) -> object:
    try:
        document: object = json.loads(text)
    except RecursionError:
        raise UnreadableSource("JSON nested too deeply: an article is an object with plain fields") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableSource(f"not valid JSON: {error.msg} at {place}") from None
    except ValueError as error:
        raise UnreadableSource(f"not valid JSON: {error}") from None
    return document


def _record(item: object, *, part: int | None) -> Issue:
    if not isinstance(item, dict):
        kind = "null" if item is None else type(item).__name__
        reason = f"not an article: an object with `title` and `text` is expected, not {kind}"
        return Issue(reading=Refusal(reason=reason, part=part))
    if is_ninjs(item):
        return read_ninjs(item, part=part)
    try:
        # Only ninjs says which of two articles of one id is the newer; of others the first is kept.
        return Issue(reading=_without_markup(draft_of(item, part=part)))
    except UnreadableSource as error:
        return Issue(reading=Refusal(reason=str(error), part=part))


def _without_markup(draft: Draft) -> Draft:
    """Some exports hold the text as HTML."""
    if "<" in draft.text and _MARKUP.search(draft.text):
        return replace(draft, text=text_of_markup(draft.text))
    return draft


def _lines(file: _Readable) -> Iterator[bytes | None]:
    """Each line; None for one that is too long, whose rest is passed over."""
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)
        yield None


def _unpacked_lines(file: BinaryIO) -> Iterator[bytes | None]:
    unpacked = 0
    with gzip.GzipFile(fileobj=file) as archive:
        lines = _lines(archive)
        while True:
            try:
                line = next(lines, b"")
            except (EOFError, OSError, zlib.error) as error:
                raise UnreadableSource(f"damaged gzip data: {error}; pack the file again") from None
            if line == b"":
                return
            unpacked += LONGEST_LINE if line is None else len(line)
            if unpacked > LARGEST_UNPACKED or unpacked > max(_RATIO_FROM, _HIGHEST_RATIO * file.tell()):
                raise UnreadableSource(f"unpacks to far more than it should ({unpacked >> 20} MiB so far): not read on")
            yield line
