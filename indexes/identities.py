"""Gives each article the id by which it is known again: the one given, else from its address, else from its source."""

import unicodedata
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

LONGEST_ID = 200
_LONGEST_URL = 2000
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")


def identify(*, given: str | None, url: str | None, source: str) -> str:
    """The article's id.

    A given id is kept as it is. One that could not stand in an address (a slash or a control character in it, `.`,
    `..`, or more than 200 characters) is replaced by its hash: still the same article each time, and none is lost.
    Ids that are hashes read `a_` and 16 hexadecimal digits.
    """
    if given:
        return given if _fits_an_address(given) else _hashed("id", given)
    return _hashed("url", _bare(url)) if url else _hashed("source", source)


def readable_url(value: str) -> str | None:
    """The address if it is a whole web address that a page may link to, else None."""
    text = value.strip()
    if len(text) > _LONGEST_URL or any(character.isspace() or not character.isprintable() for character in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme.lower() in {"http", "https"} and parts.hostname else None


def _fits_an_address(given: str) -> bool:
    return (
        len(given) <= LONGEST_ID
        and given not in {".", ".."}
        and not any(character == "/" or unicodedata.category(character)[0] == "C" for character in given)
    )


def _bare(url: str) -> str:
    """The address without what differs between two visits: letter case of the host, fragment, tracking parameters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.lower().startswith(_TRACKING)
    ]
    address = f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path or '/'}"
    return f"{address}?{urlencode(kept)}" if kept else address


def _hashed(kind: str, value: str) -> str:
    return "a_" + sha256(f"{kind}\0{value}".encode(errors="surrogatepass")).hexdigest()[:16]
