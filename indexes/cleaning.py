"""Makes text canonical: one blank line between paragraphs, no invisible characters, every word as it was."""

import re
from collections.abc import Sequence
from itertools import pairwise

# Characters that carry no words: controls that are not white space, lone surrogates, byte order marks, zero-width
# spaces, soft hyphens, and the marks that turn the direction of text round (they can make a quote read differently from
# what it says). U+200C and U+200D stay: Persian words and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+",
)
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028]")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_WIDEST_WRAP = 120
_NARROWEST_WRAP = 40
_INDENT = 2


def clean_line(text: str) -> str:
    """One line: invisible characters removed, each run of white space one space, none at the ends."""
    return " ".join(_INVISIBLE.sub("", text).split())


def clean_text(text: str) -> str:
    """The canonical form of a text. Words, quotation marks and ellipses stay as they are; so do composed characters.

    Paragraphs are what blank lines part. Inside of such a block, lines that were broken to fit a width are joined;
    lines that were not are paragraphs of their own. Cleaning a cleaned text changes nothing.
    """
    marked = _LINE_ENDS.sub("\n", _INVISIBLE.sub("", text).replace("\u2029", "\n\n"))
    blocks = [block for block in _blocks(marked.expandtabs(4).split("\n")) if block]
    width = _wrap_width(blocks)
    paragraphs = (paragraph for block in blocks for paragraph in _paragraphs(block, width=width))
    return "\n\n".join(paragraphs)


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a canonical text; none where it is empty."""
    return text.split("\n\n") if text else []


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    """Lines between blank lines, their right margins trimmed."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line.rstrip())
        else:
            blocks.append([])
    return blocks


def _wrap_width(blocks: Sequence[Sequence[str]]) -> int | None:
    """The width that the lines were broken at; None where each line is a paragraph.

    In wrapped text most lines end in the middle of a sentence, because the next word would not have fitted.
    """
    pairs = [(line, after) for block in blocks for line, after in pairwise(block)]
    if not pairs:
        return None
    lengths = sorted(len(line) for block in blocks if len(block) > 1 for line in block)
    width = lengths[int(0.9 * (len(lengths) - 1))]
    if not _NARROWEST_WRAP <= width <= _WIDEST_WRAP:
        return None
    broken = [1 for line, after in pairs if _is_full(line, after, width=width) and not _SENTENCE_END.search(line)]
    return width if len(broken) * 2 >= len(pairs) else None


def _is_full(line: str, after: str, *, width: int) -> bool:
    """Whether the next line's first word would hardly have fitted on this one."""
    return len(line) + 1 + len(after.split(maxsplit=1)[0]) >= 0.85 * width


def _paragraphs(block: Sequence[str], *, width: int | None) -> list[str]:
    if width is None:
        return [" ".join(line.split()) for line in block]
    paragraphs: list[str] = []
    before: str | None = None
    for line in block:
        words = " ".join(line.split())
        if before is not None and _continues(before, line, width=width):
            # A hyphen at the end of a line holds a word together: "self-" + "employed".
            hyphenated = before[-1] == "-" and before[-2:-1].isalpha() and words[0].islower()
            paragraphs[-1] += words if hyphenated else f" {words}"
        else:
            paragraphs.append(words)
        before = line
    return paragraphs


def _continues(before: str, line: str, *, width: int) -> bool:
    indent, indent_before = (len(text) - len(text.lstrip()) for text in (line, before))
    if indent >= indent_before + _INDENT:
        return False
    if not _is_full(before, line, width=width):
        return not _SENTENCE_END.search(before) and line.lstrip()[0].islower()
    return True
