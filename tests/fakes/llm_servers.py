"""An OpenAI-compatible server on a free loopback port that answers what it is told, well or badly."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass(frozen=True)
class Said:
    """One response. `held` waits for `FakeServer.release` before anything is sent. `streamed`: what a stream has instead."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    held: bool = False
    streamed: bytes = b""


@dataclass
class Asked:
    """One request."""

    path: str
    key: str
    body: dict[str, Any]


@dataclass
class FakeServer:
    """The server's address, what it was asked, and what it will say; the last saying is repeated."""

    url: str = ""
    sayings: deque[Said] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    release: Event = field(default_factory=Event)

    def say(self, *sayings: Said) -> None:
        """Answer with these from now on."""
        self.sayings = deque(sayings)

    def next(self) -> Said:
        """What to say now."""
        return self.sayings.popleft() if len(self.sayings) > 1 else self.sayings[0]


def completion(text: str, *, finish_reason: str = "stop", usage: Mapping[str, int] | None = None) -> Said:
    """A chat completion as OpenAI words it."""
    document: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "invented",
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text}}],
    }
    if usage is not None:
        document["usage"] = {**usage, "total_tokens": sum(usage.values())}
    return Said(json.dumps(document).encode(), streamed=_chunks(text, finish_reason, document.get("usage")))


def _chunks(text: str, finish_reason: str, usage: Any) -> bytes:  # noqa: ANN401 - a mapping or nothing
    """The same as a stream, a few characters at a time."""
    shared = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "invented"}
    deltas = [{"role": "assistant"}, *({"content": text[at : at + 4]} for at in range(0, len(text), 4))]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": finish_reason})
    chunks = [{**shared, "choices": [choice]} for choice in choices]
    if usage:
        chunks.append({**shared, "choices": [], "usage": usage})
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode() + b"data: [DONE]\n\n"


@contextmanager
def serve() -> Iterator[FakeServer]:
    """A running server; what it holds back is released at the end."""
    fake = FakeServer(sayings=deque([completion("{}")]))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = json.loads(self.rfile.read(length) or b"{}")
            key = self.headers.get("Authorization", "").removeprefix("Bearer ")
            fake.asked.append(Asked(self.path, key, body))
            said = fake.next()
            if said.held:
                fake.release.wait()
                return
            streamed = body.get("stream") and said.streamed
            sent = said.streamed if streamed else said.body
            self.send_response(said.status)
            self.send_header("Content-Type", "text/event-stream" if streamed else said.content_type)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            with suppress(ConnectionError):  # a client that has left
                self.wfile.write(sent)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        fake.release.set()
        server.shutdown()
        thread.join()
        server.server_close()
