"""Candidates are sifted by their features; the likeliest few are read, and only they change places."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from indexes.types import Article
from qa.answerability import answers, first_that_answers, rank, sift
from qa.evidence import Candidate, Features, with_reading

ARTICLE = Article(id="mill", title="Mill to close", text="".join(f"Sentence number {n:02}. " for n in range(40)))
QUESTION = "What is to close?"


class Recorder:
    """A cross-encoder that gives the logits it is told, and remembers what it was shown."""

    def __init__(self, logits: Sequence[float]) -> None:
        self.shown: list[str] = []
        self._logits = logits

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """The next logits."""
        assert question == QUESTION
        self.shown += texts
        return self._logits[: len(texts)]


def candidate(place: int, dense: float) -> Candidate:
    """A candidate that differs from the others in one feature."""
    return Candidate(
        article=ARTICLE, start=place * 20, end=place * 20 + 19, speaker=None, features=Features(dense=dense)
    )


def test_reading_decides_among_the_likely() -> None:
    """Of two that promise as much, the one that answers when read goes first."""
    one, other = candidate(0, 0.6), candidate(1, 0.6)
    reranker = Recorder([-4.0, 5.0])
    ranked = rank(QUESTION, [one, other], reranker)
    assert [found.start for found in ranked] == [20, 0]
    assert reranker.shown == [one.shown, other.shown]
    assert answers(ranked[0]) > answers(ranked[1])


def test_the_unlikely_are_not_read() -> None:
    """Nor do they pass those that were."""
    strong, weak = candidate(0, 0.9), candidate(1, 0.0)
    reranker = Recorder([-9.0])
    ranked = rank(QUESTION, [weak, strong], reranker)
    assert reranker.shown == [strong.shown]
    assert [found.start for found in ranked] == [0, 20]


def test_nothing_to_rank() -> None:
    """No candidates, nothing read."""
    reranker = Recorder([])
    assert rank(QUESTION, [], reranker) == sift([]) == []
    assert reranker.shown == []


def test_what_is_shown() -> None:
    """Headline, speaker, the words before in the same paragraph, the quote."""
    article = Article(id="a", title="Mill", text="Other paragraph.\nOsk was calm. “It will close.”")
    start = article.text.index("“")
    found = Candidate(article=article, start=start, end=len(article.text), speaker="Marit Osk", features=Features())
    assert found.shown == "Mill | Marit Osk | Osk was calm. | “It will close.”"


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-9, 9)), max_size=12))
def test_ranks_are_orderly(values: list[tuple[float, float]]) -> None:
    """All candidates once, by falling score between 0 and 1."""
    given_ = [candidate(place, dense) for place, (dense, _) in enumerate(values)]
    ranked = rank(QUESTION, given_, Recorder([logit for _, logit in values]))
    assert sorted(found.start for found in ranked) == [found.start for found in given_]
    scores = [found.score for found in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len([found for found in ranked if found.features.read]) <= 5


def test_the_first_that_answers_by_itself() -> None:
    """What was not read is read for it, in order; what was is not read again."""
    unread, read = candidate(0, 0.6), with_reading(candidate(1, 0.6), 6.0)
    reranker = Recorder([-6.0])
    found = first_that_answers(QUESTION, [unread, read], reranker, least=answers(read))
    assert found is read
    assert reranker.shown == [unread.shown]
    assert first_that_answers(QUESTION, [unread], Recorder([-6.0]), least=answers(read)) is None
    assert first_that_answers(QUESTION, [], Recorder([]), least=0.0) is None
