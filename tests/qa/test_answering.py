"""Questions are answered, answered in part or declined, and whatever is sent is verbatim and verified."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indexes.quotations import quoted_spans
from indexes.types import Article, Filters
from qa.answering import Answerer, Found
from qa.citations import MAX_PER_ANSWER
from qa.composing import Composed, Composer, Draft
from qa.errors import Abandoned, InvalidQuestion, ModelFailed, ModelUnavailable
from qa.evidence import Candidate, Features
from qa.models.scripted import ScriptedModel
from qa.prompt import Reply
from qa.question import MOST_PARTS, Part, read_question
from qa.traces import Traces
from qa.types import (
    Answer,
    Audience,
    ClaimVerified,
    Completion,
    Evidence,
    LanguageModel,
    Message,
    Question,
    Turn,
    Watch,
)
from tests.fakes.reading import sources_over

PUMP = Article(
    id="pump-house",
    title="Pump house reopens",
    text=(
        "The pump house at Tarnby reopened on Monday after nine weeks of repairs.\n\n"
        "“We changed every worn valve of the pump house,” said engineer Marit Osk. "
        "The repair of the pump house cost 212,000 crowns.\n\n"
        "Children from the school watched from the bank of the canal."
    ),
    outlet="Tarnby Post",
    published="2023-06-05",
    published_basis="stated",
)
FROST = Article(
    id="frost",
    title="Frost takes a third of the apples",
    text=(
        "Growers in the Velle valley lost a third of their apples to frost in May. "
        "“The frost was one cruel night for the apples,” said Jon Reke, who grows apples."
    ),
    outlet="Velle Courier",
    published="2023-05-02",
    published_basis="inferred",
)
FERRY = Article(
    id="ferry", title="The ferry", text="The ferry to Norrholm carried 84 passengers on its first crossing."
)
SHELF = (PUMP, FROST, FERRY)

ABOUT_VALVES = "What did Marit Osk say about the worn valve of the pump house?"
ABOUT_COST = "How many crowns did the repair of the pump house cost?"
UNKNOWN = "Who composed the opera about dragons?"


def answering(
    shelf: Sequence[Article] = SHELF, *, model: LanguageModel | None = None, traces: Traces | None = None
) -> Answerer:
    """An answerer over articles in memory."""
    return Answerer(sources_over(shelf), model=model, traces=traces)


def assert_sound(answer: Answer) -> None:
    """What holds for every answer that leaves, whatever was asked and whatever a model wrote."""
    for place, citation in enumerate(answer.citations, start=1):
        assert citation.number == place
    for citation in (*answer.citations, *answer.closest):
        assert citation.article.text[citation.start : citation.end] == citation.quote
        assert citation.quote.strip()
        assert len(citation.quote) <= 500
    assert len(answer.citations) <= MAX_PER_ANSWER
    assert len(answer.closest) <= 3
    quotes = [citation.quote for citation in answer.citations]
    for text in (answer.answer, answer.short_answer, *(claim.text for claim in answer.claims)):
        assert all(any(span.of(text) in quote for quote in quotes) for span in quoted_spans(text))
    for claim in answer.claims:
        assert 1 <= len(claim.citations) <= 3
        assert set(claim.citations) <= set(range(1, len(quotes) + 1))
    if answer.status == "insufficient_evidence":
        assert not (answer.answer)
        assert not (answer.short_answer)
        assert not (answer.claims)
        assert not (answer.citations)
        assert answer.reason
        assert answer.reason_code
    else:
        assert answer.citations
        assert answer.reason_code is None
    if answer.mode == "quotes":
        assert not (answer.answer)
        assert not (answer.short_answer)
        assert not (answer.claims)
        assert answer.model is None


@pytest.mark.parametrize(
    "text",
    [
        ABOUT_VALVES,
        ABOUT_COST,
        UNKNOWN,
        "What did Jon Reke say about the apples and the frost?",
        "What did Marit Osk say about the apples?",
        "When did the pump house at Tarnby reopen?",
        "How many passengers did the ferry to Norrholm carry?",
        "“quoted ”words“ and [1] <b>marks</b> “",
        "?!",
        "🏭",
    ],
)
def test_whatever_is_asked_the_answer_is_sound(text: str) -> None:
    """Every citation is verbatim at its place, and a declined question says why."""
    assert_sound(answering().answer(Question(text=text)))


def test_somebodys_words_are_quoted_with_their_speaker() -> None:
    """A question for somebody's words is answered by that person's words alone."""
    answer = answering().answer(Question(text=ABOUT_VALVES))
    assert answer.status == "answered"
    assert answer.mode == "quotes"
    assert {citation.speaker for citation in answer.citations} == {"Marit Osk"}
    assert "We changed every worn valve" in answer.citations[0].quote
    assert answer.index_build == "b_memory+0"


@pytest.mark.parametrize("text", ["What did Osk say?", "What did Marit Osk say?", "What does Osk think?"])
def test_without_a_topic_any_words_of_the_speaker_answer(text: str) -> None:
    """Where somebody's words are asked for and nothing else, there is no topic that the gate could find missing."""
    answer = answering().answer(Question(text=text))
    assert answer.status == "answered"
    assert {citation.speaker for citation in answer.citations} == {"Marit Osk"}


def test_without_a_topic_nobody_elses_words_answer() -> None:
    """Somebody whom no article quotes is still declined."""
    assert answering().answer(Question(text="What did Lise Holt say?")).status == "insufficient_evidence"


def test_a_number_is_quoted() -> None:
    """The sentence that holds the number asked for is cited first."""
    answer = answering().answer(Question(text=ABOUT_COST))
    assert answer.status == "answered"
    assert "212,000 crowns" in answer.citations[0].quote


def test_what_no_article_is_about_is_declined() -> None:
    """A question on something that no article mentions is declined, and says so."""
    answer = answering().answer(Question(text=UNKNOWN))
    assert answer.status == "insufficient_evidence"
    assert answer.reason_code == "topic_absent"


def test_another_persons_words_are_no_answer() -> None:
    """Where only somebody else spoke on the topic, the question is declined and that person's words are the closest."""
    text = "What did Lise Holt say about the worn valve of the pump house?"
    answer = answering().answer(Question(text=text))
    assert answer.status == "insufficient_evidence"
    assert answer.reason_code == "other_speaker"
    assert answer.reason is not None
    assert "Marit Osk" in answer.reason
    assert {citation.speaker for citation in answer.closest} == {"Marit Osk"}


BEES = Article(
    id="bees",
    title="Bees on the roof",
    text=(
        "Tilde Marsk keeps bees on the roof of the Tarnby library. “The queen never liked Jon Reke near the hives,” she said.\n\n"
        "Jon Reke brushed it aside. “The queen and I get on well near the hives,” said Jon Reke."
    ),
)


def test_a_description_that_the_articles_do_not_use_is_read_for_its_sense() -> None:
    """Nobody is called “the beekeeper” there; the one whom it is asked about is not the one who speaks."""
    answer = answering([BEES]).answer(
        Question(text="What did the beekeeper say about Jon Reke near the hives and the queen?")
    )
    assert_sound(answer)
    assert "Jon Reke" not in {citation.speaker for citation in (*answer.citations, *answer.closest)}
    assert any("never liked" in citation.quote for citation in (*answer.citations, *answer.closest))


def test_a_name_that_nobody_has_is_not_read_for_its_sense() -> None:
    """A person by name who is not quoted said nothing."""
    answer = answering([BEES]).answer(
        Question(text="What did Ada Vind say about Jon Reke near the hives and the queen?")
    )
    assert answer.status == "insufficient_evidence"
    assert answer.reason_code in {"other_speaker", "not_mentioned"}


def test_a_part_without_an_answer_is_named() -> None:
    """A question of which only one part is answered is answered in part, and the reason names the other."""
    text = f"{ABOUT_COST} Who composed the opera about dragons?"
    answer = answering().answer(Question(text=text))
    assert answer.status == "partial"
    assert answer.reason is not None
    assert "dragons" in answer.reason
    assert_sound(answer)


def test_no_more_parts_are_looked_into_than_an_answer_has_citations() -> None:
    """Of a question with a hundred parts the first eight are looked into; the answer is partial, and names the ninth."""
    asking = answering()
    text = "? ".join([ABOUT_COST.strip("?")] * MAX_PER_ANSWER + ["Who swam"] + ["Who sang"] * 91)
    assert len(asking.consider(Question(text=text))) == MAX_PER_ANSWER == MOST_PARTS
    answer = asking.answer(Question(text=text))
    assert answer.status == "partial"
    assert answer.reason is not None
    assert "Who swam" in answer.reason
    assert_sound(answer)


def test_values_that_clash_are_both_cited() -> None:
    """Two articles with different figures for one thing make an answer that says so and cites both."""
    other = Article(
        id="dearer",
        title="Repair bill",
        text="In Velle they say the repair of the pump house cost 240,000 crowns in all.",
    )
    answer = answering((*SHELF, other)).answer(Question(text=ABOUT_COST))
    assert answer.status == "conflicting"
    assert {citation.article.id for citation in answer.citations} >= {"pump-house", "dearer"}


def test_each_of_two_clashing_values_is_in_the_answer() -> None:
    """A model that tells only one of two figures has the other told by its quote: each is claimed, and cited."""
    dearer = Article(
        id="dearer",
        title="Repair bill",
        text="In Velle they say the repair of the pump house cost 240,000 crowns in all.",
    )
    one_sided = {
        "found": [],
        "answerable": True,
        "answer": "212,000 crowns",
        "claims": [{"text": "The repair of the pump house cost 212,000 crowns.", "cites": [1, 2]}],
    }
    answer = answering((*SHELF, dearer), model=ScriptedModel([one_sided])).answer(Question(text=ABOUT_COST))
    assert answer.status == "conflicting"
    assert {citation.article.id for citation in answer.citations} >= {"pump-house", "dearer"}
    assert "212,000" in answer.answer
    assert "240,000" in answer.answer
    assert_sound(answer)


def test_undated_articles_are_counted_where_a_day_is_asked_for() -> None:
    """An article without a date is left out by a day's bound, and the answer says how many there are."""
    dated = Filters(published_from=date(2023, 1, 1), published_to=date(2023, 12, 31))
    answer = answering().answer(Question(text=ABOUT_COST, filters=dated))
    assert answer.undated_left_out == 1
    assert answer.status == "answered"
    ferry = Question(text="How many passengers did the ferry to Norrholm carry?", filters=dated)
    assert answering().answer(ferry).status == "insufficient_evidence"
    assert answering().answer(Question(text=ABOUT_COST)).undated_left_out == 0


def test_filters_that_leave_nothing() -> None:
    """It is said that it is the filters, and not that the articles have nothing of it."""
    answer = answering().answer(Question(text=ABOUT_COST, filters=Filters(outlets=("Nobody's News",))))
    assert (answer.status, answer.reason_code) == ("insufficient_evidence", "topic_absent")
    assert answer.reason == "No article is within the filters of the question."


def test_filters_keep_other_outlets_out() -> None:
    """An answer under a filter cites nothing else."""
    filters = Filters(outlets=("Velle Courier",))
    answer = answering().answer(Question(text=ABOUT_COST, filters=filters))
    assert answer.status == "insufficient_evidence"
    assert all(citation.article.outlet == "Velle Courier" for citation in answer.closest)


def test_the_same_question_gets_the_same_answer() -> None:
    """Citations, order and ids do not change from one time to the next."""
    answerer = answering()
    first, second = (answerer.answer(Question(text=ABOUT_COST)) for _ in range(2))
    assert first.citations == second.citations
    assert first.score == second.score
    assert first.trace_id != second.trace_id


def test_steps_are_timed() -> None:
    """The time of each step is told, and the first quote is there before the end."""
    timings = answering().answer(Question(text=ABOUT_COST)).timings_ms
    assert {"retrieve", "evidence", "first_quote", "total"} <= set(timings)
    assert 0 <= timings["first_quote"] <= timings["total"]


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (Question(text=""), "empty"),
        (Question(text=" \n"), "empty"),
        (Question(text="x" * 2_001), "2,001 characters"),
        (Question(text="Who?", limit=0), "limit 0"),
        (Question(text="Who?", limit=51), "limit 51"),
    ],
)
def test_what_cannot_be_asked_is_refused(question: Question, problem: str) -> None:
    """A question that is empty or too long, or a limit out of bounds, is refused with the value shown."""
    with pytest.raises(InvalidQuestion, match=problem):
        answering().answer(question)
    with pytest.raises(InvalidQuestion, match=problem):
        answering().search(question)


def test_the_longest_question_is_read() -> None:
    """A question of 2,000 characters is answered or declined like any other."""
    assert_sound(answering().answer(Question(text="pump " * 400)))


def test_searching_gives_passages_only() -> None:
    """A search gives the best passages first, no more than asked for."""
    found = answering().search(Question(text=ABOUT_COST, limit=1))
    assert [hit.passage.article_id for hit in found] == ["pump-house"]


def test_the_parts_say_how_they_are() -> None:
    """The build, the encoder and the language model are named, and one that is off says so."""
    parts = answering().parts()
    assert parts["index"] == "b_memory+0"
    assert parts["encoder"] == "shared-words"
    assert parts["llm"] == "off"


def test_traces_are_kept(tmp_path: Path) -> None:
    """The trace of an answer is found by the id that the answer names, declined or not."""
    traces = Traces(tmp_path / "traces.sqlite")
    answerer = answering(traces=traces)
    for text in (ABOUT_COST, UNKNOWN):
        answer = answerer.answer(Question(text=text))
        trace = traces.find(answer.trace_id)
        assert trace is not None
        assert trace["question"]["text"] == text
        assert trace["status"] == answer.status
    answerer.close()


# ------------------------------------------------------------------------------------------- with a language model


def test_answering_needs_a_language_model() -> None:
    """Asked for explicitly without a model, `answer` is an error that says what to do; by default quotes answer."""
    with pytest.raises(ModelUnavailable, match="DATELINE_LLM"):
        answering().answer(Question(text=ABOUT_COST, mode="answer"))
    assert answering().answer(Question(text=ABOUT_COST)).mode == "quotes"


def test_with_a_model_its_mode_is_the_default() -> None:
    """With a model `answer` is the default, and `quotes` can still be asked for, without asking the model."""
    model = ScriptedModel([ModelFailed("no luck")])
    answerer = answering(model=model)
    assert answerer.answer(Question(text=ABOUT_COST, mode="quotes")).mode == "quotes"
    assert not model.prompts
    answer = answerer.answer(Question(text=ABOUT_COST))
    assert answer.mode == "answer"
    assert answer.model == model.name


def test_a_model_is_told_only_what_is_near_the_best() -> None:
    """A quote far behind is cited beside it and not told, unless the two contradict each other."""
    part = read_question(ABOUT_COST).parts[0]
    chosen = [
        Candidate(article=PUMP, start=at, end=at + 9, speaker=None, features=Features(), score=score)
        for at, score in ((0, 0.6), (20, 0.4), (40, 0.2))
    ]
    assert Found(part, chosen, chosen, 0.9).told == chosen[:2]
    assert Found(part, chosen, chosen, 0.9, conflict=True).told == chosen


def test_a_failing_model_leaves_the_quotes_to_answer() -> None:
    """Where the model writes what cannot be used, the best quote is the claim, word for word."""
    answer = answering(model=ScriptedModel([ModelFailed("it stuttered")])).answer(Question(text=ABOUT_COST))
    assert answer.status == "answered"
    assert [claim.text for claim in answer.claims] == [answer.citations[0].quote]
    assert "212,000 crowns" in answer.answer
    assert "[1]" in answer.answer
    assert answer.short_answer
    assert_sound(answer)


def test_a_model_that_is_not_there_is_not_credited() -> None:
    """The quotes are the answer where no mode was asked for; who asked for `answer` is told."""
    answer = answering(model=ScriptedModel([ModelUnavailable("it is gone")])).answer(Question(text=ABOUT_COST))
    assert (answer.status, answer.mode, answer.model) == ("answered", "quotes", None)
    assert (answer.answer, answer.claims) == ("", ())
    assert "212,000 crowns" in answer.citations[0].quote
    assert_sound(answer)
    with pytest.raises(ModelUnavailable, match="it is gone"):
        answering(model=ScriptedModel([ModelUnavailable("it is gone")])).answer(
            Question(text=ABOUT_COST, mode="answer")
        )


def test_the_tokens_of_the_reply_are_counted() -> None:
    """As the model counts them."""
    reply = {"found": [], "answerable": True, "answer": "", "claims": []}
    answer = answering(model=ScriptedModel([reply])).answer(Question(text=ABOUT_COST))
    assert answer.prompt_tokens > 0
    assert answer.completion_tokens > 0


def test_a_declined_question_never_reaches_the_model() -> None:
    """What the gate declines costs no prompt."""
    model = ScriptedModel()
    answer = answering(model=model).answer(Question(text=UNKNOWN))
    assert answer.status == "insufficient_evidence"
    assert not model.prompts
    assert_sound(answer)


VALVES_QUOTE = "“We changed every worn valve of the pump house,” said engineer Marit Osk."
COST_QUOTE = "The repair of the pump house cost 212,000 crowns."


def evidence_of(quote: str, speaker: str | None = None) -> Evidence:
    """The evidence with these words of the article on the pump house."""
    start = PUMP.text.index(quote)
    return Evidence(article=PUMP, start=start, end=start + len(quote), quote=quote, speaker=speaker, score=0.9)


EVIDENCE = (evidence_of(VALVES_QUOTE, "Marit Osk"), evidence_of(COST_QUOTE))
VALVES, COST = read_question(ABOUT_VALVES).parts[0], read_question(ABOUT_COST).parts[0]


def composing(
    *claims: tuple[str, tuple[int, ...]],
    short_answer: str = "",
    groups: Sequence[tuple[Part, Sequence[int]]] = ((VALVES, (1,)), (COST, (2,))),
) -> Composed:
    """What is kept of a model's claims about the evidence."""
    draft = Draft(Reply(answerable=True, claims=claims, short_answer=short_answer), prompt_tokens=7)
    return Composer(ScriptedModel()).verify(draft, EVIDENCE, groups)


def test_true_claims_are_kept_in_order() -> None:
    """Claims that hold are sent, and citations are numbered in the order in which claims use them."""
    composed = composing(
        ("The repair cost 212,000 crowns.", (2,)), ("Every worn valve was changed, Marit Osk said.", (1,))
    )
    assert next(claim.text for claim in composed.claims) == "The repair cost 212,000 crowns."
    assert [claim.citations for claim in composed.claims] == [(1,), (2,)]
    assert [citation.quote for citation in composed.citations] == [COST_QUOTE, VALVES_QUOTE]
    assert composed.answer.startswith("The repair cost 212,000 crowns. [1]")
    assert composed.dropped == 0
    assert composed.prompt_tokens == 7


def follow(*claims: tuple[str, list[int]], answerable: bool = True) -> tuple[list[ClaimVerified], Draft]:
    """What an audience is told while a model writes these claims about the evidence, and what is drafted in the end."""
    told: list[ClaimVerified] = []
    reply = {
        "found": [{"n": 1, "starts": "The } repair"}],
        "answerable": answerable,
        "answer": "so {it} is",
        "claims": [{"text": text, "cites": cites} for text, cites in claims],
    }
    draft = Composer(ScriptedModel([reply])).draft(
        ABOUT_COST,
        EVIDENCE,
        [(VALVES, (1,)), (COST, (2,))],
        reference_date=None,
        audience=Audience(tell=told.append, gone=lambda: False),
    )
    return told, draft


def test_each_claim_is_told_once_it_is_verified() -> None:
    """In order, with the citations that the answer will have; a lie, a repetition and half a claim are never told."""
    truth = "The repair cost 212,000 crowns."
    claims = [(truth, [2]), ("The repair cost 300,000 crowns.", [2]), (truth, [2]), ("Every valve was {changed}.", [1])]
    claims.append(("Every worn valve was changed, Marit Osk said.", [1]))
    told, draft = follow(*claims)
    composed = Composer(ScriptedModel()).verify(draft, EVIDENCE, [(VALVES, (1,)), (COST, (2,))])
    assert [claim.text for claim in told] == [claim.text for claim in composed.claims]
    assert [claim.text for claim in told] == [truth, claims[3][0], claims[4][0]]
    for claim, final in zip(told, composed.claims, strict=True):
        assert claim.citations == tuple(one for one in composed.citations if one.number in final.citations)


def test_nothing_is_told_of_a_reply_that_does_not_answer() -> None:
    """A model that says that nothing answers has no claims, whatever it writes."""
    assert follow(("The repair cost 212,000 crowns.", [2]), answerable=False)[0] == []


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("the repair cost 212,000 crowns.", "The repair cost 212,000 crowns."),
        ("212,000 crowns was the cost of the repair.", "212,000 crowns was the cost of the repair."),
        ("“repair of the pump house cost 212,000 crowns”", "“repair of the pump house cost 212,000 crowns”"),
    ],
)
def test_a_claim_begins_like_a_sentence(written: str, told: str) -> None:
    """Also one that was copied from the middle of a sentence; what is in quotation marks stays as it is."""
    assert [claim.text for claim in follow((written, [2]))[0]] == [told]


def test_claims_that_were_told_stay_where_the_model_fails() -> None:
    """A reply that breaks off keeps its whole claims; what was told is in the answer."""

    class Breaking(ScriptedModel):
        def complete(
            self, messages: Sequence[Message], *, schema: Mapping[str, Any], max_tokens: int, watch: Watch | None = None
        ) -> Completion:
            whole = super().complete(messages, schema=schema, max_tokens=max_tokens).text
            assert watch
            for piece in whole[: whole.index("Every")]:
                watch(piece)
            raise ModelUnavailable("it is gone")

    told: list[ClaimVerified] = []
    truth = {"text": "The repair cost 212,000 crowns.", "cites": [2]}
    reply = {"found": [], "answerable": True, "answer": "", "claims": [truth, {"text": "Every one.", "cites": [1]}]}
    draft = Composer(Breaking([reply])).draft(
        ABOUT_COST, EVIDENCE, [], reference_date=None, audience=Audience(tell=told.append, gone=lambda: False)
    )
    assert [claim.text for claim in told] == [truth["text"]]
    assert draft.reply
    assert draft.reply.claims == ((truth["text"], (2,)),)


def test_a_follow_up_is_understood_before_anything_is_looked_for(tmp_path: Path) -> None:
    """What is retrieved and answered is the whole question; the trace tells both."""
    history = (Turn(question="What did Marit Osk say about the valves?", answer="“We changed every worn valve”"),)
    traces = Traces(tmp_path / "traces.sqlite")
    answer = answering(traces=traces).answer(Question(text="When did she say it?", history=history, mode="quotes"))
    trace = traces.find(answer.trace_id)
    traces.close()
    assert trace
    assert trace["question"]["text"] == "When did she say it?"
    assert "Marit Osk" in trace["read"]["text"]


def test_the_model_helps_to_understand_only_where_it_has_to() -> None:
    """A follow-up that rules resolve, a question without a history, and quotes mode cost no prompt."""
    history = (Turn(question="How much did the repair of the pump house cost?", answer="It cost 212,000 crowns."),)
    model = ScriptedModel([{"question": "Was anybody at the repair of the pump house?"}])
    answerer = answering(model=model)
    open_ = Question(text="Was anybody there?", history=history)
    for cheap in (Question(text=ABOUT_COST), Question(text="Why?", history=history), replace(open_, mode="quotes")):
        assert not answerer.asks_model_first(cheap)
        answerer.understand(cheap)
    assert not model.prompts
    assert answerer.asks_model_first(open_)
    assert answerer.understand(open_) == "Was anybody at the repair of the pump house?"


def test_nobody_waits_for_an_answer() -> None:
    """An audience that is gone ends the model's work; no answer, and no trace of one, is left."""
    answerer = answering(model=ScriptedModel([{"found": [], "answerable": False, "answer": "", "claims": []}]))
    begun = answerer.begin(Question(text=ABOUT_COST))
    assert begun.asks_model
    with pytest.raises(Abandoned):
        answerer.finish(begun, audience=Audience(tell=lambda _: None, gone=lambda: True))


@pytest.mark.parametrize(
    "lie",
    [
        "The repair cost 300,000 crowns.",
        "The repair of the pump house did not cost 212,000 crowns.",
        "Jon Reke paid 212,000 crowns for the repair.",
        "The repair cost 212,000 crowns on Tuesday.",
        "Marit Osk said: “The repair was far too dear”.",
    ],
)
def test_a_lie_is_dropped_and_the_quote_answers(lie: str) -> None:
    """A claim that its evidence does not bear out is not sent; the part is answered by its quote instead."""
    composed = composing((lie, (2,)), groups=((COST, (2,)),))
    assert composed.dropped == 1
    assert [claim.text for claim in composed.claims] == [COST_QUOTE]
    assert [citation.quote for citation in composed.citations] == [COST_QUOTE]


def test_a_wrong_number_of_a_citation_is_put_right() -> None:
    """A true claim that names evidence which does not exist, or other evidence, cites what bears it out."""
    for named in ((9,), (0,), (1,), ()):
        composed = composing(("The repair of the pump house cost 212,000 crowns.", named), groups=((COST, (2,)),))
        claim = composed.claims[0]
        assert composed.citations[claim.citations[0] - 1].quote == COST_QUOTE


def test_a_claim_is_sent_once() -> None:
    """A claim that a model repeats is one claim."""
    claim = ("The repair cost 212,000 crowns.", (2,))
    assert len(composing(claim, claim, groups=((COST, (2,)),)).claims) == 1


def test_a_lying_short_answer_is_replaced() -> None:
    """A short answer that does not hold gives way to words of the evidence."""
    composed = composing(
        ("The repair cost 212,000 crowns.", (2,)), short_answer="300,000 crowns", groups=((COST, (2,)),)
    )
    assert composed.short_answer
    assert "300,000" not in composed.short_answer


def test_a_true_short_answer_is_kept() -> None:
    """A short answer that the evidence bears out is sent as it is."""
    composed = composing(
        ("The repair cost 212,000 crowns.", (2,)), short_answer="212,000 crowns", groups=((COST, (2,)),)
    )
    assert composed.short_answer == "212,000 crowns"


def test_a_short_answer_is_not_the_question_said_again() -> None:
    """A short answer that only names what the question names gives way to the quote; a choice between two may repeat."""
    part = read_question("Who will pay for the repair of the pump house?").parts[0]
    claim = ("The repair of the pump house cost 212,000 crowns.", (2,))
    said_again = composing(claim, short_answer="The repair of the pump house", groups=((part, (2,)),))
    assert said_again.short_answer == COST_QUOTE
    choice = read_question("What cost 212,000 crowns, the repair or the ferry?").parts[0]
    assert composing(claim, short_answer="the repair", groups=((choice, (2,)),)).short_answer == "the repair"
