"""Whatever is sent, the service answers: never a 5xx."""

import json

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.chat_errors import PATHS
from api.chats import Chat
from tests.api.conftest import Client

FIELDS = [
    "question",
    "mode",
    "stream",
    "limit",
    "filters",
    "history",
    "reference_date",
    "explain",
    "outlet",
    "from",
    "to",
]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates().map(str)
names = st.sampled_from([*FIELDS, "published", "author", "article_id", "answer"]) | st.text(max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=12
)
bodies = st.one_of(values, st.dictionaries(names, values, max_size=6).map(lambda one: {"question": "valves", **one}))
plain = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _check(response: httpx2.Response) -> None:
    assert response.status_code < 500, response.text
    assert response.headers["x-request-id"]
    if response.status_code != 200:
        document = json.loads(response.content.decode("utf-8"))
        if response.url.path in PATHS:
            assert set(document) == {"error"}
            assert set(document["error"]) == {"message", "type", "param", "code"}
            return
        assert response.headers["content-type"] == "application/problem+json"
        assert document["status"] == response.status_code


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search"])
@plain
@given(body=bodies)
def test_any_json(client: Client, path: str, body: object) -> None:
    """Any JSON value, NaN and half surrogates included, is answered or refused with a problem document."""
    _check(client.post(path, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}))


chat_names = st.sampled_from(["role", "content", "type", "text", "user", "assistant", "stream_options", "dateline"])
chat_values = scalars | st.sampled_from(["user", "assistant", "system", "text", "dateline-quotes"])
chat_messages = st.lists(
    st.dictionaries(
        chat_names, chat_values | st.lists(st.dictionaries(chat_names, chat_values, max_size=2), max_size=2)
    ),
    max_size=3,
)
chats = st.dictionaries(st.sampled_from(sorted(Chat.model_fields)), values, max_size=4).flatmap(
    lambda one: chat_messages.map(
        lambda messages: {"model": "dateline", "messages": [*messages, {"role": "user", "content": "valves"}], **one}
    )
)


@plain
@given(body=chats | values)
def test_any_chat(client: Client, body: object) -> None:
    """Whatever is sent as a chat is answered or refused in OpenAI's form."""
    headers = {"Content-Type": "application/json"}
    _check(client.post("/v1/chat/completions", content=json.dumps(body).encode(), headers=headers))


messages = st.dictionaries(
    st.sampled_from(["jsonrpc", "id", "method", "params", "result"]),
    values | st.sampled_from(["2.0", "tools/call", "tools/list", "initialize", "ping"]),
    max_size=5,
).map(lambda one: {"jsonrpc": "2.0", "id": 1, "method": "tools/call", **one})
calls = st.dictionaries(names, values, max_size=4).flatmap(
    lambda arguments: st.sampled_from(["ask", "search", "article"]).map(
        lambda tool: {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": {"question": "valves", **arguments}},
        }
    )
)


@plain
@given(message=calls | messages | values)
def test_any_message(client: Client, message: object) -> None:
    """Whatever is sent as a message of the Model Context Protocol is answered in JSON, and never with a 5xx."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    response = client.post("/mcp", content=json.dumps(message).encode(), headers=headers)
    assert response.status_code < 500, response.text
    assert response.status_code == 202 or json.loads(response.content.decode("utf-8")) is not None


@plain
@given(body=st.binary(max_size=200))
def test_any_bytes(client: Client, body: bytes) -> None:
    """Any bytes are answered or refused with a problem document."""
    _check(client.post("/v1/ask", content=body, headers={"Content-Type": "application/json"}))


@plain
@given(parameters=st.dictionaries(st.sampled_from([*FIELDS, "cursor", "x"]), st.text(max_size=20), max_size=4))
def test_any_parameters(client: Client, parameters: dict[str, str]) -> None:
    """Any query is answered or refused with a problem document."""
    _check(client.get("/v1/articles", params={name: _sendable(value) for name, value in parameters.items()}))


@plain
@given(question=st.text(min_size=1, max_size=200))
def test_any_question(client: Client, question: str) -> None:
    """Any question is a 200 whose citations are verbatim, or a 422 for one that is blank or no Unicode text."""
    response = client.post(
        "/v1/ask", content=json.dumps({"question": question}), headers={"Content-Type": "application/json"}
    )
    _check(response)
    valid = question.strip() and "\x00" not in question and not any("\ud800" <= one <= "\udfff" for one in question)
    assert response.status_code == (200 if valid else 422)
    for citation in response.json().get("citations", ()):
        text = client.get(f"/v1/articles/{citation['article']['id']}").json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


article_names = st.sampled_from(["id", "title", "text", "outlet", "author", "published", "url", "language", "build"])
article_values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(article_names, scalars, max_size=2)
new_articles = st.dictionaries(article_names, article_values, max_size=8).map(
    lambda one: {"title": "Valves", "text": "Forty valves.", **one}
)


@pytest.mark.parametrize("path", ["/v1/articles", "/v1/index/rollback"])
@plain
@given(body=values | new_articles | st.lists(new_articles | values, max_size=3))
def test_any_change(client: Client, path: str, body: object) -> None:
    """Whatever is sent as a change is carried out or refused with a problem document."""
    _check(client.post(path, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}))
