"""Whose words are meant: names, and descriptions that only one of several articles explains."""

import time

import pytest

from indexes.quotations import find_quotations
from indexes.types import Article, Span
from qa.spans import Reading, find_speakers, holds_names_of, words_of
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
MINISTER = Article(
    id="minister",
    title="The wreck",
    text="Orlandia’s culture minister, Lucan Vey, rejected the claim. “It is paper,” Lucan Vey said.",
)
DEPUTY = Article(
    id="deputy",
    title="The wreck again",
    text="“It is old paper,” said Orlandia’s deputy culture minister, Ada Stroom.",
)
TWO = Article(
    id="two",
    title="Two mayors",
    text="“We meet at the bridge,” said Mayor Ada Brun. “Halfway,” said Mayor Nils Moe of Velle.",
)


HARBOUR = Article(
    id="harbour",
    title="Dockers vote at Calder Quay",
    text=(
        "The dockers of Calder Quay have voted. Oda Brill, the mayor, was calm. “My door is open,” Oda Brill said. "
        "“So is mine,” said Per Lund, the mayor of Pellan."
    ),
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
        ("the Orlandian culture minister", (MINISTER,), {"Lucan Vey"}),
        ("the Velmarran culture minister", (MINISTER,), set()),
        ("the Orlandian culture minister", (MINISTER, DEPUTY), {"Lucan Vey"}),
        ("the deputy culture minister", (MINISTER, DEPUTY), {"Ada Stroom"}),
        ("the mayor", (TWO,), set()),
        ("the mayor of Velle", (TWO,), {"Nils Moe"}),
        ("the mayor of Calder Quay", (HARBOUR,), {"Oda Brill"}),
        ("the mayor of Pellan", (HARBOUR,), {"Per Lund"}),
        ("the mayor of Berlin", (HARBOUR,), set()),
        ("the deputy mayor of Calder Quay", (HARBOUR,), set()),
        ("the harbour master", (OFFICE, ALONE, CALLED, COUSINS, TWO), set()),
        ("Brennick", (OFFICE, ALONE, CALLED), set()),
    ],
)
def test_who_is_meant(asked: str, articles: tuple[Article, ...], found: set[str]) -> None:
    """One person under all names, whichever article gives the office; nobody where two fit or none does."""
    assert set(find_speakers(read(*articles), asked)) == found


@pytest.mark.parametrize(
    "text",
    [
        "“I am done,” Jon Reke told reporters after the mayor said no to the plan.",
        "“I will not,” Jon Reke said when the mayor asked him about the plan.",
        "“We shall see how it ends,” the deputy mayor said. Jon Reke was the deputy mayor.",
        "“He waits well,” Jon Reke said of the mayor.",
    ],
)
def test_who_is_only_spoken_of_does_not_speak(text: str) -> None:
    """The mayor stands in the sentence, and the words are not the mayor's."""
    assert "Jon Reke" not in find_speakers(read(Article(id="a", title="Plan", text=text)), "the mayor")


def test_cousins_do_not_share_a_quote() -> None:
    """Two people of one surname who speak one after the other stay apart."""
    readings = read(COUSINS)
    for quotable in words_of(readings[0], find_speakers(readings, "Vane")):
        words = COUSINS.text[quotable.start : quotable.end]
        assert ("sails" in words) != ("sell" in words)


@pytest.mark.parametrize("piece", ["A.", "“It is so,” said Jon Reke; ", "Reke, the mayor ", "mayor of "])
def test_long_texts_are_read_in_time(piece: str) -> None:
    """A hundred thousand characters without an end of a sentence take no square of their length."""
    article = Article(id="long", title="Long", text=f"“Yes,” said Jon Reke. {piece * (100_000 // len(piece))}")
    sentences = [Span(0, 22), Span(22, len(article.text))]
    quotations = find_quotations(article, sentences)
    started = time.thread_time()
    find_speakers([Reading(article, sentences, quotations, ())], "the mayor of Velle")
    assert time.thread_time() - started < 8


@pytest.mark.parametrize("asked", ["", "the", "the (", "a.*b", "the mayor of [", "the opposition leader)"])
def test_any_description(asked: str) -> None:
    """What is asked is a text, never a pattern."""
    assert find_speakers(read(CALLED, TWO), asked) == []


@pytest.mark.parametrize(
    ("description", "held"),
    [
        ("the mayor", True),
        ("the mayor of Tarnby", True),
        ("Tarnby's mayor", True),
        ("the Velle council", True),
        ("the mayor of Berlin", False),
        ("the former mayor of Tarnby and Berlin", False),
        ("the Norwegian minister", True),
        ("the minister of Norway", True),
    ],
)
def test_names_in_a_description(description: str, *, held: bool) -> None:
    """The mayor of another town is somebody else, whatever the rest of the description says."""
    text = "“We will mend it,” said Marit Osk, the mayor. A Norwegian minister came to Norway Square in Velle."
    assert holds_names_of(description, Article(id="a", title="Tarnby mends its pump", text=text)) is held
