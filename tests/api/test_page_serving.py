"""How pages are served: headers, files, problems as pages, and what is seen without a key."""

import re
from importlib.resources import files

import pytest

from api.callers import scope_needed
from api.keys import KeyFile
from api.page.assets import ADDRESS, address_of, read_assets, read_mark
from indexes.types import Retrieved
from qa.types import Question
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import ARTICLES, SharedWordsAnswerer
from tests.fakes.changing import FakeArchive

HTML = {"Accept": "text/html"}
PATHS = ("/", "/?q=valves", "/articles/pump-house", "/articles/nowhere", "/nowhere")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


@pytest.mark.parametrize("path", PATHS)
def test_headers(client: Client, path: str) -> None:
    """Every page has the strict policy, is kept by nobody, and holds no inline script, style or handler."""
    response = client.get(path, headers=HTML)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert policy == POLICY
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<style|<script>|\sstyle=|\son\w+=", response.text)
    assert re.findall(r'<script [^>]*src="([^"]+)"', response.text) == [address_of("start.js")]


@pytest.mark.parametrize("path", PATHS)
def test_pages_load_only_our_files(client: Client, path: str) -> None:
    """What a page loads is among the service's own files, and is there."""
    html = client.get(path, headers=HTML).text
    loaded = re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', html)
    assert len(loaded) >= 3
    for address in loaded:
        assert address.startswith(f"{ADDRESS}/{read_mark()}/")
        assert client.get(address).status_code == 200


def test_files(client: Client) -> None:
    """Each file has its media type and may be kept for ever under the mark of this release, and not under another."""
    for name, asset in read_assets().items():
        kept = client.get(address_of(name))
        assert kept.content == asset.content == files("api.page").joinpath("static", name).read_bytes()
        assert kept.headers["content-type"].partition(";")[0] in {"text/css", "text/javascript", "image/svg+xml"}
        assert "immutable" in kept.headers["cache-control"]
        assert kept.headers["x-content-type-options"] == "nosniff"
    other = client.get(f"{ADDRESS}/0123456789abcdef/start.js")
    assert (other.status_code, other.headers["cache-control"]) == (200, "no-cache")
    again = client.get(f"{ADDRESS}/0123456789abcdef/start.js", headers={"If-None-Match": other.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "x/nothing.js",
        "x/..%2f..%2frendering.py",
        "x/%2e%2e/rendering.py",
        "x/",
        "x",
        "../app.py",
        "x/start.js/y",
        "x/start.js%00",
    ],
)
def test_no_other_file(client: Client, path: str) -> None:
    """Nothing but the files of the table is served, whatever the path."""
    check_problem(client.get(f"{ADDRESS}/{path}"), 404, "not-found")


def test_scripts_import_what_is_there() -> None:
    """Every module that a script of the pages imports is among the files, and none is of another host."""
    for name, asset in read_assets().items():
        if name.endswith(".js"):
            imported = re.findall(r'^import [^;]*?"([^"]+)";$', asset.content.decode(), re.MULTILINE)
            assert {one.removeprefix("./") for one in imported} <= set(read_assets()), name
        if not name.endswith(".svg"):  # which names its namespace
            assert "://" not in asset.content.decode(), name


@pytest.mark.parametrize("path", ["/nowhere", "/articles/nowhere", "/articles/", "/page/nowhere"])
def test_problems_as_pages(client: Client, path: str) -> None:
    """Who navigates to what is not there gets a page that says so; a program gets the problem document."""
    page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page.text.count("<h1>") == 1
    assert int(page.headers["content-length"]) == len(page.content)
    for accept in ("*/*", "application/json", "application/problem+json"):
        response = client.get(path, headers={"Accept": accept})
        assert response.headers["content-type"] == "application/problem+json"
        assert response.status_code == 404


def test_programs_keep_their_problems(client: Client) -> None:
    """Where nobody navigates a problem stays a document, whatever is accepted."""
    check_problem(client.get("/v1/articles/nowhere", headers=HTML), 404, "unknown-article")
    check_problem(client.get("/v1/nowhere", headers=HTML), 404, "not-found")


def test_unknown_errors(client: Client, answerer: SharedWordsAnswerer) -> None:
    """An error that nobody foresaw is a page without a word of it, with the id under which the log has it."""

    def search(_: Question) -> tuple[Retrieved, ...]:
        raise RuntimeError("a secret of the disk")

    answerer.searching = search
    page = client.get("/?q=valves", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "secret" not in page.text
    assert page.headers["x-request-id"] in page.text
    assert page.headers["x-frame-options"] == "DENY"


# -------------------------------------------------------------------------------------------------------------- keys


@pytest.fixture
def locked(
    open_client: Open, tmp_path_factory: pytest.TempPathFactory, answerer: SharedWordsAnswerer
) -> tuple[Client, str]:
    """A service that has a key, and the key."""
    home = tmp_path_factory.mktemp("home")
    _, secret = KeyFile(home).add("desk", ["ask"])
    return open_client(home=home), secret


def words_of_articles(text: str) -> list[str]:
    """What of the articles is in a text: titles, outlets, authors, words."""
    known = [
        words
        for one in ARTICLES
        for words in (one.title, one.outlet, *one.authors, *re.findall(r"\w{6,}", one.text))
        if words
    ]
    return [words for words in known if words in text]


@pytest.mark.parametrize("key", ["", "Bearer dl_wrong", "Basic eDp5"])
def test_no_words_without_a_key(locked: tuple[Client, str], answerer: SharedWordsAnswerer, key: str) -> None:
    """Without a key, or with one that is none, no page holds a word of an article, and no question is asked."""
    client, _ = locked
    headers = {**HTML, **({"Authorization": key} if key else {})}
    front = client.get("/?q=valves", headers=headers)
    assert front.status_code == 200
    assert " data-locked" in front.text
    assert ">valves</textarea>" in front.text
    assert words_of_articles(front.text) == []
    for path in ("/articles/pump-house", "/articles/nowhere", "/articles/pump-house?c=0-9", "/nowhere"):
        page = client.get(path, headers=headers)
        assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert page.headers["www-authenticate"].startswith('Bearer realm="dateline"')
        assert " data-locked" in page.text
        assert words_of_articles(page.text) == []
    check_problem(
        client.post(
            "/page/ask", json={"question": "valves"}, headers={k: v for k, v in headers.items() if k != "Accept"}
        ),
        401,
        "wrong-key" if key else "no-key",
    )
    assert answerer.asked == []
    check_problem(client.get("/articles/pump-house"), 401, "no-key")


def test_with_a_key(locked: tuple[Client, str]) -> None:
    """With a key that may ask, the pages are whole."""
    client, secret = locked
    headers = {**HTML, "Authorization": f"Bearer {secret}"}
    front = client.get("/?q=valves", headers=headers)
    assert "We changed every valve" in front.text
    assert "data-locked" not in front.text
    assert "Authorization" in front.headers["vary"]
    assert client.get("/articles/pump-house", headers=headers).status_code == 200
    assert client.post("/page/ask", json={"question": "valves"}, headers=headers).status_code == 200


def test_files_need_no_key(locked: tuple[Client, str]) -> None:
    """The files that pages load are open, so that a browser can ask for the key at all; nothing else below /page/ is."""
    client, _ = locked
    assert client.get(address_of("keys.js")).status_code == 200
    assert scope_needed("GET", f"{ADDRESS}/x/keys.js") is None
    assert scope_needed("GET", "/page/other") == "ask"


def test_damaged_keys(open_client: Open, tmp_path_factory: pytest.TempPathFactory, opener: FakeArchive) -> None:
    """While the keys cannot be read, an article is a page that says so."""
    keys = KeyFile(tmp_path_factory.mktemp("home"))
    keys.add("desk", ["ask"])
    client = open_client(home=keys.path.parent)
    keys.path.write_bytes(b"{")
    page = client.get("/articles/pump-house", headers=HTML)
    assert (page.status_code, "its log says what is wrong" in page.text) == (503, True)
