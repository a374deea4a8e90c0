"""A text is told to hold, or not to hold, the kind of thing that a question asks for."""

import pytest

from qa.answer_types import fits_exactly, holds_answer
from qa.forms import Kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "They changed 40 valves."),
        ("number", "They changed forty valves."),
        ("when", "It reopened on Monday."),
        ("when", "It reopened in March 2021."),
        ("where", "It stands near Tarnby."),
        ("who", "The pump house is run by Marit Osk."),
        ("why", "It closed because the valves leaked."),
        ("yes_no", "It is open."),
        ("other", "It is open."),
        ("said_about", "It is open."),
    ],
)
def test_what_is_asked_for_is_there(kind: Kind, text: str) -> None:
    """A text with the kind of thing that is asked for holds it; some kinds ask for nothing in particular."""
    assert holds_answer(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "They changed the valves."),
        ("number", "They changed the valves on 4 March 2021."),
        ("when", "They changed the valves."),
        ("where", "They changed valves."),
        ("who", "They changed the valves."),
    ],
)
def test_what_is_asked_for_is_not_there(kind: Kind, text: str) -> None:
    """A text without the thing does not hold it; the number of a day or a year is no count."""
    assert not holds_answer(kind, text)


def test_who_asks_for_another_name() -> None:
    """The name in the question does not answer who it was."""
    assert not holds_answer("who", "Marit Osk was there.", names=("Osk",))
    assert holds_answer("who", "Marit Osk met Jon Reke.", names=("Osk",))


@pytest.mark.parametrize(
    ("question", "fitting", "other"),
    [
        ("How old is Marit Osk?", "Marit Osk, 54, runs the pump house.", "Marit Osk runs 54 pumps."),
        ("What did the repair cost?", "The repair took 212,000 crowns.", "The repair took nine weeks."),
        ("What was the turnout?", "61 per cent of voters came.", "Voters came in 61 boats."),
        (
            "How many valves were changed?",
            "They changed all forty valves.",
            "Nine weeks went by before anybody looked at the valves.",
        ),
    ],
)
def test_what_fits_to_the_letter(question: str, fitting: str, other: str) -> None:
    """An age, money, a share or the thing counted fits; another number does not."""
    assert fits_exactly(question, fitting) == 1.0
    assert fits_exactly(question, other) == 0.0


def test_what_cannot_be_told_is_even() -> None:
    """A question that asks for nothing exact neither speaks for a text nor against it."""
    assert fits_exactly("Who runs the pump house?", "Marit Osk runs it.") == 0.5


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("The flood has caused more than 320,000 deaths.", 1.0),
        ("In all 41 were killed.", 1.0),
        ("The storm took twelve lives.", 1.0),
        ("The flood reached 41 streets.", 0.5),
        ("Nobody knows.", 0.5),
    ],
)
def test_the_dead_are_counted_under_many_names(text: str, fits: float) -> None:
    """Who asks how many people died is answered by deaths; another number says nothing either way."""
    assert fits_exactly("How many people have died in the flood?", text) == fits
    assert fits_exactly("How many people came to the fair?", text) == 0.5
