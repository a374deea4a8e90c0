"""Writes small PDF files by hand: lines of text at their places on pages."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TypeAlias

from pypdf import PdfReader, PdfWriter

Placed: TypeAlias = tuple[float, float, float, str]
"""A line: from the left, from below, size of its letters (points), and its text (Windows' Western letters)."""


def write_pdf(
    *pages: Sequence[Placed], information: Mapping[str, str] | None = None, catalog: str = "", font: str = ""
) -> bytes:
    """A PDF of these pages; `information` without the slashes, `catalog` and `font` are further entries as PDF has them."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (5 + 2 * number) for number in range(len(pages))), len(pages)),
        f"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding {font} >>".encode(),
        b"<< %s >>" % b" ".join(b"/%s %s" % (n.encode(), _string(v)) for n, v in (information or {}).items()),
    ]
    for number, page in enumerate(pages):
        content = b"".join(
            b"BT /F1 %g Tf 1 0 0 1 %g %g Tm %s Tj ET\n" % (size, x, y, _string(text)) for x, y, size, text in page
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (6 + 2 * number)
        )
        objects.append(stream(content))
    return assemble(objects)


def stream(content: bytes, *, more: bytes = b"") -> bytes:
    """A stream object; `more` are further entries of its dictionary."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def assemble(objects: Sequence[bytes]) -> bytes:
    """The file of these objects: the first is the catalog, the fourth (if any) the document information."""
    file = BytesIO()
    file.write(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    information = b"/Info 4 0 R" if len(objects) > 3 else b""
    file.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, information))
    file.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return file.getvalue()


def lock(content: bytes, *, password: str, algorithm: str) -> bytes:
    """The same PDF, encrypted; an empty password lets everyone read it."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.encrypt(user_password=password, owner_password="an owner", algorithm=algorithm)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def set_lines(lines: Sequence[str], *, x: float = 60, y: float = 760, size: float = 11, by: float = 14) -> list[Placed]:
    """Lines one below the other; an empty one leaves a gap."""
    return [(x, y - by * row, size, line) for row, line in enumerate(lines) if line]


def _string(text: str) -> bytes:
    escaped = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(%s)" % escaped
