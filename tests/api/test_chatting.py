"""POST /v1/chat/completions and GET /v1/models, asked by OpenAI's own client over real HTTP, and in the raw."""

import json
import threading
from collections.abc import Iterator
from typing import Any, TypeAlias

import httpx
import openai
import pytest
from openai import OpenAI

from api import examples
from api.app import create_app
from api.chats import ChatProblem
from api.settings import ApiSettings
from qa.errors import ModelFailed
from qa.types import Turn
from tests.api.conftest import Client, Open
from tests.fakes.answering import OddError, SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch
from tests.fakes.listening import listening

Messages: TypeAlias = list[dict[str, Any]]

VALVES = "How many valves were changed?"
QUOTE = "“We changed every valve — all forty of them,”"


@pytest.fixture
def asked(opener: FakeArchive, watch: SteppedWatch) -> Iterator[OpenAI]:
    """OpenAI's client on a running service."""
    with (
        listening(create_app(opener, ApiSettings(), watch=watch)) as address,
        httpx.Client(trust_env=False, timeout=60) as http,
        OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, http_client=http) as client,
    ):
        yield client


def _ask(client: Client, messages: Messages | str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    messages = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
    response = client.post("/v1/chat/completions", json={"model": "dateline", "messages": messages, **fields})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_answer(asked: OpenAI) -> None:
    """OpenAI's client reads the answer with its footnote, and the verified citations beside it."""
    completion = asked.chat.completions.create(model="dateline", messages=[{"role": "user", "content": VALVES}])
    choice = completion.choices[0]
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert choice.message.content == (
        f"It says: {QUOTE} [1]\n\n"
        f"[1] {QUOTE} — Pump house reopens, Tarnby Post, 2023-06-05, https://example.org/pump-house"
    )
    assert completion.model == "dateline"
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens == 0
    assert completion.model_extra is not None
    answer = completion.model_extra["dateline"]
    assert (answer["status"], answer["trace_id"], completion.id) == ("answered", "t_fake", "chatcmpl-t_fake")
    assert [citation["quote"] for citation in answer["citations"]] == [QUOTE]


def test_citations_are_those_of_ask(client: Client) -> None:
    """The field `dateline` is the answer of POST /v1/ask, field for field."""
    same = client.post("/v1/ask", json={"question": VALVES}).json()
    assert _ask(client, VALVES)["dateline"] == same


def test_quotes(asked: OpenAI) -> None:
    """The model `dateline-quotes` gives the quotes themselves, each with a footnote that says where it is from."""
    completion = asked.chat.completions.create(
        model="dateline-quotes", messages=[{"role": "user", "content": "valves and frost"}]
    )
    said = completion.choices[0].message.content or ""
    assert f"{QUOTE} [1]\n\n“Growers in the Velle valley" in said
    assert said.endswith("[1] Pump house reopens, Tarnby Post, 2023-06-05, https://example.org/pump-house\n"
                         "[2] Frost takes a third of the apples, Velle Courier, 2023-05-02")  # fmt: skip


def test_declined(asked: OpenAI) -> None:
    """A declined question is a reply like any other: it says why, cites nothing, and stops."""
    completion = asked.chat.completions.create(model="dateline", messages=[{"role": "user", "content": "Penguins?"}])
    choice = completion.choices[0]
    assert choice.message.content == (
        "I cannot answer this from the articles of the archive. No article shares a word."
    )
    assert choice.finish_reason == "stop"
    assert completion.model_extra is not None
    answer = completion.model_extra["dateline"]
    assert (answer["status"], answer["citations"]) == ("insufficient_evidence", [])


def test_models(asked: OpenAI, answerer: SharedWordsAnswerer) -> None:
    """The models that can answer now are listed: without a language model there is no `dateline-answer`."""
    assert [model.id for model in asked.models.list()] == ["dateline", "dateline-answer", "dateline-quotes"]
    answerer.llm = "missing: the weights could not be had"
    assert [model.id for model in asked.models.list()] == ["dateline", "dateline-quotes"]


def test_usual_model(client: Client, answerer: SharedWordsAnswerer) -> None:
    """The model `dateline` answers where there is a language model, else it quotes."""
    assert _ask(client, VALVES)["dateline"]["mode"] == "answer"
    answerer.llm = "missing: the weights could not be had"
    assert _ask(client, VALVES)["dateline"]["mode"] == "quotes"


def test_conversation(client: Client, answerer: SharedWordsAnswerer) -> None:
    """The last message of the user is the question, what came before is the history, and system messages are not read."""
    reply = _ask(client, VALVES)["choices"][0]["message"]["content"]
    messages = [
        {"role": "system", "content": "Answer in verse, and cite nothing."},
        {"role": "user", "content": VALVES},
        {"role": "assistant", "content": reply},
        {"role": "developer", "content": "Ignore the archive."},
        {"role": "user", "content": [{"type": "text", "text": "Who said "}, {"type": "text", "text": "that?"}]},
    ]
    _ask(client, messages)
    question = answerer.asked[-1]
    assert question.text == "Who said that?"
    assert question.history == (Turn(question=VALVES, answer=f"It says: {QUOTE} [1]"),)


def test_long_conversation(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """Of a long conversation the last fifty questions are kept, and long ones are cut: a chat grows, and goes on."""
    messages: Messages = []
    for number in range(60):
        said = [{"role": "user", "content": f"{number} " + "x" * 2_500}, {"role": "assistant", "content": "y" * 20_500}]
        messages += said
    _ask(open_client(max_body_bytes=3_000_000), [*messages, {"role": "user", "content": "valves"}], stream=False)
    history = answerer.asked[-1].history
    assert [turn.question.split()[0] for turn in history] == [str(number) for number in range(10, 60)]
    assert {(len(turn.question), len(turn.answer)) for turn in history} == {(2_000, 20_000)}


def test_our_fields(client: Client, answerer: SharedWordsAnswerer) -> None:
    """Filters, limit and reference date may be given in the field `dateline`."""
    response = client.post("/v1/chat/completions", json=examples.CHAT)
    assert response.status_code == 200
    assert answerer.asked[-1].filters.outlets == ("Skarn Observer",)
    assert answerer.asked[-1].limit == 10


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0.2, "top_p": 0.9, "max_tokens": 100, "max_completion_tokens": 10, "seed": 1, "stop": ["\n"]},
        {"user": "u1", "store": True, "metadata": {"a": "b"}, "service_tier": "auto", "frequency_penalty": 1},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}], "tool_choice": "auto"},
        {"n": 1, "response_format": {"type": "text"}, "logprobs": False, "modalities": ["text"], "stream": None},
    ],
)
def test_harmless_fields(client: Client, fields: dict[str, Any]) -> None:
    """Fields of OpenAI's that would not change the meaning of the answer are accepted and ignored."""
    assert _ask(client, VALVES, **fields)["dateline"]["status"] == "answered"


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"n": 2}, "n", "one verified answer"),
    ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format", "text"),
    ({"response_format": {"type": "json_object"}}, "response_format", "text"),
    ({"tool_choice": "required"}, "tool_choice", "calls no tools"),
    ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice", "calls no tools"),
    ({"function_call": {"name": "f"}}, "function_call", "calls no tools"),
    ({"logprobs": True}, "logprobs", "probabilities"),
    ({"top_logprobs": 3}, "top_logprobs", "probabilities"),
    ({"top_logprobs": "0"}, "top_logprobs", "integer"),
    ({"logprobs": 0}, "logprobs", "boolean"),
    ({"modalities": ["text", "audio"]}, "modalities", "text only"),
    ({"messages": []}, "messages", "at least 1"),
    ({"messages": [{"role": "system", "content": "valves"}]}, "messages", "no question"),
    ({"messages": [{"role": "user", "content": " \n"}]}, "messages", "no question"),
    ({"messages": [{"role": "user"}]}, "messages", "no question"),
    ({"messages": [{"role": "user", "content": "x" * 2001}]}, "messages", "2,001 characters; at most 2,000"),
    ({"messages": [{"role": "user", "content": "a\x00b"}]}, "messages", "NUL"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content", "list of text parts"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        "messages.0.content",
        "no images",
    ),
    ({"messages": [{"role": "user", "content": ["valves"]}]}, "messages.0.content", "no text"),
    ({"messages": [{"role": "narrator", "content": "valves"}]}, "messages.0.role", "user"),
    ({"dateline": {"top_k": 3}}, "dateline.top_k", "not a field"),
    ({"dateline": {"limit": 51}}, "dateline.limit", "50"),
    ({"model": None}, "model", "string"),
    ({"stream": "yes"}, "stream", "boolean"),
    ({"stream": True, "stream_options": {"include_usage": 0}}, "stream_options.include_usage", "boolean"),
]


@pytest.mark.parametrize(("fields", "param", "says"), REFUSED, ids=range(len(REFUSED)))
def test_refused(client: Client, answerer: SharedWordsAnswerer, fields: dict[str, Any], param: str, says: str) -> None:
    """What would change the meaning, or is no question, is refused in OpenAI's form with the field named; nothing is asked."""
    body = {"model": "dateline", "messages": [{"role": "user", "content": VALVES}], **fields}
    error = _error(client.post("/v1/chat/completions", json=body), 422)
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, "invalid-body")
    assert says in error["message"]
    assert answerer.asked == []


def _error(response: Any, status: int) -> dict[str, Any]:  # noqa: ANN401 - of httpx or httpx2
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"]
    body = ChatProblem.model_validate(response.json())
    assert set(response.json()) == {"error"}
    return body.error.model_dump()


def test_half_surrogates(client: Client) -> None:
    """Text that is no Unicode is refused wherever it stands."""
    for messages in (
        [{"role": "user", "content": "\ud800"}],
        [{"role": "assistant", "content": "\ud800"}, {"role": "user", "content": [{"type": "text", "text": "a"}]}],
    ):
        body = json.dumps({"model": "dateline", "messages": messages}).encode()
        response = client.post("/v1/chat/completions", content=body, headers={"Content-Type": "application/json"})
        assert "half surrogate" in _error(response, 422)["message"]


def test_errors_of_openais_client(asked: OpenAI, answerer: SharedWordsAnswerer) -> None:
    """OpenAI's client turns our errors into its own classes, with what to do next in the message."""
    question: Any = [{"role": "user", "content": VALVES}]
    with pytest.raises(openai.NotFoundError, match="dateline-quotes") as unknown:
        asked.chat.completions.create(model="gpt-4o", messages=question)
    assert unknown.value.code == "unknown-model"
    with pytest.raises(openai.UnprocessableEntityError, match="one verified answer"):
        asked.chat.completions.create(model="dateline", messages=question, n=2)
    answerer.llm = "missing: the weights could not be had"
    with pytest.raises(openai.InternalServerError) as missing:
        asked.chat.completions.create(model="dateline-answer", messages=question)
    assert (missing.value.status_code, missing.value.code) == (503, "no-language-model")
    assert missing.value.response.headers["retry-after"]
    answerer.llm, answerer.raising = "ready", ModelFailed("the model returned nothing")
    with pytest.raises(openai.InternalServerError) as failed:
        asked.chat.completions.create(model="dateline", messages=question)
    assert failed.value.status_code == 502
    answerer.raising = RuntimeError("an odd thing at /srv/secret")
    with pytest.raises(openai.InternalServerError) as odd:
        asked.chat.completions.create(model="dateline", messages=question)
    assert (odd.value.status_code, odd.value.type) == (500, "server_error")
    assert "/srv" not in odd.value.response.text


def test_errors_of_every_layer(open_client: Open) -> None:
    """Errors of the layers around the routes have OpenAI's form too, with their true status codes."""
    client = open_client(max_body_bytes=1_024)
    path = "/v1/chat/completions"
    json_ = {"Content-Type": "application/json"}
    assert _error(client.post(path, content=b"{" + b" " * 2_000, headers=json_), 413)["code"] == "body-too-large"
    assert _error(client.post(path, content=b"{", headers=json_), 400)["code"] == "malformed-json"
    assert _error(client.post(path, content=b"x", headers={"Content-Type": "text/plain"}), 415)["code"]
    assert _error(client.get(path), 405)["code"] == "method-not-allowed"
    assert _error(client.get("/v1/models", headers={"Host": "evil.example"}), 421)["code"] == "unknown-host"


def test_without_index(client: Client, opener: FakeArchive, open_client: Open) -> None:
    """Without an index both routes are a 503 that says how to get one."""
    opener.mark = None
    client = open_client()
    body = {"model": "dateline", "messages": [{"role": "user", "content": VALVES}]}
    for response in (client.post("/v1/chat/completions", json=body), client.get("/v1/models")):
        error = _error(response, 503)
        assert (error["type"], error["code"]) == ("server_error", "no-index")
        assert "python -m indexes build" in error["message"]
        assert response.headers["retry-after"]


def test_slots_are_shared(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """A chat takes a slot of the language model like any question: where it takes too long it is a 503."""
    client = open_client(answer_slots=1, answer_queue=0, answer_seconds=0.05)
    answerer.gate = threading.Event()
    body = {"model": "dateline", "messages": [{"role": "user", "content": VALVES}]}
    assert _error(client.post("/v1/chat/completions", json=body), 503)["code"] == "too-busy"
    assert client.post("/v1/ask", json={"question": VALVES}).status_code == 503
    quotes = {**body, "model": "dateline-quotes"}
    answerer.gate.set()
    assert client.post("/v1/chat/completions", json=quotes).status_code == 200


def _said(stream: Any) -> tuple[str, list[Any]]:  # noqa: ANN401 - OpenAI's stream
    """What the chunks say together, and the chunks."""
    chunks = list(stream)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), chunks


QUESTION: Any = [{"role": "user", "content": VALVES}]


@pytest.mark.parametrize("model", ["dateline", "dateline-quotes"])
@pytest.mark.parametrize("question", [VALVES, "valves and frost", "Penguins?"])
def test_stream(asked: OpenAI, model: str, question: str) -> None:
    """A stream says, put together, what the reply says without one; the chunk that stops has the whole answer."""
    messages: Any = [{"role": "user", "content": question}]
    whole = asked.chat.completions.create(model=model, messages=messages)
    said, chunks = _said(asked.chat.completions.create(model=model, messages=messages, stream=True))
    assert said == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert len({(chunk.id, chunk.model, chunk.object) for chunk in chunks}) == 1
    assert whole.model_extra is not None
    assert chunks[-1].model_extra["dateline"] == whole.model_extra["dateline"]
    assert all("dateline" not in chunk.model_extra for chunk in chunks[:-1])


def test_a_claim_comes_before_the_footnotes(asked: OpenAI) -> None:
    """Each verified claim is a chunk with the marks of its footnotes; the footnotes are the last text."""
    _, chunks = _said(asked.chat.completions.create(model="dateline", messages=QUESTION, stream=True))
    texts = [chunk.choices[0].delta.content for chunk in chunks]
    assert texts[1] == f"It says: {QUOTE} [1]"
    assert texts[2] is not None
    assert texts[2].startswith(f"\n\n[1] {QUOTE} — ")


def test_stream_in_the_raw(client: Client) -> None:
    """The stream is `data:` lines of chunks, the last one `[DONE]`; nothing is null that OpenAI leaves out."""
    body = {"model": "dateline", "messages": QUESTION, "stream": True}
    response = client.post("/v1/chat/completions", json=body)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    events = response.text.strip().split("\n\n")
    assert events[-1] == "data: [DONE]"
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-1]]
    assert [chunk["choices"][0]["delta"] for chunk in chunks[:2]] == [
        {"role": "assistant", "content": ""},
        {"content": f"It says: {QUOTE} [1]"},
    ]
    assert chunks[-1]["choices"] == [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]
    assert all("usage" not in chunk for chunk in chunks)
    assert chunks[-1]["dateline"]["reason"] is None


def test_stream_tells_the_tokens(asked: OpenAI) -> None:
    """Where asked for, a last chunk without a choice has the tokens."""
    _, chunks = _said(
        asked.chat.completions.create(
            model="dateline", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens == 0
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_stream_that_does_not_begin(asked: OpenAI, answerer: SharedWordsAnswerer) -> None:
    """What is wrong before the first chunk has its status, as without a stream."""
    answerer.llm = "missing"
    with pytest.raises(openai.InternalServerError) as missing:
        asked.chat.completions.create(model="dateline-answer", messages=QUESTION, stream=True)
    assert missing.value.status_code == 503
    with pytest.raises(openai.UnprocessableEntityError):
        asked.chat.completions.create(model="dateline", messages=[], stream=True)


def test_stream_that_breaks_off(asked: OpenAI, answerer: SharedWordsAnswerer) -> None:
    """What goes wrong later ends the stream with an error that OpenAI's client raises; no path of ours is in it."""
    answerer.failing = OddError("an odd thing at /srv/secret")
    stream = asked.chat.completions.create(model="dateline", messages=QUESTION, stream=True)
    with pytest.raises(openai.APIError, match="Something went wrong here") as broken:
        list(stream)
    assert broken.value.code == "internal"
    assert "/srv" not in str(broken.value)


def test_leaving_frees_the_slot(asked: OpenAI, answerer: SharedWordsAnswerer) -> None:
    """A client that leaves in the middle of a stream frees the language model."""
    answerer.gate = threading.Event()
    stream = asked.chat.completions.create(model="dateline", messages=QUESTION, stream=True)
    assert next(iter(stream)).choices[0].delta.role == "assistant"
    stream.close()
    assert answerer.abandoned.acquire(timeout=30)


def test_footnotes_are_verbatim(client: Client) -> None:
    """Every quote of a footnote stands in the article that the footnote's citation names."""
    body = _ask(client, "Who lost apples to frost?")
    for citation in body["dateline"]["citations"]:
        text = client.get(f"/v1/articles/{citation['article']['id']}").json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["quote"] in body["choices"][0]["message"]["content"]
    assert "[1] " in json.loads(json.dumps(body))["choices"][0]["message"]["content"]
