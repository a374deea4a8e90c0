"""PDF files: the words of their pages in reading order, what their properties state, and an end to all that is hostile."""

import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexes.errors import UnreadableSource
from indexes.readers.articles import LONGEST_TEXT
from indexes.readers.drafts import Draft
from indexes.readers.pdf_files import LARGEST_STREAM, MOST_PAGES, read_pdf
from indexes.readers.reading import read_sources
from indexes.types import Article
from tests.indexes.readers.pdfs import Placed, assemble, lock, set_lines, stream, write_pdf

LEFT = [
    "The bridge over the canal is closed until",
    "Easter, the town council said on Monday.",
    "It was built eighty years ago.",
    "",
    "“We have looked at every screw,” said Orla",
    "Finch, the town’s engineer. “Half of them",
]
RIGHT = ["look back at us…”", "", "School buses take the road by the mill."]
STORY = [
    "The bridge over the canal is closed until Easter, the town council said on Monday. It was built eighty years ago.",
    "“We have looked at every screw,” said Orla Finch, the town’s engineer. “Half of them look back at us…”",
    "School buses take the road by the mill.",
]
HEADLINE: Placed = (60, 790, 20, "Bridge stays closed")


def only(content: bytes) -> Draft:
    """The one draft of a file."""
    (reading,) = read_pdf(content)
    assert isinstance(reading, Draft)
    return reading


def refused(content: bytes) -> str:
    """Why a file is refused: one line."""
    with pytest.raises(UnreadableSource) as error:
        list(read_pdf(content))
    assert "\n" not in str(error.value)
    return str(error.value)


def one_page(content: bytes, *, more: bytes = b"", resources: bytes = b"", others: tuple[bytes, ...] = ()) -> bytes:
    """A PDF of one page with this content stream; `others` are objects from the sixth on."""
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /Font << /F1 6 0 R >> %s >> >>" % resources,
            b"<< >>",
            stream(content, more=more),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
            *others,
        ]
    )


def test_columns() -> None:
    """Columns are read one after the other; lines are joined, paragraphs parted, across columns too."""
    draft = only(write_pdf([HEADLINE, *set_lines(LEFT), *set_lines(RIGHT, x=320)]))
    assert draft.text.split("\n\n") == ["Bridge stays closed", *STORY]
    assert draft.title == "Bridge stays closed"


def test_pages() -> None:
    """A sentence goes on over the page; running heads, footers and page numbers are left out, wherever they come."""
    words = ["second day", "third week", "fourth month", "fifth year", "sixth summer"]
    pages = [
        [
            (60.0, 820.0, 8.0, f"The Canal Courier, page {number}"),
            *set_lines([f"for the {word} the council of the town voted on", f"the bridge ({word}) and it will vote"]),
            (290.0, 30.0, 9.0, str(number)),
        ]
        for number, word in enumerate(words, start=2)
    ]
    text = " ".join(f"for the {w} the council of the town voted on the bridge ({w}) and it will vote" for w in words)
    assert only(write_pdf(*pages)).text == text


def test_stated_properties() -> None:
    """Title, author and language come from the file's properties, its day of making is only a hint."""
    about = {
        "Title": "Bridge stays closed",
        "Author": "Ada Hall and Bo Lind",
        "CreationDate": "D:20240301181500+01'00'",
    }
    draft = only(write_pdf(set_lines(LEFT), information=about, catalog="/Lang (en-GB)"))
    assert (draft.title, draft.authors, draft.language) == ("Bridge stays closed", ("Ada Hall", "Bo Lind"), "en-GB")
    assert (draft.published, draft.hinted) == (None, "2024-03-01")


def test_xmp() -> None:
    """Where the document information is empty, XMP states title and authors."""
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        b'<rdf:li xml:lang="x-default">Bridge stays closed</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq>'
        b"<rdf:li>Ada Hall</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 7 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /Font << /F1 6 0 R >> >> >>",
        b"<< >>",
        stream(b"BT /F1 12 Tf 50 700 Td (The bridge is closed.) Tj ET"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
        stream(xmp, more=b"/Type /Metadata /Subtype /XML"),
    ]
    draft = only(assemble(objects))
    assert (draft.title, draft.authors) == ("Bridge stays closed", ("Ada Hall",))
    objects[6] = stream(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;", more=b"/Type /Metadata /Subtype /XML")
    assert only(assemble(objects)).text == "The bridge is closed."


@pytest.mark.parametrize("day", ["D:20240231", "D:2024", "yesterday", "D:", "D:99999999"])
def test_days_that_make_no_sense(day: str) -> None:
    """A day of making that is no day hints at nothing."""
    assert only(write_pdf(set_lines(LEFT), information={"CreationDate": day})).hinted is None


@pytest.mark.parametrize(
    "title", ["Microsoft Word - bridge.docx", "untitled", "bridge_final_v2", "Document1", "x.indd"]
)
def test_titles_that_are_none(title: str) -> None:
    """A file name or a program's own words are no title: what is printed in the biggest letters is."""
    draft = only(write_pdf([HEADLINE, *set_lines(LEFT)], information={"Title": title, "Author": "admin"}))
    assert (draft.title, draft.authors) == ("Bridge stays closed", ())


def test_title_of_a_template() -> None:
    """A title that is printed nowhere gives way to the headline that is."""
    draft = only(write_pdf([HEADLINE, *set_lines(LEFT)], information={"Title": "Press template of the council"}))
    assert draft.title == "Bridge stays closed"


def test_article(tmp_path: Path) -> None:
    """The article has the headline as its title and not in its text; its date is inferred."""
    file = tmp_path / "a.pdf"
    about = {"CreationDate": "D:20240301181500+01'00'"}
    file.write_bytes(write_pdf([HEADLINE, *set_lines(LEFT), *set_lines(RIGHT, x=320)], information=about))
    (article,) = read_sources([file])
    assert isinstance(article, Article)
    assert (article.title, article.text.split("\n\n")) == ("Bridge stays closed", STORY)
    assert (article.published, article.published_basis) == ("2024-03-01", "inferred")


def test_turned_pages() -> None:
    """A page set sideways is read; what stands across it, along its margin, is not."""
    sideways = b"BT /F1 12 Tf 0 1 -1 0 100 50 Tm (The bridge over the canal is closed,) Tj ET\n"
    sideways += b"BT /F1 12 Tf 0 1 -1 0 114 50 Tm (the town said.) Tj ET BT /F1 8 Tf 1 0 0 1 5 5 Tm (Photo) Tj ET"
    assert only(one_page(sideways)).text == "The bridge over the canal is closed, the town said."


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_locked(algorithm: str) -> None:
    """A PDF that everyone may open is read, though it is encrypted; one with a password is refused."""
    content = write_pdf(set_lines(["The bridge is closed."]))
    assert only(lock(content, password="", algorithm=algorithm)).text == "The bridge is closed."
    assert "locked with a password" in refused(lock(content, password="secret", algorithm=algorithm))


def test_scanned_pages() -> None:
    """Pages without text, or with next to none, are refused with the advice to recognise their text."""
    assert "OCR" in refused(write_pdf([], []))
    assert "OCR" in refused(write_pdf(*[[(60.0, 400.0, 10.0, str(number))] for number in range(5)]))


def test_unknown_letters() -> None:
    """Letters that the file does not name are not guessed."""
    cmap = b"1 beginbfrange\n<00> <ff> <e000>\nendbfrange"
    content = one_page(
        b"BT /F1 12 Tf 50 700 Td (The bridge is closed.) Tj ET",
        others=(stream(cmap),),
    ).replace(b"/BaseFont /Times-Roman", b"/BaseFont /Times-Roman /ToUnicode 7 0 R")
    assert "fonts do not say" in refused(content)


@pytest.mark.parametrize("content", [b"", b"words", b"\x00" * 100, b"PK\x03\x04" * 50, b"<html></html>"])
def test_wrong_content(content: bytes) -> None:
    """What is no PDF is refused as such."""
    assert refused(content).startswith("not a PDF file")


def test_too_many_pages() -> None:
    """A PDF of twenty thousand pages is refused with the bound, whether it says so or not."""
    kids = b"5 0 R " * 20_000
    page = b"<< /Type /Page /Parent 2 0 R >>"
    for count in (20_000, 1):
        tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
        reason = refused(assemble([b"<< /Type /Catalog /Pages 2 0 R >>", tree, b"<< >>", b"<< >>", page]))
        assert f"{MOST_PAGES:,}" in reason if count > 1 else "asks too much" in reason


def test_too_many_characters() -> None:
    """A PDF of more characters than an article may have is refused with the bound."""
    text = b"BT /F1 12 Tf 50 700 Td (%s) Tj ET" % (b"a" * (LONGEST_TEXT + 1))
    packed = one_page(zlib.compress(text), more=b"/Filter /FlateDecode")
    assert f"{LONGEST_TEXT:,} characters" in refused(packed)


def test_packed_without_end() -> None:
    """A stream made to unpack without end is given up at the bound."""
    packed = one_page(zlib.compress(b" " * (4 * LARGEST_STREAM), 9), more=b"/Filter /FlateDecode")
    assert len(packed) < 100_000
    assert "asks too much" in refused(packed)
    assert "unpacks to far more" in refused(b"%PDF-1.7\n" + b"z" * 5_000_000)


def test_time() -> None:
    """Reading ends when the time for one file is over, with a reason that names it."""
    with pytest.raises(UnreadableSource, match=r"longer than 0 seconds"):
        list(read_pdf(write_pdf(set_lines(LEFT)), seconds=0))
    endless = b"%PDF-1.7\n" + b"1 0 obj\n" * 3_000_000
    with pytest.raises(UnreadableSource, match=r"longer than 0\.5 seconds"):
        list(read_pdf(endless, seconds=0.5))


FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>"


@pytest.mark.parametrize(
    "content",
    [
        assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"]),
        assemble([b"1 0 R"]),
        assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 50_000]),
        one_page(b"[" * 50_000),
        one_page(b"/X Do", resources=b"/XObject << /X 7 0 R >>", others=(stream(b"/X Do /X Do", more=FORM % 7),)),
        one_page(b"BT /F1 1e308 Tf 1e308 0 0 1e308 1e308 1e308 Tm <00ff> Tj ET"),
        one_page(b"x", more=b"/Filter /FlateDecode"),
        one_page(b"x", more=b"/Filter /NoSuchFilter"),
        write_pdf(set_lines(LEFT)).replace(b"/Kids [5 0 R]", b"/Kids [9 0 R]"),
        b"%PDF-1.7\n" + b"\0" * 1000,
    ],
    ids=["pages", "catalog", "deep", "deep content", "forms", "huge", "packed", "filter", "kids", "zeros"],
)
def test_loops_and_damage(content: bytes) -> None:
    """Objects that hold themselves, endless nesting, numbers without bounds and missing objects end in one refusal."""
    assert refused(content)


def test_forms_in_forms() -> None:
    """Forms that draw each other twice, twenty-five levels deep, end in bounded time."""
    forms = [stream(b"/X Do /X Do", more=FORM % (number + 1)) for number in range(7, 32)]
    content = one_page(b"/X Do", resources=b"/XObject << /X 7 0 R >>", others=(*forms, stream(b"", more=FORM % 6)))
    assert "text layer" in refused(content)


def test_letters_stay() -> None:
    """Quotation marks, accents and null bytes come out as letters or not at all."""
    draft = only(write_pdf(set_lines(["“Señor Peña è già andato…”", "– 3 (three) \\ € – Ÿ"])))
    assert draft.text.replace("\n\n", " ") == "“Señor Peña è già andato…” – 3 (three) \\ € – Ÿ"


WHOLE = write_pdf([HEADLINE, *set_lines(LEFT)], set_lines(RIGHT), information={"Title": "Bridge stays closed"})


def check(content: bytes) -> None:
    """A file gives one draft or one refusal, and nothing else."""
    try:
        (reading,) = read_pdf(content)
    except UnreadableSource as error:
        assert str(error)  # noqa: PT017 - either way is right
    else:
        assert isinstance(reading, Draft)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(min_value=0, max_value=len(WHOLE)))
def test_truncated(length: int) -> None:
    """A PDF that was cut off anywhere gives one article or one refusal."""
    check(WHOLE[:length])


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1), st.binary(min_size=1, max_size=12))
def test_damaged(place: int, others: bytes) -> None:
    """A PDF with other bytes anywhere gives one article or one refusal."""
    check(WHOLE[:place] + others + WHOLE[place + len(others) :])


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    """Any bytes behind a PDF's mark, and any bytes as a page, give one article or one refusal."""
    check(b"%PDF-1.4\n" + content)
    check(one_page(content))
