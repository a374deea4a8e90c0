"""Services behind the nginx that the README describes; the real proxy, real servers over the fake answerer."""

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.api.test_server import Server, Start
from tests.api.test_server import start as _start
from tests.needs import find_program
from tests.packaging.test_deployment import block

start = _start


@contextmanager
def behind_nginx(folder: Path, services: list[Server]) -> Iterator[httpx.Client]:
    """A client of the proxy, which listens at a socket in the folder; certificates aside it is the README's."""
    program = find_program("nginx")
    text = block("nginx").replace("listen 443 ssl;", f"listen unix:{folder}/socket;")
    text = re.sub(r"^ *ssl_certificate.*\n", "", text, flags=re.MULTILINE)
    for port, service in zip(("8001", "8002"), services, strict=True):
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{service.port}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(
        f"{user}daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{places}{text}\n}}\n",
        encoding="utf-8",
    )
    command = [program, "-c", str(path), "-p", str(folder), "-e", str(folder / "errors")]
    with (folder / "said").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as proxy:
        try:
            pause = threading.Event()
            while not (folder / "socket").exists():
                assert proxy.poll() is None, (folder / "said").read_text() + (folder / "errors").read_text()
                pause.wait(0.01)
            transport = httpx.HTTPTransport(uds=str(folder / "socket"))
            with httpx.Client(transport=transport, base_url="http://localhost", timeout=60) as client:
                yield client
        finally:
            proxy.terminate()


def test_two_services(start: Start, tmp_path: Path) -> None:
    """Both services are asked, the metrics stay inside, and what one process alone knows always goes to the same one."""
    services = [start(), start()]
    with behind_nginx(tmp_path, services) as client:
        for _ in range(6):
            assert client.post("/v1/ask", json={"question": "How many valves?"}).json()["status"] == "answered"
        assert client.get("/metrics").status_code == 404
        where = client.post("/v1/index/builds").headers["location"]
        for _ in range(4):
            assert client.get(where).status_code == 200
    asked = []
    for service in services:
        text = httpx.get(f"{service.address}/metrics", trust_env=False).text
        found = re.search(r'dateline_answers_total\{.*status="answered"\} (\d+)', text)
        asked.append(int(found[1]) if found else 0)
    assert sum(asked) == 6
    assert all(asked)
