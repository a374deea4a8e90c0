"""Cuts an article's text into words and marks, each quotation being one token."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from indexes.quoting import Quoted
from indexes.types import Span

_TOKEN = re.compile(
    r"\x00+|\x01+"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Capt|Sgt|St|Jr|Sr|Rev|Hon|Adm|Maj|Cmdr|Inc|Corp|Ltd|Co|vs)\.|No\.(?=\s\d)"
    r"|(?:[^\W\d_]\.)+(?=\W|$)"
    r"|[^\W_]+(?:[’'-][^\W_]+)*\.(?=,)"
    r"|[^\W_]+(?:[’'.@-][^\W_]+)*"
    r"|[^\w\s]"
)
_UNPRINTABLE = re.compile(r"[\x00\x01]")
_BLANKS = "\x00\x01"
"""What stands for the characters of a quotation, by turns: neighbours stay apart."""


class Tokens:
    """The words and marks of a text in order, in parallel lists: where each starts and ends, and its lower-case form.

    What stands between quotation marks is one token, whose `low` is `QUOTE`.
    """

    QUOTE = "\x00"

    def __init__(self, text: str, quoted: Sequence[Quoted]) -> None:
        """Cut `text`, of which `quoted` are the pairs of quotation marks in order."""
        self.masked = _masked(text, quoted)
        spans = [match.span() for match in _TOKEN.finditer(self.masked)]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        lowered = self.masked.lower().replace("’", "'")
        if len(lowered) == len(self.masked):
            self.low = [lowered[start:end] for start, end in spans]
        else:  # a letter whose lower case is longer
            self.low = [self.masked[start:end].lower().replace("’", "'") for start, end in spans]
        for pair in quoted:
            self.low[self.at(pair.outer_start)] = self.QUOTE

    def __len__(self) -> int:
        """The number of tokens."""
        return len(self.low)

    def within(self, span: Span) -> range:
        """The tokens that start inside a span."""
        return range(self.at(span.start), self.at(span.end))

    def at(self, position: int) -> int:
        """The first token that starts at or after a position."""
        return bisect_left(self.starts, position)

    def is_quoted(self, position: int) -> bool:
        """Whether a character stands inside a quotation or is its mark."""
        return self.masked[position] in _BLANKS

    def is_upper(self, i: int) -> bool:
        """Whether a token begins with a capital."""
        return self.masked[self.starts[i]].isupper()

    def is_word(self, i: int) -> bool:
        """Whether a token is a word or a number."""
        return self.masked[self.starts[i]].isalnum()


def _masked(text: str, quoted: Sequence[Quoted]) -> str:
    """The text with every quotation and its marks blanked, so that nothing is read from inside them."""
    pieces, at = [], 0
    for n, pair in enumerate(quoted):
        pieces.append(_UNPRINTABLE.sub(" ", text[at : pair.outer_start]))
        pieces.append(_BLANKS[n % 2] * (pair.outer_end - pair.outer_start))
        at = pair.outer_end
    pieces.append(_UNPRINTABLE.sub(" ", text[at:]))
    return "".join(pieces)
