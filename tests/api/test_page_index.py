"""The page of the index: what it tells, and to whom it offers changes."""

import re
from html import unescape
from pathlib import Path

from api.keys import KeyFile
from indexes.errors import IndexDamaged
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, wait_for_builds

HTML = {"Accept": "text/html"}


def text_of(page: str) -> str:
    """What is read on the page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_what_serves(client: Client) -> None:
    """The manifest is told in words, with the state of each part and the kept builds; the one that serves is marked."""
    response = client.get("/index")
    assert response.status_code == 200
    said = text_of(response.text)
    for words in (
        *("Articles 3", "Passages 3", "1 January 2024", "3 created", "shared-words", "whole", "ffffffffffffffff"),
        *("Language model ready", "Answers by default with the language model", "b_before+0", "b_fake+0"),
    ):
        assert words in said, words
    assert len(re.findall("serves now", said)) == 1
    assert re.findall(r'data-rollback="([^"]+)"', response.text) == ["b_before+0"]


def test_a_part_that_is_missing(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """A part that is missing is told, with why, without a path."""
    answerer.llm = "missing: no model at /opt/secret/model.gguf"
    page = open_client().get("/index").text
    assert "missing: no model at …/model.gguf" in page
    assert "state bad" in page
    assert "quotes only" in page


def test_a_build_that_runs(client: Client, opener: FakeArchive) -> None:
    """A build that runs is shown with how far it is, and no other change can be made meanwhile."""
    job = client.post("/v1/index/builds", json={}).json()
    opener.runs[0].tell({"step": "split", "done": 40, "total": 120})
    page = client.get("/index").text
    assert f'data-job="{job["id"]}"' in page
    assert 'max="120" value="40"' in page
    assert "40 of 120 articles" in text_of(page)
    assert re.search(r"data-build disabled", page)
    opener.finish_build("b_new+0", left_out=2)
    after = client.get("/index").text
    assert "2 of the build before are no longer indexed" in text_of(after)
    assert 'data-job=""' in after
    assert "3 created · b_new+0" in text_of(after)
    assert re.findall(r'data-rollback="([^"]+)"', after) == ["b_fake+0", "b_before+0"]


def test_a_build_that_failed(client: Client, opener: FakeArchive) -> None:
    """A build that failed is told with its reason; what it says of itself is no markup."""
    client.post("/v1/index/builds", json={})
    opener.runs[0].finish(1, "dateline: <b>no seeds</b> in /srv/secret/seeds")
    wait_for_builds()
    page = client.get("/index").text
    assert "Failed" in page
    assert "&lt;b&gt;no seeds&lt;/b&gt;" in page
    assert "/srv/secret" not in page


def test_without_an_index(open_client: Open, opener: FakeArchive) -> None:
    """Without an index the page is there, says what to do, and offers to build one."""
    opener.mark, opener.marks = None, []
    response = open_client().get("/index", headers=HTML)
    assert response.status_code == 200
    assert "There is no index yet" in response.text
    assert "data-build" in response.text
    assert "None yet" in response.text


def test_a_newer_build_that_does_not_serve(client: Client, opener: FakeArchive) -> None:
    """Where a newer build cannot be opened, the page says so beside the one that serves."""
    opener.failing = IndexDamaged("the words are gone; run `python -m indexes verify`")
    opener.mark = "b_broken+0"
    client.post("/v1/index/rollback", json={"build": "b_before"})
    page = client.get("/index").text
    assert "is not served" in page
    assert "state bad" in page


def test_buttons_are_for_admins(open_client: Open, tmp_path: Path) -> None:
    """With keys the page needs one; who may only ask sees the state and no button."""
    keys = KeyFile(tmp_path)
    (_, reader), (_, editor) = keys.add("reader", ["ask"]), keys.add("editor", ["admin"])
    client = open_client(home=tmp_path)
    check_problem(client.get("/index"), 401, "no-key")
    asking = client.get("/index", headers={"Authorization": f"Bearer {reader}"}).text
    assert "data-build" not in asking
    assert "data-rollback" not in asking
    assert "takes a key with the scope" in asking
    changing = client.get("/index", headers={"Authorization": f"Bearer {editor}"}).text
    assert "data-build" in changing
    assert "data-rollback" in changing
