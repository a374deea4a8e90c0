"""Turns retrieved passages into candidate quotes: whole sentences or quotations, each with its speaker and its features."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from indexes.names import fold, same_person
from indexes.types import Aligner, Article, Catalogue, Quotation, Retrieved, Scorer, Span, Vectors, Vocabulary
from indexes.words import find_words
from qa.answer_types import fits_exactly, holds_answer
from qa.question import Part, content_stems

MAX_QUOTE = 500
"""Characters of a quote."""
MAX_SENTENCES = 3
"""Sentences of a quote."""
_MONTHS = "january february march april may june july august september october november december".split()
_LATEST = re.compile(
    r"\b(?:latest|most recent|now|in the end|finally|eventually|current(?:ly)?|final|by now|so far|today)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\b(?:first|original(?:ly)?|at the start|initial(?:ly)?|at first|in the beginning|earliest)\b", re.IGNORECASE
)
_TWO = 2
_BESIDE = 0.8
"""What the score of a passage is worth for words of the same article outside of it."""
_SCORED = 48
"""Sentences that the learned scorer sees for one part of a question: a few hundredths of a second where none is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is known of a candidate, each between 0 and about 1; higher speaks for it.

    `sparse`: the learned scorer on the quote alone; `sparse_window`: with the sentence before it and the headline.
    `cover`, `cover_window`, `cover_article`: share of the question's content words (weighted by rarity) in the quote,
    in the quote with its neighbours and headline, in the whole article. `names`: share of the question's names in the
    window. `kind`: holds the kind of thing asked for. `passage`: score of its passage against the best one.
    `dense`: cosine of its passage. `direct`: somebody's words in quotation marks. `similar`, `similar_window`: cosine of
    the quote, and of its window, with the question. `exact`: holds to the letter what is asked for (an age, money, the
    thing counted); 0.5 where that cannot be told. `rarest`: the question's rarest content word is in the window.
    `peak`, `similar_peak`: the learned scorer, and the cosine, on the best single sentence of the quote. `known`: share
    of the question's content words that occur anywhere in the index. `rest`: the learned scorer on the question without
    its names; `cover_rest`: the share of its other content words in the window. `month`: the article is of a month that
    the question names, `recent`: it is later than the others where the question asks for the latest; 0.5 where it does
    not ask. `spoken`: the words have a speaker, where the question asks who said something. `weakest`, `second`: how much
    of the question's least and second least matched content word the quote holds; `weakest_window`: the same of the
    window; `aligned`: the mean over its content words.
    """

    sparse: float = 0.0
    sparse_window: float = 0.0
    cover: float = 0.0
    cover_window: float = 0.0
    cover_article: float = 0.0
    names: float = 0.0
    kind: float = 0.0
    passage: float = 0.0
    dense: float = 0.0
    direct: float = 0.0
    similar: float = 0.0
    similar_window: float = 0.0
    exact: float = 0.5
    rarest: float = 0.0
    peak: float = 0.0
    similar_peak: float = 0.0
    known: float = 1.0
    rest: float = 0.0
    cover_rest: float = 0.0
    month: float = 0.5
    recent: float = 0.5
    spoken: float = 0.5
    weakest: float = 0.0
    second: float = 0.0
    weakest_window: float = 0.0
    aligned: float = 0.0

    def vector(self) -> list[float]:
        """The features in the order of `NAMES`."""
        return [getattr(self, name) for name in NAMES]


NAMES = (
    "sparse",
    "sparse_window",
    "cover",
    "cover_window",
    "cover_article",
    "names",
    "kind",
    "passage",
    "dense",
    "direct",
    "similar",
    "similar_window",
    "exact",
    "rarest",
    "peak",
    "similar_peak",
    "known",
    "rest",
    "cover_rest",
    "month",
    "recent",
    "spoken",
    "weakest",
    "second",
    "weakest_window",
    "aligned",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A quote that may answer: `article.text[start:end]`. `score` is set by ranking, 0 to 1."""

    article: Article
    start: int
    end: int
    speaker: str | None
    features: Features
    score: float = 0.0

    @property
    def quote(self) -> str:
        """The words."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One article as evidence is taken from it."""

    article: Article
    sentences: Sequence[Span]
    quotations: Sequence[Quotation]
    hits: Sequence[tuple[Span, float, float]]
    """The retrieved passages: where they stand, their scores against the best one, their cosines."""

    def hit(self, start: int, end: int) -> tuple[float, float]:
        """The score and the cosine of the best passage that a quote lies in; of the article's best where it lies in none."""
        inside = [hit for hit in self.hits if hit[0].overlaps(Span(start, end))]
        _, score, dense = max(inside or self.hits, key=lambda hit: hit[1])
        return (score, dense) if inside else (score * _BESIDE, dense * _BESIDE)


_Spoken: TypeAlias = tuple[_Reading, int, int, str | None, bool]
"""Where a candidate stands: its article, start, end, speaker, and whether the words are in quotation marks."""


def find_candidates(
    part: Part,
    retrieved: Sequence[Retrieved],
    *,
    catalogue: Catalogue,
    scorer: Aligner,
    nearness: Scorer,
    vocabulary: Vocabulary,
) -> list[Candidate]:
    """The candidates of one part of a question, in no order. For somebody's words: of that person alone."""
    readings = _read(retrieved, catalogue)
    spans: list[_Spoken] = []
    for reading in readings:
        if part.speaker is not None:
            spans.extend(_spoken(reading, part.speaker))
        else:
            spans.extend(_windows(reading))
    return _describe(part, spans, scorer=scorer, nearness=nearness, vocabulary=vocabulary)


def find_others_words(
    part: Part,
    retrieved: Sequence[Retrieved],
    *,
    catalogue: Catalogue,
    scorer: Aligner,
    nearness: Scorer,
    vocabulary: Vocabulary,
) -> list[Candidate]:
    """What others than the speaker asked about said, as candidates in no order."""
    spans: list[_Spoken] = []
    for reading in _read(retrieved, catalogue):
        others = {quotation.speaker for quotation in reading.quotations if quotation.speaker}
        for other in sorted(others):
            if part.speaker is None or not same_person(other, part.speaker):
                spans.extend(_spoken(reading, other, exactly=True))
    return _describe(part, spans, scorer=scorer, nearness=nearness, vocabulary=vocabulary)


def _read(retrieved: Sequence[Retrieved], catalogue: Catalogue) -> list[_Reading]:
    by_article: dict[str, list[Retrieved]] = {}
    for hit in retrieved:
        by_article.setdefault(hit.passage.article_id, []).append(hit)
    ids = list(by_article)
    articles, sentences, quotations = catalogue.articles(ids), catalogue.sentences(ids), catalogue.quotations(ids)
    best = max((hit.score for hit in retrieved), default=1.0) or 1.0
    readings = []
    for article_id, hits in by_article.items():
        if article_id not in articles:
            continue
        spans = sentences.get(article_id, ())
        readings.append(
            _Reading(
                article=articles[article_id],
                sentences=spans,
                quotations=quotations.get(article_id, ()),
                hits=[(Span(hit.passage.start, hit.passage.end), hit.score / best, hit.dense or 0.0) for hit in hits],
            )
        )
    return readings


def _windows(reading: _Reading) -> Iterable[_Spoken]:
    """The paragraphs of the retrieved passages; longer ones in overlapping runs of three sentences and 500 characters."""
    text = reading.article.text
    for paragraph in _paragraphs(reading):
        last = -1
        for first in range(len(paragraph)):
            end = first
            while (
                end + 1 < len(paragraph)
                and end + 1 - first < MAX_SENTENCES
                and paragraph[end + 1].end - paragraph[first].start <= MAX_QUOTE
            ):
                end += 1
            if end <= last:
                continue
            last = end
            start, stop = paragraph[first].start, paragraph[end].end
            if stop - start > MAX_QUOTE:
                stop = _whole_word(text, start, start + MAX_QUOTE)
            inside = [q for q in reading.quotations if q.start < stop and q.end > start]
            speakers = {q.speaker for q in inside}
            speaker = next(iter(speakers)) if len(speakers) == 1 else None
            yield reading, start, stop, speaker, any(q.kind == "direct" for q in inside)


def _paragraphs(reading: _Reading) -> Iterable[list[Span]]:
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


def _spoken(reading: _Reading, speaker: str, *, exactly: bool = False) -> Iterable[_Spoken]:
    """The runs of sentences in which one person speaks, each at most three sentences and 500 characters."""
    run: list[Quotation] = []
    text = reading.article.text

    def close() -> Iterable[_Spoken]:
        if run:
            start = min(q.sentence_start for q in run)
            end = max(q.sentence_end for q in run)
            if end - start > MAX_QUOTE:
                end = _whole_word(text, start, start + MAX_QUOTE)
            yield reading, start, end, run[0].speaker, any(q.kind == "direct" for q in run)

    for quotation in reading.quotations:
        mine = quotation.speaker is not None and (
            quotation.speaker == speaker if exactly else speaks_as(reading.article, quotation.speaker, speaker)
        )
        if not mine:
            yield from close()
            run = []
            continue
        if run and not _joins(run, quotation, reading):
            yield from close()
            run = []
        run.append(quotation)
    yield from close()


def _joins(run: Sequence[Quotation], quotation: Quotation, reading: _Reading) -> bool:
    """Whether a quotation continues a run: the same paragraph, next to it, and still within the bounds of a quote."""
    start, end = min(q.sentence_start for q in run), max(q.sentence_end for q in run)
    text = reading.article.text
    if quotation.sentence_start > end and (
        "\n" in text[end : quotation.sentence_start] or text[end : quotation.sentence_start].strip()
    ):
        return False
    last = max(end, quotation.sentence_end)
    sentences = sum(1 for span in reading.sentences if span.start >= start and span.end <= last)
    return last - start <= MAX_QUOTE and sentences <= MAX_SENTENCES


def speaks_as(article: Article, speaker: str, asked: str) -> bool:
    """Whether a speaker of an article is the person (or the holder of the role, “the mayor”) asked about."""
    if same_person(speaker, asked):
        return True
    words = [word for word in re.findall(r"[\w’'-]+", asked) if fold(word) not in {"the", "a", "an", "of", "s"}]
    if not asked.lower().startswith(("the ", "a ", "an ")) and any(word[:1].isupper() for word in words):
        return False
    role = fold(words[-1]) if words else ""
    if not role:
        return False
    if role in fold(speaker).split():
        return True
    surname = re.escape(speaker.rsplit(maxsplit=1)[-1])
    near = rf"\b{re.escape(role)}\b[^.]{{0,30}}\b{surname}\b|\b{surname}\b,[^.,]{{0,40}}\b{re.escape(role)}\b"
    return re.search(near, article.text, re.IGNORECASE) is not None


def _whole_word(text: str, start: int, end: int) -> int:
    """The last end of a sentence, else of a word, at or before `end`."""
    sentence = max(text.rfind(stop, start, end) for stop in (". ", "? ", "! ", ".” ", "?” ", "!” "))
    if sentence > start + (end - start) // 2:
        return sentence + 1 + (text[sentence + 1] in "”’\"'")
    space = text.rfind(" ", start, end)
    return space if space > start else end


def _describe(
    part: Part,
    spans: Sequence[_Spoken],
    *,
    scorer: Aligner,
    nearness: Scorer,
    vocabulary: Vocabulary,
) -> list[Candidate]:
    unique = {
        (reading.article.id, start, end): (reading, start, end, speaker, direct)
        for reading, start, end, speaker, direct in spans
    }
    rarity = rarities(part.stems, vocabulary)
    rows = []
    for reading, start, end, speaker, direct in unique.values():
        article = reading.article
        window = window_of(article, reading.sentences, start, end)
        quote = article.text[start:end]
        rows.append((reading, start, end, speaker, direct, quote, f"{article.title}. {window}"))
    covers = [(_cover(rarity, row[5]), _cover(rarity, row[6])) for row in rows]
    order = sorted(
        range(len(rows)),
        key=lambda i: covers[i][0] + covers[i][1] + rows[i][0].hit(rows[i][1], rows[i][2])[0],
        reverse=True,
    )[:_SCORED]
    asked = part.topic if part.speaker is not None else part.text
    quotes = scorer.score(asked, [rows[i][5] for i in order])
    windows = scorer.score(asked, [rows[i][6] for i in order])
    similar = nearness.score(part.text, [rows[i][5] for i in order])
    similar_windows = nearness.score(part.text, [rows[i][6] for i in order])
    sentences = [_sentences_of(rows[i][0], rows[i][1], rows[i][2]) for i in order]
    peaks = _peaks(scorer.score(asked, [one for several in sentences for one in several]), sentences)
    similar_peaks = _peaks(nearness.score(part.text, [one for several in sentences for one in several]), sentences)
    known = sum(1 for stem in part.stems if vocabulary.frequency(stem)) / len(part.stems) if part.stems else 1.0
    aligned = np.sort(scorer.align(asked, [rows[i][5] for i in order]), axis=1)
    aligned_windows = np.sort(scorer.align(asked, [rows[i][6] for i in order]), axis=1)
    words = aligned.shape[1]
    rest = without_names(part)
    rests = scorer.score(rest, [rows[i][5] for i in order])
    rest_rarity = {stem: weight for stem, weight in rarity.items() if stem in set(content_stems(rest))}
    moments = sorted({rows[i][0].article.published or "" for i in order})
    rarest = max(rarity, key=lambda stem: rarity[stem]) if rarity else None
    in_article: dict[str, float] = {}
    candidates = []
    for rank, i in enumerate(order):
        reading, start, end, speaker, direct, quote, window = rows[i]
        article = reading.article
        if article.id not in in_article:
            in_article[article.id] = _cover(rarity, f"{article.title}\n{article.text}")
        features = Features(
            sparse=float(quotes[rank]),
            sparse_window=float(windows[rank]),
            cover=covers[i][0],
            cover_window=covers[i][1],
            cover_article=in_article[article.id],
            names=_share_of_names(part.names, window),
            kind=float(holds_answer(part.expects, quote, names=part.names)),
            passage=reading.hit(start, end)[0],
            dense=reading.hit(start, end)[1],
            direct=float(direct),
            similar=float(similar[rank]),
            similar_window=float(similar_windows[rank]),
            exact=fits_exactly(part.text, quote, names=part.names),
            rarest=float(rarest is None or any(word.stem == rarest for word in find_words(window))),
            peak=peaks[rank],
            similar_peak=similar_peaks[rank],
            known=known,
            rest=float(rests[rank]),
            cover_rest=_cover(rest_rarity, window) if rest_rarity else 1.0,
            month=_of_month(part.text, article),
            recent=_recency(part.text, article, moments),
            weakest=float(aligned[rank, 0]) if words else 1.0,
            second=float(aligned[rank, 1]) if words > 1 else 1.0,
            weakest_window=float(aligned_windows[rank, 0]) if words else 1.0,
            aligned=float(aligned[rank].mean()) if words else 1.0,
            spoken=0.5 if part.kind != "who_said" else float(speaker is not None),
        )
        candidates.append(Candidate(article=article, start=start, end=end, speaker=speaker, features=features))
    return candidates


def _sentences_of(reading: _Reading, start: int, end: int) -> list[str]:
    """The sentences of a quote, at least one."""
    inside = [span for span in reading.sentences if span.start < end and span.end > start]
    return [reading.article.text[max(span.start, start) : min(span.end, end)] for span in inside] or [
        reading.article.text[start:end]
    ]


def _peaks(scores: Vectors, sentences: Sequence[Sequence[str]]) -> list[float]:
    """The best score of each quote's sentences; `scores` are those of all sentences, one after the other."""
    peaks, at = [], 0
    for several in sentences:
        peaks.append(float(scores[at : at + len(several)].max()))
        at += len(several)
    return peaks


def without_names(part: Part) -> str:
    """What is asked, without the names in it: they are matched easily, and what is asked about them is not."""
    text = part.topic if part.speaker is not None else part.text
    for name in part.names:
        text = re.sub(rf"\b{re.escape(name)}(?:[’']s)?", " ", text)
    return " ".join(text.split()) or part.text


def _of_month(question: str, article: Article) -> float:
    """1 for an article of a month or year that the question names, 0 for another one, 0.5 where neither is known."""
    months = [
        _MONTHS.index(name.lower()) + 1 for name in re.findall(rf"\b(?:{'|'.join(_MONTHS)})\b", question, re.IGNORECASE)
    ]
    if re.search(r"\bmay\b", question):
        months = [month for month in months if month != _MONTHS.index("may") + 1]
    day = article.day
    if not months or day is None:
        return 0.5
    return float(day.month in months)


def _recency(question: str, article: Article, moments: Sequence[str]) -> float:
    """Where among the moments of publication an article stands, if the question asks for the latest or the first news."""
    if len(moments) < _TWO or article.published is None:
        return 0.5
    place = moments.index(article.published) / (len(moments) - 1)
    if _LATEST.search(question):
        return place
    return 1 - place if _FIRST.search(question) else 0.5


def window_of(article: Article, sentences: Sequence[Span], start: int, end: int) -> str:
    """A quote with the sentence before it, which often names what the quote speaks of."""
    before = [span for span in sentences if span.end <= start]
    return article.text[before[-1].start : end] if before else article.text[start:end]


def rarities(stems: Sequence[str], vocabulary: Vocabulary) -> dict[str, float]:
    """The weight of each stem: log((N + 1) / (n + 0.5)), at least 0.1, so that a word in no passage weighs most."""
    size = vocabulary.size
    return {stem: max(math.log((size + 1) / (vocabulary.frequency(stem) + 0.5)), 0.1) for stem in stems}


def _cover(rarity: Mapping[str, float], text: str) -> float:
    total = sum(rarity.values())
    if not total:
        return 0.0
    found = {word.stem for word in find_words(text)}
    return sum(weight for stem, weight in rarity.items() if stem in found) / total


def _share_of_names(names: Sequence[str], text: str) -> float:
    if not names:
        return 1.0
    folded = fold(text)
    return sum(1 for name in names if fold(name).split()[-1] in folded) / len(names)


def with_score(candidate: Candidate, score: float) -> Candidate:
    """The candidate with its score."""
    return replace(candidate, score=score)
