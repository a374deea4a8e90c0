"""Of ranked candidates the few are picked that each say something of their own."""

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from indexes.types import Article
from qa.evidence import Candidate, Features
from qa.question import Part
from qa.selecting import as_evidence, of_one_voice, same_words, select

TEXT = (
    "Forty valves were changed at the pump house. The pump house at Tarnby cost 212,000 crowns. "
    "Frost took a third of the apples. The ferry lands at noon."
)
ARTICLE = Article(id="a", title="A headline", text=TEXT)


def candidate(words: str, score: float, *, article: Article = ARTICLE) -> Candidate:
    """The candidate with these words."""
    start = article.text.index(words)
    return Candidate(
        article=article, start=start, end=start + len(words), speaker=None, features=Features(), score=score
    )


VALVES = candidate("Forty valves were changed at the pump house.", 0.9)
COST = candidate("The pump house at Tarnby cost 212,000 crowns.", 0.8)
FROST = candidate("Frost took a third of the apples.", 0.3)


def test_the_best_is_always_chosen() -> None:
    """The first of the ranking is chosen however low its score; of nothing, nothing is chosen."""
    assert select([FROST], most=3) == [FROST]
    assert select([], most=3) == []


def test_only_those_close_to_the_best_are_chosen() -> None:
    """A candidate below the share of the best one's score is left out."""
    assert select([VALVES, COST, FROST], most=4, share=0.75) == [VALVES, COST]


def test_no_more_than_asked_for_are_chosen() -> None:
    """The number of chosen candidates is bounded."""
    assert select([VALVES, COST, FROST], most=2, share=0.0) == [VALVES, COST]


def test_overlapping_quotes_are_not_both_chosen() -> None:
    """Two candidates that share a character of an article are one too many."""
    part = candidate("valves were changed", 0.88)
    assert select([VALVES, part, COST], most=4, share=0.5) == [VALVES, COST]


def test_wire_copy_is_chosen_once() -> None:
    """The same words in another article say nothing of their own."""
    other = Article(id="b", title="Elsewhere", text="(AP) Forty valves were changed at the pump house.")
    copy = candidate("Forty valves were changed at the pump house.", 0.9, article=other)
    assert same_words(VALVES.quote, copy.quote)
    assert select([VALVES, copy, COST], most=4, share=0.5) == [VALVES, COST]


def test_words_differ_where_the_content_does() -> None:
    """Function words do not make two quotes the same, and empty ones are not the same as each other."""
    assert not same_words(VALVES.quote, COST.quote)
    assert not same_words("the of and", "a to in")


def test_evidence_is_the_words_at_their_place() -> None:
    """What leaves the package has the article's words at its offsets, with the candidate's score."""
    evidence = as_evidence(VALVES)
    assert evidence.article.text[evidence.start : evidence.end] == evidence.quote == VALVES.quote
    assert evidence.score == VALVES.score


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 40), st.floats(0, 1)), max_size=12),
    st.integers(1, 8),
)
def test_chosen_quotes_never_overlap(spans: list[tuple[int, int, float]], most: int) -> None:
    """Whatever is ranked, the chosen are few, come from the ranking, and share no character."""
    ranked = [
        Candidate(article=ARTICLE, start=start, end=start + length, speaker=None, features=Features(), score=score)
        for start, length, score in sorted(spans, key=lambda span: -span[2])
    ]
    chosen = select(ranked, most=most)
    assert len(chosen) <= most
    assert bool(chosen) is bool(ranked)
    places = sorted((one.start, one.end) for one in chosen)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(places))
    assert all(one in ranked for one in chosen)


def test_one_voice_at_a_time() -> None:
    """Where the best candidate is the words of one whom the question names, no other's words go along."""
    part = Part(text="Osk and the valves", kind="other", topic="valves", names=("Osk",))
    osk, reke = replace(VALVES, speaker="Marit Osk"), replace(COST, speaker="Jon Reke")
    assert of_one_voice(part, [osk, reke, FROST]) == [osk, FROST]
    assert of_one_voice(part, [reke, osk]) == [reke, osk]
    assert of_one_voice(part, [FROST, osk, reke]) == [FROST, osk, reke]
    assert of_one_voice(part, []) == []
