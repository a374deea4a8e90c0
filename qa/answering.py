"""Answers a question: read, retrieve, evidence, gate, compose, verify, record."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexes.types import Catalogue, Expander, Filters, Reranker, Retrieved, Retriever, Vocabulary
from qa.answerability import answers, first_that_answers, rank
from qa.calibration import THRESHOLD
from qa.citations import MAX_PER_ANSWER, cite, is_verbatim
from qa.composing import Composed, Composer
from qa.conflicts import find_contradictions
from qa.corroborating import corroborate_all, retrieve_once
from qa.errors import InvalidQuestion, ModelUnavailable
from qa.evidence import Candidate, Grounds, find_candidates
from qa.followups import Restated, restate
from qa.naming import is_name
from qa.question import MOST_PARTS, Part, ReadQuestion, of_anybody, read_question
from qa.refusing import Refusal, refuse
from qa.restating import Restater
from qa.selecting import as_evidence, of_one_voice, overlaps, select
from qa.spans import holds_names_of
from qa.timing import Clock
from qa.traces import Traces, new_trace_id
from qa.types import Answer, Audience, Evidence, LanguageModel, Mode, Question, Status

_log = logging.getLogger("dateline.qa")

MAX_QUESTION = 2_000
MAX_LIMIT = 50
_READ_AHEAD, _MOST_PIECES = 200, 4_000
"""Articles, and their sentences, that are read ahead: a few seconds' work."""
_PER_PART, _CONTRADICTING = 2, 3
"""Quotes for one part of a question, and those with another figure that are looked at."""
_TOLD = 0.5
"""A further quote is told to the language model where its score is at least this share of the best one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What answering needs of an opened index. `build` is its name with the revision."""

    build: str
    retriever: Retriever
    catalogue: Catalogue
    vocabulary: Vocabulary
    expander: Expander
    reranker: Reranker
    encoder: str = ""

    @property
    def grounds(self) -> Grounds:
        """What evidence is taken from."""
        return Grounds(
            catalogue=self.catalogue, vocabulary=self.vocabulary, expander=self.expander, reranker=self.reranker
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What one part of a question has come to: its ranked candidates, the chosen ones, and the gate's score."""

    part: Part
    ranked: Sequence[Candidate]
    chosen: Sequence[Candidate]
    score: float
    conflict: bool = False
    """Whether two of the chosen candidates contradict each other."""

    @property
    def told(self) -> Sequence[Candidate]:
        """The chosen ones that a language model is told: without those far behind the best, unless they contradict it."""
        if self.conflict:
            return self.chosen
        return [one for one in self.chosen if one.score >= _TOLD * self.chosen[0].score]

    @property
    def sides(self) -> Sequence[Sequence[Candidate]]:
        """The chosen ones that an answer needs one of: all of them, or, where two contradict each other, each of these."""
        return [self.chosen[:1], self.chosen[1:2]] if self.conflict else [self.chosen]

    @property
    def holds(self) -> bool:
        """Whether the gate lets the evidence through. Where any words of somebody answer, there is nothing for it to weigh."""
        return bool(self.chosen) and (self.part.asks_anything or self.score >= THRESHOLD)


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer of which all is known that needs no language model: its verified quotes, or the refusal."""

    question: Question
    read: ReadQuestion
    found: Sequence[Found]
    answer: Answer
    clock: Clock

    @property
    def asks_model(self) -> bool:
        """Whether a language model has yet to compose it."""
        return self.answer.mode == "answer" and self.answer.status != "insufficient_evidence"


class Answerer:
    """Answers questions from one index. Safe for many threads at once."""

    def __init__(
        self,
        sources: Sources,
        *,
        model: LanguageModel | None = None,
        model_state: str = "off",
        traces: Traces | None = None,
    ) -> None:
        self._index = sources
        self._model = model
        self._model_state = model_state
        self._composer = Composer(model) if model else None
        self._restater = Restater(model) if model else None
        self._traces = traces
        self._outlets = tuple(sources.catalogue.outlets())
        self._speakers = tuple(sources.catalogue.speakers())

    def answer(self, question: Question) -> Answer:
        """The answer, or a reasoned refusal. Raises `InvalidQuestion`, and `ModelUnavailable` for `answer` without an LLM."""
        return self.finish(self.begin(question, understood=self.understand(question)))

    def asks_model_first(self, question: Question) -> bool:
        """Whether it takes the language model to understand a follow-up: rules leave something open. Raises as `answer`."""
        return self._mode(question) == "answer" and self._restate(question).open

    def understand(self, question: Question, *, audience: Audience | None = None) -> str:
        """The question as understood in its conversation. Raises as `answer`, and `Abandoned`.

        Rules do it, and the language model where they leave something open and the mode is `answer`.
        """
        restated = self._restate(question)
        if restated.open and self._restater and self._mode(question) == "answer":
            watch = (lambda _: audience.gone()) if audience else None
            return self._restater.restate(question.text, question.history, watch=watch) or restated.text
        return restated.text

    def begin(self, question: Question, *, understood: str | None = None) -> "Begun":
        """All that needs no language model: passages, verified quotes, and whether they answer. Raises as `answer` does.

        `understood`: the question as understood, by rules where it is left out.
        """
        mode = self._mode(question)
        clock = Clock()
        read = self._read(understood or self._restate(question).text)
        with clock.step("retrieve"):
            passages = [self._retrieve(part, read, question) for part in read.parts]
        with clock.step("evidence"):
            found = [
                self._find(part, hits, read, filters=question.filters)
                for part, hits in zip(read.parts, passages, strict=True)
            ]
        clock.mark("first_quote")
        answer = self._conclude(question, found, passages, mode, unread=read.unread)
        return Begun(question, read, found, answer, clock)

    def finish(self, begun: "Begun", *, audience: Audience | None = None) -> Answer:
        """The answer, composed by the language model where it is wanted, and recorded.

        The audience is told each claim once it is verified. Raises `Abandoned` where it is gone before the end. Where the model
        is not there the quotes are the answer; raises `ModelUnavailable` where `answer` was asked for by name.
        """
        answer = begun.answer
        if begun.asks_model and self._composer:
            try:
                answer = self._compose(begun, self._composer, audience)
            except ModelUnavailable as problem:
                if begun.question.mode == "answer":
                    raise
                _log.warning("the language model is not there, so the quotes are the answer: %s", problem)
                answer = replace(answer, mode="quotes", model=None)
        return self._record(begun.question, begun.read, begun.found, answer, begun.clock)

    def _compose(self, begun: "Begun", composer: Composer, audience: Audience | None) -> Answer:
        """The answer with what the language model wrote of it. Raises `Abandoned` and `ModelUnavailable`."""
        held = [piece for piece in begun.found if piece.holds]
        evidence = [as_evidence(c) for c in _interleave([piece.told for piece in held])][:MAX_PER_ANSWER]
        evidence = [one for one in evidence if is_verbatim(one.article, one.start, one.end, one.quote)]
        groups = _groups(held, evidence)
        day = begun.question.reference_date
        with begun.clock.step("generate"):
            draft = composer.draft(begun.read.text, evidence, groups, reference_date=day, audience=audience)
        with begun.clock.step("verify"):
            return _with_claims(begun.answer, composer.verify(draft, evidence, groups))

    def warm_up(self) -> None:
        """Wake the engines, and read the sentences of a small archive ahead; no trace is kept of it."""
        self.consider(Question(text="What happened?"))
        pieces: list[str] = []
        for article in self._index.catalogue.page(filters=Filters(), limit=_READ_AHEAD).items:
            spans = self._index.catalogue.sentences([article.id]).get(article.id, ())
            pieces += [article.title, *(span.of(article.text) for span in spans)]
        self._index.expander.expand("What happened?", pieces[:_MOST_PIECES])

    def search(self, question: Question) -> tuple[Retrieved, ...]:
        """The passages that the question would be answered from, best first. Raises `InvalidQuestion`."""
        self._check(question)
        read = self.read(question)
        hits = _merge([self._retrieve(part, read, question) for part in read.parts])
        return tuple(hits[: question.limit])

    def undated(self, question: Question) -> int:
        """How many articles the question's days leave out because they have no date."""
        return self._index.catalogue.undated(question.filters)

    def parts(self) -> Mapping[str, str]:
        """The state of each part: the index's build, the encoder's name, and the LLM's `ready`, `off` or `missing: …`."""
        return {"index": self._index.build, "encoder": self._index.encoder, "llm": self._model_state}

    def close(self) -> None:
        """Close the traces. The index and the model are their opener's."""
        if self._traces:
            self._traces.close()

    def read(self, question: Question) -> ReadQuestion:
        """The question as understood by rules."""
        return self._read(self._restate(question).text)

    def _read(self, text: str) -> ReadQuestion:
        return read_question(text, outlets=self._outlets, speakers=self._speakers)

    def _restate(self, question: Question) -> Restated:
        self._check(question)
        return restate(question.text, question.history, speakers=self._speakers)

    def consider(self, question: Question) -> list[Found]:
        """What each part of the question comes to before anything is decided: for calibration and for a closer look."""
        self._check(question)
        read = self.read(question)
        return [
            self._find(part, self._retrieve(part, read, question), read, filters=question.filters)
            for part in read.parts
        ]

    def _find(self, part: Part, hits: Sequence[Retrieved], read: ReadQuestion, *, filters: Filters) -> Found:
        """The candidates of one part, ranked, with the gate's score; the chosen ones name their other printings."""
        candidates = find_candidates(part, hits, self._index.grounds)
        described = None if candidates or is_name(part.speaker or "") else part.speaker
        if described is not None:
            # Who is meant may be told in other words, which the cross-encoder reads; not by whom it is asked about.
            part = of_anybody(part)
            anybody = find_candidates(part, hits, self._index.grounds)
            candidates = [
                one for one in anybody if not one.is_of(part.names) and holds_names_of(described, one.article)
            ]
        ranked = rank(part.text, candidates, self._index.reranker)
        voices = ranked if read.compares else of_one_voice(part, ranked, described=described is not None)
        chosen = select(voices, most=min(_PER_PART, MAX_PER_ANSWER // len(read.parts) or 1))
        contradicting = find_contradictions(part, ranked)[:_CONTRADICTING]
        other = first_that_answers(part.text, contradicting, self._index.reranker, least=THRESHOLD)
        if other is not None:
            chosen = [chosen[0], other, *(one for one in chosen[1:] if not overlaps(one, other))]
        chosen = corroborate_all(chosen, self._index.catalogue, filters=filters, outlets=read.outlets)
        return Found(part, ranked, chosen, answers(ranked[0]) if ranked else 0.0, conflict=other is not None)

    def _mode(self, question: Question) -> Mode:
        self._check(question)
        if question.mode == "answer" and self._model is None:
            raise ModelUnavailable(
                "there is no language model, so mode 'answer' cannot be had; ask with mode 'quotes', or set DATELINE_LLM "
                "and see `python -m indexes weights`"
            )
        return question.mode or ("answer" if self._model else "quotes")

    def _check(self, question: Question) -> None:
        check_text(question.text)
        if not 1 <= question.limit <= MAX_LIMIT:
            raise InvalidQuestion(f"limit {question.limit!r} is not between 1 and {MAX_LIMIT}")

    def _retrieve(self, part: Part, read: ReadQuestion, question: Question) -> list[Retrieved]:
        """The passages of one part; where it names outlets, each of them gets its share."""
        asked = part.text
        limit = question.limit
        engines = self._index.retriever, self._index.catalogue
        lists = [retrieve_once(*engines, asked, limit=limit, filters=question.filters)]
        if read.outlets and not question.filters.outlets:
            for outlet in read.outlets:
                filters = replace(question.filters, outlets=(outlet,))
                lists.append(retrieve_once(*engines, asked, limit=max(limit // 2, 1), filters=filters))
        return _merge(lists)[: limit * max(len(lists) - 1, 1)]

    def _conclude(
        self,
        question: Question,
        found: Sequence[Found],
        passages: Sequence[Sequence[Retrieved]],
        mode: Mode,
        *,
        unread: str = "",
    ) -> Answer:
        """What is known without a language model: the verified quotes, or a reasoned refusal."""
        held = [piece for piece in found if piece.holds]
        shared = Answer(
            status="insufficient_evidence",
            mode=mode,
            undated_left_out=self._index.catalogue.undated(question.filters),
            index_build=self._index.build,
            model=self._model.name if self._model and mode == "answer" else None,
            score=min((piece.score for piece in found), default=0.0),
            passages=tuple(_merge(passages)[: question.limit]),
        )
        if not held:
            return self._decline(shared, found[0], passages[0], filters=question.filters)
        evidence = [as_evidence(c) for c in _interleave([piece.chosen for piece in held])][:MAX_PER_ANSWER]
        status, reason = _status(found, unread)
        citations, dropped = cite(evidence)
        if not citations:
            return self._decline(replace(shared, dropped=dropped), found[0], passages[0], filters=question.filters)
        if any(piece.conflict for piece in held):
            status, reason = "conflicting", "The articles give different values; each is cited."
        return replace(shared, status=status, reason=reason, dropped=dropped, citations=citations)

    def _decline(self, shared: Answer, found: Found, hits: Sequence[Retrieved], *, filters: Filters) -> Answer:
        refusal: Refusal = refuse(
            found.part,
            found.ranked,
            hits,
            self._index.grounds,
            score=found.score,
            filtered=bool(filters),
        )
        closest, _ = cite([as_evidence(candidate) for candidate in refusal.closest])
        return replace(
            shared,
            status="insufficient_evidence",
            reason=refusal.reason,
            reason_code=refusal.code,
            closest=closest,
            citations=(),
        )

    def _record(
        self, question: Question, read: ReadQuestion, found: Sequence[Found], answer: Answer, clock: Clock
    ) -> Answer:
        final = replace(answer, trace_id=new_trace_id(), timings_ms=clock.timings())
        if self._traces:
            self._traces.record(final, question, read, {piece.part.text: piece.ranked[:10] for piece in found})
        return final


def check_text(text: str) -> None:
    """Raises `InvalidQuestion` for a question that is empty or too long."""
    if not text.strip():
        raise InvalidQuestion("the question is empty; ask something of 1 to 2,000 characters")
    if len(text) > MAX_QUESTION:
        raise InvalidQuestion(f"the question has {len(text):,} characters; at most {MAX_QUESTION:,} are read")


def _groups(held: Sequence[Found], evidence: Sequence[Evidence]) -> list[tuple[Part, list[int]]]:
    """Each part with the numbers (from 1) of the evidence that was chosen for it; twice where its quotes contradict."""
    groups = []
    for piece in held:
        for side in piece.sides:
            chosen = {(candidate.article.id, candidate.start, candidate.end) for candidate in side}
            numbers = [n for n, e in enumerate(evidence, start=1) if (e.article.id, e.start, e.end) in chosen]
            groups.append((piece.part, numbers))
    return groups


def _with_claims(answer: Answer, composed: Composed) -> Answer:
    return replace(
        answer,
        answer=composed.answer,
        short_answer=composed.short_answer,
        claims=composed.claims,
        citations=composed.citations,
        dropped=answer.dropped + composed.dropped,
        prompt_tokens=composed.prompt_tokens,
        completion_tokens=composed.completion_tokens,
    )


def _status(found: Sequence[Found], unread: str) -> tuple[Status, str | None]:
    missing = [piece.part.text for piece in found if not piece.holds]
    if missing:
        return "partial", f"The articles do not answer this part: {missing[0]}."
    if unread:
        return "partial", f"At most {MOST_PARTS} parts of a question are looked into; ask this one by itself: {unread}."
    return "answered", None


def _interleave(lists: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """The best of each part, then the second of each; no quote twice."""
    rows: list[Candidate] = []
    for rank_ in range(max((len(row) for row in lists), default=0)):
        for row in lists:
            if rank_ < len(row) and not any(overlaps(row[rank_], other) for other in rows):
                rows.append(row[rank_])
    return rows


def _merge(lists: Sequence[Sequence[Retrieved]]) -> list[Retrieved]:
    """One list, best first, each passage once."""
    best: dict[str, Retrieved] = {}
    for hits in lists:
        for hit in hits:
            known = best.get(hit.passage.id)
            if known is None or hit.score > known.score:
                best[hit.passage.id] = hit
    return sorted(best.values(), key=lambda hit: -hit.score)
