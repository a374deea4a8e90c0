"""A Chroma server is asked whether it answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from indexes.errors import IndexDamaged
from indexes.reaching import require_store


@contextmanager
def answering(status: int) -> Iterator[str]:
    """The address of a server that answers with a status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/api/v2/heartbeat" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_server_that_answers() -> None:
    """A server whose heart beats is reached."""
    with answering(200) as url:
        require_store(url)


def test_server_that_is_another() -> None:
    """What answers in another way is no Chroma server that works."""
    with answering(500) as url, pytest.raises(IndexDamaged, match="DATELINE_CHROMA_URL"):
        require_store(url)


def test_server_that_hangs() -> None:
    """A server that takes the connection and never answers is given up after seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(IndexDamaged, match="no answer in time"):
            require_store(url, seconds=0.05)


def test_server_that_is_not_there() -> None:
    """Where nobody listens, the address is named with the cure."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(IndexDamaged, match=f"'http://127.0.0.1:{port}' does not answer"):
        require_store(f"http://127.0.0.1:{port}", seconds=1)
