"""Bytes become text without a wrong word, or are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.errors import UnreadableSource
from indexes.readers.decoding import decode

SENTENCE = "The mayor said: “We are tired,” and left – it’s over… Señor Peña è già andato via."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    """Text in the encodings of the West is read with every accent and quotation mark."""
    assert decode(SENTENCE.encode(encoding)) == SENTENCE


def test_other_scripts() -> None:
    """Text in an old Cyrillic encoding is recognised."""
    text = "Мост через канал закрыт до конца года, решил вчера городской совет на своём заседании."
    assert decode(text.encode("cp1251")) == text


def test_declared_encoding() -> None:
    """An encoding that the file names is tried before any guess; one that does not exist is passed over."""
    assert decode("Zażółć".encode("iso-8859-2"), declared="iso-8859-2") == "Zażółć"
    assert decode(SENTENCE.encode("cp1252"), declared="no-such-thing") == SENTENCE


@pytest.mark.parametrize("declared", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "\0"])
def test_declared_encodings_that_no_text_is_in(declared: str) -> None:
    """An encoding that no page is written in is passed over, whatever Python could make of it."""
    assert decode(SENTENCE.encode("cp1252"), declared=declared) == SENTENCE


@pytest.mark.parametrize("content", [bytes(range(256)) * 4, b"\0" * 100, b"P\0K\0" * 30, b"\xfe\xff\xd8\x00"])
def test_binary(content: bytes) -> None:
    """Binary data is refused."""
    with pytest.raises(UnreadableSource, match="text"):
        decode(content)


def test_stray_control_characters() -> None:
    """A few stray NUL bytes do not make a text binary."""
    assert decode(b"words " * 100 + b"\0").endswith("\0")


@given(st.text())
def test_utf_8(text: str) -> None:
    """Whatever is written as UTF-8 and is not mostly control characters is read as it is."""
    content = f"{'words ' * 200}{text}".encode()
    if sum(character < " " for character in text) < 20:
        assert decode(content) == content.decode()
