"""Finds the people and bodies that a text names, and the fullest form of each name."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

TITLES = frozenset(
    """
    mr mrs ms miss dr prof professor sir dame lord lady rev reverend father sister judge justice gen general col colonel
    capt captain maj major lt lieutenant sgt sergeant adm admiral cmdr commander gov governor sen senator rep
    representative president premier chancellor king queen prince princess pope bishop archbishop cardinal mayor
    minister secretary ambassador envoy commissioner councillor councilor councilman councilwoman alderman chairman
    chairwoman chairperson chair director inspector superintendent constable detective sheriff officer chief coach
    manager captain spokesman spokeswoman spokesperson treasurer leader head deputy vice acting former ex interim prime foreign defence
    defense finance interior health education justice state attorney assistant senior chief executive ceo cfo
    editor reporter correspondent analyst economist historian lawyer solicitor barrister nurse doctor teacher
    headteacher principal dean rector curator conservator forecaster meteorologist skipper striker goalkeeper
    midfielder defender referee shipowner farmer fisherman fishmonger resident witness councilmember mp mep congressman
    congresswoman administrator pastor imam rabbi engineer scientist researcher archaeologist chemist biologist
    """.split()
)
"""Words that stand before a name and are not part of it (compared in lower case, without a full stop)."""

PARTICLES = frozenset("de del della der den di da do dos du la le van von bin ibn al el ter ten af av zu zum y e".split())
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
    nor than too very more less last next first second third several few officials members reporters journalists nobody none anyone everything
    nothing anything something whoever what's it's
    """.split()
)
"""Words that are no name although a sentence may begin with them in upper case."""

_WORD = re.compile(r"[^\W\d_](?:[\w]|[’'](?=[^\W\d_]{2})|[.](?=[^\W\d_][.])|-(?=\w))*[.]?")
_INITIAL = re.compile(r"^(?:[A-Z][.])+$")


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
    """A name for comparison: lower case, one kind of apostrophe, no possessive, no full stops."""
    folded = name.casefold().replace("’", "'").replace(".", "").strip(" '-")
    return re.sub(r"'s$", "", folded)


def _capitalised(word: str) -> bool:
    return word[:1].isupper() or (len(word) > 2 and word[:2].lower() in {"d'", "o'", "d’"} and word[2].isupper())


def find_names(text: str, *, offset: int = 0) -> list[Name]:
    """The runs of capitalised words of a text, in order, titles and function words at their ends left out.

    `offset` is added to every position. A run breaks at punctuation other than an initial's full stop.
    """
    names: list[Name] = []
    run: list[re.Match[str]] = []

    def close() -> None:
        while run and (not _capitalised(run[-1].group()) or fold(run[-1].group()) in NOT_NAMES):
            run.pop()
        words = list(run)
        run.clear()
        last_title = max((i for i, word in enumerate(words) if fold(word.group()) in TITLES), default=-1)
        if last_title + 1 < len(words):
            words = words[last_title + 1 :]
        while words and fold(words[0].group()) in NOT_NAMES:
            words = words[1:]
        if words:
            start, end = words[0].start(), words[-1].end()
            full = text[start:end]
            trimmed = re.sub(r"[’']s$", "", full)
            if len(full) > 1 and full.endswith(".") and not _INITIAL.match(words[-1].group()):
                trimmed = full[:-1]
            names.append(Name(trimmed, offset + start, offset + start + len(trimmed)))

    previous_end = 0
    for word in _WORD.finditer(text):
        gap = text[previous_end : word.start()]
        token = word.group()
        ends_run = bool(run) and (
            gap.strip(" \u00a0") != ""
            or run[-1].group().endswith(("’s", "'s"))
            or (run[-1].group().endswith(".") and not _abbreviated(run[-1].group()))
        )
        if ends_run:
            close()
        if _capitalised(token):
            if run and fold(token) in NOT_NAMES:
                close()
            elif not (not run and fold(token) in NOT_NAMES):
                run.append(word)
        elif run and token.lower() in PARTICLES and token.islower():
            run.append(word)
        elif run:
            close()
        previous_end = word.end()
    close()
    return names


def _abbreviated(word: str) -> bool:
    return bool(_INITIAL.match(word)) or fold(word) in TITLES or fold(word) in {"st", "jr", "sr"}


def same_person(one: str, other: str) -> bool:
    """Whether two names can mean the same person: the surname alone or the same given name with it, whatever the case."""
    first, second = fold(one).split(), fold(other).split()
    if not first or not second:
        return False
    if first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) == 1:
        return shorter[0] == longer[-1] or (len(shorter[0]) > 2 and shorter[0] == longer[-1].split("-")[-1])
    if shorter[-1] != longer[-1]:
        return _ends_with(longer, shorter)
    return _given_names_agree(shorter[0], longer[0]) or _ends_with(longer, shorter)


def _given_names_agree(one: str, other: str) -> bool:
    """The same given name, an initial of it, a short form, or a transliteration (Sergei, Sergey)."""
    if one == other or one[0] == other[0] and 1 in {len(one), len(other)}:
        return True
    if min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one)):
        return True
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1 and len(one) > 4


def _ends_with(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    return list(longer[-len(shorter) :]) == list(shorter)


class People:
    """The names of one article: answers what the fullest form of a name is, nearest before a position first."""

    def __init__(self, names: Iterable[Name]) -> None:
        """Keep the names in order of position."""
        self.names = sorted(names, key=lambda name: name.start)

    def full(self, name: str, *, before: int) -> str:
        """The fullest form of `name` in the article: nearest before the position, else the first after it."""
        folded = fold(name).split()
        if not folded:
            return name
        candidates = list(self._fuller(name, folded))
        earlier = [candidate for candidate in candidates if candidate.start <= before]
        best = earlier[-1] if earlier else (candidates[0] if candidates else None)
        return best.full if best else name

    def _fuller(self, name: str, folded: list[str]) -> Iterator[Name]:
        for candidate in self.names:
            words = fold(candidate.full).split()
            if len(words) > len(folded) and same_person(name, candidate.full):
                yield candidate
