"""Reads a question: what kind it is, whose words it asks for, about what, and what its parts are. Pure; no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from indexes.names import NOT_NAMES, TITLES, find_names, fold, same_person
from indexes.words import STOPWORDS, find_words

Kind: TypeAlias = Literal["said_about", "who_said", "who", "when", "where", "number", "why", "yes_no", "other"]

_SPEECH = (
    r"sa(?:y|ys|id|ying)|th(?:ink|inks|ought)|tell|tells|told|describe[sd]?|call(?:s|ed)?|warn(?:s|ed)?|promise[sd]?|announce[sd]?|claim(?:s|ed)?|"
    r"argue[sd]?|respon(?:d|ds|ded)|react(?:s|ed)?|comment(?:s|ed)?|compare[sd]?|accuse[sd]?|criticis?z?e[sd]?|prais(?:e|es|ed)|den(?:y|ies|ied)|"
    r"admit(?:s|ted)?|demand(?:s|ed)?|urge[sd]?|joke[sd]?|remark(?:s|ed)?|predict(?:s|ed)?|suggest(?:s|ed)?|explain(?:s|ed)?|justif(?:y|ies|ied)|"
    r"defend(?:s|ed)?|answer(?:s|ed)?|repl(?:y|ies|ied)|ask(?:s|ed)?|feel|feels|felt|view(?:s|ed)?|insist(?:s|ed)?|complain(?:s|ed)?|"
    r"declare[sd]?|state[sd]?|mention(?:s|ed)?|vow(?:s|ed)?|pledge[sd]?|apologi[sz]e[sd]?|boast(?:s|ed)?|write|writes|wrote|confirm(?:s|ed)?|"
    r"talk(?:s|ed)?|remember(?:s|ed)?|recall(?:s|ed)?|sp(?:eak|eaks|oke)|mock(?:s|ed)?"
)
_WHO = r"(?P<speaker>[^?,;:]{2,60}?)"
_NOUNS = r"(?:words?|views?|opinions?|comments?|reactions?|responses?|remarks?|statements?|verdicts?|answers?|repl(?:y|ies)|take|position|stance|thoughts?|explanations?|message|criticisms?|warnings?|description)"  # noqa: E501 - one pattern on one line
_ABOUT = r"(?:about|on|of|over|regarding|concerning|to|for|at|as|with|when|after|that)"
_SAID_ABOUT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:what|how|why|which|when|where)\b[^?]*?\b(?:did|does|do|has|have|had|would|could|is|was)\s+{_WHO}\s+(?:\w+ly\s+|also\s+|ever\s+|publicly\s+|have\s+to\s+|have\s+|been\s+)*(?:{_SPEECH})\b\s*(?P<topic>.*)$",
        rf"^(?:what|which)\s+(?:\w+\s+)?(?:reasons?|explanation|answer|reply|estimate|account|description|words?|warning|advice)\s+(?:did|does|has|have)\s+{_WHO}\s+(?:give|gave|given|use|used|offer|have)\b\s*(?P<topic>.*)$",
        rf"^what\s+(?:\w+\s+)?(?:praise|criticism|reason|word|advice|message|opinion|comment|complaint|joke|excuse|hope|plan)s?\s+(?:did|does|has|have)\s+{_WHO}\s+(?:have|offer|make|made|give|find)\b\s*(?P<topic>.*)$",
        rf"^what\s+(?:did|does)\s+{_WHO}\s+(?:make\s+of|have\s+to\s+say)\b\s*(?P<topic>.*)$",
        rf"^how\s+(?:did|does)\s+{_WHO}\s+(?:rate|assess|judge|see|characteri[sz]e|sum\s+up|portray|put|phrase|justify|answer|explain)\b\s*(?P<topic>.*)$",
        r"^what\s+impression\s+did\s+(?P<topic>.+?)\s+(?:make|leave)\s+(?:on|with)\s+(?P<speaker>[^?,;:]{2,60})$",
        rf"^{_WHO},\s*what\s+(?:was|is|were|are)\s+(?:his|her|their|its)\s+(?:\w+\s+)?{_NOUNS}\s*(?P<topic>.*)$",
        rf"^(?:did|does|has|have)\s+{_WHO}\s+(?:\w+ly\s+|ever\s+)?(?:{_SPEECH})\b\s*(?P<topic>.*)$",
        rf"^what\s+(?:was|were|is|are)\s+{_WHO}['’]s?\s+(?:\w+\s+)?{_NOUNS}\s*(?P<topic>.*)$",
        rf"^what\s+(?:was|were|is|are)\s+the\s+(?:\w+\s+)?{_NOUNS}\s+(?:of|from|by)\s+{_WHO}\s+(?P<topic>(?:on|about|to|regarding|over|when|after)\b.*)$",
        rf"^(?:in|from)\s+{_WHO}['’]s?\s+(?:own\s+)?(?:words?|view|opinion),?\s*(?P<topic>.*)$",
        rf"^(?:according\s+to)\s+{_WHO},\s*(?P<topic>.*)$",
        r"^(?P<topic>.*?),?\s+according\s+to\s+(?P<speaker>[^?,;:]{2,60})$",
        rf"^{_WHO}['’]s?\s+{_NOUNS}\s+(?P<topic>(?:on|about|to|regarding|over)\b.*)$",
        rf"^{_WHO}\s+(?:quotes?|statements?|comments?)\s+(?P<topic>(?:on|about|regarding)\b.*)$",
        rf"^(?P<topic>.*?)\s+(?:did|does)\s+{_WHO}\s+(?:{_SPEECH})$",
    )
)
_ATTITUDE = (
    r"judge[sd]?|characteri[sz]e[sd]?|define[sd]?|excuse[sd]?|illustrate[sd]?|liken(?:s|ed)?|concede[sd]?|confess(?:es|ed)?|advise[sd]?|"
    r"recommend(?:s|ed)?|regard(?:s|ed)?|worr(?:y|ies|ied)|regret(?:s|ted)?|object(?:s|ed)?|plead(?:s|ed)?|retort(?:s|ed)?|welcome[sd]?|"
    r"thank(?:s|ed)?|blame[sd]?|dismiss(?:es|ed)?|accept(?:s|ed)?|receive[sd]?|take|took|look\s+back|sound(?:s|ed)?|experience[sd]?|wish(?:es|ed)?|"
    r"hope[sd]?|want(?:s|ed)?|believe[sd]?|fear(?:s|ed)?|expect(?:s|ed)?|sum(?:s|med)?\s+up|portray(?:s|ed)?|appeal(?:s|ed)?|hit\s+back|"
    r"dampen(?:s|ed)?|counter(?:s|ed)?|reject(?:s|ed)?|understand|understood|refuse[sd]?|trust(?:s|ed)?|stand\s+up|rule[sd]?\s+out"
)
_UTTERED = (
    rf"(?:{_NOUNS}|messages|descriptions|impressions?|memor(?:y|ies)|reasons?|pleas?|objections?|feelings?|forecasts?|arguments?|retorts?|"
    r"excuses?|promises?|advice|hopes?|fears?|regrets?|jokes?|digs?|compliments?|testimony|apolog(?:y|ies)|demands?|praise|judge?ments?|"
    r"complaints?|predictions?|recommendations?|attitude|quotes?)"
)
_MARK = "\ue000"
_MARKED = rf"(?P<who>[^?,;:]{{0,40}}?){_MARK}(?P<name>\d+){_MARK}"
_NAMED_SAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:what|how|why)\b[^?]*?\b(?:did|does|do|has|had|is|was|would|won['’]t|doesn['’]t|didn['’]t)\s+{_MARKED}\s+(?P<topic>.*?),?\s+(?:in\s+(?:his|her|their)\s+own\s+words|as\s+(?:he|she|they)\s+puts?\s+it)$",
        rf"^(?:(?:to|of|with)\s+)?(?:what|how(?!\s+(?:many|much|long|old|often|far|quickly))|why)\b[^?]*?\b(?:did|does|do|has|had|would)\s+{_MARKED}\s+(?:not\s+|\w+ly\s+)?(?P<topic>(?:{_ATTITUDE}|{_SPEECH})\b.*)$",
        rf"^(?:what|which)\s+(?P<noun>(?:\w+\s+){{0,2}}?{_UTTERED})\s+(?:did|does|had|has)\s+{_MARKED}\s+(?:make|have|give|pay|put\s+forward|offer|voice|raise|express|use|take)\b\s*(?P<topic>.*)$",
        rf"^what\s+(?:was|were|is|are)\s+{_MARKED}['’]s?\s+(?P<topic>(?:\w+\s+){{0,2}}?{_UTTERED}\b.*)$",
        rf"^(?:did|does)\s+{_MARKED}\s+(?P<topic>(?:{_ATTITUDE})\b.*)$",
        rf"^what\s+(?:worr(?:ies|ied)|annoy(?:s|ed)|please[sd]|surprise[sd]|trouble[sd])\s+{_MARKED}\s+(?P<topic>(?:about|in|when|at)\b.*)$",
        rf"^{_MARKED}(?:['’]s?)?\s+(?:on|about|over|regarding|explaining|describing)\s+(?P<topic>.*)$",
        rf"^{_MARKED}(?:['’]s?)?\s+(?P<topic>(?:\w+\s+)?{_UTTERED}\b.*)$",
    )
)
"""Asks for somebody's words only where the subject is a person by name: a verb like “take” is no speech by itself."""
_ASKED_NOUN = re.compile(
    r"^(?:what|which|how|why|when|where)\s+(?P<noun>(?!did|does|do|has|have|had|was|were|is|are)[\w -]{3,40}?)"
    r"\s+(?:did|does|do|has|have|had)\b",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    rf"^(?:who|whose|which\s+\w+(?:\s+\w+)?)\s+(?:was\s+it\s+(?:who|that)\s+)?(?:has\s+|have\s+|had\s+|publicly\s+|\w+ly\s+)*(?:{_SPEECH}|called|blamed|likened|spoke|quoted|complained)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b(?:how\s+(?:many|much|old|long|far|big|large|high|tall|fast|deep|heavy|often|few|wide)|what\s+(?:number|share|percentage|percent|proportion|amount|sum|price|cost|score|result|figure|total|margin|age|size)|what\s+(?:was|is|were|are)\s+the\s+(?:\w+\s+)?(?:number|share|percentage|amount|price|cost|score|turnout|total|death\s+toll|toll|margin|size|budget|population|attendance|salary|reward|fine|fee|distance|height|length|depth|speed|age))\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:when|what\s+(?:day|date|time|year|month|week)|which\s+(?:day|date|year|month|week)|since\s+when|until\s+when|at\s+what\s+time|on\s+what\s+(?:day|date))\b",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\b(?:where|(?:in|at|from|to)\s+(?:which|what)\s+(?:city|town|country|place|street|village|room|building|port|stadium|ground|hall)|(?:which|what)\s+(?:city|town|country|place|village|venue|street|ground))\b",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\?\s+(?=\S)|,?\s+and\s+(?=(?:what|who|whom|when|where|why|which|how(?:\s+(?:many|much|long|old))?)\s+(?:did|does|do|is|was|were|are|has|have|had|would|will|many|much|long|old|\w+\s+(?:did|does|was|is|were)))",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"^(?P<scene>[^?]{10,}?[.!])\s+(?P<asked>(?:and |but |so )?(?:what|who|when|where|why|how|which)\b.*)$",
    re.IGNORECASE,
)
_LONGEST_NAME = 7
"""Words of a name with its titles."""
_SHORTEST_SURNAME = 4
"""Letters from which a surname is recognised in lower case: shorter ones are words too often."""
_YES_NO = re.compile(r"^(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)\b", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:compare|compared|differ|differs|difference|both|than|versus|vs|agree|disagree|same|change[sd]?|between|each|respectively)\b",
    re.IGNORECASE,
)
_OF = re.compile(r"\b(?:of|for|on|by|with|against|near|to|from|and)\s*$", re.IGNORECASE)
"""Before a name it makes somebody else of it: “the widow of Jon Reke”."""
_ASKING_WORDS = "what who whom whose when where why which how".split()
_NOBODY = frozenset("it this that they he she you i we there people who what which".split())
_BODIES = frozenset(
    "union company government council ministry department office agency club police committee court party hospital "
    "board inspectorate association bank boss owner".split()
)
"""Bodies that speak, and people whose role is no title."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadQuestion:
    """A question in its parts, with the outlets that it names. `compares`: it wants things of several places."""

    text: str
    parts: tuple[Part, ...]
    outlets: tuple[str, ...] = ()
    compares: bool = False


def read_question(text: str, *, outlets: Sequence[str] = (), speakers: Sequence[str] = ()) -> ReadQuestion:
    """Read a question by rules. `outlets` and `speakers` are those of the index; names match whatever the case."""
    whole = re.sub(r"\s+", " ", text).strip()
    pieces = [piece.strip(" ?.!") for piece in _PARTS.split(whole)]
    parts: list[Part] = []
    setting = _SETTING.match(whole)
    if setting:
        # “X promised to stay. What did she say later?”: the first sentence only sets the scene.
        pieces = [
            _without_pronoun(setting.group("asked").strip(" ?.!"), [_read_part(setting.group("scene"), speakers)])
        ]
    for piece in pieces:
        if re.search(r"\w", piece):
            parts.append(_read_part(_without_pronoun(piece, parts), speakers))
    named = tuple(outlet for outlet in outlets if _mentions(whole, outlet))
    return ReadQuestion(
        text=whole,
        parts=tuple(parts) or (_read_part(whole, speakers),),
        outlets=named,
        compares=bool(_COMPARED.search(whole)),
    )


def _without_pronoun(piece: str, before: Sequence[Part]) -> str:
    """A later part with “he” or “she” replaced by the person that an earlier part names."""
    people = [name for part in before for name in ((part.speaker,) if part.speaker else part.names)]
    if not people:
        return piece
    return re.sub(r"\b(?:he|she|they)\b", lambda _: people[0], piece, count=1)


def content_stems(text: str) -> tuple[str, ...]:
    """The stems of a text without function words and words of asking, each once, in order."""
    stems = (word.stem for word in find_words(text))
    return tuple(dict.fromkeys(stem for stem in stems if stem not in STOPWORDS and stem not in _ASKING))


def _read_part(text: str, speakers: Sequence[str]) -> Part:
    text = re.sub(r"^(?:and|but|so|also)\b[\s,]*", "", text, flags=re.IGNORECASE)
    names = _names_in(text, speakers)
    speaker, topic = _speaker_in(text, names, speakers)
    if speaker is not None:
        return Part(
            text=text,
            kind="said_about",
            expects=_kind_of(text),
            speaker=speaker,
            topic=topic,
            names=tuple(name for name in names if not same_person(name, speaker)),
            stems=content_stems(topic),
        )
    kind = _kind_of(text)
    return Part(text=text, kind=kind, expects=kind, topic=text, names=names, stems=content_stems(text))


def _kind_of(text: str) -> Kind:  # noqa: PLR0911 - one case a line
    if _WHO_SAID.search(text):
        return "who_said"
    if _NUMBER.search(text):
        return "number"
    if _WHEN.search(text):
        return "when"
    if _WHERE.search(text):
        return "where"
    if re.search(r"\b(?:who|whom|whose)\b", text, re.IGNORECASE):
        return "who"
    if re.search(r"\bwhy\b", text, re.IGNORECASE):
        return "why"
    return "yes_no" if _YES_NO.search(text) else "other"


def _speaker_in(text: str, names: Sequence[str], speakers: Sequence[str]) -> tuple[str | None, str]:
    """Whose words are asked for and about what, or None and the text where no one's are."""
    for pattern in _SAID_ABOUT:
        match = pattern.search(text)
        if not match:
            continue
        who = re.sub(r"['’]s?$", "", match.group("speaker").strip())
        speaker = _plain(who) if _can_speak(who, names, speakers) else _named_at_the_end(who, speakers)
        if speaker:
            topic = re.sub(
                rf"^(?:{_ABOUT}|reporters|journalists)\s+", "", match.group("topic").strip(), flags=re.IGNORECASE
            )
            asked = _ASKED_NOUN.match(text)
            if asked:
                topic = f"{asked.group('noun')} {topic}"
            return speaker, topic.strip(" ?.")
    marked, known = _mark_names(text, speakers, names)
    for pattern in _NAMED_SAYS if known else ():
        match = pattern.search(marked)
        if match and _leads_to_a_name(match.group("who")):
            asked_for = f"{match.groupdict().get('noun') or ''} {match.group('topic')}"
            topic = re.sub(rf"{_MARK}(\d+){_MARK}", lambda mark: known[int(mark.group(1))], asked_for)
            return known[int(match.group("name"))], topic.strip(" ?.")
    return None, text


def _named_at_the_end(who: str, speakers: Sequence[str]) -> str | None:
    name = _known_name(who, speakers)
    return name if name and _leads_to_a_name(who[: who.rindex(name)]) else None


def _mark_names(text: str, speakers: Sequence[str], names: Sequence[str]) -> tuple[str, list[str]]:
    """The text with its names, and those of people whom the articles quote, as marked numbers; the names as they stand."""
    text = text.replace(_MARK, " ")
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
                marked += f"{text[done:start]}{_MARK}{len(known)}{_MARK}"
                known.append(name)
                done = end
                at += length - 1
                break
        at += 1
    return marked + text[done:], known


def _leads_to_a_name(words: str) -> bool:
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


def _plain(speaker: str) -> str:
    """A speaker without titles: “Mayor Brennick” is Brennick; “the mayor” and “the Velle mayor” stay."""
    words = speaker.split()
    kept = [word for word in words if fold(word) not in TITLES and fold(word) not in {"the", "of", "a", "an"}]
    named = [word for word in kept if word[:1].isupper()]
    if words[0].lower() in {"the", "a", "an"} and (not named or words[-1][:1].islower()):
        return speaker
    return " ".join(kept) or speaker


def _can_speak(speaker: str, names: Sequence[str], speakers: Sequence[str]) -> bool:
    """Whether a subject is somebody: a known speaker, a name, or a person by role (“the head of the union”)."""
    words = speaker.split()
    if not words or len(words) > _LONGEST_NAME or fold(words[0]) in _NOBODY:
        return False
    if any(same_person(name, speaker) for name in speakers) or fold(words[-1]) in TITLES:
        return True
    if words[0].lower() in {"the", "a", "an", "its", "his", "her"}:
        return is_person_by_role(speaker)
    return words[0][:1].isupper() and any(name in speaker or speaker in name for name in names)


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


def _names_in(text: str, speakers: Sequence[str]) -> tuple[str, ...]:
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
    for speaker in speakers:
        surname = fold(speaker).split()[-1:] or [""]
        known = len(surname[0]) >= _SHORTEST_SURNAME and surname[0] in words and surname[0] not in TITLES
        if known and not any(same_person(speaker, name) for name in found) and len(speaker.split()) in {2, 3}:
            found.append(next(word for word in re.findall(r"[\w’'-]+", text) if fold(word) == surname[0]))
    return tuple(dict.fromkeys(found))


def _mentions(text: str, outlet: str) -> bool:
    """Whether a question names an outlet: whole, or by the last word of a name of several (“the Courier”)."""
    folded, name = fold(text), fold(outlet)
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded):
        return True
    words = name.split()
    last = outlet.rsplit(maxsplit=1)[-1]
    return (
        len(words) > 1 and len(last) > _SHORTEST_SURNAME and re.search(rf"\bthe {re.escape(last)}\b", text) is not None
    )
