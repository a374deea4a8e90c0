"""Tests of choosing questions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import WrongUsage
from evals.sampling import choose_split, sample
from evals.types import GoldenQuestion
from tests.evals.world import golden

STATUSES = ["answered", "insufficient_evidence", "conflicting", "partial"]


def questions(counts: dict[str, int]) -> list[GoldenQuestion]:
    """So many questions of each status, in turns."""
    rows = [(number, status) for status, count in counts.items() for number in range(count)]
    return [golden(id=f"{status}-{number}", status=status) for number, status in sorted(rows)]


def test_twelve_questions_hold_unanswerable_ones() -> None:
    """Twelve of 150 hold their share of the 30 unanswerable ones, and one of the few conflicting ones."""
    chosen = sample(questions({"answered": 115, "insufficient_evidence": 30, "conflicting": 5}), limit=12, seed=0)
    counts = {status: sum(question.status == status for question in chosen) for status in STATUSES}
    assert counts == {"answered": 9, "insufficient_evidence": 2, "conflicting": 1, "partial": 0}


def test_the_seed_decides() -> None:
    """The same seed draws the same questions, another seed others."""
    all_of_them = questions({"answered": 100})
    assert sample(all_of_them, limit=10, seed=1) == sample(all_of_them, limit=10, seed=1)
    assert sample(all_of_them, limit=10, seed=1) != sample(all_of_them, limit=10, seed=2)


@given(
    st.dictionaries(st.sampled_from(STATUSES), st.integers(1, 30), min_size=1), st.integers(1, 60), st.integers(0, 5)
)
@settings(deadline=None)
def test_a_sample_is_exact_ordered_and_fair(counts: dict[str, int], limit: int, seed: int) -> None:
    """As many questions as asked for, each once, in order, and each status has one while there is room."""
    every = questions(counts)
    chosen = sample(every, limit=limit, seed=seed)
    assert len(chosen) == min(limit, len(every))
    assert list(chosen) == [question for question in every if question in chosen]
    if limit >= len(counts):
        assert {question.status for question in chosen} == set(counts)


def test_no_limit_takes_all() -> None:
    """Without a limit every question is taken."""
    assert len(sample(questions({"answered": 5}), limit=None, seed=0)) == 5


def test_splits() -> None:
    """A half holds its questions, `all` holds all, and a half that nobody has is an error."""
    halves = [golden(id="a", split="dev"), golden(id="b", split="held_out"), golden(id="c")]
    assert [question.id for question in choose_split(halves, "dev")] == ["a"]
    assert len(choose_split(halves, "all")) == 3
    with pytest.raises(WrongUsage, match="no question has the split 'held_out'"):
        choose_split([golden()], "held_out")
