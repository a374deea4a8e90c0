"""Turns retrieved passages into candidate quotes, each with its speaker and with the features that speak for it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from indexes.names import fold, same_person
from indexes.types import Activations, Article, Catalogue, Expander, Reranker, Retrieved, Vocabulary
from indexes.words import stems_in
from qa.answer_types import fits_exactly, holds_answer
from qa.question import Part, content_stems
from qa.spans import Quotable, find_speakers, paragraphs, read_articles, words_of

_DESCRIBED = 32
"""Spans of one part of a question that are looked at closely: those whose words and passage promise most."""
_BEFORE, _BEFORE_WORDS = 300, 25
"""Characters, and words, before a quote that a cross-encoder is shown."""
_MONTHS = "january february march april may june july august september october november december".split()
_LATEST = re.compile(
    r"\b(?:latest|most recent|now|in the end|finally|eventually|current(?:ly)?|final|by now|so far|today)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\b(?:first|original(?:ly)?|at the start|initial(?:ly)?|in the beginning|earliest)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is known of a candidate, each between 0 and about 1; higher speaks for it.

    `passage`, `dense`: score of its passage against the best one, and its cosine. `peak`: the learned scorer on its best
    sentence. `rest`: the same of the whole quote for the question without its names. `weakest`, `weakest_window`: how
    much of the question's least matched content word the quote holds, and the quote with its headline and the sentence
    before. `cover_rest`, `cover_article`: share of the content words other than names (weighted by rarity) in that
    window, and of all in the article. `names`: share of the question's names in the window. `kind`: it holds the kind of
    thing asked for; `exact`: to the letter (an age, money, the thing counted), 0.5 where that cannot be told. `direct`:
    words in quotation marks; `spoken`: they have a speaker, where a speaker is asked for. `month`: the article is of a
    month that the question names; `recent`: it is later than the others where the latest is asked for; 0.5 where not.
    `read`: a sixth of the cross-encoder's logit, which may be negative; 0 for a candidate that it did not read.
    """

    passage: float = 0.0
    dense: float = 0.0
    peak: float = 0.0
    rest: float = 0.0
    weakest: float = 0.0
    weakest_window: float = 0.0
    cover_rest: float = 0.0
    cover_article: float = 0.0
    names: float = 0.0
    kind: float = 0.0
    exact: float = 0.5
    direct: float = 0.0
    spoken: float = 0.5
    month: float = 0.5
    recent: float = 0.5
    read: float = 0.0

    def vector(self) -> list[float]:
        """The features in the order of `NAMES`."""
        return [getattr(self, name) for name in NAMES]


NAMES = tuple(field.name for field in fields(Features))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A quote that may answer: `article.text[start:end]`. `score` is set by ranking, 0 to 1.

    `also` are near copies of the article that have the very same words.
    """

    article: Article
    start: int
    end: int
    speaker: str | None
    features: Features
    score: float = 0.0
    also: tuple[Article, ...] = ()

    @property
    def quote(self) -> str:
        """The words."""
        return self.article.text[self.start : self.end]

    @property
    def shown(self) -> str:
        """What a cross-encoder reads: headline, speaker, the words before the quote in its paragraph, and the quote."""
        before = self.article.text[max(self.start - _BEFORE, 0) : self.start].rpartition("\n")[2].split()
        lead = " ".join(before[-_BEFORE_WORDS:])
        return f"{self.article.title} | {self.speaker or ''} | {lead} | {self.quote}"

    def is_of(self, names: Sequence[str]) -> bool:
        """Whether it is the words of one of these people."""
        return self.speaker is not None and any(same_person(self.speaker, name) for name in names)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What evidence is taken from and measured with."""

    catalogue: Catalogue
    vocabulary: Vocabulary
    expander: Expander
    reranker: Reranker


def find_candidates(part: Part, retrieved: Sequence[Retrieved], grounds: Grounds) -> list[Candidate]:
    """The candidates of one part of a question, in no order. For somebody's words: of that person alone."""
    readings = read_articles(retrieved, grounds.catalogue)
    if part.speaker is None:
        return _describe(part, [span for reading in readings for span in paragraphs(reading)], grounds)
    names = find_speakers(readings, part.speaker)
    return _describe(part, [span for reading in readings for span in words_of(reading, names)], grounds)


def find_others_words(part: Part, retrieved: Sequence[Retrieved], grounds: Grounds) -> list[Candidate]:
    """What others than the speaker asked about said, as candidates in no order."""
    spans: list[Quotable] = []
    for reading in read_articles(retrieved, grounds.catalogue):
        for other in sorted({one.speaker for one in reading.quotations if one.speaker}):
            if part.speaker is None or not same_person(other, part.speaker):
                spans.extend(words_of(reading, [other]))
    return _describe(part, spans, grounds)


def with_score(candidate: Candidate, score: float) -> Candidate:
    """The candidate with its score."""
    return replace(candidate, score=score)


def with_reading(candidate: Candidate, logit: float) -> Candidate:
    """The candidate with what the cross-encoder says of it."""
    return replace(candidate, features=replace(candidate.features, read=logit / 6))


def without_names(part: Part) -> str:
    """What is asked, without the names in it: they are matched easily, and what is asked about them is not."""
    text = _asked(part)
    for name in part.names:
        text = re.sub(rf"\b{re.escape(name)}(?:[’']s)?", " ", text)
    return " ".join(text.split()) or part.text


def rarities(stems: Sequence[str], vocabulary: Vocabulary) -> dict[str, float]:
    """The weight of each stem: log((N + 1) / (n + 0.5)), at least 0.1, so that a word in no passage weighs most."""
    size = vocabulary.size
    return {stem: max(math.log((size + 1) / (vocabulary.frequency(stem) + 0.5)), 0.1) for stem in stems}


def _asked(part: Part) -> str:
    return part.topic if part.speaker is not None else part.text


def _describe(part: Part, spans: Sequence[Quotable], grounds: Grounds) -> list[Candidate]:
    unique = list({(span.reading.article.id, span.start, span.end): span for span in spans}.values())
    measure = _Measure(part, grounds)
    promising = sorted(unique, key=measure.promise, reverse=True)[:_DESCRIBED]
    return measure.candidates(promising)


class _Measure:
    """Measures the spans of one part of a question."""

    def __init__(self, part: Part, grounds: Grounds) -> None:
        self._part = part
        self._rest = without_names(part)
        self._rarity = rarities(part.stems, grounds.vocabulary)
        other = set(content_stems(self._rest))
        self._other_rarity = {stem: weight for stem, weight in self._rarity.items() if stem in other}
        self._expander = grounds.expander
        self._in_article: dict[str, float] = {}

    def promise(self, span: Quotable) -> float:
        """What a cheap look says of a span."""
        quote = _stems(span.sentences)
        beside = _stems([span.reading.article.title, span.before])
        passage, _ = span.reading.hit(span.start, span.end)
        return _cover(self._rarity, quote) + _cover(self._rarity, quote | beside) + passage

    def candidates(self, spans: Sequence[Quotable]) -> list[Candidate]:
        """The spans with their features. Each sentence is read by the expander once, however many spans it is in."""
        pieces: dict[str, int] = {}
        quotes = [[pieces.setdefault(one, len(pieces)) for one in span.sentences] for span in spans]
        around = [
            [pieces.setdefault(one, len(pieces)) for one in (span.reading.article.title, span.before) if one]
            for span in spans
        ]
        asked = self._expander.expand(_asked(self._part), list(pieces))
        rest = self._expander.expand(self._rest, list(pieces))
        moments = sorted({span.reading.article.published or "" for span in spans})
        return [
            Candidate(
                article=span.reading.article,
                start=span.start,
                end=span.end,
                speaker=span.speaker,
                features=self._features(span, quote, beside, asked, rest, moments),
            )
            for span, quote, beside in zip(spans, quotes, around, strict=True)
        ]

    def _features(
        self,
        span: Quotable,
        quote: Sequence[int],
        beside: Sequence[int],
        asked: Activations,
        rest: Activations,
        moments: Sequence[str],
    ) -> Features:
        part, article = self._part, span.reading.article
        text, window = article.text[span.start : span.end], _window(span)
        if article.id not in self._in_article:
            self._in_article[article.id] = _cover(self._rarity, stems_in(article.title) | stems_in(article.text))
        passage, dense = span.reading.hit(span.start, span.end)
        return Features(
            passage=passage,
            dense=dense,
            peak=max(asked.score([piece]) for piece in quote),
            rest=rest.score(quote),
            weakest=asked.weakest(quote),
            weakest_window=asked.weakest([*beside, *quote]),
            cover_rest=_cover(self._other_rarity, _stems([article.title, span.before, *span.sentences]))
            if self._other_rarity
            else 1.0,
            cover_article=self._in_article[article.id],
            names=_share_of_names(part.names, window),
            kind=float(holds_answer(part.expects, text, names=part.names)),
            exact=fits_exactly(part.text, text, names=part.names),
            direct=float(span.direct),
            spoken=0.5 if part.kind != "who_said" else float(span.speaker is not None),
            month=_of_month(part.text, article),
            recent=_recency(part.text, article, moments),
        )


def _window(span: Quotable) -> str:
    """A quote with its headline and the sentence before it."""
    article = span.reading.article
    return f"{article.title}. {span.before} {article.text[span.start : span.end]}"


def _stems(pieces: Sequence[str]) -> frozenset[str]:
    return frozenset().union(*(stems_in(piece) for piece in pieces))


def _cover(rarity: Mapping[str, float], found: frozenset[str]) -> float:
    total = sum(rarity.values())
    if not total:
        return 0.0
    return sum(weight for stem, weight in rarity.items() if stem in found) / total


def _share_of_names(names: Sequence[str], text: str) -> float:
    if not names:
        return 1.0
    folded = fold(text)
    return sum(1 for name in names if fold(name).rsplit(maxsplit=1)[-1] in folded) / len(names)


def _of_month(question: str, article: Article) -> float:
    """1 for an article of a month that the question names, 0 for one of another month, 0.5 where either is not known."""
    named = re.findall(rf"\b(?:{'|'.join(_MONTHS)})\b", question, re.IGNORECASE)
    months = {_MONTHS.index(name.lower()) + 1 for name in named if name != "may"}
    return float(article.day.month in months) if months and article.day else 0.5


def _recency(question: str, article: Article, moments: Sequence[str]) -> float:
    """Where among the moments of publication an article stands, if the question asks for the latest or the first news."""
    if moments[0] == moments[-1] or article.published is None:
        return 0.5
    place = moments.index(article.published) / (len(moments) - 1)
    if _LATEST.search(question):
        return place
    return 1 - place if _FIRST.search(question) else 0.5
