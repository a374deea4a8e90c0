"""The page that lists articles, and finds passages."""

import re
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.keys import KeyFile
from indexes.types import Article
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive

HTML = {"Accept": "text/html"}
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'


def titles(page: str) -> list[str]:
    """The headlines of the list, in order."""
    return [unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r"<h2 dir.*?</h2>", page)]


def text_of(page: str) -> str:
    """What is read on the page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_newest_first(client: Client) -> None:
    """All articles are listed newest first, undated last, with outlet, day and how that is known, and their number."""
    response = client.get("/articles")
    assert response.status_code == 200
    assert titles(response.text) == ["Pump house reopens", "Frost takes a third of the apples", "The bell of Tarnby"]
    said = text_of(response.text)
    assert "3 articles, newest first" in said
    assert "Tarnby Post , 5 June 2023" in said
    assert "2 May 2023, 06:30 UTC (date inferred)" in said
    assert "undated" in said
    assert 'href="/articles/orchard%2Ffrost"' in response.text


def test_filters(client: Client) -> None:
    """Outlet and days restrict the list; how many are kept, and how many have no date, is said. Empty fields do nothing."""
    page = client.get("/articles?outlet=&from=2023-05-01&to=2023-05-31&q=&cursor=").text
    assert titles(page) == ["Frost takes a third of the apples"]
    assert "1 article of 3, newest first" in text_of(page)
    assert "1 article without a date is left out" in text_of(page)
    assert titles(client.get("/articles?outlet=tarnby+post").text) == ["Pump house reopens"]
    nothing = client.get("/articles?outlet=Nobody")
    assert nothing.status_code == 200
    assert "No article is like that" in nothing.text


def test_pages(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """Page after page every article comes once, filters kept; the last page has no link to an older one."""
    answerer.catalogue.shelf = tuple(
        Article(
            id=f"a/{number:03}", title=f"Day {number}", text="Rain.", outlet="Rain & Sun", published=f"2031-01-{day:02}"
        )
        for number in range(120)
        for day in [number % 28 + 1]
    )
    client = open_client()
    path, page, seen = "/articles?outlet=rain+%26+sun", "", []
    while path:
        page = client.get(path).text
        seen += titles(page)
        older = re.search(r'<a href="([^"]+)" rel="next"', page)
        path = unescape(older[1]) if older else ""
        assert not path or "outlet=rain" in path
    assert len(seen) == len(set(seen)) == 120
    assert 'rel="first"' in page


def test_passages(client: Client) -> None:
    """Words find passages, best first; each leads to its place in its article."""
    page = client.get("/articles?q=apples+frost").text
    assert titles(page) == ["Frost takes a third of the apples"]
    assert "1 passage of 1 article, best first" in text_of(page)
    assert re.search(r'href="/articles/orchard%2Ffrost\?c=0-\d+#c=0-\d+"', page)
    assert "Growers in the Velle valley" in page
    assert "No passage has these words" in client.get("/articles?q=zither").text
    filtered = text_of(client.get("/articles?q=bell&from=2023-01-01").text)
    assert "No passage has these words. Try fewer, or other ones, or all articles" in filtered
    assert "looked for in 2 articles" in filtered


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=yesterday", "'from' must be a day written YYYY-MM-DD"),
        ("from=2023-06-01&to=2023-05-01", "exchange them"),
        ("to=2023-02-30", "calendar"),
        (f"outlet={'x' * 501}", "501 characters"),
        (f"q={'x' * 2001}", "2,001 characters"),
        ("q=%00x", "NUL"),
        (f"cursor={'x' * 501}", "501 characters"),
    ],
)
def test_what_is_wrong_is_said(client: Client, query: str, said: str) -> None:
    """What cannot be asked is a 400, as at `GET /v1/articles`, that says what is wrong in the page with its form."""
    response = client.get(f"/articles?{query}")
    assert response.status_code == 400
    assert said in text_of(response.text)
    assert 'id="outlet"' in response.text


def test_a_foreign_cursor(client: Client) -> None:
    """A cursor that no page gave out is a 400: a page for readers, a problem document for programs."""
    check_problem(client.get("/articles?cursor=nonsense"), 400, "invalid-cursor")
    page = client.get("/articles?cursor=nonsense", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")


def test_hostile_words(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """Nothing of an article or of the address becomes markup."""
    first = answerer.catalogue.shelf[0]
    hostile = replace(
        first, id=HOSTILE, title=HOSTILE, outlet=HOSTILE, section=HOSTILE, language='en" onload="x', text=HOSTILE
    )
    answerer.catalogue.shelf = (hostile,)
    client = open_client()
    for path in ("/articles", f"/articles?q={quote('script alert ' + HOSTILE)}&outlet={quote(HOSTILE)}"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "49" not in titles(page)
        assert 'onload="x' not in page
        assert escape(HOSTILE) in page or "&#34;&gt;&lt;script&gt;" in page


def test_no_articles(open_client: Open, answerer: SharedWordsAnswerer, opener: FakeArchive) -> None:
    """An empty index says so; without any index the page says what to do."""
    answerer.catalogue.shelf = ()
    client = open_client()
    assert client.get("/articles").status_code == 200
    opener.mark = None
    response = open_client().get("/articles", headers=HTML)
    assert response.status_code == 503
    assert "python -m indexes build" in response.text


def test_it_needs_a_key(open_client: Open, tmp_path: Path) -> None:
    """With keys the list is for those who have one: it holds words of articles."""
    _, secret = KeyFile(tmp_path).add("desk", ["ask"])
    client = open_client(home=tmp_path)
    check_problem(client.get("/articles"), 401, "no-key")
    locked = client.get("/articles?q=apples", headers=HTML)
    assert locked.status_code == 401
    assert "Growers" not in locked.text
    assert "Growers" in client.get("/articles?q=apples", headers={"Authorization": f"Bearer {secret}", **HTML}).text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["q", "outlet", "from", "to", "cursor", "limit", "x"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    )
)
def test_any_address(client: Client, fields: dict[str, str]) -> None:
    """Whatever the address asks for is answered, or refused with what is wrong."""
    assert client.get("/articles", params=fields).status_code in {200, 400}
