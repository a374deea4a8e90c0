"""A remote model's servers fail in many ways; each is one of two errors that say what to do."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from qa.errors import ModelFailed, ModelProblem, ModelUnavailable
from qa.models.remote import RemoteModel
from qa.types import Message
from tests.fakes.llm_servers import FakeServer, Said, completion, serve

ASKED = [Message(role="system", content="Answer in JSON."), Message(role="user", content="How many “crates”?")]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}
KEY = "invented-key-5150"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A server on a free port."""
    with serve() as running:
        yield running


@pytest.fixture
def model(server: FakeServer) -> Iterator[RemoteModel]:
    """A model on that server."""
    opened = RemoteModel(base_url=server.url, model="invented-7b", api_key=KEY, timeout_s=30)
    yield opened
    opened.close()


def test_request_is_what_openai_compatible_servers_read(server: FakeServer, model: RemoteModel) -> None:
    """The request names the model, carries the key, the messages, the schema and the limits."""
    server.say(completion('{"n": 7}', usage={"prompt_tokens": 20, "completion_tokens": 5}))
    reply = model.complete(ASKED, schema=SCHEMA, max_tokens=40)
    assert (reply.text, reply.prompt_tokens, reply.completion_tokens) == ('{"n": 7}', 20, 5)
    (asked,) = server.asked
    assert (asked.path, asked.key, asked.body["model"]) == ("/v1/chat/completions", KEY, "invented-7b")
    assert asked.body["messages"] == [
        {"role": "system", "content": "Answer in JSON."},
        {"role": "user", "content": "How many “crates”?"},
    ]
    assert asked.body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert (asked.body["temperature"], asked.body["max_tokens"], asked.body["stream"]) == (0.0, 40, False)


def test_models_are_listed(server: FakeServer, model: RemoteModel) -> None:
    """The server is asked for its models with the key; one that has no such list is reached all the same."""
    server.say(Said(b'{"data": [{"id": "invented-7b"}]}'), Said(b"<p>no</p>", 404), Said(b'{"data": 7}'))
    assert list(model.list_models()) == ["invented-7b"]
    assert (server.asked[0].path, server.asked[0].key) == ("/v1/models", KEY)
    assert list(model.list_models()) == list(model.list_models()) == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said(b"", 401), "DATELINE_LLM_API_KEY"),
        (Said(b"", 503), "has failed"),
        (Said(held=True), "no server answers"),
    ],
)
def test_server_that_lists_nothing(server: FakeServer, model: RemoteModel, said: Said, words: str) -> None:
    """A server that refuses the key, fails or hangs is told apart, within the seconds given and without the key."""
    server.say(said)
    with pytest.raises(ModelUnavailable, match=words) as raised:
        model.list_models(seconds=0.1)
    assert KEY not in str(raised.value)


def test_closed_model_lists_nothing(model: RemoteModel) -> None:
    """A model that was closed asks nobody."""
    model.close()
    with pytest.raises(ModelUnavailable, match="closed"):
        model.list_models()


def test_server_without_usage_is_served(server: FakeServer, model: RemoteModel) -> None:
    """A server that counts no tokens is believed all the same: they are 0."""
    server.say(completion('{"n": 7}'))
    assert model.complete(ASKED, schema=SCHEMA, max_tokens=40).prompt_tokens == 0


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (Said(b'{"error": {"message": "no"}}', 401), ModelUnavailable, "DATELINE_LLM_API_KEY"),
        (Said(b'{"error": {"message": "no"}}', 403), ModelUnavailable, "DATELINE_LLM_API_KEY"),
        (Said(b'{"error": {"message": "no such model"}}', 404), ModelUnavailable, "DATELINE_LLM_MODEL"),
        (Said(b'{"error": {"message": "slow down"}}', 429), ModelUnavailable, "ask again later"),
        (Said(b"<h1>oops</h1>", 500, "text/html"), ModelUnavailable, "500"),
        (Said(b"", 503), ModelUnavailable, "503"),
        (Said(b'{"error": {"message": "response_format is unknown"}}', 400), ModelFailed, "response_format is unknown"),
        (Said(b"<h1>Welcome</h1>", 200, "text/html"), ModelFailed, "DATELINE_LLM_BASE_URL"),
        (Said(b'{"choices": '), ModelFailed, "DATELINE_LLM_BASE_URL"),
        (Said(b"{}"), ModelFailed, "DATELINE_LLM_BASE_URL"),
        (Said(b'{"choices": []}'), ModelFailed, "DATELINE_LLM_BASE_URL"),
        (Said(b"null"), ModelFailed, "DATELINE_LLM_BASE_URL"),
        (completion("Seven crates."), ModelFailed, "no JSON object"),
        (completion(""), ModelFailed, "no JSON object"),
        (completion("[7]"), ModelFailed, "no JSON object"),
        (completion('{"n": ', finish_reason="length"), ModelFailed, "did not finish"),
    ],
)
def test_failures_say_what_to_do(
    server: FakeServer, model: RemoteModel, said: Said, kind: type[ModelProblem], words: str
) -> None:
    """Whatever a server returns instead of a reply becomes one line with the cure, asked once, without the key."""
    server.say(said)
    with pytest.raises(kind) as caught:
        model.complete(ASKED, schema=SCHEMA, max_tokens=40)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)
    assert len(server.asked) == 1


def test_slow_server_is_given_up(server: FakeServer) -> None:
    """A server that does not answer in time is unavailable."""
    server.say(Said(held=True))
    model = RemoteModel(base_url=server.url, model="invented-7b", timeout_s=0.2)
    with pytest.raises(ModelUnavailable, match=r"within 0\.2 s"):
        model.complete(ASKED, schema=SCHEMA, max_tokens=40)
    model.close()


def test_nobody_listening() -> None:
    """An address where nothing listens is named."""
    with serve() as server:
        url = server.url
    model = RemoteModel(base_url=url, model="invented-7b", timeout_s=30)
    with pytest.raises(ModelUnavailable, match="no server answers at 'http://127"):
        model.complete(ASKED, schema=SCHEMA, max_tokens=40)
    model.close()


def test_it_recovers(server: FakeServer, model: RemoteModel) -> None:
    """A failure leaves nothing behind: the next question is answered."""
    server.say(Said(b"", 503), completion('{"n": 7}'))
    with pytest.raises(ModelUnavailable):
        model.complete(ASKED, schema=SCHEMA, max_tokens=40)
    assert model.complete(ASKED, schema=SCHEMA, max_tokens=40).text == '{"n": 7}'


ALONE = """
import sys

def guard(event, args):
    if event == "socket.connect" and not str(args[1][0]).startswith("127."):
        raise SystemExit(f"connects to {args[1]!r}")
    if event == "socket.getaddrinfo" and args[0] not in ("127.0.0.1", "localhost"):
        raise SystemExit(f"looks up {args[0]!r}")

sys.addaudithook(guard)
from qa.models.remote import RemoteModel
from qa.types import Message

model = RemoteModel(base_url=sys.argv[1], model="gpt-invented", timeout_s=60)
print(model.complete([Message(role="user", content="Hi")], schema={"type": "object"}, max_tokens=9).text)
model.close()
from llama_index.core import Settings
print([name for name, value in vars(Settings).items() if value is not None])
"""


def test_it_talks_to_its_server_alone(server: FakeServer) -> None:
    """A question opens no connection but the server's own, and LlamaIndex's global settings stay as they were."""
    server.say(completion('{"n": 7}'))
    done = subprocess.run(
        [sys.executable, "-c", ALONE, server.url], capture_output=True, text=True, check=False, timeout=250
    )
    assert done.stdout.split("\n")[:2] == ['{"n": 7}', "[]"], done.stderr
    assert server.asked[0].key == "none"
