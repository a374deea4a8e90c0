"""Remembers whom an article spoke of, to tell who “he”, “she” and “it” are."""

from collections.abc import Sequence

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
        self._last: str | None = None
        self.author: str | None = None
        """Who wrote or spoke last, or did what the last sentence tells: the one by whom “the statement” is."""

    def meant_by(self, pronoun: str, *, here: Sequence[str] = ()) -> str | None:
        """Who a pronoun is; `here` are people and bodies spoken of earlier in the same sentence, in order."""
        if pronoun in IMPERSONAL:
            bodies = [name for name in here if self._cast.is_body(name)]
            if bodies:
                return bodies[0]
            return self._bodies[-1] if self._bodies else None
        people = [name for name in here if self._cast.is_person(name)]
        for person in (*people, *reversed(self._people)):
            if self._fits(person, pronoun):
                return person
        return None

    def _fits(self, person: str, pronoun: str) -> bool:
        gender = self._cast.gender(person)
        if gender is None and pronoun in PERSONAL:
            self._cast.learn(person, "he" if pronoun == "he" else "she")
        return gender in {None, pronoun}

    def note(self, mentioned: Sequence[str], subject: str | None, speaker: str | None) -> None:
        """Take in a sentence: whom it mentions, whom it is about, who speaks in it."""
        known = [name for name in mentioned if self._cast.is_known(name) or not self._cast.is_person(name)]
        for name in (*reversed(known), subject, speaker):
            if name is None or not (self._cast.is_person(name) or self._cast.is_body(name)):
                continue
            kept = self._people if self._cast.is_person(name) else self._bodies
            if name in kept:
                kept.remove(name)
            kept.append(name)
            del kept[:-_KEPT]
        self.author = speaker or subject
