"""Runs a GGUF model inside the process with llama.cpp, one request at a time: the only file that imports xllamacpp."""

import logging
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from indexes.quieting import quiet_engines
from qa.errors import Abandoned, ModelFailed, ModelProblem, ModelUnavailable
from qa.models.replies import ask_for, check_reply
from qa.types import Completion, Message, Watch

_log = logging.getLogger("dateline.qa")
_BATCH = 64
"""Prompt tokens read at a time: a reply is given up between two batches, so a small one frees the slot soon."""
_SEED = 1
_LOOK_S = 0.2
"""Seconds after which one who waits for the slot looks whether its reply is still wanted."""
_SILENT = -1
_SHORTEST: Mapping[str, Any] = {"messages": [{"role": "user", "content": "?"}], "max_tokens": 1, "stream": True}


class LocalModel:
    """A model of llama.cpp with one slot. Threads may share it: their requests wait for each other.

    The state of the prompt's longest common beginning with the request before is reused.
    """

    def __init__(
        self, path: Path, *, name: str, threads: int = 0, context: int = 2048, timeout_s: float = 120.0
    ) -> None:
        """Load the weights (seconds). `threads` 0: one for each core. Raises `ModelUnavailable`."""
        self._name = name
        self._timeout_s = timeout_s
        self._lock = Lock()
        self._closing = False
        self._asked = False
        self._server: Any = _open_server(path, threads=threads or _cores(), context=context)

    @property
    def name(self) -> str:
        """The model's name, as answers give it."""
        return self._name

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any], max_tokens: int, watch: Watch | None = None
    ) -> Completion:
        """A JSON document under `schema`, the most likely one. Raises `ModelUnavailable`, `ModelFailed` or `Abandoned`."""
        request = {
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "response_format": ask_for(schema),
            "max_tokens": max_tokens,
            "temperature": 0,
            "seed": _SEED,
            "cache_prompt": True,
            # Progress of the prompt is reported too, so that time is looked at between any two batches.
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
        }
        reply = self._run(request, watch=watch)
        return reply.completion(self._name)

    def read_ahead(self, messages: Sequence[Message]) -> None:
        """Read the beginning that all prompts share, so that the first question need not wait for it.

        Raises `ModelUnavailable`, `ModelFailed`, or `Abandoned` where the model is closed meanwhile.
        """
        asked = [{"role": message.role, "content": message.content} for message in messages]
        request = {"messages": asked, "max_tokens": 1, "temperature": 0, "cache_prompt": True}
        self._run({**request, "stream": True, "return_progress": True}, watch=lambda _: self._closing)

    def read_ahead_aside(self, messages: Sequence[Message]) -> Thread:
        """The same beside everything else: a question that comes earlier waits for its end, and closing ends it soon."""

        def read() -> None:
            try:
                self.read_ahead(messages)
            except (ModelProblem, Abandoned) as problem:  # the first question will tell
                _log.info("the prompt's beginning was not read ahead: %s", problem)

        reading = Thread(target=read, name="read-ahead")
        reading.start()
        return reading

    def close(self) -> None:
        """Free the memory once a running request has ended; reading ahead is given up. Calling it twice does nothing."""
        self._closing = True
        with self._lock:
            if self._server is not None and not self._asked:
                # An engine that is ended before its loop has begun waits for ever: one request makes sure that it has.
                with suppress(ValueError, RuntimeError):
                    self._server.handle_chat_completions(_SHORTEST, lambda _: False)
            self._server = None

    def _run(self, request: Mapping[str, Any], *, watch: Watch | None = None) -> "_Reply":
        deadline = time.monotonic() + self._timeout_s
        self._wait_for_the_slot(deadline, watch)
        try:
            if self._server is None:
                raise ModelUnavailable(f"the language model {self._name!r} is closed; open it again")
            reply = _Reply(deadline, watch)
            try:
                self._server.handle_chat_completions(request, reply.receive)
                self._asked = True
            except (ValueError, RuntimeError) as error:
                raise ModelFailed(f"{self._name!r} cannot take this request: {error}") from error
        finally:
            self._lock.release()
        if reply.abandoned:
            raise Abandoned(f"{self._name!r} was told to stop; ask again")
        if reply.late:
            raise ModelUnavailable(self._late("did not finish"))
        if reply.error:
            message = f"{self._name!r} refused the prompt: {reply.error}; ask with fewer passages or raise DATELINE_LLM_CONTEXT"
            raise ModelFailed(message)
        return reply

    def _wait_for_the_slot(self, deadline: float, watch: Watch | None) -> None:
        while not self._lock.acquire(timeout=max(0.0, min(_LOOK_S, deadline - time.monotonic()))):
            if watch and watch(""):
                raise Abandoned(f"{self._name!r} was told to stop; ask again")
            if time.monotonic() >= deadline:
                raise ModelUnavailable(self._late("was busy with other questions"))

    def _late(self, what: str) -> str:
        return (
            f"the language model {self._name!r} {what} within {self._timeout_s:g} s; "
            "ask again, ask with mode 'quotes', or raise DATELINE_LLM_TIMEOUT_S"
        )


class _Reply:
    """Gathers the pieces of one streamed reply; asks for its end when time is up."""

    def __init__(self, deadline: float, watch: Watch | None) -> None:
        self._deadline = deadline
        self._watch = watch
        self._pieces: list[str] = []
        self._finish_reason: str | None = None
        self._usage: Mapping[str, int] = {}
        self.error = ""
        self.late = False
        self.abandoned = False

    def receive(self, piece: Mapping[str, Any]) -> bool:
        """Take a piece; True asks llama.cpp to stop. It must not raise: the binding would swallow that."""
        if "error" in piece:
            self.error = str(piece["error"].get("message", piece["error"]))
            return True
        text = ""
        for choice in piece.get("choices") or ():
            text += choice.get("delta", {}).get("content") or ""
            self._finish_reason = choice.get("finish_reason") or self._finish_reason
        self._pieces.append(text)
        self._usage = piece.get("usage") or self._usage
        self.abandoned = self._watch is not None and self._watch(text) and self._finish_reason is None
        self.late = self._finish_reason is None and time.monotonic() > self._deadline
        return self.abandoned or self.late

    def completion(self, model: str) -> Completion:
        """The whole reply. Raises `ModelFailed`."""
        return Completion(
            text=check_reply("".join(self._pieces), model=model, finish_reason=self._finish_reason),
            prompt_tokens=self._usage.get("prompt_tokens", 0),
            completion_tokens=self._usage.get("completion_tokens", 0),
        )


def _open_server(path: Path, *, threads: int, context: int) -> object:
    quiet_engines()
    try:
        import xllamacpp
    except ImportError as error:
        message = (
            f"llama.cpp cannot be loaded ({error}); install xllamacpp (`make serve` does) or set DATELINE_LLM=quotes"
        )
        raise ModelUnavailable(message) from error

    params = xllamacpp.CommonParams()
    params.verbosity = _SILENT
    params.model.path = str(path)
    params.n_ctx = context
    params.n_batch = params.n_ubatch = _BATCH
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.n_gpu_layers = 0
    params.fit_params = False
    params.warmup = False
    # The slot keeps the last prompt; older ones would take gigabytes.
    params.cache_ram_mib = 0
    # The binding always listens on a free loopback port as well: nobody knows this key.
    params.api_keys = [secrets.token_urlsafe(32)]
    params.endpoint_slots = params.ui = False
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        message = (
            f"llama.cpp cannot open {str(path)!r} ({error}); check DATELINE_LLM_PATH, or repair the weights with "
            "`python -m indexes weights --repair`"
        )
        raise ModelUnavailable(message) from error


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
