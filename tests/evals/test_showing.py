"""Tests of what a report's page shows of each case."""

from evals.showing import AROUND, CITATIONS, OUTCOMES, PASSAGE, cut_passage, cut_quote, show_cases
from evals.types import GOOD_OUTCOMES, Case, ShownQuote, Story

CASE = Case(id="t-1", kind="when", expected="answered", outcome="right")


def quote(before: str = "", words: str = "The mill will close.", after: str = "") -> ShownQuote:
    """A quote in its place."""
    return ShownQuote(
        article_id="tarn-1",
        title="Upper Tarn",
        outlet=None,
        published=None,
        speaker=None,
        before=before,
        quote=words,
        after=after,
    )


def test_every_good_outcome_is_explained() -> None:
    """No outcome that counts as good is without its sentence."""
    assert set(OUTCOMES) >= GOOD_OUTCOMES


def test_a_passage_is_cut_around_its_gold_quote() -> None:
    """The quote is whole and marked, the text around it short; white space may differ."""
    passage = "before " * 200 + "the gold\n quote" + " after" * 200
    pieces = cut_passage(passage, ("absent", "the gold quote"))
    assert [piece.text for piece in pieces if piece.marked] == ["the gold\n quote"]
    assert sum(len(piece.text) for piece in pieces) <= PASSAGE + 2
    assert pieces[0].text.startswith("…before")
    assert pieces[2].text.endswith("after…")


def test_a_passage_without_gold_is_its_beginning() -> None:
    """Nothing is marked; a short passage is whole."""
    (piece,) = cut_passage("word " * 200, ("absent",))
    assert not piece.marked
    assert piece.text.endswith("word…")
    assert len(piece.text) <= PASSAGE + 1
    assert [one.text for one in cut_passage("short", ())] == ["short"]


def test_a_quote_keeps_a_little_around_it() -> None:
    """Both sides are cut, at words where there are any."""
    pieces = cut_quote(quote(before="x" * 500, words="Quote.", after=" and" * 200))
    assert [piece.marked for piece in pieces] == [False, True, False]
    assert pieces[0].text == "…" + "x" * AROUND
    assert pieces[2].text.endswith("and…")


def test_a_case_that_cites_everything_shows_some() -> None:
    """Eight quotes are shown, the rest counted."""
    story = Story(question="?", quotes=(quote(),) * (CITATIONS + 3))
    (one,) = show_cases([CASE], {"t-1": story}, mode="quotes")
    assert (len(one.passages), one.left_out) == (CITATIONS, 3)
