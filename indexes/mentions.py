"""Remembers whom an article spoke of, to tell who “he”, “she” and “it” are."""

from collections.abc import Iterator, Sequence

from indexes.casts import Cast

PERSONAL = frozenset({"he", "she"})
IMPERSONAL = frozenset({"it", "they"})
_KEPT = 12
"""So many people back a pronoun may reach."""


class Memory:
    """The people and bodies spoken of up to a place in the article, the most likely meant last."""

    def __init__(self, cast: Cast) -> None:
        """Begin with nobody."""
        self._cast = cast
        self._people: list[str] = []
        self._bodies: list[str] = []
        self._acting: set[str] = set()
        self.author: str | None = None
        """Who spoke in the last sentence, or did what it tells: the one by whom “the statement” is."""
        self.asked: str | None = None
        """Whom the last sentence tells to have been asked."""
        self.stranger = False
        """Whether the last sentence lets somebody speak without a name, whom a pronoun would mean now."""
        self.in_paragraph = False
        """Whether the last sentence stands in the same paragraph as this one."""

    def meant_by(self, pronoun: str, *, here: Sequence[str] = ()) -> str | None:
        """Who a pronoun is; `here` are people and bodies spoken of earlier in the same sentence, in order."""
        if pronoun == "they":
            return self.author if self.author in self._bodies[-1:] else None
        if pronoun == "it":
            return next((name for name in here if self._cast.is_body(name)), self._bodies[-1] if self._bodies else None)
        for person in self._likely(pronoun, here):
            self._cast.learn(person, "he" if pronoun == "he" else "she")
            return person
        return None

    def _likely(self, pronoun: str, here: Sequence[str]) -> Iterator[str]:
        """Whom “he” or “she” can mean, the likeliest first: those who acted before those who were only mentioned."""
        people = [name for name in here if self._cast.is_person(name)]
        yield from (person for person in people if self._cast.gender(person) in {None, pronoun})
        if self.author and self._cast.may_be_person(self.author) and self._cast.gender(self.author) in {None, pronoun}:
            yield self.author
        if self.stranger and not people:
            return
        latest = self._people[::-1]
        unknown = [person for person in latest if self._cast.gender(person) is None]
        yield from (
            person
            for person in latest
            if self._cast.gender(person) == pronoun or (person in unknown and person in self._acting)
        )
        yield from unknown

    def note(self, mentioned: Sequence[str], subject: str | None, speakers: Sequence[str], alone: str | None) -> None:
        """Take in a sentence: whom it mentions, whom it is about, who speaks in it (the one quoted last).

        `alone` is the only person whom it names.
        """
        known = [name for name in mentioned if self._cast.is_known(name) or not self._cast.is_person(name)]
        for name in (*reversed(known), subject, *speakers):
            if name is None or not (self._cast.is_person(name) or self._cast.is_body(name)):
                continue
            kept = self._people if self._cast.is_person(name) else self._bodies
            if name in kept:
                kept.remove(name)
            kept.append(name)
            del kept[:-_KEPT]
            if name == subject or name in speakers or (name == alone and not subject and not speakers):
                self._acting.add(name)
        self.author = speakers[-1] if speakers else subject
