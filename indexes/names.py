"""Finds the people and bodies that a text names, and the fullest form of each name."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

TITLES = frozenset(
    """
    mr mrs ms miss dr prof professor sir dame lord lady rev reverend father sister judge justice gen general col colonel
    capt captain maj major lt lieutenant sgt sergeant adm admiral cmdr commander gov governor sen senator rep
    representative president premier chancellor king queen prince princess pope bishop archbishop cardinal mayor
    minister secretary ambassador envoy commissioner councillor councilor councilman councilwoman alderman chairman
    chairwoman chairperson chair director inspector superintendent constable detective sheriff officer chief coach
    manager spokesman spokeswoman spokesperson treasurer leader head deputy vice acting former ex interim prime foreign
    defence defense finance interior health education justice state attorney assistant senior executive ceo cfo
    editor reporter correspondent analyst economist historian lawyer solicitor barrister nurse doctor teacher
    headteacher principal dean rector curator conservator forecaster meteorologist skipper striker goalkeeper
    midfielder defender referee shipowner farmer fisherman fishmonger resident witness councilmember mp mep congressman
    congresswoman administrator pastor imam rabbi engineer scientist researcher archaeologist chemist biologist
    """.split()
)
"""Words that stand before a name and are not part of it (compared in lower case, without a full stop)."""

PARTICLES = frozenset(
    "de del della der den di da do dos du la le van von bin ibn al el ter ten af av zu zum y e".split()
)
"""Lower-case words that may stand inside a name."""

NOT_NAMES = frozenset(
    """
    the a an this that these those he she it they we i you his her its their our my your who what when where why how which
    and but or if as at by for from in into of on to with after before during while since until although though because
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december not no yes there here then now also however meanwhile later earlier still
    yesterday today tomorrow asked speaking according both some many most all one two three four five six seven eight nine
    ten another other others each every neither either nobody everyone someone people officials residents sources
    critics experts police about under over between among against despite unlike like so yet once only even just
    nor than too very more less last next first second third several few members reporters journalists none anyone
    everything nothing anything something whoever what's it's said says adding writing
    """.split()
)
"""Words that are no name although a sentence may begin with them in upper case."""

COLLECTIVE = frozenset(
    """
    company union broadcasting courier ledger observer wire ministry department government council authority office agency
    committee court club league trust group party bank press news times post force whistle radio television network
    university college school hospital museum board commission association federation institute foundation service house
    senate parliament congress assembly army navy administration bureau society alliance coalition corporation inc ltd
    llc plc corp institution laboratory center centre team police clinic charity campaign church airline embassy kremlin
    pentagon motors electric capital ventures labs systems technologies industries studios records pictures energy
    airlines airways foods pharmaceuticals biologics media wildlife treasury bank reserve fund bureau academy
    """.split()
)
"""Last words of names that bodies bear."""

_MONTH_NAMES = frozenset({"may", "june", "april", "august"})
_BEFORE_MONTHS = re.compile(
    r"\b(?:in|of|on|since|until|by|last|next|this|early|late|mid|from|to|end|\d)[\s-]+$", re.IGNORECASE
)
_ADJECTIVES = frozenset("independent republican democrat democratic labour conservative".split())
_WORD = re.compile(
    r"(?<![\w’'.-])(?:(?:al|el|ad|as|ash|ar|at|an|ben|bin)-|[dlDLO][’'])?[^\W\d_a-zß-öø-ÿ]"
    r"\w*(?:[’'](?=[^\W\d_]{2})\w+|[.](?=[^\W\d_][.])\w|-\w+)*"
)
_GAP = re.compile(r"[ \u00a0]+(?:(?:" + "|".join(sorted(PARTICLES, key=len, reverse=True)) + r")[ \u00a0]+){0,3}")
_PLURAL_POSSESSIVE = re.compile(r"(?<=s)[’'] ")
_INITIAL = re.compile(r"[^\W\d_](?:[.][^\W\d_])*")
_NAMESAKES = 30
"""So many people of one surname an article tells apart."""
_LONGEST_RUN = 12
"""Words after which a run of capitalised words is no longer one name."""
_SHORT = 40
"""Characters of a text up to which its folded form is remembered: the same names come again and again."""
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_SURNAME_FIRST = frozenset("xi hu mao deng zhang wang liu chen zhao".split())
_PLAIN = str.maketrans({"’": "'", "‘": "'", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_SHORT_FORMS = {
    "joe": "joseph", "bill": "william", "will": "william", "bob": "robert", "rob": "robert", "jim": "james",
    "mike": "michael", "tony": "anthony", "kate": "katherine", "liz": "elizabeth", "beth": "elizabeth", "ted": "edward",
    "dick": "richard", "jack": "john", "peggy": "margaret", "meg": "margaret", "chuck": "charles", "harry": "henry",
    "bernie": "bernard", "andy": "andrew", "dave": "david", "steve": "stephen", "steven": "stephen", "mitch": "mitchell",
}  # fmt: skip
_FEMININE = ("a", "e", "ia", "ina", "ine", "ette", "elle", "enne")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in a text, titles left out: `text[start:end] == full`."""

    full: str
    start: int
    end: int

    @property
    def surname(self) -> str:
        """The last word of the name."""
        return self.full.split()[-1]


def fold(name: str) -> str:
    """A name for comparison: lower case, no accents, one kind of apostrophe, no possessive, no full stops."""
    return _fold_short(name) if len(name) < _SHORT else _fold(name)


def _fold(name: str) -> str:
    folded = name.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded)
        folded = "".join(character for character in folded if not unicodedata.combining(character))
        folded = folded.translate(_PLAIN)
    return folded.replace(".", "").strip(" '-").removesuffix("'s")


_fold_short = lru_cache(maxsize=20_000)(_fold)


def find_names(text: str, *, offset: int = 0) -> list[Name]:
    """The runs of capitalised words of a text, in order, titles and function words at their ends left out.

    `offset` is added to every position. A run breaks at punctuation other than an initial's full stop.
    """
    names: list[Name] = []
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        token = word.group()
        if not (token[0].isupper() or "-" in token or "’" in token or "'" in token):
            continue
        if run and (len(run) == _LONGEST_RUN or not _joined(text, run[-1], word)):
            names.extend(_name_of(text, run, offset))
            run = []
        if _is_no_name(text, word, inside=bool(run)):
            names.extend(_name_of(text, run, offset))
            run = []
        else:
            run.append(word)
    names.extend(_name_of(text, run, offset))
    return names


def _is_no_name(text: str, word: re.Match[str], *, inside: bool) -> bool:
    """Whether a capitalised word is a function word, a weekday or a month here (“Theresa May”, “Judge A. Hay” are not)."""
    folded = fold(word.group())
    if folded not in NOT_NAMES:
        return False
    if len(folded) == 1 and text[word.end() : word.end() + 1] == ".":
        return False
    if folded not in _MONTH_NAMES:
        return True
    before = text[max(0, word.start() - 12) : word.start()]
    after = text[word.end() : word.end() + 2]
    named = inside or (len(after) > 1 and after[0] == " " and after[1].isupper())
    return not named or bool(_BEFORE_MONTHS.search(before))


def _joined(text: str, one: re.Match[str], two: re.Match[str]) -> bool:
    """Whether the next capitalised word belongs to the same name."""
    start, end = one.end(), two.start()
    if end - start > 24 or one.group().endswith(("’s", "'s")):  # noqa: PLR2004  (three particles fit)
        return False
    if text[start : start + 1] == "." and _abbreviated(one.group()):
        start += 1
    gap = text[start:end]
    if gap == " " or _GAP.fullmatch(gap) or gap == " & ":
        return True
    return bool(_PLURAL_POSSESSIVE.match(text, start, end)) and fold(two.group()) in COLLECTIVE


def _abbreviated(word: str) -> bool:
    return bool(_INITIAL.fullmatch(word)) or fold(word) in TITLES or fold(word) in {"st", "jr", "sr", "mt", "ft"}


def _name_of(text: str, run: Sequence[re.Match[str]], offset: int) -> Iterator[Name]:
    """The name in a run of capitalised words: what follows the last title in it."""
    if not run:
        return
    folded = [fold(word.group()) for word in run]
    first = max((i + 1 for i, word in enumerate(folded) if word in TITLES), default=0)
    if first >= len(run) or folded[first] in COLLECTIVE or (first and folded[first] in _SUFFIXES):
        first = 0
    if len(run) - first > 1 and folded[first] in _ADJECTIVES and folded[-1] not in COLLECTIVE:
        first += 1
    start, end = run[first].start(), run[-1].end()
    if run[-1].group().endswith(("’s", "'s")):
        end -= 2
    if text[end : end + 1] == "." and end - start > 1 and (_dotted(run[-1].group()) or folded[-1] in _SUFFIXES):
        end += 1
    if end > start:
        yield Name(text[start:end], offset + start, offset + end)


def _dotted(word: str) -> bool:
    """An abbreviation of several letters, whose last full stop is its own: U.S."""
    return "." in word and bool(_INITIAL.fullmatch(word))


_LONG_NAME = 4
"""Words of a name, and letters of one of its middle words, from which that word alone may mean the person."""


def same_person(one: str, other: str) -> bool:
    """Whether two names can mean the same person: the surname alone or the same given name with it, whatever the case.

    Titles, accents and ways of transliterating (Sergei, Sergey) make no difference; another given name does.
    """
    first, second = _name_words(one), _name_words(other)
    if not first or not second:
        return False
    if first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) == 1:
        return _is_surname(shorter[0], longer)
    if _sounds(shorter[-1]) != _sounds(longer[-1]):
        return False
    return _given_names_agree(shorter[0], longer[0]) or longer[-len(shorter) :] == shorter


def _name_words(name: str) -> list[str]:
    """The folded words of a name without the titles before it and the suffix after it."""
    words = fold(name).split()
    while len(words) > 1 and words[0] in TITLES | {"the"}:
        words = words[1:]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words = words[:-1]
    return words


def _is_surname(word: str, name: Sequence[str]) -> bool:
    last = name[-1]
    if _sounds(word) == _sounds(last) or (len(name) > 1 and word in _SURNAME_FIRST and word == name[0]):
        return True
    # Of a long name any middle word may be the one that people use: Rosa Amelia Quintal de Souza is Quintal.
    if len(name) >= _LONG_NAME and len(word) >= _LONG_NAME and word in name[1:-1]:
        return True
    return len(word) > 2 and "-" in last and word in last.split("-")  # noqa: PLR2004  (no “al” of “al-Assad”)


@lru_cache(maxsize=20_000)
def _sounds(word: str) -> str:
    """A word without what transliterations differ in."""
    for written, key in (("ks", "x"), ("ph", "f"), ("kh", "h"), ("w", "v"), ("j", "y"), ("ye", "e"), ("y", "i")):
        word = word.replace(written, key)
    return re.sub(r"(.)\1+", r"\1", word)


def _given_names_agree(one: str, other: str) -> bool:
    """The same given name, an initial of it, a short form, or a transliteration (Sergei, Sergey)."""
    if _sounds(one) == _sounds(other) or (one[0] == other[0] and 1 in {len(one), len(other)}):
        return True
    if _SHORT_FORMS.get(one, one) == _SHORT_FORMS.get(other, other):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 2 and long.startswith(short) and long.removeprefix(short) not in _FEMININE  # noqa: PLR2004


class People:
    """The names of one article: answers what the fullest form of a name is, nearest before a position first."""

    def __init__(self, names: Iterable[Name]) -> None:
        """Keep the names in order of position."""
        self._places: dict[str, list[int]] = {}
        self._by_surname: dict[str, list[str]] = {}
        for name in sorted(names, key=lambda name: name.start):
            places = self._places.setdefault(name.full, [])
            places.append(name.start)
            words = _name_words(name.full) if len(places) == 1 else []
            if len(words) > 1:
                for surname in {_sounds(piece) for piece in (words[-1], *words[-1].split("-"))}:
                    namesakes = self._by_surname.setdefault(surname, [])
                    if len(namesakes) < _NAMESAKES:
                        namesakes.append(name.full)
        self._fuller: dict[str, list[str]] = {}

    def full(self, name: str, *, before: int) -> str:
        """The fullest form of `name` in the article: nearest before the position, else the first after it."""
        fullest = self.all_full(name)
        earlier = [
            (places[at - 1], full) for full in fullest if (at := bisect_right(places := self._places[full], before))
        ]
        return max(earlier)[1] if earlier else fullest[0] if fullest else name

    def all_full(self, name: str) -> list[str]:
        """Every fullest form that `name` could stand for, in order; empty where there is none but itself."""
        return [fuller for fuller in self._candidates(name) if not self._candidates(fuller)]

    def _candidates(self, name: str) -> list[str]:
        """The names of more words that can mean the same."""
        if name not in self._fuller:
            words = _name_words(name)
            self._fuller[name] = [
                namesake
                for namesake in (self._by_surname.get(_sounds(words[-1]), ()) if words else ())
                if len(_name_words(namesake)) > len(words) and same_person(name, namesake)
            ]
        return self._fuller[name]
