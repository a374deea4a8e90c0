"""Cuts an article's text into words and marks, each quotation being one token."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from indexes.quoting import Quoted
from indexes.types import Span

_TOKEN = re.compile(
    r"\x00+"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Capt|Sgt|St|Jr|Sr|Rev|Hon|Adm|Maj|Cmdr|Inc|Corp|Ltd|Co|vs)\.|No\.(?=\s\d)"
    r"|(?:[^\W\d_]\.)+(?=\W|$)"
    r"|[^\W_]+(?:[’'.@-][^\W_]+)*"
    r"|[^\w\s]"
)


class Tokens:
    """The words and marks of a text in order, in parallel lists: where each starts and ends, and its lower-case form.

    What stands between quotation marks is one token, whose `low` is `QUOTE`.
    """

    QUOTE = "\x00"

    def __init__(self, text: str, quoted: Sequence[Quoted]) -> None:
        """Cut `text`, of which `quoted` are the pairs of quotation marks in order."""
        self.masked = _masked(text, quoted)
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.low: list[str] = []
        for match in _TOKEN.finditer(self.masked):
            start, end = match.span()
            self.starts.append(start)
            self.ends.append(end)
            word = match.group()
            self.low.append(self.QUOTE if word[0] == self.QUOTE else word.lower().replace("’", "'"))

    def __len__(self) -> int:
        """The number of tokens."""
        return len(self.low)

    def within(self, span: Span) -> range:
        """The tokens that start inside a span."""
        return range(self.at(span.start), self.at(span.end))

    def at(self, position: int) -> int:
        """The first token that starts at or after a position."""
        return bisect_left(self.starts, position)

    def is_upper(self, i: int) -> bool:
        """Whether a token begins with a capital."""
        return self.masked[self.starts[i]].isupper()

    def is_word(self, i: int) -> bool:
        """Whether a token is a word or a number."""
        return self.masked[self.starts[i]].isalnum()


def _masked(text: str, quoted: Sequence[Quoted]) -> str:
    """The text with every quotation and its marks blanked, so that nothing is read from inside them."""
    pieces, at = [], 0
    for pair in quoted:
        pieces.append(text[at : pair.outer_start])
        pieces.append(Tokens.QUOTE * (pair.outer_end - pair.outer_start))
        at = pair.outer_end
    pieces.append(text[at:])
    return "".join(pieces)
