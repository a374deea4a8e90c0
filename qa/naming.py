"""Finds the people, descriptions and outlets that a question names. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from indexes.names import NOT_NAMES, TITLES, find_names, fold, same_person
from qa.forms import MARK

_LONGEST_NAME = 7
"""Words of a name with its titles."""
_SHORTEST_SURNAME = 4
"""Letters from which a surname is recognised in lower case: shorter ones are words too often."""
_OF = re.compile(r"\b(?:of|for|on|by|with|against|near|to|from|and)\s*$", re.IGNORECASE)
"""Before a name it makes somebody else of it: “the widow of Jon Reke”."""
_OFFICE_OF = re.compile(r"^the (?:[a-z][\w-]* )+(?:of|for|at|in) (?:the )?[A-Z]")
_OWN_OFFICE = re.compile(
    r"^(?P<whose>[A-Z][\w.-]*(?: [A-Z][\w.-]*){0,2})['’]s? (?P<office>[a-z][\w-]*(?: [a-z][\w-]*){0,3})$"
)
_PARTICLES = frozenset("de da di del della der den von van la le al el bin ibn ten ter dos du".split())
_IN_NO_SUBJECT = frozenset("when he she they been while because if".split())
_ASKING_WORDS = "what who whom whose when where why which how".split()
_NOBODY = frozenset("it this that they he she you i we there people who what which".split())
_BODIES = frozenset(
    "union company government council ministry department office agency club police committee court party hospital "
    "board inspectorate association bank boss owner".split()
)
"""Bodies that speak, and people whose role is no title."""


def find_name_at_the_end(who: str, speakers: Sequence[str]) -> str | None:
    """The name of a quoted person that ends a subject, where the words before can belong to it."""
    name = _known_name(who, speakers)
    return name if name and leads_to_a_name(who[: who.rindex(name)]) else None


def mark_names(text: str, speakers: Sequence[str], names: Sequence[str]) -> tuple[str, list[str]]:
    """The text with its names, and those of people whom the articles quote, as marked numbers; the names as they stand."""
    text = text.replace(MARK, " ")
    own = [re.sub(r"^(?:do|does|did|is|was|has|had|will|would)\s+", "", name, flags=re.IGNORECASE) for name in names]
    words = [(word.start(), word.end()) for word in re.finditer(r"[\w.-]+(?:['’](?!s\b)\w+)*", text)]
    known: list[str] = []
    marked, done, at = "", 0, 0
    while at < len(words):
        for length in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            start, end = words[at][0], words[at + length - 1][1]
            name = text[start:end]
            written = name[:1].isupper() or text == text.lower()
            if written and name in {_known_name(name, speakers), _known_name(name, own)}:
                marked += f"{text[done:start]}{MARK}{len(known)}{MARK}"
                known.append(name)
                done = end
                at += length - 1
                break
        at += 1
    return marked + text[done:], known


def leads_to_a_name(words: str) -> bool:
    """Whether words before a name can belong to it (“minister”), and hold no clause of their own (“the plan that”)."""
    clause = {"that", "which", "have", "be", *_ASKING_WORDS}
    return clause.isdisjoint(fold(word) for word in words.split()) and not _OF.search(words)


def _known_name(who: str, speakers: Sequence[str]) -> str | None:
    """The name that ends a subject (“union man Tollivan”), if the articles quote a person of that name."""
    words = re.sub(r"['’]s?$", "", who.strip()).split()
    surname = fold(words[-1]) if words else ""
    if len(surname) < _SHORTEST_SURNAME or surname in _BODIES:
        return None
    people = _people(tuple(speakers)).get(surname, ())
    for length in range(min(len(words), _LONGEST_NAME) if people else 0, 0, -1):
        name = {fold(word) for word in words[-length:]}
        if any(name <= one for one in people):
            return " ".join(words[-length:])
    return None


@lru_cache(maxsize=4)
def _people(speakers: tuple[str, ...]) -> dict[str, list[set[str]]]:
    """The words of the names of people, by surname."""
    people: dict[str, list[set[str]]] = {}
    for words in (fold(speaker).split() for speaker in speakers if speaker[:1].isupper()):
        people.setdefault(words[-1], []).append(set(words))
    return people


def without_titles(speaker: str) -> str:
    """A speaker without titles: “Mayor Brennick” is Brennick; “the mayor” and “the Velle mayor” stay.

    Whose office is told stays an office: “the mayor of Velle”, which is also what “Velle’s mayor” becomes.
    """
    if _OFFICE_OF.match(speaker):
        return speaker
    owned = _OWN_OFFICE.match(speaker)
    if owned:
        return f"the {owned.group('office')} of {owned.group('whose')}"
    words = speaker.split()
    kept = [word for word in words if fold(word) not in TITLES and fold(word) not in {"the", "of", "a", "an"}]
    named = [word for word in kept if word[:1].isupper()]
    if words[0].lower() in {"the", "a", "an"} and (not named or words[-1][:1].islower()):
        return speaker
    return " ".join(kept) or speaker


def can_speak(speaker: str, names: Sequence[str], speakers: Sequence[str]) -> bool:
    """Whether a subject is somebody: a known speaker, a name, or a person by role (“the head of the union”)."""
    words = speaker.split()
    if not words or len(words) > _LONGEST_NAME or fold(words[0]) in _NOBODY:
        return False
    if not _IN_NO_SUBJECT.isdisjoint(fold(word) for word in words):
        return False
    if any(same_person(name, speaker) for name in speakers) or fold(words[-1]) in TITLES:
        return True
    if words[0].lower() in {"the", "a", "an", "its", "his", "her"}:
        return is_person_by_role(speaker)
    return words[0][:1].isupper() and any(name in speaker or speaker in name for name in names)


def is_name(speaker: str) -> bool:
    """Whether a speaker is called by name, and not described (“the new director”, “Velle’s council”)."""
    words = speaker.split()
    return bool(words) and all(word[:1].isupper() or word in _PARTICLES for word in words)


def head_of(description: str) -> str:
    """The noun of a description: of “the head of the union”, head."""
    return re.split(r"\s(?:of|for|at|in|with|who|whose|that|from)\s", description, maxsplit=1)[0].split()[-1]


def is_person_by_role(description: str) -> bool:
    """Whether a description without a name means a person or a body that speaks."""
    head = fold(head_of(description))
    return (
        head in TITLES | _BODIES
        or re.search(r"(?:er|or|ist|man|woman|person|parent|mother|father|son|wife)$", head) is not None
    )


def find_names_in(text: str, speakers: Sequence[str]) -> tuple[str, ...]:
    """The names of a question: capitalised ones, and known speakers' surnames typed in lower case."""
    found = [name.full for name in find_names(text)]
    first = text.split(" ", 1)[0]
    found = [
        name
        for name in found
        if not (
            name == first
            and fold(name) in NOT_NAMES | {"tell", "give", "list", "name", "compare", "did", "does", "is", "are", "was"}
        )
    ]
    words = {fold(word) for word in re.findall(r"[\w’'-]+", text)}
    surnames = _surnames(tuple(speakers))
    for place, surname in sorted((place, word) for word in words for place in surnames.get(word, ())):
        if not any(same_person(speakers[place], name) for name in found):
            found.append(next(word for word in re.findall(r"[\w’'-]+", text) if fold(word) == surname))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4)
def _surnames(speakers: tuple[str, ...]) -> Mapping[str, Sequence[int]]:
    """The places of the speakers of two or three words by their surnames: an archive has tens of thousands."""
    found: dict[str, list[int]] = {}
    for place, speaker in enumerate(speakers):
        surname = fold(speaker).split()[-1:] or [""]
        known = len(surname[0]) >= _SHORTEST_SURNAME and surname[0] not in TITLES
        if known and len(speaker.split()) in {2, 3}:
            found.setdefault(surname[0], []).append(place)
    return found


def mentions(text: str, outlet: str) -> bool:
    """Whether a question names an outlet: whole, or by the last word of a name of several (“the Courier”)."""
    folded, name = fold(text), fold(outlet)
    # A pattern for each of thousands of outlets takes longer than the search: most names are not there at all.
    if name in folded and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded):
        return True
    words = name.split()
    last = outlet.rsplit(maxsplit=1)[-1]
    return (
        len(words) > 1
        and len(last) > _SHORTEST_SURNAME
        and f"the {last}" in text
        and re.search(rf"\bthe {re.escape(last)}\b", text) is not None
    )
