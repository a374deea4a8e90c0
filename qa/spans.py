"""Finds the spans of retrieved articles that may be quoted: paragraphs, and runs of one person's words. Pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from indexes.names import fold, same_person
from indexes.speech_verbs import OPENING, SPOKE
from indexes.types import Article, Catalogue, Quotation, Retrieved, Span
from indexes.words import STOPWORDS, find_words, stem_of, stems_in
from qa.naming import head_of
from qa.question import content_stems

MAX_QUOTE = 500
"""Characters of a quote."""
MAX_SENTENCES = 3
"""Sentences of a quote."""
_SPOKE, _OPENING = "|".join(sorted(SPOKE)), "|".join(sorted(OPENING))
_NEAR = 80
"""Characters beside a quotation among which its speaker is called by a description."""
_LEAST_COUNTRY, _RANK = 5, 20
"""Letters of a country’s name; characters before an office in which “deputy” would stand."""
_PLACED = (
    r"\b(?i:{role}) (?:of|for|at|in) (?:the )?[A-Z][^.,;:]{{0,40}},? (?:[A-Z][\w’'.-]* ){{0,3}}{surname}\b"
    r"|\b{surname}, [^.,;:]{{0,40}}\b(?i:{role}) (?:of|for|at|in) (?:the )?[A-Z]"
    r"|[A-Z][\w-]*[’']s (?i:{role}),? (?:[A-Z][\w’'.-]* ){{0,3}}{surname}\b"
    r"|\b{surname}, [A-Z][^.,;:]{{0,40}}[’']s (?i:{role})\b"
)
"""Where an office and who holds it stand together with a place, which is then not just any in the article."""
_BESIDE = 0.8
"""What the score of a passage is worth for words of the same article outside of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A retrieved article as evidence is taken from it.

    `hits` are its retrieved passages: where they stand, their scores as a share of the question's best, their cosines.
    """

    article: Article
    sentences: Sequence[Span]
    quotations: Sequence[Quotation]
    hits: Sequence[tuple[Span, float, float]]

    def hit(self, start: int, end: int) -> tuple[float, float]:
        """Score and cosine of the best passage that a quote lies in, less for a quote that lies in none."""
        inside = [hit for hit in self.hits if hit[0].overlaps(Span(start, end))]
        _, score, dense = max(inside or self.hits, key=lambda hit: hit[1])
        return (score, dense) if inside else (score * _BESIDE, dense * _BESIDE)


@dataclass(frozen=True, slots=True)
class Quotable:
    """A span that may be quoted, with its speaker (None where nobody or several speak); `direct`: words in quotation marks."""

    reading: Reading
    start: int
    end: int
    speaker: str | None
    direct: bool

    @property
    def sentences(self) -> list[str]:
        """Its sentences, at least one."""
        text = self.reading.article.text
        inside = [span for span in self.reading.sentences if span.start < self.end and span.end > self.start]
        pieces = [text[max(span.start, self.start) : min(span.end, self.end)] for span in inside]
        return pieces or [text[self.start : self.end]]

    @property
    def before(self) -> str:
        """The sentence before it, which often names what it speaks of; empty at the start of an article."""
        earlier = [span for span in self.reading.sentences if span.end <= self.start]
        return earlier[-1].of(self.reading.article.text) if earlier else ""


def read_articles(retrieved: Sequence[Retrieved], catalogue: Catalogue) -> list[Reading]:
    """The articles of the passages, best first; a passage that the catalogue does not know is passed over."""
    by_article: dict[str, list[Retrieved]] = {}
    for hit in retrieved:
        by_article.setdefault(hit.passage.article_id, []).append(hit)
    ids = list(by_article)
    articles, sentences, quotations = catalogue.articles(ids), catalogue.sentences(ids), catalogue.quotations(ids)
    best = max((hit.score for hit in retrieved), default=1.0) or 1.0
    return [
        Reading(
            article=articles[article_id],
            sentences=sentences.get(article_id, ()),
            quotations=quotations.get(article_id, ()),
            hits=[(Span(hit.passage.start, hit.passage.end), hit.score / best, hit.dense or 0.0) for hit in hits],
        )
        for article_id, hits in by_article.items()
        if article_id in articles
    ]


def paragraphs(reading: Reading) -> Iterable[Quotable]:
    """The paragraphs of the retrieved passages; longer ones in overlapping runs of three sentences and 500 characters."""
    text = reading.article.text
    for paragraph in _paragraphs(reading):
        last = -1
        for first in range(len(paragraph)):
            end = _reach(paragraph, first)
            if end <= last:
                continue
            last = end
            start, stop = paragraph[first].start, paragraph[end].end
            if stop - start > MAX_QUOTE:
                stop = _whole_word(text, start, start + MAX_QUOTE)
            inside = [one for one in reading.quotations if one.start < stop and one.end > start]
            speakers = {one.speaker for one in inside}
            speaker = next(iter(speakers)) if len(speakers) == 1 else None
            yield Quotable(reading, start, stop, speaker, any(one.kind == "direct" for one in inside))


def words_of(reading: Reading, names: Collection[str]) -> Iterable[Quotable]:
    """The runs of sentences in which one person speaks, under any of these names."""
    run: list[Quotation] = []
    for quotation in reading.quotations:
        if quotation.speaker not in names:
            yield from _closed(reading, run)
            run = []
            continue
        if run and not (_one_person(run[0], quotation) and _joins(run, quotation, reading)):
            yield from _closed(reading, run)
            run = []
        run.append(quotation)
    yield from _closed(reading, run)


def find_speakers(readings: Sequence[Reading], asked: str) -> list[str]:
    """The names of the one whom `asked` means, as the articles give them: of all whom a name can mean.

    A description (“the director”) is looked for in all articles, since one names the office and another the person alone;
    where it fits two people it means nobody. Its place (“of Velle”) stands beside the name, or at least in the article.
    """
    everyone = list(dict.fromkeys(one.speaker for reading in readings for one in reading.quotations if one.speaker))
    named = [name for name in everyone if same_person(name, asked)]
    if named:
        return named
    called = [
        one.speaker
        for reading in readings
        for one in reading.quotations
        if one.speaker and _is_called(reading.article, one, asked)
    ]
    described = [*called, *_holders(readings, asked, near=True)] or _holders(readings, asked, near=False)
    meant = [name for name in everyone if any(same_person(name, one) for one in described)]
    return meant if all(same_person(one, other) for one, other in combinations(meant, 2)) else []


def _holders(readings: Sequence[Reading], asked: str, *, near: bool) -> list[str]:
    """Those who hold the office that is asked about, as an article with words of theirs says."""
    return [
        name
        for reading in readings
        for name in dict.fromkeys(one.speaker for one in reading.quotations if one.speaker)
        if _holds_office(reading.article, name, asked, near=near)
    ]


def holds_names_of(description: str, article: Article) -> bool:
    """Whether an article has the names in a description: words of “the mayor of Berlin” stand in none without Berlin."""
    names = _names_in(description)
    there = stems_in(article.title) | stems_in(article.text)
    return all(any(_same_stem(name, other) for other in there) for name in names)


def _names_in(description: str) -> set[str]:
    return {word.stem for word in find_words(description) if word.text[:1].isupper() and word.stem not in STOPWORDS}


def _holds_office(article: Article, speaker: str, asked: str, *, near: bool) -> bool:
    """Whether a speaker of an article holds the role (“the mayor”) that is asked about."""
    words = re.findall(r"[\w’'-]+", asked)
    if not asked.lower().startswith(("the ", "a ", "an ")) and any(word[:1].isupper() for word in words):
        return False
    role = fold(head_of(asked)) if words else ""
    if not role:
        return False
    if role in fold(speaker).split():
        return True
    last = speaker.rsplit(maxsplit=1)[-1]
    if last[0].islower():
        return False
    surname = re.escape(last)
    name = rf"((?:[A-Z][\w’'.-]{{0,30}} ){{0,3}}{surname})\b"
    before = rf"\b(?i:{re.escape(role)})\b(?: (?:of|for|at) [^.,;:]{{2,40}})?,? {name}"
    after = rf"\b{name}, (?:the|a|an|its|their|who (?:is|was)|[a-z]+) ?[^.,;:]{{0,40}}\b(?i:{re.escape(role)})\b"
    named = [
        match.group(1)
        for form in (before, after)
        for match in re.finditer(form, article.text)
        if _rank_in(article.text[max(match.start() - _RANK, 0) : match.end()]) <= _rank_in(asked)
    ]
    return any(same_person(one, speaker) for one in named) and _is_described(article, surname, asked, role, near=near)


def _rank_in(text: str) -> set[str]:
    """The words that make another office of one: “deputy”, “former”."""
    return set(re.findall(r"\b(?:deputy|vice|former|acting|assistant|shadow)\b", text.lower()))


def _is_called(article: Article, quotation: Quotation, asked: str) -> bool:
    """Whether the words are given to their speaker by this very description: “…,” the opposition leader said."""
    text = article.text
    called = re.escape(re.sub(r"^(?:the|an?) ", "", fold(asked)))
    before = fold(text[max(quotation.sentence_start, quotation.start - _NEAR) : quotation.start])
    after = fold(text[quotation.end : min(quotation.sentence_end, quotation.end + _NEAR)])
    return (
        re.match(rf"[\W_]*(?:the {called} (?:{_SPOKE})|(?:{_OPENING}) the {called})\b", after) is not None
        or re.search(rf"(?:^|[,;] )the {called} (?:{_SPOKE})\W*$", before) is not None
    )


def _is_described(article: Article, surname: str, asked: str, role: str, *, near: bool) -> bool:
    """Whether the rest of a description (“the opposition leader”) stands in a sentence of the article beside the name.

    Unless `near`, a place in it (“the mayor of Velle”) may stand anywhere in the article where the office is not said to be
    of another one.
    """
    rest = set(content_stems(asked)) - {stem_of(role)}
    beside = [one for one in re.split(r"[.!?\n]", article.text) if re.search(rf"\b{surname}\b", one)]
    there = frozenset().union(*(stems_in(sentence) for sentence in beside))
    missing = {stem for stem in rest if not any(_same_stem(stem, other) for other in there)}
    if near or not missing:
        return not missing
    elsewhere = re.search(_PLACED.format(role=re.escape(role), surname=surname), article.text)
    return elsewhere is None and missing <= _names_in(asked) and holds_names_of(asked, article)


def _same_stem(one: str, other: str) -> bool:
    """Whether two stems are one word's, or a country's and its people's: “russia” and “russian”."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _LEAST_COUNTRY and long.startswith(short) and len(long) - len(short) <= 1)


def _paragraphs(reading: Reading) -> Iterable[list[Span]]:
    """The sentences of each paragraph that a retrieved passage touches."""
    paragraph: list[Span] = []
    for sentence in reading.sentences:
        if paragraph and "\n" in reading.article.text[paragraph[-1].end : sentence.start]:
            yield paragraph
            paragraph = []
        if any(hit.overlaps(sentence) for hit, _, _ in reading.hits):
            paragraph.append(sentence)
    if paragraph:
        yield paragraph


def _reach(paragraph: Sequence[Span], first: int) -> int:
    """The last sentence of the longest quote that begins with the first one."""
    end = first
    while (
        end + 1 < len(paragraph)
        and end + 1 - first < MAX_SENTENCES
        and paragraph[end + 1].end - paragraph[first].start <= MAX_QUOTE
    ):
        end += 1
    return end


def _closed(reading: Reading, run: Sequence[Quotation]) -> Iterable[Quotable]:
    """The run as a span; none where another person's words stand in it too."""
    if run:
        start, end = min(one.sentence_start for one in run), max(one.sentence_end for one in run)
        if end - start > MAX_QUOTE:
            end = _whole_word(reading.article.text, start, start + MAX_QUOTE)
        others = (one for one in reading.quotations if one.kind == "direct" and one not in run and one.speaker)
        if not any(one.start < end and one.end > start and one.speaker != run[0].speaker for one in others):
            yield Quotable(reading, start, end, run[0].speaker, any(one.kind == "direct" for one in run))


def _one_person(one: Quotation, other: Quotation) -> bool:
    return one.speaker is not None and other.speaker is not None and same_person(one.speaker, other.speaker)


def _joins(run: Sequence[Quotation], quotation: Quotation, reading: Reading) -> bool:
    """Whether a quotation continues a run: the same paragraph, next to it, and still within the bounds of a quote."""
    start, end = min(one.sentence_start for one in run), max(one.sentence_end for one in run)
    if quotation.sentence_start > end and reading.article.text[end : quotation.sentence_start].strip(" \u00a0"):
        return False
    last = max(end, quotation.sentence_end)
    sentences = sum(1 for span in reading.sentences if span.start >= start and span.end <= last)
    return last - start <= MAX_QUOTE and sentences <= MAX_SENTENCES


def _whole_word(text: str, start: int, end: int) -> int:
    """The last end of a sentence, else of a word, at or before `end`."""
    sentence = max(text.rfind(stop, start, end) for stop in (". ", "? ", "! ", ".” ", "?” ", "!” "))
    if sentence > start + (end - start) // 2:
        return sentence + 1 + (text[sentence + 1] in "”’\"'")
    space = text.rfind(" ", start, end)
    return space if space > start else end
