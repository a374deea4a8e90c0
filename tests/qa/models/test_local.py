"""The local model runs inside the process, one request at a time, quietly, and gives up in time."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexes.pins import LOCAL_LLM, TEST_LLM
from indexes.settings import IndexSettings
from indexes.types import Article
from indexes.weights import find_weights
from qa.errors import ModelFailed, ModelUnavailable
from qa.models.local import LocalModel
from qa.prompt import MAX_REPLY_TOKENS, PREFIX, SCHEMA, build_prompt, read_reply
from qa.types import Evidence, Message

ROOT = Path(__file__).parents[3]
SMALL = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"], "additionalProperties": False}


def user(text: str) -> list[Message]:
    """A prompt of one message."""
    return [Message(role="user", content=text)]


@pytest.fixture(scope="module")
def weights() -> Path:
    """The smallest weights."""
    return find_weights(TEST_LLM, IndexSettings())


@pytest.fixture(scope="module")
def model(weights: Path) -> Iterator[LocalModel]:
    """A small model."""
    opened = LocalModel(weights, name="small", threads=1, context=512, timeout_s=200)
    yield opened
    opened.close()


@pytest.mark.llm
@pytest.mark.parametrize("content", [None, b"", b"GGUF", b"these are no weights" * 99])
def test_files_that_are_no_weights(tmp_path: Path, content: bytes | None) -> None:
    """A file that llama.cpp cannot open is named, with the cure."""
    path = tmp_path / "broken.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"broken\.gguf.*DATELINE_LLM_PATH.*indexes weights --repair"):
        LocalModel(path, name="broken", threads=1)


@pytest.mark.llm
def test_long_prompt_is_refused(model: LocalModel) -> None:
    """A prompt longer than the context is a failure that says which setting to raise."""
    with pytest.raises(ModelFailed, match="DATELINE_LLM_CONTEXT"):
        model.complete(user("crate " * 900), schema=SMALL, max_tokens=90)
    assert json.loads(model.complete(user("Go on?"), schema=SMALL, max_tokens=90).text)["ok"] in {True, False}


@pytest.mark.llm
def test_impossible_schema_is_refused(model: LocalModel) -> None:
    """A schema that llama.cpp cannot follow is a failure, and the model serves on."""
    with pytest.raises(ModelFailed, match="cannot take this request"):
        model.complete(user("Go on?"), schema={"type": "nonsense"}, max_tokens=20)
    assert model.complete(user("Go on?"), schema=SMALL, max_tokens=90).completion_tokens > 0


@pytest.mark.llm
def test_time_is_bounded(weights: Path) -> None:
    """A reply that takes too long is given up, and the slot is free again."""
    hasty = LocalModel(weights, name="hasty", threads=1, context=512, timeout_s=0.01)
    with pytest.raises(ModelUnavailable, match="DATELINE_LLM_TIMEOUT_S"):
        hasty.complete(user("Tell a long story. " * 60), schema=SMALL, max_tokens=200)
    hasty._timeout_s = 200
    assert hasty.complete(user("Go on?"), schema=SMALL, max_tokens=90).completion_tokens > 0
    hasty.close()


@pytest.mark.llm
def test_reading_ahead_changes_no_reply(model: LocalModel) -> None:
    """Reading ahead leaves the reply as it would be without."""
    before = model.complete(user("Is it day?"), schema=SMALL, max_tokens=90)
    model.read_ahead(user("Is it"))
    assert json.loads(model.complete(user("Is it day?"), schema=SMALL, max_tokens=90).text) == json.loads(before.text)


@pytest.mark.llm
def test_reading_ahead_beside_everything_else(weights: Path) -> None:
    """A question waits until the beginning is read; a model that is closed meanwhile gives that up, and is closed."""
    opened = LocalModel(weights, name="small", threads=1, context=1024, timeout_s=200)
    reading = opened.read_ahead_aside(user("Is it"))
    assert json.loads(opened.complete(user("Is it day?"), schema=SMALL, max_tokens=90).text)
    reading.join()
    longer = opened.read_ahead_aside(user("crate " * 700))
    opened.close()
    longer.join()
    with pytest.raises(ModelUnavailable, match="closed"):
        opened.complete(user("Go on?"), schema=SMALL, max_tokens=90)


# A process of its own: where the signal stack of the tests' process is gone, whoever took it, any signal would end it without a word.
INTERRUPTED = """
import json, signal, sys
from pathlib import Path
from qa.errors import ModelFailed
from qa.models.local import LocalModel
from qa.types import Message

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job started in the background has it switched off
model = LocalModel(Path(sys.argv[1]), name="small", threads=1, context=512, timeout_s=200)
schema = json.loads(sys.argv[2])
model.complete([Message(role="user", content="Go on?")], schema=schema, max_tokens=90)
try:
    model.complete([Message(role="user", content="crate " * 900)], schema=schema, max_tokens=90)
except ModelFailed:
    print("refused")
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
model.close()
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


@pytest.mark.llm
def test_llama_cpp_is_silent_and_leaves_signals_alone(weights: Path) -> None:
    """Nothing is printed, whatever happens, and Ctrl-C still reaches Python."""
    command = [sys.executable, "-c", INTERRUPTED, str(weights), json.dumps(SMALL)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
    assert (done.returncode, done.stdout, done.stderr) == (0, "refused\ninterrupted\nTrue\n", "")


@pytest.mark.llm
def test_its_listener_answers_nobody(model: LocalModel) -> None:
    """The port that llama.cpp opens is on loopback and refuses whoever has no key."""
    address = model._server.listening_address
    assert address.startswith("http://127.0.0.1:")
    for path in ("/v1/models", "/props", "/slots", "/v1/chat/completions"):
        body = b"{}" if path.endswith("completions") else None
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(address + path, data=body)  # noqa: S310 - loopback
        caught.value.close()
        assert caught.value.code == 401


@pytest.mark.llm
def test_default_model_answers_from_evidence() -> None:
    """The default weights answer a question about an invented town in its speaker's very words, and cite them."""
    quote = "“The quay is closed until the cranes are safe,” said harbour clerk Ines Tolver on Friday."
    article = Article(id="quay", title="Quay closed", text=quote, outlet="Wexmoor Mail", published="2022-10-07")
    evidence = Evidence(article=article, start=0, end=len(quote), quote=quote, speaker="Ines Tolver", score=0.9)
    opened = LocalModel(find_weights(LOCAL_LLM, IndexSettings()), name=LOCAL_LLM, timeout_s=280)
    try:
        opened.read_ahead(PREFIX)
        prompt = build_prompt("What did Ines Tolver say about the quay?", [evidence])
        completion = opened.complete(prompt, schema=SCHEMA, max_tokens=MAX_REPLY_TOKENS)
    finally:
        opened.close()
    reply = read_reply(completion.text)
    assert reply.answerable
    assert "The quay is closed until the cranes are safe" in reply.claims[0][0]
    assert reply.claims[0][1] == (1,)
    assert completion.prompt_tokens < 500
