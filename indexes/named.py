"""Finds the names of an article among its tokens: the fullest form of each, and which are places or plain words."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from indexes.names import COLLECTIVE, TITLES, Name, People, find_names, fold
from indexes.tokens import Tokens
from indexes.types import Span

MODIFIERS = frozenset(
    "state foreign prime deputy vice acting former ex interim defence defense finance interior health education justice "
    "assistant senior general mr mrs ms miss dr prof executive attorney".split()
)
"""Titles that are no role by themselves."""

ROLES = (TITLES - MODIFIERS) | frozenset(
    """
    boss owner founder author agent driver singer actor actress player physiotherapist librarian adviser advisor aide
    president-elect candidate partner host organiser organizer winner champion victim foreman forewoman pilot chef artist
    writer novelist designer developer builder landlord tenant trustee co-founder operator conductor composer architect
    surgeon psychologist activist campaigner prosecutor speaker contractor chaplain warden ranger brother sister mother
    father son daughter wife husband cousin uncle aunt nephew niece widow widower grandmother grandfather grandson
    granddaughter
    """.split()
)
"""What one person of an article is, so that “the mayor” means that person."""

_BEFORE_PEOPLE = ROLES | {"mr", "mrs", "ms", "dr", "prof"}
BODIES = COLLECTIVE | frozenset("ministry authorities regulator firm factory operator brewery".split())
"""What a body is called without its name: “the union”."""

PLACING = frozenset("in at near outside inside across around throughout into through".split())
"""Words behind which places stand."""
NEUTRAL = frozenset("of from to for off with by and".split())
"""Words behind which people stand as well as places."""

_OF = (COLLECTIVE - {"church"}) | {"friends", "bulletin", "registry"}
"""Last words of names that “of” continues."""
_NEAR, _NEAR_CHARACTERS = 20, 500
"""How far back, in names and in characters, a full name may lie that the surname of several people takes up."""
_LONGEST = 6
_PEOPLES = ("ish", "ese", "ian", "ean", "ican", "ench", "utch", "bic")
"""Ends of words that tell of a people or a language, and are no name where another word follows."""


class Named:
    """The names of one article outside its quotations, by number and in order."""

    def __init__(self, text: str, tokens: Tokens, sentences: Sequence[Span]) -> None:
        """Find the names of `text`."""
        self._tokens = tokens
        starts = {tokens.starts[at] for sentence in sentences if (at := tokens.at(sentence.start)) < len(tokens)}
        names = _with_of(text, _without_lead(find_names(text), starts))
        self._people = People(names)
        self._introduced = {name.full: name.start for name in reversed(names)}
        self.names = [name for name in names if not tokens.is_quoted(name.start)]
        self.at: dict[int, int] = {}
        """The number of the name that a token belongs to."""
        self._extents: list[tuple[int, int]] = []
        for k, name in enumerate(self.names):
            first, end = tokens.at(name.start), tokens.at(name.end)
            self._extents.append((first, max(first, end - 1)))
            self.at.update(dict.fromkeys(range(first, max(first + 1, end)), k))
        self._firsts = [first for first, _ in self._extents]
        self._count = len(tokens)
        self.counts = Counter(fold(name.surname) for name in self.names)
        """How often each surname stands in the article."""
        self._given = self._find_given_names()
        self._owners: dict[str, str] = {}
        self._full = [self._fullest(k, name) for k, name in enumerate(self.names)]
        self.titled: set[str] = set()
        """Names that a title or a role goes before."""
        self.places: set[str] = set()
        """Names that stand behind words of place only: “in Pellan Bay”."""
        self._find_titled_and_places()
        self.doubtful = self._find_doubtful(starts)
        """Numbers of names that may be plain words with the capital of a sentence's beginning."""

    def __len__(self) -> int:
        """The number of names."""
        return len(self.names)

    def extent(self, k: int) -> tuple[int, int]:
        """The first and the last token of a name."""
        return self._extents[k]

    def things(self) -> set[str]:
        """Single names that “the” goes before: “the Courier”."""
        return {self.full(k) for k in range(len(self)) if self.low(self._extents[k][0] - 1) == "the"}

    def within(self, tokens: range) -> range:
        """The names that begin in a range of tokens."""
        return range(bisect_left(self._firsts, tokens.start), bisect_left(self._firsts, tokens.stop))

    def full(self, k: int) -> str:
        """The fullest form of a name in the article; empty where a surname could be that of several people."""
        return self._full[k]

    def fullest(self, name: str, at: int) -> str:
        """The fullest form of a name that stands at a position of the text."""
        return self._people.full(name, before=at)

    def low(self, i: int) -> str:
        """The word of a token; a full stop outside the text."""
        return self._tokens.low[i] if 0 <= i < self._count else "."

    def _fullest(self, k: int, name: Name) -> str:
        """Whom a surname alone means: the only one named so far, the one it meant before, the one named just now."""
        if " " in name.full:
            return self._people.full(name.full, before=name.end)
        people = self._people.all_full(name.full)
        if not people:
            return self._given.get(fold(name.full), name.full)
        before = [person for person in people if self._introduced[person] < name.start] or people[:1]
        surname = fold(name.full)
        if len(before) == 1:
            return self._owners.setdefault(surname, before[0])
        owner = self._owners.get(surname)
        for other in reversed(self.names[max(0, k - _NEAR) : k]):
            if name.start - other.end > _NEAR_CHARACTERS or (owner and other.full == name.full):
                break
            if other.full in before:  # named just now; but not where the surname was another's so far
                return other.full if owner in {None, other.full} else ""
        return owner or ""

    def _find_given_names(self) -> dict[str, str]:
        """Given names that one person of the article bears, and no other name is: Silas → Silas Abelard."""
        people: dict[str, set[str]] = {}
        shown: set[str] = set()
        singles = {fold(name.full) for name in self.names if " " not in name.full}
        surnames = {fold(name.surname) for name in self.names if " " in name.full}
        for k, name in enumerate(self.names):
            words = name.full.split()
            thing = fold(words[-1]) in BODIES or self.low(self._extents[k][0] - 1) == "the"
            if self._is_shown(k) or (len(words) > 3 and any(word.islower() for word in words)):  # noqa: PLR2004
                shown |= {name.full, fold(name.full)}
            if 1 < len(words) < _LONGEST and not thing:
                for word in words[:-1]:
                    people.setdefault(fold(word), set()).add(name.full)
        return {
            given: next(iter(full))
            for given, full in people.items()
            if given in singles and given not in surnames and len(full) == 1 and not shown.isdisjoint({given, *full})
        }

    def _is_shown(self, k: int) -> bool:
        """Whether the words around a name show that it is a person's: a title, a role, an age, “who”."""
        first, last = self._extents[k]
        behind = self.low(last + 2) if self.low(last + 1) == "," else ""
        return self.low(first - 1).rstrip(".") in _BEFORE_PEOPLE or behind == "who" or behind.isdigit()

    def _find_titled_and_places(self) -> None:
        placed, others = set(), set()
        for k, name in enumerate(self.names):
            first = self._extents[k][0]
            before = self.low(first - 1 - (self.low(first - 1) == "the"))
            if before.rstrip(".") in _BEFORE_PEOPLE and fold(name.surname) not in BODIES:
                self.titled |= {self.full(k), name.full}
            elif before in PLACING:
                placed.add(self.full(k))
            elif before not in NEUTRAL:
                others.add(self.full(k))
        self.places = placed - self.titled - others

    def _find_doubtful(self, starts: set[int]) -> set[int]:
        """Single words with which a sentence begins and which have no capital elsewhere; peoples: “French lawmakers”."""
        known = {name.full for name in self.names if name.start not in starts}
        found = set()
        for k, name in enumerate(self.names):
            if " " in name.full or self.full(k) != name.full:
                continue
            adjective = name.full.endswith(_PEOPLES) and self.low(self._extents[k][1] + 1).isalpha()
            if adjective or (name.start in starts and name.full not in known):
                found.add(k)
        return found


def _without_lead(names: Sequence[Name], starts: set[int]) -> Iterator[Name]:
    """The names without a plain word that has its capital from a sentence's beginning: “Having Jonah Abelard back …”."""
    known = {name.full for name in names if name.start not in starts}
    for name in names:
        lead, _, rest = name.full.partition(" ")
        if name.start in starts and rest in known and " " in rest:
            yield Name(rest, name.start + len(lead) + 1, name.end)
        else:
            yield name


def _with_of(text: str, names: Iterable[Name]) -> list[Name]:
    """The names, those of bodies whole: “the University of Calder Quay”, “the Friends of Weir Street Library”."""
    joined: list[Name] = []
    for name in names:
        before = joined[-1] if joined else None
        gap = text[before.end : name.start] if before and name.start - before.end < _LONGEST * 2 else ""
        whole = gap in {" of ", " of the ", " for ", " for the "} and before and fold(before.surname) in _OF
        if whole and before and len(before.full.split()) < _LONGEST:
            joined[-1] = Name(text[before.start : name.end], before.start, name.end)
        else:
            joined.append(name)
    return joined
