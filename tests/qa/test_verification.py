"""Claims are checked against the quotes that they cite, each check with claims that hold and claims that fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.types import Article
from qa.types import Evidence
from qa.verification import find_values, quoted_words_hold, verify_claim

VALVES = "“We changed every valve, all forty of them,” said engineer Marit Osk on Monday."
COST = "The repair of the pump house at Tarnby cost 212,000 crowns."
FROST = "“It was one night,” said Jon Reke, who grows apples in the Velle valley."
OPEN = "The pump house did not reopen before 5 June 2023."


def quoting(quote: str, speaker: str | None = None, *, outlet: str | None = None) -> Evidence:
    """Evidence that is an article's whole text."""
    article = Article(id="a", title="A headline", text=quote, outlet=outlet)
    return Evidence(article=article, start=0, end=len(quote), quote=quote, speaker=speaker, score=0.9)


SAID = quoting(VALVES, "Marit Osk")
COSTS = quoting(COST)
REKE = quoting(FROST, "Jon Reke")


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Marit Osk said that they changed every valve.", SAID),
        ("Osk said: “We changed every valve”.", SAID),
        ("All 40 valves were changed.", SAID),
        ("Every valve was changed, Osk said on Monday.", SAID),
        ("The repair cost 212,000 crowns.", COSTS),
        ("The repair at Tarnby cost 212 thousand crowns.", COSTS),
        ("The pump house did not reopen before 5 June.", quoting(OPEN)),
        ("It was one night, said Jon Reke.", REKE),
    ],
)
def test_a_true_claim_holds(claim: str, cited: Evidence) -> None:
    """A claim whose words, numbers, days, names and speaker stand in what it cites holds."""
    verdict = verify_claim(claim, [cited])
    assert verdict.holds, verdict.reason
    assert not verdict.reason


@pytest.mark.parametrize(
    ("claim", "cited", "reason"),
    [
        ("Osk said: “We changed each valve”.", SAID, "quoted words"),
        ("Osk said: “We changed every valve.", SAID, "quoted words"),
        ("All 41 valves were changed.", SAID, "a number"),
        ("All fifty valves were changed.", SAID, "a number"),
        ("The repair cost 212 million crowns.", COSTS, "a number"),
        ("Every valve was changed, Osk said on Tuesday.", SAID, "a day"),
        ("The pump house did not reopen before 5 July.", quoting(OPEN), "a day"),
        ("The repair of the pump house at Velle cost 212,000 crowns.", COSTS, "a name"),
        ("The repair did not cost 212,000 crowns.", COSTS, "a negation"),
        ("Nobody changed every valve.", SAID, "a negation"),
        ("They never changed the valves.", SAID, "a negation"),
        ("That repair woke hungry dragons beneath sunken gardens.", COSTS, "only"),
        ("", SAID, "empty"),
        ("  \n", SAID, "empty"),
    ],
)
def test_a_false_claim_fails_with_its_reason(claim: str, cited: Evidence, reason: str) -> None:
    """A claim with anything that its citation does not have fails, and the reason names it."""
    verdict = verify_claim(claim, [cited])
    assert not verdict.holds
    assert verdict.reason.startswith(reason)


def test_a_claim_that_cites_nothing_fails() -> None:
    """Without a citation no claim holds."""
    assert verify_claim("The repair cost 212,000 crowns.", []).reason == "nothing cited"


def test_words_do_not_change_their_speaker() -> None:
    """Words given to a person who stands in another citation, but did not say them, fail."""
    assert verify_claim("Jon Reke said: “It was one night”.", [REKE]).holds
    verdict = verify_claim("Jon Reke said that they changed every valve.", [SAID])
    assert not verdict.holds


def test_a_person_who_is_only_named_did_not_say_it() -> None:
    """The words of one speaker are not given to another person whom the quote names."""
    quote = "“Jon Reke never paid for the valves,” said Marit Osk."
    cited = quoting(quote, "Marit Osk")
    assert verify_claim("Marit Osk said: “Jon Reke never paid for the valves”.", [cited]).holds
    verdict = verify_claim("“Jon Reke never paid for the valves,” said Jon Reke.", [cited])
    assert not verdict.holds
    assert verdict.reason.startswith("words given to Jon Reke")


def test_whoever_is_asked_about_must_be_known_to_speak() -> None:
    """Where somebody's words are asked for, a quote without a known speaker does not bear a claim."""
    assert verify_claim("They changed every valve.", [SAID], speaker="Marit Osk").holds
    assert not verify_claim("The repair cost 212,000 crowns.", [COSTS], speaker="Marit Osk").holds


def test_several_citations_bear_a_claim_together() -> None:
    """A claim may take its numbers from one quote and its words from another."""
    claim = "Every valve was changed, and the repair cost 212,000 crowns."
    assert verify_claim(claim, [SAID, COSTS]).holds
    assert not verify_claim(claim, [SAID]).holds


def test_an_outlet_may_be_named() -> None:
    """The outlet of a cited article is a name that a claim may use."""
    claim = "The repair of the pump house cost 212,000 crowns, the Tarnby Post writes."
    assert verify_claim(claim, [quoting(COST, outlet="Tarnby Post")]).holds


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,200", {1200}),
        ("3.5", {3.5}),
        ("1.2 million", {1_200_000}),
        ("twenty-one", {21}),
        ("three hundred", {300}),
        ("three hundred and five", {305}),
        ("two thousand", {2000}),
        ("seven or eight", {7, 8}),
        ("forty valves, 212,000 crowns", {40, 212_000}),
        ("no number at all", set()),
        ("", set()),
    ],
)
def test_numbers_are_read_as_digits_and_as_words(text: str, values: set[float]) -> None:
    """A number has one value, however it is written."""
    assert find_values(text) == values


@given(st.integers(0, 999_999_999))
def test_grouping_does_not_change_a_number(number: int) -> None:
    """A number has the same value with and without commas between its thousands."""
    assert find_values(f"{number:,}") == find_values(str(number)) == {float(number)}


def test_quoted_words_stand_in_one_quote() -> None:
    """Quoted words must stand in one quote whole, with their marks paired."""
    assert quoted_words_hold("She said “every valve” and “all forty”.", [VALVES])
    assert quoted_words_hold("Nothing is quoted.", [])
    assert not quoted_words_hold("She said “every pipe”.", [VALVES])
    assert not quoted_words_hold("She said “every valve.", [VALVES])
    assert not quoted_words_hold("She said “valve cost”.", ["every valve", "cost"])


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=120))
def test_any_text_gets_a_verdict(claim: str) -> None:
    """Whatever a model writes, verification says whether it holds, and says why not where it does not."""
    verdict = verify_claim(claim, [SAID, COSTS], speaker="Marit Osk")
    assert verdict.holds is not bool(verdict.reason)
