"""Finds what stands between quotation marks: double and single, curly and straight."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from indexes.types import Span

CLOSERS = {"“": "”", "„": "“”", "«": "»"}
_MARKS = re.compile(r"[“”„«»\"‘’']")
_BREAK = re.compile(r"\n+")
_STOPS = ".,?!…;—–"
_YEARS = re.compile(r"\d\ds?\b")
_MOST_APOSTROPHES = 24
"""Marks behind a single one among which its closing one is looked for."""
_FEW, _FEW_LETTERS = 4, 60
"""Words (and characters) of a term in single marks; what a plural possessive could close has more."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A pair of quotation marks: `[start, end)` lies inside them, `[outer_start, outer_end)` holds them.

    `runs_on` where the closing mark is left out because the quotation goes on in the next paragraph.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int
    runs_on: bool = False


def quoted_spans(text: str) -> list[Span]:
    """What stands between quotation marks (double, curly or straight; single where it opens a word), in order."""
    return [Span(quoted.start, quoted.end) for quoted in find_quoted(text)]


def find_quoted(text: str) -> list[Quoted]:
    """The pairs of quotation marks of a text in order; of pairs inside one another only the outer one."""
    marks = [match.start() for match in _MARKS.finditer(text)]
    if not marks:
        return []
    found: list[Quoted] = []
    at = 0
    for start, end in _paragraphs(text):
        at = bisect_left(marks, start, at)
        last = bisect_left(marks, end, at)
        found.extend(_Paragraph(text, start, end, marks[at:last]).pairs())
        at = last
    return found


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """The lines of a text; a line that breaks off in the middle of a sentence goes on in the next one."""
    start = 0
    for match in _BREAK.finditer(text):
        wrapped = match.end() - match.start() == 1 and text[match.end() : match.end() + 1].islower()
        if wrapped and text[match.start() - 1 : match.start()] not in tuple('.?!:”"'):
            continue
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)


class _Paragraph:
    """The quotation marks of one paragraph, read from left to right."""

    def __init__(self, text: str, start: int, end: int, marks: list[int]) -> None:
        self._text, self._start, self._end, self._marks = text, start, end, marks

    def pairs(self) -> Iterator[Quoted]:
        """The pairs. A mark left open closes at the end of the paragraph where the next one opens with a mark."""
        text, k = self._text, 0
        while k < len(self._marks):
            opened = self._marks[k]
            character = text[opened]
            if character in CLOSERS:
                k, close = self._double(k, CLOSERS[character])
            elif character == '"' and self._opens(opened):
                k, close = self._straight(k)
            elif character in "‘'" and self._opens(opened) and not _YEARS.match(text, opened + 1):
                k, close = self._single(k)
            else:
                k += 1
                continue
            if close > opened + 1:
                yield Quoted(opened + 1, close, opened, close + 1)
            elif close < 0 and self._runs_on(character) and self._end > opened + 1:
                yield Quoted(opened + 1, self._end, opened, self._end, runs_on=True)
                return

    def _before(self, i: int) -> str:
        return self._text[i - 1] if i > self._start else " "

    def _after(self, i: int) -> str:
        return self._text[i + 1] if i + 1 < self._end else " "

    def _opens(self, i: int) -> bool:
        return not self._before(i).isalnum() and self._before(i) not in ".,?!" and not self._after(i).isspace()

    def _shuts(self, i: int) -> bool:
        return not self._after(i).isalnum() and not self._before(i).isspace()

    def _runs_on(self, character: str) -> bool:
        if character in CLOSERS:
            return True
        following = self._text[self._end : self._end + 8].lstrip()
        return following[:1] == character or (character == '"' and following[:1] == "“")

    def _double(self, k: int, closers: str) -> tuple[int, int]:
        """The next mark to read and where the pair that `k` opens closes (-1: nowhere in this paragraph)."""
        inner = False
        for j in range(k + 1, len(self._marks)):
            at = self._marks[j]
            character = self._text[at]
            if character in closers:
                return j + 1, at
            if character == '"':  # a curly mark closed by a straight one, unless that belongs to a pair inside
                if not inner and self._opens(at):
                    inner = True
                elif self._shuts(at):
                    if not inner:
                        return j + 1, at
                    inner = False
        return len(self._marks), -1

    def _straight(self, k: int) -> tuple[int, int]:
        for j in range(k + 1, len(self._marks)):
            at = self._marks[j]
            if self._text[at] in '"”':
                if self._opens(at) and not self._shuts(at) and self._text[at] == '"':
                    return j, 0  # the pair before was never closed: start afresh here
                return j + 1, at
        return (len(self._marks), -1) if self._runs_on('"') else (k + 1, 0)

    def _single(self, k: int) -> tuple[int, int]:
        """Closes at a stop or a word's end; a plural's apostrophe closes only where nothing after it does."""
        text, opened = self._text, self._marks[k]
        curly = text[opened] == "‘"
        plural: tuple[int, int] | None = None
        for j in range(k + 1, min(len(self._marks), k + 1 + _MOST_APOSTROPHES)):
            at = self._marks[j]
            if text[at] in "‘'" and self._opens(at) and (text[at] == "‘" or not self._shuts(at)):
                return plural or (j, 0)
            if text[at] != ("’" if curly else "'") or not self._shuts(at):
                continue
            if self._before(at) in _STOPS:
                return j + 1, at
            if self._before(at) == "s" and text[at + 1 : at + 3].strip()[:1].islower():
                long = at - opened > _FEW_LETTERS or text.count(" ", opened + 1, at) >= _FEW - 1
                plural = plural or ((j + 1, at) if curly and long else None)
            elif curly or (at - opened < _FEW_LETTERS and text.count(" ", opened + 1, at) < _FEW):
                return j + 1, at
        if plural:
            return plural
        return (len(self._marks), -1) if self._runs_on(text[opened]) else (k + 1, 0)
