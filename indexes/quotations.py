"""Finds who said what in an article: direct and reported speech, each with the fullest name of its speaker."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexes.casts import Cast
from indexes.mentions import Memory
from indexes.names import find_names
from indexes.quoting import Quoted, find_quoted, quoted_spans
from indexes.reporting import find_clause
from indexes.speakers import Attribution, Speakers, Voices
from indexes.speech_verbs import NAMING, TALKS
from indexes.tokens import Tokens
from indexes.types import Article, Quotation, QuotationKind, Span

__all__ = ["find_quotations", "quoted_spans"]

_FRAGMENT_WORDS = 3
"""Quotations of so few words are terms or titles, unless somebody says them."""
_REACH = 500
"""Characters that the sentences of a quotation and of the one that attributes it span at most."""
_SO_SAID = re.compile(
    r"\s{1,20}(?:So|Thus|Those were the words of|That was the verdict of)\s(?:said\s|spoke\s|says\s)?([A-Z][^.,;:\n]{1,80})"
)
_SIGNED = re.compile(r"[^\S\n]{0,5}[—–-]\s?([A-Z][^.,;:\n]{1,60})")
_SENTENCE = re.compile(r"\s{1,20}[A-Z]")
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_SMALL = frozenset("a an the of in on at for to and or with by from is".split())
_STOPS = frozenset({".", "!", "?"})
_EMPTY = frozenset({",", ":", "that", "it", "was", "is", "a", "the", Tokens.QUOTE})
"""Words between a verb of speech and what is said that make no distance."""
_IS_PART = frozenset({"was", "is", "were", "are", "part", "of", "all", ","})
"""Words between a quotation and “his message”."""
_ASIDES = frozenset({"and", "but", "while", ";", "as"})
_FAR, _ASIDE = 1_000, 12
_WIDE, _NEAREST = 120, 6
"""Tokens between a quotation and an attribution, and attributions on either side, that are looked at."""


def find_quotations(article: Article, sentences: Sequence[Span]) -> list[Quotation]:
    """Direct and reported speech in order of position. Words that no rule attributes have `speaker` None."""
    return _Reading(article, sentences).quotations()


@dataclass(frozen=True, slots=True)
class _Unit:
    """Sentences `first` to `last` that quotations hold together: their tokens, and the quotations that begin there.

    `[words_from, words_to)` are the characters from the first to the last word outside the quotations.
    """

    first: int
    last: int
    span: Span
    tokens: range
    quoted: Sequence[Quoted]
    words_from: int
    words_to: int


class _Reading:
    """One article being read from its beginning to its end."""

    def __init__(self, article: Article, sentences: Sequence[Span]) -> None:
        self._article, self._text, self._sentences = article, article.text, sentences
        self._quoted = find_quoted(article.text)
        self._tokens = Tokens(article.text, self._quoted)
        self._cast = Cast(article.text, self._tokens, sentences)
        self._memory = Memory(self._cast)
        self._speakers = Speakers(self._tokens, self._cast, self._memory)
        self._carried: str | None = None
        self._carried_from = 0
        self._runs_on = False

    def quotations(self) -> list[Quotation]:
        """The quotations in order of position."""
        found = [quotation for unit in self._units() for quotation in self._read(unit)]
        return sorted(found, key=lambda quotation: (quotation.start, quotation.end))

    def _units(self) -> Iterator[_Unit]:
        """The sentences in order, those joined across which a quotation runs."""
        k, first = 0, 0
        while first < len(self._sentences):
            last, start = first, self._sentences[first].start
            quoted: list[Quoted] = []
            while k < len(self._quoted) and self._quoted[k].outer_start < self._sentences[last].end:
                pair = self._quoted[k]
                k += 1
                if pair.outer_start >= start:
                    quoted.append(pair)
                    while last + 1 < len(self._sentences) and self._sentences[last + 1].start < pair.end:
                        last += 1
            span = Span(start, max(self._sentences[last].end, start))
            tokens = self._tokens.within(span)
            first_word = next((i for i in tokens if self._tokens.is_word(i)), -1)
            last_word = next((i for i in reversed(tokens) if self._tokens.is_word(i)), -1)
            words_from = self._tokens.starts[first_word] if first_word >= 0 else span.end
            words_to = self._tokens.ends[last_word] if last_word >= 0 else span.start
            yield _Unit(first, last, span, tokens, quoted, words_from, words_to)
            first = last + 1

    def _read(self, unit: _Unit) -> Iterator[Quotation]:
        before = self._sentences[unit.first - 1].end if unit.first else 0
        self._memory.in_paragraph = unit.first > 0 and "\n" not in self._text[before : unit.span.start]
        voices = self._speakers.read(unit.tokens)
        used: set[int] = set()
        speaker: str | None = None
        told = False
        at = 0
        for pair in unit.quoted:
            q = self._tokens.at(pair.outer_start)
            while at < len(voices.attributions) and voices.attributions[at].first < q:
                at += 1
            by = self._attribution(unit, q, voices.attributions[max(0, at - _NEAREST) : at + _NEAREST])
            who, first = (by.speaker, unit.first) if by else self._unattributed(unit, pair, voices.subject, speaker)
            self._runs_on = pair.runs_on
            if self._is_speech(unit, pair, q, by, attributed=who is not None):
                speaker, told = who, True
                used |= {by.verb} if by else set()
                yield self._quotation(Span(pair.start, pair.end), (first, unit.last), who, "direct")
        for quotation in self._reported(unit, voices, used):
            speaker, told = speaker or quotation.speaker, True
            yield quotation
        self._remember(unit, voices, speaker, told=told)

    def _remember(self, unit: _Unit, voices: Voices, speaker: str | None, *, told: bool) -> None:
        """Take in who spoke in a sentence, for the pronouns and the lone quotations behind it."""
        spoken = [by for by in voices.attributions if by.manner != "noun"]
        if not told and spoken:
            speaker = spoken[0].speaker
        lone = bool(unit.quoted) and unit.words_to <= unit.words_from
        others = [by.speaker for by in spoken if by.speaker]
        subject = None if lone else voices.subject
        self._memory.note(voices.mentioned, subject, [*others, speaker] if speaker else others, voices.alone)
        unnamed = bool(spoken) and all(by.speaker is None and self._tokens.low[by.verb] in TALKS for by in spoken)
        self._memory.stranger = unnamed or voices.stranger or (self._memory.stranger and lone)
        self._memory.asked = voices.asked
        if lone and not speaker:
            self._carried = None
        else:
            self._carried = speaker if speaker or told or spoken else subject
            self._carried_from = self._carried_from if lone else unit.first

    # Who said what is quoted

    def _attribution(self, unit: _Unit, q: int, attributions: Sequence[Attribution]) -> Attribution | None:
        """The nearest attribution in the sentence of the quotation at token `q`."""
        spoken = any(by.manner == "verb" and by.speaker for by in attributions)
        ranked = []
        for n, by in enumerate(attributions):
            distance = self._distance(unit, q, by)
            if distance < _FAR:
                ranked.append((distance + _ASIDE * (spoken and by.manner == "according"), n))
        return attributions[min(ranked)[1]] if ranked else None

    def _distance(self, unit: _Unit, q: int, by: Attribution) -> int:
        """How far an attribution is from the quotation at token `q`; `_FAR` where it cannot be meant."""
        between = self._tokens.low[by.last + 1 : q] if by.last < q else self._tokens.low[q + 1 : by.first]
        if by.first <= q <= by.last or len(between) > _WIDE or not _STOPS.isdisjoint(between):
            return _FAR
        if by.last < q:
            aside = _ASIDE if by.manner == "verb" and Tokens.QUOTE in between else 2 if by.manner == "noun" else 0
            return sum(word not in _EMPTY for word in between) + aside
        return self._distance_behind(unit, q, by, between)

    def _distance_behind(self, unit: _Unit, q: int, by: Attribution, between: Sequence[str]) -> int:
        """How far an attribution behind a quotation is: next to it where only a comma or a stop inside it stands between."""
        if by.manner == "gerund" or (by.manner == "noun" and not _IS_PART.issuperset(between)):
            return _FAR
        end = self._text[self._tokens.ends[q] - 2 : self._tokens.ends[q]]
        if "." in end and q + 1 < unit.tokens.stop and self._tokens.is_upper(q + 1):
            return _FAR
        if all(word == "," for word in between):
            return 0 if between or any(stop in end for stop in ",?!…—") else 1
        return 2 + len(between) + (0 if _ASIDES.isdisjoint(between) else _ASIDE)

    def _is_speech(self, unit: _Unit, pair: Quoted, q: int, by: Attribution | None, *, attributed: bool) -> bool:
        """A title or a term in quotation marks is no speech; a short piece is where somebody is named as saying it."""
        words = _WORD.findall(self._text, pair.start, min(pair.end, pair.start + 200))
        ended = self._text[pair.end - 1] in ",.?!…" or self._text[pair.outer_end : pair.outer_end + 1] == ","
        beside = by is not None and self._distance(unit, q, by) <= 1
        before, further = (self._tokens.low[i] if i >= unit.tokens.start else "" for i in (q - 1, q - 2))
        if not words or before in NAMING or (before == "as" and further in {"known", "such", "only", "identified"}):
            return False
        if len(words) > 1 and _is_title(words) and not (beside and (ended or before == ":")):
            return False
        if len(words) > _FRAGMENT_WORDS:
            return True
        return attributed and (ended or (by is not None and (len(words) > 1 or beside)))

    def _unattributed(
        self, unit: _Unit, pair: Quoted, subject: str | None, speaker: str | None
    ) -> tuple[str | None, int]:
        """The speaker of a quotation without an attribution in its sentence, and the first of its sentences."""
        masked = self._tokens.masked
        q = self._tokens.at(pair.outer_start)
        signed = _SO_SAID.match(masked, pair.outer_end) or _SIGNED.match(masked, pair.outer_end)
        if signed:
            named = find_names(signed.group(1))
            return (self._cast.named.fullest(named[0].full, signed.start(1)) if named else None), unit.first
        if q > unit.tokens.start and self._tokens.low[q - 1] == ":" and subject and self._cast.is_person(subject):
            told = q - 3 >= unit.tokens.start and self._tokens.low[q - 3] in {"was", "were", "been"}
            return (None if told else subject), unit.first
        if unit.words_from >= pair.outer_start:
            behind = _SENTENCE.match(masked, pair.outer_end) and self._text[pair.end - 1] in ".?!…"
            if behind or unit.words_to <= pair.outer_end:
                return self._continued(unit, pair)
        within = speaker and q > unit.tokens.start and self._tokens.low[q - 1] in _STOPS | {Tokens.QUOTE}
        return (speaker if within else None), unit.first

    def _continued(self, unit: _Unit, pair: Quoted) -> tuple[str | None, int]:
        """The speaker of a quotation that stands alone: of what comes before, where that leads up to it."""
        if unit.first == 0 or self._carried is None:
            return None, unit.first
        before = self._text[self._sentences[unit.first - 1].end - 1]
        goes_on = self._runs_on or before == ":" or (before in '”"’»' and self._text[pair.end - 1] in ".?!…")
        if not (self._memory.in_paragraph or goes_on):
            return None, unit.first
        first = self._carried_from
        return self._carried, first if pair.outer_end - self._sentences[first].start <= _REACH else unit.first

    # What is told without being quoted

    def _reported(self, unit: _Unit, voices: Voices, used: set[int]) -> Iterator[Quotation]:
        start = unit.tokens.start
        for n, by in enumerate(voices.attributions):
            if by.speaker is None or by.verb in used:
                continue
            others = [other.first for other in voices.attributions[n + 1 : n + 1 + _NEAREST] if other.manner != "noun"]
            clause = find_clause(self._tokens, by, range(start, unit.tokens.stop), others)
            if clause:
                start = max(start, self._tokens.at(clause.end))
                yield self._quotation(clause, (unit.first, unit.last), by.speaker, "reported")

    def _quotation(self, span: Span, sentences: tuple[int, int], speaker: str | None, kind: QuotationKind) -> Quotation:
        return Quotation(
            article_id=self._article.id,
            start=span.start,
            end=span.end,
            sentence_start=min(self._sentences[sentences[0]].start, span.start),
            sentence_end=max(self._sentences[sentences[1]].end, span.end),
            speaker=speaker,
            kind=kind,
        )


def _is_title(words: Sequence[str]) -> bool:
    """Whether each word but the small ones has a capital, and not every letter is one: a book, a film, a programme."""
    large = [word for word in words if word.lower() not in _SMALL]
    titled = bool(large) and all(word[0].isupper() or word[0].isdigit() for word in large)
    return titled and not all(word.isupper() for word in large)
