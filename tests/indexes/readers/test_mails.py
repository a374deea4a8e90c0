"""Mails: newsletters and press releases, their own words alone, and an end to all that is hostile."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexes.errors import UnreadableSource
from indexes.readers.articles import LONGEST_TEXT
from indexes.readers.drafts import Draft
from indexes.readers.mails import DEEPEST, MOST_HEADERS, MOST_LINES, MOST_PARTS, read_mail
from indexes.readers.reading import read_sources
from indexes.types import Article

HEAD = (
    b"From: The Canal Courier <news@courier.example>\r\nSubject: Bridge stays closed\r\n"
    b"Date: Fri, 01 Mar 2024 18:15:00 +0100\r\nMessage-ID: <bridge.1@courier.example>\r\n"
)
STORY = [
    "The bridge over the canal stays closed until the end of the year, the town council decided on Monday evening.",
    "“We have looked at every screw,” said Orla Finch, the town’s engineer. “Half of them look back at us…”",
    "The repair will cost 2.4 million crowns, twice as much as the council had been told in the spring of last year.",
]
PAGE = (
    "<html><head><title>x</title></head><body><table><tr><td>View in browser</td></tr><tr><td><h1>Bridge stays closed"
    "</h1>{}</td></tr><tr><td>Unsubscribe</td></tr></table></body></html>"
).format("".join(f"<p>{paragraph}</p>" for paragraph in STORY))


def mail(body: str, *, html: str | None = None, **headers: str) -> EmailMessage:
    """A mail; names of headers have `_` for `-`."""
    message = EmailMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if body:
        message.set_content(body)
    if html is not None and body:
        message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html")
    return message


def only(content: bytes | EmailMessage) -> Draft:
    """The one draft of a file."""
    (reading,) = read_mail(bytes(content))
    assert isinstance(reading, Draft)
    return reading


def refused(content: bytes) -> str:
    """Why a file is refused: one line."""
    with pytest.raises(UnreadableSource) as error:
        list(read_mail(content))
    assert "\n" not in str(error.value)
    return str(error.value)


def part(content: bytes, kind: str = "text/plain; charset=utf-8") -> bytes:
    """A mail of one part with these bytes."""
    return HEAD + f"Content-Type: {kind}\r\n\r\n".encode() + content


def test_newsletter(tmp_path: Path) -> None:
    """Subject, sender, day and Message-ID state headline, outlet, publication and id; attachments are not read."""
    message = mail("\n\n".join(STORY), Subject="Bridge stays closed: “never again”", From="Courier <x@y.example>")
    message.replace_header("From", "The Canal Courier <news@courier.example>")
    message["Date"], message["Message-ID"] = "Fri, 01 Mar 2024 18:15:00 +0100", "<bridge.1@courier.example>"
    message["Content-Language"] = "en-GB"
    message.add_attachment(b"PK\x03\x04", maintype="application", subtype="zip", filename="all.zip")
    message.add_attachment("Secret words.", filename="notes.txt")
    (tmp_path / "a.eml").write_bytes(bytes(message))
    (article,) = read_sources([tmp_path / "a.eml"])
    assert isinstance(article, Article)
    assert (article.id, article.outlet, article.language) == ("bridge.1@courier.example", "The Canal Courier", "en-GB")
    assert (article.title, article.text.split("\n\n")) == ("Bridge stays closed: “never again”", STORY)
    assert (article.published, article.published_basis) == ("2024-03-01T17:15:00Z", "stated")


def test_html(tmp_path: Path) -> None:
    """Where there is only HTML, or the plain text is a stub, the HTML is read, without what mailing programs add."""
    for number, plain in enumerate(("", "Please open this mail in a program that shows HTML.")):
        file = tmp_path / f"{number}.eml"
        file.write_bytes(bytes(mail(plain, html=PAGE, Subject="Bridge stays closed", From="Ada Hall <ada@x.example>")))
        (article,) = read_sources([file])
        assert isinstance(article, Article)
        assert article.text.split("\n\n") == STORY
        assert article.authors == ("Ada Hall",)


def test_plain_text_comes_first() -> None:
    """A plain text that is whole is preferred to HTML, also a short one that says as much."""
    assert only(mail("\n\n".join(STORY), html="<p>Other</p>", Subject="x")).text.split("\n\n")[0] == STORY[0]
    assert only(mail("It is closed.", html="<p>It is closed.</p>", Subject="x")).text.strip() == "It is closed."


def test_broken_html_beside_text() -> None:
    """HTML that cannot be read does not take the plain text with it."""
    assert only(mail("It is closed.", html="<b>" * 1000 + "x", Subject="x")).text.strip() == "It is closed."


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("windows-1252", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("us-ascii", "utf-8"),
        ("utf-16", "utf-16"),
        ("no-such-thing", "utf-8"),
        ("punycode", "utf-8"),
        ("utf-7", "utf-8"),
    ],
)
def test_charsets(charset: str, encoding: str) -> None:
    """Text is read in the encoding that it is in, whatever old name the mail gives it."""
    text = "“Señor Peña è già andato…”"
    assert only(part(text.encode(encoding), f"text/plain; charset={charset}")).text == text


def test_encodings_that_look_like_another() -> None:
    """Japanese text in seven bits is read by its declared encoding."""
    text = "橋は閉鎖されている。"
    assert only(part(text.encode("iso-2022-jp"), "text/plain; charset=iso-2022-jp")).text == text


@pytest.mark.parametrize("transfer", ["base64", "quoted-printable", "8bit"])
def test_transfer_encodings(transfer: str) -> None:
    """Words are the same however they were packed for the way."""
    message = EmailMessage()
    message["Subject"] = "=?utf-8?q?Br=C3=BCcke_?= =?iso-8859-1?b?Z2VzcGVycnQ=?="
    message.set_content("\n\n".join(STORY) + "\n", cte=transfer)
    draft = only(message)
    assert draft.text.replace("\r\n", "\n").strip().split("\n\n") == STORY
    assert draft.title == "Brücke gesperrt"


@pytest.mark.parametrize(
    ("sender", "outlet", "authors"),
    [
        ('"The Canal Courier" <news@courier.example>', "The Canal Courier", ()),
        ("Canal Courier Newsletter <news@courier.example>", "Canal Courier Newsletter", ()),
        ("Ada Hall <ada@x.example>", None, ("Ada Hall",)),
        ("Ada van der Berg <ada@x.example>", None, ("Ada van der Berg",)),
        ('"Ada Hall, The Canal Courier" <ada@courier.example>', "The Canal Courier", ("Ada Hall",)),
        ("Ada Hall, The Canal Courier <ada@courier.example>", "The Canal Courier", ("Ada Hall",)),
        ("Ada Hall at The Canal Courier <ada@courier.example>", "The Canal Courier", ("Ada Hall",)),
        ("Ada Hall | Canal Courier <ada@courier.example>", "Canal Courier", ("Ada Hall",)),
        ("Nora Post <nora.post@x.example>", None, ("Nora Post",)),
        ("Canal Post <news@x.example>", "Canal Post", ()),
        ("Press Office <press@town.example>", "Press Office", ()),
        ("Town Council Communications <c@town.example>", None, ()),
        ("ada@x.example", None, ()),
        ("ada@x.example <ada@x.example>", None, ()),
        ("Ada <ada@x.example>", None, ()),
        ("=?utf-8?q?Ad=C3=A8le_Hall?= <a@x.example>", None, ("Adèle Hall",)),
        ("<<<,,;:", None, ()),
    ],
)
def test_senders(sender: str, outlet: str | None, authors: tuple[str, ...]) -> None:
    """A sender's name is an outlet's, a person's, both or neither; what is not clear is neither."""
    draft = only(f"From: {sender}\r\nSubject: x\r\n\r\nWords.".encode())
    assert (draft.outlet, draft.authors) == (outlet, authors)


@pytest.mark.parametrize("mark", ["", "> "])
def test_forwarded(mark: str) -> None:
    """A mail that was passed on gives the words, day and sender of the mail inside; its own day is only a hint."""
    lines = [
        "From: The Canal Courier <news@courier.example>",
        "Date: Wed, 28 Feb 2024 08:00:00 +0000",
        "Subject: Bridge stays closed",
        "To: Ada Hall <ada@x.example>",
        "",
        STORY[0],
    ]
    body = "---------- Forwarded message ---------\n" + "\n".join(f"{mark}{line}" for line in lines)
    headers = {"From": "Ada Hall <ada@x.example>", "Date": "Fri, 01 Mar 2024 18:15:00 +0100"}
    draft = only(mail(body, Subject="Fwd: Bridge stays closed", **headers))
    assert (draft.title, draft.text.strip(), draft.outlet) == ("Bridge stays closed", STORY[0], "The Canal Courier")
    assert (draft.authors, draft.published) == ((), "2024-02-28T08:00:00Z")
    undated = only(mail(body.replace("28 Feb", "today"), Subject="Fwd: Bridge stays closed", **headers))
    assert (undated.published, undated.hinted) == (None, "2024-03-01T17:15:00Z")


def test_flowed_text() -> None:
    """Lines of a mail that flow are one paragraph."""
    assert only(part(b"The bridge \r\nis closed.", "text/plain; format=flowed")).text == "The bridge is closed."


def test_texts_around_a_picture() -> None:
    """Pieces of text on both sides of a picture are one text."""
    message = mail("One.", Subject="x")
    message.make_mixed()
    message.attach(picture := EmailMessage())
    picture.set_content(b"\x89PNG", maintype="image", subtype="png", disposition="inline", filename="a.png")
    message.attach(second := EmailMessage())
    second.set_content("Two.")
    assert only(message).text.split() == ["One.", "Two."]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a mail"),
        (b"words\n\nmore words", "not a mail"),
        (bytes(range(256)) * 20, "not a mail"),
        (HEAD, "without text"),
        (HEAD + b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=", "without text"),
        (part(b"\0" * 1000), "binary data"),
        (b"From a@x Fri Mar  1\n" + HEAD + b"\r\nOne.\n\nFrom b@x Fri Mar  1\n" + HEAD + b"\r\nTwo.", "several mails"),
    ],
)
def test_wrong_content(content: bytes, reason: str) -> None:
    """What is no mail, or holds no text, is refused with the reason."""
    assert reason in refused(content)


def nested(depth: int) -> bytes:
    """A text inside of so many multiparts."""
    heads = (f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth))
    return HEAD + "".join(heads).encode() + b"Content-Type: text/plain\r\n\r\nWords."


def test_nesting() -> None:
    """Parts in parts in parts are read to a depth; a thousand levels are refused."""
    assert only(nested(DEEPEST)).text == "Words."
    assert f"more than {DEEPEST} deep" in refused(nested(DEEPEST + 1))
    assert f"more than {DEEPEST} deep" in refused(nested(1000))


def test_bounds() -> None:
    """Parts, headers, lines and characters without end are refused, each with its bound."""
    parts = b"Content-Type: multipart/mixed; boundary=q\r\n\r\n" + b"--q\r\n\r\nx\r\n" * (MOST_PARTS + 1)
    assert f"{MOST_PARTS:,} parts" in refused(HEAD + parts)
    assert f"{MOST_HEADERS:,} headers" in refused(b"X: 1\r\n" * (MOST_HEADERS + 1) + HEAD + b"\r\nWords.")
    assert f"{MOST_LINES:,} lines" in refused(HEAD + b"\r\n" + b"a\n" * (MOST_LINES + 1))
    assert f"{LONGEST_TEXT:,} are indexed" in refused(HEAD + b"\r\n" + b"a" * (LONGEST_TEXT + 1))


def test_time() -> None:
    """Reading ends when the time for one mail is over, with a reason that names it."""
    with pytest.raises(UnreadableSource, match=r"longer than 0 seconds"):
        list(read_mail(HEAD + b"\r\n" + b"Words.\r\n" * 10_000, seconds=0))


@pytest.mark.parametrize(
    "header",
    [b"(", b"=?utf-8?q?a?= ", b"a@b,", b'"\\', b"<@", b"a.", b";", b";a*0=b", b"=?", b"[", b"\xff", b"\r\n "],
)
def test_headers_without_sense(header: bytes) -> None:
    """Headers made to take long, or to break who reads them, take neither the mail nor much time."""
    names = (b"From", b"Subject", b"Date", b"Content-Type", b"Content-Disposition", b"Message-ID")
    for name in names:
        try:
            (reading,) = read_mail(b"%s: %s\r\nX-To: x\r\nTo: a@x.example\r\n\r\nWords." % (name, header * 4000))
        except UnreadableSource as error:
            assert str(error)  # noqa: PT017 - a mail whose type makes no sense may have no text
        else:
            assert isinstance(reading, Draft)


WHOLE = bytes(mail("\n\n".join(STORY), html=PAGE, Subject="“Brücke”", From="Ada Hall <ada@x.example>"))


def check(content: bytes) -> None:
    """A file gives one draft or one refusal, and nothing else."""
    try:
        (reading,) = read_mail(content)
    except UnreadableSource as error:
        assert str(error)  # noqa: PT017 - either way is right
    else:
        assert isinstance(reading, Draft)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(min_value=0, max_value=len(WHOLE)), st.binary(max_size=8))
def test_truncated_and_damaged(place: int, others: bytes) -> None:
    """A mail that was cut off, or holds other bytes anywhere, gives one article or one refusal."""
    check(WHOLE[:place])
    check(WHOLE[:place] + others + WHOLE[place + len(others) :])


HEADERS = st.sampled_from(["From", "Subject", "Date", "Content-Type", "Content-Transfer-Encoding", "Message-ID", "To"])
VALUES = st.one_of(
    st.sampled_from(["multipart/mixed; boundary=q", "text/plain; charset=utf-7", "base64", "text/html"]),
    st.text(alphabet='=?utf8q"<>@(),.;:\\[] abÅ\x00-', max_size=30),
)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(HEADERS, VALUES), max_size=6), st.text(max_size=60))
def test_any_headers(headers: list[tuple[str, str]], body: str) -> None:
    """Whatever headers say, a mail gives one article or one refusal."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    check(f"{lines}\r\n--q\r\n\r\n{body}".encode(errors="replace"))
    check(HEAD + f"{lines}\r\n--q\r\n\r\n{body}".encode(errors="replace"))
