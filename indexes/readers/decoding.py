"""Turns bytes into text: UTF-8, then UTF-16 by its mark, then what the bytes look like; refuses what is no text."""

import codecs

from indexes.errors import UnreadableSource

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WHITE = frozenset("\t\n\r\v\f\x1c\x1d\x1e\x1f\x85")
_MOST_CONTROLS = 0.02
# Python knows these as encodings too; no page or mail is written in them, and some take the square of the length.
_NO_TEXT = frozenset({"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
_SAMPLE = 100_000


def decode(content: bytes, *, declared: str | None = None) -> str:
    """The text of a file; `declared` is an encoding that the file itself names, tried after UTF-8.

    A few stray control characters are let through (cleaning removes them). Raises `UnreadableSource` for binary data
    and for bytes in no known encoding: a word that was guessed wrongly could be quoted.
    """
    text = _decoded(content, declared)
    sample = text[:_SAMPLE]
    controls = sum(1 for character in sample if character < " " and character not in _WHITE)
    if controls > _MOST_CONTROLS * len(sample):
        raise UnreadableSource("binary data, not text: save it in one of the supported formats")
    return text


def _decoded(content: bytes, declared: str | None) -> str:
    if content.startswith(_UTF_16_MARKS):
        return _strictly(content, "utf-16") or _refuse()
    text = _strictly(content, "utf-8-sig")
    if text is None and declared:
        text = _strictly(content, declared)
    if text is None:
        text = _strictly(content, _likely_encoding(content))
    return _refuse() if text is None else text


def _refuse() -> str:
    raise UnreadableSource("not text in UTF-8, UTF-16 or another known encoding: save it as UTF-8")


def _strictly(content: bytes, encoding: str | None) -> str | None:
    try:
        if encoding is None or codecs.lookup(encoding).name.replace("_", "-") in _NO_TEXT:
            return None
        return content.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None


def _likely_encoding(content: bytes) -> str | None:
    from charset_normalizer import from_bytes

    matches = from_bytes(content[: 10 * _SAMPLE])
    best = matches.best()
    if best is None:
        return None
    # Western and Central European Windows text fit the same bytes; of equals, the far more common one is meant.
    for match in matches:
        if match.encoding == "cp1252" and match.chaos <= best.chaos and match.coherence >= best.coherence:
            return "cp1252"
    if "cp1252" in best.could_be_from_charset:
        return "cp1252"
    return best.encoding
