"""The reader's page without a script: answers, refusals and articles as the service renders them."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from api.page.fragments import Fragments, write_answer
from indexes.errors import IndexMissing
from indexes.types import Article, Version
from qa.types import Answer, Citation, Claim, ClaimVerified
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import ARTICLES, SharedWordsAnswerer
from tests.fakes.changing import FakeArchive
from tests.fakes.events import read_events

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
EVIL = Article(
    id='x"/><script>alert(1)</script>',
    title='<script>alert("title")</script> & </mark> "quoted"',
    text='Valves <script>alert("text")</script> of the mill. “</mark></blockquote><img src=x onerror=alert(2)>” it says.',
    outlet='"><iframe src=//evil.example>',
    authors=("</p><form action=//evil.example>",),
    url='javascript:alert("url")',
    language='en" onfocus="alert(3)',
    section="<style>*{display:none}</style>",
)


class Page(HTMLParser):
    """Collects the elements of a page, and the texts of some."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: dict[str, list[str]] = {"mark": [], "h1": [], "blockquote": [], "title": []}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag in self.texts:
            self._open.append(tag)
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        for tag in self._open:
            self.texts[tag][-1] += data


def check_harmless(html: str) -> Page:
    """Nothing of an article became markup: no element and no attribute that our templates do not write."""
    page = Page(html)
    assert not {"iframe", "img", "style", "object", "base"} & set(page.tags)
    assert page.tags.count("script") <= 1
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name != "style"
        if name in {"href", "src", "action"}:
            assert value[0] in "/#" or re.match(r"https?://", value), (tag, name, value)
            assert not value.startswith("//")
    return page


@pytest.mark.parametrize(
    "path", ["/?q=Which+valves+has+the+mill%3F", "/articles/x%22%2F%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E?c=0-6"]
)
def test_hostile_articles(client: Client, answerer: SharedWordsAnswerer, path: str) -> None:
    """Whatever an article holds in any of its fields is shown as text."""
    answerer.catalogue.shelf = (EVIL,)
    response = client.get(path, headers=HTML)
    assert response.status_code == 200
    page = check_harmless(response.text)
    assert page.texts["mark"][0] in EVIL.text
    assert page.texts["mark"][0]
    assert "&lt;script&gt;alert(&#34;title&#34;)&lt;/script&gt;" in response.text


def test_many_outlets(client: Client, answerer: SharedWordsAnswerer) -> None:
    """All outlets are counted, though a browser suggests from so many only."""
    answerer.catalogue.shelf = tuple(replace(ARTICLES[0], id=f"a-{n}", outlet=f"Outlet {n}") for n in range(501))
    page = client.get("/", headers=HTML).text
    assert "501 outlets" in page
    assert page.count('<option value="Outlet ') == 500


def test_hostile_questions(client: Client) -> None:
    """Whatever the address asks is shown as text, in the page and in its title."""
    response = client.get(
        "/", params={"q": '</textarea><script>alert("q")</script>', "outlet": '"><b onclick=x>'}, headers=HTML
    )
    check_harmless(response.text)


def test_fragments_are_harmless(answerer: SharedWordsAnswerer, client: Client) -> None:
    """The parts of the page that are sent while an answer is made are escaped like the page."""
    answerer.catalogue.shelf = (EVIL,)
    response = client.post("/page/ask", json={"question": "<b>Which</b> valves has the mill?"})
    events = list(read_events(response.text.splitlines()))
    assert [name for name, _ in events] == ["passages", "quotes", "claim", "final"]
    for _, html in events:
        check_harmless(html)


def test_without_a_script(client: Client, answerer: SharedWordsAnswerer) -> None:
    """The address of a question brings its quotes: words, place, speaker, outlet, day and context, and no language model is asked."""
    answerer.catalogue.copies = {"pump-house": ("orchard/frost",)}
    response = client.get("/?q=How+many+valves%3F&outlet=Tarnby+Post&limit=5", headers=HTML)
    assert (response.status_code, answerer.asked[0].mode) == (200, "quotes")
    assert answerer.asked[0].filters.outlets == ("Tarnby Post",)
    page = Page(response.text)
    text = ARTICLES[0].text
    (quote,) = page.texts["blockquote"]
    start = text.index(quote)
    assert page.texts["mark"] == [quote]
    place = f"c={start}-{start + len(quote)}"
    assert ("a", "href", f"/articles/pump-house?{place}#{place}") in page.attributes
    assert "The pump house at Tarnby 🏭 reopened on Monday after nine weeks." in response.text
    for words in ("Tarnby Post", "5 June 2023", "Also: ", "Velle Courier", "t_fake", "b_fake+0"):
        assert words in response.text


def test_dates_tell_their_basis(client: Client) -> None:
    """A day that was worked out is called inferred, one that nobody knows undated."""
    assert "2 May 2023, 06:30 UTC</time> <span" in client.get("/?q=frost+apples", headers=HTML).text
    assert "(date inferred)" in client.get("/?q=frost+apples", headers=HTML).text
    assert "undated" in client.get("/?q=bell+cast", headers=HTML).text


def test_declined(client: Client, answerer: SharedWordsAnswerer) -> None:
    """A question that is declined says what is missing, and how many articles the days leave out."""
    response = client.get("/?q=Who+composed+zither+music%3F&from=2023-01-01", headers=HTML)
    assert response.status_code == 200
    assert "Not answered" in response.text
    assert "No article shares a word." in response.text
    assert "leave out 1 article without a date" in response.text
    assert "<blockquote" not in response.text


def _cite(article: Article, number: int, words: str, *, speaker: str | None = None) -> Citation:
    start = article.text.index(words)
    return Citation(
        number=number,
        id=f"c_{number}",
        quote=words,
        speaker=speaker,
        article=article,
        start=start,
        end=start + len(words),
    )


def test_closest_passages() -> None:
    """The closest passages of a declined question stand in citation form, with whoever says them."""
    closest = (_cite(ARTICLES[0], 1, "“We changed every valve", speaker="Marit Osk"),)
    html = write_answer(
        "Who said so?",
        Answer(
            status="insufficient_evidence",
            mode="quotes",
            reason="No words of Bram Oster on this are in the articles; the closest are those of Marit Osk.",
            reason_code="other_speaker",
            closest=closest,
        ),
    )
    assert "What comes closest" in html
    assert '<bdi class="speaker">Marit Osk</bdi>, in <cite>' in html
    assert "those of Marit Osk." in html


@pytest.mark.parametrize(
    ("status", "words"), [("conflicting", "The articles contradict each other"), ("partial", "Answered in part")]
)
def test_statuses(status: str, words: str) -> None:
    """Contradicting articles and answers in part are called that, with what is missing; each marker leads to its quote."""
    citations = (_cite(ARTICLES[0], 1, "The repair cost 212,000 crowns."), _cite(ARTICLES[2], 2, "The bell of Tarnby"))
    html = write_answer(
        "What did it cost?",
        Answer(
            status=status,  # type: ignore[arg-type]
            mode="answer",
            answer="It cost 212,000 crowns. [1] The bell was cast. [2]",
            short_answer="212,000 crowns",
            claims=(
                Claim(text="It cost 212,000 crowns.", citations=(1,)),
                Claim(text="The bell was cast.", citations=(2,)),
            ),
            citations=citations,
            reason="Nothing is said about the roof.",
            model="shared-words",
        ),
    )
    assert f">{words}</p>" in html
    assert "Nothing is said about the roof." in html
    assert html.count('class="marker"') == 2
    described = set(re.findall(r'aria-describedby="(card-[^"]+)"', html))
    assert len(described) == 4
    assert described <= set(re.findall(r'id="([^"]+)"', html))


def test_ids_are_unique(client: Client) -> None:
    """No id stands twice on a page with an answer."""
    html = client.get("/?q=Tarnby+valves+bell+apples", headers=HTML).text
    ids = re.findall(r'\bid="([^"]+)"', html.replace('<h2 class="asked" id="asked"', "<h2", 1))
    assert sorted(ids) == sorted(set(ids))


def test_other_languages_are_told(client: Client, answerer: SharedWordsAnswerer) -> None:
    """Answers from articles in another language say that they are not measured; English ones, and unknown ones, do not."""
    answerer.catalogue.shelf = (replace(ARTICLES[0], language="nb"),)
    assert "(nb) are not measured" in client.get("/?q=valves", headers=HTML).text
    for language in ("en", "en-GB", None):
        answerer.catalogue.shelf = (replace(ARTICLES[0], language=language),)
        assert "are not measured" not in client.get("/?q=valves", headers=HTML).text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("q=valves&from=2031-13-01", "not a day of the calendar"),
        ("q=valves&from=2031-02-01&to=2031-01-01", "exchange them"),
        ("q=valves&limit=900", "less than or equal to 50"),
        ("q=valves&limit=ten", "must be a valid integer"),
        ("q=" + "x" * 2001, "at most 2,000 are accepted"),
    ],
)
def test_odd_forms(client: Client, answerer: SharedWordsAnswerer, query: str, words: str) -> None:
    """A field that does not validate is named on the page, with the form as it was filled in, and nothing is asked."""
    response = client.get(f"/?{query}", headers=HTML)
    assert response.status_code == 400
    assert words in response.text
    assert 'role="search"' in response.text
    assert answerer.asked == []


def test_no_index(client: Client, opener: FakeArchive, answerer: SharedWordsAnswerer) -> None:
    """Where something is wrong with the index, the page says so and what to run; the form stays."""
    answerer.raising = IndexMissing("There is no index: run `python -m indexes build`.")
    response = client.get("/?q=valves", headers=HTML)
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert "<code>python -m indexes build</code>" in response.text
    assert 'value="' in response.text
    assert ">valves</textarea>" in response.text


def test_before_there_is_an_index(opener: FakeArchive, open_client: Open) -> None:
    """Without an index the page is there, and says what to run; an article and a question are a 503."""
    opener.mark = None
    client = open_client()
    front = client.get("/", headers=HTML)
    assert front.status_code == 200
    assert "<code>python -m indexes build</code>" in front.text
    assert client.get("/?q=valves", headers=HTML).status_code == 503
    article = client.get("/articles/pump-house", headers=HTML)
    assert (article.status_code, "<h1>There is no index</h1>" in article.text) == (503, True)
    check_problem(client.get("/articles/pump-house"), 503, "no-index")


def test_streamed_problems(client: Client, answerer: SharedWordsAnswerer) -> None:
    """What goes wrong before the first event is a problem document, or a page where that is wanted; later it is an event."""
    check_problem(client.post("/page/ask", json={"question": " "}), 422, "invalid-body")
    asked = client.post(
        "/page/ask", json={"question": "valves", "x": 1}, headers={"Accept": "text/event-stream, text/html"}
    )
    assert (asked.status_code, asked.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert 'data-problem="invalid-body"' in asked.text
    answerer.failing = RuntimeError("on fire")
    events = list(read_events(client.post("/page/ask", json={"question": "valves"}).text.splitlines()))
    assert [name for name, _ in events] == ["passages", "quotes", "error"]
    assert 'data-problem="internal"' in events[-1][1]
    assert "on fire" not in events[-1][1]


def test_forms_of_other_sites(client: Client) -> None:
    """A page of another origin cannot ask, nor can a form."""
    foreign = {"Origin": "https://evil.example"}
    check_problem(client.post("/page/ask", json={"question": "valves"}, headers=foreign), 403, "foreign-origin")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    check_problem(client.post("/page/ask", content="question=valves", headers=form), 415, "unsupported-media-type")


def test_wording() -> None:
    """The events of an answer are single lines of JSON, whatever line breaks the words of an article have."""
    article = replace(ARTICLES[0], text="Valves\u2028turn\r\n\r\nevent: final\rdata: x\x85 here.")
    citation = _cite(article, 1, article.text)
    told = Fragments("Q\n\nevent: final").tell(ClaimVerified("They turn.", (citation,)))
    name, data = told.decode().rstrip("\n").split("\n")
    assert name == "event: claim"
    assert "They turn." in json.loads(data.removeprefix("data: "))


# ---------------------------------------------------------------------------------------------------------- articles


def test_article(client: Client, answerer: SharedWordsAnswerer) -> None:
    """An article is shown with all that is known of it, in paragraphs; its address is a link only where it is one of the web."""
    full = replace(
        ARTICLES[0],
        text="One 🏭.\n\nTwo.",
        updated="2023-06-07T08:00:00Z",
        section="Town",
        captured="2023-07-01",
        language="nb",
    )
    answerer.catalogue.shelf = (full,)
    page = client.get("/articles/pump-house", headers=HTML)
    assert page.status_code == 200
    for words in (
        '<p dir="auto" data-start="0">One 🏭.</p>',
        '<p dir="auto" data-start="8">Two.</p>',
        'lang="nb"',
        "by <bdi>Lise Holt</bdi>",
        "7 June 2023, 08:00 UTC",
        "1 July 2023",
        "Town",
        '<a href="https://example.org/pump-house" rel="noreferrer noopener">',
        "<title>Pump house reopens – Dateline</title>",
    ):
        assert words in page.text, words
    answerer.catalogue.shelf = (replace(full, url="ftp://example.org/x"),)
    assert 'href="ftp' not in client.get("/articles/pump-house", headers=HTML).text


def test_versions(client: Client, answerer: SharedWordsAnswerer, opener: FakeArchive, open_client: Open) -> None:
    """Earlier versions of an article are listed with their headlines and days."""

    class Revised(type(answerer.catalogue)):  # type: ignore[misc]
        """A shelf on which one article was replaced."""

        __slots__ = ()

        def versions(self, article_id: str) -> list[Version]:
            return [
                Version(
                    text_hash="0", title="Pump house shut", published="2023-06-04", updated=None, replaced="2023-06-05"
                )
            ]

    answerer.catalogue = Revised()
    page = open_client().get("/articles/pump-house", headers=HTML).text
    assert "Pump house shut</bdi>, 4 June 2023; replaced on 5 June 2023" in page


@pytest.mark.parametrize("c", ["", "x", "9-3", "4", "-1-4", "1-99999999999", "4-14-20"])
def test_odd_places(client: Client, c: str) -> None:
    """A place that is none is passed over: the article is shown, without a mark and without a complaint."""
    page = client.get("/articles/pump-house", params={"c": c}, headers=HTML)
    assert page.status_code == 200
    assert "<mark" not in page.text
    assert 'id="no-place" hidden' in page.text


def test_a_lost_place(client: Client) -> None:
    """A place behind the end of the article is told to be lost."""
    page = client.get("/articles/pump-house?c=10-99999", headers=HTML)
    assert page.status_code == 200
    assert "<mark" not in page.text
    assert 'id="no-place">' in page.text


@pytest.mark.parametrize("article_id", ["orchard/frost", "a b", "ü?#%", "<i>", "..;", "x" * 300, "//y", "e\u0301🦉"])
def test_odd_ids(client: Client, answerer: SharedWordsAnswerer, article_id: str) -> None:
    """The link in a citation leads to its article, whatever its id is made of."""
    answerer.catalogue.shelf = (replace(ARTICLES[0], id=article_id, title="Found"),)
    answered = client.get("/?q=valves", headers=HTML).text
    (link,) = re.findall(r'class="quote" href="([^"]+)"', answered)
    page = Page(client.get(link.partition("#")[0], headers=HTML).text)
    assert page.texts["h1"] == ["Found"]
    assert page.texts["mark"] == ["“We changed every valve — all forty of them,”"]
