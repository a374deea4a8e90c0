"""Finds what each person of an article is: “Mayor Oda Brennick”, “the mayor, Oda Brennick”, “Oda Brennick, the mayor”."""

from collections.abc import Collection

from indexes.named import ROLES, Named
from indexes.tokens import Tokens

_DOES = {
    "leads": "leader", "led": "leader", "heads": "head", "chairs": "chair", "coaches": "coach", "owns": "owner",
    "captains": "captain",
}  # fmt: skip
_SHORT = {"gov": "governor", "sen": "senator", "rep": "representative", "gen": "general", "prof": "professor"}
_STOPS = frozenset("of for at in with from who that which and , . ; : ( ) — –".split()) | {Tokens.QUOTE}
_DETERMINERS = frozenset("the a an its their his her our".split())
_ENDS = frozenset({",", ".", ";", ":", "(", ")", "who", "that", "said", Tokens.QUOTE})
_WIDE = 12


class Roles:
    """The roles that the people of one article hold."""

    def __init__(self, named: Named) -> None:
        """Read what stands around the names."""
        self._named = named
        self._holders: dict[str, dict[str, set[str]]] = {}
        self._known: set[str] = set()
        for k, name in enumerate(named.names):
            full = named.full(k)
            if full not in named.places and (" " in full or name.full in named.titled):
                for head in (*self._before(named.extent(k)[0]), *self.behind(k)):
                    self._add(full, head)

    def holder(self, head: str, modifiers: Collection[str] = (), *, near: str | None = None) -> str | None:
        """The one person who is “the mayor” or “the opposition leader”; None where nobody is, or more than one.

        `near`, the person spoken of just now, comes first.
        """
        holders = self._holders.get(_SHORT.get(head, head), {})
        if near in holders:
            return near
        fitting = [person for person, words in holders.items() if not words.isdisjoint(modifiers)]
        people = fitting or ([] if modifiers else list(holders))
        return people[0] if len(people) == 1 else None

    def knows(self, person: str) -> bool:
        """Whether the article tells what the person is."""
        return person in self._known

    def _add(self, person: str, head: int) -> None:
        low = self._named.low
        role = low(head).rstrip(".")
        self._known.add(person)
        words = self._holders.setdefault(_DOES.get(role, _SHORT.get(role, role)), {}).setdefault(person, set())
        for step in (-1, 1):  # what it is called besides: “the opposition leader”, “leader of the opposition”
            for i in range(head + step, head + step * 6, step):
                if low(i) in _ENDS:
                    break
                words.add(low(i).removesuffix("'s"))
        words -= _DETERMINERS

    def _before(self, first: int) -> list[int]:
        """The role in front of the name at token `first`: “the union’s treasurer, Cosmo Vantongeren”."""
        low = self._named.low
        at = first - 1
        if low(at) == ",":
            at = start = at - 1
            for i in range(at, max(at - _WIDE, -1), -1):  # “the head of the union, Renske Dahlgaard”
                if low(i) in {"of", "for", "at", "in"}:
                    start = i - 1
                elif low(i) in _STOPS:
                    break
            at = start if self._determined(start) else -1
        return [at] if low(at).rstrip(".") in ROLES and low(at - 1) not in {"former", "ex", "late"} else []

    def _determined(self, at: int) -> bool:
        """Whether “the”, “its” or “somebody’s” stands up to four words before."""
        for i in range(at, max(at - 5, -1), -1):
            word = self._named.low(i)
            if word in _DETERMINERS or word.endswith("'s") or i in self._named.at:
                return True
            if word in _STOPS:
                return False
        return False

    def behind(self, k: int) -> list[int]:
        """The role in the words behind a name: “Joost Dahlgaard, 44, is a foreman”, “…, who leads the union”."""
        low = self._named.low
        i = self._named.extent(k)[1] + 1
        if low(i) == "," and low(i + 1).isdigit():
            i += 2
        comma = low(i) == ","
        i += comma
        who = low(i) == "who"
        if who and low(i + 1) in _DOES:
            return [i + 1]
        i += who
        verb = low(i) in {"is", "was", "became"}
        if who + comma + verb == 0 or who > verb:
            return []
        if verb and low(i + 1) not in _DETERMINERS:
            return []
        found = -1
        for j in range(i + verb, i + verb + 8):
            if low(j) in _STOPS:
                break
            found = j
        return [found] if found >= 0 and low(found) in ROLES else []
