"""Reads `.pdf`: the text of its pages in the order in which it was set, and what its properties say about it."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from io import BytesIO
from math import hypot, isfinite
from typing import TYPE_CHECKING

from indexes.cleaning import clean_line
from indexes.dates import read_stated
from indexes.errors import UnreadableSource
from indexes.readers.articles import LONGEST_TEXT
from indexes.readers.drafts import Draft, Reading, language_of
from indexes.readers.printed_pages import Line, Printed, read_pages
from indexes.readers.properties import believable_authors, believable_title

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_PAGES = 1000
MOST_LINES = 200_000
LONGEST_SECONDS = 60.0
# A stream may unpack to this much: pages of news are some ten thousand bytes, a drawing a few million.
LARGEST_STREAM = 8 * 1024 * 1024
# In one old encoding each `z` stands for four bytes, and the library keeps a hundred for it.
_MOST_Z = 4_000_000
_MARK = b"%PDF-"
_MARK_WITHIN = 1024
_MOST_UNKNOWN = 0.1
_FEWEST_LETTERS = 10


class _Clock:
    """Says when the time for one file is over: the processor's, so that a busy machine refuses nothing more."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._end = seconds, time.thread_time() + seconds

    def check(self, *_: object) -> None:
        """Go on, or raise `UnreadableSource`."""
        if time.thread_time() >= self._end:
            raise UnreadableSource(
                f"a PDF that takes longer than {self._seconds:g} seconds to read: split it, or save it anew",
            )


class _Timed(BytesIO):
    """A file in memory that can be read until the time is over: the engine may look for lost objects without end."""

    def __init__(self, content: bytes, clock: _Clock) -> None:
        super().__init__(content)
        self._check = clock.check

    def read(self, size: int | None = -1, /) -> bytes:
        self._check()
        return super().read(size)


def read_pdf(content: bytes, *, seconds: float = LONGEST_SECONDS) -> Iterator[Reading]:
    """The one article of a PDF file. Raises `UnreadableSource`, also where reading takes more than `seconds`."""
    if _MARK not in content[:_MARK_WITHIN]:
        raise UnreadableSource("not a PDF file: give it the ending of what it is")
    if content.count(b"z") > _MOST_Z:
        raise UnreadableSource("a PDF that unpacks to far more than it should: save it anew")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    clock = _Clock(seconds)
    try:
        draft = _read(content, clock)
    except UnreadableSource:
        raise
    except Exception as error:  # noqa: BLE001 - a hostile PDF can break its reader anywhere; one file never stops a build
        clock.check()
        what = clean_line(f"{type(error).__name__}: {error}")[:200]
        raise UnreadableSource(f"a damaged PDF, or one that asks too much ({what}): save it anew") from None
    yield draft


def _read(content: bytes, clock: _Clock) -> Draft:
    from pypdf import PdfReader, apply_configuration

    with apply_configuration(
        zlib_maximum_output_length=LARGEST_STREAM,
        lzw_maximum_output_length=LARGEST_STREAM,
        run_length_maximum_output_length=LARGEST_STREAM,
        brotli_maximum_output_length=LARGEST_STREAM,
        array_based_stream_maximum_output_length=LARGEST_STREAM,
        stream_decoding_work_maximum_length=4 * LARGEST_STREAM,
        stream_parsing_work_maximum_count=1_000_000,
        zlib_maximum_recovery_input_length=200_000,
        xform_maximum_invocations_per_extraction=2000,
        page_tree_maximum_entries=4 * MOST_PAGES,
        xmp_maximum_input_length=1_000_000,
        xmp_maximum_element_count=10_000,
        disable_legacy_handling=True,
    ):
        reader = PdfReader(_Timed(content, clock))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableSource("a PDF that is locked with a password: save it without one")
        pages = _pages(reader, clock)
        printed = read_pages(pages)
        _check_letters(printed.text, pages=len(pages))
        return _draft(reader, printed)


def _pages(reader: "PdfReader", clock: _Clock) -> list[list[Line]]:
    tree = reader.root_object.get("/Pages")
    stated = tree.get_object().get("/Count") if tree is not None else None
    number = stated if isinstance(stated, int) and stated > MOST_PAGES else len(reader.pages)
    if number > MOST_PAGES:
        raise UnreadableSource(f"a PDF of {number:,} pages; at most {MOST_PAGES:,} are read: split it into articles")
    pages = []
    characters = count = 0
    for page in reader.pages:
        clock.check()
        lines = _lines(page, clock)
        # The engine may have swallowed the error that said that the time is over.
        clock.check()
        characters += sum(len(line.text) for line in lines)
        count += len(lines)
        if characters > LONGEST_TEXT or count > MOST_LINES:
            most = f"{LONGEST_TEXT:,} characters" if characters > LONGEST_TEXT else f"{MOST_LINES:,} lines"
            raise UnreadableSource(f"a PDF of more than {most}, the most that are indexed: split it into articles")
        pages.append(lines)
    return pages


def _lines(page: "PageObject", clock: _Clock) -> list[Line]:
    """The lines of a page as it is held to be read; what is printed across (along a margin) is left out."""
    turned: dict[int, list[Line]] = {}
    words: list[str] = []
    places: list[tuple[int, tuple[int, float, float, float]]] = []

    def add(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text.strip():
            places.append((len(text), _place(tm, cm, size)))
        words.append(text)
        if text.endswith("\n"):
            finish()

    def finish() -> None:
        if places:
            direction, x, y, _ = places[0][1]
            # A bullet or a raised letter in front does not say how big the line's letters are.
            size = max(places)[1][3]
            turned.setdefault(direction, []).append(Line("".join(words).strip("\n"), x, y, size))
        words.clear()
        places.clear()

    # Called before each of the page's instructions.
    watch: Callable[..., None] = clock.check
    page.extract_text(visitor_text=add, visitor_operand_before=watch)
    finish()
    return max(turned.values(), key=lambda lines: sum(len(line.text) for line in lines), default=[])


def _place(tm: list[float], cm: list[float], size: float) -> tuple[int, float, float, float]:
    """Direction of a text (quarter turns), its place once the page is turned so that it is upright, and its size."""
    a, b = tm[0] * cm[0] + tm[1] * cm[2], tm[0] * cm[1] + tm[1] * cm[3]
    c, d = tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3]
    x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    height = abs(size) * hypot(c, d)
    if not all(map(isfinite, (x, y, height))):
        return 0, 0.0, 0.0, 0.0
    if abs(a) >= abs(b):
        return (0, x, y, height) if a >= 0 else (2, -x, -y, height)
    return (1, y, -x, height) if b > 0 else (3, -y, x, height)


def _check_letters(text: str, *, pages: int) -> None:
    """Raises `UnreadableSource` for pages that are pictures, and for letters that the file does not name."""
    letters = sum(map(str.isalnum, text))
    unknown = sum(1 for character in text if character == "\ufffd" or "\ue000" <= character <= "\uf8ff")
    if unknown > _MOST_UNKNOWN * (letters + unknown):
        raise UnreadableSource(
            "a PDF whose fonts do not say which letters they draw: recognise its text (OCR) and give the result",
        )
    if letters == 0 or (pages > 1 and letters < _FEWEST_LETTERS * pages):
        raise UnreadableSource(
            "a PDF without a text layer (scanned pages?): recognise its text (OCR) and give the result",
        )


def _draft(reader: "PdfReader", printed: Printed) -> Draft:
    title, authors, language, created = _properties(reader)
    headline = printed.headline
    if headline and title and clean_line(title).casefold() not in clean_line(printed.text[:5000]).casefold():
        # A title that is printed nowhere at the beginning is the template's more often than the article's.
        title = None
    return Draft(
        text=printed.text,
        title=title or headline,
        headlines=(headline,) if headline else (),
        authors=authors,
        hinted=created,
        language=language,
    )


def _properties(reader: "PdfReader") -> tuple[str | None, tuple[str, ...], str | None, str | None]:
    """Title, authors, language and day of making, each from the document information, else from XMP."""
    about, xmp = reader.metadata, None
    # Broken XMP (XML inside of a PDF) tells nothing; the text is there all the same.
    with suppress(Exception):
        xmp = reader.xmp_metadata
    titles = [about.title if about else None, *((xmp.dc_title or {}).values() if xmp else ())]
    authors = [about.author if about else None, (xmp.dc_creator or None) if xmp else None]
    languages = [reader.root_object.get("/Lang"), *((xmp.dc_language or ()) if xmp else ())]
    return (
        next((title for value in titles if (title := believable_title(value))), None),
        next((people for value in authors if (people := believable_authors(value))), ()),
        next((code for value in languages if (code := language_of(value))), None),
        _day_of(about.get("/CreationDate") if about else None),
    )


def _day_of(value: object) -> str | None:
    """The day in a PDF's date, such as `D:20240301181500+01'00'`."""
    digits = value[2:10] if isinstance(value, str) and value.startswith("D:") else ""
    try:
        return read_stated(date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])))
    except ValueError:
        return None
