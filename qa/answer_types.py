"""Says whether a text holds the kind of thing that a question asks for: a number, a day, a place, a name. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence

from indexes.names import find_names, same_person
from qa.question import Kind

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
_PLACE = re.compile(r"\b(?:in|at|near|on|from|to|outside|inside|off|through|across|into|along|beside|under|around|behind)\s+(?:the\s+|a\s+|an\s+)?(?:[\w’'-]+\s+){0,2}?[A-Z][\w’'-]+|\b(?:in|at|near|outside|inside|under|behind|beside)\s+(?:the|a|an|his|her|its|their)\s+\w+")
_REASON = re.compile(r"\b(?:because|since|due|owing|reason|therefore|so that|in order|after|cause[ds]?|led to|blamed|forced|meant|as|to)\b", re.IGNORECASE)


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
