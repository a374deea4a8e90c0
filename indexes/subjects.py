"""Finds the subject of a verb in one sentence: in front of it, behind it, or where the sentence begins."""

from collections.abc import Iterator

from indexes.casts import Cast
from indexes.mentions import IMPERSONAL, PERSONAL, Memory
from indexes.named import BODIES, ROLES
from indexes.names import NOT_NAMES, TITLES
from indexes.phrases import ARTICLES, DEFINITE, PREPOSITIONS, Phrases, Subject
from indexes.speech_verbs import ANSWERS, DOCUMENTS
from indexes.tokens import Tokens

QUOTE = Tokens.QUOTE
BREAKS = frozenset({";", ":", ".", "!", "?", "—", "–", "…", QUOTE})
"""Marks that end a clause."""
MARKS = BREAKS | {",", "(", ")", "-"}

_ADVERBS = frozenset(
    """
    also later then again once only even often always still just already soon himself herself both earlier yesterday today
    afterwards afterward instead simply first further has have had having did do does
    """.split()
)
"""Words between a subject and its verb."""
_NEGATIONS = frozenset("not never nobody neither nor hardly n't cannot".split())
_NO_SUBJECT = (
    ARTICLES
    | DEFINITE
    | frozenset("of as much so newly be was were been is are being get gets got by and or with".split())
)
"""What before a form of a verb of speech shows that it is none: “an estimated”, “was told”, “his claims”."""
_CLAUSES = frozenset(
    """
    and but that when while because as if whether until since which who whom whose then so though although where how what
    than or is was were are be been being has had have will would could should may might must can did does do after before
    once
    """.split()
)
"""Words that no noun phrase goes on behind."""
_ENDS_PHRASE = (
    PREPOSITIONS | _CLAUSES | frozenset("following afterwards later yesterday today early late this last".split())
)
_LEADS_ON = frozenset("but and then so yet later meanwhile there still now".split())
_GOES_ON = frozenset({"read", "reads", "continued", "went", "ended", "began"})
"""What “it”, the statement, does."""
_TITLED = frozenset({"of", "the", "called", "titled"})
_PIECES = 8
"""Pieces between commas that may stand between a subject and its verb."""
_WIDE, _PHRASE, _SENTENCE = 40, 20, 400
"""Tokens within which a subject, the end of a noun phrase and the subject of a sentence are looked for."""
_FEW = 8


class Subjects:
    """Reads the subjects of one sentence."""

    def __init__(self, tokens: Tokens, cast: Cast, memory: Memory, within: range) -> None:
        """Read the tokens `within` with what is known of the people."""
        self._tokens, self._cast, self._memory = tokens, cast, memory
        self._phrases = Phrases(tokens, cast, memory)
        self._named, self._low = cast.named, tokens.low
        self._from, self._to = within.start, within.stop
        self._here: list[str] = []
        self._opened = False
        self._opening: Subject | None = None

    def hear(self, speaker: str) -> None:
        """Remember who spoke in this sentence, whom a pronoun can mean further on."""
        if len(self._here) < _FEW:
            self._here.append(speaker)

    def at(self, i: int) -> str:
        """The word of a token of the sentence, empty outside it."""
        return self._low[i] if self._from <= i < self._to else ""

    # In front of a verb

    def left(self, v: int) -> Subject | None:
        """The subject that ends before token `v`; None where that token has none."""
        i = v - 1
        while i >= self._from and (self._low[i] in _ADVERBS or self._is_adverb(i)):
            i -= 1
        word = self.at(i)
        if word == "" or word in _NEGATIONS or word.endswith("n't"):
            return None
        if word in PERSONAL | IMPERSONAL:
            return self._pronoun(i, v)
        if word in {"who", ")"}:
            return self._phrase(self._behind(i, "(") - 1 if word == ")" else i - 1 - (self.at(i - 1) == ","))
        if word == "," or (word in {"—", "–"} and self._behind(i, word) >= self._from):
            return self._interrupted(i)
        if word in {"and", "but", "then"}:  # “X shook her head and said”
            opening = self.opening()
            return Subject(opening.name, i, i) if opening else None
        return None if word in MARKS or word in _NO_SUBJECT or not self._tokens.is_word(i) else self._unclosed(i)

    def _unclosed(self, i: int) -> Subject | None:
        """The noun phrase in front of a verb, or the name whose description it is: “Ambrose Tully, a fisherman said”."""
        found = self._phrase(i)
        if found is None or found.name is not None or self.at(found.first - 1) != ",":
            return found
        end = found.first - 2
        k = self._named.at.get(end, -1)
        name = self._pure_name(self._named.extent(k)[0], end) if k >= 0 else None
        before = self.at(name.first - 1) if name else "?"
        return name if name and before in MARKS | {""} and self._cast.is_person(name.name or "") else found

    def _is_adverb(self, i: int) -> bool:
        return self._low[i].endswith("ly") and len(self._low[i]) > 4 and i not in self._named.at  # noqa: PLR2004

    def _behind(self, i: int, mark: str) -> int:
        """The token that holds the mark which opens what the mark at token `i` closes; one before the sentence if none."""
        return next(
            (j for j in range(i - 1, max(self._from, i - _WIDE) - 1, -1) if self._low[j] == mark), self._from - 1
        )

    def _pronoun(self, i: int, v: int) -> Subject:
        word, verb = self._low[i], self._low[v]
        if verb in ANSWERS and word in PERSONAL and self._memory.asked:
            return Subject(self._memory.asked, i, i)
        opening = self.opening(i)
        here = [opening.name, *self._here] if opening and opening.name else self._here
        name = self._memory.meant_by(word, here=here)
        if word in IMPERSONAL and verb in _GOES_ON:
            name = self._memory.author or name
        return Subject(name, i, i)

    def _interrupted(self, i: int) -> Subject | None:
        """The subject before an interruption: “Oda Brennick, the mayor of Calder Quay, said”."""
        mark, end, fallback = self._low[i], i - 1, None
        for _ in range(_PIECES):
            start = end
            while start >= self._from and self._low[start] != mark and i - start < _WIDE and not self._breaks(start):
                start -= 1
            if start >= end:
                break
            pure = self._pure_name(start + 1, end)
            if pure and (end < i - 1 or self._cast.is_person(pure.name or "")):
                return self._with_role(pure, start, mark)
            whole = self.at(start) != mark
            found = self._phrase(end, lowest=start + 1) if whole or self._low[start + 1] not in _CLAUSES else None
            if found and self._is_subject(found, start + 1, end):
                return found
            fallback = found if whole and found else fallback or pure or found
            if whole:
                break
            end = start - 1
        return fallback

    def _is_subject(self, found: Subject, first: int, last: int) -> bool:
        """Whether a piece between commas names the person it is about: not “the woman who beat Piet Lorrimer”."""
        if not found.name or not self._cast.is_person(found.name):
            return False
        described = self._low[first] in DEFINITE | ARTICLES
        return not described or (found.first == first and last in self._named.at)

    def _breaks(self, i: int) -> bool:
        """Whether a token ends what may stand between commas; the title of a book does not: “author of “…”, said”."""
        return self._low[i] in BREAKS and not (self._low[i] == QUOTE and self.at(i - 1) in _TITLED)

    def _with_role(self, name: Subject, comma: int, mark: str) -> Subject:
        """The subject with what it is called before the comma: “the new manager, Philippa Maddox,”."""
        if self.at(comma) != mark:
            return name
        first = comma
        while first > self._from and comma - first < _PHRASE and self._continues(first - 1):
            first -= 1
        called = first < comma and (self._low[first] in DEFINITE | ARTICLES or first in self._named.at)
        return Subject(name.name, first, name.last) if called else name

    def _pure_name(self, first: int, last: int) -> Subject | None:
        """A piece that is a name and nothing else but titles and words that lead on: “then Viktor Almasy”."""
        k = self._named.at.get(last)
        if k is None or self._phrases.is_possessive(last) or self._phrases.is_title(k):
            return None
        start = self._named.extent(k)[0]
        for word in self._low[first:start]:
            if (word not in TITLES and word not in NOT_NAMES) or word in PREPOSITIONS or word in ARTICLES:
                return None
        return Subject(self._named.full(k) or None, start, last)

    def _phrase(self, last: int, *, lowest: int | None = None) -> Subject | None:
        """The noun phrase that ends with token `last`."""
        lowest = self._from if lowest is None else lowest
        if last < lowest:
            return None
        first = last
        while first > lowest and last - first < _PHRASE and self._continues(first - 1):
            first -= 1
        joint = first - 1 >= lowest and self._low[first - 1] in {"and", "or"} and self._joins(first - 2, last)
        return Subject(None, first, last) if joint else self._phrases.meaning(first, last)

    def _continues(self, i: int) -> bool:
        word = self._low[i]
        return i in self._named.at or not (word in MARKS or word in _CLAUSES)

    def _joins(self, i: int, last: int) -> bool:
        """Whether “and” joins two subjects (“Dahlgaard and Almasy”), not two clauses."""
        k = self._named.at.get(i)
        if k is None or last not in self._named.at:
            return False
        before = self.at(self._named.extent(k)[0] - 1)
        return self._cast.is_person(self._named.full(k)) or before == "" or before in MARKS

    def possessed(self, i: int) -> Subject | None:
        """Whose the noun at token `i` is: “Lorrimer’s claim”, “her verdict”."""
        for j in range(i - 1, max(self._from, i - 4) - 1, -1):
            word = self._low[j]
            k = self._named.at.get(j)
            if word in {"his", "her", "their", "its"}:
                pronoun = {"his": "he", "her": "she"}.get(word, "it")
                return Subject(self._memory.meant_by(pronoun, here=self._here), j, i)
            if k is not None and (self._phrases.is_possessive(j) or self.at(j + 1) in {"'", "’"}):
                return Subject(self._named.full(k) or None, self._named.extent(k)[0], i)
            if word in MARKS or word in ARTICLES or word == "the":
                break
        return None

    # Behind a verb

    def right(self, start: int) -> Subject | None:
        """The subject that begins with token `start`: “said the mayor, Oda Brennick”."""
        word = self.at(start)
        if word in PERSONAL or (word in IMPERSONAL and self.at(start + 1) in {",", ".", ""}):
            return Subject(self._memory.meant_by(word, here=self._here), start, start)
        end = start
        while end < self._to and end - start < _PHRASE and (end in self._named.at or not self._ends(end)):
            end += 1
            if self.at(end) == "and" and self._low[end - 1] in ROLES and self.at(end + 1) in ROLES:
                end += 1  # “owner and manager Anselm Drury”
        last = end - 1
        names = [i for i in range(start, end) if i in self._named.at]
        if names:
            return self._with_names(start, last, names)
        return self._described(start, last) if end > start and word in DEFINITE | ARTICLES | ROLES | BODIES else None

    def _ends(self, i: int) -> bool:
        return self._low[i] in MARKS or self._low[i] in _ENDS_PHRASE

    def _with_names(self, start: int, last: int, names: list[int]) -> Subject | None:
        """A phrase that holds names: the person is the last one, where nothing follows it."""
        k = self._named.at[names[-1]]
        if names[-1] == last and not self._phrases.is_title(k) and not self._phrases.is_possessive(last):
            joint = self.at(last + 1) == "and" and last + 2 in self._named.at
            return Subject(None if joint else self._named.full(k) or None, start, last)
        if self._low[last] in ROLES | BODIES or self._low[start] in DEFINITE | ARTICLES:
            return self._described(start, last)
        if names[0] != start:
            return None
        return Subject(
            self._named.full(self._named.at[start]) or None, start, self._named.extent(self._named.at[start])[1]
        )

    def _described(self, start: int, last: int) -> Subject | None:
        """“the head of the union, Renske Dahlgaard”: the name behind the comma, else whom the words before it mean."""
        comma = next((i for i in range(last + 1, last + _PHRASE) if self.at(i) in MARKS | _CLAUSES | {""}), last)
        i = comma + 1
        while self.at(i) in TITLES and i not in self._named.at:
            i += 1
        k = self._named.at.get(i) if self.at(comma) == "," and i < self._to else None
        if k is not None:
            name = self._named.full(k)
            single = " " not in name and self._low[last] in ROLES
            named = single or self._cast.is_person(name)
            return Subject(name or None, start, self._named.extent(k)[1]) if named else None
        found = self._phrases.meaning(start, last)
        return Subject(found.name, start, last) if found else None

    # At the beginning

    def opening(self, before: int | None = None) -> Subject | None:
        """The subject with which a sentence begins, pieces such as “On Monday,” and “Asked about it,” left out.

        None where it does not stand before token `before`.
        """
        if not self._opened:
            self._opened = True
            self._opening = self._find_opening()
        found = self._opening
        return found if found and (before is None or found.last < before) else None

    def _find_opening(self) -> Subject | None:
        for first, last in self._pieces(min(self._to, self._from + _SENTENCE)):
            lead = first + (self._low[first] in _LEADS_ON and first < last)
            found = self._opens(lead, last)
            if found:
                return found
        return None

    def _opens(self, first: int, last: int) -> Subject | None:
        """The subject with which a piece of a sentence begins, None where it begins with something else."""
        word = self._low[first]
        if word in PERSONAL | IMPERSONAL:
            return Subject(self._memory.meant_by(word), first, first)
        k = self._named.at.get(first)
        if k in self._named.doubtful:
            return None if first == last or word in PREPOSITIONS else Subject(None, first, first)
        lead = first
        while k is None and lead < last and (self._low[lead] in TITLES | DEFINITE or self._tokens.is_upper(lead)):
            lead += 1
            k = self._named.at.get(lead)
        if k is not None and not self._phrases.is_title(k):
            end = self._named.extent(k)[1]
            if not self._phrases.is_possessive(end):
                return self._behind_role(first, end, last) or self._phrases.meaning(first, end)
        if word in DEFINITE or k is not None:
            return self._role(first, last)
        return Subject(None, first, first) if word in ARTICLES else None

    def _behind_role(self, first: int, end: int, last: int) -> Subject | None:
        """“Northline editor Noor Halvard”: the name behind the role that a body's name leads to."""
        for i in range(end + 1, min(end + 5, last)):
            if self._low[i] in ROLES and i + 1 in self._named.at:
                return Subject(self._named.full(self._named.at[i + 1]) or None, first, i + 1)
            if not self._continues(i) or self._low[i] in PREPOSITIONS | DEFINITE:
                break
        return None

    def _role(self, first: int, last: int) -> Subject:
        """The first role or body in a run of words whose end is not known: “The treasurer sat through the evening”."""
        for i in range(first + 1, min(last, first + 6) + 1):
            if self._low[i] in _CLAUSES | PREPOSITIONS:
                break
            if self._low[i] in ROLES | BODIES | DOCUMENTS:
                behind = self._named.at.get(i + 1, self._named.at.get(i + 2) if self.at(i + 1) == "," else None)
                named = self._named.full(behind) if behind is not None else ""
                if named and (i + 1 in self._named.at or self._cast.is_person(named)):
                    return Subject(named, first, i + 1)
                return Subject(self._phrases.called(first, i), first, i)
        return Subject(None, first, first)

    def _pieces(self, end: int) -> Iterator[tuple[int, int]]:
        """The pieces of a sentence between commas, up to a token or the first quotation."""
        first = self._from
        for i in range(self._from, end):
            if self._low[i] in {",", "—", "–", ";", ":", QUOTE}:
                if i > first:
                    yield first, i - 1
                if self._low[i] in {";", ":", QUOTE}:
                    return
                first = i + 1
        if end > first:
            yield first, end - 1
