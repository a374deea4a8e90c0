"""An answer as one text with footnotes."""

from dataclasses import replace

import pytest

from indexes.types import Article
from qa.footnotes import without_notes, write_note, write_quote, write_reply
from qa.types import Answer, Citation, Claim, Status

MILL = Article(
    id="mill-1",
    title="Mill at Upper Tarn to close",
    text="The mill will close. “The river has beaten us,” owner Edda Crane said.\nNobody asked the village.",
    outlet="Tarn Post",
    published="2031-03-02T09:30:00Z",
    url="https://example.org/mill",
)
QUOTE = "“The river has beaten us,” owner Edda Crane said."


def _citation(quote: str, *, number: int = 1, article: Article = MILL, speaker: str | None = None) -> Citation:
    start = article.text.index(quote)
    return Citation(
        number=number,
        id=f"c_{number}",
        quote=quote,
        start=start,
        end=start + len(quote),
        speaker=speaker,
        article=article,
    )


ANSWER = Answer(
    status="answered",
    mode="answer",
    answer="Crane said that the river had beaten them. [1] The mill will close. [2]",
    claims=(
        Claim(text="Crane said that the river had beaten them.", citations=(1,)),
        Claim(text="The mill will close.", citations=(2,)),
    ),
    citations=(_citation(QUOTE), _citation("The mill will close.", number=2)),
)


def test_answer_with_footnotes() -> None:
    """Below the answer each citation has a line with its quote, title, outlet, day and address."""
    assert write_reply(ANSWER) == (
        "Crane said that the river had beaten them. [1] The mill will close. [2]\n\n"
        f"[1] {QUOTE} — Mill at Upper Tarn to close, Tarn Post, 2031-03-02, https://example.org/mill\n"
        "[2] “The mill will close.” — Mill at Upper Tarn to close, Tarn Post, 2031-03-02, https://example.org/mill"
    )


def test_quotes_with_footnotes() -> None:
    """Where nothing was composed the quotes are the text, with who speaks in them; the footnotes need not repeat them."""
    answer = Answer(status="answered", mode="quotes", citations=(_citation(QUOTE, speaker="Edda Crane"),))
    assert write_reply(answer) == (
        f"{QUOTE} (speaker: Edda Crane) [1]\n\n"
        "[1] Mill at Upper Tarn to close, Tarn Post, 2031-03-02, https://example.org/mill"
    )


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("“The river has beaten us,”", "Edda Crane: “The river has beaten us,” [1]"),
        ("owner Edda Crane said.", "“owner Edda Crane said.” (speaker: Edda Crane) [1]"),
    ],
)
def test_nobody_says_the_words_of_the_article(quote: str, told: str) -> None:
    """A speaker goes before what is their words alone; words of the article around it are not put into anybody's mouth."""
    assert write_quote(_citation(quote, speaker="Edda Crane")) == told


def test_declined() -> None:
    """A declined question has its reason and no footnotes, whatever came closest."""
    answer = Answer(
        status="insufficient_evidence", mode="answer", reason="Nobody said so.", closest=(_citation(QUOTE),)
    )
    assert write_reply(answer) == "I cannot answer this from the articles of the archive. Nobody said so."


@pytest.mark.parametrize("status", ["partial", "conflicting"])
def test_reason(status: Status) -> None:
    """What an answer lacks, or contradicts, is told between it and its footnotes."""
    told = write_reply(replace(ANSWER, status=status, reason="The articles give different values; each is cited."))
    assert "close. [2]\n\nThe articles give different values; each is cited.\n\n[1] " in told


def test_what_is_unknown_is_left_out() -> None:
    """An article without outlet, day or address is named by its title, and without that by its id."""
    article = Article(id="a_1", title="The bell", text="It was cast.")
    assert write_note(_citation("It was cast.", article=article)) == "[1] “It was cast.” — The bell"
    assert write_note(_citation("It was cast.", article=replace(article, title=""))) == "[1] “It was cast.” — a_1"


def test_a_quotation_keeps_its_own_marks() -> None:
    """A quote with quotation marks gets no others around it; the words are never changed."""
    for words in ("“The river has beaten us,”", QUOTE):
        assert write_note(_citation(words)).startswith(f"[1] {words} — ")


@pytest.mark.parametrize("reply", [write_reply(ANSWER), write_reply(replace(ANSWER, claims=()))])
def test_notes_are_taken_off(reply: str) -> None:
    """A reply of ours loses its footnotes again, and keeps the marks in its text."""
    assert without_notes(reply) == ANSWER.answer


def test_a_refusal_says_nothing() -> None:
    """A refusal of ours counts as no answer in the conversation: whom it names was not spoken about."""
    declined = Answer(status="insufficient_evidence", mode="answer", reason="Edda Crane is not quoted on penguins.")
    assert without_notes(write_reply(declined)) == ""


def test_other_texts_stay() -> None:
    """A text without footnotes at its end stays as it is."""
    for text in ("", "Plain.", "It was [1] so.", "Line\nLine [2]"):
        assert without_notes(text) == text
