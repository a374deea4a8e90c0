"""Tests of the metrics of one answer."""

import re
import string
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals import metrics
from evals.types import GoldenQuestion, Share
from indexes.types import Span
from qa.types import Answer, Citation
from tests.evals.world import cite, golden

TEXT = "One two three. Four five six seven. Eight nine ten."
TEXTS = {"a": TEXT, "b": "Another text. Four five six seven. The end."}


def answering(*citations: Citation, **fields: object) -> Answer:
    """An answer with these citations."""
    return Answer(status="answered", mode="quotes", citations=citations, **fields)  # type: ignore[arg-type]


def declining(*closest: Citation) -> Answer:
    """A refusal."""
    return Answer(status="insufficient_evidence", mode="quotes", closest=closest)


def cited(start: int, end: int, article_id: str = "a") -> Citation:
    """A valid citation of a range."""
    return cite(article_id, TEXTS[article_id], TEXTS[article_id][start:end])


class TestOccurrences:
    """Where a quote occurs."""

    def test_every_place_counts(self) -> None:
        """Each place where the quote occurs is found."""
        assert metrics.occurrences("to be or not to be", "to be") == (Span(0, 5), Span(13, 18))

    def test_white_space_may_differ(self) -> None:
        """A line break in the text matches a space in the quote."""
        assert metrics.occurrences("one\n\ntwo", "one two") == (Span(0, 8),)

    @pytest.mark.parametrize(("text", "quote"), [("abc", "abd"), ("“Yes”", '"Yes"'), ("abc", "  "), ("", "a")])
    def test_all_else_must_be_the_same(self, text: str, quote: str) -> None:
        """Other characters, other quotation marks or nothing at all are not found."""
        assert metrics.occurrences(text, quote) == ()

    def test_a_quote_is_no_pattern(self) -> None:
        """Characters that mean something in a pattern mean themselves."""
        assert metrics.occurrences("cost (5.00) $5", "(5.00) $5") == (Span(5, 14),)

    @given(st.text(max_size=30), st.text(min_size=1, max_size=5).filter(str.strip), st.text(max_size=30))
    @settings(deadline=None)
    def test_what_is_put_in_is_found(self, before: str, quote: str, after: str) -> None:
        """A quote that stands in a text is found there, and what is found equals it, white space aside."""
        text = f"{before} {quote} {after}"
        found = metrics.occurrences(text, quote)
        assert found
        assert all(span.of(text).split() == quote.split() for span in found)


class TestCovers:
    """Whether a citation covers a quote."""

    @pytest.mark.parametrize(
        ("start", "end", "covered"),
        [(15, 35, True), (0, 51, True), (15, 31, True), (15, 30, False), (19, 35, True), (20, 35, False)],
    )
    def test_at_four_fifths_of_the_quote(self, start: int, end: int, covered: bool) -> None:
        """A citation covers a quote of 20 characters from 16 shared characters on, at either end or around it."""
        assert metrics.covers(cited(start, end), ["Four five six seven."], TEXTS) is covered

    def test_in_whatever_article(self) -> None:
        """The same words in another article count."""
        assert metrics.covers(cited(14, 34, "b"), ["Four five six seven."], TEXTS)

    def test_one_sentence_of_a_longer_quote_is_not_enough(self) -> None:
        """A citation inside a longer gold quote covers it only with 80 % of it."""
        assert not metrics.covers(cited(15, 35), ["One two three. Four five six seven."], TEXTS)

    def test_no_invalid_citation_covers(self) -> None:
        """Right words at wrong offsets cover nothing."""
        assert not metrics.covers(cite("a", TEXT, "Four five six seven.", shift=1), ["Four five six seven."], TEXTS)


class TestCitationMetrics:
    """Validity, recall and precision."""

    def test_validity_reads_the_stored_text(self) -> None:
        """Two of four citations equal the stored text: one is moved, one is of an article that is not stored."""
        answer = answering(cited(0, 14), cited(15, 35), cite("a", TEXT, "One", shift=1), cite("gone", TEXT, "One"))
        assert metrics.citation_validity(answer, TEXTS) == Share(2, 4)

    def test_validity_of_an_impossible_range(self) -> None:
        """Offsets outside the text, or an empty quote, are not valid."""
        outside = cite("a", TEXT, "ten.", shift=10)
        assert metrics.citation_validity(answering(outside), TEXTS) == Share(0, 1)
        assert metrics.citation_validity(answering(cited(3, 3)), TEXTS) == Share(0, 1)

    def test_validity_of_nothing(self) -> None:
        """An answer without citations does not count."""
        assert metrics.citation_validity(declining(), TEXTS) is None

    def test_any_gold_quote_is_recalled(self) -> None:
        """One of two gold quotes covered is a recalled question and half of its facts."""
        question = golden(gold_quotes=("One two three.", "Eight nine ten."))
        answer = answering(cited(0, 14), cited(15, 35))
        assert metrics.gold_quote_recall(question, answer, TEXTS) == Share(1, 1)
        assert metrics.citation_recall(question, answer, TEXTS) == Share(1, 2)
        assert metrics.citation_precision(question, answer, TEXTS) == Share(1, 2)

    def test_also_valid_stands_for_the_only_fact(self) -> None:
        """An also-valid quote counts for recall, fact recall and precision where there is one gold quote."""
        question = golden(gold_quotes=("One two three.",), also_valid=("Eight nine ten.",))
        answer = answering(cited(36, 51))
        assert metrics.gold_quote_recall(question, answer, TEXTS) == Share(1, 1)
        assert metrics.citation_recall(question, answer, TEXTS) == Share(1, 1)
        assert metrics.citation_precision(question, answer, TEXTS) == Share(1, 1)

    def test_also_valid_stands_for_no_fact_in_particular(self) -> None:
        """With several gold quotes an also-valid one is recalled and precise, but no gold fact."""
        question = golden(gold_quotes=("One two three.", "Four five six seven."), also_valid=("Eight nine ten.",))
        answer = answering(cited(36, 51))
        assert metrics.gold_quote_recall(question, answer, TEXTS) == Share(1, 1)
        assert metrics.citation_recall(question, answer, TEXTS) == Share(0, 2)
        assert metrics.citation_precision(question, answer, TEXTS) == Share(1, 1)

    def test_a_refusal_recalls_nothing(self) -> None:
        """A declined answerable question counts against recall, whatever was closest; not against precision."""
        question = golden(gold_quotes=("One two three.",))
        assert metrics.gold_quote_recall(question, declining(cited(0, 14)), TEXTS) == Share(0, 1)
        assert metrics.citation_recall(question, declining(), TEXTS) == Share(0, 1)
        assert metrics.citation_precision(question, declining(), TEXTS) is None

    def test_an_answered_unanswerable_question_costs_precision(self) -> None:
        """Citations given to a question that the articles do not answer cover nothing and count."""
        question = golden(status="insufficient_evidence")
        answer = answering(cited(0, 14), cited(15, 35))
        assert metrics.citation_precision(question, answer, TEXTS) == Share(0, 2)
        assert metrics.gold_quote_recall(question, answer, TEXTS) is None

    def test_articles_where_no_quote_is_known(self) -> None:
        """With gold articles alone, articles are recalled and precise; with gold quotes they are not counted."""
        question = golden(article_ids=("a", "c"))
        answer = answering(cited(0, 14), cited(15, 35), cited(14, 34, "b"))
        assert metrics.article_recall(question, answer) == Share(1, 2)
        assert metrics.article_precision(question, answer) == Share(2, 3)
        assert metrics.citation_precision(question, answer, TEXTS) is None
        assert metrics.article_recall(golden(article_ids=("a",), gold_quotes=("x",)), answer) is None
        assert metrics.is_right(question, answer, TEXTS)

    @given(st.lists(st.tuples(st.integers(0, 51), st.integers(0, 51)), max_size=6))
    @settings(deadline=None)
    def test_parts_never_exceed_wholes(self, ranges: list[tuple[int, int]]) -> None:
        """Whatever is cited, each share lies between 0 and 1, and a question recalled has a fact or quote covered."""
        question = golden(gold_quotes=("One two three.", "Eight nine ten."))
        answer = answering(*(cited(min(pair), max(pair)) for pair in ranges))
        shares = [
            metrics.citation_validity(answer, TEXTS),
            metrics.gold_quote_recall(question, answer, TEXTS),
            metrics.citation_recall(question, answer, TEXTS),
            metrics.citation_precision(question, answer, TEXTS),
        ]
        assert all(0 <= share.part <= share.whole for share in shares if share is not None)
        recalled = metrics.gold_quote_recall(question, answer, TEXTS)
        found = metrics.citation_recall(question, answer, TEXTS)
        assert recalled is not None
        assert found is not None
        assert bool(recalled.part) == bool(found.part)


class TestRefusals:
    """Declining."""

    @pytest.mark.parametrize("status", ["answered", "partial", "conflicting"])
    def test_of_answerable_questions(self, status: str) -> None:
        """Declining an answerable question is a false refusal, whatever kind of answer it has."""
        assert metrics.false_refusal(golden(status=status), declining()) == Share(1, 1)
        assert metrics.false_refusal(golden(status=status), answering(cited(0, 3))) == Share(0, 1)
        assert metrics.refusal_recall(golden(status=status), declining()) is None

    def test_of_unanswerable_questions(self) -> None:
        """Declining an unanswerable question is recalled; a partial answer to it is not."""
        question = golden(status="insufficient_evidence")
        assert metrics.refusal_recall(question, declining()) == Share(1, 1)
        assert metrics.refusal_recall(question, Answer(status="partial", mode="quotes")) == Share(0, 1)
        assert metrics.false_refusal(question, declining()) is None

    def test_flagging_conflicts(self) -> None:
        """Only conflicting questions count, and only the status `conflicting` flags them."""
        assert metrics.conflict_flagged(golden(status="conflicting"), answering()) == Share(0, 1)
        flagged = Answer(status="conflicting", mode="quotes")
        assert metrics.conflict_flagged(golden(status="conflicting"), flagged) == Share(1, 1)
        assert metrics.conflict_flagged(golden(), flagged) is None

    def test_the_event_that_the_score_states(self) -> None:
        """A refusal is right if its closest quote would have answered; no unanswerable question is ever right."""
        question = golden(gold_quotes=("One two three.",))
        assert metrics.is_right(question, declining(cited(0, 14)), TEXTS)
        assert not metrics.is_right(question, declining(cited(15, 35)), TEXTS)
        assert not metrics.is_right(golden(status="insufficient_evidence"), answering(cited(0, 14)), TEXTS)


class TestAttribution:
    """Who said it."""

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("Dahl", "Renske Dahl", True),
            ("Foreign Minister Edda Crane", "edda crane", True),
            ("Mr Crane", "Crane", True),
            ("Ingrid Sæther-Bowe", "Saether-Bowe", False),
            ("José Núñez", "Jose Nunez", True),
            ("Ivo Crane", "Edda Crane", False),
            ("Mr", "Crane", False),
        ],
    )
    def test_names_of_one_person(self, one: str, other: str, same: bool) -> None:
        """Forms of a name agree if the words of one are all in the other, titles and accents aside."""
        assert metrics.same_person(one, other) is same
        assert metrics.same_person(other, one) is same

    @pytest.mark.parametrize(
        ("quote", "speaker", "errors"),
        [
            ("One two three.", "Edda Crane", 0),
            ("One two three.", "Crane", 0),
            ("One two three.", None, 0),
            ("One two three.", "Ivo Crane", 1),
            ("Four five six seven.", "Edda Crane", 1),
            ("One two three. Four five six seven.", "Edda Crane", 1),
            ("Four five", None, 1),
        ],
    )
    def test_another_persons_words(self, quote: str, speaker: str | None, errors: int) -> None:
        """Another speaker's name, or half of the wrong quote's words, is an error; the article's own voice is not."""
        question = golden(kind="said_about", speaker="Edda Crane", wrong_quotes=("Four five six seven.",))
        answer = answering(cite("a", TEXT, quote, speaker=speaker))
        assert metrics.attribution_errors(question, answer, TEXTS) == Share(errors, 1)

    def test_one_word_too_many_is_no_error(self) -> None:
        """A citation that touches the wrong quote by a word is not another person's words."""
        question = golden(kind="said_about", speaker="Edda Crane", wrong_quotes=("Four five six seven.",))
        assert metrics.attribution_errors(question, answering(cited(0, 19)), TEXTS) == Share(0, 1)

    def test_which_questions_count(self) -> None:
        """Refusals and other kinds of question do not count; an answered unanswerable said-about question does."""
        question = golden(kind="said_about", speaker="Edda Crane")
        assert metrics.attribution_errors(question, declining(), TEXTS) is None
        assert metrics.attribution_errors(golden(speaker="Edda Crane"), answering(cited(0, 3)), TEXTS) is None
        absent = golden(
            kind="said_about", speaker="Ivo", status="insufficient_evidence", wrong_quotes=("One two three.",)
        )
        assert metrics.attribution_errors(absent, answering(cited(0, 14)), TEXTS) == Share(1, 1)


def squad(text: str) -> str:
    """SQuAD's normalisation in the words of its description, for ASCII."""
    kept = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


class TestShortAnswers:
    """Exact match, F1, containment."""

    @given(st.text(alphabet=string.printable, max_size=60))
    @settings(deadline=None)
    def test_normalisation_is_squads(self, text: str) -> None:
        """For ASCII the normalisation is SQuAD's."""
        assert metrics.normalise(text) == squad(text)

    def test_typographic_punctuation(self) -> None:
        """Curly quotes, dashes and ellipses are punctuation, and an apostrophe leaves no gap."""
        assert metrics.normalise("“You’re – the… best!”") == metrics.normalise('"You\'re - best"') == "youre best"

    @pytest.mark.parametrize(
        ("short", "exact", "f1", "within"),
        [
            ("The 900.", 1, 1.0, 1),
            ("900 visitors", 0, 2 / 3, 1),
            ("1900", 0, 0.0, 0),
            ("", 0, 0.0, 0),
            ("nine hundred", 1, 1.0, 1),
            ("900 " + "x " * 14, 0, 2 / 16, 1),
            ("900 " + "x " * 15, 0, 2 / 17, 0),
        ],
    )
    def test_scores(self, short: str, exact: int, f1: float, within: int) -> None:
        """The best gold answer counts; containment asks for whole words and at most 15 of them."""
        question = golden(gold_answers=("900", "nine hundred"))
        answer = answering(short_answer=short)
        found = metrics.token_f1(question, answer)
        assert metrics.exact_match(question, answer) == Share(exact, 1)
        assert found is not None
        assert found.part == pytest.approx(f1)
        assert metrics.contains(question, answer) == Share(within, 1)

    @given(
        st.lists(st.sampled_from(["x", "y", "z"]), max_size=6), st.lists(st.sampled_from(["x", "y", "z"]), max_size=6)
    )
    @settings(deadline=None)
    def test_f1_is_the_harmonic_mean(self, given_words: list[str], gold_words: list[str]) -> None:
        """F1 equals 2PR / (P + R) of the shared tokens."""
        common = sum((Counter(given_words) & Counter(gold_words)).values())
        precision, recall = common / max(1, len(given_words)), common / max(1, len(gold_words))
        expected = 2 * precision * recall / (precision + recall) if common else float(given_words == gold_words)
        share = metrics.token_f1(
            golden(gold_answers=(" ".join(gold_words),)), answering(short_answer=" ".join(given_words))
        )
        assert share is not None
        assert share.part == pytest.approx(expected)

    def test_questions_without_gold_answers_do_not_count(self) -> None:
        """Neither do unanswerable ones."""
        for question in (golden(), golden(status="insufficient_evidence", gold_answers=("x",))):
            for metric in (metrics.exact_match, metrics.token_f1, metrics.contains):
                assert metric(question, answering(short_answer="x")) is None

    def test_the_floor_is_the_most_frequent_answer_of_a_kind(self) -> None:
        """Always saying the most frequent answer of each kind scores the floor."""
        rows = [("yes_no", "Yes"), ("yes_no", "yes."), ("yes_no", "No"), ("number", "3")]
        questions = [golden(kind=kind, gold_answers=(answer,)) for kind, answer in rows]
        majority = metrics.majority_answers(questions)
        assert majority == {"yes_no": "yes", "number": "3"}
        floors = [metrics.majority_floor(question, majority) for question in questions]
        assert floors == [Share(1, 1), Share(1, 1), Share(0, 1), Share(1, 1)]
        unanswerable = GoldenQuestion(id="u", kind="yes_no", text="?", status="insufficient_evidence")
        assert metrics.majority_floor(unanswerable, majority) is None
