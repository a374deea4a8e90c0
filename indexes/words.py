"""Finds the words of a text and their stems: the one analysis that questions, passages and answers share."""

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

# In order: figures with separators; initials (U.S., p.m.); a Han or kana character, as those scripts write no spaces;
# letters and digits, with an apostrophe inside (O’Brien, don't).
_LETTER = r"(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\W_]|[\u0300-\u036f])"
_WORD = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)+)"
    r"|(?P<initials>(?<![^\W_])(?:[^\W\d_]\.){2,}(?:['’]s\b)?)"
    r"|(?P<ideograph>[\u3040-\u30ff\u3400-\u9fff])"
    rf"|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*)"
)
_POSSESSIVE = re.compile(r"['’][sS]\Z")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_APOSTROPHES = str.maketrans("", "", "'’.")

_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()


@dataclass(frozen=True, slots=True)
class Word:
    """A word at its place: `source[start:end] == text`; a possessive ’s is left outside."""

    stem: str
    start: int
    end: int
    text: str


def find_words(text: str) -> list[Word]:
    """The words in order, stop words included.

    Lower-cased, accents folded, stemmed as English; "320,000" is `320000`, "3.5" stays, "U.S." is `us`, the parts of a
    hyphenated word are words. Empty where there is neither letter nor digit.
    """
    words = []
    for found in _WORD.finditer(text):
        surface = _POSSESSIVE.sub("", found.group())
        stem = _number(surface) if found.lastgroup == "number" else stem_of(surface)
        if stem:
            words.append(Word(stem, found.start(), found.start() + len(surface), surface))
    return words


@lru_cache(maxsize=2**13)
def stems_in(text: str) -> frozenset[str]:
    """The stems of a text, stop words included; those of texts seen lately from memory."""
    return frozenset(word.stem for word in find_words(text))


@lru_cache(maxsize=2**17)
def stem_of(word: str) -> str:
    """The stem of one word, whatever its case and accents."""
    folded = fold(word.translate(_APOSTROPHES))
    if not folded.isascii() or any(character.isdigit() for character in folded):
        return folded
    with _stemming:  # a stemmer keeps state while it works
        return str(_stemmer.stemWord(folded))


def fold(text: str) -> str:
    """Lower case without accents, for comparisons."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if not unicodedata.combining(mark)))


def _number(surface: str) -> str:
    grouped = _GROUPED.fullmatch(surface)
    return surface.replace(",", "") if grouped else surface


STOPWORDS = frozenset(
    stem_of(word)
    for word in (
        "a about above after again against all also although am an and any are as at be because been before being "
        "below between both but by can cannot could did do does doing done down during each either else for from further get "
        "got had has have having he her here hers herself him himself his how i if in into is it its itself just let "
        "many may me might more most much must my myself neither no nor not of off on once only or other our ours out "
        "over own per same shall she should since so some such than that the their theirs them themselves then there "
        "these they this those though through to too under until unless up upon very was we were what whatever when "
        "where whether which while who whom whose why will with within without would yet you your yours"
    ).split()
)
"""Stems of function words, to be compared with `Word.stem`. "us" is none of them: it is also the U.S."""
