"""Finds who said what in an article: direct and reported speech, each with the fullest name of its speaker."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexes.names import NOT_NAMES, TITLES, Name, People, find_names, fold
from indexes.types import Article, Quotation, QuotationKind, Span

_DIRECT_VERBS = """
said says say told tells added adds insisted insists argued argues warned warns joked jokes quipped tweeted posted wrote
writes replied replies asked asks answered answers announced announces declared declares claimed claims noted notes
explained explains confirmed confirms denied denies admitted admits acknowledged acknowledges stressed stresses conceded
concedes recalled recalls complained complains promised promises pledged pledges urged urges called calls described
describes accused accuses criticised criticizes criticized praised praises remarked suggested suggests predicted predicts
estimated estimates testified shouted continued concluded maintained maintains observed commented demanded vowed welcomed
thanked dismissed rejected repeated responded stated states emphasised emphasized cautioned lamented boasted countered
retorted objected protested agreed disagreed muttered read reads put labelled labeled branded likened mocked blamed
apologised apologized hinted signalled appealed advised instructed reiterated revealed summed cracked spoke
""".split()
_REPORTED_VERBS = frozenset(
    """
    said says told added insisted insists argued argues warned warns announced declared claimed claims noted explained
    confirmed denied denies admitted acknowledged stressed conceded recalled complained promised pledged urged called
    described accused criticised criticized praised suggested predicted predicts estimated estimates testified maintained
    demanded vowed thanked stated repeated emphasised emphasized cautioned countered disagreed blamed apologised apologized
    hinted replied answered responded objected reiterated revealed advised appealed mocked branded likened wrote
    """.split()
)
_VERB = re.compile(r"\b(?:" + "|".join(sorted(set(_DIRECT_VERBS), key=len, reverse=True)) + r")\b")
_NOT_FINITE = re.compile(
    r"\b(?:a|an|the|his|her|its|their|our|of|to|be|was|were|been|is|are|being|by|as|much|so|newly|this|that|no)\s+(?:\w+ly\s+)?$", re.IGNORECASE
)
"""What before a form of a verb of speech shows that nobody is its subject: “an estimated”, “was told”."""
_NOT_SPEECH = re.compile(r"\s+(?:out|off|up|into|back|down)\b")
_SO_SAID = re.compile(r"\s+(?:So|Thus|Those were the words of|That was the verdict of)\s+(?:said\s+|spoke\s+)?([A-Z][^.,;:]+)")
_NAMED_NEXT = re.compile(r"\s+(?:he|she|they|(?:the\s+)?(?:[a-z]+\s+)?[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*)\s*(?:[,.;:\x00“\"]|of\b|from\b|$)")
_ATTACHED = re.compile(r"\s+(?:of|from|at|for|with|in)\s+(?:the\s+)?(?:[\w’'-]+\s+)?")
_PLACED = re.compile(r"\b(?:in|at|near|outside|inside|across|around|throughout|into|through|off)\s+(?:the\s+)?$")
_GERUND = re.compile(r"\b(?:saying|adding|telling|asking|arguing|insisting|warning|joking|writing|quipping|noting|calling|describing)\b")
_ACCORDING = re.compile(r"\b[Aa]ccording to\b")
_PRONOUN = re.compile(r"^(?:he|she|they|who|and|but)$", re.IGNORECASE)
_ROLE_WORDS = TITLES | frozenset(
    """
    union company ministry department government council authority office agency committee court club league spokesmen
    statement report letter page family mother father brother sister wife husband owner operator force police
    """.split()
)
_ROLES = TITLES - frozenset(
    "state foreign prime deputy vice acting former ex interim defence defense finance interior health education justice "
    "assistant senior general mr mrs ms miss dr prof resident witness executive".split()
)
"""Roles that one person of an article holds, so that “the mayor” means that person."""
_COLLECTIVE = frozenset(
    """
    company union broadcasting courier ledger observer wire ministry department government council authority office agency
    committee court club league trust group party bank press news times post police force whistle radio television
    university college school hospital museum board commission association federation institute foundation service house
    """.split()
)
_PERSONAL = frozenset({"he", "she", "they"})
_MALE = frozenset("mr sir lord chairman spokesman councilman congressman father brother king prince husband son".split())
_FEMALE = frozenset(
    "mrs ms miss dame lady chairwoman spokeswoman councilwoman congresswoman mother sister queen princess wife daughter".split()
)
_OPENING, _CLOSING = "“„«", "”»"
_FRAGMENT_WORDS = 3
_LEAD = 15
"""Characters from which what stands before the attribution is the statement."""
_REACH = 180
"""Characters left of a verb that may hold its subject."""


@dataclass(frozen=True, slots=True)
class _Quoted:
    """A pair of quotation marks: `[start, end)` lies inside them, `[outer_start, outer_end)` holds them."""

    start: int
    end: int
    outer_start: int
    outer_end: int


def quoted_spans(text: str) -> list[Span]:
    """What stands between quotation marks (double, curly or straight; single curly where it opens a word), in order."""
    return [Span(quoted.start, quoted.end) for quoted in _find_quoted(text)]


def find_quotations(article: Article, sentences: Sequence[Span]) -> list[Quotation]:
    """Direct and reported speech in order of position. Words that no rule attributes have `speaker` None."""
    return _Reading(article, sentences).quotations()


def _find_quoted(text: str) -> list[_Quoted]:
    found: list[_Quoted] = []
    for start, end in _paragraphs(text):
        found.extend(_quoted_in(text, start, end))
    return sorted(found, key=lambda quoted: quoted.start)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for match in re.finditer(r"\n+", text):
        if match.start() > position:
            yield position, match.start()
        position = match.end()
    if position < len(text):
        yield position, len(text)


def _quoted_in(text: str, start: int, end: int) -> Iterator[_Quoted]:
    """The pairs of one paragraph. A mark left open at its end closes there, as in a quotation of several paragraphs."""
    opened: int | None = None
    kind = ""
    for i in range(start, end):
        character = text[i]
        if opened is None:
            before = text[i - 1] if i > start else " "
            after = text[i + 1] if i + 1 < end else " "
            if character in _OPENING or (character == '"' and not after.isspace()):
                opened, kind = i, character
            elif character in "‘'" and not (before.isalnum()) and after.isalnum() and _single_closes(text, i, end):
                opened, kind = i, character
        elif _closes(text, i, kind, end):
            if i > opened + 1:
                yield _Quoted(opened + 1, i, opened, i + 1)
            opened = None
    if opened is not None and kind in _OPENING and end > opened + 1:
        yield _Quoted(opened + 1, end, opened, end)


def _closes(text: str, i: int, kind: str, end: int) -> bool:
    character = text[i]
    if kind in _OPENING:
        return character in _CLOSING
    if kind == '"':
        return character == '"'
    after = text[i + 1] if i + 1 < end else " "
    return character in "’'" and not after.isalnum() and (text[i - 1] in ".,?!…" or not text[i - 1].isspace())


def _single_closes(text: str, opened: int, end: int) -> bool:
    """Whether a single mark that opens a word is closed in its paragraph after a stop or a few words (no apostrophe)."""
    closing = "’" if text[opened] == "‘" else "'"
    position = text.find(closing, opened + 2, end)
    while position != -1:
        after = text[position + 1] if position + 1 < end else " "
        if not after.isalnum() and (text[position - 1] in ".,?!…" or text[opened] == "‘"):
            return True
        position = text.find(closing, position + 1, end)
    return False


class _Reading:
    """One article being read: what was quoted, who spoke last, and whom the names mean."""

    def __init__(self, article: Article, sentences: Sequence[Span]) -> None:
        self._article = article
        self._text = article.text
        self._sentences = list(sentences)
        self._quoted = _find_quoted(article.text)
        self._masked = self._mask()
        self._people = People(find_names(article.text))
        self._genders = self._find_genders()
        self._titled, self._places = self._find_titled_and_placed()
        self._roles = self._find_roles()
        self._recent: list[str] = []
        self._last_speaker: str | None = None
        self._last_end = 0

    def quotations(self) -> list[Quotation]:
        found: list[Quotation] = []
        for index, sentence in enumerate(self._sentences):
            inside = [quoted for quoted in self._quoted if sentence.start <= quoted.outer_start < sentence.end]
            speaker, verb = self._speaker(sentence, inside)
            speaker = self._same_as_before(speaker, sentence)
            if inside:
                found.extend(self._direct(index, sentence, inside, speaker))
            if not inside or not any(self._is_speech(quoted, attributed=speaker is not None) for quoted in inside):
                found.extend(self._reported(sentence, speaker, verb))
            self._remember(sentence, speaker)
        return sorted(found, key=lambda quotation: quotation.start)

    # What is quoted

    def _mask(self) -> str:
        """The text with the words between quotation marks blanked, so that no name or verb is taken from inside them."""
        characters = list(self._text)
        for quoted in self._quoted:
            if quoted.end - quoted.start > 2:
                characters[quoted.start : quoted.end] = ["\x00"] * (quoted.end - quoted.start)
        return "".join(characters)

    def _is_speech(self, quoted: _Quoted, *, attributed: bool) -> bool:
        """A title or a term in quotation marks is no speech; a short piece is where somebody is named as saying it."""
        words = self._text[quoted.start : quoted.end].split()
        if len(words) > _FRAGMENT_WORDS:
            return True
        last = self._text[quoted.end - 1]
        return attributed and (last in ",.?!…" or len(words) > 1)

    def _direct(
        self, index: int, sentence: Span, inside: Sequence[_Quoted], speaker: str | None
    ) -> Iterator[Quotation]:
        for quoted in inside:
            if not self._is_speech(quoted, attributed=speaker is not None):
                continue
            who, first = speaker, index
            if who is None:
                who, first = self._carried(index, sentence, quoted)
            last = index
            while last + 1 < len(self._sentences) and self._sentences[last].end < quoted.outer_end:
                last += 1
            yield self._quotation(quoted.start, quoted.end, first, last, who, "direct")

    def _carried(self, index: int, sentence: Span, quoted: _Quoted) -> tuple[str | None, int]:
        """The speaker of a quotation that stands alone: of the sentence before, where that leads up to it."""
        after = _SO_SAID.match(self._masked[sentence.end : sentence.end + _REACH])
        if after:
            named = find_names(after.group(1), offset=sentence.end + after.start(1))
            return (self._people.full(named[0].full, before=named[0].end) if named else None), index
        alone = not re.search(r"\w", self._masked[sentence.start : quoted.outer_start].replace("\x00", ""))
        if index == 0 or not alone or self._last_speaker is None:
            return None, index
        between = self._text[self._last_end : sentence.start]
        same_paragraph = "\n" not in between
        before = self._text[: self._last_end].rstrip()
        if same_paragraph or before.endswith(":") or before[-1:] in _CLOSING or before[-1:] not in ".!?":
            return self._last_speaker, index - 1
        if self._continues(index):
            return self._last_speaker, index - 1
        return None, index

    def _continues(self, index: int) -> bool:
        """Whether the previous paragraph ended in a quotation whose closing mark was left out."""
        before = self._sentences[index - 1]
        return any(quoted.outer_end == quoted.end and quoted.end == before.end for quoted in self._quoted)

    def _reported(self, sentence: Span, speaker: str | None, verb: Span | None) -> Iterator[Quotation]:
        if speaker is None or verb is None:
            return
        word = self._text[verb.start : verb.end].lower()
        if word not in _REPORTED_VERBS and not word.startswith("according"):
            return
        start, end = verb.end, sentence.end
        lead = re.search(r",[^,]*$", self._masked[sentence.start : verb.start])
        if word.startswith("according") and verb.start - sentence.start > _LEAD:
            start, end = sentence.start, verb.start
        elif lead and lead.start() > max(end - start, _LEAD):
            start, end = sentence.start, sentence.start + lead.start()
        while start < end and not self._text[start].isalnum():
            start += 1
        index = self._sentences.index(sentence)
        if end - start > 8:
            yield self._quotation(start, end, index, index, speaker, "reported")

    def _quotation(
        self, start: int, end: int, first: int, last: int, speaker: str | None, kind: QuotationKind
    ) -> Quotation:
        return Quotation(
            article_id=self._article.id,
            start=start,
            end=end,
            sentence_start=self._sentences[first].start,
            sentence_end=max(self._sentences[last].end, end),
            speaker=speaker,
            kind=kind,
        )

    # Who said it

    def _speaker(self, sentence: Span, inside: Sequence[_Quoted]) -> tuple[str | None, Span | None]:
        """The speaker that a sentence names and the verb that says so; both None where it names nobody."""
        masked = self._masked[sentence.start : sentence.end]
        according = self._according(sentence, masked)
        if according and not inside:
            return according
        best: tuple[int, str, Span] | None = None
        for match in _VERB.finditer(masked):
            if _NOT_FINITE.search(masked[: match.start()]) or _NOT_SPEECH.match(masked[match.end() :]):
                continue
            verb = Span(sentence.start + match.start(), sentence.start + match.end())
            subject = self._subject(sentence, verb)
            if subject is None:
                continue
            distance = min((self._distance(verb, quoted) for quoted in inside), default=0)
            if best is None or (distance, verb.start) < (best[0], best[2].start):
                best = distance, subject, verb
        if best is None and inside:
            best = self._by_gerund(sentence, masked) or self._by_colon(sentence, inside)
        return (best[1], best[2]) if best else (according or (None, None))

    def _same_as_before(self, speaker: str | None, sentence: Span) -> str | None:
        """“The striker” whom nothing in the article names is the one who spoke just before, in the same paragraph."""
        before = self._last_speaker
        if speaker is None or before is None or fold(speaker) not in _ROLES or fold(before) in _ROLES:
            return speaker
        near = "\n" not in self._text[self._last_end : sentence.start] and self._last_end <= sentence.start
        return before if near and self._looks_personal(before) else speaker

    def _according(self, sentence: Span, masked: str) -> tuple[str, Span] | None:
        """Who stands behind “according to”."""
        for match in _ACCORDING.finditer(masked):
            name = self._subject_right(sentence.start + match.end(), sentence.end)
            if name:
                return name, Span(sentence.start + match.start(), sentence.start + match.end())
        return None

    def _by_colon(self, sentence: Span, inside: Sequence[_Quoted]) -> tuple[int, str, Span] | None:
        """The person with whom a sentence begins that ends in a colon and a quotation: “X drew a lesson: …”."""
        first = inside[0].outer_start
        subject = self._opening_person(sentence)
        if subject and self._masked[sentence.start : first].rstrip().endswith(":"):
            return 0, subject, Span(first, first)
        return None

    def _distance(self, verb: Span, quoted: _Quoted) -> int:
        if verb.end <= quoted.outer_start:
            return quoted.outer_start - verb.end
        return max(verb.start - quoted.outer_end, 0)

    def _by_gerund(self, sentence: Span, masked: str) -> tuple[int, str, Span] | None:
        """The subject of “X did this, saying: …” is the first name of the sentence."""
        match = _GERUND.search(masked)
        if not match:
            return None
        subject = self._noun_phrase(sentence.start, sentence.start + match.start(), first=True)
        verb = Span(sentence.start + match.start(), sentence.start + match.end())
        return (0, subject, verb) if subject else None

    def _subject(self, sentence: Span, verb: Span) -> str | None:
        text = self._masked
        left = text[max(sentence.start, verb.start - _REACH) : verb.start]
        bare = left.rstrip()
        inverted = bare == "" or bare[-1] in _CLOSING + '"\x00’\'' or bare.endswith(("”,", '",'))
        if inverted or (bare.endswith(",") and _NAMED_NEXT.match(text[verb.end : sentence.end])):
            right = self._subject_right(verb.end, sentence.end)
            if right:
                return right
        start = max(sentence.start, verb.start - _REACH)
        cut = max(left.rfind("\x00"), left.rfind("”"), left.rfind(";"), left.rfind(" — "))
        if cut >= 0:
            start += cut + 1
        return self._noun_phrase(start, verb.start, first=False)

    def _subject_right(self, start: int, end: int) -> str | None:
        """The subject after an inverted verb: “…,” said the mayor, Oda Brennick."""
        match = re.match(r"\s+((?:[^,.;:\x00”“\"]|(?<=\b[A-Z])[.]|(?<=Dr|Mr|Ms|St)[.]|(?<=Mrs)[.]|(?<=Prof)[.])+)", self._masked[start:end])
        if not match:
            return None
        phrase_start = start + match.start(1)
        phrase = match.group(1)
        words = phrase.split()
        if not words:
            return None
        first = words[0].lower()
        if first in _PERSONAL:
            return self._meant_by(first, start)
        if not (words[0][:1].isupper() or first in {"the", "a", "an", "his", "her", "its"} or first in _ROLE_WORDS):
            return None
        if words[0][:1].isupper() and fold(words[0]) in NOT_NAMES and first not in {"the", "a", "an"}:
            return None
        names = find_names(phrase, offset=phrase_start)
        role = self._role_of(phrase.lower())
        after = self._masked[phrase_start + len(phrase) : end]
        appositive = re.match(r",\s+", after)
        if appositive and (first in {"the", "a", "an", "his", "her", "its"} or fold(words[-1]) in TITLES):
            rest_start = phrase_start + len(phrase) + appositive.end()
            rest = re.match(r"[^,.;\x00]+", self._masked[rest_start:end])
            named = find_names(rest.group(), offset=rest_start) if rest else []
            if named and named[0].start == rest_start and len(named[0].full.split()) > 1:
                return self._people.full(named[0].full, before=named[0].end)
        person = self._person_in(phrase, names)
        if person:
            return self._people.full(person.full, before=person.end)
        return role or self._body(phrase)

    def _noun_phrase(self, start: int, end: int, *, first: bool) -> str | None:
        """The subject that ends before `end`: a name, a pronoun, a role or a body."""
        segment = self._masked[start:end]
        trimmed = re.sub(r"(?:\s+(?:also|later|then|again|once|has|had|have|was|only|repeatedly|previously|reportedly|never|not|did|even|himself|herself|both|earlier|publicly|flatly|angrily|quietly|bluntly|recently|immediately|\w+ly))+\s*$", "", segment.rstrip() and segment)
        clauses = self._clauses(trimmed)
        if not clauses:
            return None
        appositive = trimmed.rstrip().endswith(",") and len(clauses) > 1
        if first:
            ordered = clauses
        elif appositive:
            ordered = list(reversed(clauses[:-1]))
        else:
            ordered = [clauses[-1]]
        subject: str | None = None
        for offset, clause in ordered:
            subject = self._in_clause(start + offset, clause)
            if subject is not None:
                break
        if appositive and (subject is None or " " not in subject):
            named = self._named_by(start + clauses[-1][0], clauses[-1][1])
            subject = named or subject
        return subject

    def _named_by(self, offset: int, appositive: str) -> str | None:
        """The name in an appositive that is one: “its leader, Piet Lorrimer, …”."""
        names = find_names(appositive, offset=offset)
        if len(names) == 1 and " " in names[0].full and self._starts_with_name(appositive, offset, names[0]):
            return self._people.full(names[0].full, before=names[0].end)
        return None

    def _clauses(self, segment: str) -> list[tuple[int, str]]:
        """The pieces between commas, colons and conjunctions that hold a word, with their offsets, in order."""
        pieces: list[tuple[int, str]] = []
        position = 0
        for match in re.finditer(r"[,:;()—–]|\b(?:and|but|while|as|after|when|because|that|which)\b(?=\s+(?:he|she|they|the|[A-Z]))", segment):
            pieces.append((position, segment[position : match.start()]))
            position = match.end()
        pieces.append((position, segment[position:]))
        return [(offset, piece) for offset, piece in pieces if re.search(r"\w", piece)]

    def _in_clause(self, offset: int, clause: str) -> str | None:
        words = clause.split()
        if not words:
            return None
        tail = words[-1].lower()
        if tail in _PERSONAL:
            return self._meant_by(tail, offset)
        if tail == "who":
            return None
        names = find_names(clause, offset=offset)
        person = self._person_in(clause, names)
        rest = clause[person.end - offset :] if person else ""
        if person and re.match(r"[’']?s?\s*$|\s+(?:of|from|at|for|with|in)\s", rest):
            return self._people.full(person.full, before=person.end)
        if words[0].lower() in _PERSONAL and len(words) < 8:
            return self._meant_by(words[0].lower(), offset)
        lowered = clause.strip().lower()
        role = self._role_of(lowered)
        if role:
            return role
        if person and person.start - offset <= len(clause) - len(clause.lstrip()) + 40 and self._starts_with_name(clause, offset, person):
            return self._people.full(person.full, before=person.end)
        return self._body(clause)

    def _starts_with_name(self, clause: str, offset: int, person: Name) -> bool:
        """Whether nothing but titles and capitals stands before the name, so that it is the clause's subject."""
        lead = clause[: person.start - offset].split()
        return all(word[:1].isupper() or fold(word) in TITLES for word in lead)

    def _person_in(self, phrase: str, names: Sequence[Name]) -> Name | None:
        """The last name of a noun phrase: in “Kremlin spokesman Dmitry Peskov” the person, not the place before it."""
        if not names:
            return None
        lowered = phrase.lower().split()
        if len(names) == 1 and lowered and lowered[0] in {"the", "a", "an"} and fold(phrase).split()[-1] in _ROLE_WORDS:
            return None
        place = len(names) - 1
        while place and _ATTACHED.fullmatch(self._masked[names[place - 1].end : names[place].start]):
            place -= 1
        return names[place]

    def _find_roles(self) -> dict[str, str]:
        """Roles that the article ties to a person: “the mayor” after “Mayor Oda Brennick” or “Oda Brennick, the mayor”."""
        roles: dict[str, str] = {}
        text = self._masked
        for name in find_names(text):
            full = self._people.full(name.full, before=name.end)
            if " " not in full and name.full not in self._titled:
                continue
            of = re.search(r"\b([\w-]+)\s+of\s+(?:the\s+)?[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)*,\s+$", text[max(0, name.start - 80) : name.start])
            if of and fold(of.group(1)) in _ROLES:
                roles.setdefault(fold(of.group(1)), full)
            before = re.search(r"((?:[\w’'-]+\s+){1,4})$", text[max(0, name.start - 60) : name.start])
            if before:
                words = [fold(word) for word in before.group(1).split()]
                if words and words[-1] in _ROLES:
                    roles.setdefault(words[-1], full)
            after = re.match(r",\s+(?:the|a|an|its|their|who is the)?\s*((?:[\w’'-]+\s*){1,6})", text[name.end : name.end + 90])
            if after:
                for word in after.group(1).split():
                    if fold(word) in _ROLES:
                        roles.setdefault(fold(word), full)
        return roles

    def _role_of(self, phrase: str) -> str | None:
        """The person that “the mayor” or “the union’s head” means in this article."""
        head = re.split(r"\s(?:of|for|at|in|with)\s", phrase.strip(), maxsplit=1)[0]
        words = [fold(word) for word in head.split()]
        if not words or words[0] not in {"the", "his", "her", "its", "their"}:
            return None
        return self._roles.get(words[-1])

    def _body(self, phrase: str) -> str | None:
        """An office or organisation as a speaker: “The US State Department”, “the union”."""
        words = phrase.split()
        if not words or len(words) > 8:
            return None
        if words[0].lower() in {"the", "a", "an", "its"}:
            words = words[1:]
        if not words:
            return None
        tail = fold(words[-1])
        if tail in _ROLE_WORDS or (words[-1][:1].isupper() and fold(words[-1]) not in NOT_NAMES):
            return " ".join(words)
        return None

    def _find_titled_and_placed(self) -> tuple[set[str], set[str]]:
        """Names that a title goes before, and names that only ever follow a word of place (“in Pellan Bay”)."""
        titled, placed = set(), set()
        for name in find_names(self._masked):
            before = self._masked[max(0, name.start - 40) : name.start]
            word = before.split()[-1:] or [""]
            if fold(word[0]) in TITLES:
                titled.add(name.full)
            elif _PLACED.search(before):
                placed.add(name.full)
        return titled, placed - titled

    def _find_genders(self) -> dict[str, str]:
        """People whose title or role tells whether “he” or “she” means them."""
        genders: dict[str, str] = {}
        text = self._masked
        for name in find_names(text):
            before = [fold(word) for word in text[max(0, name.start - 40) : name.start].split()[-2:]]
            full = self._people.full(name.full, before=name.end)
            if before and before[-1] in _MALE:
                genders.setdefault(full, "he")
            elif before and before[-1] in _FEMALE:
                genders.setdefault(full, "she")
        return genders

    def _meant_by(self, pronoun: str, at: int) -> str | None:
        """The person most recently spoken of whom nothing forbids to be “he” or “she”."""
        if pronoun == "they":
            return self._last_speaker
        for person in reversed(self._recent):
            if self._genders.get(person, pronoun) == pronoun:
                self._genders.setdefault(person, pronoun)
                return person
        earlier = [name for name in self._people.names if name.end <= at and len(name.full.split()) > 1]
        for name in reversed(earlier):
            if self._looks_personal(name.full) and self._genders.get(name.full, pronoun) == pronoun:
                return name.full
        return None

    def _remember(self, sentence: Span, speaker: str | None) -> None:
        subject = self._opening_person(sentence)
        for person in (subject, speaker):
            if person and self._looks_personal(person):
                if person in self._recent:
                    self._recent.remove(person)
                self._recent.append(person)
        quotes = any(sentence.start <= quoted.outer_start < sentence.end for quoted in self._quoted)
        if speaker or not quotes:
            self._last_speaker = speaker or subject
        if speaker or not quotes:
            self._last_end = sentence.end

    def _opening_person(self, sentence: Span) -> str | None:
        """The person with whom a sentence begins, whom a pronoun in the next one means."""
        lead = self._masked[sentence.start : sentence.start + 120]
        names = find_names(lead, offset=sentence.start)
        if not names:
            return None
        name = names[0]
        between = lead[: name.start - sentence.start]
        if "," in between or len(between.split()) > 5:
            return None
        full = self._people.full(name.full, before=name.end)
        return full if self._looks_personal(full) and (" " in full or full in self._titled) else None

    def _looks_personal(self, name: str) -> bool:
        words = name.split()
        return (
            1 <= len(words) <= 4
            and name not in self._places
            and words[0][:1].isupper()
            and fold(words[-1]) not in (_COLLECTIVE | _ROLE_WORDS if len(words) == 1 else _COLLECTIVE)
            and fold(words[0]) not in NOT_NAMES
        )
