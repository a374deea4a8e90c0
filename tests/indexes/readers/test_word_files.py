"""Word documents: what is on the page once all changes are accepted, and an end to all that is hostile."""

import io
import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from docx.document import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexes.errors import UnreadableSource
from indexes.readers.drafts import Draft
from indexes.readers.reading import read_sources
from indexes.readers.word_files import LARGEST_UNPACKED, MOST_ELEMENTS, MOST_ENTRIES, read_word_file
from indexes.types import Article

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:m="http://schemas.openxmlformats.org/markup-compatibility/2006"'
WORDS = "<w:p><w:r><w:t>The bridge is closed.</w:t></w:r></w:p>"
BOX = f"<w:txbxContent>{WORDS}</w:txbxContent>"
OLD = f"<m:Fallback>{BOX}</m:Fallback>"


def saved(document: Document) -> bytes:
    """The file of a document."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


EMPTY = saved(docx.Document())


def of_markup(body: str, *, before: str = "", others: dict[str, bytes] | None = None) -> bytes:
    """A document with this XML as its body; `before` stands in front of its root, `others` are further files."""
    document = f"{before}<w:document {SPACE}><w:body>{body}</w:body></w:document>".encode()
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(EMPTY)) as plain,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in plain.namelist():
            archive.writestr(name, document if name == "word/document.xml" else plain.read(name))
        for name, content in (others or {}).items():
            archive.writestr(name, content)
    return file.getvalue()


def only(content: bytes) -> Draft:
    """The one draft of a file."""
    (reading,) = read_word_file(content)
    assert isinstance(reading, Draft)
    return reading


def refused(content: bytes) -> str:
    """Why a file is refused: one line."""
    with pytest.raises(UnreadableSource) as error:
        list(read_word_file(content))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_document(tmp_path: Path) -> None:
    """Headings, paragraphs, points of a list and rows of a table are paragraphs; heads, feet and comments are not."""
    document = docx.Document()
    document.add_paragraph("For release at noon")
    document.add_heading("Bridge stays closed", 0)
    document.add_paragraph("The bridge is “closed”, said Orla Finch…")
    document.add_heading("What it costs", 2)
    document.add_paragraph("A new deck", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ("Deck", "2 million", "Rails", ""), strict=True):
        cell.text = words
    document.sections[0].header.paragraphs[0].text = "Press office"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    last = document.add_paragraph("It opens in May.")
    document.add_comment(last.runs, text="Says who?", author="Bo Lind")
    document.core_properties.author = "Ada Hall; Bo Lind"
    document.core_properties.title = "Template"
    document.core_properties.language = "en-GB"
    document.core_properties.comments = ""
    document.core_properties.created = datetime(2024, 3, 1, 18, 15, tzinfo=UTC)
    (tmp_path / "a.docx").write_bytes(saved(document))
    (article,) = read_sources([tmp_path / "a.docx"])
    assert isinstance(article, Article)
    assert article.title == "Bridge stays closed"
    assert article.text.split("\n\n") == [
        "The bridge is “closed”, said Orla Finch…",
        "What it costs",
        "A new deck",
        "Deck 2 million",
        "Rails",
        "It opens in May.",
    ]
    assert (article.authors, article.language) == (("Ada Hall", "Bo Lind"), "en-GB")
    assert (article.published, article.published_basis) == ("2024-03-01T18:15:00Z", "inferred")


def test_titles() -> None:
    """The style for titles comes first, then a first heading near the top, then the property; a file name is none."""
    heading, late, bare = docx.Document(), docx.Document(), docx.Document()
    heading.add_heading("Bridge", 1)
    for _ in range(5):
        late.add_paragraph("Words.")
    late.add_heading("About us", 1)
    late.core_properties.title = "Bridge stays closed"
    bare.add_paragraph("Words.")
    bare.core_properties.title = "bridge_final_2.docx"
    assert [only(saved(document)).title for document in (heading, late, bare)] == [
        "Bridge",
        "Bridge stays closed",
        None,
    ]


def test_day_of_the_library() -> None:
    """The day that comes with the library's template is nobody's day."""
    document = docx.Document()
    document.add_paragraph("Words.")
    assert (only(saved(document)).hinted, only(saved(document)).authors) == (None, ())


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "<w:p><w:del><w:r><w:delText>Old</w:delText></w:r></w:del><w:ins><w:r><w:t>New</w:t></w:r></w:ins></w:p>",
            "New",
        ),
        ("<w:p><w:del><w:r><w:t>Old</w:t></w:r></w:del><w:r><w:t>Stays</w:t></w:r></w:p>", "Stays"),
        (
            "<w:p><w:moveFrom><w:r><w:t>Old</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>x</w:t></w:r></w:moveTo></w:p>",
            "x",
        ),
        (
            "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>One </w:t></w:r></w:p>" + WORDS,
            "One The bridge is closed.",
        ),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden</w:t></w:r><w:r><w:t>Seen</w:t></w:r></w:p>", "Seen"),
        ('<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>Seen</w:t></w:r></w:p>', "Seen"),
        (
            "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:softHyphen/></w:r></w:p>",
            "a b\nc-",
        ),
        ("<w:p><w:hyperlink><w:r><w:t>linked</w:t></w:r></w:hyperlink></w:p>", "linked"),
        (
            "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:fldSimple><w:r><w:t>7</w:t></w:r></w:fldSimple></w:p>",
            "7",
        ),
        ("<w:sdt><w:sdtContent>" + WORDS + "</w:sdtContent></w:sdt>", "The bridge is closed."),
        ("<w:ins>" + WORDS + "</w:ins>", "The bridge is closed."),
        (
            f"<w:p><w:r><w:t>Beside</w:t><m:AlternateContent {MC}><m:Choice>{BOX}</m:Choice>{OLD}</m:AlternateContent></w:r></w:p>",
            "Beside\n\nThe bridge is closed.",
        ),
        (
            "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>" + WORDS + "</w:tc></w:tr><w:tr><w:tc><w:tbl><w:tr><w:tc>"
            "<w:p><w:r><w:t>In</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:tc><w:tc>" + WORDS + "</w:tc></w:tr></w:tbl>",
            "In The bridge is closed.",
        ),
    ],
)
def test_markup(markup: str, text: str) -> None:
    """Inserted text is read and deleted text is not; fields, links, text boxes and tables give what they show, once."""
    assert only(of_markup(markup)).text == text


def test_wrong_content() -> None:
    """What is no document, or an old or locked or damaged one, is refused with what to do."""
    for content in (b"", b"words", of_markup(WORDS)[:-60]):
        assert "not a readable Word document" in refused(content)
    assert "with a password" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)


def test_template() -> None:
    """A template or a document with macros is refused with what to do."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(of_markup(WORDS))) as plain, zipfile.ZipFile(file, "w") as archive:
        for name in plain.namelist():
            archive.writestr(name, plain.read(name).replace(b"document.main+xml", b"template.main+xml"))
    assert "template or a document with macros" in refused(file.getvalue())


def test_packed_without_end() -> None:
    """An archive made to unpack without end is given up early, even where it lies about its sizes."""
    bomb = of_markup(WORDS + " " * (2 * LARGEST_UNPACKED))
    assert len(bomb) < 400_000
    assert "unpacks to more than" in refused(bomb)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        stated = struct.pack("<I", archive.getinfo("word/document.xml").file_size)
    assert "not a readable Word document" in refused(bomb.replace(stated, struct.pack("<I", 900)))


def test_pictures_are_not_unpacked() -> None:
    """A picture that would fill the memory is not unpacked: only the document's XML is."""
    assert only(of_markup(WORDS, others={"word/media/a.png": b"\0" * 80_000_000})).text == "The bridge is closed."


def test_many_parts() -> None:
    """A document of too many files, or of too many elements, is refused with the bound."""
    many = of_markup(WORDS, others={f"word/{number}.xml": b"" for number in range(MOST_ENTRIES)})
    assert f"{MOST_ENTRIES:,}" in refused(many)
    elements = of_markup("".join(f"<w:p w:a='{number * 7919 % 1000003:x}'/>" for number in range(MOST_ELEMENTS)))
    assert f"{MOST_ELEMENTS:,} marks" in refused(elements)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/hostname">',
        '<!ENTITY c SYSTEM "http://127.0.0.1:9/x">',
    ],
)
def test_entities(entities: str, encoding: str) -> None:
    """Entities are neither unfolded nor fetched: no word processor writes any."""
    before = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{entities}]>'
    content = of_markup("<w:p><w:r><w:t>&c;</w:t></w:r></w:p>", before=before)
    if encoding == "utf-16":
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as plain, zipfile.ZipFile(file, "w") as archive:
            for name in plain.namelist():
                part = plain.read(name)
                archive.writestr(name, part.decode().encode("utf-16") if name == "word/document.xml" else part)
        content = file.getvalue()
    assert "defines its own entities" in refused(content)


def test_depth() -> None:
    """Nesting of a hundred thousand levels is refused; what is nested less is read."""
    assert "not a readable Word document" in refused(of_markup("<w:ins>" * 100_000 + "</w:ins>" * 100_000))
    nested = "<w:tbl><w:tr><w:tc>" * 60 + WORDS + "</w:tc></w:tr></w:tbl>" * 60
    assert only(of_markup(nested)).text == "The bridge is closed."


WHOLE = of_markup(WORDS)


def check(content: bytes) -> None:
    """A file gives one draft or one refusal, and nothing else."""
    try:
        (reading,) = read_word_file(content)
    except UnreadableSource as error:
        assert str(error)  # noqa: PT017 - either way is right
    else:
        assert isinstance(reading, Draft)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(min_value=0, max_value=len(WHOLE)), st.binary(max_size=8))
def test_truncated_and_damaged(place: int, others: bytes) -> None:
    """A document that was cut off, or holds other bytes anywhere, gives one article or one refusal."""
    check(WHOLE[:place])
    check(WHOLE[:place] + others + WHOLE[place + len(others) :])


ELEMENTS = st.sampled_from(
    [
        "p",
        "r",
        "t",
        "tbl",
        "tr",
        "tc",
        "ins",
        "del",
        "pPr",
        "rPr",
        "vanish",
        "pStyle",
        "txbxContent",
        "trPr",
        "br",
        "sdt",
    ]
)
MARKUP = st.recursive(
    st.sampled_from(["", "Words.", "&#xd;", "“”", "\u202e"]),
    lambda inner: st.tuples(ELEMENTS, st.lists(inner, max_size=4)).map(
        lambda made: f"<w:{made[0]}>{''.join(made[1])}</w:{made[0]}>"
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(MARKUP)
def test_any_markup(markup: str) -> None:
    """However Word's elements are nested, a document gives one article or one refusal."""
    check(of_markup(markup))
