"""Outcomes: one for each article, and nothing is dropped in silence."""

from hypothesis import given
from hypothesis import strategies as st

from indexes.fingerprints import hash_article, hash_text
from indexes.outcomes import Intake
from indexes.types import Article, Outcome


def article(name: str, text: str, *, title: str = "T") -> Article:
    """An article from a file of its own."""
    return Article(id=name, title=title, text=text, source=f"{name}.txt")


def test_against_the_build_before() -> None:
    """New is created, the same is unchanged, another text or headline is replaced."""
    known = [article("same", "One."), article("text", "Two."), article("title", "Three.")]
    intake = Intake({one.id: (hash_text(one.text), hash_article(one)) for one in known})
    for one in (
        article("new", "Zero."),
        article("same", "One."),
        article("text", "Two!"),
        article("title", "Three.", title="Other"),
    ):
        intake.take(one)
    assert [one.kind for one in intake.outcomes] == ["created", "unchanged", "replaced", "replaced"]
    assert [one.source for one in intake.outcomes] == ["new.txt", "same.txt", "text.txt", "title.txt"]


def test_exact_copies() -> None:
    """A copy of a text is a duplicate of the one that came first, under its own id as well as under another."""
    intake = Intake({})
    for name in ("a", "b", "a"):
        intake.take(article(name, "Same words."))
    assert [(one.kind, one.article_id) for one in intake.outcomes] == [
        ("created", "a"),
        ("duplicate_of", "a"),
        ("duplicate_of", "a"),
    ]
    assert "'a'" in str(intake.outcomes[1].reason)
    assert len(intake.articles) == 1


def test_id_taken() -> None:
    """A second article under the same id is rejected, with the file that has it and the cure."""
    intake = Intake({})
    intake.take(article("a", "One."))
    intake.take(article("a", "Two."))
    assert intake.outcomes[1].kind == "rejected"
    assert intake.outcomes[1].reason == "the id 'a' is taken by 'a.txt'; give the article another id"


def test_what_cannot_be_stored() -> None:
    """A text without words and one with half a character are rejected with the reason."""
    intake = Intake({})
    intake.take(article("blank", " \n"))
    intake.take(article("half", "It rained \ud83d."))
    intake.take(Outcome(source="bad.pdf", kind="rejected", reason="unreadable"))
    assert [one.kind for one in intake.outcomes] == ["rejected"] * 3
    assert intake.explain_nothing().startswith("nothing could be indexed: blank.txt: no words")
    assert "bad.pdf: unreadable" in intake.explain_nothing()


def test_no_articles_at_all() -> None:
    """Without any article the cure is to name files that hold some."""
    assert "give files or folders" in Intake({}).explain_nothing()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["One.", "Two.", " "])), max_size=12))
def test_one_outcome_each(read: list[tuple[str, str]]) -> None:
    """There is one outcome for each article read; ids and texts to be indexed are different; counts add up."""
    intake = Intake({})
    for name, text in read:
        intake.take(article(name, text))
    assert len(intake.outcomes) == len(read) == sum(intake.count().values())
    assert (
        len({one.id for one in intake.articles}) == len({one.text for one in intake.articles}) == len(intake.articles)
    )
    indexed = [one for one in intake.outcomes if one.kind == "created"]
    assert [one.article_id for one in indexed] == [one.id for one in intake.articles]
