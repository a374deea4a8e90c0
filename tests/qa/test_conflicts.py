"""Candidates that give different values for the same counted thing are noticed."""

from indexes.types import Article
from qa.conflicts import find_contradictions, values_of
from qa.evidence import Candidate, Features
from qa.question import Part, read_question


def asked(text: str) -> Part:
    """The one part of a question."""
    return read_question(text).parts[0]


def telling(number: int, quote: str, *, article_id: str | None = None, day: str | None = None) -> Candidate:
    """A candidate that is an article's whole text."""
    article = Article(id=article_id or f"a{number}", title="A headline", text=quote, published=day)
    features = Features(cover_rest=0.8)
    return Candidate(article=article, start=0, end=len(quote), speaker=None, features=features, score=1 / number)


VALVES = asked("How many valves were changed?")
FORTY = telling(1, "They changed 40 valves at the pump house.")


def test_two_values_for_one_thing_are_a_conflict() -> None:
    """Of two candidates that count the thing asked about differently, the second is named."""
    other = telling(2, "The engineer says that 38 valves were changed.")
    assert find_contradictions(VALVES, [FORTY, other]) == [other]


def test_one_value_is_no_conflict() -> None:
    """The same value, whatever stands around it, is no conflict."""
    assert find_contradictions(VALVES, [FORTY, telling(2, "All 40 worn valves are new.")]) == []
    assert find_contradictions(VALVES, [FORTY]) == []
    assert find_contradictions(VALVES, []) == []


def test_values_of_different_things_are_no_conflict() -> None:
    """Numbers that count something else do not clash."""
    assert find_contradictions(VALVES, [FORTY, telling(2, "It took 38 workers to open the house.")]) == []


def test_money_is_compared_with_money() -> None:
    """A price has no counted thing in the question, so its currency is compared."""
    part = asked("How large was the gap in the budget?")
    assert values_of("a gap of 14.2 million crowns in 3 years", frozenset({"crown"})) == {"crown": {14_200_000.0}}
    best, other = telling(1, "The gap is 14.2 million crowns."), telling(2, "She put the gap at 16.8 million crowns.")
    assert find_contradictions(part, [best, other]) == [other]


def test_later_news_is_no_contradiction() -> None:
    """A value that was reported weeks later is an update."""
    best = telling(1, "They changed 40 valves.", day="2024-03-01")
    assert find_contradictions(VALVES, [best, telling(2, "By now 90 valves were changed.", day="2024-05-01")]) == []


def test_a_quote_that_explains_both_values_is_no_contradiction() -> None:
    """A correction that names the earlier value agrees with it."""
    assert find_contradictions(VALVES, [FORTY, telling(2, "Not 40 valves but 38 valves were changed.")]) == []


def test_the_latest_value_is_one() -> None:
    """Who asks for the corrected or latest value is not told of a conflict."""
    part = asked("How many valves were changed, by the latest count?")
    assert find_contradictions(part, [FORTY, telling(2, "The engineer says that 38 valves were changed.")]) == []


def test_only_a_question_for_a_number_can_conflict() -> None:
    """Where no number is asked for, different numbers are no conflict."""
    assert find_contradictions(asked("Who changed the valves?"), [FORTY, telling(2, "She changed 38 valves.")]) == []
