"""Finds who speaks in a sentence: “X said”, “said X”, “according to X”, “X’s claim that”, “X …, saying”."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from indexes.casts import BODIES, OFFICES, ROLES, Cast
from indexes.mentions import IMPERSONAL, PERSONAL, Memory
from indexes.names import NOT_NAMES, TITLES, fold
from indexes.speech_verbs import ANSWERS, BASE, DOCUMENTS, GERUNDS, INVERTED, OPENING, SENT, SPOKE, WORDS
from indexes.tokens import Tokens

Manner: TypeAlias = Literal["verb", "gerund", "according", "noun"]

QUOTE = Tokens.QUOTE
_ADVERBS = frozenset(
    "also later then again once only even often always still just already soon once himself herself both earlier yesterday today "
    "afterwards afterward instead simply first further in-turn".split()
)
_AUXILIARIES = frozenset("has had have having did do does".split())
_HABITS = frozenset({"would", "will", "to", "could", "might", "can"})
_NEGATIONS = frozenset("not never nobody neither nor hardly n't cannot".split())
_ARTICLES = frozenset("a an some one two three several many most few another any no every each".split())
_DEFINITE = frozenset({"the", "this", "that", "his", "her", "its", "their", "our", "my"})
_NO_SUBJECT = _ARTICLES | _DEFINITE | frozenset("of as much so newly this be was were been is are being get gets got by and or with".split())
"""What before a form of a verb of speech shows that it is none: “an estimated”, “was told”, “his claims”."""
_PREPOSITIONS = frozenset(
    """
    of for at in from with on to by about under over near outside after before during since until against across along behind
    beside beyond inside above below around within without amid upon opposite through despite among between
    """.split()
)
_LINKS = frozenset({"of", "for", "at", "from", "in", "with"})
_CLAUSES = frozenset(
    """
    and but that when while because as if whether until since which who whom whose then so though although where how what than
    or is was were are be been being has had have will would could should may might must can did does do after before once
    """.split()
)
_ENDS_PHRASE = _PREPOSITIONS | _CLAUSES | frozenset("following afterwards later yesterday today early late this last".split())
_MARKS = frozenset({",", ";", ":", ".", "!", "?", "—", "–", "(", ")", "-", "…", QUOTE})
_BREAKS = frozenset({";", ":", ".", "!", "?", "—", "–", "…", QUOTE})
_HUMAN = ROLES | frozenset(
    """
    man woman boy girl neighbour neighbor student passenger protester volunteer fan shopper voter caller patient worker reader
    spectator visitor tourist customer pensioner child person survivor
    """.split()
)
_MEDIA = frozenset("phone telephone email e-mail text video letter radio television".split())
_PIECES = 8
"""Pieces between commas that may stand between a subject and its verb."""
_WIDE = 40
"""Tokens from a verb within which its subject is looked for."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody speaks: tokens `first` to `last` (the verb being `verb`) say so; `speaker` None where nobody is named."""

    speaker: str | None
    first: int
    last: int
    verb: int
    manner: Manner


@dataclass(frozen=True, slots=True)
class _Subject:
    """A subject in tokens `first` to `last`; `name` None where it names nobody (“one resident”)."""

    name: str | None
    first: int
    last: int


class Speakers:
    """Reads the attributions of one article, sentence by sentence."""

    def __init__(self, tokens: Tokens, cast: Cast, memory: Memory) -> None:
        """Read `tokens` with what is known of the people."""
        self._tokens, self._cast, self._memory = tokens, cast, memory
        self._low = tokens.low
        self._from = self._to = 0
        self._here: list[str] = []

    def attributions(self, within: range) -> list[Attribution]:
        """Everything that says in a sentence that somebody speaks, in order."""
        self._from, self._to = within.start, within.stop
        self._here = []
        asked: str | None = None
        found: list[Attribution] = []
        for i in within:
            word = self._low[i]
            attribution = None if i in self._cast.name_at else self._attribution(i, word, found)
            if word == "asked" and i + 1 in self._cast.name_at:
                asked = self._cast.full(self._cast.name_at[i + 1])
            if attribution:
                found.append(attribution)
                if attribution.speaker:
                    self._here.append(attribution.speaker)
        self._memory.asked = asked
        return found

    def _attribution(self, i: int, word: str, found: list[Attribution]) -> Attribution | None:
        """What the word at token `i` tells of somebody who speaks."""
        if word in BASE and i > self._from and self._low[i - 1] in _HABITS:
            return self._by_habit(i)
        if word in SPOKE:
            return self._by_verb(i)
        if word in GERUNDS:
            return self._by_gerund(i, found)
        if word == "according" and self._next(i) == "to":
            return self._phrase_right(i, i + 2, "according")
        if word in DOCUMENTS and self._next(i) in SENT:
            return self._phrase_right(i, i + 2, "noun")
        return self._by_noun(i) if word in WORDS else None

    def tells_of_stranger(self, within: range) -> bool:
        """Whether a sentence begins with somebody who has no name: “A woman in the third row stood up.”."""
        start = within.start
        if start >= within.stop or self._low[start] not in {"a", "an", "one", "another"}:
            return False
        return any(self._low[i] in _HUMAN for i in range(start + 1, min(start + 5, within.stop)))

    def subject(self, within: range) -> str | None:
        """The person or body with whom a sentence begins, whom a pronoun in the next one means."""
        self._from, self._to = within.start, within.stop
        self._here = []
        found = self._opening(within.stop)
        return found.name if found else None

    def mentioned(self, within: range) -> list[str]:
        """The people and bodies that a sentence names, in order."""
        found: dict[str, None] = {}
        k = -1
        for i in within:
            here = self._cast.name_at.get(i, -1)
            if here not in {-1, k}:
                k = here
                if self._cast.is_doubtful(k):
                    continue
                if self._low[self._cast.extent(k)[0] - 1] not in _PREPOSITIONS or self._cast.is_person(self._cast.full(k)):
                    found[self._cast.full(k)] = None
        found.pop("", None)
        return list(found)

    # Ways of saying that somebody speaks

    def _by_verb(self, v: int) -> Attribution | None:
        """“X said”, “said X”."""
        if self._next(v) == "by" and self._next(v + 1) not in _MEDIA:
            return None
        word = self._low[v]
        if word in {"put", "puts"} and self._next(v) != "it":
            return None
        if word in {"say", "tell"} and not (v > self._from and self._low[v - 1] in {"they", "we", "officials", "police", "who"}):
            return None
        before = self._before(v)
        if before in _BREAKS | {"", ","} and word in INVERTED and self._may_invert(v):
            found = self._right(v + 1)
            if found and (self._quoted_before(v) or (found.name and self._at(found.last + 1) in {",", ".", ":", ";", ""})):
                return Attribution(found.name, v, found.last, v, "verb")
        left = self._left(v)
        if left is None:
            return None
        if left.name is None and word in {"read", "reads", "began", "begins", "continued", "called", "shared", "issued"}:
            return None
        return Attribution(left.name, left.first, v, v, "verb")

    def _quoted_before(self, v: int) -> bool:
        """Whether nothing but a comma stands between a quotation (or the beginning) and a verb."""
        i = v - 1 - (self._before(v) == ",")
        return i < self._from or self._low[i] in _BREAKS

    def _may_invert(self, v: int) -> bool:
        """Whether what stands before a verb lets its subject follow: a quotation, a comma, or nothing at all."""
        if v == self._from or self._low[v - 1] in {".", ":", "!", "?"}:
            return self._low[v] in OPENING
        return True

    def _by_habit(self, v: int) -> Attribution | None:
        """“Her father used to say”, “he would say”, “she went on to say”; not “declined to say”, “would not say”."""
        i = v - 1
        if self._low[i] == "to":
            i -= 1
            if self._at(i) == "on" and self._at(i - 1) in {"went", "goes"}:
                i -= 1
            elif self._at(i) == "this" and self._at(i - 1) in {"had", "has"}:
                i -= 1
            elif self._at(i) not in {"used", "liked", "likes", "loved"}:
                return None
        found = self._left(i)
        return Attribution(found.name, found.first, v, v, "verb") if found else None

    def _by_gerund(self, v: int, found: list[Attribution]) -> Attribution | None:
        """“X did this, saying”: whoever spoke before in the sentence, else with whom it begins."""
        if self._at(v - 1) == "as" and v - 1 > self._from:
            return self._as_saying(v)
        if self._at(v - 1) in _DEFINITE | {"of", "by", "without", "than", "from"} and self._at(v - 2) != "beyond":
            return None
        earlier = [attribution for attribution in found if attribution.manner != "noun"]
        if earlier:
            return Attribution(earlier[-1].speaker, v, v, v, "gerund")
        opening = self._opening(v)
        return Attribution(opening.name, v, v, v, "gerund") if opening else None

    def _as_saying(self, v: int) -> Attribution | None:
        """“X was quoted as saying”, “Interfax quoted X as saying”."""
        for i in range(v - 2, max(self._from, v - 14) - 1, -1):
            if self._low[i] in {"quoted", "quotes", "cited", "reported"}:
                if i + 1 == v - 1:
                    found = self._left(i - 1) if self._at(i - 1) in {"was", "is", "were", "been"} else None
                else:
                    found = self._right(i + 1)
                return Attribution(found.name if found else None, i, v, v, "gerund")
        return None

    def _by_noun(self, i: int) -> Attribution | None:
        """“Lorrimer’s claim that”, “in the words of X”, “in his words”."""
        if self._low[i] == "words" and self._next(i) == "of":
            return self._phrase_right(i, i + 2, "noun")
        for j in range(i - 1, max(self._from, i - 4) - 1, -1):
            word = self._low[j]
            k = self._cast.name_at.get(j)
            if word in {"his", "her", "their", "its"}:
                pronoun = {"his": "he", "her": "she"}.get(word, "it")
                return Attribution(self._memory.meant_by(pronoun, here=self._here), j, i, i, "noun")
            if k is not None and (word.endswith("'s") or self._at(j + 1) in {"'", "’"}):
                return Attribution(self._cast.full(k) or None, self._cast.extent(k)[0], i, i, "noun")
            if word in _MARKS or word in _ARTICLES or word == "the":
                break
        return None

    def _phrase_right(self, first: int, start: int, manner: Manner) -> Attribution | None:
        found = self._right(start)
        return Attribution(found.name, first, found.last, first, manner) if found else None

    # The subject in front of a verb

    def _left(self, v: int) -> _Subject | None:
        """The subject that ends before token `v`; None where that token has none."""
        i = v - 1
        while i >= self._from and (self._low[i] in _ADVERBS or self._low[i] in _AUXILIARIES or self._is_adverb(i)):
            i -= 1
        if i < self._from or self._low[i] in _NEGATIONS or self._low[i].endswith("n't"):
            return None
        word = self._low[i]
        if word in PERSONAL | IMPERSONAL:
            return self._pronoun(i, v)
        if word == "who":
            j = i - 1 - (self._at(i - 1) == ",")
            return self._phrase_left(j) if j >= self._from else None
        if word in {",", ")"} or (word in {"—", "–"} and self._has_before(i)):
            return self._interrupted(i)
        if word in _MARKS or word in _NO_SUBJECT or not self._tokens.is_word(i):
            return self._shared_subject(i) if word in {"and", "but", "then"} else None
        return self._phrase_left(i)

    def _is_adverb(self, i: int) -> bool:
        return self._low[i].endswith("ly") and len(self._low[i]) > 4 and i not in self._cast.name_at  # noqa: PLR2004

    def _has_before(self, i: int) -> bool:
        return any(self._low[j] == self._low[i] for j in range(max(self._from, i - _WIDE), i))

    def _shared_subject(self, i: int) -> _Subject | None:
        """“X shook her head and said”: the subject of the verbs before."""
        found = self._opening(i)
        return _Subject(found.name, i, i) if found else None

    def _pronoun(self, i: int, v: int) -> _Subject:
        if self._low[v] in ANSWERS and self._low[i] in PERSONAL and self._memory.asked:
            return _Subject(self._memory.asked, i, i)
        name = self._memory.meant_by(self._low[i], here=self._before_names(i))
        if self._low[i] in IMPERSONAL and self._low[v] in {"read", "reads", "continued", "went", "ended", "began"}:
            name = self._memory.author or name
        return _Subject(name, i, i)

    def _before_names(self, i: int) -> list[str]:
        """Who was spoken of in the sentence before a pronoun: its subject first."""
        opening = self._opening(i)
        names = [opening.name] if opening and opening.name else []
        return [*names, *self._here]

    def _interrupted(self, i: int) -> _Subject | None:
        """The subject before an interruption: “Oda Brennick, the mayor of Calder Quay, said”."""
        if self._low[i] == ")":
            j = i
            while j > self._from and self._low[j] != "(":
                j -= 1
            return self._phrase_left(j - 1) if j - 1 >= self._from else None
        mark, end, fallback = self._low[i], i - 1, None
        for _ in range(_PIECES):
            start = end
            while start >= self._from and self._low[start] != mark and i - start < _WIDE and not self._breaks(start):
                start -= 1
            if start + 1 > end:
                break
            name = self._pure_name(start + 1, end)
            if name and (end < i - 1 or self._cast.is_person(name.name or "")):
                return self._with_role(name, start, mark)
            whole = start < self._from or self._low[start] != mark
            found = self._phrase_left(end, lowest=start + 1) if whole or self._low[start + 1] not in _CLAUSES else None
            if found and found.name and self._cast.is_person(found.name):
                described = self._low[start + 1] in _DEFINITE | _ARTICLES
                if not described or (found.first == start + 1 and end in self._cast.name_at):
                    return found
            fallback = found if whole and found else fallback or name or found
            if whole:
                break
            end = start - 1
        return fallback

    def _breaks(self, i: int) -> bool:
        """Whether a token ends what may stand between commas; the title of a book does not: “author of “…”, said”."""
        titled = self._low[i] == QUOTE and i > self._from and self._low[i - 1] in {"of", "the", "called", "titled"}
        return self._low[i] in _BREAKS and not titled

    def _with_role(self, name: _Subject, comma: int, mark: str) -> _Subject:
        """The subject with what it is called before the comma: “the new manager, Philippa Maddox,”."""
        if comma <= self._from or self._low[comma] != mark:
            return name
        first = comma
        while first > self._from and comma - first < _WIDE // 2 and self._continues(first - 1):
            first -= 1
        called = first < comma and (self._low[first] in _DEFINITE | _ARTICLES or first in self._cast.name_at)
        return _Subject(name.name, first, name.last) if called else name

    def _pure_name(self, first: int, last: int) -> _Subject | None:
        """A piece that is a name and nothing else but titles and words that lead on: “then Stephen Altemus”."""
        k = self._cast.name_at.get(last)
        if k is None or fold(self._cast.names[k].full).split()[-1] in TITLES or self._low[last].endswith("'s"):
            return None
        start, _ = self._cast.extent(k)
        if any(self._low[j] not in TITLES and self._low[j] not in NOT_NAMES for j in range(first, start)):
            return None
        if any(self._low[j] in _PREPOSITIONS or self._low[j] in _ARTICLES for j in range(first, start)):
            return None
        return _Subject(self._cast.full(k) or None, start, last)

    def _phrase_left(self, last: int, *, lowest: int | None = None) -> _Subject | None:
        """The noun phrase that ends with token `last`."""
        lowest = self._from if lowest is None else lowest
        first = last
        while first > lowest and last - first < _WIDE // 2 and self._continues(first - 1):
            first -= 1
        joint = first - 1 >= lowest and self._low[first - 1] in {"and", "or"} and self._joins(first - 2, last)
        return _Subject(None, first, last) if joint else self._resolve(first, last)

    def _continues(self, i: int) -> bool:
        word = self._low[i]
        return i in self._cast.name_at or not (word in _MARKS or word in _CLAUSES)

    def _joins(self, i: int, last: int) -> bool:
        """Whether “and” joins two subjects (“Lavrov and Tillerson”), not two clauses."""
        k = self._cast.name_at.get(i)
        if k is None or last not in self._cast.name_at:
            return False
        before = self._cast.extent(k)[0] - 1
        return self._cast.is_person(self._cast.full(k)) or before < self._from or self._low[before] in _MARKS

    def _resolve(self, first: int, last: int) -> _Subject | None:
        """Whom the noun phrase in tokens `first` to `last` means."""
        if first > last:
            return None
        k = self._cast.name_at.get(last)
        if k is not None and not self._is_title(k):
            start, _ = self._cast.extent(k)
            start = max(start, first)
            link = start - 1
            while link >= first and (self._low[link] in _DEFINITE or self._low[link] in TITLES and link == start - 1):
                link -= 1
            if link > first and self._low[link] in (_PREPOSITIONS if self._low[first] in _DEFINITE | _ARTICLES else _LINKS) and start - link < 3:  # noqa: PLR2004
                return self._linked(first, link, last)
            if link == first and self._low[link] in _PREPOSITIONS and link == start - 1:
                return None
            if self._low[last].endswith("'s"):
                return None
            return _Subject(self._cast.full(k) or None, first, last)
        return self._noun(first, last)

    def _linked(self, first: int, link: int, last: int) -> _Subject | None:
        """“Nancy Chabot of NASA”, “a spokesman for the ministry”: whoever stands before the link."""
        found = self._resolve(first, link - 1)
        return _Subject(found.name, first, last) if found else None

    def _noun(self, first: int, last: int) -> _Subject | None:
        """A role or a body without its name: “the mayor”, “the head of the union”, “police”."""
        while first < last and (self._low[first] in _PREPOSITIONS or self._low[first] in NOT_NAMES - _ARTICLES - _DEFINITE):
            first += 1
        start = first
        for i in range(last, first - 1, -1):
            if self._low[i] in _DEFINITE | _ARTICLES and (i == first or self._low[i - 1] not in _LINKS):
                start = i
                break
        head = last
        for i in range(start + 1, last):
            if self._low[i] in _PREPOSITIONS:
                head = i - 1
                break
        word = self._low[head]
        if word.isdigit() or not self._tokens.is_word(head):
            return None
        return _Subject(self._called(start, head), start, last)

    def _called(self, start: int, head: int) -> str | None:
        """The person or body that is called by a noun with its article."""
        word, article = self._low[head], self._low[start]
        owned = any(self._low[i].endswith("'s") or self._low[i] in {"'", "’"} for i in range(start, head))
        if article in _ARTICLES:
            return None
        if article not in _DEFINITE and not owned:
            return word if word == "police" else self._titled(start, head)
        if word in DOCUMENTS:
            return self._memory.author
        role = self._cast.role(word, self._low[head - 1] if head > start else "")
        if role:
            return role
        if word in BODIES and article != "her" and article != "his":
            body = self._cast.body(word, head)
            return self._words(start + (article in _DEFINITE), head) if body == word and head - start < 5 else body  # noqa: PLR2004
        if article != "the" or owned or word not in ROLES:
            return None
        near = self._memory.author if self._memory.in_paragraph else None
        if near and self._cast.is_person(near) and not self._cast.has_role(near):
            return near  # “Viktor Almasy signed at noon. “Nobody won,” the director said.”
        return word if word in OFFICES else None

    def _words(self, first: int, last: int) -> str:
        """The words of a run of tokens as they stand in the text."""
        return " ".join(self._tokens.masked[self._tokens.starts[first] : self._tokens.ends[last]].split())

    def _titled(self, start: int, head: int) -> str | None:
        """A role with a capital, without an article: “Prime Minister said”."""
        return self._cast.role(self._low[head], self._low[head - 1]) if self._tokens.is_upper(start) else None

    def _is_title(self, k: int) -> bool:
        return all(fold(word) in TITLES for word in self._cast.names[k].full.split())

    # The subject behind a verb

    def _right(self, start: int) -> _Subject | None:
        """The subject that begins with token `start`: “said the mayor, Oda Brennick”."""
        if start >= self._to:
            return None
        word = self._low[start]
        if word in PERSONAL or (word in IMPERSONAL and self._at(start + 1) in {",", ".", ""}):
            return _Subject(self._memory.meant_by(word, here=self._here), start, start)
        end = start
        while end < self._to and end - start < _WIDE // 2 and (end in self._cast.name_at or not self._ends(end)):
            end += 1
            if self._at(end) == "and" and self._low[end - 1] in ROLES and self._at(end + 1) in ROLES:
                end += 1  # “co-founder and CEO Arsen Avakian”
        if end == start:
            return None
        last = end - 1
        named = any(i in self._cast.name_at for i in range(start, end))
        if not (named or word in _DEFINITE | _ARTICLES | ROLES | BODIES):
            return None
        return self._named_right(start, last) if named else self._appositive(start, last)

    def _ends(self, i: int) -> bool:
        return self._low[i] in _MARKS or self._low[i] in _ENDS_PHRASE

    def _named_right(self, start: int, last: int) -> _Subject | None:
        """A phrase that holds a name: the person is the last one, where nothing but titles stands around it."""
        ends = [i for i in range(start, last + 1) if i in self._cast.name_at]
        k = self._cast.name_at[ends[-1]]
        if ends[-1] == last and not self._is_title(k) and not self._low[last].endswith("'s"):
            if self._at(last + 1) == "and" and self._cast.name_at.get(last + 2) is not None:
                return _Subject(None, start, last)
            return _Subject(self._cast.full(k) or None, start, last)
        if self._low[last] in ROLES | BODIES or self._low[start] in _DEFINITE | _ARTICLES:
            return self._appositive(start, last)
        first, end = self._cast.extent(self._cast.name_at[start]) if start in self._cast.name_at else (start, -1)
        return _Subject(self._cast.full(self._cast.name_at[first]) or None, first, end) if end >= 0 else None

    def _appositive(self, start: int, last: int) -> _Subject | None:
        """“the head of the union, Renske Dahlgaard”: the name behind the comma, else whom the words before it mean."""
        end = last
        while end + 1 < self._to and end - last < _WIDE // 2 and self._low[end + 1] not in _BREAKS | {","}:
            if self._low[end + 1] in _CLAUSES:
                break
            end += 1
        if self._at(end + 1) == ",":
            for i in range(end + 2, min(end + 6, self._to)):
                k = self._cast.name_at.get(i)
                if k is not None:
                    name = self._cast.full(k)
                    single = " " not in name and self._low[last] in ROLES and name not in NOT_NAMES
                    return _Subject(name, start, self._cast.extent(k)[1]) if single or self._cast.is_person(name) else None
                if self._low[i] not in TITLES:
                    break
        found = self._noun(start, last)
        return _Subject(found.name, start, last) if found else None

    # The subject of a sentence

    def _opening(self, before: int) -> _Subject | None:
        """The subject with which a sentence begins, pieces such as “On Monday,” and “Asked about it,” left out."""
        for first, last in self._pieces(min(before, self._to)):
            word = self._low[first]
            if word in {"but", "and", "then", "so", "yet", "later", "meanwhile", "there", "still", "now"} and first < last:
                first += 1  # noqa: PLW2901
                word = self._low[first]
            if word in PERSONAL | IMPERSONAL:
                return _Subject(self._memory.meant_by(word), first, first)
            k = self._cast.name_at.get(first)
            if k is not None and self._cast.is_doubtful(k):
                if first == last or self._low[first] in _PREPOSITIONS:
                    continue
                return _Subject(None, first, first)
            lead = first
            while k is None and lead < last and (self._low[lead] in TITLES or self._low[lead] in _DEFINITE or self._tokens.is_upper(lead)):
                lead += 1
                k = self._cast.name_at.get(lead)
            if k is not None and not self._is_title(k):
                end = self._cast.extent(k)[1]
                if not self._low[end].endswith("'s"):
                    return self._with_name(first, end, last) or self._resolve(first, end)
            if word in _DEFINITE or k is not None:
                end = first
                while end < last and not self._low[end + 1] in _CLAUSES | _PREPOSITIONS and end - first < 6:  # noqa: PLR2004
                    end += 1
                return self._role_in(first, end)
            if word in _ARTICLES:
                return _Subject(None, first, first)
        return None

    def _with_name(self, first: int, end: int, last: int) -> _Subject | None:
        """“Balderton general partner Rana Yared”: the name behind the role that a body's name leads to."""
        for i in range(end + 1, min(end + 5, last)):
            if self._low[i] in ROLES and i + 1 in self._cast.name_at:
                return _Subject(self._cast.full(self._cast.name_at[i + 1]) or None, first, i + 1)
            if not self._tokens.is_word(i) or self._low[i] in _CLAUSES | _PREPOSITIONS | _DEFINITE:
                break
        return None

    def _role_in(self, first: int, end: int) -> _Subject | None:
        """The first role or body in a run of words whose end is not known: “The treasurer sat through the evening”."""
        for i in range(first + 1, end + 1):
            if self._low[i] in ROLES | BODIES | DOCUMENTS and self._low[i - 1] != "of":
                if i + 1 in self._cast.name_at:
                    return _Subject(self._cast.full(self._cast.name_at[i + 1]) or None, first, i + 1)
                if self._at(i + 1) == ",":
                    k = self._cast.name_at.get(i + 2)
                    if k is not None and self._cast.is_person(self._cast.full(k)):
                        return _Subject(self._cast.full(k) or None, first, i)
                return _Subject(self._called(first, i), first, i)
        return _Subject(None, first, first)

    def _pieces(self, before: int) -> Iterator[tuple[int, int]]:
        """The pieces of a sentence between commas, up to a token or the first quotation."""
        first = self._from
        for i in range(self._from, before):
            if self._low[i] in {",", "—", "–", ";", ":", QUOTE}:
                if i > first:
                    yield first, i - 1
                if self._low[i] in {";", ":", QUOTE}:
                    return
                first = i + 1
        if before > first:
            yield first, before - 1

    # Looking around

    def _at(self, i: int) -> str:
        return self._low[i] if self._from <= i < self._to else ""

    def _next(self, i: int) -> str:
        return self._at(i + 1)

    def _before(self, i: int) -> str:
        return self._at(i - 1)
