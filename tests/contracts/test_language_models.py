"""What every `LanguageModel` must do, on each implementation: scripted, local, and remote against real servers."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from indexes.pins import TEST_LLM
from indexes.settings import IndexSettings
from indexes.weights import find_weights
from qa.errors import Abandoned, ModelFailed, ModelUnavailable
from qa.models.local import LocalModel
from qa.models.remote import RemoteModel
from qa.models.scripted import ScriptedModel
from qa.types import LanguageModel, Message
from tests.fakes.llm_servers import completion, serve

Open: TypeAlias = Callable[[], LanguageModel]

SCHEMA = {
    "type": "object",
    "properties": {"sunny": {"type": "boolean"}, "colour": {"enum": ["blue", "grey"]}},
    "required": ["sunny", "colour"],
    "additionalProperties": False,
}
ASKED = [Message(role="system", content="Answer in JSON."), Message(role="user", content="Is the sky blue today?")]
ENOUGH = 60
KEY = "invented-key"


@contextmanager
def _scripted() -> Iterator[Open]:
    yield lambda: ScriptedModel([{"sunny": True, "colour": "blue"}] * 9, name="scripted")


@contextmanager
def _remote() -> Iterator[Open]:
    with serve() as server:
        said = completion('{"sunny": true, "colour": "blue"}', usage={"prompt_tokens": 9, "completion_tokens": 11})
        server.say(said)
        yield lambda: RemoteModel(base_url=server.url, model="invented", api_key=KEY, timeout_s=60)


@contextmanager
def _local() -> Iterator[Open]:
    path = _small_weights()
    yield lambda: LocalModel(path, name="small", context=512, timeout_s=200)


@contextmanager
def _remote_llama() -> Iterator[Open]:
    """llama.cpp's own HTTP listener: a real OpenAI-compatible server with a real model."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.verbosity = -1
    params.model.path = str(_small_weights())
    params.n_ctx = 512
    params.n_parallel = 1
    params.fit_params = params.warmup = False
    params.api_keys = [KEY]
    server = xllamacpp.Server(params)
    url = f"{server.listening_address}/v1"
    yield lambda: RemoteModel(base_url=url, model="small", api_key=KEY, timeout_s=200)
    del server


def _small_weights() -> Path:
    return find_weights(TEST_LLM, IndexSettings())


MAKERS = {"scripted": _scripted, "remote": _remote, "local": _local, "remote-llama": _remote_llama}


@pytest.fixture(
    scope="module",
    params=[
        "scripted",
        "remote",
        pytest.param("local", marks=pytest.mark.llm),
        pytest.param("remote-llama", marks=pytest.mark.llm),
    ],
)
def opener(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens models of one implementation."""
    with ExitStack() as stack:
        yield stack.enter_context(MAKERS[request.param]())


@pytest.fixture(scope="module")
def model(opener: Open) -> Iterator[LanguageModel]:
    """An open model."""
    opened = opener()
    yield opened
    opened.close()


def test_reply_fits_the_schema(model: LanguageModel) -> None:
    """What comes back is a JSON document under the schema, with the tokens of prompt and reply counted."""
    reply = model.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH)
    document = json.loads(reply.text)
    assert set(document) == {"sunny", "colour"}
    assert isinstance(document["sunny"], bool)
    assert document["colour"] in {"blue", "grey"}
    assert reply.prompt_tokens > 0
    assert 0 < reply.completion_tokens <= ENOUGH


def test_same_prompt_same_reply(model: LanguageModel) -> None:
    """A prompt that is asked twice is answered alike."""
    first = model.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH)
    second = model.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH)
    assert json.loads(first.text) == json.loads(second.text)


def test_a_reply_can_be_watched(opener: Open) -> None:
    """Its pieces make up the reply, which is the same as one that nobody watches."""
    with closing(opener()) as model:
        pieces: list[str] = []

        def watch(piece: str) -> bool:
            pieces.append(piece)
            return False

        watched = model.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH, watch=watch)
        assert "".join(pieces) == watched.text
        assert watched.prompt_tokens > 0
        assert watched.completion_tokens > 0
        assert json.loads(watched.text) == json.loads(model.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH).text)


def test_a_reply_that_nobody_wants_ends(opener: Open) -> None:
    """Whoever watches can end it before its first word or later, and the model is free for the next one."""
    with closing(opener()) as model:
        for enough in (0, 2):
            seen: list[str] = []

            def watch(piece: str, seen: list[str] = seen, enough: int = enough) -> bool:
                seen.append(piece)
                return len("".join(seen)) >= enough

            with pytest.raises(Abandoned):
                model.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH, watch=watch)
            assert len("".join(seen)) < len('{"sunny": true, "colour": "blue"}')
        assert json.loads(model.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH).text)


def test_threads_may_share_a_model(model: LanguageModel) -> None:
    """Requests that come at once are all answered."""
    with ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda _: model.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH), range(3)))
    assert all(set(json.loads(reply.text)) == {"sunny", "colour"} for reply in replies)


def test_it_has_a_name(model: LanguageModel) -> None:
    """A model says its name."""
    assert model.name in {"scripted", "invented", "small"}


def test_closed_model_answers_no_more(opener: Open) -> None:
    """Closing twice does nothing; a closed model says that it is closed."""
    opened = opener()
    opened.close()
    opened.close()
    with pytest.raises(ModelUnavailable, match="closed"):
        opened.complete(ASKED, schema=SCHEMA, max_tokens=ENOUGH)


@pytest.mark.llm
@pytest.mark.parametrize("kind", ["local", "remote-llama"])
def test_unfinished_reply_is_a_failure(kind: str) -> None:
    """A reply that the limit of tokens cuts off is reported, not returned."""
    with MAKERS[kind]() as opener:
        opened = opener()
        with pytest.raises(ModelFailed, match="did not finish"):
            opened.complete(ASKED, schema=SCHEMA, max_tokens=2)
        opened.close()
