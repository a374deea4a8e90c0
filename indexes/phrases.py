"""Finds whom a noun phrase means: “Ghislaine Okoro-Lind of the board”, “the union’s treasurer”, “a spokesman for the ministry”."""

from dataclasses import dataclass

from indexes.casts import OFFICES, Cast
from indexes.mentions import Memory
from indexes.named import BODIES, ROLES
from indexes.names import NOT_NAMES, TITLES, fold
from indexes.speech_verbs import DOCUMENTS
from indexes.tokens import Tokens

ARTICLES = frozenset("a an some one two three several many most few another any no every each".split())
DEFINITE = frozenset({"the", "this", "that", "his", "her", "its", "their", "our", "my"})
PREPOSITIONS = frozenset(
    """
    of for at in from with on to by about under over near outside after before during since until against across along
    behind beside beyond inside above below around within without amid upon opposite through despite among between
    """.split()
)
_LINKS = frozenset({"of", "for", "at", "from", "in", "with"})
_LEADING = (PREPOSITIONS | NOT_NAMES) - ARTICLES - DEFINITE
_LONGEST_BODY = 5
"""Words of the longest body that goes by them: “the regional football association”."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody in tokens `first` to `last`; `name` None where they name nobody (“one resident”)."""

    name: str | None
    first: int
    last: int


class Phrases:
    """Reads noun phrases of one article."""

    def __init__(self, tokens: Tokens, cast: Cast, memory: Memory) -> None:
        """Read `tokens` with what is known of the people."""
        self._tokens, self._cast, self._memory = tokens, cast, memory
        self._named, self._low = cast.named, tokens.low

    def meaning(self, first: int, last: int) -> Subject | None:
        """Whom the noun phrase in tokens `first` to `last` means; None where it is no subject at all."""
        if first > last:
            return None
        k = self._named.at.get(last)
        if k is None or self.is_title(k):
            return self._noun(first, last)
        start = max(self._named.extent(k)[0], first)
        link = start - 1
        if link >= first and self._low[link] in TITLES:
            link -= 1
        while link >= first and (self._low[link] in DEFINITE or self.is_possessive(link)):
            link -= 1
        links = PREPOSITIONS if self._low[first] in DEFINITE | ARTICLES else _LINKS
        if link > first and self._low[link] in links and start - link < 4:  # noqa: PLR2004  (“of Skarn’s Port Union”)
            head = self.meaning(first, link - 1)
            return Subject(head.name, first, last) if head else None
        if (link == first == start - 1 and self._low[link] in PREPOSITIONS) or self.is_possessive(last):
            return None
        return Subject(self._named.full(k) or None, first, last)

    def is_title(self, k: int) -> bool:
        """Whether a name is made of titles only: “the Prime Minister”."""
        return all(fold(word) in TITLES for word in self._named.names[k].full.split())

    def is_possessive(self, i: int) -> bool:
        """Whether something is said to belong to the name that ends with a token."""
        return self._low[i].endswith("'s")

    def called(self, start: int, head: int) -> str | None:
        """The person or body that the noun `head` means, whose article is token `start`."""
        word, article = self._low[head], self._low[start]
        owned = any(self.is_possessive(i) or self._low[i] in {"'", "’"} for i in range(start, head))
        near = self._memory.author if self._memory.in_paragraph else None
        if article in ARTICLES:
            return None
        if article not in DEFINITE and not owned:
            modifiers = self._low[start:head]
            titled = self._cast.roles.holder(word, modifiers, near=near) if self._tokens.is_upper(start) else None
            return word if word == "police" else titled
        if word in DOCUMENTS:
            return self._memory.author
        modifiers = [other.removesuffix("'s") for other in self._low[start + 1 : head] if not other[:1].isdigit()]
        holder = self._cast.roles.holder(word, modifiers, near=near)
        return holder or self._body(start, head) or self._office(word, article, near, owned=owned)

    def _body(self, start: int, head: int) -> str | None:
        """The body that “the union” means, else what it is called: “regional government”."""
        word, article = self._low[head], self._low[start]
        if word not in BODIES or article in {"his", "her"}:
            return None
        body = self._cast.body(word, head)
        if body != word or head - start >= _LONGEST_BODY:
            return body
        first = start + (article in DEFINITE)
        return " ".join(self._tokens.masked[self._tokens.starts[first] : self._tokens.ends[head]].split())

    def _office(self, word: str, article: str, near: str | None, *, owned: bool) -> str | None:
        """The person just spoken of, of whom nothing else is told (“the director said”), else the office itself."""
        if article != "the" or owned or word not in ROLES:
            return None
        if near and self._cast.is_person(near) and not self._cast.roles.knows(near):
            return near
        return word if word in OFFICES else None

    def _noun(self, first: int, last: int) -> Subject | None:
        """A role or a body without its name: “the mayor”, “the head of the union”, “police”."""
        while first < last and self._low[first] in _LEADING:
            first += 1
        start = first
        for i in range(last, first - 1, -1):
            if self._low[i] in DEFINITE | ARTICLES and (i == first or self._low[i - 1] not in _LINKS):
                start = i
                break
        head = next((i - 1 for i in range(start + 1, last) if self._low[i] in PREPOSITIONS), last)
        if self._low[head].isdigit() or not self._tokens.is_word(head):
            return None
        return Subject(self.called(start, head), start, last)
