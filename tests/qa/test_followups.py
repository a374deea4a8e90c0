"""Follow-up questions are understood from the conversation before them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.words import find_words
from qa.errors import Abandoned, ModelFailed, ModelUnavailable
from qa.followups import restate
from qa.models.scripted import ScriptedModel
from qa.restating import Restater
from qa.types import Turn

SPEAKERS = ("Marit Osk", "Jon Reke", "Ilse Brandow", "Orla Quist")
OSK = ("What did Marit Osk say about the valves?", "Marit Osk said: “We changed every valve.”")
MILL = ("When did the mill close?", "The mill closed in May.")
REPAIR = ("How much did the repair of the pump house cost?", "212,000 crowns.")
PETREL = ("Where did the Petrel run aground?", "off Cold Point")
BRANDOW = ("Who is the harbour master of Skarn?", "Ilse Brandow is the harbour master. [1]")


def turns(*told: tuple[str, str]) -> list[Turn]:
    """A conversation."""
    return [Turn(question=question, answer=answer) for question, answer in told]


@pytest.mark.parametrize(
    ("history", "asked", "understood"),
    [
        ([OSK], "And Jon Reke?", "What did Jon Reke say about the valves?"),
        ([OSK], "What about the pump house?", "What did Marit Osk say about the pump house?"),
        ([OSK], "And about the school?", "What did Marit Osk say about the school?"),
        ([OSK], "What did she say about the canal?", "What did Marit Osk say about the canal?"),
        ([OSK], "And what did Jon Reke think?", "And what did Jon Reke think about the valves?"),
        ([OSK, ("And Jon Reke?", "Nothing.")], "What did he say about frost?", "What did Jon Reke say about frost?"),
        ([MILL], "Why?", "Why did the mill close?"),
        ([MILL], "Who owned it?", "Who owned the mill?"),
        ([MILL], "And the bakery?", "When did the bakery close?"),
        ([("How many people live in Tarnby?", "3,000.")], "And in Velle?", "How many people live in Velle?"),
        ([BRANDOW], "What did she say about the rudder?", "What did Ilse Brandow say about the rudder?"),
        ([("Does the ferry sail?", "Not before Friday.")], "Why not?", "Why does the ferry sail?"),
        ([("What did the repair cost?", "212,000 crowns.")], "Who paid for it?", "Who paid for the repair?"),
        ([REPAIR], "When was it finished?", "When was the repair finished?"),
        ([PETREL], "When?", "When did the Petrel run aground?"),
        ([PETREL], "How many people were on board of it?", "How many people were on board of the Petrel?"),
        ([("What did Osk say about Reke?", "“Reke is right.”")], "When was he elected?", "When was Reke elected?"),
    ],
)
def test_a_follow_up_stands_alone(history: list[tuple[str, str]], asked: str, understood: str) -> None:
    """Pronouns are replaced, and what “And X?” or “Why?” leave out is taken from the question before."""
    restated = restate(asked, turns(*history), speakers=SPEAKERS)
    assert (restated.text, restated.open) == (understood, False)


@pytest.mark.parametrize(
    "asked",
    [
        "What did Jon Reke say about his apples?",
        "How many passengers were on the ferry?",
        "Is it true that the school in Velle is closed?",
        "What did Orla Quist say about the Petrel, and when did she say it?",
    ],
)
def test_a_whole_question_stays_as_it_is(asked: str) -> None:
    """A question that names what it means is not mixed with what came before."""
    assert restate(asked, turns(OSK, MILL), speakers=SPEAKERS).text == asked


@pytest.mark.parametrize(
    ("history", "asked", "added"),
    [
        (("Where is the new school?", "In Tarnby."), "How many children go there?", "the new school"),
        (MILL, "Was anybody hurt?", "the mill"),
    ],
)
def test_what_rules_do_not_find_is_left_open(history: tuple[str, str], asked: str, added: str) -> None:
    """Then the conversation's things are added, so that they are looked for at least."""
    restated = restate(asked, turns(history), speakers=SPEAKERS)
    assert restated.open
    assert restated.text == f"{asked.rstrip('?')} ({added})?"


spoken = [
    "he",
    "it",
    "The",
    "mill",
    "And",
    "why?",
    "Marit",
    "Osk’s",
    "\u202e",
    "(",
    "“It",
    "was.”",
    "\n",
    "did",
    "say",
    "there?",
]
words = st.lists(st.sampled_from(spoken), max_size=10).map(" ".join)


@given(words, st.lists(st.tuples(words, words), max_size=4))
def test_nothing_is_invented(asked: str, history: list[tuple[str, str]]) -> None:
    """Every word of a restated question was asked or answered before, whatever was; without a history it is untouched."""
    told = " ".join([asked, *(f"{q} {a}" for q, a in history)]).lower()
    restated = restate(asked, turns(*history), speakers=SPEAKERS).text
    known = {word.stem for word in find_words(told)} | {"about", "and", "the"}
    assert {word.stem for word in find_words(restated.lower())} <= known
    if not history:
        assert restated == " ".join(asked.split())


def replies(*texts: str) -> ScriptedModel:
    """A model that restates like this."""
    return ScriptedModel([json.dumps({"question": text}) for text in texts])


def test_the_model_restates_what_rules_leave_open() -> None:
    """It is shown the last turns and the question, and its words are taken where they bring in nothing new."""
    model = replies("Was anybody hurt when the mill closed?")
    assert Restater(model).restate("Was anybody hurt?", turns(MILL)) == "Was anybody hurt when the mill closed?"
    shown = model.prompts[0].messages[-1].content
    assert MILL[0] in shown
    assert MILL[1] in shown
    assert shown.endswith("Last question: Was anybody hurt?")


@pytest.mark.parametrize("reply", ["Was Jon Reke hurt?", "Was anybody hurt in 2019?", "", "?!"])
def test_what_the_model_makes_up_is_not_taken(reply: str) -> None:
    """A name or number that nobody mentioned is not asked about."""
    assert Restater(replies(reply)).restate("Was anybody hurt?", turns(MILL)) is None


@pytest.mark.parametrize(
    "answer", [ModelFailed("it stuttered"), ModelUnavailable("it is gone"), "[]", '{"question": 7}']
)
def test_a_failing_model_leaves_it_to_the_rules(answer: str | ModelFailed | ModelUnavailable) -> None:
    """No follow-up fails because of it."""
    assert Restater(ScriptedModel([answer])).restate("Why?", turns(MILL)) is None


def test_nobody_waits_for_a_restated_question() -> None:
    """One whose asker is gone ends."""
    with pytest.raises(Abandoned):
        Restater(replies("x")).restate("Why?", turns(MILL), watch=lambda _: True)
