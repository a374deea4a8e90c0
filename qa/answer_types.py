"""Says whether a text holds the kind of thing that a question asks for: a number, a day, a place, a name. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from indexes.names import find_names, same_person
from indexes.words import STOPWORDS, find_words, stem_of
from qa.forms import Kind

_NEAR_AFTER, _NEAR_BEFORE = 5, 3
"""Words that may stand between a number and the thing that it counts, before and after it."""
_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen|"
    "half|third|quarter|twice|once|double|none|nobody|no"
)
_NUMBER = re.compile(rf"\d|\b(?:{_NUMBER_WORDS})s?\b", re.IGNORECASE)
_YEAR_OR_DAY = re.compile(
    r"\b(?:(?:1[89]|20)\d\d|\d{1,2}(?:st|nd|rd|th)?\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)|"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2}(?:st|nd|rd|th)?)\b"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec"
_TIME = re.compile(
    rf"\b(?:{_MONTHS})\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:1[5-9]|20)\d\d\b|\b\d{{1,2}}(?:[.:]\d\d)?\s?(?:am|pm|a\.m\.|p\.m\.)|"
    r"\b(?:today|yesterday|tomorrow|tonight|midnight|noon|dawn|dusk|morning|afternoon|evening|weekend|spring|summer|autumn|winter|"
    r"(?:last|next|this)\s+(?:week|month|year|night)|(?:days?|weeks?|months?|years?|hours?|minutes?|decades?)\s+(?:ago|later|earlier|before|after)|\d\d[.:]\d\d|o[’']clock)\b",
)
_PLACE = re.compile(
    r"\b(?:in|at|near|on|from|to|outside|inside|off|through|across|into|along|beside|under|around|behind)\s+(?:the\s+|a\s+|an\s+)?(?:[\w’'-]+\s+){0,2}?[A-Z][\w’'-]+|\b(?:in|at|near|outside|inside|under|behind|beside)\s+(?:the|a|an|his|her|its|their)\s+\w+"
)
_REASON = re.compile(
    r"\b(?:because|since|due|owing|reason|therefore|so that|in order|after|cause[ds]?|led to|blamed|forced|meant|as|to)\b",
    re.IGNORECASE,
)


def _holds_number(text: str, _names: Sequence[str]) -> bool:
    return bool(_NUMBER.search(_YEAR_OR_DAY.sub(" ", text)))


def _holds_time(text: str, _names: Sequence[str]) -> bool:
    return bool(_TIME.search(text))


def _holds_place(text: str, _names: Sequence[str]) -> bool:
    return bool(_PLACE.search(text))


def _holds_other_name(text: str, names: Sequence[str]) -> bool:
    return any(not any(same_person(found.full, name) for name in names) for found in find_names(text))


def _holds_reason(text: str, _names: Sequence[str]) -> bool:
    return bool(_REASON.search(text))


_ASKED_THING = re.compile(
    r"\bhow\s+(?:many|much)\s+(?:more\s+|of\s+the\s+|other\s+|different\s+)?([a-z-]+)(?:\s+([a-z-]+))?", re.IGNORECASE
)
_MONEY = re.compile(
    r"(?:[$€£¥]\s?\d|\d[\d,.]*\s*(?:hundred|thousand|million|billion|trillion|m|bn)?\s*(?:crowns?|dollars?|euros?|pounds?|francs?|yen|cents?|pence|kroner))|\bfree\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\d\s?%|\bper\s?cent\b|\bpercent\b|\bpoints?\b", re.IGNORECASE)
_AGE = re.compile(
    r"\baged?\b|\byears?[ -]old\b|[’'A-Za-z], \d{1,3}(?:,|\.|\s|$)|\bat the age\b|\bturn(?:s|ed) \d|\bwho (?:is|was) (?:\d{1,3}|[a-z]+(?:-[a-z]+)?)\b(?!\s+(?:years? (?:of|in)))",  # noqa: E501 - one pattern on one line
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b\d{1,2}[:.]\d\d\b|\b(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s*(?:am|pm|a\.m|p\.m|o[’']clock)|\bmidnight\b|\bnoon\b|\bat (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b",  # noqa: E501 - one pattern on one line
    re.IGNORECASE,
)
_EXACT: Sequence[tuple[re.Pattern[str], re.Pattern[str]]] = (
    (re.compile(r"\bhow old\b|\bwhat age\b", re.IGNORECASE), _AGE),
    (
        re.compile(
            r"\bhow much (?:money|did .* (?:cost|pay|earn)|does .* (?:cost|pay|earn)|will .* (?:cost|pay|earn))|\b(?:price|cost|salary|earn|wage|fine|fee|penalty|bill|reward|worth|fare|budget)s?\b",  # noqa: E501 - one pattern on one line
            re.IGNORECASE,
        ),
        _MONEY,
    ),
    (
        re.compile(r"\bper\s?cent|\bpercent|\bshare of|\bproportion|\bturnout|\brate\b|\bhow effective", re.IGNORECASE),
        _PERCENT,
    ),
    (re.compile(r"\bwhat time\b|\bexact time\b", re.IGNORECASE), _CLOCK),
    (re.compile(r"\bwhich minute|\bwhat minute", re.IGNORECASE), re.compile(r"\bminutes?\b", re.IGNORECASE)),
    (
        re.compile(r"\bhow (?:heavy|much .* weigh)|\bweight\b", re.IGNORECASE),
        re.compile(r"\b(?:kilos?|kilograms?|kg|grams?|pounds?|ounces?|tonnes?|tons?|weigh\w*)\b", re.IGNORECASE),
    ),
    (
        re.compile(
            r"\bhow (?:tall|long|far|high|deep|wide)\b(?! (?:did|does|do|has|have|had|will|would|is|was|were|are|ago))",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?:metres?|meters?|kilomet\w+|km|miles?|feet|foot|inches|pages?|minutes?|hours?|days?|weeks?|months?|years?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        re.compile(r"\bpopulation\b", re.IGNORECASE),
        re.compile(r"\b(?:population|inhabitants|residents|people live)\b", re.IGNORECASE),
    ),
    (re.compile(r"\bname of\b", re.IGNORECASE), re.compile(r"(?<=[a-z,’'] )[A-Z][a-z]+ [A-Z][a-z]+")),
)
"""What a question asks for to the letter, and what a text then has to hold."""

_CHECKS: Mapping[str, Callable[[str, Sequence[str]], bool]] = {
    "number": _holds_number,
    "when": _holds_time,
    "where": _holds_place,
    "who": _holds_other_name,
    "who_said": _holds_other_name,
    "why": _holds_reason,
}


def holds_answer(kind: Kind, text: str, *, names: Sequence[str] = ()) -> bool:
    """Whether `text` holds what a question of this kind asks for; True for kinds that ask for nothing in particular.

    `names` are the names in the question: for “who”, another one than these is needed.
    """
    check = _CHECKS.get(kind)
    return check(text, names) if check else True


_ANYBODY = frozenset(stem_of(word) for word in ("people", "persons", "men", "women"))
"""Who is counted under many other names: deaths, voters, spectators."""
_DIED = re.compile(r"\b(?:die|died|dead|killed|perish(?:ed)?|lost their lives)\b", re.IGNORECASE)
_DEATHS = frozenset(stem_of(word) for word in ("deaths", "dead", "died", "killed", "lives", "victims", "fatalities"))


def fits_exactly(question: str, text: str, *, names: Sequence[str] = ()) -> float:
    """1 where the text holds what the words of the question ask for (an age, money, a share …), else 0.

    0.5 where the question asks for nothing that can be told so.
    """
    if names and _EXACT[0][0].search(question):
        return float(any(_age_of(name).search(text) for name in names))
    asked = [needed for asks, needed in _EXACT if asks.search(question)]
    if asked:
        return float(all(needed.search(text) for needed in asked))
    thing = _ASKED_THING.search(question)
    if thing is None:
        return 0.5
    counted = {stem_of(word) for word in thing.groups() if word} - STOPWORDS
    if "much" in thing.group().lower():
        return 0.5
    if counted & _ANYBODY:
        return 1.0 if _DIED.search(question) and _counts(text, _DEATHS) else 0.5
    return float(_counts(text, counted))


def asked_thing(question: str) -> set[str]:
    """The stems of what a question counts: of “how many homes”, home."""
    thing = _ASKED_THING.search(question)
    return {stem_of(word) for word in thing.groups() if word} - STOPWORDS if thing else set()


def _age_of(name: str) -> re.Pattern[str]:
    """An age beside a name: “Jill Scott, 35”, “the 35-year-old Scott”, “Scott, who is 35”, “Scott is 35”."""
    surname = re.escape(name.rsplit(maxsplit=1)[-1])
    after = r"(?:,? (?:who )?(?:is|was|turned|turns|at|aged),? |, (?:aged )?)"
    number = r"(?:\d{1,3}|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?|\w+teen)\b(?! (?:years (?:of|in)|per|votes|points))"
    return re.compile(rf"\b{surname}\b{after}{number}|\b\d{{1,3}}-year-old [^.,;]{{0,40}}\b{surname}\b", re.IGNORECASE)


def _counts(text: str, counted: AbstractSet[str]) -> bool:
    """Whether a number in the text stands shortly before or after a word for the thing counted."""
    words = find_words(text)
    numbers = [at for at, word in enumerate(words) if _NUMBER.fullmatch(word.text) or word.text[0].isdigit()]
    things = [at for at, word in enumerate(words) if word.stem in counted]
    return any(-_NEAR_AFTER <= number - thing <= _NEAR_BEFORE for number in numbers for thing in things)
