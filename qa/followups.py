"""Words a follow-up question so that it stands alone, from the conversation before it. Pure; no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexes.genders import Gender, gender_of_given_name
from indexes.names import fold, same_person
from indexes.words import STOPWORDS
from qa.naming import find_names_in, is_name, is_person_by_role
from qa.question import Part, content_stems, read_question
from qa.types import Turn

_TURNS = 6
"""Earlier turns that are looked at, the last ones."""
_FEW = 2
"""Words of its own with which a question without a name may still be about what was said before."""
_SWAPPED = 8
"""Words of “And X?”: a longer question stands by itself."""
_AND = re.compile(r"^(?:and|but|so|ok(?:ay)?|thanks?|then|now|also)\b[\s,.]*", re.IGNORECASE)
_ABOUT_X = re.compile(r"^(?:what|how)\s+about\s+|^(?:(?:and|or|also|but|or|same\s+for|what\s+of)\s+)+", re.IGNORECASE)
_BARE = re.compile(
    r"^(?P<word>why|when|where|how|who|whom|since when|until when|how (?:many|much|long|old|often))"
    r"(?:\s+(?:not|exactly|then|so|was that|is that|did that happen|else))*$",
    re.IGNORECASE,
)
_AUXILIARY = r"(?:did|does|do|is|was|were|are|has|have|had|will|would|can|could|should)"
_ASKED = re.compile(
    rf"^(?P<word>what|which|who|whom|when|where|why|how)\b(?P<noun>.*?)\s+(?P<rest>{_AUXILIARY}\b.*)$", re.IGNORECASE
)
_YES_NO = re.compile(rf"^(?P<rest>{_AUXILIARY}\b.*)$", re.IGNORECASE)
_TIME = re.compile(r"^(?:in|on|at|during|before|after|since|until|by|for|this|last|next)\b", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(?P<word>he|she|him|his|hers?|himself|herself)\b", re.IGNORECASE)
_OTHERS = re.compile(r"\b(?P<word>they|them|their|theirs)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?P<word>it|its|this|that|these|those)\b(?!\s+(?:is\s+true|true\s+that|day|week|month|year|time|(?-i:[A-Z])))",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\b(?:is|was)\s+(?:it|there)\s+(?:true|a|an|any|who|that)\b|\bthat\s+(?:the|a|an|he|she|it|they)\b", re.IGNORECASE
)
_PASSIVE = re.compile(r"\b(?:was|were|is|been|get|got)\s+(?:he|she)\s+\w+(?:ed|n|t)\b", re.IGNORECASE)
_OF_SOMETHING = re.compile(r"\b(?:on|of|in|at|from|to|for|with|about)\s+(?:the\s+|a\s+|an\s+)?\w{3}", re.IGNORECASE)
_POSSESSIVE = frozenset({"his", "her", "their", "its"})
_OBJECT_AFTER = frozenset("to about on at in for with from by of and or when after before during over as again".split())
_PHRASE = re.compile(r"\b(?:the|a|an)\s+(?P<words>[\w’'-]+(?:\s+[\w’'-]+){0,3})", re.IGNORECASE)
_VERB_LAST = re.compile(r"\b(?:did|does|do|will|would|can|could)\s+$", re.IGNORECASE)
"""Before a thing: the verb stands at the end of the question."""
_HE: frozenset[str] = frozenset({"he", "him", "his", "himself"})


@dataclass(frozen=True, slots=True)
class _Told:
    """What the conversation has told: the last question, whole, and who and what was spoken of, the likeliest first."""

    question: str = ""
    parts: tuple[Part, ...] = ()
    people: tuple[str, ...] = ()
    things: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restated:
    """A question as understood. `open`: it still points at what rules cannot find, so that its words may miss it."""

    text: str
    open: bool = False


def restate(text: str, history: Sequence[Turn], *, speakers: Sequence[str] = ()) -> Restated:
    """The question with what it leaves out or points back at, by rules; itself where it stands alone.

    Where rules do not find what is meant, the things that the conversation is about are added. `speakers`: the people whom
    the articles quote, so that they are known as people.
    """
    told = _Told()
    for turn in history[-_TURNS:]:
        told = _hear(_stand_alone(turn.question, told, speakers), turn.answer, told, speakers)
    if not told.question:
        return Restated(_plain(text))
    whole = _stand_alone(text, told, speakers)
    resolved = whole != _plain(text) and not _PERSONAL.search(whole)
    if resolved or not _leaves_open(whole, speakers):
        return Restated(whole)
    about = _once([*told.things[:1], *told.people[:1]])
    return Restated(f"{whole.rstrip(' ?.!')} ({', '.join(about)})?" if about else whole, open=True)


def _leaves_open(whole: str, speakers: Sequence[str]) -> bool:
    """Whether a pronoun is left that no name before it explains, or the question has too few words of its own."""
    for pronoun in (_PERSONAL, _OTHERS, _THING):
        match = pronoun.search(whole)
        expletive = pronoun is _THING and _EXPLETIVE.search(whole)
        if match and not expletive and not find_names_in(whole[: match.start()], speakers):
            return True
    if re.search(r"\bthere$", whole.rstrip(" ?.!"), re.IGNORECASE):
        return True
    return not (find_names_in(whole, speakers) or _OF_SOMETHING.search(whole)) and len(content_stems(whole)) <= _FEW


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _stand_alone(text: str, told: _Told, speakers: Sequence[str]) -> str:
    whole = _plain(text)
    if not told.question:
        return whole
    asked = _AND.sub("", whole).strip(" ?.!")
    bare = _BARE.match(asked)
    if bare:
        return _ask_differently(bare["word"], told.question)
    swapped = _ABOUT_X.match(whole)
    if swapped and not re.search(rf"\b{_AUXILIARY}\b", whole[swapped.end() :], re.IGNORECASE):
        words = whole[swapped.end() :].strip(" ?.!")
        if words and len(words.split()) <= _SWAPPED:
            return _swap(words, told, speakers)
    resolved = _resolve(whole, told, speakers)
    if resolved == whole and whole != asked and _AND.match(whole):
        return _with_topic(whole, told, speakers)
    return resolved


def _with_topic(whole: str, told: _Told, speakers: Sequence[str]) -> str:
    """“And what did X think?”: about what was spoken of before."""
    parts = read_question(whole, speakers=speakers).parts
    before = told.parts[-1]
    if len(parts) == 1 and parts[0].speaker and not parts[0].topic and before.speaker and before.topic:
        return f"{whole.rstrip(' ?.!')} about {_bare_topic(before.topic)}?"
    return whole


def _ask_differently(word: str, before: str) -> str:
    """“Why?” after “When did the mill close?”: why did the mill close?"""
    bare = before.strip(" ?.!")
    asked = _ASKED.match(bare) or _YES_NO.match(bare)
    said = re.search(r"\b(?:say|said|think|tell|call)\b", bare)
    if asked and not said:
        rest = asked["rest"]
        return f"{word.capitalize()} {rest[:1].lower()}{rest[1:]}?"
    return f"{bare}, and {word.lower()}?"


def _swap(words: str, told: _Told, speakers: Sequence[str]) -> str:
    """“And X?”: the question before, with X in the place of what is like it."""
    before = told.question.strip(" ?.!")
    part = told.parts[-1]
    topic = re.match(r"^(?:about|on|regarding)\s+(?P<topic>.+)$", words, re.IGNORECASE)
    if topic and part.topic and part.topic != part.text:
        return f"{_replaced(before, _bare_topic(part.topic), topic['topic'])}?"
    if _TIME.match(words):
        first = words.split(maxsplit=1)[0]
        there = re.search(rf"\b{re.escape(first)}\s+[\w’'-]+(?:\s+\d+)?$", before, re.IGNORECASE)
        return f"{before[: there.start()] if there else before + ' '}{words}?"
    person = _is_person(words, speakers)
    if part.speaker and (person or is_person_by_role(words)):
        return f"{_replaced(before, part.speaker, words)}?"
    if part.speaker and part.topic:
        return f"{_replaced(before, _bare_topic(part.topic), words)}?"
    names = [name for name in find_names_in(before, speakers) if _is_person(name, speakers) == person]
    if names and words[:1].isupper():
        return f"{_replaced(before, names[0], words)}?"
    phrase = _phrases(before)
    return f"{_replaced(before, phrase[0], words) if phrase else f'{before} {words}'}?"


def _resolve(whole: str, told: _Told, speakers: Sequence[str]) -> str:
    """Pronouns that point back out of the question, each replaced by whom or what it most likely means."""
    people = told.people
    if _PASSIVE.search(whole):  # what was done to somebody: to the one who was spoken of sooner than to who spoke
        spoke = [name for name in people if any(part.speaker == name for part in told.parts)]
        people = (*(name for name in people if name not in spoke), *spoke)
    whole = _point(_PERSONAL, whole, people, speakers, by_gender=True)
    whole = _point(_OTHERS, whole, (*told.things, *told.people), speakers)
    return whole if _EXPLETIVE.search(whole) else _point(_THING, whole, told.things, speakers)


def _point(
    pronoun: re.Pattern[str], whole: str, meant: Sequence[str], speakers: Sequence[str], *, by_gender: bool = False
) -> str:
    match = pronoun.search(whole)
    if match is None or _is_explained(whole[: match.start()], speakers, by_person=by_gender):
        return whole
    word = match["word"].lower()
    if by_gender:
        wanted: Gender = "he" if word in _HE else "she"
        meant = [one for one in meant if gender_of_given_name(one) in {None, wanted}]
    if not meant:
        return whole
    after = re.match(r"\s+([\w’'-]+)", whole[match.end() :])
    owns = word in _POSSESSIVE and after is not None and after[1].lower() not in _OBJECT_AFTER
    name = meant[0]
    return f"{whole[: match.start()]}{name}{'’s' if owns else ''}{whole[match.end() :]}"


def _is_explained(before: str, speakers: Sequence[str], *, by_person: bool) -> bool:
    """Whether the question itself names a person, or else a thing, before a pronoun: that is meant then."""
    names = find_names_in(before, speakers)
    if by_person:
        return any(_is_person(name, speakers) for name in names)
    return any(not _is_person(name, speakers) for name in names) or _PHRASE.search(before) is not None


def _hear(question: str, answer: str, told: _Told, speakers: Sequence[str]) -> _Told:
    """What is known after one more turn; the question's own people and things come before the answer's."""
    parts = read_question(question, speakers=speakers).parts
    spoken = [part.speaker for part in parts if part.speaker]
    asked = [name for part in parts for name in part.names]
    answered = [name for name in find_names_in(answer, speakers) if not _opens_a_sentence(name, answer)]
    named = [*spoken, *asked, *answered]
    certain = [name for name in named if _is_person(name, speakers)]
    whole_names = [name for name in answered if " " in name and is_name(name)]
    people = [*certain, *whole_names, *(name for name in asked if not _is_place(name, question))]
    topics = [_bare_topic(part.topic) for part in parts if part.speaker and part.topic]
    things = [_with_article(name, question) for name in asked if not _is_person(name, speakers)]
    said_things = [*topics, *things, *(_phrases(question) if not topics else ())]
    return _Told(
        question=question,
        parts=parts,
        people=_once([*people, *told.people]),
        things=_once([*said_things, *told.things]),
    )


def _is_person(name: str, speakers: Sequence[str]) -> bool:
    if any(same_person(name, one) for one in speakers):
        return True
    return is_name(name) and gender_of_given_name(name) is not None


def _is_place(name: str, question: str) -> bool:
    return re.search(rf"\b(?:in|at|from|near|the)\s+{re.escape(name)}\b", question) is not None


def _with_article(name: str, question: str) -> str:
    return f"the {name}" if re.search(rf"\bthe\s+{re.escape(name)}\b", question, re.IGNORECASE) else name


def _opens_a_sentence(name: str, text: str) -> bool:
    """One capitalised word at the beginning of a sentence is no name for certain."""
    return " " not in name and re.search(rf"(?:^|[.!?“”]\s+){re.escape(name)}\b", text) is not None


def _bare_topic(topic: str) -> str:
    return re.sub(r"^(?:about|on|of|over|regarding|to|for|at|as|with)\s+", "", topic.strip(" ?."), flags=re.IGNORECASE)


def _phrases(question: str) -> list[str]:
    """Things that a question speaks of: “the” and what follows it, up to a word that belongs to no name of a thing."""
    found = []
    for match in _PHRASE.finditer(question):
        words = match["words"].split()
        kept: list[str] = []
        for word in words[:3]:
            if fold(word) in STOPWORDS or (kept and re.search(r"(?:ed|ing)$", word)):
                break
            kept.append(word)
        ends = len(kept) == len(question[match.start() :].strip(" ?.").split()) - 1
        if len(kept) > 1 and ends and _VERB_LAST.search(question[: match.start()]):
            kept = kept[:-1]
        if kept:
            found.append("the " + " ".join(kept))
    return found


def _replaced(text: str, old: str, new: str) -> str:
    """The first place of the old words, whatever their case; the new words at the end where there is none."""
    pattern = re.compile(rf"(?:\b(?:the|a|an)\s+)?\b{re.escape(old.removeprefix('the '))}(?!\w)", re.IGNORECASE)
    if not pattern.search(text):
        return f"{text} {new}"
    return pattern.sub(lambda _: new, text, count=1)


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
