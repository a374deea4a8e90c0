"""Cuts an article's text into sentences, as ranges of code points.

The engine is sentencex; what it gets wrong in news copy is repaired by the small rules below, each with its test.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]

from indexes.types import Span

LONGEST_QUOTATION = 500
"""A quotation of many sentences stays one sentence up to here (the longest quote that an answer may hold)."""

_AT_ONCE, _MARGIN = 20_000, 200
"""Characters that the engine is given at once, and those at their end of which it does not see what follows.

Where quotation marks open and none closes it takes time by the square, and nothing else runs meanwhile.
"""

_LINE_BREAK = re.compile(r"[\n\r\v\f\x85\u2028\u2029]+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\u2029")
_UNSENDABLE = re.compile(r"[\ud800-\udfff]")
_STOPS = '.?!:”"'
_QUOTATION_MARK = re.compile(r"[\"“”„«»]")
_WRAPPED_LINE = range(40, 131)
_WRAPPED_BLOCK = 3
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}")

_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_ZONE = r"(?:GMT|UTC|BST|CET|CEST|EST|EDT|ET|CST|CDT|CT|MST|MDT|MT|PST|PDT|PT)"
_CLOCK = re.compile(r"\b[ap]\.m\.\Z")
_AFTER_CLOCK = re.compile(rf"(?:{_WEEKDAY}|{_MONTH}|{_ZONE}|[Ll]ocal)\b")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"‘])"
    r"(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Capt|Cmdr|Cpl|Sgt|Maj|Adm|Rev|Hon|Fr|St|Mt|Ft|Messrs|vs|cf)\.\Z"
)
# Words that the engine takes for abbreviations where a quotation opens after them.
_WORD_BEFORE_QUOTATION = re.compile(r"\b(?:May|me|no|art|OK|DC|etc|ill|ore|Inc|Co|Jr)\.\s+(?=[“\"]\w)")
_NUMBERED = re.compile(r"\b(?:No|Nos|no|nos|Fig|fig|Art|art|p|pp)\.\Z")
_SHOUTED = re.compile(r"[?!…][”\"’»]+\Z")
_VERBS = (
    "added|admitted|announced|argued|asked|asks|began|called|claimed|complained|concluded|continued|cried|declared|demanded"
    "|exclaimed|explained|insisted|joked|laughed|noted|pleaded|quipped|recalled|remarked|repeated|replied|responded|said"
    "|says|shouted|stressed|tells|told|tweeted|urged|warned|whispered|wondered|wrote|yelled"
)
# At most eight words of a name or a role before the verb, none of which ends a sentence; "said that …" or "said it
# would …" begins a sentence of its own.
_SUBJECT = r"(?:(?:[\w’'-]+,?|(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Capt|Sgt|Prof|Rev|St|[A-Z])\.)\s+){0,8}?"
_ATTRIBUTION = re.compile(rf"{_SUBJECT}(?:{_VERBS})\b(?!\s+(?:that|it|he|she|they|there|its|their)\b)")


def split_sentences(text: str, *, language: str | None = None) -> list[Span]:
    """Sentences in order: they do not overlap, cover every character that is not white space, and end on none.

    `language` is a tag such as `en` or `pt-BR`; English where unknown. A line break ends a sentence, except inside
    hard-wrapped lines. Empty where the text is blank.
    """
    found = _LANGUAGE.match(language or "")
    code = found.group().lower() if found else "en"
    return [
        span
        for paragraph in _paragraphs(text)
        for cut in _repaired(text, paragraph, code)
        for span in _trimmed(text, cut)
    ]


def _paragraphs(text: str) -> Iterator[Span]:
    """Lines of the text; the lines of a hard-wrapped block count as one."""
    at = 0
    for end in [*(found.start() for found in _BLANK_LINE.finditer(text)), len(text)]:
        lines = list(_lines(text, at, end))
        at = end
        if not lines:
            continue
        wrapped = _is_wrapped(text, lines)
        start = lines[0].start
        for line, following in pairwise(lines):
            if not wrapped and not _runs_on(text, line, following):
                yield Span(start, line.end)
                start = following.start
        yield Span(start, lines[-1].end)


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for line_break in _LINE_BREAK.finditer(text, start, end):
        yield from _trimmed(text, Span(at, line_break.start()))
        at = line_break.end()
    yield from _trimmed(text, Span(at, end))


def _is_wrapped(text: str, lines: list[Span]) -> bool:
    """Whether each line of a block breaks off only because the next word would not have fitted."""
    width = max(line.end - line.start for line in lines)
    return (
        len(lines) >= _WRAPPED_BLOCK
        and width in _WRAPPED_LINE
        and all(line.end - line.start in _WRAPPED_LINE for line in lines[:-1])
        and all(
            one.end - one.start + 1 + len(two.of(text).split(maxsplit=1)[0]) > width for one, two in pairwise(lines)
        )
    )


def _runs_on(text: str, line: Span, following: Span) -> bool:
    """Whether a line of wrapped length stops in the middle of a sentence."""
    return (
        line.end - line.start in _WRAPPED_LINE and text[following.start].islower() and text[line.end - 1] not in _STOPS
    )


def _repaired(text: str, paragraph: Span, language: str) -> Iterator[Span]:
    for span in _joined(text, _between(text, _starts(paragraph.of(text), paragraph.start, language), paragraph.end)):
        if span.end - span.start <= LONGEST_QUOTATION:
            yield span
        else:
            yield from _inside(text, span, language)


def _starts(part: str, offset: int, language: str) -> list[int]:
    """Where the engine's sentences start. Nothing else is taken from it, so that nothing can fall between two."""
    flat = _UNSENDABLE.sub("?", _LINE_BREAK.sub(lambda found: " " * len(found.group()), part))
    starts = {0, *_engine_starts(flat, language)}
    starts.update(found.end() for found in _WORD_BEFORE_QUOTATION.finditer(flat))
    return [offset + start for start in sorted(starts)]


def _engine_starts(flat: str, language: str) -> Iterator[int]:
    """Where the engine has sentences start. A long text is read in pieces, each from a sentence's start where there is one."""
    at = 0
    while True:
        piece = flat[at : at + _AT_ONCE]
        found = [at + cut["start_index"] for cut in get_sentence_boundaries(language, piece)]
        following = at + _AT_ONCE
        if following >= len(flat):
            yield from (start for start in found if start > at)
            return
        seen = [start for start in found if at < start < following - _MARGIN]
        yield from seen
        at = seen[-1] if seen and seen[-1] > at + _AT_ONCE // 2 else following


def _between(text: str, starts: list[int], end: int) -> Iterator[Span]:
    for start, following in pairwise([*starts, end]):
        yield from _trimmed(text, Span(start, following))


def _joined(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Sentences with those joined that the engine cut in two."""
    whole = _merged(text, spans, _is_cut)  # first, so that an attribution (“Ms. Orr asked”) is seen whole
    return _merged(text, whole, _is_attributed)


def _merged(text: str, spans: Iterable[Span], belong: Callable[[str, str], bool]) -> Iterator[Span]:
    held: Span | None = None
    for span in spans:
        if held is None:
            held = span
        elif belong(held.of(text), span.of(text)):
            held = Span(held.start, span.end)
        else:
            yield held
            held = span
    if held is not None:
        yield held


def _is_cut(before: str, after: str) -> bool:
    """Whether two neighbours are one sentence that was cut at an abbreviation, or before what begins no sentence."""
    return bool(
        after[0].islower()
        or not any(character.isalnum() for character in after)
        or (_CLOCK.search(before) and _AFTER_CLOCK.match(after))
        or (_NUMBERED.search(before) and after[0].isdigit())
        or _ABBREVIATION.search(before)
    )


def _is_attributed(before: str, after: str) -> bool:
    """Whether a shouted quotation is followed by the words that say whose it is."""
    return bool(_SHOUTED.search(before) and _ATTRIBUTION.match(after))


def _inside(text: str, span: Span, language: str) -> Iterator[Span]:
    """The sentences of a long quotation, which the engine keeps whole: its marks are hidden, then it is cut again."""
    starts = [span.start]
    for cut in _starts(_QUOTATION_MARK.sub(" ", span.of(text)), span.start, language)[1:]:
        start = cut  # the engine counted hidden opening marks as white space of the sentence before
        while start - 1 > span.start and _QUOTATION_MARK.match(text[start - 1]) and text[start - 2].isspace():
            start -= 1
        starts.append(start)
    yield from _joined(text, _between(text, starts, span.end))


def _trimmed(text: str, span: Span) -> Iterator[Span]:
    """The range without white space at its ends; nothing where it is blank."""
    part = span.of(text)
    stripped = part.strip()
    if stripped:
        start = span.start + len(part) - len(part.lstrip())
        yield Span(start, start + len(stripped))
