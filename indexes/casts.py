"""Finds out who is who in one article: full names, bodies, places, roles and who is “he” and who is “she”."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from indexes.genders import Gender, gender_of_given_name, gender_of_word
from indexes.names import COLLECTIVE, TITLES, Name, People, find_names, fold
from indexes.speech_verbs import SPOKE
from indexes.tokens import Tokens
from indexes.types import Span

_MODIFIERS = frozenset(
    "state foreign prime deputy vice acting former ex interim defence defense finance interior health education justice "
    "assistant senior general mr mrs ms miss dr prof executive attorney".split()
)
"""Titles that are no role by themselves."""

ROLES = (TITLES - _MODIFIERS) | frozenset(
    """
    boss owner founder author agent driver singer actor actress player physiotherapist librarian adviser advisor aide
    president-elect candidate partner host organiser organizer winner champion victim foreman forewoman pilot chef artist
    writer novelist designer developer builder landlord tenant trustee chairperson co-founder operator conductor composer
    architect surgeon psychologist activist campaigner prosecutor developer speaker contractor chaplain warden ranger
    brother sister mother father son daughter wife husband cousin uncle aunt nephew niece widow widower grandmother
    grandfather grandson granddaughter
    """.split()
)
"""What one person of an article is, so that “the mayor” means that person."""

BODIES = COLLECTIVE | frozenset("police ministry government authorities regulator firm factory operator brewery".split())
"""What a body is called without its name: “the union”."""

_GEOGRAPHY = frozenset(
    """
    street road lane avenue bay quay island islands square bridge river point valley hill mountain lake beach park county
    city town village state states kingdom republic islands coast sea ocean strip gardens hall tower building basin bank
    cup games series league open prize award day week act war high rovers united town
    """.split()
)
_OF = (COLLECTIVE - {"church"}) | frozenset("bank friends bulletin bureau".split())
"""Last words of names that “of” continues."""
OFFICES = frozenset(
    """
    mayor president premier chancellor king queen prince princess pope bishop archbishop cardinal minister secretary governor
    director coach manager treasurer head chairman chairwoman chair ambassador commissioner striker goalkeeper skipper inspector
    """.split()
)
"""Roles that tell who speaks even where the article names nobody who holds them."""
_DOES = {"leads": "leader", "led": "leader", "heads": "head", "chairs": "chair", "coaches": "coach", "owns": "owner", "captains": "captain"}
_STOPS = frozenset("of for at in with from who that which and , . ; : ( ) — –".split()) | {Tokens.QUOTE}
_NEAR, _NEAR_CHARACTERS = 20, 500
"""How far back a full name may lie that a surname of several people takes up."""
_DETERMINERS = frozenset("the a an its their his her our".split())
_PLACING = frozenset("in at near outside inside across around throughout into through".split())
_NEUTRAL = frozenset("of from to for off with by and".split())
_OTHERS = _PLACING | _NEUTRAL | frozenset({"behind", "about", "before", "after", ",", "told", "asked", "against", "than"})
"""Words after which a pronoun means another than the one just named: “Vane, her owner”, “sitting behind her”."""
_HIS, _HER = frozenset({"he", "his", "himself"}), frozenset({"she", "her", "herself"})
_NO_NOUNS = _PLACING | _NEUTRAL | frozenset("that when if how what why who because after before on about as until than or but a the".split())


class Cast:
    """The people and bodies of one article."""

    def __init__(self, text: str, tokens: Tokens, sentences: Sequence[Span]) -> None:
        """Read the article once."""
        self._tokens = tokens
        starts = {tokens.starts[at] for sentence in sentences if (at := tokens.at(sentence.start)) < len(tokens)}
        names = _with_of(text, _without_lead(find_names(text), starts))
        self._people = People(names)
        self.names = [name for name in names if not tokens.is_quoted(name.start)]
        """The names outside quotation marks, in order."""
        self.name_at: dict[int, int] = {}
        """Which of them a token belongs to."""
        self._first: list[int] = []
        self._last: list[int] = []
        for k, name in enumerate(self.names):
            first, end = tokens.at(name.start), tokens.at(name.end)
            self._first.append(first)
            self._last.append(max(first, end - 1))
            for i in range(first, max(first + 1, end)):
                self.name_at[i] = k
        self._counts = Counter(fold(name.surname) for name in self.names)
        self._given = self._find_given_names()
        self._full: dict[int, str] = {}
        self._owners: dict[str, str] = {}
        self._introduced = {name.full: name.start for name in reversed(names)}
        self._persons: dict[str, bool] = {}
        self._certain: dict[str, Gender] = {}
        self._titled, self._places = self._find_titled_and_places()
        self._mononyms: set[str] = set()
        self._doubtful = self._find_doubtful(starts)
        self._roles = self._find_roles()
        self._genders = self._find_genders(sentences)

    def is_doubtful(self, k: int) -> bool:
        """Whether a name may be a plain word with the capital of a sentence's beginning."""
        return k in self._doubtful

    def extent(self, k: int) -> tuple[int, int]:
        """The first and the last token of a name."""
        return self._first[k], self._last[k]

    def full(self, k: int) -> str:
        """The fullest form of a name of the article; empty where a surname could be that of several people."""
        if k not in self._full:
            name = self.names[k]
            if " " in name.full:
                self._full[k] = self._people.full(name.full, before=name.end)
            else:
                self._full[k] = self._full_of_single(k, name)
        return self._full[k]

    def _full_of_single(self, k: int, name: Name) -> str:
        """Whom a surname alone means: the only one who has been named, the one it meant before, the one named just now."""
        people = self._people.all_full(name.full)
        if not people:
            return self._given.get(fold(name.full), name.full)
        before = [person for person in people if self._introduced[person] < name.start] or people[:1]
        if len(before) == 1:
            self._owners.setdefault(fold(name.full), before[0])
            return before[0]
        following = [self._low(self._last[k] + i) for i in range(2, 5)]
        told = "he" if "he" in following else "she" if "she" in following else None
        fitting = [person for person in before if told and self._certain.get(person, told) == told]
        if len(fitting) == 1:
            return fitting[0]
        if fold(name.full) in self._owners:
            return self._owners[fold(name.full)]
        for other in reversed(self.names[:k][-_NEAR:]):
            if other.full in before and name.start - other.end < _NEAR_CHARACTERS:
                return other.full
        return ""

    def named(self, name: str, at: int) -> str:
        """The fullest form of a name that stands at a position."""
        return self._people.full(name, before=at)

    def is_person(self, name: str) -> bool:
        """Whether a full name looks like a person's."""
        if name not in self._persons:
            self._persons[name] = self._seems_person(name)
        return self._persons[name]

    def _seems_person(self, name: str) -> bool:
        words = name.split()
        folded = fold(words[-1]) if words else ""
        if len(words) > 1 and name.isupper():
            return False
        if not words or len(words) > 5 or name in self._places or not name[0].isalpha():  # noqa: PLR2004
            return False
        if name in self._titled or name in self._mononyms:
            return True
        return len(words) > 1 and folded not in _GEOGRAPHY and not any(fold(word) in BODIES for word in words) and words[0] not in self._places

    def is_known(self, person: str) -> bool:
        """Whether more than the capitals of a name tells that it is a person's: a title, a role, or being named again."""
        return person in self._titled or person in self._genders or self._counts[fold(person.split()[-1])] > 1

    def is_body(self, name: str) -> bool:
        """Whether a name can be a body's: not a person's, nor a place's."""
        return name not in self._places and not self.is_person(name)

    def gender(self, person: str) -> Gender | None:
        """Whether “he” or “she” means the person, None where nothing tells."""
        return self._genders.get(person)

    def learn(self, person: str, gender: Gender) -> None:
        """Keep what a pronoun told, unless something better is known."""
        self._genders.setdefault(person, gender)

    def role(self, head: str, modifier: str = "") -> str | None:
        """The one person who is “the mayor” or “the foreign minister”; None where nobody is, or more than one."""
        for key in (f"{modifier} {head}", head) if modifier in _MODIFIERS else (head,):
            people = self._roles.get(key)
            if people:
                return next(iter(people)) if len(people) == 1 else None
        return None

    def has_role(self, person: str) -> bool:
        """Whether the article tells what the person is."""
        return any(person in people for people in self._roles.values())

    def body(self, head: str, before: int) -> str:
        """What “the union” means: the one body of the article whose name ends so, else the word itself."""
        found = {}
        for k, name in enumerate(self.names):
            words = fold(name.full).split()
            if len(words) > 1 and words[-1] == head and self._first[k] <= before:
                found[self.full(k)] = None
        return next(iter(found)) if len(found) == 1 else head

    def _find_doubtful(self, starts: set[int]) -> set[int]:
        """Single words with which a sentence begins and which have no capital elsewhere: “Money may decide”."""
        known = {name.full for k, name in enumerate(self.names) if name.start not in starts}
        return {
            k
            for k, name in enumerate(self.names)
            if name.start in starts and self.full(k) == name.full and " " not in name.full and name.full not in known
        }

    def _find_given_names(self) -> dict[str, str]:
        """Given names that one person of the article bears, and no other name is: Silas → Silas Abelard."""
        people: dict[str, set[str]] = {}
        singles = {fold(name.full) for name in self.names if " " not in name.full}
        surnames = {fold(name.surname) for name in self.names if " " in name.full}
        for name in self.names:
            words = name.full.split()
            if 1 < len(words) < 6 and fold(words[-1]) not in BODIES:  # noqa: PLR2004
                for word in words[:-1]:
                    people.setdefault(fold(word), set()).add(name.full)
        return {
            given: next(iter(full))
            for given, full in people.items()
            if given in singles and given not in surnames and len(full) == 1
        }

    def _find_titled_and_places(self) -> tuple[set[str], set[str]]:
        """Names that a title goes before, and names that only ever follow a word of place (“in Pellan Bay”)."""
        titled: set[str] = set()
        placed, others = set(), set()
        for k, name in enumerate(self.names):
            before = self._low(self._first[k] - 1)
            if before == "the":
                before = self._low(self._first[k] - 2)
            if before.rstrip(".") in ROLES | {"mr", "mrs", "ms", "dr", "prof"} and fold(name.surname) not in BODIES:
                titled.add(self.full(k))
                titled.add(name.full)
            elif before in _PLACING:
                placed.add(self.full(k))
            elif before not in _NEUTRAL:
                others.add(self.full(k))
        return titled, placed - titled - others

    def _low(self, i: int) -> str:
        return self._tokens.low[i] if 0 <= i < len(self._tokens) else "."

    def _find_roles(self) -> dict[str, dict[str, None]]:
        """What each person is: “Mayor Oda Brennick”, “the mayor, Oda Brennick”, “Oda Brennick, the mayor of …”."""
        roles: dict[str, dict[str, None]] = {}
        for k, name in enumerate(self.names):
            full = self.full(k)
            if full in self._places or (" " not in full and name.full not in self._titled):
                continue
            first, last = self.extent(k)
            for head in (*self._roles_before(first), *self._roles_after(last)):
                key = self._low(head)
                if key in _DOES:
                    key = _DOES[key]
                roles.setdefault(key, {})[full] = None
                if self._low(head - 1) in _MODIFIERS:
                    roles.setdefault(f"{self._low(head - 1)} {key}", {})[full] = None
        return roles

    def _roles_before(self, first: int) -> list[int]:
        """The role in front of a name: “the union’s treasurer, Cosmo Vantongeren”."""
        at = first - 1
        if self._low(at) == ",":
            at -= 1
            start = at
            for i in range(at, max(at - 12, -1), -1):  # “the head of the union, Renske Dahlgaard”
                if self._low(i) in {"of", "for", "at", "in"}:
                    start = i - 1
                elif self._low(i) in _STOPS:
                    break
            at = start if self._determined(start) else -1
        if self._low(at) not in ROLES or self._low(at - 1) in {"former", "ex", "late"}:
            return []
        return [at]

    def _determined(self, at: int) -> bool:
        """Whether “the”, “its” or “somebody’s” stands up to four words before."""
        for i in range(at, max(at - 5, -1), -1):
            word = self._low(i)
            if word in _DETERMINERS or word.endswith("'s") or i in self.name_at:
                return True
            if word in _STOPS:
                return False
        return False

    def _roles_after(self, last: int) -> list[int]:
        """The roles in the words after a name: “Joost Dahlgaard, 44, is a foreman”, “…, who leads the union”."""
        i = last + 1
        if self._low(i) == "," and self._low(i + 1).isdigit():
            i += 2
        if self._low(i) == ",":
            i += 1
        elif self._low(i) not in {"is", "was", "became"}:
            return []
        if self._low(i) in {"is", "was", "became", "who"}:
            who = self._low(i) == "who"
            i += 1
            if who and self._low(i) in _DOES:
                return [i]
            if who and self._low(i) not in {"is", "was"}:
                return []
            i += who
            if self._low(i) not in _DETERMINERS:
                return []
        found = -1
        for j in range(i, i + 8):
            if self._low(j) in _STOPS:
                break
            found = j
        return [found] if found >= 0 and self._low(found) in ROLES else []

    def _find_genders(self, sentences: Sequence[Span]) -> dict[str, Gender]:
        """What titles tell, else what the pronouns in a sentence about one person tell, else the given name."""
        certain = self._certain
        for k in range(len(self.names)):
            if " " in self.names[k].full or self.names[k].full in self._titled:
                told = self._told_before(self._first[k]) or self._told_after(k)
                if told and self.full(k) not in self._places:
                    certain.setdefault(self.full(k), told)
        likely: dict[str, Counter[Gender]] = {}
        k = 0
        for sentence in sentences:
            mine: dict[str, int] = {}
            while k < len(self.names) and self.names[k].start < sentence.end:
                if self.names[k].start >= sentence.start and k not in self._doubtful and self.full(k) not in self._places:
                    mine.setdefault(self.full(k), k)
                k += 1
            people = [name for name in mine if self.is_person(name)] or list(mine)
            if len(people) == 1:
                within = range(self._tokens.at(sentence.start), self._tokens.at(sentence.end))
                likely.setdefault(people[0], Counter()).update(self._told_by_pronouns(within, mine[people[0]]))
        self._persons.clear()
        self._mononyms = {name for name, votes in likely.items() if " " not in name and len(votes) == 1 and votes.total() > 1}
        return {**self._by_name(), **{person: next(iter(votes)) for person, votes in likely.items() if len(votes) == 1}, **certain}

    def _told_by_pronouns(self, sentence: range, k: int) -> list[Gender]:
        """What the pronouns behind the only name of a sentence tell; nothing where one stands before it."""
        first, last = self.extent(k)
        low = self._tokens.low
        if any(low[i] in _HIS or low[i] in _HER for i in range(sentence.start, first)):
            return []
        found: list[Gender] = []
        for i in range(last + 1, sentence.stop):
            word = low[i]
            if word == "that":
                break
            if (word not in _HIS and word not in _HER) or low[i - 1] in _OTHERS or self._low(i + 1) in SPOKE:
                continue
            if word != "her" or (self._tokens.is_word(i + 1) and self._low(i + 1) not in _NO_NOUNS):
                found.append("he" if word in _HIS else "she")
        return found

    def _told_before(self, first: int) -> Gender | None:
        """“Mrs …”, “the professor’s sister, the doctor Annika Toll”."""
        told = gender_of_word(self._low(first - 1).rstrip("."))
        for i in range(first - 1, first - 7, -1):
            if told or self._low(i) in _STOPS:
                break
        return told or (gender_of_word(self._low(i - 1)) if self._low(i) == "," else None)

    def _told_after(self, k: int) -> Gender | None:
        """“…, a spokesman for …”: a word of kinship or a gendered role just behind the name."""
        roles = self._roles_after(self._last[k])
        return gender_of_word(self._low(roles[0])) if roles else None

    def _by_name(self) -> dict[str, Gender]:
        found: dict[str, Gender] = {}
        for k in range(len(self.names)):
            told = gender_of_given_name(self.full(k))
            if told:
                found[self.full(k)] = told
        return found


def _without_lead(names: Sequence[Name], starts: set[int]) -> Iterator[Name]:
    """The names without a plain word that has its capital from a sentence's beginning: “Having Kid Rock open …”."""
    known = {name.full for name in names if name.start not in starts}
    for name in names:
        lead, _, rest = name.full.partition(" ")
        if name.start in starts and rest in known and " " in rest:
            yield Name(rest, name.start + len(lead) + 1, name.end)
        else:
            yield name


def _with_of(text: str, names: Iterable[Name]) -> list[Name]:
    """The names, those of bodies whole: “the Bank of England”, “the Bulletin of the Atomic Scientists”."""
    joined: list[Name] = []
    for name in names:
        before = joined[-1] if joined else None
        if before and fold(before.surname) in _OF and text[before.end : name.start] in {" of ", " of the ", " for ", " for the "}:
            joined[-1] = Name(text[before.start : name.end], before.start, name.end)
        else:
            joined.append(name)
    return joined
