"""Asks a model on an OpenAI-compatible server through LlamaIndex: the only file that imports its language models."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from qa.errors import Abandoned, ModelFailed, ModelUnavailable
from qa.models.replies import ask_for, check_reply
from qa.types import Completion, Message, Watch

_SEED = 1
_NO_KEY = "none"
"""The client insists on a key; servers that ask for none ignore it."""
_REFUSED = {401: "the key", 403: "the key", 404: "the address or the model's name"}
_KEY_REFUSED = frozenset({401, 403})
_TOO_MANY = 429
_SERVER_FAULT = 500
_LIST_SECONDS = 3.0
_LOOK_S = 0.2
"""Seconds of silence after which it is looked whether the reply is still wanted."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """What the server has said, why it stopped, and its count of tokens where it gives one."""

    text: str
    finish_reason: str | None
    usage: Any


class RemoteModel:
    """A model behind `/chat/completions`. It is not asked twice: the caller knows whether a second wait is worth it."""

    def __init__(self, *, base_url: str, model: str, api_key: str = "", timeout_s: float = 120.0) -> None:
        """Nothing is sent before the first question."""
        import httpx

        self._model = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._closed = False
        self._lock = Lock()
        self._client = httpx.Client(timeout=timeout_s)
        self._llm = open_chat(model, base_url=base_url, api_key=api_key, timeout_s=timeout_s, client=self._client)

    @property
    def name(self) -> str:
        """The model's name on the server."""
        return self._model

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any], max_tokens: int, watch: Watch | None = None
    ) -> Completion:
        """A JSON document under `schema`. Raises `ModelUnavailable`, `ModelFailed` or `Abandoned`.

        With `watch` the reply is streamed over a connection of its own, which is closed where nobody wants it any more.
        """
        from llama_index.core.base.llms.types import ChatMessage

        if self._closed:
            raise ModelUnavailable(f"the language model {self._model!r} is closed; open it again")
        asked = [ChatMessage(role=message.role, content=message.content) for message in messages]
        wanted = {"response_format": ask_for(schema), "max_tokens": max_tokens, "seed": _SEED}
        with self._explained():
            if watch is None:
                response = self._llm.chat(asked, **wanted)
                choice, usage = response.raw.choices[0], response.raw.usage
                reply = _Reply(response.message.content or "", choice.finish_reason, usage)
            else:
                reply = asyncio.run(self._stream(asked, wanted, watch))
        return Completion(
            text=check_reply(reply.text, model=self._model, finish_reason=reply.finish_reason),
            prompt_tokens=reply.usage.prompt_tokens if reply.usage else 0,
            completion_tokens=reply.usage.completion_tokens if reply.usage else 0,
        )

    def list_models(self, *, seconds: float = _LIST_SECONDS) -> Sequence[str]:
        """The names that the server lists, none where it knows no such list: a question that costs nothing.

        Raises `ModelUnavailable` where nobody answers within seconds, or the key is refused.
        """
        import httpx

        if self._closed:
            raise ModelUnavailable(f"the language model {self._model!r} is closed; open it again")
        headers = {"Authorization": f"Bearer {self._api_key or _NO_KEY}"}
        try:
            response = self._client.get(f"{self._base_url.rstrip('/')}/models", headers=headers, timeout=seconds)
        except httpx.HTTPError as error:
            message = f"no server answers at {self._base_url!r}; start it or correct DATELINE_LLM_BASE_URL"
            raise ModelUnavailable(message) from error
        if response.status_code in _KEY_REFUSED or response.status_code >= _SERVER_FAULT:
            raise self._explain(response.status_code, "")
        try:
            return [str(one["id"]) for one in response.json()["data"]]
        except (ValueError, KeyError, TypeError):
            return ()

    def close(self) -> None:
        """Close the connections. Calling it twice does nothing."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._client.close()

    async def _stream(self, asked: Sequence[Any], wanted: Mapping[str, Any], watch: Watch) -> "_Reply":
        """The reply piece by piece; `watch` is also asked while the server keeps silent."""
        reading = asyncio.create_task(self._read(asked, wanted, watch))
        try:
            while not reading.done():
                await asyncio.wait([reading], timeout=_LOOK_S)
                if not reading.done() and watch(""):
                    raise self._abandoned()
            return reading.result()
        finally:
            reading.cancel()
            await asyncio.wait([reading])

    async def _read(self, asked: Sequence[Any], wanted: Mapping[str, Any], watch: Watch) -> "_Reply":
        text, finish_reason, usage = "", None, None
        async with open_chat_for_once(
            self._model, base_url=self._base_url, api_key=self._api_key, timeout_s=self._timeout_s
        ) as llm:
            async for piece in await llm.astream_chat(asked, stream_options={"include_usage": True}, **wanted):
                text += piece.delta or ""
                if piece.raw.choices:
                    finish_reason = piece.raw.choices[0].finish_reason or finish_reason
                usage = piece.raw.usage or usage
                if watch(piece.delta or "") and finish_reason is None:
                    raise self._abandoned()
        return _Reply(text, finish_reason, usage)

    def _abandoned(self) -> Abandoned:
        return Abandoned(f"{self._model!r} was told to stop; ask again")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """The client's errors as ours, each with what to do next. Keys are in none of them."""
        from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

        try:
            yield
        except APITimeoutError as error:
            message = (
                f"{self._model!r} at {self._base_url!r} did not answer within {self._timeout_s:g} s; "
                "ask again or raise DATELINE_LLM_TIMEOUT_S"
            )
            raise ModelUnavailable(message) from error
        except APIConnectionError as error:
            message = f"no server answers at {self._base_url!r}; start it or correct DATELINE_LLM_BASE_URL"
            raise ModelUnavailable(message) from error
        except APIStatusError as error:
            raise self._explain(error.status_code, str(error)) from error
        except (APIError, ValueError, TypeError, AttributeError, IndexError) as error:
            message = (
                f"{self._base_url!r} returned what is no chat completion ({type(error).__name__}); "
                "check that DATELINE_LLM_BASE_URL ends in /v1 of an OpenAI-compatible server"
            )
            raise ModelFailed(message) from error

    def _explain(self, status: int, said: str) -> ModelUnavailable | ModelFailed:
        where = f"{self._model!r} at {self._base_url!r}"
        if status in _REFUSED:
            message = (
                f"{where} answered {status}, so {_REFUSED[status]} is wrong; "
                "correct DATELINE_LLM_API_KEY, DATELINE_LLM_BASE_URL or DATELINE_LLM_MODEL"
            )
            return ModelUnavailable(message)
        if status == _TOO_MANY:
            return ModelUnavailable(f"{where} has too many questions (429); ask again later or with mode 'quotes'")
        if status >= _SERVER_FAULT:
            return ModelUnavailable(f"{where} has failed ({status}); ask again or look into the server's log")
        return ModelFailed(f"{where} refused the request ({status}): {' '.join(said.split())[:200]}; use another model")


def open_chat(
    model: str,
    *,
    base_url: str,
    api_key: str,
    timeout_s: float,
    client: Any = None,  # noqa: ANN401 - an httpx client, which is imported late
    async_client: Any = None,  # noqa: ANN401 - the same
) -> Any:  # noqa: ANN401 - LlamaIndex's, which has no types here
    """LlamaIndex's language model for an OpenAI-compatible server; nothing is sent yet. The clients are httpx's."""
    from llama_index.llms.openai_like import OpenAILike

    return OpenAILike(
        model=model,
        api_base=base_url,
        api_key=api_key or _NO_KEY,
        is_chat_model=True,
        temperature=0.0,
        timeout=timeout_s,
        max_retries=0,
        http_client=client,
        async_http_client=async_client,
    )


@asynccontextmanager
async def open_chat_for_once(model: str, *, base_url: str, api_key: str, timeout_s: float) -> AsyncIterator[Any]:
    """The same for asynchronous calls from one event loop; its connections are closed with the context."""
    import httpx

    async with httpx.AsyncClient(timeout=timeout_s) as client:
        yield open_chat(model, base_url=base_url, api_key=api_key, timeout_s=timeout_s, async_client=client)
