"""Reads articles from files and folders: finds the files, lets each format's reader read them."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeAlias

from indexes.errors import UnreadableSource
from indexes.readers.articles import article_of
from indexes.readers.drafts import Reading, Refusal, with_raw
from indexes.readers.json_files import read_json, read_json_lines
from indexes.readers.mails import read_mail
from indexes.readers.markdown_files import read_markdown
from indexes.readers.pdf_files import read_pdf
from indexes.readers.plain_texts import read_plain_text
from indexes.readers.walking import Found, find_files
from indexes.readers.web_pages import read_web_page
from indexes.readers.word_files import read_word_file
from indexes.readers.xml_files import read_xml
from indexes.types import Article, Outcome

LARGEST_FILE = 64 * 1024 * 1024

_Reader: TypeAlias = Callable[[BinaryIO], Iterator[Reading]]


def read_sources(paths: Sequence[Path]) -> Iterator[Article | Outcome]:
    """The articles at and below the paths, in a stable order, and a `rejected` outcome for each that cannot be read.

    One bad file, or one bad line of a file, never stops the rest. Raises `UnreadableSource` at once where a path does
    not exist: that is a mistake in the call and no bad article.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UnreadableSource(f"{str(path)!r} does not exist: give files or folders that do")
    return (result for found in find_files(paths) for result in _read(found))


def _read(found: Found | Outcome) -> Iterator[Article | Outcome]:
    if isinstance(found, Outcome):
        yield found
        return
    try:
        reader = _reader_of(found.path)
        with _opened(found.path) as file:
            for reading in reader(file):
                yield _result(reading, found.name)
    except UnreadableSource as error:
        yield Outcome(source=found.name, kind="rejected", reason=str(error))
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}; check the file and its permissions"
        yield Outcome(source=found.name, kind="rejected", reason=reason)


def _result(reading: Reading, name: str) -> Article | Outcome:
    source = name if reading.part is None else f"{name}#{reading.part}"
    if isinstance(reading, Refusal):
        return Outcome(source=source, kind="rejected", reason=reading.reason)
    try:
        return article_of(reading, source=source)
    except UnreadableSource as error:
        return Outcome(source=source, kind="rejected", reason=str(error))


def _opened(path: Path) -> BinaryIO:
    """The file, if it is one: a pipe or a device could be read without end."""
    # O_NONBLOCK: opening a pipe would otherwise wait for someone to write to it.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableSource("not a regular file: save its content in one")
    return os.fdopen(descriptor, "rb")


def _whole(reader: Callable[[bytes], Iterator[Reading]]) -> _Reader:
    """A reader that is given the whole content of a file, up to a size."""

    def read(file: BinaryIO) -> Iterator[Reading]:
        content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise UnreadableSource(f"larger than {LARGEST_FILE >> 20} MiB: split it, or use JSON Lines")
        return (with_raw(reading, content) for reading in reader(content))

    return read


READERS: Mapping[str, _Reader] = {
    ".txt": _whole(read_plain_text),
    ".md": _whole(read_markdown),
    ".html": _whole(read_web_page),
    ".htm": _whole(read_web_page),
    ".json": _whole(read_json),
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    ".xml": _whole(read_xml),
    ".rss": _whole(read_xml),
    ".atom": _whole(read_xml),
    ".pdf": _whole(read_pdf),
    ".docx": _whole(read_word_file),
    ".eml": _whole(read_mail),
}


def _reader_of(path: Path) -> _Reader:
    name = path.name.lower()
    ending = next((ending for ending in READERS if name.endswith(ending)), None)
    if ending is None:
        given = Path(name).suffix or path.name
        raise UnreadableSource(f"unsupported format {given!r}; supported: {', '.join(READERS)}")
    return READERS[ending]
