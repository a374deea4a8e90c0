"""Finds who said what in an article: direct and reported speech, each with the fullest name of its speaker."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexes.casts import Cast
from indexes.mentions import Memory
from indexes.names import find_names, fold
from indexes.quoting import Quoted, find_quoted, quoted_spans
from indexes.reporting import find_clause
from indexes.speakers import Attribution, Speakers
from indexes.speech_verbs import NAMING, TALKS
from indexes.tokens import Tokens
from indexes.types import Article, Quotation, QuotationKind, Span

__all__ = ["find_quotations", "quoted_spans"]

_FRAGMENT_WORDS = 3
"""Quotations of so few words are terms or titles, unless somebody says them."""
_REACH = 500
"""Characters that the sentences of a quotation and of the one that attributes it span at most."""
_SO_SAID = re.compile(r"\s+(?:So|Thus|Those were the words of|That was the verdict of)\s+(?:said|spoke|says)?\s*([A-Z][^.,;:\n]{1,80})")
_SIGNED = re.compile(r"\s*[—–-]\s*([A-Z][^.,;:\n]{1,60})")
_NO_MORE = re.compile(r"\s+[A-Z]")
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_SMALL = frozenset("a an the of in on at for to and or with by from is".split())
_IS_PART = frozenset({"was", "is", "were", "are", "part", "of", "all", ","})
_FAR = 1_000
_ASIDE = 12


def find_quotations(article: Article, sentences: Sequence[Span]) -> list[Quotation]:
    """Direct and reported speech in order of position. Words that no rule attributes have `speaker` None."""
    return _Reading(article, sentences).quotations()


@dataclass(frozen=True, slots=True)
class _Unit:
    """Sentences `first` to `last` that a quotation holds together, their tokens, and the quotations that begin there."""

    first: int
    last: int
    span: Span
    tokens: range
    quoted: tuple[Quoted, ...]


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
        self._carried_from = -1
        self._open = False

    def quotations(self) -> list[Quotation]:
        """The quotations in order of position."""
        found: list[Quotation] = []
        for unit in self._units():
            found.extend(self._read(unit))
        return sorted(found, key=lambda quotation: (quotation.start, quotation.end))

    def _units(self) -> Iterator[_Unit]:
        """The sentences in order, those joined across which a quotation runs."""
        k, i = 0, 0
        while i < len(self._sentences):
            last, start = i, self._sentences[i].start
            quoted: list[Quoted] = []
            while k < len(self._quoted) and self._quoted[k].outer_start < self._sentences[last].end:
                pair = self._quoted[k]
                k += 1
                if pair.outer_start < start:
                    continue
                quoted.append(pair)
                # A mark that the splitter left at the end of the sentence before belongs to the next one.
                while last + 1 < len(self._sentences) and self._sentences[last + 1].start < pair.end:
                    last += 1
            span = Span(start, max(self._sentences[last].end, start))
            yield _Unit(i, last, span, self._tokens.within(span), tuple(quoted))
            i = last + 1

    def _read(self, unit: _Unit) -> Iterator[Quotation]:
        before = self._sentences[unit.first - 1].end if unit.first else 0
        self._memory.in_paragraph = unit.first > 0 and "\n" not in self._text[before : unit.span.start]
        attributions = self._speakers.attributions(unit.tokens)
        subject = self._speakers.subject(unit.tokens)
        used: set[int] = set()
        speaker: str | None = None
        told = False
        for pair in unit.quoted:
            by = self._attribution(unit, pair, attributions)
            who, first = (by.speaker, unit.first) if by else self._unattributed(unit, pair, subject, speaker)
            self._open = pair.runs_on
            if not self._is_speech(unit, pair, by, attributed=who is not None):
                continue
            if by:
                used.add(by.verb)
            told = True
            speaker = who
            yield self._direct(pair, first, unit, who)
        for quotation, who in self._reported(unit, attributions, used):
            speaker, told = speaker or who, True
            yield quotation
        spoken = [by for by in attributions if by.manner != "noun"]
        if not told and spoken:
            speaker = spoken[0].speaker
        unnamed = bool(spoken) and all(by.speaker is None and self._tokens.low[by.verb] in TALKS for by in spoken)
        self._remember(unit, subject, [by.speaker for by in spoken if by.speaker], speaker, heard=told or bool(spoken))
        self._memory.stranger = self._memory.stranger or unnamed or self._speakers.tells_of_stranger(unit.tokens)

    def _remember(
        self, unit: _Unit, subject: str | None, others: Sequence[str], speaker: str | None, *, heard: bool
    ) -> None:
        lone = bool(unit.quoted) and not any(self._tokens.is_word(i) for i in unit.tokens)
        self._memory.stranger = self._memory.stranger and lone
        self._memory.note(self._speakers.mentioned(unit.tokens), None if lone else subject, [*others, speaker] if speaker else others)
        if speaker or not lone:
            self._carried = speaker if speaker or heard else subject
            if not lone or self._carried_from < 0:
                self._carried_from = unit.first
        elif lone:
            self._carried = None

    # Direct speech

    def _attribution(self, unit: _Unit, pair: Quoted, attributions: Sequence[Attribution]) -> Attribution | None:
        """The attribution in the sentence that stands nearest to a quotation."""
        q = self._tokens.at(pair.outer_start)
        spoken = any(by.manner == "verb" and by.speaker for by in attributions)
        ranked = [(distance + _ASIDE * (spoken and by.manner == "according"), n) for n, by in enumerate(attributions) if (distance := self._distance(unit, q, by)) < _FAR]
        return attributions[min(ranked)[1]] if ranked else None

    def _distance(self, unit: _Unit, q: int, by: Attribution) -> int:
        """How far an attribution is from the quotation at token `q`; `_FAR` where it cannot be meant."""
        low = self._tokens.low
        if by.last < q:
            between = low[by.last + 1 : q]
            if any(stop in between for stop in (".", "!", "?")):
                return _FAR
            said = sum(word not in {",", ":", "that", "it", "was", "is", "a", "the", Tokens.QUOTE} for word in between)
            return said + (_ASIDE if Tokens.QUOTE in between and by.manner == "verb" else 0) + (2 if by.manner == "noun" else 0)
        if by.first <= q:  # a title between a subject and its verb
            return _FAR
        between = low[q + 1 : by.first]
        if by.manner == "gerund" or (by.manner == "noun" and not _IS_PART.issuperset(between)):
            return _FAR
        if any(stop in between for stop in (".", "!", "?")):
            return _FAR
        last = self._text[self._tokens.ends[q] - 2 : self._tokens.ends[q]]
        if "." in last and self._text[self._tokens.starts[q + 1]].isupper():
            return _FAR
        if all(word == "," for word in between):
            return 0 if between or any(stop in last for stop in ",?!…—") else 1
        aside = _ASIDE if any(word in {"and", "but", "while", ";", "as"} for word in between) else 0
        return 2 + len(between) + aside

    def _is_speech(self, unit: _Unit, pair: Quoted, by: Attribution | None, *, attributed: bool) -> bool:
        """A title or a term in quotation marks is no speech; a short piece is where somebody is named as saying it."""
        words = _WORD.findall(self._text, pair.start, min(pair.end, pair.start + 200))
        q = self._tokens.at(pair.outer_start)
        ended = self._text[pair.end - 1] in ",.?!…" or self._text[pair.outer_end : pair.outer_end + 1] == ","
        beside = by is not None and self._distance(unit, q, by) <= 1
        if not words:
            return False
        before = self._tokens.low[q - 1] if q > unit.tokens.start else ""
        if before in NAMING or (before == "as" and q - 1 > unit.tokens.start and self._tokens.low[q - 2] in {"known", "such"}):
            return False
        if len(words) > 1 and not (beside and (ended or before == ":")) and _is_title(words):
            return False
        if len(words) > _FRAGMENT_WORDS:
            return True
        return attributed and (ended or (by is not None and (len(words) > 1 or beside)))

    def _unattributed(
        self, unit: _Unit, pair: Quoted, subject: str | None, before: str | None
    ) -> tuple[str | None, int]:
        """The speaker of a quotation without an attribution in its sentence, and the first of its sentences."""
        masked = self._tokens.masked
        after = _SO_SAID.match(masked, pair.outer_end) or _SIGNED.match(masked, pair.outer_end)
        if after:
            named = find_names(after.group(1))
            return (self._cast.named(named[0].full, after.start(1)) if named else None), unit.first
        lead = masked[unit.span.start : pair.outer_start].rstrip()
        q = self._tokens.at(pair.outer_start)
        if lead.endswith(":") and subject and self._cast.is_person(subject):
            told = q - 3 > unit.tokens.start and self._tokens.low[q - 3] in {"was", "were", "been"}
            return (None if told else subject), unit.first
        alone = not re.search(r"\w", masked[unit.span.start : pair.outer_start])
        if alone and _NO_MORE.match(masked, pair.outer_end) and self._text[pair.end - 1] in ".?!…":
            return self._continued(unit, pair)
        if alone and not re.search(r"\w", masked[pair.outer_end : unit.span.end]):
            return self._continued(unit, pair)
        if before and self._tokens.low[q - 1] in {".", "!", "?", Tokens.QUOTE}:  # several sentences in one
            return before, unit.first
        return None, unit.first

    def _continued(self, unit: _Unit, pair: Quoted) -> tuple[str | None, int]:
        """The speaker of a quotation that stands alone: of what comes before, where that leads up to it."""
        if unit.first == 0 or self._carried is None:
            return None, unit.first
        before = self._sentences[unit.first - 1].end
        gap = self._text[before : unit.span.start]
        led_up_to = self._text[before - 1 : before] == ":"
        goes_on = self._text[before - 1] in "”\"’»" and self._text[pair.end - 1] in ".?!…"
        if "\n" in gap and not (led_up_to or self._open or goes_on):
            return None, unit.first
        first = self._carried_from
        return self._carried, first if pair.outer_end - self._sentences[first].start <= _REACH else unit.first

    def _direct(self, pair: Quoted, first: int, unit: _Unit, speaker: str | None) -> Quotation:
        last = unit.last
        while last > unit.first and self._sentences[last].start >= pair.outer_end and not self._tells(last):
            last -= 1
        return self._quotation(Span(pair.start, pair.end), (first, last), speaker, "direct")

    def _tells(self, sentence: int) -> bool:
        return True

    # Reported speech

    def _reported(
        self, unit: _Unit, attributions: Sequence[Attribution], used: set[int]
    ) -> Iterator[tuple[Quotation, str]]:
        taken = unit.span.start
        for n, by in enumerate(attributions):
            if by.speaker is None or by.verb in used:
                continue
            others = [other.first for other in attributions[n + 1 :] if other.manner != "noun"]
            clause = find_clause(self._tokens, by, range(self._tokens.at(taken), unit.tokens.stop), others)
            if clause:
                taken = max(taken, clause.end)
                yield self._quotation(clause, (unit.first, unit.last), by.speaker, "reported"), by.speaker

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
    return bool(large) and all(word[0].isupper() or word[0].isdigit() for word in large) and not all(word.isupper() for word in large)
