"""The OpenAPI document and the pages made from it."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import BaseModel

from api import archive_schemas, chats, examples, schemas, trace_schemas
from api.archive_schemas import ArticleOutcomes, BuildJob, BuildList, NewArticle, Rollback
from api.chat_errors import PATHS
from api.chats import Chat, ChatCompletion, ChatModels
from api.problems import KINDS, TABLE
from api.recipes import read_recipes
from api.schemas import Answer, Article, ArticleList, Ask, IndexManifest, Live, Passages, Problem, Ready, Search
from api.trace_schemas import Trace
from tests.api.conftest import Client

ROUTES = {
    ("post", "/v1/ask"),
    ("get", "/v1/answers/{trace_id}"),
    ("post", "/v1/search"),
    ("post", "/v1/chat/completions"),
    ("get", "/v1/models"),
    ("get", "/v1/articles"),
    ("get", "/v1/articles/{article_id}"),
    ("post", "/v1/articles"),
    ("delete", "/v1/articles/{article_id}"),
    ("get", "/v1/index"),
    ("post", "/v1/index/builds"),
    ("get", "/v1/index/builds"),
    ("get", "/v1/index/builds/{build_id}"),
    ("post", "/v1/index/rollback"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
}


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    """The document as it is served."""
    served: dict[str, Any] = client.get("/openapi.json").json()
    return served


def _operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(method, path): one for path, some in document["paths"].items() for method, one in some.items()}


def test_routes(document: dict[str, Any]) -> None:
    """The document has the routes of the service, each with a sentence about it."""
    operations = _operations(document)
    assert set(operations) == ROUTES
    assert all(one["summary"] and one["description"] for one in operations.values())


def test_examples_fit_their_schemas(document: dict[str, Any]) -> None:
    """Each route has an example of its answer, and of its body if it has one, that fits the schema beside it."""
    for operation in _operations(document).values():
        status, answer = next((one, answer) for one, answer in operation["responses"].items() if one < "300")
        if status == "204":
            assert "content" not in answer
        else:
            content = answer["content"]["application/json"]
            shown = [one["value"] for one in content["examples"].values()]
            assert shown
            _check(shown, content["schema"])
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            schema = schema if "$ref" in schema else schema["anyOf"][0]
            asked = document["components"]["schemas"][_name_of(schema)]["examples"]
            assert asked
            _check(asked, schema)


def _name_of(schema: dict[str, Any]) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def _check(shown: list[Any], schema: dict[str, Any]) -> None:
    name = _name_of(schema)
    model = next(
        getattr(room, name) for room in (schemas, archive_schemas, trace_schemas, chats) if hasattr(room, name)
    )
    for example in shown:
        model.model_validate(example)


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (Ask, examples.ASK),
        (Search, examples.SEARCH),
        (Answer, examples.ANSWER),
        (Answer, examples.DECLINED),
        (Trace, examples.TRACE),
        (Chat, examples.CHAT),
        (ChatCompletion, examples.CHAT_COMPLETION),
        (ChatModels, examples.CHAT_MODELS),
        (Passages, examples.PASSAGES),
        (ArticleList, examples.ARTICLES),
        (Article, examples.ARTICLE),
        (IndexManifest, examples.MANIFEST),
        (ArticleOutcomes, examples.OUTCOMES),
        (BuildJob, examples.QUEUED),
        (BuildJob, examples.RUNNING),
        (BuildJob, examples.BUILT),
        (BuildList, examples.BUILDS),
        (Live, examples.LIVE),
        (Ready, examples.READY),
    ],
)
def test_examples_are_whole(model: type[BaseModel], example: dict[str, Any]) -> None:
    """An example has every field that the service sends, and no other."""
    read = model.model_validate(example)
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == example
    if model not in {Search, Chat}:
        assert set(example) == {field.alias or name for name, field in model.model_fields.items()}


def test_quotes_of_the_examples() -> None:
    """What the examples quote stands at its offsets in the text of the example."""
    text = examples.ARTICLE["text"]
    for citation in (*examples.ANSWER["citations"], *examples.DECLINED["closest"]):
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert examples.ANSWER["short_answer"] in citation["quote"]


def test_errors_are_listed(document: dict[str, Any]) -> None:
    """Each route lists the problems that it may answer with, as problem documents with examples."""
    operations = _operations(document)
    statuses = {key: set(one["responses"]) for key, one in operations.items()}
    assert statuses["post", "/v1/ask"] >= {"400", "408", "413", "415", "421", "422", "500", "502", "503"}
    assert statuses["get", "/v1/articles"] >= {"400", "421", "500", "503"}
    assert statuses["get", "/v1/articles/{article_id}"] >= {"404", "503"}
    assert "422" not in statuses["get", "/v1/articles"]
    assert statuses["post", "/v1/chat/completions"] >= {"400", "404", "408", "413", "415", "421", "422", "500", "503"}
    assert statuses["get", "/v1/models"] >= {"200", "421", "500", "503"}
    assert statuses["post", "/v1/articles"] >= {"200", "403", "409", "413", "415", "422", "500", "503"}
    assert statuses["delete", "/v1/articles/{article_id}"] >= {"204", "403", "404", "409", "500", "503"}
    assert statuses["post", "/v1/index/builds"] >= {"202", "403", "409", "422", "500"}
    assert statuses["get", "/v1/index/builds/{build_id}"] >= {"200", "404"}
    assert statuses["post", "/v1/index/rollback"] >= {"200", "403", "404", "409", "422", "503"}
    for (_, path), operation in operations.items():
        usual = "application/json" if path in PATHS else "application/problem+json"
        for status, response in operation["responses"].items():
            for media, content in response.get("content", {}).items():
                if status >= "300":
                    assert media == usual
                    _check([one["value"] for one in content.get("examples", {}).values()], content["schema"])


def test_unknown_fields_are_refused_in_the_schema(document: dict[str, Any]) -> None:
    """The schemas of the requests say that other fields are refused."""
    for name in ("Ask", "Search", "Filters", "Published", "Exchange", "NewArticle", "BuildRequest", "Rollback"):
        assert document["components"]["schemas"][name]["additionalProperties"] is False


def test_kinds_of_problems() -> None:
    """Every kind of problem has a name of its own and a status that is an error."""
    assert len({kind.slug for kind in KINDS}) == len(KINDS)
    assert all(400 <= kind.status < 600 for kind in KINDS)
    assert all(issubclass(error, Exception) for error in TABLE)
    assert Problem.model_fields.keys() >= {"type", "title", "status", "detail", "instance", "request_id", "errors"}


class _Page(HTMLParser):
    """Collects the tags, links and anchors of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a browser would act on."""
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            if name == "href" and value:
                self.links.append(value)
            if name in {"src", "srcset", "action", "style"} or name.startswith("on"):
                self.loads.append(f"{name}={value}")


@pytest.mark.parametrize("path", ["/docs", "/recipes"])
def test_pages_load_nothing(client: Client, path: str) -> None:
    """A page runs no script, loads nothing, and its links lead to this service."""
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = _Page()
    page.feed(response.text)
    assert page.loads == []
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    for link in page.links:
        assert link[0] in "/#"
        assert link[1:] in page.anchors if link[0] == "#" else client.get(link).status_code == 200, link


def test_style_is_allowed_by_its_hash(client: Client) -> None:
    """The policy of a page allows the one style sheet that stands in it, and nothing else."""
    import base64
    import hashlib

    response = client.get("/docs")
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = response.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy


def test_reference_is_whole(client: Client, document: dict[str, Any]) -> None:
    """The reference has every route, every field of a request, and the anchor that each problem's type leads to."""
    text = client.get("/docs").text
    page = _Page()
    page.feed(text)
    for method, path in ROUTES:
        assert f"<code>{method.upper()} {path}</code>" in text
    for field in (*Ask.model_fields, *NewArticle.model_fields, *Rollback.model_fields, "explain", "cursor", "from"):
        assert f"<code>{field}</code>" in text
    for kind in KINDS:
        assert kind.type.startswith("/docs#")
        assert kind.type.partition("#")[2] in page.anchors
    assert {one["type"] for one in document["x-problems"]} == {kind.type for kind in KINDS}


def test_recipes_are_shown(client: Client) -> None:
    """The page shows every recipe of its source to the letter, for this address; the reader's page and the reference lead to it."""
    page = client.get("/recipes")
    assert page.headers["content-security-policy"] == client.get("/docs").headers["content-security-policy"]
    shown = [unescape(block) for block in re.findall(r"<pre><code[^>]*>(.*?)</code></pre>", page.text, re.DOTALL)]
    assert shown == [recipe.replace("http://127.0.0.1:8000", "http://localhost") for recipe in read_recipes().values()]
    for path in ("/", "/docs"):
        assert 'href="/recipes"' in client.get(path).text
