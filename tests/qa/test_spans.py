"""Whose words are meant: names, and descriptions that only one of several articles explains."""

import pytest

from indexes.types import Article
from qa.spans import Reading, find_speakers
from tests.fakes.reading import ReadCatalogue

OFFICE = Article(
    id="office",
    title="Mill to close",
    text="“The mill will close,” said Marit Osk, the director of the water board. Jon Reke, a miller, wept.",
)
ALONE = Article(id="alone", title="Valves", text="“We changed every valve,” Osk said. “It took a week.”")
CALLED = Article(
    id="called",
    title="Row over the mill",
    text=(
        "Jon Reke, who has opposed every plan, was calm. “I have waited for this,” the opposition leader said of Osk. "
        "“He waits well,” Marit Osk said of the opposition leader."
    ),
)
COUSINS = Article(
    id="cousins",
    title="The ferry",
    text=(
        "The ferry's owner, Casimir Vane, was on board. “She sails on,” Casimir Vane said. "
        "“I would sell her,” said his nephew, Iver Vane."
    ),
)
TWO = Article(
    id="two",
    title="Two mayors",
    text="“We meet at the bridge,” said Mayor Ada Brun. “Halfway,” said Mayor Nils Moe of Velle.",
)


def read(*articles: Article) -> list[Reading]:
    """The articles as they are read for evidence."""
    catalogue = ReadCatalogue(articles)
    ids = [article.id for article in articles]
    sentences, quotations = catalogue.sentences(ids), catalogue.quotations(ids)
    return [Reading(one, sentences[one.id], quotations[one.id], ()) for one in articles]


@pytest.mark.parametrize(
    ("asked", "articles", "found"),
    [
        ("Osk", (OFFICE, ALONE), {"Marit Osk", "Osk"}),
        ("the director of the water board", (OFFICE, ALONE), {"Marit Osk", "Osk"}),
        ("the director of the water board", (ALONE,), set()),
        ("the opposition leader", (CALLED,), {"Jon Reke"}),
        ("the owner of the ferry", (COUSINS,), {"Casimir Vane"}),
        ("the mayor", (TWO,), set()),
        ("the harbour master", (OFFICE, ALONE, CALLED, COUSINS, TWO), set()),
        ("Brennick", (OFFICE, ALONE, CALLED), set()),
    ],
)
def test_who_is_meant(asked: str, articles: tuple[Article, ...], found: set[str]) -> None:
    """One person under all names, whichever article gives the office; nobody where two fit or none does."""
    assert set(find_speakers(read(*articles), asked)) == found


@pytest.mark.parametrize("asked", ["", "the", "the (", "a.*b", "the mayor of [", "the opposition leader)"])
def test_any_description(asked: str) -> None:
    """What is asked is a text, never a pattern."""
    assert find_speakers(read(CALLED, TWO), asked) == []
