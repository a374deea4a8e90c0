"""How an article that was sent becomes the one that is stored."""

import pytest

from api.archive_schemas import NewArticle
from indexes.types import Article, Outcome

BARE = {
    "title": "Bees swarm in Velle",
    "text": "A swarm of bees settled on the town hall of Velle. Nobody was stung.",
}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"id": "x", "url": "https://example.org/a"}, {"id": "x", "url": "https://example.org/b"}, True),
        ({"url": "https://example.org/a"}, {"url": "https://EXAMPLE.org/a#top", "text": "Other words."}, True),
        ({"url": "https://example.org/a"}, {"url": "https://example.org/b"}, False),
        ({}, {"title": "Another headline"}, True),
        ({}, {"text": "Other words."}, False),
    ],
)
def test_identity(first: dict[str, str], second: dict[str, str], *, same: bool) -> None:
    """The identity is the id that was given, else the address, else the words."""
    one, other = (NewArticle(**{**BARE, **given}).read(ordinal=1) for given in (first, second))
    assert isinstance(one, Article)
    assert isinstance(other, Article)
    assert (one.id == other.id) is same


def test_text_is_kept_to_the_letter() -> None:
    """Cleaning takes nothing from a text that has no furniture: words, quotation marks, ellipses and markup stay."""
    text = "“Well… it is <b>late</b>,” said Jon Reke — 'quite' late 🏭.\n\nA second paragraph, with &amp; in it."
    found = NewArticle(title="Late", text=text).read(ordinal=1)
    assert isinstance(found, Article)
    assert found.text == text


def test_nothing_but_furniture() -> None:
    """A text of which nothing is left is rejected with the reason, under its place in the request."""
    found = NewArticle(title="Nothing", text="\u200b …").read(ordinal=3)
    assert isinstance(found, Outcome)
    assert (found.source, found.kind, found.article_id) == ("http#3", "rejected", None)
    assert "no words" in str(found.reason)


@pytest.mark.parametrize(
    ("given", "published", "basis"),
    [
        ("2023-07-01", "2023-07-01", "stated"),
        ("2023-07-01T06:30:00+02:00", "2023-07-01T04:30:00Z", "stated"),
        ("2023-07-01T06:30:00", "2023-07-01", "stated"),
        (None, None, "unknown"),
    ],
)
def test_published(given: str | None, published: str | None, basis: str) -> None:
    """A day is kept as a day, an instant as UTC; a time without an offset is no instant, so only its day is kept."""
    found = NewArticle(**BARE, published=given).read(ordinal=1)
    assert isinstance(found, Article)
    assert (found.published, found.published_basis) == (published, basis)
