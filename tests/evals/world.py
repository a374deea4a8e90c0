"""An invented little archive with golden questions, and answerers that answer from it well or badly."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evals.types import Answering, GoldenQuestion, Setup, Subject, SuiteData
from indexes.types import Article, Filters, Passage, Retrieved
from qa.types import Answer, Citation, Mode, Question

ARTICLES = {
    "tarn-1": (
        "The mill at Upper Tarn will close in May. “The river has beaten us,” owner Edda Crane said on Monday. "
        "Her brother Ivo Crane disagreed. “My sister gave up too soon,” he said. The mill employs 41 people."
    ),
    "tarn-2": (
        "Upper Tarn's mill counts 44 workers, the union said. It will close in May. "
        "“Nobody asked the village,” said Bram Oster, who keeps the bakery."
    ),
    "tarn-3": "The village fair drew 900 visitors on Saturday. Bram Oster sold every loaf by noon.",
}

_RECORDS: list[dict[str, Any]] = [
    {
        "kind": "said_about",
        "question": "What did Edda Crane say about the river?",
        "article_ids": ["tarn-1"],
        "gold_quotes": ["“The river has beaten us,” owner Edda Crane said on Monday."],
        "gold_answers": ["The river has beaten us"],
        "speaker": "Edda Crane",
        "wrong_quotes": ["“My sister gave up too soon,” he said."],
    },
    {
        "kind": "said_about",
        "question": "What did Oster say about the closing?",
        "article_ids": ["tarn-2"],
        "gold_quotes": ["“Nobody asked the village,” said Bram Oster, who keeps the bakery."],
        "gold_answers": ["Nobody asked the village"],
        "speaker": "Bram Oster",
        "wrong_quotes": ["“The river has beaten us,” owner Edda Crane said on Monday."],
    },
    {
        "kind": "when",
        "question": "When does the mill close?",
        "article_ids": ["tarn-1", "tarn-2"],
        "gold_quotes": ["The mill at Upper Tarn will close in May."],
        "also_valid": ["It will close in May."],
        "gold_answers": ["May", "in May"],
    },
    {
        "kind": "number",
        "question": "How many visitors came to the fair?",
        "article_ids": ["tarn-3"],
        "gold_quotes": ["The village fair drew 900 visitors on Saturday."],
        "gold_answers": ["900"],
    },
    {
        "kind": "number",
        "question": "How many people work in the mill?",
        "article_ids": ["tarn-1", "tarn-2"],
        "gold_quotes": ["The mill employs 41 people.", "Upper Tarn's mill counts 44 workers, the union said."],
        "gold_answers": ["41", "44"],
        "status": "conflicting",
    },
    {
        "kind": "several_articles",
        "question": "What happens to the mill, and how was the fair?",
        "article_ids": ["tarn-1", "tarn-3"],
        "gold_quotes": ["The mill at Upper Tarn will close in May.", "The village fair drew 900 visitors on Saturday."],
        "gold_answers": ["It closes, the fair drew 900"],
    },
    {
        "kind": "said_about",
        "question": "What did Bram Oster say about the river?",
        "speaker": "Bram Oster",
        "wrong_quotes": ["“The river has beaten us,” owner Edda Crane said on Monday."],
        "status": "insufficient_evidence",
        "reason_code": "other_speaker",
    },
    {
        "kind": "fact",
        "question": "How old is Ivo Crane?",
        "status": "insufficient_evidence",
        "reason_code": "not_mentioned",
    },
    {
        "kind": "fact",
        "question": "Who won the sailing race?",
        "status": "insufficient_evidence",
        "reason_code": "topic_absent",
    },
]
RECORDS: list[dict[str, Any]] = [
    {"id": f"t-{number}", "status": "answered", "split": ("dev", "held_out")[number % 2], **record}
    for number, record in enumerate(_RECORDS, start=1)
]


def write_quotes(folder: Path, *, records: Sequence[Mapping[str, Any]] = RECORDS) -> Path:
    """Write the archive and its questions in the form of the suite `quotes`; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    articles = [{"id": key, "title": "Upper Tarn", "text": text} for key, text in ARTICLES.items()]
    for name, rows in (("articles", articles), ("questions", records)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def golden(**fields: object) -> GoldenQuestion:
    """A golden question with whatever a test does not care about filled in."""
    filled = {"id": "q", "kind": "fact", "text": "What is it?", "status": "answered"} | fields
    return GoldenQuestion(**filled)  # type: ignore[arg-type]


def article(article_id: str, text: str) -> Article:
    """A stored article."""
    return Article(id=article_id, title="", text=text)


def cite(article_id: str, text: str, quote: str, *, speaker: str | None = None, shift: int = 0) -> Citation:
    """A citation of the first place where the text has the quote; `shift` moves its offsets, not its words."""
    start = text.index(quote) + shift
    return Citation(
        number=1,
        id="c_" + hashlib.sha256(f"{article_id} {start} {quote}".encode()).hexdigest()[:8],
        quote=quote,
        start=start,
        end=start + len(quote),
        speaker=speaker,
        article=article(article_id, text),
    )


@dataclass
class Shelf:
    """Stored articles."""

    texts: Mapping[str, str] = field(default_factory=lambda: ARTICLES)

    def articles(self, article_ids: Sequence[str]) -> Mapping[str, Article]:
        """The articles that it has."""
        return {key: article(key, self.texts[key]) for key in article_ids if key in self.texts}

    def all_articles(self) -> Sequence[Article]:
        """All that it has."""
        return [article(key, text) for key, text in self.texts.items()]


@dataclass
class Pages:
    """A retriever that gives each article as one passage, those first that share most words with the question."""

    texts: Mapping[str, str] = field(default_factory=lambda: ARTICLES)

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """The articles, best first."""
        asked = set(question.lower().split())
        hits = [
            Retrieved(
                passage=Passage(
                    id=key, article_id=key, ordinal=0, start=0, end=len(text), text=text, context="Upper Tarn"
                ),
                score=len(asked & set(text.lower().split())),
            )
            for key, text in self.texts.items()
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


@dataclass
class Honest:
    """Knows the golden answers: cites every gold quote, declines what the articles do not answer."""

    questions: Sequence[GoldenQuestion]
    asked: list[Question] = field(default_factory=list)

    def answer(self, question: Question) -> Answer:
        """The golden answer; an unknown question (a warm-up) is declined."""
        self.asked.append(question)
        golden_one = next((each for each in self.questions if each.text == question.text), None)
        return self.reply(golden_one, question.mode or "quotes")

    def reply(self, question: GoldenQuestion | None, mode: Mode) -> Answer:
        """What this answerer makes of a golden question."""
        if question is None or not question.answerable:
            return Answer(status="insufficient_evidence", mode=mode, score=0.1, reason="The articles do not say.")
        return self.quoting(question, mode, question.gold_quotes)

    def quoting(self, question: GoldenQuestion, mode: Mode, quotes: Sequence[str]) -> Answer:
        """An answer that cites each quote in the first article that has it."""
        citations = [
            cite(key, text, quote, speaker=question.speaker)
            for quote in quotes
            for key, text in list(ARTICLES.items())
            if quote in text and key == next(other for other, words in ARTICLES.items() if quote in words)
        ]
        return Answer(
            status=question.status if question.answerable else "answered",
            mode=mode,
            citations=tuple(citations),
            short_answer=question.gold_answers[0] if question.gold_answers and mode == "answer" else "",
            score=0.9,
            timings_ms={"retrieve": 1.0, "first_quote": 2.0},
            prompt_tokens=400 if mode == "answer" else 0,
        )


class NeverDeclining(Honest):
    """Answers everything, if need be with the fair."""

    def reply(self, question: GoldenQuestion | None, mode: Mode) -> Answer:
        """Never a refusal."""
        if question is None or question.answerable:
            return super().reply(question, mode)
        return self.quoting(question, mode, ["Bram Oster sold every loaf by noon."])


class AlwaysDeclining(Honest):
    """Knows nothing."""

    def reply(self, question: GoldenQuestion | None, mode: Mode) -> Answer:
        """Always a refusal."""
        return super().reply(None, mode)


class Misplacing(Honest):
    """Cites the right words at offsets that are one off."""

    def quoting(self, question: GoldenQuestion, mode: Mode, quotes: Sequence[str]) -> Answer:
        """Citations whose words are not the stored text's there."""
        answer = super().quoting(question, mode, quotes)
        moved = [replace(each, start=each.start + 1, end=each.end + 1) for each in answer.citations]
        return replace(answer, citations=tuple(moved))


class OffTopic(Honest):
    """Cites real sentences that do not answer."""

    def quoting(self, question: GoldenQuestion, mode: Mode, quotes: Sequence[str]) -> Answer:
        """A true quote of the wrong sentence."""
        return super().quoting(question, mode, ["Bram Oster sold every loaf by noon."])


class CitingEverything(Honest):
    """Cites the right sentence, and all the others."""

    def quoting(self, question: GoldenQuestion, mode: Mode, quotes: Sequence[str]) -> Answer:
        """Gold quotes buried among the rest."""
        others = [
            "Her brother Ivo Crane disagreed.",
            "Bram Oster sold every loaf by noon.",
            "The mill employs 41 people.",
            "The village fair drew 900 visitors on Saturday.",
        ]
        answer = super().quoting(question, mode, [*quotes, *(each for each in others if each not in quotes)])
        return replace(answer, citations=tuple(replace(each, speaker=None) for each in answer.citations))


class SwappingSpeakers(Honest):
    """Gives another person's words where there are some."""

    def quoting(self, question: GoldenQuestion, mode: Mode, quotes: Sequence[str]) -> Answer:
        """The wrong quotes under the right name."""
        return super().quoting(question, mode, question.wrong_quotes or quotes)


class Failing(Honest):
    """Breaks on one question."""

    def reply(self, question: GoldenQuestion | None, mode: Mode) -> Answer:
        """An exception that quotes the question, as exceptions do."""
        if question is not None and question.id == "t-4":
            raise RuntimeError(f"cannot answer {question.text!r}")
        return super().reply(question, mode)


@dataclass
class Opening:
    """Opens subjects over the little archive; the answerer is made by the class given."""

    answerer: type[Honest] = Honest
    opened: list[Subject] = field(default_factory=list)

    @contextmanager
    def __call__(self, data: SuiteData, setup: Setup) -> Iterator[Subject]:
        """A subject, as the product's opener gives it."""
        answers: Answering | None = None if setup.mode == "retrieval" else self.answerer(data.questions)
        subject = Subject(
            answerer=answers,
            retriever=Pages(),
            catalogue=Shelf(),
            index_build="b_test+0",
            encoder="no-encoder",
            model="no-model" if setup.mode == "answer" else None,
            beside={name: Pages() for name in setup.beside},
            closed_book=(lambda question: "900") if setup.closed_book else None,
        )
        self.opened.append(subject)
        yield subject
