"""Makes running text of printed pages: paragraphs out of lines, without running headers, footers and page numbers."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexes.readers.hyphens import Hyphens, join_lines

_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_BULLET = re.compile(r"[•‣▪◦●■⁃∙]\s*|[–—-]\s+\S")
_NUMBERED = re.compile(r"(?:\d{1,2}|[a-z])[.)]\s")
_PAGE_OF = re.compile(
    r"\W*(?:page|p\.|seite|pagina|página)\s*\d{1,4}(?:\s*(?:of|/|von|de|di)\s*\d{1,4})?\W*", re.IGNORECASE
)
_WITH_NUMBER = re.compile(r"(?P<first>\d{1,4})(?P<after>\D.*)?|(?P<before>.*\D)(?P<last>\d{1,4})")
_EDGE = 3
_NEAR = 8
_SAME_SIZE = 0.06
_SAME_PLACE = 4.0
_REPEATED_SHARE = 0.4
_LONGEST_FURNITURE = 150
_LONGEST_HEADLINE = 200
_HEADLINE_SIZE = 1.25
_INITIAL_SIZE = 1.8


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line: where it begins (points from the left and from below) and how big its letters are (points)."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The running text, blank lines between its paragraphs, and what is printed like its headline (None: nothing is)."""

    text: str
    headline: str | None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line on its page, with what its neighbours tell: where their left margin is, how long a full line is."""

    line: Line
    page: int
    left: float
    full: int


def read_pages(pages: Sequence[Sequence[Line]]) -> Printed:
    """The text of pages whose lines stand in reading order. Only whole lines are left out, and hyphens at line ends."""
    kept = _without_furniture([[line for line in page if line.text.strip()] for page in pages])
    placed = [place for number, page in enumerate(kept) for place in _placed(page, number)]
    hyphens = Hyphens(place.line.text for place in placed)
    leading = _leading(placed)
    paragraphs: list[list[_Placed]] = []
    for place in placed:
        if paragraphs and not _parts(paragraphs[-1][-1], place, leading):
            paragraphs[-1].append(place)
        else:
            paragraphs.append([place])
    texts = [(group, _text_of(group, hyphens)) for group in paragraphs]
    return Printed(text="\n\n".join(text for _, text in texts), headline=_headline(texts))


def _text_of(group: Sequence[_Placed], hyphens: Hyphens) -> str:
    lines = [place.line.text.strip() for place in group]
    if len(group) > 1 and _is_initial(group[0].line, group[1].line):
        lines[:2] = [lines[0] + lines[1]] if _completes(lines[0], lines[1], hyphens) else [f"{lines[0]} {lines[1]}"]
    return join_lines(lines, own=hyphens)


def _without_furniture(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without what most of them have at the same place, but for the page's number; all if nothing is left."""
    places: defaultdict[tuple[str, int | None], list[tuple[int, Line]]] = defaultdict(list)
    edges = [_edge(page) for page in pages]
    for number, edge in enumerate(edges):
        for line in edge:
            for form in _forms(line.text, number):
                places[form].append((number, line))
    needed = max(2, len(pages) if len(pages) <= _EDGE else _REPEATED_SHARE * len(pages))
    dropped: set[tuple[int, Line]] = set()
    for found in places.values():
        heights = Counter(round(line.y / _SAME_PLACE) for _, line in found)
        for number, line in found:
            height = round(line.y / _SAME_PLACE)
            if sum(heights[height + by] for by in (-1, 0, 1)) >= needed or _PAGE_OF.fullmatch(line.text.strip()):
                dropped.add((number, line))
    kept = [[line for line in page if (number, line) not in dropped] for number, page in enumerate(pages)]
    return kept if any(kept) else pages


def _forms(text: str, page: int) -> list[tuple[str, int | None]]:
    """A line as it is, and without the number in front or behind that may be the page's: how far that is from it."""
    folded = " ".join(text.split()).casefold()
    match = _WITH_NUMBER.fullmatch(folded.strip(" –—-|·•.,/[]()"))
    if match is None:
        return [(folded, None)]
    bare = f"{match['after'] or ''} {match['before'] or ''}"
    return [(folded, None), (bare, int(match["first"] or match["last"]) - page)]


def _edge(page: Sequence[Line]) -> list[Line]:
    """The lines that stand at the top and at the bottom of a page, wherever they come in reading order."""
    heights = sorted({round(line.y) for line in page})
    if not heights:
        return []
    low, high = heights[:_EDGE][-1], heights[-_EDGE:][0]
    return [line for line in page if not low < round(line.y) < high and len(line.text) <= _LONGEST_FURNITURE]


def _placed(page: Sequence[Line], number: int) -> Iterator[_Placed]:
    for index, line in enumerate(page):
        near = [
            other
            for other in page[max(0, index - _NEAR) : index + _NEAR + 1]
            if _same_size(line, other) and abs(other.x - line.x) <= 5 * line.size
        ]
        yield _Placed(
            line, number, left=min(other.x for other in near), full=max(len(other.text.strip()) for other in near)
        )


def _leading(placed: Sequence[_Placed]) -> dict[float, float]:
    """The usual distance between two lines, for each size of letters."""
    distances: defaultdict[float, list[float]] = defaultdict(list)
    for above, below in pairwise(placed):
        distance = above.line.y - below.line.y
        if above.page == below.page and _same_size(above.line, below.line) and 0 < distance < 4 * below.line.size:
            distances[round(below.line.size)].append(distance)
    return {size: median(found) for size, found in distances.items()}


def _parts(above: _Placed, below: _Placed, leading: dict[float, float]) -> bool:
    """Whether a new paragraph begins with the line `below`."""
    before, line = above.line, below.line
    text, after = before.text.strip(), line.text.strip()
    ended = bool(_SENTENCE_END.search(text))
    if _is_initial(before, line):
        parts = False
    elif not _same_size(before, line) or _BULLET.match(after) or (ended and _NUMBERED.match(after)):
        parts = True
    elif not ended and after[:1].islower():
        parts = False
    else:
        short = len(text) < 0.7 * above.full
        drop = before.y - line.y
        if above.page != below.page or drop < -0.5 * line.size:
            # A new page or column: an unfinished sentence goes on there.
            parts = ended or short
        else:
            indented = line.x - below.left >= 0.7 * line.size and not _BULLET.match(text)
            apart = drop > 1.3 * leading.get(round(line.size), 1.2 * line.size)
            parts = apart or (ended and (short or indented))
    return parts


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * max(one.size, other.size)


def _is_initial(initial: Line, line: Line) -> bool:
    """Whether a line is the big first letter of a story, and the other goes on with its word."""
    letter = initial.text.strip().lstrip("\"'“‘«„")
    return len(letter) == 1 and letter.isupper() and initial.size >= _INITIAL_SIZE * line.size


def _completes(letter: str, rest: str, hyphens: Hyphens) -> bool:
    """Whether a big first letter and what follows it are one word (`T` `he`), not two (`A` `man`)."""
    word = re.match(r"[^\W\d_]+", rest)
    if word is None:
        return False
    return letter[-1] not in "AIO" or not hyphens.knows(word[0])


def _headline(paragraphs: Sequence[tuple[Sequence[_Placed], str]]) -> str | None:
    """What the first page prints in the biggest letters, where these are bigger than the text's."""
    sizes: Counter[float] = Counter()
    for group, text in paragraphs:
        sizes[round(group[0].line.size, 1)] += len(text)
    if not sizes:
        return None
    usual = sizes.most_common(1)[0][0]
    candidates = [
        (group[0].line.size, text)
        for group, text in paragraphs
        if group[0].page == paragraphs[0][0][0].page
        and group[0].line.size >= _HEADLINE_SIZE * usual
        and " " in text
        and len(text) <= _LONGEST_HEADLINE
    ]
    return max(candidates, key=lambda candidate: candidate[0])[1] if candidates else None
