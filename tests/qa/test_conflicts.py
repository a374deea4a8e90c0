"""Cited quotes that give different values for the same counted thing are noticed."""

from indexes.types import Article
from qa.conflicts import find_conflict
from qa.question import read_question
from qa.types import Citation

ASKED = read_question("How many valves were changed?").parts


def citing(number: int, quote: str, *, article_id: str | None = None) -> Citation:
    """A citation that is an article's whole text."""
    article = Article(id=article_id or f"a{number}", title="A headline", text=quote)
    return Citation(
        number=number, id=f"c_{number}", quote=quote, start=0, end=len(quote), speaker=None, article=article
    )


FORTY = citing(1, "They changed 40 valves at the pump house.")


def test_two_values_for_one_thing_are_a_conflict() -> None:
    """Two articles that count the thing asked about differently are both named, in the order of their citations."""
    other = citing(2, "The engineer says that 38 valves were changed.")
    assert find_conflict(ASKED, [FORTY, other]) == (FORTY, other)


def test_one_value_is_no_conflict() -> None:
    """The same value, whatever stands around it, is no conflict."""
    assert find_conflict(ASKED, [FORTY, citing(2, "All 40 worn valves are new.")]) is None
    assert find_conflict(ASKED, [FORTY]) is None
    assert find_conflict(ASKED, []) is None


def test_values_of_different_things_are_no_conflict() -> None:
    """Numbers that count something else do not clash."""
    assert find_conflict(ASKED, [FORTY, citing(2, "It took 38 workers to open the house.")]) is None


def test_an_article_does_not_contradict_itself() -> None:
    """Two values of one article are its own story, such as before and after."""
    assert find_conflict(ASKED, [FORTY, citing(2, "At first 38 valves were changed.", article_id="a1")]) is None


def test_only_a_question_for_a_number_can_conflict() -> None:
    """Where no number is asked for, different numbers are no conflict."""
    parts = read_question("Who changed the valves?").parts
    assert find_conflict(parts, [FORTY, citing(2, "She changed 38 valves.")]) is None
