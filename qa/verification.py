"""Checks a claim against the quotes that it cites: quoted words, numbers, dates, names, speaker, negation. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexes.names import NOT_NAMES, find_names, fold, same_person
from indexes.quotations import find_quotations, quoted_spans
from indexes.types import Article, Span
from indexes.words import STOPWORDS, find_words
from qa.types import Evidence

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_VALUES = {word: value for value, word in enumerate(_UNITS)} | _TENS
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 10**12}
_NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_WORD = re.compile(r"[^\W\d_]+")
_TIMES = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "yesterday",
        "today",
        "tomorrow",
        "tonight",
    ]
)
_NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "nobody",
        "nothing",
        "neither",
        "nor",
        "without",
        "n't",
        "cannot",
        "denied",
        "denies",
        "deny",
        "refused",
    ]
)
_SUPPORT = 0.5
"""Share of a claim's content words that must stand in what it cites."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim holds, and the first reason why not."""

    holds: bool
    reason: str = ""


def verify_claim(text: str, cited: Sequence[Evidence], *, speaker: str | None = None) -> Verdict:
    """Whether everything checkable in a claim stands in the quotes it cites. `speaker`: whose words were asked for."""
    if not text.strip():
        return Verdict(holds=False, reason="empty")
    if not cited:
        return Verdict(holds=False, reason="nothing cited")
    quotes = [piece.quote for piece in cited]
    known = "\n".join(
        [*quotes, *(piece.speaker or "" for piece in cited), *(piece.article.outlet or "" for piece in cited)]
    )
    for check in (_quoted_words, _numbers, _days, _negation):
        reason = check(text, "\n".join(quotes))
        if reason:
            return Verdict(holds=False, reason=reason)
    for reason in (_names(text, known), _speakers(text, cited), _asked_speaker(cited, speaker), _support(text, known)):
        if reason:
            return Verdict(holds=False, reason=reason)
    return Verdict(holds=True)


def quoted_words_hold(text: str, quotes: Sequence[str]) -> bool:
    """Whether every quoted span of a text is a verbatim part of one of the quotes."""
    return all(any(span.of(text) in quote for quote in quotes) for span in quoted_spans(text)) and _marks_pair(text)


def _marks_pair(text: str) -> bool:
    return text.count("“") == text.count("”") and text.count('"') % 2 == 0


def _quoted_words(text: str, cited: str) -> str:
    if not quoted_words_hold(text, cited.split("\n") if "\n" not in cited else [cited, *cited.split("\n")]):
        return "quoted words that the cited text does not have"
    return ""


def find_values(text: str) -> set[float]:
    """The numbers of a text, written as digits or as words: “1,200”, “1.2 million”, “twenty-one”, “three hundred”."""
    values: set[float] = set()
    position = 0
    found = re.finditer(rf"{_NUMBER.pattern}|{_WORD.pattern}", text)
    tokens = [(m.group(), m.start(), m.end()) for m in found if m.group().lower() != "and"]
    while position < len(tokens):
        value, used = _value_at(tokens, position, text)
        if used:
            values.add(value)
        position += max(used, 1)
    return values


def _value_at(tokens: Sequence[tuple[str, int, int]], position: int, text: str) -> tuple[float, int]:
    total, current, used = 0.0, None, 0
    for index in range(position, len(tokens)):
        word, start, _ = tokens[index]
        lowered = word.lower()
        gap = text[tokens[index - 1][2] : start] if used else " "
        scaled = index + 1 < len(tokens) and tokens[index + 1][0].lower() in _SCALES
        if gap not in {" ", "-", " and ", "\u00a0"} or (gap == " and " and scaled):
            break
        if word[0].isdecimal():
            if current is not None:
                break
            current = float(word.replace(",", ""))
        elif lowered in _VALUES:
            value = _VALUES[lowered]
            if current is not None and not (value < 10 and current % 10 == 0 and current % 100 >= 20) and current % 100:  # noqa: PLR2004 - decimal places
                break
            current = (current or 0) + value
        elif lowered in _SCALES and (current is not None):
            scale = _SCALES[lowered]
            if scale == _SCALES["hundred"]:
                current *= scale
            else:
                total, current = total + current * scale, None
                used = index - position + 1
                continue
        else:
            break
        used = index - position + 1
    return total + (current or 0), used


def _numbers(text: str, cited: str) -> str:
    missing = find_values(text) - find_values(cited)
    missing = {value for value in missing if value != 1.0}
    return f"a number that the cited text does not have: {min(missing):g}" if missing else ""


def _days(text: str, cited: str) -> str:
    said = {word.lower() for word in _WORD.findall(text)} & _TIMES
    there = {word.lower() for word in _WORD.findall(cited)}
    there_short = {word[:3] for word in there}
    missing = {word for word in said if word not in there and not (word != "may" and word[:3] in there_short)}
    if missing == {"may"} and not re.search(r"\bMay\b", text):
        missing = set()
    return f"a day that the cited text does not have: {min(missing)}" if missing else ""


def _names(text: str, known: str) -> str:
    there = {word.stem for word in find_words(known)}
    for name in find_names(text):
        for word in find_words(name.full):
            if (
                fold(word.text) in NOT_NAMES
                or word.stem in STOPWORDS
                or word.stem in there
                or fold(word.text) in _TIMES
            ):
                continue
            return f"a name that the cited text does not have: {name.full}"
    return ""


def _speakers(text: str, cited: Sequence[Evidence]) -> str:
    """Whoever the claim says spoke must be the speaker of a cited quote (or be named in a quote without a speaker)."""
    claim = Article(id="claim", title="", text=text)
    for quotation in find_quotations(claim, [Span(0, len(text))]):
        who = quotation.speaker
        if who is None:
            continue
        if any(piece.speaker and same_person(piece.speaker, who) for piece in cited):
            continue
        if any(piece.speaker is None and fold(who).split()[-1] in fold(piece.quote) for piece in cited):
            continue
        if all(piece.speaker is None for piece in cited):
            continue
        if quotation.kind == "reported" and any(fold(who) in fold(piece.quote) for piece in cited):
            continue
        return f"words given to {who}, who is not the speaker of what is cited"
    return ""


def _asked_speaker(cited: Sequence[Evidence], speaker: str | None) -> str:
    if speaker is None or any(piece.speaker is not None for piece in cited):
        return ""
    return "no cited quote is known to be the words of the one asked about"


def _negation(text: str, cited: str) -> str:
    said = _negated(text)
    if said and not _negated(cited):
        return "a negation that the cited text does not have"
    return ""


def _negated(text: str) -> bool:
    words = set(re.findall(r"[^\W\d_]+(?:[’'][^\W\d_]+)?", text.lower()))
    return bool(words & _NEGATIONS) or any(word.replace("’", "'").endswith("n't") for word in words)


def _support(text: str, known: str) -> str:
    there = {word.stem for word in find_words(known)}
    asked = [word.stem for word in find_words(text) if word.stem not in STOPWORDS]
    if not asked:
        return "nothing said"
    share = sum(1 for stem in asked if stem in there) / len(asked)
    return "" if share >= _SUPPORT else f"only {share:.0%} of its words stand in what it cites"
