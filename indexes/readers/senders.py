"""Tells from a mail's sender which outlet sent it, and who wrote it; nothing where that is not clear."""

import re

from indexes.cleaning import clean_line
from indexes.readers.drafts import authors_of
from indexes.saved_pages import OUTLET_WORD

_LONGEST_NAME = 100
_BETWEEN = re.compile(r"\s*(?:\s(?:at|from|of|via|for|bei|von)\s|[|/•·]|\s[–—-]\s|,\s(?=(?:The\s)?[A-Z]))\s*")
_OFFICE = re.compile(
    r"\b(?:team|office|newsletters?|news ?desk|department|ministry|university|council|committee|commission|association"
    r"|foundation|institute|museum|agency|media|communications?|relations|contact|info|support|service|no-?reply|updates?"
    r"|alerts?|group|centre|center|press(?:e|stelle)?|staff|editors?|club|union|party|company|inc|ltd|llc|gmbh|plc)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Mx)\.?\s+)?[^\W\d_a-z][\w'’.-]*"
    r"(?:\s+(?:(?:de|da|di|van|von|der|den|bin|al|la|le|del|ter|dos)\s+){0,2}[^\W\d_a-z][\w'’.-]*){1,3}",
)
_MOST_WORDS = 6


def read_sender(name: str, address: str) -> tuple[str | None, tuple[str, ...]]:
    """The outlet and the authors that a sender's display name gives (`Ada Hall, The Canal Courier`).

    `address` tells a person from an outlet where the name alone does not: `emily.post@…` is a person.
    """
    whole = clean_line(name).strip("\"' ")
    if not whole or len(whole) > _LONGEST_NAME or "@" in whole:
        return None, ()
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    for part in [whole] if _is_outlet(whole, address) else _BETWEEN.split(whole):
        if outlet is None and _is_outlet(part, address):
            outlet = part
        elif not authors and _is_person(part):
            authors = authors_of(part)
    return outlet, authors


def _is_outlet(name: str, address: str) -> bool:
    """Whether a name is that of an outlet: a few capitalised words, one of them such as outlets are called."""
    words = name.split()
    if not 0 < len(words) <= _MOST_WORDS or not OUTLET_WORD.search(name) or _BETWEEN.search(name):
        return False
    if not all(word[0].isupper() or word[0].isdigit() or word in {"of", "the", "and", "&", "de"} for word in words):
        return False
    mailbox = address.partition("@")[0].casefold()
    named_after = words[0].casefold() in re.split(r"[^\w]+", mailbox) and words[0] not in {"The", "Daily", "News"}
    return not (named_after and _is_person(name))


def _is_person(name: str) -> bool:
    return bool(_PERSON.fullmatch(name)) and not _OFFICE.search(name)
