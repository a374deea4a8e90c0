"""Every format of the news industry gives the same article for the same story."""

import socket
from pathlib import Path

import pytest

from indexes.readers.drafts import Draft, Reading
from indexes.readers.json_files import read_json
from indexes.readers.reading import read_sources
from indexes.readers.xml_files import read_xml
from indexes.types import Article
from tests.indexes.readers.news_documents import DOCUMENTS, Story


def article_of_file(ending: str, document: str, folder: Path) -> Article:
    """The one article of a file."""
    path = folder / f"a{ending}"
    path.write_text(document, encoding="utf-8")
    (result,) = read_sources([path])
    assert isinstance(result, Article)
    return result


def readings(ending: str, document: str) -> list[Reading]:
    """What the reader of the format says."""
    return list((read_json if ending.startswith(".json") else read_xml)(document.encode()))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_article(name: str, tmp_path: Path) -> None:
    """Title, text, outlet, author, date, language and identity are the same, whatever the format."""
    story = Story()
    article = article_of_file(*DOCUMENTS[name], tmp_path)
    assert article.text.split("\n\n") == list(story.paragraphs)
    assert (article.id, article.title) == (story.id, story.title)
    assert (article.outlet, article.authors) == (story.outlet, (story.author,))
    assert (article.published, article.published_basis) == (story.published, "stated")
    assert article.language == story.language


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_draft(name: str) -> None:
    """The time of the last change and the section are the same, whatever the format."""
    (draft,) = readings(*DOCUMENTS[name])
    assert isinstance(draft, Draft)
    assert (draft.updated, draft.section) == (Story().updated, Story().section)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_network(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a document with a DTD, catalogues and addresses opens no connection."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    ending, document = DOCUMENTS[name]
    dtd = "" if ending.startswith(".json") else '<!DOCTYPE nitf SYSTEM "http://127.0.0.1:9/nitf.dtd">'
    (draft,) = readings(ending, dtd + document)
    assert isinstance(draft, Draft)
