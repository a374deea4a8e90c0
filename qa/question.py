"""Reads a question: what kind it is, whose words it asks for, about what, and what its parts are. Pure; no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from indexes.names import same_person
from indexes.words import STOPWORDS, find_words
from qa.forms import ABOUT, ASKED_NOUN, COMPARED, MARK, NAMED_SAYS, PARTS, SAID_ABOUT, SETTING, Kind, kind_of
from qa.naming import (
    can_speak,
    find_name_at_the_end,
    find_names_in,
    leads_to_a_name,
    mark_names,
    mentions,
    without_titles,
)

MOST_PARTS = 8
"""Parts of a question that are looked into, each of which costs as much as a question: as many as an answer has citations."""
MOST_OUTLETS = 8
"""Outlets named in a question that get passages of their own."""
_ASKING = frozenset(
    [
        "tell",
        "give",
        "find",
        "show",
        "know",
        "say",
        "said",
        "want",
        "please",
        "did",
        "do",
        "name",
        "list",
        "article",
        "report",
        "accord",
        "story",
        "describ",
        "explain",
        "happen",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing asked. `speaker` is whose words are asked for, `topic` about what; `text` is the part as asked.

    `expects` is the kind of thing that answers (a number, a day …), also where somebody's words are asked for.
    """

    text: str
    kind: Kind
    topic: str
    expects: Kind = "other"
    speaker: str | None = None
    names: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()

    @property
    def asks_anything(self) -> bool:
        """Whether any words of the speaker answer: neither a topic nor a kind of thing is asked for."""
        return self.speaker is not None and not self.stems and self.expects == "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadQuestion:
    """A question in its parts, with the outlets that it names. `compares`: it wants things of several places.

    `unread`: the first thing that it asks beyond `MOST_PARTS`, as asked; empty where there is none.
    """

    text: str
    parts: tuple[Part, ...]
    unread: str = ""
    outlets: tuple[str, ...] = ()
    compares: bool = False


def read_question(text: str, *, outlets: Sequence[str] = (), speakers: Sequence[str] = ()) -> ReadQuestion:
    """Read a question by rules. `outlets` and `speakers` are those of the index; names match whatever the case."""
    whole = re.sub(r"\s+", " ", text).strip()
    pieces = [piece.strip(" ?.!") for piece in PARTS.split(whole)]
    parts: list[Part] = []
    setting = SETTING.match(whole)
    if setting:
        # “X promised to stay. What did she say later?”: the first sentence only sets the scene.
        pieces = [
            _without_pronoun(setting.group("asked").strip(" ?.!"), [_read_part(setting.group("scene"), speakers)])
        ]
    asked = [piece for piece in pieces if re.search(r"\w", piece)]
    for piece in asked[:MOST_PARTS]:
        parts.append(_read_part(_without_pronoun(piece, parts), speakers))
    named = tuple(islice((outlet for outlet in outlets if mentions(whole, outlet)), MOST_OUTLETS))
    return ReadQuestion(
        text=whole,
        parts=tuple(parts) or (_read_part(whole, speakers),),
        unread=next(iter(asked[MOST_PARTS:]), ""),
        outlets=named,
        compares=bool(COMPARED.search(whole)),
    )


def _without_pronoun(piece: str, before: Sequence[Part]) -> str:
    """A later part with “he” or “she” replaced by the person that an earlier part names."""
    people = [name for part in before for name in ((part.speaker,) if part.speaker else part.names)]
    if not people:
        return piece
    return re.sub(r"\b(?:he|she|they)\b", lambda _: people[0], piece, count=1)


def of_anybody(part: Part) -> Part:
    """The part as a question that asks for nobody's words in particular."""
    return replace(part, kind=part.expects, topic=part.text, speaker=None, stems=content_stems(part.text))


def content_stems(text: str) -> tuple[str, ...]:
    """The stems of a text without function words and words of asking, each once, in order."""
    stems = (word.stem for word in find_words(text))
    return tuple(dict.fromkeys(stem for stem in stems if stem not in STOPWORDS and stem not in _ASKING))


def _read_part(text: str, speakers: Sequence[str]) -> Part:
    text = re.sub(r"^(?:and|but|so|also)\b[\s,]*", "", text, flags=re.IGNORECASE)
    names = find_names_in(text, speakers)
    speaker, topic = _speaker_in(text, names, speakers)
    if speaker is not None:
        return Part(
            text=text,
            kind="said_about",
            expects=kind_of(text),
            speaker=speaker,
            topic=topic,
            names=tuple(name for name in names if not same_person(name, speaker)),
            stems=content_stems(topic),
        )
    kind = kind_of(text)
    return Part(text=text, kind=kind, expects=kind, topic=text, names=names, stems=content_stems(text))


def _speaker_in(text: str, names: Sequence[str], speakers: Sequence[str]) -> tuple[str | None, str]:
    """Whose words are asked for and about what, or None and the text where no one's are."""
    for pattern in SAID_ABOUT:
        match = pattern.search(text)
        if not match:
            continue
        who = re.sub(r"['’]s?$", "", match.group("speaker").strip())
        speaker = without_titles(who) if can_speak(who, names, speakers) else find_name_at_the_end(who, speakers)
        if speaker:
            topic = re.sub(
                rf"^(?:{ABOUT}|reporters|journalists)\s+", "", match.group("topic").strip(), flags=re.IGNORECASE
            )
            asked = ASKED_NOUN.match(text)
            if asked:
                topic = f"{asked.group('noun')} {topic}"
            return speaker, topic.strip(" ?.")
    marked, known = mark_names(text, speakers, names)
    for pattern in NAMED_SAYS if known else ():
        match = pattern.search(marked)
        if match and leads_to_a_name(match.group("who")):
            asked_for = f"{match.groupdict().get('noun') or ''} {match.group('topic')}"
            topic = re.sub(rf"{MARK}(\d+){MARK}", lambda mark: known[int(mark.group(1))], asked_for)
            return known[int(match.group("name"))], topic.strip(" ?.")
    return None, text
