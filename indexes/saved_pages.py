"""Takes the furniture off a page that was saved as text: its date, banners, the headline, captions, section marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from indexes.cleaning import clean_line, clean_text, paragraphs_of
from indexes.dates import DayLine, days_in, names_weekday, read_dateline, read_day_line, year_of
from indexes.furniture import is_banner, is_caption, is_furniture
from indexes.types import Basis

_LONGEST_HEADLINE = 200
_LONGEST_LABEL = 60
_DERIVED_TITLE = 120
_HEAD = 5
_LEAD = 3
_SHORTEST_REPEAT = 120
_SHORTEST_STANDFIRST = 40
# A text made of repeats would take as many rounds as it has paragraphs.
_MOST_ROUNDS = 1000

_BANNER_IN_HEADLINE = re.compile(r"^(?:breaking(?:\s+news)?|just\s+in)\s*[:|–—-]\s+(?=\S)", re.IGNORECASE)
_BYLINE = re.compile(
    r"^(?i:by):?\s+"
    r"(?P<names>[A-Z][\w.'’-]*(?:[ ,]+(?:(?:and|&|de|van|von|der|bin|al|la)\s+){0,2}[A-Z][\w.'’-]*){0,9})$",
)
OUTLET_WORD = re.compile(
    r"\b(?:Agency|Broadcasting|Bulletin|Chronicle|Courier|Daily|Digest|Dispatch|Echo|Enquirer|Examiner|Express|Gazette"
    r"|Globe|Guardian|Herald|Independent|Inquirer|Journal|Ledger|Mail|Mercury|Mirror|News|Observer|Post|Press|Radio"
    r"|Record|Register|Reporter|Review|Sentinel|Standard|Star|Sun|Telegraph|Times|Tribune|TV|Weekly|Whistle|Wire)\b"
)
_FILE_PICTURE = re.compile(r"\b(?:file (?:photo|picture|image)|archive|FILE)\b")
_SECTION_MARK = re.compile(r"[–—-]{1,3}\s+\S(?:.{0,78}\S)?\s+[–—-]{1,3}")
_STATEMENT = re.compile(r"[.,;:][\"'”’»)\]]*$")
_INITIALS = re.compile(r"\b(?:[A-Z]\.)+$")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.)[\"'”’»)\]]*$")
_FOLDED = str.maketrans("‘’‚‛“”„‟–—‐‑", "''''\"\"\"\"----")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page tells. `text` is canonical and without its headline; `title` is never empty where `text` is not.

    `captured` is the day printed above the headline: when the page was saved. `published` is the story's own day.
    """

    title: str
    text: str
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    captured: str | None = None
    published: str | None = None
    published_basis: Basis = "unknown"


@dataclass(slots=True)
class _Head:
    """What the lines around the headline told."""

    title: str
    repeated: bool = False
    derived: bool = False
    above: date | None = None
    below: DayLine | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    headlines: set[str] = field(default_factory=set)


def read_page(text: str, *, title: str | None = None, headlines: Sequence[str] = ()) -> Page:
    """Takes a text apart. Without `title` the headline is found in the text, or made of its first words.

    `headlines` are other forms of the headline (a page's title, its social-media headline) to take off the text.
    Only whole paragraphs are removed, never a part of one.
    """
    paragraphs = paragraphs_of(clean_text(text))
    head = _Head(clean_line(title or ""))
    head.headlines = {_fold(form) for form in (head.title, *headlines)} - {""}
    body = _read_head(paragraphs, head)
    captions = [paragraph for paragraph in body if is_caption(paragraph)]
    kept = _without_furniture(body)
    for _ in range(_MOST_ROUNDS if head.title else 0):
        # What stood above a line that went may be furniture now that it is the first line.
        rest = _without_repeated_lead(_read_head(kept, _Head(head.title, headlines=head.headlines)))
        if len(rest) == len(kept):
            break
        kept = rest
    if not kept:
        # A text that is nothing but furniture is kept as it is: better a caption than nothing.
        kept = [p for p in body or paragraphs if any(map(str.isalnum, p))]
    if kept and not head.title:
        head.title = _first_words(kept[0])
    published, basis = _published(head, kept, captions)
    return Page(
        title=head.title,
        text="\n\n".join(kept),
        outlet=head.outlet,
        authors=head.authors,
        captured=head.above.isoformat() if head.above else None,
        published=published.isoformat() if published else None,
        published_basis=basis,
    )


def _read_head(paragraphs: list[str], head: _Head) -> list[str]:
    """Reads the lines above and below the headline into `head`; gives the paragraphs that follow them."""
    start = _read_above(paragraphs, head)
    while start < len(paragraphs):
        line = paragraphs[start]
        day_line = read_day_line(line)
        names = _BYLINE.match(line) if len(line) <= _LONGEST_LABEL else None
        if day_line:
            if head.below is None or (day_line.label == "published" and head.below.label != "published"):
                head.below = day_line
        elif names and start + 1 < len(paragraphs):
            head.authors = head.authors or split_names(names["names"])
        elif _is_outlet(paragraphs, start):
            head.outlet = head.outlet or line
        elif _is_headline_again(line, head):
            head.repeated = True
        else:
            break
        start += 1
    return paragraphs[start:]


def _read_above(paragraphs: list[str], head: _Head) -> int:
    """Reads the lines above the headline; gives where the story goes on."""
    for index, line in enumerate(paragraphs[: _HEAD + 1]):
        day_line = read_day_line(line)
        if head.headlines and _is_headline_again(line, head):
            head.repeated = True
            head.above = _first_day(paragraphs[:index])
            return index + 1
        if day_line or is_banner(line) or is_furniture(line):
            continue
        if head.title:
            if len(line) <= _LONGEST_LABEL and not _STATEMENT.search(line):
                continue
            break
        head.above = _first_day(paragraphs[:index])
        if _is_headline(line, paragraphs[index + 1 :]):
            head.title, head.derived = _BANNER_IN_HEADLINE.sub("", line), True
            head.headlines = {_fold(line), _fold(head.title)}
            return index + 1
        return index
    # The headline is not repeated, so nothing tells a page's date from a story's: only banners go.
    start = 0
    while start < len(paragraphs) and is_banner(paragraphs[start]):
        start += 1
    return start


def _first_day(lines: Sequence[str]) -> date | None:
    read = (read_day_line(line) for line in lines)
    return next((line.day for line in read if line and line.day), None)


def _is_headline_again(line: str, head: _Head) -> bool:
    return _fold(line) in head.headlines or _fold(_BANNER_IN_HEADLINE.sub("", line)) in head.headlines


def _is_headline(line: str, after: Sequence[str]) -> bool:
    """Whether a first line is a headline and not already the story's first sentence."""
    if len(line) > _LONGEST_HEADLINE or not any(map(str.isalnum, line)) or is_caption(line):
        return False
    if not any(any(map(str.isalnum, paragraph)) and not read_day_line(paragraph) for paragraph in after):
        return False
    ends_sentence = _STATEMENT.search(line) and not _ELLIPSIS.search(line) and not _INITIALS.search(line)
    return not ends_sentence


def _is_outlet(paragraphs: Sequence[str], index: int) -> bool:
    """Whether a line names an outlet: a few capitalised words, such as Courier, beside a date or a byline."""
    line = paragraphs[index]
    words = line.split()
    if len(words) > 6 or not OUTLET_WORD.search(line) or _STATEMENT.search(line):  # noqa: PLR2004 - "a few"
        return False
    if not all(word[0].isupper() or word.lower() in {"of", "the", "and", "&", "de"} for word in words):
        return False
    beside = [*paragraphs[max(0, index - 1) : index], *paragraphs[index + 1 : index + 2]]
    return any(read_day_line(other) or _BYLINE.match(other) or read_dateline(other) for other in beside)


def _without_furniture(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs that tell the story: no captions, no pointers to other stories, no marks, none twice."""
    told = _without_repeats([p for p in paragraphs if not is_caption(p) and not is_furniture(p)])
    return [p for p in told if not _SECTION_MARK.fullmatch(p) and any(map(str.isalnum, p))]


def _without_repeats(paragraphs: Sequence[str]) -> list[str]:
    """Each long paragraph once; the lead is not repeated at the top."""
    seen: set[str] = set()
    kept = []
    for paragraph in _without_repeated_lead(paragraphs):
        folded = _fold(paragraph) if len(paragraph) >= _SHORTEST_REPEAT else ""
        if len(folded) >= _SHORTEST_REPEAT and folded in seen:
            continue
        seen.add(folded)
        kept.append(paragraph)
    return kept


def _without_repeated_lead(paragraphs: Sequence[str]) -> list[str]:
    """Of a lead that is repeated at the top, the one nearer to the story stays."""
    folded = [_fold(paragraph) for paragraph in paragraphs[: 2 * _LEAD]]
    dropped: set[int] = set()
    for index in range(min(_LEAD, len(folded))):
        standfirst = folded[index].removesuffix("…").removesuffix("...").rstrip()
        cut = standfirst != folded[index]
        for later in range(index + 1, min(index + 1 + _LEAD, len(folded))):
            begins = cut and len(standfirst) >= _SHORTEST_STANDFIRST and folded[later].startswith(standfirst)
            if begins or (folded[index] == folded[later] and len(folded[index]) >= _SHORTEST_STANDFIRST):
                dropped.add(index)
    return [*(p for index, p in enumerate(paragraphs[:_LEAD]) if index not in dropped), *paragraphs[_LEAD:]]


def _published(head: _Head, body: Sequence[str], captions: Sequence[str]) -> tuple[date | None, Basis]:
    """The story's day: printed under the headline, in its dateline, or in a caption whose weekday the lead names."""
    if head.below and head.below.day and head.below.label == "published":
        return head.below.day, "stated"
    fresh = [caption for caption in captions if not _FILE_PICTURE.search(caption)]
    datelines = [dateline for p in body[:_LEAD] if (dateline := read_dateline(p)) and not dateline.caption]
    day = head.below.day if head.below and (head.repeated or head.derived) else None
    if day is None and datelines:
        known = [day for caption in fresh for day in days_in(caption)]
        day = year_of(datelines[0], known=known, captured=head.above)
    elif day is None:
        lead = "\n\n".join(body[:_LEAD])
        pictured = {day for caption in fresh if (day := _day_of_caption(caption))}
        day = pictured.pop() if len(pictured) == 1 else None
        # A picture may be older than its story. That the story tells of the same weekday says that it is not.
        day = day if day and names_weekday(lead, day) else None
    if day is None or (head.above and day > head.above):
        return None, "unknown"
    return day, "inferred"


def _day_of_caption(caption: str) -> date | None:
    """The day of an agency's caption (`LISBON – MAY 10: …`), with the year that it prints somewhere."""
    dateline = read_dateline(caption)
    return year_of(dateline, known=days_in(caption), captured=None) if dateline and dateline.caption else None


def split_names(names: str) -> tuple[str, ...]:
    """The people of a byline: `By Ada Hall, Bo Lind and Cy Ross` are three."""
    bare = re.sub(r"^by\b:?\s+", "", clean_line(names), flags=re.IGNORECASE)
    parts = re.split(r"\s+(?:and|&)\s+|\s*;\s*", bare)
    by_comma = [part for whole in parts for part in whole.split(",")]
    # "Hall, Ada" is one person; only whole names are taken apart at a comma.
    if all(len(part.split()) > 1 for part in by_comma if part.strip()):
        parts = by_comma
    return tuple(dict.fromkeys(part.strip(" ,") for part in parts if part.strip(" ,")))


def _first_words(paragraph: str) -> str:
    """A title for a text that has none: its first words."""
    if len(paragraph) <= _DERIVED_TITLE:
        return paragraph
    return paragraph[:_DERIVED_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _fold(line: str) -> str:
    return clean_line(line).translate(_FOLDED).casefold()
