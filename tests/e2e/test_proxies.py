"""Behind a proxy that buffers (nginx), events still arrive one by one."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.app import create_app
from api.settings import ApiSettings
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch
from tests.fakes.events import read_events
from tests.fakes.listening import listening
from tests.needs import find_program

SETTINGS = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen unix:{folder}/socket;
    location / {{ proxy_pass {address}; proxy_http_version 1.1; proxy_buffering on; proxy_buffers 8 64k; }}
  }}
}}
"""


@contextmanager
def proxied(address: str, folder: Path) -> Iterator[httpx.Client]:
    """A client of nginx in front of a service; nginx listens on a socket file, so that no port is taken."""
    nginx = find_program("nginx")
    settings = folder / "nginx.conf"
    settings.write_text(SETTINGS.format(folder=folder, address=address))
    process = subprocess.Popen(
        [nginx, "-c", str(settings), "-p", str(folder), "-e", str(folder / "error.log")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait_for(folder / "socket", process)
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(folder / "socket")), base_url="http://localhost"
        ) as client:
            yield client
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    while True:
        with socket.socket(socket.AF_UNIX) as trying:
            if not trying.connect_ex(str(path)):
                return
        assert process.poll() is None, process.communicate()


def test_events_pass_a_buffering_proxy_one_by_one(tmp_path: Path) -> None:
    """The quotes are there while the language model still works; the proxy was told not to hold them back."""
    answerer = SharedWordsAnswerer(gate=threading.Event())
    app = create_app(FakeArchive(answerer), ApiSettings(), watch=SteppedWatch())
    asked = {"question": "How many valves were changed?", "stream": True}
    with (
        listening(app) as address,
        proxied(address, tmp_path) as client,
        client.stream("POST", "/v1/ask", json=asked, timeout=30) as response,
    ):
        names = []
        for name, _ in read_events(response.iter_lines()):
            names.append(name)
            if name == "quotes":
                assert answerer.gate
                answerer.gate.set()
    assert [name for name in names if name] == ["passages", "quotes", "claim", "final"]


def test_a_client_that_leaves_the_proxy_frees_the_slot(tmp_path: Path) -> None:
    """Nginx closes its own connection, and the language model is free within two seconds."""
    answerer = SharedWordsAnswerer(gate=threading.Event())
    app = create_app(FakeArchive(answerer), ApiSettings(answer_slots=1), watch=SteppedWatch())
    asked = {"question": "How many valves were changed?", "stream": True}
    with listening(app) as address, proxied(address, tmp_path) as client:
        with client.stream("POST", "/v1/ask", json=asked, timeout=30) as response:
            assert response.status_code == 200
            assert answerer.begun.acquire(timeout=30)
        assert answerer.abandoned.acquire(timeout=2)
