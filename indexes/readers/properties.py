"""Says which properties of a document may be believed: a title that is no file name, an author who is no account."""

import re

from indexes.cleaning import clean_line
from indexes.readers.drafts import authors_of

_NO_TITLE = re.compile(
    # What programs write where nobody gave a title.
    r"(?:microsoft (?:word|powerpoint|excel)\b.*|(?:untitled|unbenannt|sans titre|document|dokument|doc|slide|title|draft"
    r"|new document|print|layout|test|none|null|titel|word document|powerpoint presentation)\W*\d*"
    r"|.*\.(?:docx?|dotx?|pdf|rtf|odt|indd|qxd|qxp|pages|pptx?|xlsx?|tex|dvi|ps|txt|html?|eml)|https?:.*|\S+[_\d]\S*)",
    re.IGNORECASE,
)
_LONGEST_TITLE = 300
_NO_PERSON = re.compile(
    r"\d|[@_\\/]|\b(?:user|admin|administrator|owner|office|microsoft|windows|adobe|acrobat|unknown|default|author"
    r"|computer|laptop|desktop|pc|scanner|team|python-docx|anonymous|inc|ltd|llc|gmbh|corp)\b",
    re.IGNORECASE,
)


def believable_title(value: object) -> str | None:
    """The title that a document's properties give; None for a file name and for what programs write by themselves."""
    title = clean_line(value) if isinstance(value, str) else ""
    if not any(map(str.isalpha, title)) or len(title) > _LONGEST_TITLE or _NO_TITLE.fullmatch(title):
        return None
    return title


def believable_authors(value: object) -> tuple[str, ...]:
    """The people whom a document's properties name; none where it is an account, a program or a single word."""
    return tuple(name for name in authors_of(value) if " " in name and not _NO_PERSON.search(name))
