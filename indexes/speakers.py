"""Finds who speaks in a sentence: “X said”, “said X”, “according to X”, “X’s claim that”, “X …, saying”."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from indexes.casts import Cast
from indexes.mentions import Memory
from indexes.named import ROLES
from indexes.phrases import DEFINITE, PREPOSITIONS
from indexes.speech_verbs import BASE, DOCUMENTS, GERUNDS, INVERTED, OPENING, SENT, SPOKE, WORDS
from indexes.subjects import BREAKS, Subjects
from indexes.tokens import Tokens

Manner: TypeAlias = Literal["verb", "gerund", "according", "noun"]

_HABITS = frozenset({"would", "will", "to", "could", "might", "can"})
_MEDIA = frozenset("phone telephone email e-mail text video letter radio television".split())
_PLURALS = frozenset({"they", "we", "officials", "police", "who"})
"""Subjects of “say” and “tell” without an s."""
_NEEDS_NAME = frozenset("read reads began begins continued called shared issued".split())
"""Forms that tell of speech only where somebody is known to be their subject."""
_CLOSES = frozenset({",", ".", ":", ";", ""})
_FIT = frozenset({"used", "liked", "likes", "loved"})
_TRIGGERS = BASE | SPOKE | GERUNDS | DOCUMENTS | WORDS | {"according"}
"""Words that can tell of somebody who speaks."""
_WIDE = 12
_HUMAN = ROLES | frozenset(
    """
    man woman boy girl neighbour neighbor student passenger protester volunteer fan shopper voter caller patient worker
    reader spectator visitor tourist customer pensioner child person survivor
    """.split()
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody speaks: tokens `first` to `last` (the verb being `verb`) say so; `speaker` None where nobody is named."""

    speaker: str | None
    first: int
    last: int
    verb: int
    manner: Manner


@dataclass(frozen=True, slots=True)
class Voices:
    """What a sentence tells of people who speak.

    `subject` is whom it is about, `mentioned` whom it names, `alone` the only person among them, `asked` who was asked;
    `stranger` where it begins with somebody who has no name.
    """

    attributions: Sequence[Attribution]
    subject: str | None
    mentioned: Sequence[str]
    alone: str | None
    asked: str | None
    stranger: bool


class Speakers:
    """Reads the sentences of one article one after the other."""

    def __init__(self, tokens: Tokens, cast: Cast, memory: Memory) -> None:
        """Read `tokens` with what is known of the people."""
        self._tokens, self._cast, self._memory = tokens, cast, memory
        self._named, self._low = cast.named, tokens.low

    def read(self, within: range) -> Voices:
        """What the sentence in tokens `within` tells of people who speak."""
        subjects = Subjects(self._tokens, self._cast, self._memory, within)
        asked: str | None = None
        found: list[Attribution] = []
        for i in within:
            if self._low[i] not in _TRIGGERS or i in self._named.at:
                continue
            attribution = self._attribution(subjects, i, found[-1] if found else None)
            if self._low[i] == "asked" and (k := self._named.at.get(i + 1)) is not None:
                asked = self._named.full(k)
            if attribution:
                found.append(attribution)
                if attribution.speaker:
                    subjects.hear(attribution.speaker)
        opening = subjects.opening()
        return Voices(
            attributions=found,
            subject=opening.name if opening else None,
            mentioned=self._mentioned(within, subject=opening.name if opening else None),
            alone=self._alone(within),
            asked=asked,
            stranger=self._tells_of_stranger(within),
        )

    def _attribution(self, subjects: Subjects, i: int, earlier: Attribution | None) -> Attribution | None:
        """What the word at token `i` tells of somebody who speaks."""
        word = self._low[i]
        if word in BASE and subjects.at(i - 1) in _HABITS:
            return _by_habit(subjects, i)
        if word in SPOKE:
            return _by_verb(subjects, i)
        if word in GERUNDS:
            return _by_gerund(subjects, i, earlier)
        if word == "according" and subjects.at(i + 1) == "to":
            return _by_phrase(subjects, i, i + 2, "according")
        if (word in DOCUMENTS and subjects.at(i + 1) in SENT) or (word == "words" and subjects.at(i + 1) == "of"):
            return _by_phrase(subjects, i, i + 2, "noun")
        owner = subjects.possessed(i) if word in WORDS else None
        return Attribution(owner.name, owner.first, i, i, "noun") if owner else None

    def _mentioned(self, within: range, *, subject: str | None) -> list[str]:
        """The people and bodies that a sentence names, in order; not whose son its subject is."""
        found: dict[str, None] = {}
        for k in self._named.within(within):
            full = self._named.full(k)
            if not full or k in self._named.doubtful:
                continue
            if self._cast.is_person(full):
                relevant = not (subject and self._owns(k))
            else:
                relevant = self._named.low(self._named.extent(k)[0] - 1) not in PREPOSITIONS
            if relevant:
                found[full] = None
        return list(found)

    def _alone(self, within: range) -> str | None:
        """The only person whom a sentence names, if it speaks of the person and not of something of theirs."""
        people = {
            self._named.full(k): k for k in self._named.within(within) if self._cast.is_person(self._named.full(k))
        }
        person, k = people.popitem() if people else ("", -1)
        return None if people or not person or self._owns(k) else person

    def _owns(self, k: int) -> bool:
        """Whether a name stands for something of somebody's: “Aldous Vane’s son”."""
        last = self._named.extent(k)[1]
        return self._low[last].endswith("'s") or self._named.low(last + 1) in {"'", "’"}

    def _tells_of_stranger(self, within: range) -> bool:
        """Whether a sentence begins with somebody who has no name: “A woman in the third row stood up.”."""
        if not within or self._low[within.start] not in {"a", "an", "one", "another"}:
            return False
        return not _HUMAN.isdisjoint(self._low[within.start + 1 : min(within.start + 5, within.stop)])


def _by_verb(subjects: Subjects, v: int) -> Attribution | None:
    """“X said”, “said X”."""
    word, following = subjects.at(v), subjects.at(v + 1)
    before = subjects.at(v - 1)
    passive = following == "by" and subjects.at(v + 2) not in _MEDIA
    other = (word in {"put", "puts"} and following != "it") or (word in {"say", "tell"} and before not in _PLURALS)
    if passive or other or (word == "reported" and before == ","):
        return None
    if word in INVERTED and _may_invert(subjects, v):
        found = subjects.right(v + 1)
        led = subjects.at(v - 1 - (before == ",")) in BREAKS | {""}
        if found and (led or (found.name and subjects.at(found.last + 1) in _CLOSES)):
            return Attribution(found.name, v, found.last, v, "verb")
    left = subjects.left(v)
    if left is None or (left.name is None and word in _NEEDS_NAME):
        return None
    return Attribution(left.name, left.first, v, v, "verb")


def _may_invert(subjects: Subjects, v: int) -> bool:
    """Whether what stands before a verb lets its subject follow: a quotation, a comma, or nothing at all."""
    before = subjects.at(v - 1)
    if before in {"", ".", ":", "!", "?"}:
        return subjects.at(v) in OPENING
    return before == "," or before in BREAKS


def _by_habit(subjects: Subjects, v: int) -> Attribution | None:
    """“Her father used to say”, “he would say”, “she went on to say”; not “declined to say”, “would not say”."""
    i = v - 1
    if subjects.at(i) == "to":
        i -= 1
        words = (subjects.at(i - 1), subjects.at(i))
        if words in {("went", "on"), ("goes", "on"), ("had", "this"), ("has", "this")}:
            i -= 1
        elif words[1] not in _FIT:
            return None
    found = subjects.left(i)
    return Attribution(found.name, found.first, v, v, "verb") if found else None


def _by_gerund(subjects: Subjects, v: int, earlier: Attribution | None) -> Attribution | None:
    """“X did this, saying”: whoever spoke before in the sentence, else with whom it begins."""
    before = subjects.at(v - 1)
    if before == "as":
        return _as_saying(subjects, v)
    if before in DEFINITE | {"of", "by", "without", "than", "from"}:
        return None
    if earlier and earlier.manner != "noun":
        return Attribution(earlier.speaker, v, v, v, "gerund")
    opening = subjects.opening(v)
    return Attribution(opening.name, v, v, v, "gerund") if opening else None


def _as_saying(subjects: Subjects, v: int) -> Attribution | None:
    """“X was quoted as saying”, “the Ledger quoted X as saying”."""
    for i in range(v - 2, v - 2 - _WIDE, -1):
        if subjects.at(i) in {"quoted", "quotes", "cited", "reported"}:
            if i + 2 < v:
                found = subjects.right(i + 1)
            else:
                found = subjects.left(i - 1) if subjects.at(i - 1) in {"was", "is", "were", "been"} else None
            return Attribution(found.name if found else None, i, v, v, "gerund")
    return None


def _by_phrase(subjects: Subjects, first: int, start: int, manner: Manner) -> Attribution | None:
    """“according to X”, “a statement from X”, “in the words of X”: the phrase at token `start` names the speaker."""
    found = subjects.right(start)
    return Attribution(found.name, first, found.last, first, manner) if found else None
