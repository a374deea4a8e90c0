"""What fuzzing begins from: sound documents of each format. Nothing of what is fuzzed is loaded before it is asked for."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from io import BytesIO
from pathlib import Path

from tests.indexes.readers.news_documents import DOCUMENTS, Story, paragraphs_of

SEEDS = Path(__file__).parents[2] / "seeds"
_LONGEST = 16_384
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _as_it_is(content: bytes) -> bytes:
    return content


@dataclass(frozen=True, slots=True)
class Format:
    """Files of one ending. `begin` gives sound ones; `pack` makes a file of what the fuzzer made of them.

    `several` is whether such a file may hold more than one article, or none.
    """

    ending: str
    begin: Callable[[], Sequence[bytes]]
    pack: Callable[[bytes], bytes] = _as_it_is
    several: bool = False


def _seeds(ending: str) -> Callable[[], Sequence[bytes]]:
    def begin() -> Sequence[bytes]:
        contents = [path.read_bytes() for path in sorted(SEEDS.glob(f"*/*{ending}"))]
        return [content for content in contents if len(content) <= _LONGEST]

    return begin


def _news(*names: str) -> Callable[[], Sequence[bytes]]:
    return lambda: [DOCUMENTS[name][1].encode() for name in names]


def _mails() -> Sequence[bytes]:
    story = Story()
    mails = []
    for plain, html in ((True, False), (False, True), (True, True)):
        mail = EmailMessage()
        mail["From"] = f"{story.outlet} <news@courier.example>"
        mail["Subject"] = f"“{story.title}”"
        mail["Date"] = "Sat, 10 May 2031 11:15:00 +0200"
        mail["Message-ID"] = "<bridge.1@courier.example>"
        if plain:
            mail.set_content("\n\n".join(story.paragraphs), cte="quoted-printable")
        if html:
            markup = f"<html><body><h1>x</h1>{paragraphs_of(story)}</body></html>"
            (mail.add_alternative if plain else mail.set_content)(markup, subtype="html")
        mails.append(bytes(mail))
    return mails


def _pdfs() -> Sequence[bytes]:
    from tests.indexes.readers.pdfs import lock, set_lines, write_pdf

    lines = [line.replace("…", ".") for line in Story().paragraphs]
    plain = write_pdf([(60, 780, 20, "Bridge stays shut"), *set_lines(lines)], information={"Title": "Bridge"})
    return [plain, lock(plain, password="", algorithm="AES-256"), lock(plain, password="", algorithm="RC4-128")]


@cache
def _blank_word_file() -> bytes:
    import docx

    file = BytesIO()
    docx.Document().save(file)
    return file.getvalue()


def _word_texts() -> Sequence[bytes]:
    paragraphs = [
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in ("Bridge stays shut", "Half of them look back.")
    ]
    title = '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Bridge</w:t><w:tab/><w:br/></w:r></w:p>'
    table = f"<w:tbl><w:tr><w:tc>{paragraphs[0]}</w:tc><w:tc>{paragraphs[1]}</w:tc></w:tr></w:tbl>"
    gone = "<w:p><w:del><w:r><w:delText>Never</w:delText></w:r></w:del><w:ins><w:r><w:t>Now</w:t></w:r></w:ins></w:p>"
    bodies = ("".join(paragraphs), title + paragraphs[1], table, gone + paragraphs[0])
    texts = [f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'.encode() for body in bodies]
    return [*texts, _word_file(texts[0])]


def _word_file(content: bytes) -> bytes:
    """The file itself, or a sound one with this text: a fuzzer hardly gets past the check sums of an archive."""
    if content.startswith(b"PK"):
        return content
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(_blank_word_file())) as blank, zipfile.ZipFile(file, "w") as archive:
        for name in blank.namelist():
            archive.writestr(name, content if name == "word/document.xml" else blank.read(name))
    return file.getvalue()


FORMATS: Mapping[str, Format] = {
    "html": Format(".html", _seeds(".html")),
    "md": Format(".md", _seeds(".md")),
    "txt": Format(".txt", _seeds(".txt")),
    "json": Format(".json", _seeds(".json"), several=True),
    "jsonl": Format(".jsonl", _seeds(".jsonl"), several=True),
    "ninjs": Format(".json", _news("ninjs 1", "ninjs 3"), several=True),
    "nitf": Format(".xml", _news("NITF"), several=True),
    "newsml": Format(".xml", _news("NewsML-G2 with XHTML", "NewsML-G2 with NITF", "NewsML-G2 message"), several=True),
    "feeds": Format(".xml", _news("RSS 2.0", "RSS 1.0", "Atom"), several=True),
    "eml": Format(".eml", _mails),
    "docx": Format(".docx", _word_texts, pack=_word_file),
    "pdf": Format(".pdf", _pdfs),
}
