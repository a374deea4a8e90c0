"""Knows who is who in one article: who is a person and who a body, who holds a role, who is “he” and who is “she”."""

from collections.abc import Sequence

from indexes.genders import Gender, find_genders
from indexes.named import BODIES, Named
from indexes.names import fold
from indexes.roles import Roles
from indexes.tokens import Tokens
from indexes.types import Span

OFFICES = frozenset(
    """
    mayor president premier chancellor king queen prince princess pope bishop archbishop cardinal minister secretary
    governor director coach manager treasurer head chairman chairwoman chair ambassador commissioner striker goalkeeper
    skipper inspector
    """.split()
)
"""Roles that tell who speaks even where the article names nobody who holds them."""

_GEOGRAPHY = frozenset(
    """
    street road lane avenue bay quay island islands square bridge river point valley hill mountain lake beach park county
    city town village state states kingdom republic coast sea ocean strip gardens hall tower building basin cup games
    series league open prize award day week act war high rovers united championship championships constitution america
    africa asia europe
    """.split()
)
"""Last words of names that are no person's."""
_DIRECTIONS = frozenset(
    "new north south east west northern southern eastern western san los las united great saudi fort".split()
)
"""First words of names of places."""
_LONGEST = 5
"""Words of the longest name of a person."""


class Cast:
    """The people and bodies of one article."""

    def __init__(self, text: str, tokens: Tokens, sentences: Sequence[Span]) -> None:
        """Read the article once."""
        self.named = Named(text, tokens, sentences)
        self.roles = Roles(self.named)
        self._mononyms: set[str] = set()
        self._persons: dict[str, bool] = {}
        found = find_genders(self.named, self.roles, tokens, sentences, is_person=self.is_person)
        self._genders, self._mononyms, self._things = found.genders, found.mononyms, found.things
        self._persons.clear()
        self._bodies: dict[str, dict[str, int]] = {}
        for k in range(len(self.named)):
            words = fold(self.named.names[k].full).split()
            if len(words) > 1 and words[-1] in BODIES:
                self._bodies.setdefault(words[-1], {}).setdefault(self.named.full(k), self.named.extent(k)[0])

    def is_person(self, name: str) -> bool:
        """Whether a full name looks like a person's."""
        if name not in self._persons:
            self._persons[name] = self._seems_person(name)
        return self._persons[name]

    def _seems_person(self, name: str) -> bool:
        words = name.split()
        if not 0 < len(words) <= _LONGEST or name in self.named.places or (len(words) > 1 and name.isupper()):
            return False
        if name in self.named.titled or name in self._mononyms:
            return True
        folded = [fold(word) for word in words]
        named_after = words[0] in self.named.places or folded[-1] in _GEOGRAPHY or folded[0] in _DIRECTIONS
        return len(words) > 1 and not named_after and BODIES.isdisjoint(folded)

    def may_be_person(self, name: str) -> bool:
        """Whether a single name that speaks can be a surname: “Osienski”, not “the Courier”, “NASA” or “Calder Quay”."""
        one = name.isalpha() and name[:1].isupper() and not name.isupper()
        return one and fold(name) not in BODIES and name not in self._things and name not in self.named.places

    def is_known(self, person: str) -> bool:
        """Whether more than the capitals of a name tells that it is a person's: a title, a role, or being named again."""
        repeated = self.named.counts[fold(person.rsplit(maxsplit=1)[-1])] > 1
        return repeated or person in self.named.titled or person in self._genders

    def is_body(self, name: str) -> bool:
        """Whether a name can be a body's: not a person's, nor a place's."""
        return name not in self.named.places and not self.is_person(name)

    def gender(self, person: str) -> Gender | None:
        """Whether “he” or “she” means the person, None where nothing tells."""
        return self._genders.get(person)

    def learn(self, person: str, gender: Gender) -> None:
        """Keep what a pronoun told, unless something better is known."""
        self._genders.setdefault(person, gender)

    def body(self, head: str, before: int) -> str:
        """What “the union” means at a token: the one body named before whose name ends so, else the word itself."""
        found = [body for body, first in self._bodies.get(head, {}).items() if body and first <= before]
        return found[0] if len(found) == 1 else head
